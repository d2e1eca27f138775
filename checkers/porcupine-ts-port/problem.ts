/** A partition made ready for the search. */
import type { Model } from './model.ts';
import type { OrderedPartition } from './order.ts';
import { Search, type SearchOptions } from './search.ts';
import { ModelStates } from './states.ts';

export function newSearch<S, I, O>(model: Model<S, I, O>, part: OrderedPartition<I, O>, options: SearchOptions): Search<I, O> {
  const { count, inputs, outputs } = part;
  const readOnly = new Uint8Array(count);
  const classes = new Int32Array(count);
  const firstOfKey = new Map<string | number, number>();
  for (let i = 0; i < count; i++) {
    if (model.readOnly?.(inputs[i]!, outputs[i]) === true) readOnly[i] = 1;
    const key = model.operationKey?.(inputs[i]!, outputs[i]);
    if (key === undefined) {
      classes[i] = i;
      continue;
    }
    // Whether an operation must have happened belongs to what it is.
    const name = part.returnRank[i]! >= part.known ? `unknown ${key}` : part.optional?.[i] === 1 ? `optional ${key}` : key;
    const first = firstOfKey.get(name) ?? i;
    if (first === i) firstOfKey.set(name, i);
    classes[i] = first;
  }
  const condensed = options.plain ? undefined : model.condense?.(part);
  const states = condensed === undefined ? new ModelStates(model, part, classes) : new ModelStates(condensed.model, part, classes, condensed.isBlind);
  return new Search(part, states, readOnly, classes, options);
}
