/** A key/value store: get, put, append, compare-and-set, delete. A missing key reads as the empty string. */
import { illegal, type Model } from '../model.ts';

export interface KvInput {
  readonly op: 'get' | 'put' | 'append' | 'cas' | 'delete';
  readonly key: string;
  /** What put, append and cas write. */
  readonly value?: string;
  /** What cas compares with the present value, which is '' when the key is missing. */
  readonly expected?: string;
}

export interface KvOutput {
  /** get: the value read, '' when the key is missing. */
  readonly value?: string;
  /** cas: whether it was applied. */
  readonly ok?: boolean;
}

function stepKey(state: string, input: KvInput, output: KvOutput | undefined): string | typeof illegal {
  switch (input.op) {
    case 'get':
      return output === undefined || (output.value ?? '') === state ? state : illegal;
    case 'put':
      return input.value ?? '';
    case 'append':
      return state + (input.value ?? '');
    case 'delete':
      return '';
    case 'cas': {
      const applied = state === (input.expected ?? '');
      if (output?.ok !== undefined && output.ok !== applied) return illegal;
      return applied ? (input.value ?? '') : state;
    }
    default:
      throw new TypeError(`the key/value model has no operation "${String(input.op)}"`);
  }
}

const isReadOnly = (input: KvInput, output: KvOutput | undefined): boolean =>
  input.op === 'get' || (input.op === 'cas' && output?.ok === false);

const describe = (input: KvInput, output: KvOutput | undefined): string => {
  const { op, key, value = '', expected = '' } = input;
  switch (op) {
    case 'get':
      return `get(${key}) -> ${output === undefined ? '?' : JSON.stringify(output.value ?? '')}`;
    case 'cas':
      return `cas(${key}, ${JSON.stringify(expected)}, ${JSON.stringify(value)}) -> ${output?.ok === undefined ? '?' : output.ok ? 'applied' : 'not applied'}`;
    case 'delete':
      return `delete(${key})`;
    default:
      return `${op}(${key}, ${JSON.stringify(value)})`;
  }
};

/** Checked key by key. */
export const kvModel: Model<string, KvInput, KvOutput> = {
  name: 'kv',
  init: () => '',
  step: stepKey,
  partition: (input) => input.key,
  readOnly: isReadOnly,
  describeOperation: describe,
  describeState: (state) => JSON.stringify(state),
};
