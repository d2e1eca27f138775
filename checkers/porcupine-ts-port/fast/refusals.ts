/** Compare-and-sets that were refused, placed into an order that is already legal without them. */
import type { OrderedPartition } from '../order.ts';

/**
 * Each refusal goes to the earliest place that its interval allows and at which the state is not the one
 * it would have replaced. A place found keeps the order legal, because a refusal changes nothing; that
 * none is found proves nothing, because another order might have one.
 *
 * @param order operations in a legal order that keeps real time
 * @param states the state after each
 * @param refusals operations, in the order of their calls, with what each compared the state with
 * @returns after how many operations of the order each refusal comes; undefined when one finds no place
 */
export function findPlaces<I, O>(
  part: OrderedPartition<I, O>,
  initial: unknown,
  order: readonly number[],
  states: readonly unknown[],
  refusals: readonly number[],
  expected: readonly unknown[],
): readonly number[] | undefined {
  const { floor, returnRank } = part;
  // After how many of the order's operations the refusal may come at the earliest and the latest.
  const earliestReturnFrom = suffixMinimum(order, returnRank);
  const latestCallUpTo = prefixMaximum(order, floor);
  const places: number[] = [];
  for (let at = 0; at < refusals.length; at++) {
    const refusal = refusals[at]!;
    // Everything that returned before the call stands before.
    let place = firstIndex(order.length, (index) => earliestReturnFrom[index]! >= floor[refusal]!);
    for (let earlier = 0; earlier < at; earlier++) {
      if (returnRank[refusals[earlier]!]! < floor[refusal]!) place = Math.max(place, places[earlier]!);
    }
    for (; ; place++) {
      // Nothing that was called after the return stands before.
      if (place > order.length || (place > 0 && latestCallUpTo[place - 1]! > returnRank[refusal]!)) return undefined;
      const state = place === 0 ? initial : states[place - 1];
      if (state !== expected[at]) break;
    }
    places.push(place);
  }
  return places;
}

/** The order with the refusals in it; those at one place in the order of their calls. */
export function insertAt(order: readonly number[], refusals: readonly number[], places: readonly number[]): number[] {
  const atPlace = new Map<number, number[]>();
  for (let at = 0; at < refusals.length; at++) atPlace.set(places[at]!, [...(atPlace.get(places[at]!) ?? []), at]);
  const whole: number[] = [];
  for (let place = 0; place <= order.length; place++) {
    for (const at of atPlace.get(place) ?? []) whole.push(refusals[at]!);
    if (place < order.length) whole.push(order[place]!);
  }
  return whole;
}

function suffixMinimum(order: readonly number[], keys: Int32Array): Int32Array {
  const minima = new Int32Array(order.length);
  for (let i = order.length - 1, least = 2 ** 31 - 1; i >= 0; i--) {
    least = Math.min(least, keys[order[i]!]!);
    minima[i] = least;
  }
  return minima;
}

function prefixMaximum(order: readonly number[], keys: Int32Array): Int32Array {
  const maxima = new Int32Array(order.length);
  for (let i = 0, greatest = -1; i < order.length; i++) {
    greatest = Math.max(greatest, keys[order[i]!]!);
    maxima[i] = greatest;
  }
  return maxima;
}

/** The first index below `count` for which `holds`, which holds from some index on; `count` when for none. */
function firstIndex(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
