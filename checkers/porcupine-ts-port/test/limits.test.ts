/** What a check may spend, and how it ends when it has. */
import { describe, expect, test } from 'vitest';
import {
  checkOperations,
  checkOperationsInSlices,
  explain,
  illegal,
  kvModel,
  type CheckOptions,
  type KvInput,
  type KvOutput,
  type Model,
  type Operation,
  type Verdict,
} from '../index.ts';
import { hardHistory as hard } from './hard-history.ts';

type History = Operation<KvInput, KvOutput>[];

const search = (history: History, options: CheckOptions): Verdict =>
  checkOperations(kvModel, history, { method: 'plain', ...options });

describe('a budget in steps', () => {
  test('is never passed, and the verdict over it is unknown', () => {
    for (const budgetSteps of [0, 1, 10, 1000, 12_345]) {
      const verdict = search(hard(12), { budgetSteps });
      expect(verdict).toMatchObject({ kind: 'unknown', reason: 'steps', steps: budgetSteps });
    }
  });

  test('one more step than needed decides, one less does not', () => {
    const { kind, steps } = search(hard(5), {});
    expect(kind).toBe('illegal');
    expect(search(hard(5), { budgetSteps: steps })).toMatchObject({ kind: 'illegal', steps });
    expect(search(hard(5), { budgetSteps: steps - 1 })).toMatchObject({ kind: 'unknown', reason: 'steps' });
  });

  test('holds in the pruned search too, and does not change what it finds', () => {
    const reads: History = Array.from({ length: 6 }, (_, i) => ({
      client: 2000 + i, input: { op: 'get', key: 'k' }, output: { value: `${i}` }, callTime: 1, returnTime: 99,
    }));
    const history = [...hard(8), ...reads];
    const { kind, steps } = checkOperations(kvModel, history, { method: 'search' });
    expect(kind).toBe('illegal');
    for (const budgetSteps of [0, 1, 2, 3, 7, 100, steps - 1]) {
      expect(checkOperations(kvModel, history, { method: 'search', budgetSteps })).toMatchObject({
        kind: 'unknown', steps: budgetSteps,
      });
    }
    expect(checkOperations(kvModel, history, { method: 'search', budgetSteps: steps })).toMatchObject({ kind, steps });
    // A clock that says that every slice took too long: slices of one step.
    let nowMs = 0;
    expect(checkOperations(kvModel, history, { method: 'search', clock: () => (nowMs += 100) })).toMatchObject({
      kind, steps,
    });
  });

  test('gives the same verdict and the same steps every time', () => {
    const runs = [1, 2, 3].map(() => search(hard(12), { budgetSteps: 5000 }));
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });
});

describe('a bound on memory', () => {
  const megabyte = 1024 * 1024;

  test('is kept, and the verdict over it is unknown', () => {
    for (const memoryBytes of [megabyte / 8, megabyte, 8 * megabyte]) {
      const verdict = search(hard(16), { memoryBytes });
      expect(verdict).toMatchObject({ kind: 'unknown', reason: 'memory' });
      // A table that doubles is held twice for a moment: the bound is kept with that, and used up to a part.
      expect(verdict.peakBytes).toBeGreaterThan(memoryBytes / 8);
      expect(verdict.peakBytes).toBeLessThanOrEqual(memoryBytes);
    }
  });

  test('holds for all partitions together', () => {
    const keys = ['a', 'b', 'c', 'd'].flatMap((key, at) =>
      hard(12, key).map((one) => ({ ...one, client: one.client + at * 10_000 })),
    );
    const memoryBytes = 3 * megabyte;
    // Each fits alone, and all together do not.
    expect(search(hard(12), {}).peakBytes).toBeLessThan(memoryBytes);
    expect(search(keys, {}).peakBytes).toBeGreaterThan(memoryBytes);
    expect(search(keys, { memoryBytes }).peakBytes).toBeLessThanOrEqual(memoryBytes);
  });

  test('the process holds no more than a small multiple of what is stated', () => {
    const before = process.memoryUsage();
    const verdict = search(hard(20), { memoryBytes: 32 * megabyte });
    const after = process.memoryUsage();
    expect(verdict.reason).toBe('memory');
    expect(after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(32 * 4 * megabyte);
  });

  test('a partition that needs too much does not hide that another is illegal', () => {
    const stale: History = [
      { client: 2000, input: { op: 'get', key: 'z' }, output: { value: 'never written' }, callTime: 0, returnTime: 1 },
    ];
    const verdict = checkOperations(kvModel, [...hard(16), ...stale], { method: 'search', memoryBytes: megabyte / 4 });
    expect(verdict).toMatchObject({ kind: 'illegal', illegalPartition: { key: 'z' } });
  });
});

describe('partitions', () => {
  test('one that would take for ever does not keep the others waiting', () => {
    // Checked one after the other, the first key would use up the whole budget.
    const quick: History = Array.from({ length: 40 }, (_, i) => ({
      client: 5000,
      input: { op: 'get', key: 'quick' } as const,
      output: { value: i === 39 ? 'x' : '' },
      callTime: i * 2,
      returnTime: i * 2 + 1,
    }));
    const verdict = checkOperations(kvModel, [...hard(14), ...quick], { method: 'search', budgetSteps: 100_000 });
    expect(verdict).toMatchObject({ kind: 'illegal', partitions: 2, illegalPartition: { key: 'quick' } });
    expect(verdict.steps).toBeLessThan(10_000);
  });
});

describe('time, as a convenience', () => {
  test('needs a clock: the checker has none of its own', () => {
    expect(() => search(hard(3), { timeoutMs: 10 })).toThrow(/needs a clock/);
  });

  test('holds when the model is slow', () => {
    let nowMs = 0;
    let calls = 0;
    const slow: Model<string, KvInput, KvOutput> = {
      ...kvModel,
      step(state, input, output) {
        calls++;
        nowMs += 10;
        return kvModel.step(state, input, output);
      },
    };
    const verdict = checkOperations(slow, hard(14), { method: 'plain', timeoutMs: 1000, clock: () => nowMs });
    expect(verdict).toMatchObject({ kind: 'unknown', reason: 'time' });
    // 100 calls fit; a slice that took too long is halved, so that the clock is looked at again soon.
    expect(calls).toBeGreaterThan(50);
    expect(calls).toBeLessThan(250);
  });
});

describe('an abort', () => {
  test('before the start: no step is taken', () => {
    expect(search(hard(12), { signal: AbortSignal.abort() })).toMatchObject({
      kind: 'unknown', reason: 'aborted', steps: 0,
    });
  });

  test('on the way: between slices others have their turn', async () => {
    const controller = new AbortController();
    let turns = 0;
    const verdict = await checkOperationsInSlices(
      kvModel,
      hard(14),
      { method: 'plain', signal: controller.signal },
      async ({ steps }) => {
        turns++;
        expect(steps).toBeGreaterThan(0);
        if (turns === 5) controller.abort();
      },
    );
    expect(verdict).toMatchObject({ kind: 'unknown', reason: 'aborted' });
    expect(turns).toBe(5);
  });

  test('in slices the verdict is that of the whole', async () => {
    const history = hard(6);
    const verdict = await checkOperationsInSlices(kvModel, history, { method: 'plain' }, async () => undefined);
    expect(verdict).toEqual(search(history, {}));
  });
});

test('long histories: a thousand clients open at once, and a hundred thousand operations in a row', () => {
  const many: History = Array.from({ length: 1000 }, (_, i) => ({
    client: i, input: { op: 'put', key: 'k', value: `${i % 2}` }, output: {}, callTime: 0, returnTime: 1,
  }));
  expect(checkOperations(kvModel, many, { method: 'search' }).kind).toBe('ok');
  const row: History = Array.from({ length: 100_000 }, (_, i) => ({
    client: 0,
    input: i % 2 === 0 ? { op: 'put', key: 'k', value: `${i % 8}` } : { op: 'get', key: 'k' },
    output: i % 2 === 0 ? {} : { value: `${(i - 1) % 8}` },
    callTime: i * 2,
    returnTime: i * 2 + 1,
  }));
  const verdict = checkOperations(kvModel, row, { method: 'search' });
  expect(verdict).toMatchObject({ kind: 'ok', method: 'search', steps: 100_000 });
  // A row of the table is as wide as the operations open at once, not as the history is long.
  expect(verdict.peakBytes).toBeLessThan(16 * 1024 * 1024);
});

test('a model that throws is not swallowed', () => {
  const broken: Model<number, string, string> = {
    name: 'broken',
    init: () => 0,
    step(_state, input) {
      if (input === 'bad') throw new RangeError('no such operation');
      return illegal;
    },
  };
  const history = [{ client: 0, input: 'bad', output: '', callTime: 0, returnTime: 1 }];
  expect(() => checkOperations(broken, history)).toThrow('no such operation');
  expect(() => explain(broken, history)).toThrow('no such operation');
});
