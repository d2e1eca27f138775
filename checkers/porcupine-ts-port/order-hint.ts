/** A candidate order, verified: it proves a history legal, and never proves one illegal. */
import { illegal, type Model } from './model.ts';
import type { Operation } from './operation.ts';
import type { OrderedPartition } from './order.ts';
import { initialStateOf, stepOf } from './step.ts';

/**
 * @param hint indexes into the history; operations of unknown outcome may be left out
 * @returns whether every partition, taken in this order, keeps real time and is legal step by step
 */
export function explainsHistory<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  parts: readonly OrderedPartition<I, O>[],
  hint: readonly number[],
): boolean {
  const placeOf = new Int32Array(history.length).fill(-1);
  for (let place = 0; place < hint.length; place++) {
    const index = hint[place]!;
    if (!(index >= 0 && index < history.length) || placeOf[index] !== -1) return false;
    placeOf[index] = place;
  }
  return parts.every((part) => explainsPartition(model, part, placeOf));
}

function explainsPartition<S, I, O>(model: Model<S, I, O>, part: OrderedPartition<I, O>, placeOf: Int32Array): boolean {
  const { count, known, source, returnRank, floor, inputs, outputs } = part;
  const order: number[] = [];
  for (let i = 0; i < count; i++) {
    if (placeOf[source[i]!] !== -1) order.push(i);
    else if (returnRank[i]! < known) return false;
  }
  order.sort((a, b) => placeOf[source[a]!]! - placeOf[source[b]!]!);
  let state = initialStateOf(model);
  let latestCall = -1;
  for (const operation of order) {
    // One that stands before it was called after it had returned.
    if (returnRank[operation]! < latestCall) return false;
    latestCall = Math.max(latestCall, floor[operation]!);
    const next = stepOf(model, state, inputs[operation]!, outputs[operation]);
    if (next === illegal) return false;
    state = next as S;
  }
  return true;
}
