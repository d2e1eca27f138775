/**
 * What the harness can run: the contract between a protocol and the world.
 *
 * A protocol is data in, data out. It reads no clock, draws no random number, and touches neither
 * disk nor network: it asks for those things by returning effects, and hears back through events.
 */

/** Nodes are numbered from 0. Any node may send to any other; clients are nodes too. */
export type NodeId = number;

/** Everything that can happen to a running node. */
export type Event<Message, Request> =
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: Message }
  | { readonly kind: 'timer'; readonly timer: string }
  /** A direct call: to a client its next operation. Answered by a `reply` with the same `id`. */
  | { readonly kind: 'request'; readonly id: number; readonly request: Request }
  /**
   * The network reports that an exchange with `node` failed. Only the lab's manner of network does
   * this; on an honest one a caller learns nothing until its own timer fires.
   */
  | { readonly kind: 'unreachable'; readonly node: NodeId };

/**
 * Everything a node can ask for.
 *
 * Effects happen in the order they are listed, and `persist` is a barrier: nothing listed after it
 * happens until its writes are durable, all together. A crash at the barrier means that the rest
 * never happens, and neither does the new state.
 */
export type Effect<Message, Write, Reply> =
  | { readonly kind: 'persist'; readonly writes: readonly Write[] }
  | { readonly kind: 'send'; readonly to: NodeId; readonly message: Message }
  /** Setting a timer replaces the one with the same name. The world picks a time in the range. */
  | { readonly kind: 'setTimer'; readonly timer: string; readonly afterUs: Range }
  | { readonly kind: 'cancelTimer'; readonly timer: string }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply };

/** Microseconds, whole numbers, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** One kind of node: four pure functions and what its disk holds before anything was written. */
export interface Process<State, Message, Write, Durable, Request, Reply> {
  readonly blank: Durable;
  /** A node that has just started and knows only what its disk held. */
  boot(durable: Durable): Step<State, Effect<Message, Write, Reply>>;
  step(state: State, event: Event<Message, Request>): Step<State, Effect<Message, Write, Reply>>;
  /** What the disk holds once this write is on it. */
  write(durable: Durable, write: Write): Durable;
}
