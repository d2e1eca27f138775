/** A register, with and without compare-and-set. It starts out absent, which reads as `null`. */
import { chainsFastPath } from '../fast/chains.ts';
import type { RegisterView } from '../fast/register-view.ts';
import { lazyWritesSearch } from '../fast/lazy-writes.ts';
import { neverCurrentFastPath } from '../fast/never-current.ts';
import { illegal, type Model } from '../model.ts';
import type { OrderedPartition } from '../order.ts';
import { untold, type OperationKey } from '../operation-key.ts';
import { sameValue } from '../same-value.ts';
import { optionalBoolean, optionalScalar, problemFinder } from './fields.ts';

export type RegisterValue = string | number | boolean | null;

export interface RegisterInput {
  readonly op: 'read' | 'write';
  readonly value?: RegisterValue;
}

export interface CasRegisterInput {
  readonly op: 'read' | 'write' | 'cas';
  /** What write and cas write. */
  readonly value?: RegisterValue;
  /** What cas compares with; `null` matches the absent value. */
  readonly expected?: RegisterValue;
}

export interface RegisterOutput {
  /** read: the value, `null` when absent. */
  readonly value?: RegisterValue;
  /** cas: whether it was applied. */
  readonly ok?: boolean;
}

const view: RegisterView<CasRegisterInput, RegisterOutput> = {
  initial: null,
  kind: ({ op }) => (op === 'read' || op === 'write' || op === 'cas' ? op : 'other'),
  written: (input) => input.value ?? null,
  read: (output) => output.value ?? null,
  expected: (input) => input.expected ?? null,
  applied: (output) => output.ok,
};

function step(
  state: RegisterValue, input: CasRegisterInput, output: RegisterOutput | undefined,
): RegisterValue | typeof illegal {
  switch (input.op) {
    case 'read':
      return output === undefined || sameValue(output.value ?? null, state) ? state : illegal;
    case 'write':
      return input.value ?? null;
    case 'cas': {
      const applied = sameValue(state, input.expected ?? null);
      if (output?.ok !== undefined && output.ok !== applied) return illegal;
      return applied ? (input.value ?? null) : state;
    }
    default:
      throw new TypeError(`the register models have no operation "${String(input.op)}"`);
  }
}

const isReadOnly = (input: CasRegisterInput, output: RegisterOutput | undefined): boolean =>
  input.op === 'read' || (input.op === 'cas' && output?.ok === false);

const keyOf = (
  { op, value = null, expected = null }: CasRegisterInput, output: RegisterOutput | undefined,
): OperationKey => {
  switch (op) {
    case 'read':
      return [op, output === undefined ? untold : (output.value ?? null)];
    case 'write':
      return [op, value];
    default:
      return [op, output?.ok ?? untold, expected, value];
  }
};

const describe = (input: CasRegisterInput, output: RegisterOutput | undefined): string => {
  switch (input.op) {
    case 'read':
      return `read -> ${output === undefined ? '?' : JSON.stringify(output.value ?? null)}`;
    case 'write':
      return `write(${JSON.stringify(input.value ?? null)})`;
    default: {
      const outcome = output?.ok === undefined ? '?' : output.ok ? 'applied' : 'refused';
      return `cas(${JSON.stringify(input.expected ?? null)} to ${JSON.stringify(input.value ?? null)}) -> ${outcome}`;
    }
  }
};

const shapes = {
  read: { output: { value: optionalScalar } },
  write: { input: { value: optionalScalar } },
} as const;

const register = {
  init: () => null,
  step,
  readOnly: isReadOnly,
  isBlind: ({ op }: CasRegisterInput) => op === 'write',
  operationKey: keyOf,
  registerView: view,
  fastPaths: [chainsFastPath(view), neverCurrentFastPath(view)],
  ownSearch: {
    name: 'lazy-writes',
    begin: (part: OrderedPartition<CasRegisterInput, RegisterOutput>) => lazyWritesSearch(view, part),
  },
  describeOperation: describe,
  describeState: (state: RegisterValue) => JSON.stringify(state),
};

/** Read, write and compare-and-set. */
export const casRegisterModel: Model<RegisterValue, CasRegisterInput, RegisterOutput> = {
  name: 'cas-register',
  problemOf: problemFinder('cas-register', {
    ...shapes,
    cas: { input: { value: optionalScalar, expected: optionalScalar }, output: { ok: optionalBoolean } },
  }),
  ...register,
};

/** Read and write. */
export const registerModel: Model<RegisterValue, RegisterInput, RegisterOutput> = {
  name: 'register', problemOf: problemFinder('register', shapes), ...register,
};
