/** Is a history linearizable with respect to a model? */
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';
import { orderHistory, type OrderedPartition } from './order.ts';
import { Search } from './search.ts';
import { ModelStates } from './states.ts';
import type { CheckOptions, UnknownReason, Verdict } from './verdict.ts';

export const defaultBudgetSteps = 200_000_000;
export const defaultMemoryBytes = 512 * 1024 * 1024;

/** Steps that each partition gets in the first round; every round doubles it. */
const firstRoundSteps = 4096;
/** Between two looks at the signal and the clock. */
const sliceSteps = 65_536;

/**
 * @throws HistoryError when the history cannot be one: see `orderHistory`
 */
export function checkOperations<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  options: CheckOptions = {},
): Verdict {
  const parts = orderHistory(history, model.partition === undefined ? undefined : (input) => model.partition!(input));
  const plain = options.method === 'plain';
  const searches = parts.map((part) => ({ key: part.key, search: newSearch(model, part, plain) }));
  const method = plain ? 'plain' : 'search';
  const budget = options.budgetSteps ?? defaultBudgetSteps;
  const memory = options.memoryBytes ?? defaultMemoryBytes;
  const deadline = options.timeoutMs === undefined || options.clock === undefined ? Infinity : options.clock() + options.timeoutMs;
  let steps = 0;
  let peakBytes = 0;
  let illegalPartition: { key: string | number | undefined } | undefined;
  let open = searches;
  const unknown = (reason: UnknownReason): Verdict => ({ kind: 'unknown', method, steps, peakBytes, reason });
  for (let roundSteps = firstRoundSteps; open.length > 0; roundSteps = Math.min(roundSteps * 2, 2 ** 30)) {
    const unfinished: typeof open = [];
    for (const item of open) {
      const { search } = item;
      let left = roundSteps;
      let outcome: string = 'paused';
      while (outcome === 'paused' && left > 0) {
        if (options.signal?.aborted === true) return unknown('aborted');
        if (options.clock !== undefined && options.clock() > deadline) return unknown('time');
        if (steps >= budget) return unknown('steps');
        const others = searches.reduce((sum, other) => sum + (other.search === search ? 0 : other.search.sizeBytes), 0);
        const before = search.steps;
        const slice = Math.min(left, sliceSteps, budget - steps);
        outcome = search.run(slice, memory - others);
        steps += search.steps - before;
        left -= search.steps - before;
        peakBytes = Math.max(peakBytes, others + search.sizeBytes);
        if (outcome === 'paused' && others + search.sizeBytes > memory) return unknown('memory');
      }
      if (outcome === 'illegal') {
        illegalPartition ??= { key: item.key };
        if (!plain) return { kind: 'illegal', method, steps, peakBytes, illegalPartition };
      }
      if (outcome === 'paused') unfinished.push(item);
    }
    open = unfinished;
  }
  if (illegalPartition !== undefined) return { kind: 'illegal', method, steps, peakBytes, illegalPartition };
  return { kind: 'ok', method, steps, peakBytes };
}

function newSearch<S, I, O>(model: Model<S, I, O>, part: OrderedPartition<I, O>, plain: boolean): Search<I, O> {
  const { count, inputs, outputs } = part;
  const readOnly = new Uint8Array(count);
  const classes = new Int32Array(count);
  const known = new Map<string | number, number>();
  for (let i = 0; i < count; i++) {
    if (model.readOnly?.(inputs[i]!, outputs[i]) === true) readOnly[i] = 1;
    const key = model.operationKey?.(inputs[i]!, outputs[i]);
    if (key === undefined) {
      classes[i] = i;
      continue;
    }
    const first = known.get(key) ?? i;
    if (first === i) known.set(key, i);
    classes[i] = first;
  }
  return new Search(part, new ModelStates(model, inputs, outputs, classes), readOnly, classes, { plain });
}
