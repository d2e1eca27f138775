/** A system under test, as the harness sees it: processes, an observer, and how to tell of them. */
import type { GenericSchema } from 'valibot';
import type { Effect, Event, NodeId, Process, Recovery, Storage } from '../core/protocol.ts';
import type { Observer } from '../checkers/checker.ts';
import type { Digest } from './digest.ts';
import type { Plan } from './plan.ts';
import type { Rpc } from './rpc.ts';
import type { Script } from './script.ts';

export type AnyProcess = Process<unknown, unknown, unknown, unknown, unknown, unknown>;
export type AnyEvent = Event<unknown, unknown>;
export type AnyEffect = Effect<unknown, unknown, unknown>;
export type AnyStorage = Storage<unknown, unknown, unknown>;
export type AnyRecovery = Recovery<unknown, unknown>;

/** How messages become bytes and back, for faults that damage bytes. */
export interface Codec {
  /** With a checksum in it. */
  encode(message: unknown): Uint8Array;
  /** Null when the bytes are no message; with `isChecked`, also when the checksum is wrong. */
  decode(bytes: Uint8Array, isChecked: boolean): unknown;
}

/** What a system tells of itself, so that faults can be aimed at the moments that matter. */
export interface Moments {
  /** Rises with each new leadership that is seen; 0 while there was none. */
  leadership(states: readonly unknown[]): number;
  /** Up to where a server's log was given back for a snapshot. */
  snapshotIndex(state: unknown): number;
  lastIndex(state: unknown): number;
  isSnapshotMessage(message: unknown): boolean;
}

export interface System {
  readonly name: string;
  /** What may stand under `settings` in a plan of this system. */
  readonly settings: GenericSchema;
  /** The plainest settings: what a shrinker tries first, and from which a report tells the differences. */
  readonly plainSettings?: unknown;
  /** What a client may ask. */
  readonly request: GenericSchema;
  /** One process for each node: the plan's servers, then its clients. */
  processes(plan: Plan): readonly AnyProcess[];
  /** `durableOf` gives what a node's disk holds at the moment of the call. */
  observer(plan: Plan, durableOf: (node: NodeId) => unknown): Observer;
  /** Who leads now, for faults that are aimed at the leader; null when nobody does. */
  leader(states: readonly unknown[]): NodeId | null;
  /** How durable states become bytes: without it no fault can damage a disk. Servers only; clients keep nothing. */
  readonly storage?: AnyStorage;
  /** Without it no fault can damage a message. */
  readonly codec?: Codec;
  /** Without it no fault can be aimed at a moment. */
  readonly moments?: Moments;
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

/**
 * A part of a system without which a plan cannot be run on it.
 * @throws SystemError when the system lacks it
 */
export function mustHave<K extends 'storage' | 'codec' | 'moments'>(system: System, part: K): NonNullable<System[K]> {
  const found = system[part];
  if (found === undefined) throw new SystemError(`system "${system.name}" has no \`${part}\`, which a fault of this plan needs`);
  return found as NonNullable<System[K]>;
}

/** Says what a plan asks of a system that cannot give it. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
}
