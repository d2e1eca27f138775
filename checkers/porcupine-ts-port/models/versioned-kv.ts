/**
 * The key/value store of MIT 6.5840 (labs 2 and 4 of 2025 and 2026): a put names a version and succeeds only where the
 * key has it; then the key has the next one. Version 0 creates a key. Nobody remembers what a client asked: a put that
 * is sent again after its answer was lost and finds another version is told to the application as `ErrMaybe`.
 */
import { illegal, type Model } from '../model.ts';
import { untold } from '../operation-key.ts';
import { optionalText, optionalVersion, problemFinder, text, type Kind } from './fields.ts';

export interface VersionedKvInput {
  readonly op: 'get' | 'put';
  readonly key: string;
  /** What put writes. */
  readonly value?: string;
  /** put: which version the key must have, 0 for none. Left out: nobody told which, and any will do. */
  readonly version?: number;
}

export interface VersionedKvOutput {
  /** get: the value; left out: not told. */
  readonly value?: string;
  /** get: the key's version; left out: not told. */
  readonly version?: number;
  /** Left out: OK. */
  readonly err?: 'OK' | 'ErrVersion' | 'ErrNoKey' | 'ErrMaybe';
}

/** Of one key; version 0: it is not there. */
export interface Versioned {
  readonly value: string;
  readonly version: number;
}

const none: Versioned = { value: '', version: 0 };

function step(
  state: Versioned, input: VersionedKvInput, output: VersionedKvOutput | undefined,
): Versioned | typeof illegal {
  if (input.op === 'put') return put(state, input, output);
  if (output === undefined) return state;
  const { value, version } = state;
  const isSeen =
    output.err === 'ErrNoKey'
      ? version === 0
      : version > 0 && (output.value ?? value) === value && (output.version ?? version) === version;
  return isSeen ? state : illegal;
}

function put(
  state: Versioned, { value = '', version = state.version }: VersionedKvInput, output: VersionedKvOutput | undefined,
): Versioned | typeof illegal {
  const written = { value, version: version + 1 };
  const matches = version === state.version;
  if (output === undefined) return matches ? written : state;
  switch (output.err ?? 'OK') {
    case 'OK':
      return matches ? written : illegal;
    case 'ErrVersion':
      return matches || state.version === 0 ? illegal : state;
    case 'ErrNoKey':
      return matches || state.version > 0 ? illegal : state;
    // It happened, or it was refused for its version.
    case 'ErrMaybe':
      return matches ? written : state.version === 0 ? illegal : state;
  }
}

const oneOf = (...errs: readonly string[]): Kind => ({
  called: `${errs.join(', ')}, or left out`, holds: (value) => value === undefined || errs.includes(value as string),
});

function describe({ op, key, value = '', version }: VersionedKvInput, output: VersionedKvOutput | undefined): string {
  if (op === 'put')
    return `put(${key}, ${JSON.stringify(value)}, version ${version ?? '?'}) -> ${output === undefined ? '?' : (output.err ?? 'OK')}`;
  if (output === undefined) return `get(${key}) -> ?`;
  if (output.err === 'ErrNoKey') return `get(${key}) -> ErrNoKey`;
  return `get(${key}) -> ${JSON.stringify(output.value) ?? '?'}, version ${output.version ?? '?'}`;
}

/** Checked key by key. */
export const versionedKvModel: Model<Versioned, VersionedKvInput, VersionedKvOutput> = {
  name: 'versioned-kv',
  init: () => none,
  step,
  equal: (a, b) => a.version === b.version && a.value === b.value,
  hash: ({ version }) => version,
  sizeBytes: ({ value }) => 64 + 2 * value.length,
  problemOf: problemFinder('versioned-kv', {
    get: {
      input: { key: text }, output: { value: optionalText, version: optionalVersion, err: oneOf('OK', 'ErrNoKey') },
    },
    put: {
      input: { key: text, value: optionalText, version: optionalVersion },
      output: { err: oneOf('OK', 'ErrVersion', 'ErrNoKey', 'ErrMaybe') },
    },
  }),
  partition: ({ key }) => key,
  readOnly: ({ op }, output) => op === 'get' || output?.err === 'ErrVersion' || output?.err === 'ErrNoKey',
  operationKey: ({ op, value = '', version }, output) =>
    op === 'get' ? undefined : [op, value, version ?? untold, output === undefined ? untold : (output.err ?? 'OK')],
  describeOperation: describe,
  describeState: ({ value, version }) => (version === 0 ? 'no key' : `${JSON.stringify(value)}, version ${version}`),
  describeMetadata: (key) => `key ${JSON.stringify(key)}`,
};
