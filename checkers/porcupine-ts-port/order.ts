/** A history in time order, checked for what cannot be: the form that every method of checking starts from. */
import { HistoryError, type Operation } from './operation.ts';

/**
 * One partition, as integers. Operations are numbered in the order of their calls; returns are numbered
 * in their own order, those of unknown outcome last ("at infinity"), in the order of their calls.
 * Intervals are closed: at equal times calls come before returns.
 */
export interface OrderedPartition<I, O> {
  readonly key: string | number | undefined;
  readonly count: number;
  /** Operations whose outcome is known: their returns are numbered 0 to known - 1. */
  readonly known: number;
  /** Index in the history as it was given. */
  readonly source: Int32Array;
  readonly inputs: readonly I[];
  readonly outputs: readonly (O | undefined)[];
  /** Returns that come before the operation's call: it is open at return r exactly when floor <= r <= returnRank. */
  readonly floor: Int32Array;
  readonly returnRank: Int32Array;
  /** The inverse of `returnRank`. */
  readonly returnOrder: Int32Array;
  /** 1: it happened in its interval, with its output, or not at all. Only in relaxed histories. */
  readonly optional?: Uint8Array;
}

/**
 * Sorts the first `count` indexes by their keys, stably; quick when each is near its place, as in a history as it was
 * recorded.
 */
function sortByKey(items: Int32Array, count: number, keys: Float64Array): void {
  const limit = count * 64;
  for (let i = 1, moves = 0; i < count; i++) {
    const item = items[i]!;
    const key = keys[item]!;
    let j = i - 1;
    for (; j >= 0 && keys[items[j]!]! > key; j--) items[j + 1] = items[j]!;
    items[j + 1] = item;
    moves += i - 1 - j;
    if (moves > limit) {
      // Items equal by key are still in the order of their indexes, sorted or not: ties go by index.
      items.subarray(0, count).sort((a, b) => keys[a]! - keys[b]! || a - b);
      return;
    }
  }
}

function describe(operation: Operation<unknown, unknown>, index: number): string {
  return `operation ${index} (client ${operation.client}, called at ${operation.callTime})`;
}

function mustBeWhole<I, O>(history: readonly Operation<I, O>[]): void {
  for (let i = 0; i < history.length; i++) {
    const { callTime, returnTime } = history[i]!;
    if (!Number.isFinite(callTime)) {
      throw new HistoryError(`${describe(history[i]!, i)}: the call time must be a number`, i);
    }
    if (returnTime !== null && !(returnTime >= callTime && returnTime < Infinity)) {
      const problem =
        returnTime < callTime
          ? `it returns at ${returnTime}, before its call`
          : 'the return time must be a number, or null';
      throw new HistoryError(`${describe(history[i]!, i)}: ${problem}`, i);
    }
  }
}

/**
 * A client waits for its operation before it calls the next. An operation that never returned is the
 * exception: its client gave up at a time that nobody recorded, so a later call of the same client is
 * accepted, and the operation stays open to the end.
 */
function mustNotOverlap<I, O>(history: readonly Operation<I, O>[], byCall: Int32Array): void {
  const lastOfClient = new Map<number, number>();
  for (const index of byCall) {
    const operation = history[index]!;
    const last = lastOfClient.get(operation.client);
    if (last !== undefined) {
      const earlier = history[last]!;
      if (earlier.returnTime !== null && operation.callTime < earlier.returnTime) {
        throw new HistoryError(
          `${describe(operation, index)} overlaps ${describe(earlier, last)}, which returns at ${earlier.returnTime}: ` +
            'a client has one operation open at a time; give each concurrent caller its own client number',
          index,
        );
      }
    }
    if (operation.returnTime !== null) lastOfClient.set(operation.client, index);
  }
}

/**
 * @throws HistoryError when a time is not a number, an operation returns before its call, or two
 *   operations of one client overlap
 */
export function orderHistory<I, O>(
  history: readonly Operation<I, O>[],
  model: { partition?(input: I): string | number | undefined } = {},
): OrderedPartition<I, O>[] {
  mustBeWhole(history);
  const byCall = new Int32Array(history.length);
  const calls = new Float64Array(history.length);
  for (let i = 0; i < history.length; i++) {
    byCall[i] = i;
    calls[i] = history[i]!.callTime;
  }
  sortByKey(byCall, history.length, calls);
  mustNotOverlap(history, byCall);
  if (history.length === 0) return [];
  const room = new Room(history.length);
  const whole = (): OrderedPartition<I, O>[] => [orderPartition(history, undefined, byCall, room)];
  if (model.partition === undefined) return whole();
  const parts = new Map<string | number, number[]>();
  for (const index of byCall) {
    const key = model.partition(history[index]!.input);
    if (key === undefined) return whole();
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [index]);
    else part.push(index);
  }
  const ordered: OrderedPartition<I, O>[] = [];
  parts.forEach((part, key) => ordered.push(orderPartition(history, key, part, room)));
  return ordered;
}

/**
 * Arrays for all partitions together, of which each gets its share: a history of a hundred thousand small
 * partitions would else spend its time on making arrays.
 */
class Room {
  readonly source: Int32Array;
  readonly floor: Int32Array;
  readonly returnRank: Int32Array;
  readonly returnOrder: Int32Array;
  /** Used again by each partition. */
  readonly calls: Float64Array;
  readonly returns: Float64Array;
  #taken = 0;

  constructor(operations: number) {
    this.source = new Int32Array(operations);
    this.floor = new Int32Array(operations);
    this.returnRank = new Int32Array(operations);
    this.returnOrder = new Int32Array(operations);
    this.calls = new Float64Array(operations);
    this.returns = new Float64Array(operations);
  }

  /** @returns where the share begins */
  take(count: number): number {
    const from = this.#taken;
    this.#taken += count;
    return from;
  }
}

function orderPartition<I, O>(
  history: readonly Operation<I, O>[],
  key: string | number | undefined,
  indexes: ArrayLike<number>,
  room: Room,
): OrderedPartition<I, O> {
  const count = indexes.length;
  const from = room.take(count);
  const share = (array: Int32Array): Int32Array => array.subarray(from, from + count);
  const source = share(room.source);
  const inputs: I[] = [];
  const outputs: (O | undefined)[] = [];
  const { calls, returns } = room;
  const returnOrder = share(room.returnOrder);
  let known = 0;
  for (let i = 0; i < count; i++) {
    const index = indexes[i]!;
    const operation = history[index]!;
    source[i] = index;
    inputs.push(operation.input);
    outputs.push(operation.returnTime === null ? undefined : operation.output);
    calls[i] = operation.callTime;
    returns[i] = operation.returnTime ?? Infinity;
    if (operation.returnTime !== null) returnOrder[known++] = i;
  }
  sortByKey(returnOrder, known, returns);
  for (let i = 0, rank = known; i < count; i++) if (returns[i] === Infinity) returnOrder[rank++] = i;
  const returnRank = share(room.returnRank);
  for (let rank = 0; rank < count; rank++) returnRank[returnOrder[rank]!] = rank;
  const floor = share(room.floor);
  for (let i = 0, rank = 0; i < count; i++) {
    while (rank < known && returns[returnOrder[rank]!]! < calls[i]!) rank++;
    floor[i] = rank;
  }
  return { key, count, known, source, inputs, outputs, floor, returnRank, returnOrder };
}
