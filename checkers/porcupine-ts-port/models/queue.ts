/** A first-in first-out queue, at first empty. */
import type { BagView } from '../fast/bag.ts';
import { queueFastPath } from '../fast/queue.ts';
import { illegal, type Model } from '../model.ts';
import { untold } from '../operation-key.ts';
import { sameValue } from '../same-value.ts';
import { item, optionalItem, problemFinder } from './fields.ts';

export type Item = string | number;

export interface QueueInput {
  readonly op: 'enqueue' | 'dequeue';
  readonly value?: Item;
}

export interface QueueOutput {
  /** dequeue: the value taken out, `null` when the queue was empty. */
  readonly value?: Item | null;
}

function step(
  state: readonly Item[], { op, value }: QueueInput, output: QueueOutput | undefined,
): readonly Item[] | typeof illegal {
  switch (op) {
    case 'enqueue':
      if (value === undefined) throw new TypeError("the queue model's enqueue needs a value");
      return [...state, value];
    case 'dequeue':
      if (output !== undefined && !sameValue(output.value ?? null, state[0] ?? null)) return illegal;
      return state.length === 0 ? state : state.slice(1);
    default:
      throw new TypeError(`the queue model has no operation "${String(op)}"`);
  }
}

const view: BagView<QueueInput, QueueOutput> = {
  kind: ({ op }) => (op === 'enqueue' ? 'put' : op === 'dequeue' ? 'take' : 'other'),
  put: ({ value }) => value,
  taken: ({ value = null }) => value,
};

export const queueModel: Model<readonly Item[], QueueInput, QueueOutput> = {
  name: 'queue',
  init: () => [],
  step,
  problemOf: problemFinder('queue', {
    enqueue: { input: { value: item } }, dequeue: { output: { value: optionalItem } },
  }),
  readOnly: ({ op }, output) => op === 'dequeue' && output !== undefined && (output.value ?? null) === null,
  isBlind: ({ op }) => op === 'enqueue',
  operationKey: ({ op, value }, output) => [op, value, output === undefined ? untold : (output.value ?? null)],
  fastPaths: [queueFastPath(view)],
  describeOperation: ({ op, value }, output) =>
    op === 'enqueue'
      ? `enqueue(${JSON.stringify(value)})`
      : `dequeue -> ${output === undefined ? '?' : JSON.stringify(output.value ?? null)}`,
  describeState: (state) => JSON.stringify(state),
};
