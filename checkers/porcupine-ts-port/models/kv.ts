/** A key/value store: get, put, append, compare-and-set, delete. A missing key reads as the empty string. */
import { chainsFastPath } from '../fast/chains.ts';
import type { RegisterKind, RegisterView } from '../fast/register-view.ts';
import { condenseAppends, nestedReadsFastPath } from '../fast/appends.ts';
import { lazyWritesSearch } from '../fast/lazy-writes.ts';
import { neverCurrentFastPath } from '../fast/never-current.ts';
import { illegal, type Model } from '../model.ts';
import { untold, type OperationKey } from '../operation-key.ts';
import { optionalBoolean, optionalText, problemFinder, text } from './fields.ts';

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

const kinds: ReadonlyMap<string, RegisterKind> = new Map([
  ['get', 'read'], ['put', 'write'], ['append', 'append'], ['cas', 'cas'], ['delete', 'write'],
]);

const view: RegisterView<KvInput, KvOutput> = {
  initial: '',
  kind: (input) => kinds.get(input.op) ?? 'other',
  written: (input) => (input.op === 'delete' ? '' : (input.value ?? '')),
  read: (output) => output.value ?? '',
  expected: (input) => input.expected ?? '',
  applied: (output) => output.ok,
};

/** One key. */
export function stepKey(state: string, input: KvInput, output: KvOutput | undefined): string | typeof illegal {
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

/** Reads are taken as they come, so that only writes need to be known as the same. */
const keyOf = (input: KvInput, output: KvOutput | undefined): OperationKey | undefined => {
  if (isReadOnly(input, output)) return undefined;
  if (input.op === 'cas') return ['cas', output?.ok ?? untold, input.expected ?? '', input.value ?? ''];
  return input.op === 'delete' ? ['delete'] : [input.op, input.value ?? ''];
};

const describe = (input: KvInput, output: KvOutput | undefined): string => {
  const { op, key, value = '', expected = '' } = input;
  switch (op) {
    case 'get':
      return `get(${key}) -> ${output === undefined ? '?' : JSON.stringify(output.value ?? '')}`;
    case 'cas': {
      const outcome = output?.ok === undefined ? '?' : output.ok ? 'applied' : 'refused';
      return `cas(${key}, ${JSON.stringify(expected)} to ${JSON.stringify(value)}) -> ${outcome}`;
    }
    case 'delete':
      return `delete(${key})`;
    default:
      return `${op}(${key}, ${JSON.stringify(value)})`;
  }
};

const problemOf = problemFinder('key/value', {
  get: { input: { key: text }, output: { value: optionalText } },
  put: { input: { key: text, value: optionalText } },
  append: { input: { key: text, value: optionalText } },
  cas: { input: { key: text, value: optionalText, expected: optionalText }, output: { ok: optionalBoolean } },
  delete: { input: { key: text } },
});

/** Checked key by key. */
export const kvModel: Model<string, KvInput, KvOutput> = {
  name: 'kv',
  init: () => '',
  step: stepKey,
  problemOf,
  partition: (input) => input.key,
  readOnly: isReadOnly,
  isBlind: ({ op }) => op === 'put' || op === 'append' || op === 'delete',
  operationKey: keyOf,
  registerView: view,
  fastPaths: [chainsFastPath(view), nestedReadsFastPath(view), neverCurrentFastPath(view)],
  ownSearch: { name: 'lazy-writes', begin: (part) => lazyWritesSearch(view, part) },
  condense: (part) => condenseAppends(view, stepKey, part),
  describeOperation: describe,
  describeState: (state) => JSON.stringify(state),
  describeMetadata: (key) => `key ${JSON.stringify(key)}`,
};
