/**
 * A proof that a history of a register is illegal, in O(n log n), whether values repeat or not: a read of a value
 * that was never current in its time.
 *
 * The read is illegal when nobody wrote its value before it returned; or when some write of another value had
 * returned before the read was called, and every write of the read's value had returned before that other write
 * was called. Then each of them was overwritten, whatever the order. (The initial value counts as written before
 * everything.) A history where no read is such may be illegal all the same: this proves only one thing.
 */
import type { OrderedPartition } from '../order.ts';
import type { RegisterView } from './register-view.ts';
import { clashOf, type FastPath, type FastVerdict } from './fast-path.ts';

const none = -1;

export function neverCurrentFastPath<I, O>(view: RegisterView<I, O>): FastPath<I, O> {
  return { name: 'never-current', check: (part) => check(view, part) };
}

/** Writes of one value, by their calls. */
interface Writes {
  readonly floors: number[];
  /** Of each write and those called before it: the rank of the latest return. */
  readonly latest: number[];
}

function check<I, O>(view: RegisterView<I, O>, part: OrderedPartition<I, O>): FastVerdict | undefined {
  const { count, known, inputs, outputs, floor, returnRank, returnOrder } = part;
  const writes = new Map<unknown, Writes>();
  const isWrite = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const kind = view.kind(inputs[i]!);
    if (kind === 'read') continue;
    if (kind !== 'write') return undefined;
    isWrite[i] = 1;
    const value = view.written(inputs[i]!);
    let same = writes.get(value);
    if (same === undefined) writes.set(value, (same = { floors: [], latest: [] }));
    same.floors.push(floor[i]!);
    same.latest.push(Math.max(same.latest.at(-1) ?? none, returnRank[i]!));
  }
  const overwriting = latestCalls(part, isWrite, (operation) => view.written(inputs[operation]!));
  for (let rank = 0; rank < known; rank++) {
    const read = returnOrder[rank]!;
    if (isWrite[read] === 1 || outputs[read] === undefined) continue;
    const value = view.read(outputs[read]!);
    const lastReturn = latestReturn(writes.get(value), rank);
    if (lastReturn === undefined && !isSame(value, view.initial)) return clashOf(read);
    const other = overwriting(floor[read]!, value);
    if (other !== none && (lastReturn ?? none) < floor[other]!) return clashOf(other, read);
  }
  return undefined;
}

const isSame = (a: unknown, b: unknown): boolean => a === b || Object.is(a, b);

/** The latest return among the writes called before the return of this rank; undefined when there are none. */
function latestReturn(writes: Writes | undefined, rank: number): number | undefined {
  if (writes === undefined) return undefined;
  let low = 0;
  let high = writes.floors.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (writes.floors[middle]! <= rank) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : writes.latest[low - 1];
}

/** Of the writes of other values that returned before a call: the one called last. */
function latestCalls<I, O>(
  { known, floor, returnOrder }: OrderedPartition<I, O>,
  isWrite: Uint8Array,
  written: (operation: number) => unknown,
): (before: number, value: unknown) => number {
  /**
   * By the number of returns: the write called last, and the one called last among those of other values than that
   * one's.
   */
  const last = new Int32Array(known + 1).fill(none);
  const second = new Int32Array(known + 1).fill(none);
  const isLater = (a: number, b: number): boolean => b === none || floor[a]! > floor[b]!;
  for (let rank = 0; rank < known; rank++) {
    const operation = returnOrder[rank]!;
    last[rank + 1] = last[rank]!;
    second[rank + 1] = second[rank]!;
    if (isWrite[operation] === 0) continue;
    const first = last[rank]!;
    const isOfFirst = first !== none && isSame(written(first), written(operation));
    if (isLater(operation, first)) {
      last[rank + 1] = operation;
      if (!isOfFirst) second[rank + 1] = first;
    } else if (!isOfFirst && isLater(operation, second[rank]!)) second[rank + 1] = operation;
  }
  return (before, value) => {
    const first = last[before]!;
    return first !== none && isSame(written(first), value) ? second[before]! : first;
  };
}
