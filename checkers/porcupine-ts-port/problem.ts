/** A partition made ready for the search. */
import type { Model } from './model.ts';
import type { OrderedPartition } from './order.ts';
import { OperationKeys } from './operation-key.ts';
import { Search, type SearchOptions } from './search.ts';
import { ModelStates } from './states.ts';

export function newSearch<S, I, O>(
  model: Model<S, I, O>, part: OrderedPartition<I, O>, options: SearchOptions,
): Search<I, O> {
  const { count, inputs, outputs } = part;
  const readOnly = new Uint8Array(count);
  const classes = new Int32Array(count);
  const keys = new OperationKeys();
  for (let i = 0; i < count; i++) {
    if (model.readOnly?.(inputs[i]!, outputs[i]) === true) readOnly[i] = 1;
    const key = model.operationKey?.(inputs[i]!, outputs[i]);
    if (key === undefined) {
      classes[i] = i;
      continue;
    }
    classes[i] = keys.firstOf(mannerOf(part, i), key, i);
  }
  const condensed = options.plain ? undefined : model.condense?.(part);
  const states =
    condensed === undefined
      ? new ModelStates(model, part, classes)
      : new ModelStates(condensed.model, part, classes, condensed.isBlind);
  return new Search(part, states, readOnly, classes, options);
}

/** Whether an operation must have happened belongs to what it is. */
function mannerOf(part: OrderedPartition<unknown, unknown>, index: number): number {
  if (part.returnRank[index]! >= part.known) return 2;
  return part.optional?.[index] === 1 ? 1 : 0;
}
