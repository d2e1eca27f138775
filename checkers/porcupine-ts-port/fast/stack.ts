/**
 * A last-in first-out stack onto which every value goes at most once, in O(n log n).
 *
 * The problem is that of Abdulla and others, arXiv 2509.17795 (O(n^2)), and of Lee and Mathur, arXiv
 * 2410.04581 (O(n log n)); the argument below is ours. A value holds the slots behind the return of its push
 * and before the call of its pop (see bag.ts).
 *
 * 1. A value that holds no slot is nobody's business: its push and pop can stand side by side, or at the
 *    seam between two slots at which no other push returns. It is left out.
 * 2. At a slot that no value holds, the history falls into two: each value can have both operations before
 *    it or both behind it (all are open there), and the two parts of a linearization, each alone, are legal.
 *    So a pop that found nothing needs such a slot, and needs no more.
 * 3. Where slots are held without a gap, the stack is never empty between: one value lies at the bottom all
 *    the time. It is one whose push was called before the first push of them all returned, and whose pop
 *    returned after the last pop of them all was called. Any such value will do: take it out, linearize the
 *    rest, cut that at the slot before and the slot behind (rule 2), and lay the value around the middle. If there
 *    is no such value, the history is illegal.
 *
 * So: as long as there are values, take one from the bottom of a part without a gap, and look where gaps came
 * about. Parts only get smaller, so a value that may be at the bottom as far as its push goes stays so, and
 * the same for its pop: each is found once, by a tree over the values in the order in which their pushes
 * returned. Slots become free once: a tree over the slots finds them.
 */
import { bagFastPath, covering, emptyFault, operationsOf, type BagView, type Fault, type Values } from './bag.ts';
import type { FastPath } from './fast-path.ts';
import type { OrderedPartition } from '../order.ts';
import { HeldSlots } from './held-slots.ts';
import { Extremes } from './extremes.ts';

export function stackFastPath<I, O>(view: BagView<I, O>): FastPath<I, O> {
  return bagFastPath('stack-bottoms', view, (values, empties, part) =>
    emptyFault(values, empties, part as OrderedPartition<I, O>) ?? new Bottoms(values).check());
}

const none = -1;

class Bottoms {
  readonly #values: Values;
  /** Values that hold a slot, in the order in which their pushes returned; all that follows is by place in it. */
  readonly #inOrder: readonly number[];
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  readonly #slots: HeldSlots;
  /** Of those still there: by the call of the pop, the last first. */
  readonly #latestPop: Extremes;
  /** Of those not yet known to be called before the first push returned: by the call of the push. */
  readonly #earliestPush: Extremes;
  /** Of those whose pop is not yet known to return after the last one was called: by the return of the pop. */
  readonly #latestReturn: Extremes;
  /** Those that can lie at the bottom. */
  readonly #bottoms: Extremes;
  /** Of each, how many of the two conditions it is known to fulfil. */
  readonly #fulfilled: Uint8Array;
  /** The first place at or behind this one that is still there. */
  readonly #onward: Int32Array;

  constructor(values: Values) {
    const { size, putFrom, putTo, takeFrom, takeTo, lastSlot } = values;
    this.#values = values;
    this.#inOrder = Array.from({ length: size }, (_, value) => value)
      .filter((value) => putTo[value]! + 1 < takeFrom[value]!)
      .toSorted((a, b) => putTo[a]! - putTo[b]!);
    const places = this.#inOrder.length;
    this.#first = Int32Array.from(this.#inOrder, (value) => putTo[value]! + 1);
    this.#last = Int32Array.from(this.#inOrder, (value) => takeFrom[value]! - 1);
    this.#slots = new HeldSlots(lastSlot + 1, this.#first, this.#last);
    this.#latestPop = new Extremes(this.#last);
    this.#earliestPush = new Extremes(Int32Array.from(this.#inOrder, (value) => -putFrom[value]!));
    this.#latestReturn = new Extremes(Int32Array.from(this.#inOrder, (value) => takeTo[value]!));
    this.#bottoms = new Extremes(new Int32Array(places), true);
    this.#fulfilled = new Uint8Array(places);
    this.#onward = Int32Array.from({ length: places + 1 }, (_, place) => place);
  }

  check(): Fault | undefined {
    const parts: [from: number, to: number][] = [];
    this.#slots.splitInto(parts, 0, this.#values.lastSlot);
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      const [from, to] = part;
      // Nothing reaches out of a part: its values are those that begin in it.
      const low = this.#nextThere(this.#placeAt(from));
      const high = this.#placeAt(to + 1);
      const bottom = this.#bottomOf(low, high);
      if (bottom === none) return this.#faultOf(low, high);
      this.#takeOut(bottom);
      this.#slots.free(this.#first[bottom]!, this.#last[bottom]!);
      this.#slots.splitInto(parts, from, to);
    }
    return undefined;
  }

  /** The first place whose value begins at the slot or behind it. */
  #placeAt(slot: number): number {
    let low = 0;
    let high = this.#first.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#first[middle]! < slot) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #nextThere(place: number): number {
    let end = place;
    while (this.#onward[end] !== end) end = this.#onward[end]!;
    for (let at = place; at !== end; ) {
      const next = this.#onward[at]!;
      this.#onward[at] = end;
      at = next;
    }
    return end;
  }

  /** @param low the first of the part's values by the return of its push */
  #bottomOf(low: number, high: number): number {
    const { putFrom, takeTo } = this.#values;
    const firstReturn = this.#first[low]! - 1;
    const lastCall = this.#last[this.#latestPop.greatest(low, high)]! + 1;
    for (;;) {
      const place = this.#earliestPush.greatest(low, high);
      if (place === none || putFrom[this.#inOrder[place]!]! > firstReturn) break;
      this.#earliestPush.remove(place);
      this.#fulfil(place);
    }
    for (;;) {
      const place = this.#latestReturn.greatest(low, high);
      if (place === none || takeTo[this.#inOrder[place]!]! < lastCall) break;
      this.#latestReturn.remove(place);
      this.#fulfil(place);
    }
    return this.#bottoms.greatest(low, high);
  }

  #fulfil(place: number): void {
    this.#fulfilled[place]!++;
    if (this.#fulfilled[place] === 2) this.#bottoms.add(place);
  }

  #takeOut(place: number): void {
    this.#latestPop.remove(place);
    this.#earliestPush.remove(place);
    this.#latestReturn.remove(place);
    this.#bottoms.remove(place);
    this.#onward[place] = place + 1;
  }

  /**
   * From the value whose push returned first to the one whose pop was called last, each overlapping the
   * next: they hold the same slots without a gap, and so none of them can be at the bottom.
   */
  #faultOf(low: number, high: number): Fault {
    const there: number[] = [];
    for (let place = low; place < high; place = this.#nextThere(place + 1)) there.push(place);
    const first = there.map((place) => this.#first[place]!);
    const last = there.map((place) => this.#last[place]!);
    const end = this.#latestPop.greatest(low, high);
    const chain = covering(first, last, first[0]!, this.#last[end]!).map((at) => there[at]!);
    return operationsOf(this.#values, new Set([low, ...chain, end].map((place) => this.#inOrder[place]!)));
  }
}
