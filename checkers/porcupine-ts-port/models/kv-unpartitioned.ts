/** The key/value store as one object, not split by key: its state is the whole map. */
import { illegal, type Model } from '../model.ts';
import { kvModel, stepKey, type KvInput, type KvOutput } from './kv.ts';

export type Store = ReadonlyMap<string, string>;

function sameStore(a: Store, b: Store): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** Independent of the order in which keys were written. */
function hashStore(store: Store): number {
  let hash = 0;
  for (const [key, value] of store) hash ^= hashText(value, hashText(key, 0x811c9dc5));
  return hash;
}

export const kvUnpartitionedModel: Model<Store, KvInput, KvOutput> = {
  name: 'kv-unpartitioned',
  init: () => new Map(),
  step(store, input, output) {
    const before = store.get(input.key) ?? '';
    const after = stepKey(before, input, output);
    if (after === illegal || after === before) return after === illegal ? illegal : store;
    const next = new Map(store);
    // A missing key and one that holds '' cannot be told apart.
    if (after === '') next.delete(input.key);
    else next.set(input.key, after);
    return next;
  },
  equal: sameStore,
  hash: hashStore,
  sizeBytes: (store) =>
    Array.from(store, ([key, value]) => 64 + key.length + value.length).reduce((sum, size) => sum + size, 64),
  readOnly: kvModel.readOnly!,
  operationKey: (input, output) => {
    const key = kvModel.operationKey!(input, output);
    return key === undefined ? undefined : [input.key, ...key];
  },
  problemOf: kvModel.problemOf!,
  byLocality: kvModel as Model<unknown, KvInput, KvOutput>,
  describeOperation: kvModel.describeOperation!,
  describeState: (store) => JSON.stringify(Object.fromEntries([...store].toSorted())),
};
