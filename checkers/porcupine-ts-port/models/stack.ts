/** A last-in first-out stack, at first empty. */
import type { BagView } from '../fast/bag.ts';
import { stackFastPath } from '../fast/stack.ts';
import { illegal, type Model } from '../model.ts';
import { untold } from '../operation-key.ts';
import { sameValue } from '../same-value.ts';
import { item, optionalItem, problemFinder } from './fields.ts';

export interface StackInput {
  readonly op: 'push' | 'pop';
  readonly value?: string | number;
}

export interface StackOutput {
  /** pop: the value taken off, `null` when the stack was empty. */
  readonly value?: string | number | null;
}

export type Stack = readonly (string | number)[];

function step(state: Stack, { op, value }: StackInput, output: StackOutput | undefined): Stack | typeof illegal {
  switch (op) {
    case 'push':
      if (value === undefined) throw new TypeError("the stack model's push needs a value");
      return [...state, value];
    case 'pop':
      if (output !== undefined && !sameValue(output.value ?? null, state.at(-1) ?? null)) return illegal;
      return state.length === 0 ? state : state.slice(0, -1);
    default:
      throw new TypeError(`the stack model has no operation "${String(op)}"`);
  }
}

const view: BagView<StackInput, StackOutput> = {
  kind: ({ op }) => (op === 'push' ? 'put' : op === 'pop' ? 'take' : 'other'),
  put: ({ value }) => value,
  taken: ({ value = null }) => value,
};

export const stackModel: Model<Stack, StackInput, StackOutput> = {
  name: 'stack',
  init: () => [],
  step,
  problemOf: problemFinder('stack', { push: { input: { value: item } }, pop: { output: { value: optionalItem } } }),
  readOnly: ({ op }, output) => op === 'pop' && output !== undefined && (output.value ?? null) === null,
  isBlind: ({ op }) => op === 'push',
  operationKey: ({ op, value }, output) => [op, value, output === undefined ? untold : (output.value ?? null)],
  fastPaths: [stackFastPath(view)],
  describeOperation: ({ op, value }, output) =>
    op === 'push'
      ? `push(${JSON.stringify(value)})`
      : `pop -> ${output === undefined ? '?' : JSON.stringify(output.value ?? null)}`,
  describeState: (state) => JSON.stringify(state),
};
