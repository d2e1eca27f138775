/**
 * A first-in first-out queue into which every value goes at most once, in O(n log n).
 *
 * Henzinger, Sezgin and Vafeiadis, "Aspect-oriented linearizability proofs" (CONCUR 2013): such a history
 * is linearizable exactly when no value is dequeued that was never enqueued, none before its enqueue was
 * called, none twice; when no two values overtake (enqueue(a) returns before enqueue(b) is called, and yet
 * b's dequeue returns before a's is called, or a is never dequeued); and when every dequeue that found
 * nothing has a slot that no value holds. Why that is enough: at such a slot the history can be cut. A value
 * that does not hold it can have both of its operations before it, or both behind it, and cutting an interval
 * there makes no operation of one side precede another of the same side that it did not precede before.
 */
import type { OrderedPartition } from '../order.ts';
import { bagFastPath, emptyFault, none, operationsOf, type BagView, type Fault, type Values } from './bag.ts';
import type { FastPath } from './fast-path.ts';

export function queueFastPath<I, O>(view: BagView<I, O>): FastPath<I, O> {
  return bagFastPath(
    'queue-order',
    view,
    (values, empties, part) => overtaking(values) ?? emptyFault(values, empties, part as OrderedPartition<I, O>),
  );
}

function overtaking(values: Values): Fault | undefined {
  const { size, lastSlot, putFrom, putTo, takeFrom, takeTo } = values;
  // Puts that never returned are behind every call: their values overtake, but are never overtaken.
  const byReturn = Array.from({ length: size }, (_, value) => value).filter((value) => putTo[value]! < lastSlot);
  byReturn.sort((a, b) => putTo[a]! - putTo[b]!);
  let passed = 0;
  let latest = none;
  for (let value = 0; value < size; value++) {
    for (; passed < byReturn.length && putTo[byReturn[passed]!]! < putFrom[value]!; passed++) {
      const earlier = byReturn[passed]!;
      if (latest === none || takeFrom[earlier]! > takeFrom[latest]!) latest = earlier;
    }
    if (latest !== none && takeTo[value]! < takeFrom[latest]!) return operationsOf(values, [value, latest]);
  }
  return undefined;
}
