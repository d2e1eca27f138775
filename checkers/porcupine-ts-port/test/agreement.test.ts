/**
 * Every way of checking gives the verdict of the definition, on many small random histories: legal and
 * illegal ones, with equal times, crashed clients and operations of unknown outcome.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  casRegisterModel,
  checkOperations,
  counterModel,
  kvModel,
  kvUnpartitionedModel,
  lockModel,
  queueModel,
  registerModel,
  setModel,
  stackModel,
  type Model,
  type Operation,
} from '../index.ts';
import { isLinearizable } from './brute-force.ts';
import { counterObject, kvObject, lockObject, queueObject, registerObject, setObject, stackObject } from './objects.ts';
import { randomHistory, tapes, type TestObject } from './random-history.ts';

interface Counts {
  ok: number;
  illegal: number;
  fast: number;
}

function compare<S, I, O>(
  model: Model<S, I, O>,
  object: () => TestObject<I, O>,
  runs: number,
  maxOperations: number,
  reference: (history: readonly Operation<I, O>[]) => boolean,
): Counts {
  const counts: Counts = { ok: 0, illegal: 0, fast: 0 };
  fc.assert(
    fc.property(tapes(maxOperations * 8), fc.nat({ max: 8 }), (numbers, lies) => {
      const history = randomHistory(object(), numbers, maxOperations, lies);
      const kind = reference(history) ? 'ok' : 'illegal';
      counts[kind]++;
      for (const method of ['auto', 'search', 'plain'] as const) {
        const verdict = checkOperations(model, history, { method });
        if (verdict.kind !== kind)
          throw new Error(
            `${method} (${verdict.method}) says ${verdict.kind}, the reference ${kind}: ${JSON.stringify(history)}`,
          );
        if (method === 'auto' && !verdict.method.includes('search')) counts.fast++;
      }
    }),
    { numRuns: runs, seed: 20_250_101 },
  );
  return counts;
}

const byDefinition =
  <S, I, O>(model: Model<S, I, O>) =>
  (history: readonly Operation<I, O>[]): boolean =>
    isLinearizable(model, history);
const bySearch = <S, I, O>(model: Model<S, I, O>) => (history: readonly Operation<I, O>[]): boolean =>
  checkOperations(model, history, { method: 'plain' }).kind === 'ok';

/** A comparison that never met one of the two verdicts would prove little. */
function expectBoth(counts: Counts, atLeast: number): void {
  expect(counts.ok).toBeGreaterThan(atLeast);
  expect(counts.illegal).toBeGreaterThan(atLeast);
}

const all = ['get', 'put', 'append', 'cas', 'delete'] as const;

describe('every method agrees with the definition', () => {
  const small = 7;
  const runs = 6000;
  test('key/value store, values repeat', () => {
    expectBoth(
      compare(kvModel, () => kvObject({ keys: 1, ops: all, unique: false }), runs, small, byDefinition(kvModel)),
      150,
    );
  });
  test('key/value store, appends that repeat', () => {
    expectBoth(
      compare(
        kvModel, () => kvObject({ keys: 1, ops: ['get', 'append'], unique: false }), runs, small, byDefinition(kvModel),
      ),
      150,
    );
  });
  test('key/value store of two keys, distinct values', () => {
    expectBoth(
      compare(
        kvModel, () => kvObject({ keys: 2, ops: all, unique: true }), runs, small, byDefinition(kvUnpartitionedModel),
      ),
      150,
    );
  });
  test('key/value store of two keys as one object', () => {
    const counts = compare(
      kvUnpartitionedModel, () => kvObject({ keys: 2, ops: all, unique: false }), runs, small,
      byDefinition(kvUnpartitionedModel),
    );
    expectBoth(counts, 150);
  });
  test('register', () => {
    expectBoth(
      compare(
        registerModel, () => registerObject(false, ['read', 'write']) as never, runs, small,
        byDefinition(registerModel),
      ),
      150,
    );
  });
  test('compare-and-set register', () => {
    const counts = compare(
      casRegisterModel, () => registerObject(false, ['read', 'write', 'cas']), runs, small,
      byDefinition(casRegisterModel),
    );
    expectBoth(counts, 150);
  });
  test('set, element by element', () => {
    expectBoth(
      compare(
        setModel, () => setObject(false, ['add', 'remove', 'contains'], true), runs, small, byDefinition(setModel),
      ),
      150,
    );
  });
  test('set, read as a whole', () => {
    expectBoth(
      compare(setModel, () => setObject(false, ['add', 'remove', 'read'], false), runs, small, byDefinition(setModel)),
      150,
    );
  });
  test('queue', () => {
    expectBoth(compare(queueModel, () => queueObject(false), runs, small, byDefinition(queueModel)), 150);
  });
  test('stack', () => {
    expectBoth(compare(stackModel, stackObject, runs, small, byDefinition(stackModel)), 150);
  });
  test('lock', () => {
    expectBoth(compare(lockModel, lockObject, runs, small, byDefinition(lockModel)), 150);
  });
  test('counter', () => {
    expectBoth(compare(counterModel, counterObject, runs, small, byDefinition(counterModel)), 150);
  });
});

describe('every fast path agrees with the plain search', () => {
  const runs = 10_000;
  const size = 12;
  const expectFast = (counts: Counts, share: number): void => {
    expectBoth(counts, runs / 50);
    expect(counts.fast).toBeGreaterThan(runs * share);
  };
  test('chains: puts', () => {
    expectFast(
      compare(kvModel, () => kvObject({ keys: 1, ops: ['get', 'put'], unique: true }), runs, size, bySearch(kvModel)),
      0.9,
    );
  });
  test('chains: puts and appends', () => {
    expectFast(
      compare(
        kvModel, () => kvObject({ keys: 1, ops: ['get', 'get', 'put', 'append', 'append'], unique: true }), runs, size,
        bySearch(kvModel),
      ),
      0.9,
    );
  });
  test.each(['start', 'length'] as const)('chains: values whose tokens are told apart by their %s', (tokens) => {
    const ops = ['get', 'get', 'get', 'put', 'append', 'append', 'cas'] as const;
    expectFast(
      compare(kvModel, () => kvObject({ keys: 1, ops, unique: true, tokens }), runs / 2, size, bySearch(kvModel)),
      0.25,
    );
  });
  test('chains: puts, appends and compare-and-sets', () => {
    const ops = ['get', 'get', 'put', 'append', 'cas', 'cas'] as const;
    expectFast(compare(kvModel, () => kvObject({ keys: 1, ops, unique: true }), runs, size, bySearch(kvModel)), 0.5);
  });
  test('chains: a compare-and-set register', () => {
    const counts = compare(
      casRegisterModel, () => registerObject(true, ['read', 'write', 'cas']), runs, size, bySearch(casRegisterModel),
    );
    expectFast(counts, 0.5);
  });
  test('nested reads: appends that repeat', () => {
    const counts = compare(
      kvModel, () => kvObject({ keys: 1, ops: ['get', 'append'], unique: false }), runs, size, bySearch(kvModel),
    );
    expectFast(counts, 0.05);
  });
  test('set levels', () => {
    expectFast(compare(setModel, () => setObject(true, ['add', 'read'], false), runs, size, bySearch(setModel)), 0.9);
  });
  test('queue order', () => {
    // The plain search of a queue is exponential in what overlaps: at 12 operations a few histories took most of the
    // time.
    expectFast(compare(queueModel, () => queueObject(true), runs, 9, bySearch(queueModel)), 0.1);
  });
});
