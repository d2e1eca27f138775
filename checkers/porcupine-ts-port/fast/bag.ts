/**
 * Objects that values are put into and taken out of, where every value is put in at most once: what
 * queues, stacks and priority queues have in common.
 *
 * Time is cut into slots: slot s lies between the returns of rank s - 1 and s. An operation can take
 * effect in the slots from its floor to the rank of its return, and an order of the operations keeps real
 * time exactly when each can be given such a slot and slots never fall along the order. So a value is in
 * the object during the whole of every slot behind the return of its put and before the call of its take,
 * whatever the linearization: it *holds* these slots.
 *
 * What a method finds illegal is shown by values taken as a whole, their puts with their takes: from a
 * legal sequence of a queue, a stack or a priority queue any value can be left out, and it stays legal. For
 * the same reason operations of unknown outcome need no search in most histories:
 *
 * * a put that never returned and whose value nobody took can be left out;
 * * if all is well without the takes that never returned, they never happened;
 * * if the values that are known to be taken are illegal by themselves, then whatever those took.
 *
 * What lies between, takes that returned and told nothing, and values put in twice are left to the search.
 */
import type { OrderedPartition } from '../order.ts';
import { clashOf, legalVerdict, type FastPath, type FastVerdict } from './fast-path.ts';

/** How a model's operations read as operations on a bag. */
export interface BagView<I, O> {
  kind(input: I): 'put' | 'take' | 'other';
  /** Of a put. Compared as keys of a Map. */
  put(input: I): unknown;
  /** Of a take whose output is known: the value taken out, `null` when there was none. */
  taken(output: O): unknown;
}

export const none = -1;

/** Operations up to which a search can tell more of an illegal history than the part at fault. */
const explainedWhole = 64;

/** Values with their puts and takes, in the order of the calls of the puts. All arrays are by number of the value. */
export interface Values {
  readonly size: number;
  /** Slots are numbered 0 to `lastSlot`. */
  readonly lastSlot: number;
  readonly value: readonly unknown[];
  readonly put: Int32Array;
  /** `none` for a value that stays. */
  readonly take: Int32Array;
  /**
   * First and last slot in which the put and the take can happen; that of a value that stays is behind the last one.
   */
  readonly putFrom: Int32Array;
  readonly putTo: Int32Array;
  readonly takeFrom: Int32Array;
  readonly takeTo: Int32Array;
}

/** A violation: operations that are illegal by themselves. */
export type Fault = readonly number[];

/** Decides a bag without takes of unknown outcome; `empties` are the takes that found nothing. */
export type BagRule<I, O> = (
  values: Values, empties: readonly number[], part: OrderedPartition<I, O>,
) => Fault | undefined;

export function bagFastPath<I, O>(name: string, view: BagView<I, O>, rule: BagRule<I, O>): FastPath<I, O> {
  return { name, check: (part) => check(view, rule, part) };
}

function check<I, O>(view: BagView<I, O>, rule: BagRule<I, O>, part: OrderedPartition<I, O>): FastVerdict | undefined {
  const { count, known, inputs, outputs, floor, returnRank } = part;
  const putOf = new Map<unknown, number>();
  const takes: number[] = [];
  for (let i = 0; i < count; i++) {
    const kind = view.kind(inputs[i]!);
    if (kind === 'other') return undefined;
    if (kind === 'take') {
      takes.push(i);
      continue;
    }
    const value = view.put(inputs[i]!);
    // A value that reads as "nothing" cannot be told from it.
    if (value === null || value === undefined || putOf.has(value)) return undefined;
    putOf.set(value, i);
  }
  const takeOf = new Int32Array(count).fill(none);
  const empties: number[] = [];
  let open = 0;
  let untold = 0;
  let clash: FastVerdict | undefined;
  for (const i of takes) {
    if (returnRank[i]! >= known) open++;
    else if (outputs[i] === undefined) untold++;
    else {
      const value = view.taken(outputs[i]!);
      const put = putOf.get(value);
      if (value === null) empties.push(i);
      else if (put === undefined) clash ??= foundIn(part, [i]);
      else if (takeOf[put] !== none) clash ??= foundIn(part, [put, takeOf[put]!, i]);
      else if (returnRank[i]! < floor[put]!) clash ??= foundIn(part, [put, i]);
      else takeOf[put] = i;
    }
  }
  if (clash !== undefined) return clash;
  const isSettled = open + untold === 0;
  const all = valuesOf(part, putOf, takeOf, true);
  const fault = rule(all, empties, part);
  if (fault === undefined) return untold === 0 ? legalVerdict : undefined;
  if (isSettled) return foundIn(part, fault);
  const taken = rule(valuesOf(part, putOf, takeOf, false), empties, part);
  return taken === undefined ? undefined : foundIn(part, taken);
}

/**
 * Of a short history the whole can be explained, such as which operation is the first without a place; of a
 * long one only the part at fault.
 */
function foundIn<I, O>({ count }: OrderedPartition<I, O>, operations: Fault): FastVerdict {
  const found = clashOf(...operations);
  return found.legal || count <= explainedWhole ? found : { ...found, within: found.clash };
}

function valuesOf<I, O>(
  part: OrderedPartition<I, O>, putOf: ReadonlyMap<unknown, number>, takeOf: Int32Array, withThoseThatStay: boolean,
): Values {
  const { known, floor, returnRank } = part;
  const value: unknown[] = [];
  const puts: number[] = [];
  for (const [one, put] of putOf) {
    if (takeOf[put] === none && (!withThoseThatStay || returnRank[put]! >= known)) continue;
    value.push(one);
    puts.push(put);
  }
  const put = Int32Array.from(puts);
  const take = put.map((one) => takeOf[one]!);
  return {
    size: put.length,
    lastSlot: known,
    value,
    put,
    take,
    putFrom: put.map((one) => floor[one]!),
    putTo: put.map((one) => returnRank[one]!),
    takeFrom: take.map((one) => (one === none ? known + 1 : floor[one]!)),
    takeTo: take.map((one) => (one === none ? part.count + 1 : returnRank[one]!)),
  };
}

/** The puts and takes of some values, and other operations. */
export function operationsOf(values: Values, chosen: Iterable<number>, ...others: readonly number[]): Fault {
  const operations = [...others];
  for (const one of chosen) operations.push(values.put[one]!, values.take[one]!);
  return operations.filter((operation) => operation !== none);
}

/** By slot, how many values hold it. */
function holders({ size, lastSlot, putTo, takeFrom }: Values): Int32Array {
  const held = new Int32Array(lastSlot + 2);
  for (let i = 0; i < size; i++) {
    if (putTo[i]! + 1 >= takeFrom[i]!) continue;
    held[putTo[i]! + 1]!++;
    held[takeFrom[i]!]!--;
  }
  for (let slot = 1; slot <= lastSlot; slot++) held[slot]! += held[slot - 1]!;
  return held;
}

/**
 * Values that together hold all of the slots from `from` to `to`, each reaching as far as any can.
 * @param first of each value, the first slot that it holds
 * @param last of each value, the last one
 * @param below only values with lower numbers
 */
export function covering(
  first: ArrayLike<number>, last: ArrayLike<number>, from: number, to: number, below: number = first.length,
): number[] {
  const inOrder: number[] = [];
  for (let i = 0; i < below; i++) if (last[i]! >= from && first[i]! <= to && first[i]! <= last[i]!) inOrder.push(i);
  inOrder.sort((a, b) => first[a]! - first[b]! || a - b);
  const chosen: number[] = [];
  for (let at = 0, slot = from; slot <= to;) {
    let best = none;
    for (; at < inOrder.length && first[inOrder[at]!]! <= slot; at++)
      if (best === none || last[inOrder[at]!]! > last[best]!) best = inOrder[at]!;
    if (best === none || last[best]! < slot) throw new Error(`nothing holds slot ${slot}`);
    chosen.push(best);
    slot = last[best]! + 1;
  }
  return chosen;
}

/** The first take that found nothing although in each of its slots there was something, with what was there. */
export function emptyFault<I, O>(
  values: Values, empties: readonly number[], { floor, returnRank }: OrderedPartition<I, O>,
): Fault | undefined {
  if (empties.length === 0) return undefined;
  const held = holders(values);
  const nextFree = new Int32Array(values.lastSlot + 2);
  nextFree[values.lastSlot + 1] = values.lastSlot + 1;
  for (let slot = values.lastSlot; slot >= 0; slot--) nextFree[slot] = held[slot] === 0 ? slot : nextFree[slot + 1]!;
  for (const empty of empties) {
    if (nextFree[floor[empty]!]! <= returnRank[empty]!) continue;
    const first = values.putTo.map((slot) => slot + 1);
    const last = values.takeFrom.map((slot) => slot - 1);
    return operationsOf(values, covering(first, last, floor[empty]!, returnRank[empty]!), empty);
  }
  return undefined;
}
