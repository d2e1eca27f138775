/** What is looked at twice, and what is said of several partitions. */
import { describe, expect, test } from 'vitest';
import { checkOperations, kvModel, type KvInput, type KvOutput, type Model, type Operation } from '../index.ts';
import type { FastPath } from '../fast/fast-path.ts';

type Kv = Operation<KvInput, KvOutput>;

/** A write and a read of it, under each of the keys; under those of `wrong` the read saw something else. */
function under(keys: readonly string[], wrong: readonly string[] = []): Kv[] {
  return keys.flatMap((key, client): Kv[] => [
    { client, input: { op: 'put', key, value: 'a' }, output: {}, callTime: 0, returnTime: 1 },
    {
      client, input: { op: 'get', key }, output: { value: wrong.includes(key) ? 'b' : 'a' }, callTime: 2, returnTime: 3,
    },
  ]);
}

const saysOk: FastPath<KvInput, KvOutput> = { name: 'credulous', check: () => ({ legal: true }) };
const saysIllegal: FastPath<KvInput, KvOutput> = { name: 'suspicious', check: () => ({ legal: false, clash: [0] }) };
const trusting = (path: FastPath<KvInput, KvOutput>): Model<string, KvInput, KvOutput> => ({
  ...kvModel, fastPaths: [path],
});

describe('a cross-check', () => {
  test('every partition is looked at again, and the first difference is named', () => {
    for (const wrong of ['a', 'b', 'c']) {
      const verdict = checkOperations(trusting(saysOk), under(['a', 'b', 'c'], [wrong]), { crossCheckSteps: 100 });
      expect(verdict).toMatchObject({
        kind: 'unknown', reason: 'disagreement', difference: { key: wrong, method: 'credulous', said: 'ok' },
      });
    }
    const verdict = checkOperations(trusting(saysIllegal), under(['a']), { crossCheckSteps: 100 });
    expect(verdict).toMatchObject({
      kind: 'unknown', reason: 'disagreement', difference: { key: 'a', operations: [0, 1], said: 'illegal' },
    });
  });
  test('what it finds the same is confirmed, partition by partition, with its own steps', () => {
    const verdict = checkOperations(kvModel, under(['a', 'b', 'c']), { crossCheckSteps: 100 });
    expect(verdict).toMatchObject({ kind: 'ok', steps: 0, crossCheck: { confirmed: 3, undecided: 0, steps: 6 } });
  });
  test('what its steps do not suffice for is undecided', () => {
    const verdict = checkOperations(kvModel, under(['a', 'b', 'c']), { crossCheckSteps: 3 });
    expect(verdict).toMatchObject({ kind: 'ok', crossCheck: { confirmed: 1, undecided: 2, steps: 3 } });
  });
  test('a search of the model’s own is looked at again', () => {
    const own = {
      name: 'blind',
      begin: () => ({ steps: 1, sizeBytes: 0, peakBytes: 0, furthestReturn: 0, run: () => 'ok' as const }),
    };
    const model = { ...kvModel, fastPaths: [], ownSearch: own };
    expect(checkOperations(model, under(['a'], ['a']))).toMatchObject({ kind: 'ok', method: 'blind' });
    expect(checkOperations(model, under(['a'], ['a']), { crossCheckSteps: 100 })).toMatchObject({
      kind: 'unknown', reason: 'disagreement', difference: { key: 'a', method: 'blind', said: 'ok' },
    });
  });
});

describe('several partitions', () => {
  const keys = ['a', 'b', 'c', 'd'];

  test.each(['auto', 'search', 'plain'] as const)('whichever of them is illegal, the history is: %s', (method) => {
    for (const key of keys)
      expect(checkOperations(kvModel, under(keys, [key]), { method })).toMatchObject({
        kind: 'illegal', illegalPartition: { key },
      });
    expect(checkOperations(kvModel, under(keys), { method })).toMatchObject({ kind: 'ok', partitions: 4 });
  });
  test('every illegal partition is named where that is asked for, else the first alone', () => {
    for (const method of ['auto', 'search'] as const) {
      const all = checkOperations(kvModel, under(keys, ['b', 'd']), { method, everyIllegal: true });
      expect([all.illegalPartitions?.map(({ key }) => key), all.undecidedPartitions]).toEqual([['b', 'd'], 0]);
      const one = checkOperations(kvModel, under(keys, ['b', 'd']), { method });
      expect([one.illegalPartitions?.map(({ key }) => key), one.undecidedPartitions]).toEqual([['b'], 2]);
    }
  });
});
