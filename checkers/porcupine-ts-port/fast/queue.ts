/**
 * A first-in first-out queue into which every value goes at most once, in O(n log n).
 *
 * Henzinger, Sezgin and Vafeiadis, "Aspect-oriented linearizability proofs" (CONCUR 2013): without
 * dequeues that found nothing, such a history is linearizable exactly when no value is dequeued that was
 * never enqueued, none before its enqueue was called, none twice, and no two values overtake: enqueue(a)
 * returns before enqueue(b) is called, and yet b's dequeue returns before a's is called (or a is never
 * dequeued). Enqueues of unknown outcome whose value nobody saw are left out. Histories with dequeues
 * that found nothing or of unknown outcome are left to the search.
 */
import type { OrderedPartition } from '../order.ts';
import { clashOf, legalVerdict, type FastPath, type FastVerdict } from './fast-path.ts';

/** How a model's operations read as operations on a queue. */
export interface QueueView<I, O> {
  /** What an enqueue puts in; `undefined`: the operation is a dequeue. */
  enqueued(input: I): { readonly value: unknown } | undefined;
  /** What a dequeue took out; `undefined`: it found nothing, or did not say. */
  dequeued(output: O): { readonly value: unknown } | undefined;
}

export function queueFastPath<I, O>(view: QueueView<I, O>): FastPath<I, O> {
  return { name: 'queue-order', check: (part) => check(view, part) };
}

function check<I, O>(view: QueueView<I, O>, part: OrderedPartition<I, O>): FastVerdict | undefined {
  const { count, known, inputs, outputs, floor, returnRank } = part;
  const enqueues = new Map<unknown, number>();
  for (let i = 0; i < count; i++) {
    const entry = view.enqueued(inputs[i]!);
    if (entry === undefined) continue;
    if (enqueues.has(entry.value)) return undefined;
    enqueues.set(entry.value, i);
  }
  const dequeueOf = new Int32Array(count).fill(-1);
  let clash: FastVerdict | undefined;
  for (let i = 0; i < count; i++) {
    if (view.enqueued(inputs[i]!) !== undefined) continue;
    const taken = outputs[i] === undefined || returnRank[i]! >= known ? undefined : view.dequeued(outputs[i]!);
    if (taken === undefined) return undefined;
    const enqueue = enqueues.get(taken.value);
    if (enqueue === undefined) clash ??= clashOf(i);
    else if (dequeueOf[enqueue] !== -1) clash ??= clashOf(i, dequeueOf[enqueue]!, enqueue);
    else if (returnRank[i]! < floor[enqueue]!) clash ??= clashOf(i, enqueue);
    else dequeueOf[enqueue] = i;
  }
  return clash ?? overtaking(part, [...enqueues.values()], dequeueOf) ?? legalVerdict;
}

/** Enqueues come in the order of their calls. */
function overtaking<I, O>(part: OrderedPartition<I, O>, enqueues: readonly number[], dequeueOf: Int32Array): FastVerdict | undefined {
  const { known, floor, returnRank } = part;
  // Those of unknown outcome return after every call: they overtake, but are never overtaken.
  const byReturn = enqueues.filter((enqueue) => returnRank[enqueue]! < known).toSorted((a, b) => returnRank[a]! - returnRank[b]!);
  let passed = 0;
  let latest = -1;
  let latestFloor = -1;
  for (const enqueue of enqueues) {
    for (; passed < byReturn.length && returnRank[byReturn[passed]!]! < floor[enqueue]!; passed++) {
      const earlier = byReturn[passed]!;
      const dequeueFloor = dequeueOf[earlier] === -1 ? Infinity : floor[dequeueOf[earlier]!]!;
      if (dequeueFloor <= latestFloor) continue;
      latestFloor = dequeueFloor;
      latest = earlier;
    }
    const dequeue = dequeueOf[enqueue]!;
    if (dequeue !== -1 && returnRank[dequeue]! < latestFloor) return clashOf(enqueue, dequeue, latest, dequeueOf[latest]!);
  }
  return undefined;
}
