/** A priority queue, at first empty: the smallest item comes out first, numbers before texts. */
import type { BagView } from '../fast/bag.ts';
import { priorityQueueFastPath } from '../fast/priority-queue.ts';
import { compareItems } from '../item-order.ts';
import { illegal, type Model } from '../model.ts';
import { untold } from '../operation-key.ts';
import { sameValue } from '../same-value.ts';
import { item, optionalItem, problemFinder } from './fields.ts';

export interface PriorityQueueInput {
  readonly op: 'insert' | 'remove-min';
  /** Of insert: the item, which is its own priority. */
  readonly value?: string | number;
}

export interface PriorityQueueOutput {
  /** remove-min: the item taken out, `null` when the queue was empty. */
  readonly value?: string | number | null;
}

/** In order, the smallest first. */
export type Items = readonly (string | number)[];

function inserted(state: Items, value: string | number): Items {
  const place = state.findIndex((item) => compareItems(value, item) < 0);
  return place === -1 ? [...state, value] : [...state.slice(0, place), value, ...state.slice(place)];
}

function step(
  state: Items, { op, value }: PriorityQueueInput, output: PriorityQueueOutput | undefined,
): Items | typeof illegal {
  switch (op) {
    case 'insert':
      if (value === undefined) throw new TypeError("the priority queue model's insert needs a value");
      return inserted(state, value);
    case 'remove-min':
      if (output !== undefined && !sameValue(output.value ?? null, state[0] ?? null)) return illegal;
      return state.length === 0 ? state : state.slice(1);
    default:
      throw new TypeError(`the priority queue model has no operation "${String(op)}"`);
  }
}

const view: BagView<PriorityQueueInput, PriorityQueueOutput> = {
  kind: ({ op }) => (op === 'insert' ? 'put' : op === 'remove-min' ? 'take' : 'other'),
  put: ({ value }) => value,
  taken: ({ value = null }) => value,
};

export const priorityQueueModel: Model<Items, PriorityQueueInput, PriorityQueueOutput> = {
  name: 'priority-queue',
  init: () => [],
  step,
  problemOf: problemFinder('priority queue', {
    insert: { input: { value: item } }, 'remove-min': { output: { value: optionalItem } },
  }),
  readOnly: ({ op }, output) => op === 'remove-min' && output !== undefined && (output.value ?? null) === null,
  isBlind: ({ op }) => op === 'insert',
  operationKey: ({ op, value }, output) =>
    op === 'insert' ? [op, value] : [op, output === undefined ? untold : (output.value ?? null)],
  fastPaths: [priorityQueueFastPath(view, (a, b) => compareItems(a as string | number, b as string | number))],
  describeOperation: ({ op, value }, output) =>
    op === 'insert'
      ? `insert(${JSON.stringify(value)})`
      : `remove-min -> ${output === undefined ? '?' : JSON.stringify(output.value ?? null)}`,
  describeState: (state) => JSON.stringify(state),
};
