/** What the untimed world needs to know of a protocol, beside its processes. */
import type { NodeId } from '../../../core/protocol.ts';
import type { AnyEffect, AnyEvent, AnyProcess } from '../../system.ts';
import type { Fault } from '../../plan/fault.ts';
import type { Views } from '../fingerprint.ts';
import type { ClientHistory } from '../linearizable.ts';
import type { Property } from '../model.ts';
import type { Described } from '../../text/difference.ts';
import type { PlanBase } from './plan-base.ts';

/** One step of one node, or its boot: `event` is null then, and `before` too. */
export interface NodeStep {
  readonly node: NodeId;
  readonly before: unknown;
  readonly after: unknown;
  readonly durableBefore: unknown;
  readonly durableAfter: unknown;
  readonly event: AnyEvent | null;
  readonly effects: readonly AnyEffect[];
}

/** A node as observers see it; `state` is null while it is down. */
export interface NodeView {
  readonly state: unknown;
  readonly durable: unknown;
}

/** What a step shows, for `sometimes` properties, `compare` and `observe`. */
export interface Notice {
  /** Names of what happened in this step. */
  readonly situations: readonly string[];
  /** Whether it must be held against the other nodes and the past. */
  readonly concernsOthers: boolean;
}

/**
 * What is checked, and the little of the past that it takes: a ghost, which no node can see. All of it
 * is pure; `Violated` is thrown for what is broken.
 */
export interface UntimedObserver<Ghost, N extends Notice> {
  readonly blank: Ghost;
  /** Every name that a `Violated` may bear. */
  readonly invariants: readonly string[];
  /**
   * What a step shows by itself, and what can be judged by itself. Null when there is nothing to tell: asked once for
   * equal steps.
   */
  notice(step: NodeStep): N | null;
  /**
   * Holds a step against the disks of all nodes, as they are behind it: asked once for equal steps, disks and ghosts.
   * `ghost`: as it was before the step.
   */
  compare(step: NodeStep, notice: N, disks: readonly unknown[], ghost: Ghost): void;
  /** Looks at all servers behind a step that concerns others; null for one that is down. Never remembered. */
  moment?(states: readonly unknown[]): void;
  /**
   * Holds a step against the past and adds it to it: asked once for equal steps and equal ghosts. Only for
   * a boot `nodes` are given, because what its disk holds may come of a step that nobody saw.
   */
  observe(ghost: Ghost, step: NodeStep, notice: N, nodes: readonly NodeView[] | null): Ghost;
  invoked(ghost: Ghost, client: number, request: unknown): Ghost;
  returned(ghost: Ghost, client: number, reply: unknown): Ghost;
  /** Of each client, for linearizability and for the state as it is told. */
  historiesOf(ghost: Ghost): readonly ClientHistory<unknown, unknown>[];
  readonly properties: readonly Property<Ghost, never>[];
}

/** Other names for the servers: `names[i]` is the new one of server `i`. Clients keep theirs. */
export type Renaming = readonly NodeId[];

export interface Renamer<Ghost> {
  state(state: unknown, names: Renaming, node: NodeId): unknown;
  durable(durable: unknown, names: Renaming): unknown;
  message(message: unknown, names: Renaming): unknown;
  ghost(ghost: Ghost, names: Renaming): Ghost;
}

export interface Wish {
  readonly to: NodeId;
  readonly message: unknown;
  /** The same in a plan of the simulator. */
  readonly fault: (atUs: number) => Fault;
}

export interface UntimedSystem<Ghost, N extends Notice> {
  /** The servers, then the clients. */
  readonly processes: readonly AnyProcess[];
  readonly servers: number;
  /** How to look at what is not plain data in states, messages and ghosts. */
  readonly views: Views;
  /** What tells one running state of a node from another: what never changes may be left out. */
  essence(node: NodeId, state: unknown): unknown;
  /** The state with counters cut off where the node no longer looks at them, so that the space is finite. */
  normal(node: NodeId, state: unknown): unknown;
  /**
   * With the reduction: the state without what only decides in which order, and to whom first, a node
   * says what it will say to all of them anyway (`eagerTimers`).
   */
  canonical(node: NodeId, state: unknown): unknown;
  /**
   * With the reduction: timers that are fired at once, again and again, until the node has said all that it has to say.
   */
  eagerTimers(node: NodeId): readonly string[];
  /** With the reduction: armed timers that may make a difference in this state; the others count as not armed. */
  liveTimers(node: NodeId, state: unknown, armed: readonly string[]): readonly string[];
  /**
   * With the reduction: a claim that this letter will never again do anything to this node: not now, not
   * after any step or crash of it. The search holds the claim against the code, on every state of the
   * node that it meets: see `dead-letters.ts`.
   */
  isDead(node: NodeId, state: unknown, from: NodeId, message: unknown): boolean;
  /** A bound: whether this timer may fire. */
  mayFire(node: NodeId, state: unknown, timer: string): boolean;
  /** A bound: whether a state is looked at. */
  isWithin(node: NodeId, state: unknown): boolean;
  /**
   * What an operator may ask of the servers, at any time: letters that are there from the beginning, each from the
   * server itself.
   */
  readonly wishes?: readonly Wish[];
  /** The next operation of a client that waits for none; null when it has no more. */
  nextRequest(client: number, state: unknown): unknown;
  readonly observer: UntimedObserver<Ghost, N>;
  /** Null when its servers cannot take each other's names. */
  readonly renamer: Renamer<Ghost> | null;
  /** Renamings under which the processes behave alike; the first one is the identity. */
  renamings(isReduced: boolean): readonly Renaming[];
  /** How a plan of the simulator begins that takes the steps of a run; absent when there is no such simulator. */
  readonly planBase?: PlanBase;
  describeMessage(message: unknown): string;
  describeState(node: NodeId, state: unknown): Described;
  describeRequest(request: unknown): string;
}

export const nodeName = (servers: number, node: NodeId): string => (node < servers ? `n${node}` : `c${node - servers}`);
