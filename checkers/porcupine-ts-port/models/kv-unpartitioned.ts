/** The key/value store as one object, not split by key: its state is the whole map. */
import { checkOperations } from '../check.ts';
import type { FastPath } from '../fast/fast-path.ts';
import { illegal, type Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { kvModel, stepKey, type KvInput, type KvOutput } from './kv.ts';

type Store = ReadonlyMap<string, string>;

/** Steps that the keys together may take before the search over whole maps is tried instead. */
const localityBudgetSteps = 20_000_000;

/**
 * Herlihy and Wing's locality (1990): a history of several objects is linearizable exactly when that of
 * each object is. So even a store that is modelled as a whole can be decided key by key.
 */
const locality: FastPath<KvInput, KvOutput> = {
  name: 'locality',
  check(part) {
    const { count, known, inputs, outputs, floor, returnRank } = part;
    const history: Operation<KvInput, KvOutput>[] = [];
    for (let i = 0; i < count; i++) {
      // Ranks as times: a return of rank r is before a call of floor f exactly when r < f.
      const returnTime = returnRank[i]! < known ? returnRank[i]! * 2 + 1 : null;
      history.push({ client: i, input: inputs[i]!, output: outputs[i], callTime: floor[i]! * 2, returnTime });
    }
    const verdict = checkOperations(kvModel, history, { budgetSteps: localityBudgetSteps });
    if (verdict.kind === 'unknown') return undefined;
    if (verdict.kind === 'ok') return { legal: true };
    const { clash, operations } = verdict.illegalPartition!;
    return { legal: false, clash: clash ?? [], within: operations };
  },
};

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
  sizeBytes: (store) => Array.from(store, ([key, value]) => 64 + key.length + value.length).reduce((sum, size) => sum + size, 64),
  readOnly: kvModel.readOnly!,
  operationKey: (input, output) => {
    const key = kvModel.operationKey!(input, output);
    return key === undefined ? undefined : [input.key, ...key];
  },
  fastPaths: [locality],
  describeOperation: kvModel.describeOperation!,
  describeState: (store) => JSON.stringify(Object.fromEntries([...store].toSorted())),
};
