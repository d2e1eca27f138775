/** The key/value store: get, put, append and compare-and-set, and get and put with versions, as a value. */
import { stringSizeBytes, textSizeBytes } from '../bytes.ts';
import { SortedMap } from '../immutable/sorted-map.ts';
import type { Operation, Result } from './command.ts';
import { putAnswer, readOf } from './versioned.ts';

export interface Store {
  readonly values: SortedMap<string, string>;
  /** Length of the byte form of all pairs, without versions. */
  readonly sizeBytes: number;
  /** Of each key, from 1 on (versioned.ts); absent where nothing was put with a version. */
  readonly versions?: SortedMap<string, number>;
}

export const emptyStore: Store = { values: SortedMap.empty(), sizeBytes: 0 };

const read = (store: Store, key: string): string => store.values.get(key) ?? '';
const versionOf = (store: Store, key: string): number => store.versions?.get(key) ?? 0;

export function execute(store: Store, operation: Operation): { store: Store; result: Result } {
  const { key } = operation;
  switch (operation.kind) {
    case 'get':
      return { store, result: read(store, key) };
    case 'put':
      return { store: withValue(store, key, operation.value), result: null };
    case 'append':
      return { store: withAppended(store, key, operation.value), result: null };
    case 'cas':
      return read(store, key) === operation.expected
        ? { store: withValue(store, key, operation.value), result: true }
        : { store, result: false };
    case 'getVersion':
      return { store, result: readOf(read(store, key), versionOf(store, key)) };
    case 'putVersion': {
      const result = putAnswer(versionOf(store, key), operation.version);
      return {
        store: result.told === 'OK' ? withVersion(store, key, operation.value, operation.version + 1) : store,
        result,
      };
    }
  }
}

export function withValue(store: Store, key: string, value: string): Store {
  const old = store.values.get(key);
  const freed = old === undefined ? -stringSizeBytes(key) : stringSizeBytes(old);
  return { values: store.values.set(key, value), sizeBytes: store.sizeBytes - freed + stringSizeBytes(value) };
}

export function withVersion(store: Store, key: string, value: string, version: number): Store {
  const { values, sizeBytes } = withValue(store, key, value);
  return { values, sizeBytes, versions: (store.versions ?? SortedMap.empty<string, number>()).set(key, version) };
}

/** Counts the piece and not the whole, so that an append to a long value costs no more than to a short one. */
function withAppended(store: Store, key: string, piece: string): Store {
  const old = store.values.get(key);
  if (old === undefined) return withValue(store, key, piece);
  return { values: store.values.set(key, old + piece), sizeBytes: store.sizeBytes + textSizeBytes(piece) };
}
