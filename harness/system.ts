/** A system under test, as the harness sees it: processes, an observer, and how to tell of them. */
import type { GenericSchema } from 'valibot';
import type { Effect, Event, NodeId, Process } from '../core/protocol.ts';
import type { Observer } from '../checkers/checker.ts';
import type { Digest } from './digest.ts';
import type { Plan } from './plan.ts';
import type { Rpc } from './rpc.ts';
import type { Script } from './script.ts';

export type AnyProcess = Process<unknown, unknown, unknown, unknown, unknown, unknown>;
export type AnyEvent = Event<unknown, unknown>;
export type AnyEffect = Effect<unknown, unknown, unknown>;

export interface System {
  readonly name: string;
  /** What may stand under `settings` in a plan of this system. */
  readonly settings: GenericSchema;
  /** What a client may ask. */
  readonly request: GenericSchema;
  /** One process for each node: the plan's servers, then its clients. */
  processes(plan: Plan): readonly AnyProcess[];
  /** `durableOf` gives what a node's disk holds at the moment of the call. */
  observer(plan: Plan, durableOf: (node: NodeId) => unknown): Observer;
  /** Who leads now, for faults that are aimed at the leader; null when nobody does. */
  leader(states: readonly unknown[]): NodeId | null;
  /** How its messages pair up as calls; without it the system cannot run on the lab's network. */
  readonly rpc?: Rpc;
  /** Scripts that its plans may name. */
  readonly scripts?: ReadonlyMap<string, Script>;
  /** Everything that tells one message from another goes into the digest. */
  digestMessage(digest: Digest, message: unknown): void;
  digestState(digest: Digest, state: unknown): void;
  /** For traces: one line, in the words of the field. */
  describeMessage(message: unknown): string;
  describeState(state: unknown): Readonly<Record<string, string | number>>;
}
