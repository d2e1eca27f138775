/**
 * A history of which only some operations must have happened.
 *
 * Each of the others happened in its own time and with its recorded outcome, or not at all; those that
 * change nothing are left out. Every explanation of the whole history explains this one too, so where
 * this one has none, the operations that were kept show a true violation of the whole. (Leaving a write
 * out altogether would not do: a read of its value would become illegal by itself.)
 */
import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { orderHistory, type OrderedPartition } from '../order.ts';

/**
 * @param operations of one partition: those to choose from
 * @returns undefined when nothing is left; `source` refers to the history
 */
export function relax<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  operations: readonly number[],
  kept: ReadonlySet<number>,
): OrderedPartition<I, O> | undefined {
  let lastReturn = -Infinity;
  for (const index of kept) lastReturn = Math.max(lastReturn, history[index]!.returnTime ?? -Infinity);
  const indexes = operations.filter((index) => {
    const { input, output, callTime, returnTime } = history[index]!;
    if (kept.has(index)) return true;
    // Called after everything that is kept has returned: it cannot help.
    return callTime <= lastReturn && model.readOnly?.(input, returnTime === null ? undefined : output) !== true;
  });
  const [part] = orderHistory(indexes.map((index, client) => ({ ...history[index]!, client })));
  if (part === undefined) return undefined;
  const source = part.source.map((at) => indexes[at]!);
  return { ...part, source, optional: Uint8Array.from(source, (index) => (kept.has(index) ? 0 : 1)) };
}
