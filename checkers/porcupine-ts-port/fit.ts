/** Whether operations are those of the model, before any method looks at them. */
import type { ModelBase } from './model.ts';
import { HistoryError, type Operation } from './operation.ts';

/**
 * A fast path that met an operation that the model does not have could only guess what it does.
 * @throws HistoryError that names the first operation that the model does not have, and what is wrong with it
 */
export function mustFitModel<S, I, O>(model: ModelBase<S, I, O>, history: readonly Operation<I, O>[]): void {
  if (model.problemOf === undefined) return;
  for (let i = 0; i < history.length; i++) {
    const { client, input, output, callTime, returnTime } = history[i]!;
    const problem = model.problemOf(input, returnTime === null ? undefined : output);
    if (problem !== undefined)
      throw new HistoryError(`operation ${i} (client ${client}, called at ${callTime}): ${problem}`, i);
  }
}
