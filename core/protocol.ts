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
  /**
   * What the node does when its disk refuses a write. `stop`, also when absent: it ends at once, and
   * nothing behind the barrier happens. The others are defects, for tests: `goOn` takes the writes for
   * durable, `undo` takes the step for one that never was, believing that nothing of it is on the disk.
   */
  readonly onFailedWrite?: 'stop' | 'goOn' | 'undo';
  /**
   * What the node does while a write is on its way. `blocking`, also when absent: nothing else; what arrives waits.
   * `pipelined`: it goes on from its new state at once. What is listed in front of a `persist` happens at once, what is
   * listed behind it when its writes and all before them are durable; one without writes waits for those before it.
   */
  readonly persistence?: 'blocking' | 'pipelined';
}

/**
 * What a write does to the files of a disk. `replace` happens whole or not at all; `create` and `append` may be torn.
 * `rewrite` writes once more what the file holds: what a failed sync left of it may be read until the next crash, and
 * is gone then.
 */
export type FileOperation =
  | { readonly kind: 'create'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly kind: 'append'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly kind: 'replace'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly kind: 'rewrite'; readonly file: string }
  | { readonly kind: 'remove'; readonly file: string };

/** What a node finds when it starts: its durable state, or a reason not to start. */
export type Recovery<Durable, Cursor> =
  | {
    readonly kind: 'recovered';
    readonly durable: Durable;
    readonly cursor: Cursor;
    /** What must be written before anything else is, so that nothing stands behind a torn end. */
    readonly repairs: readonly FileOperation[];
    /** An unfinished write was found, and taken for never begun. */
    readonly isTorn: boolean;
  }
  | { readonly kind: 'refused'; readonly file: string; readonly reason: string };

/**
 * How durable states become bytes in files, and back: pure, bytes in, states out. A cursor says where
 * the next write goes.
 */
export interface Storage<Write, Durable, Cursor> {
  /** A new disk; `durable` is what it holds when that is not the blank state. */
  format(durable?: Durable): { readonly cursor: Cursor; readonly operations: readonly FileOperation[] };
  /** One barrier. `durable` is the state with all the writes; the operations reach the disk in their order. */
  store(
    cursor: Cursor, durable: Durable, writes: readonly Write[],
  ): { readonly cursor: Cursor; readonly operations: readonly FileOperation[] };
  recover(files: ReadonlyMap<string, Uint8Array>): Recovery<Durable, Cursor>;
  /** Whether `cursor` stands behind more writes than `than`. */
  isLater(cursor: Cursor, than: Cursor): boolean;
}
