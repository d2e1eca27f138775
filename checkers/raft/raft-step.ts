/** One step of one server's Raft, or its boot, as properties see it. */
import type { Effect, Event, NodeId } from '../../core/protocol.ts';
import type { LogIndex } from '../../core/raft/log.ts';
import type { Change } from '../../core/raft/members.ts';
import type { Persistent, Raft } from '../../core/raft/state.ts';
import type { Property } from '../property.ts';

export interface RaftStep {
  readonly node: NodeId;
  /** Null for a boot, and then `event` is null, too. */
  readonly before: Raft | null;
  readonly after: Raft;
  /** What its own disk holds behind the step. */
  readonly durable: Persistent;
  readonly event: Event<unknown, unknown> | null;
  readonly effects: readonly Effect<unknown, unknown, unknown>[];
  /** What the operator wants whose turn it was before the step; undefined where nobody waits for a change. */
  readonly asked?: Change | undefined;
}

/** A step with what every server's disk holds behind it. */
export interface ClusterStep extends RaftStep {
  readonly servers: number;
  readonly durableOf: (node: NodeId) => Persistent;
  /** The last index that the steps before this one have shown to be committed; 0 where nobody remembers. */
  readonly lastCommitted: LogIndex;
}

/**
 * What must have changed in a step before a property is asked. `spoken`: a message was heard, whether
 * it changed anything or not; `woken`: a timer fired, likewise. The others are asked of boots, too: `written` when the
 * persistent state is another, `led` when a leader's view of its followers is, `moved` when anything is.
 */
export type When = 'spoken' | 'woken' | 'written' | 'led' | 'moved';

export interface StepProperty<Facts, Name extends string = string> extends Property<Facts, Name> {
  readonly looksAt: 'step' | 'pair';
  readonly when: When;
  /**
   * Of `spoken` the kinds of message that must have been heard, of `woken` the timers that must have fired: of any
   * other one it says nothing, and is not asked. All when absent.
   */
  readonly on?: readonly string[];
}

export const ofStep = <const Name extends string>(
  given: Omit<StepProperty<RaftStep, Name>, 'looksAt'>,
): StepProperty<RaftStep, Name> => ({ ...given, looksAt: 'step' });

export const ofPair = <const Name extends string>(
  given: Omit<StepProperty<ClusterStep, Name>, 'looksAt'>,
): StepProperty<ClusterStep, Name> => ({ ...given, looksAt: 'pair' });
