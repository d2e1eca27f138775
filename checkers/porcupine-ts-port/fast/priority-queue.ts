/**
 * A priority queue into which every value goes at most once, in O(n log n); the smallest comes out first.
 *
 * After Lee and Mathur, arXiv 2410.04581, which takes values away from the largest on: whoever takes the
 * largest value out found nothing else in the queue. Turned round, and as one sweep, from the smallest value
 * on: a value can be taken in a slot exactly when no smaller value must be there during the whole of it. Take
 * it in the first such slot that its calls allow. If that slot is behind the return of its put, the value is
 * there in the slots between, in every linearization: every other choice keeps it there in these, and more. Else put
 * and take are side by side, and nobody meets the value. So each value leaves the least that it can to the
 * larger ones, and by induction the history is linearizable exactly when each finds a slot, and each take that
 * found nothing one without any value. (Inside a slot: takes of values that were there before, smallest
 * first; then pairs of put and take; then those that found nothing; then the put that returns at its end.)
 */
import type { OrderedPartition } from '../order.ts';
import { bagFastPath, covering, none, operationsOf, type BagView, type Fault, type Values } from './bag.ts';
import type { FastPath } from './fast-path.ts';

/** @param compare a total order of all values */
export function priorityQueueFastPath<I, O>(
  view: BagView<I, O>, compare: (a: unknown, b: unknown) => number,
): FastPath<I, O> {
  return bagFastPath('priority-order', view, (values, empties, part) =>
    new Sweep(values, compare).check(empties, part as OrderedPartition<I, O>),
  );
}

/** A violation with few values is looked for this many times; else all smaller values are named. */
const mostDemands = 64;

class Sweep {
  readonly #values: Values;
  readonly #inOrder: readonly number[];
  /** By slot, one to go on from in search of a slot that nobody holds. */
  readonly #onward: Int32Array;
  /** By place in the order: the slots that the value must hold, and from where a slot for its take was looked for. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  readonly #asked: Int32Array;

  constructor(values: Values, compare: (a: unknown, b: unknown) => number) {
    this.#values = values;
    this.#inOrder = Array.from({ length: values.size }, (_, value) => value).toSorted((a, b) =>
      compare(values.value[a], values.value[b]),
    );
    this.#onward = Int32Array.from({ length: values.lastSlot + 2 }, (_, slot) => slot);
    this.#first = new Int32Array(values.size);
    this.#last = new Int32Array(values.size);
    this.#asked = new Int32Array(values.size);
  }

  check<I, O>(empties: readonly number[], { floor, returnRank }: OrderedPartition<I, O>): Fault | undefined {
    const { size, lastSlot, put, take, putFrom, putTo, takeFrom, takeTo } = this.#values;
    for (let place = 0; place < size; place++) {
      const value = this.#inOrder[place]!;
      const from = Math.max(putFrom[value]!, takeFrom[value]!);
      const slot = this.#nextFree(Math.min(from, lastSlot + 1));
      const stays = take[value] === none;
      if (!stays && slot > Math.min(lastSlot, takeTo[value]!))
        return this.#faultOf(from, Math.min(lastSlot, takeTo[value]!), place, [put[value]!, take[value]!]);
      this.#asked[place] = stays ? lastSlot + 1 : from;
      this.#first[place] = putTo[value]! + 1;
      this.#last[place] = slot - 1;
      for (let held = this.#first[place]!; held < slot; held = this.#nextFree(held + 1)) this.#onward[held] = held + 1;
    }
    for (const empty of empties) {
      if (this.#nextFree(floor[empty]!) > returnRank[empty]!)
        return this.#faultOf(floor[empty]!, returnRank[empty]!, size, [empty]);
    }
    return undefined;
  }

  #nextFree(slot: number): number {
    const onward = this.#onward;
    let end = slot;
    while (onward[end] !== end) end = onward[end]!;
    for (let at = slot; at !== end; ) {
      const next = onward[at]!;
      onward[at] = end;
      at = next;
    }
    return end;
  }

  /** Values that keep the slots from `from` to `to` held, with those that keep them there. */
  #faultOf(from: number, to: number, below: number, operations: readonly number[]): Fault {
    const chosen = new Set<number>();
    const demands: { readonly from: number; readonly to: number; readonly below: number }[] = [{ from, to, below }];
    for (let at = 0; at < demands.length; at++) {
      if (at === mostDemands) return operationsOf(this.#values, this.#inOrder.slice(0, below), ...operations);
      const demand = demands[at]!;
      for (const place of covering(this.#first, this.#last, demand.from, demand.to, demand.below)) {
        if (chosen.has(place)) continue;
        chosen.add(place);
        // It was not taken in the first slot that its calls allow: smaller ones were there.
        if (this.#last[place]! >= this.#asked[place]!)
          demands.push({ from: this.#asked[place]!, to: this.#last[place]!, below: place });
      }
    }
    return operationsOf(this.#values, Array.from(chosen, (place) => this.#inOrder[place]!), ...operations);
  }
}
