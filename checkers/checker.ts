/** How checkers see a run: every step of every node, in order, and the history of the clients. */
import type { Effect, Event, NodeId } from '../core/protocol.ts';
import type { Verdict } from './verdict.ts';

/** The same in every copy of this module: a user's module may bring a copy of the package of its own. */
const violated = Symbol.for('whitewater.Violated');

/**
 * Thrown by a checker at the step at which a property is first broken. The run stops there, so that
 * what is reported is the earliest cause and not the last symptom.
 */
export class Violated extends Error {
  override readonly name = 'Violated';
  readonly property: string;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && violated in value;
  }

  constructor(property: string, detail: string) {
    super(detail);
    this.property = property;
    Object.defineProperty(this, violated, { value: true });
  }
}

/** States the property; `says` is called only when it does not hold. */
export function mustHold(property: string, holds: boolean, says: () => string): void {
  if (!holds) throw new Violated(property, says());
}

/** A step of which only the writes came to be. `event` is null for a boot. */
export interface KeptStep<State = unknown, Message = unknown> {
  readonly event: Event<Message, unknown> | null;
  readonly after: State;
}

export interface QuietListener {
  /** From now on. */
  listen(): void;
  /** What was sent since then, for a person; null when there was nothing. */
  heard(): string | null;
}

export interface Observer<State = unknown, Message = unknown, Durable = unknown> {
  /** A node has started (again) from what its disk held. */
  booted(node: NodeId, state: State, durable: Durable): void;
  /** A step took effect: its writes are durable, and its state is the node's from now on. */
  stepped(
    node: NodeId, before: State, after: State, event: Event<Message, unknown>,
    effects: readonly Effect<Message, unknown, unknown>[],
  ): void;
  /**
   * A node that goes on while its writes are on their way has taken a step that waits for one; `left` of its effects
   * have left already. It is told by `stepped`, or `booted`, when it takes effect, in its turn, or never. `event` is
   * null for a start.
   */
  wentAhead?(
    node: NodeId, after: State, event: Event<Message, unknown> | null,
    effects: readonly Effect<Message, unknown, unknown>[], left: readonly Effect<Message, unknown, unknown>[],
  ): void;
  /**
   * A node lost everything but its disk; `atBarrier` says whether a write was on its way. A step whose
   * write was kept never took effect, but its writes did: `kept` tells what it would have led to.
   */
  crashed(node: NodeId, atBarrier: 'no' | 'writeLost' | 'writeKept', kept: KeptStep<State, Message> | null): void;
  /** A node that is down, and was taken out for good, gets a new disk in the place of its own, which holds this. */
  diskReplaced?(node: NodeId, durable: Durable): void;
  /** A node found damage on its disk, in `file`, and stays down for good. */
  refused?(node: NodeId, file: string): void;
  invoked(operation: number, client: NodeId, request: unknown): void;
  /** The client no longer waits for this operation: whether it took or takes effect is open. */
  gaveUp?(operation: number): void;
  returned(operation: number, client: NodeId, reply: unknown): void;
  /** The faults are over. From here on progress is owed by all but these nodes, which are down for good. */
  healed(lost: readonly NodeId[]): void;
  /** Whether all replicas agree and nothing is on its way; null, or what is missing, for a person. */
  unsettled(): string | null;
  /** Hears what a settled system still sends although nobody needs it. */
  readonly quiet?: QuietListener;
  /**
   * All replicas agree, and no operation is open: judges what was so far, and forgets what nobody can come back to.
   * Called again and again in a run that would else be too long to be remembered; an observer without it cannot watch
   * one.
   */
  cut?(): Verdict;
  /** Judges the whole: called once, after the last step, of a run in which nothing was violated. */
  finish(): Verdict;
  /** Counts of what the run went through, by name; the same names in every run. */
  counts(): Readonly<Record<string, number>>;
}
