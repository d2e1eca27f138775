/** A counter of integers, at first zero: add (also of a negative number) and read. */
import { illegal, type Model } from '../model.ts';
import { untold } from '../operation-key.ts';
import { sameValue } from '../same-value.ts';
import { optionalNumber, problemFinder } from './fields.ts';

export interface CounterInput {
  readonly op: 'add' | 'read';
  /** What add adds; 1 when left out. */
  readonly value?: number;
}

export interface CounterOutput {
  /** read: the count; add: the count right after it, or left out when not told. */
  readonly value?: number;
}

function step(
  state: number, { op, value = 1 }: CounterInput, output: CounterOutput | undefined,
): number | typeof illegal {
  const next = op === 'add' ? state + value : state;
  return output?.value === undefined || sameValue(output.value, next) ? next : illegal;
}

export const counterModel: Model<number, CounterInput, CounterOutput> = {
  name: 'counter',
  init: () => 0,
  step,
  problemOf: problemFinder('counter', {
    add: { input: { value: optionalNumber }, output: { value: optionalNumber } },
    read: { output: { value: optionalNumber } },
  }),
  readOnly: ({ op, value }) => op === 'read' || value === 0,
  operationKey: ({ op, value = 1 }, output) => [
    op, op === 'add' ? value : 0, output?.value === undefined ? untold : output.value,
  ],
  describeOperation: ({ op, value = 1 }, output) => {
    const outcome = output?.value === undefined ? (op === 'read' ? ' -> ?' : '') : ` -> ${output.value}`;
    return op === 'add' ? `add(${value})${outcome}` : `read${outcome}`;
  },
  describeState: String,
};
