/** Explanations are true: held against the definition on small random histories. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  casRegisterModel,
  checkOperations,
  explain,
  illegal,
  kvModel,
  longestPartials,
  queueModel,
  type Model,
  type Operation,
} from '../index.ts';
import { isLinearizable } from './brute-force.ts';
import { kvObject, queueObject, registerObject } from './objects.ts';
import { randomHistory, tapes, type TestObject } from './random-history.ts';

type History<I, O> = readonly Operation<I, O>[];

/** Whether some choice of the others explains those kept: each as recorded in its own time, or not at all. */
function isExplainable<S, I, O>(model: Model<S, I, O>, history: History<I, O>, kept: readonly number[]): boolean {
  const others = history.map((_, index) => index).filter((index) => !kept.includes(index));
  for (let choice = 0; choice < 1 << others.length; choice++) {
    const chosen = new Set(kept);
    others.forEach((index, bit) => {
      if ((choice >> bit) & 1) chosen.add(index);
    });
    if (isLinearizable(model, history.filter((_, index) => chosen.has(index)))) return true;
  }
  return false;
}

/** An order of operations that keeps real time and is legal step by step. */
function mustBeLinearization<S, I, O>(model: Model<S, I, O>, history: History<I, O>, order: readonly number[]): void {
  let state = model.init();
  order.forEach((index, place) => {
    const { input, output, callTime, returnTime } = history[index]!;
    const next = model.step(state, input, returnTime === null ? undefined : output);
    expect(next).not.toBe(illegal);
    state = next as S;
    for (const earlier of order.slice(0, place)) {
      expect(history[earlier]!.callTime <= (returnTime ?? Infinity)).toBe(true);
    }
    // Whatever returned before this one was called stands before it.
    const before = new Set(order.slice(0, place));
    history.forEach((other, at) => {
      if (other.returnTime !== null && other.returnTime < callTime) expect(before.has(at)).toBe(true);
    });
  });
}

function holds<S, I, O>(model: Model<S, I, O>, object: () => TestObject<I, O>, runs: number): void {
  let seen = 0;
  fc.assert(
    fc.property(tapes(56), (numbers) => {
      const history = randomHistory(object(), numbers, 7, 7);
      const verdict = checkOperations(model, history);
      const explanation = explain(model, history, verdict);
      if (verdict.kind === 'ok') {
        expect(explanation).toBeUndefined();
        const { linearizations } = longestPartials(model, history, history.map((_, index) => index), 100_000, 2 ** 24);
        if (history.length > 0) mustBeLinearization(model, history, linearizations[0]!);
        return;
      }
      seen++;
      const { minimal, blocked, linearizations, longestOf } = explanation!;
      expect(minimal.isMinimal).toBe(true);
      // True: whichever of the others happened, the core is illegal; and so are the operations shown, alone.
      expect(isExplainable(model, history, minimal.core)).toBe(false);
      expect(isLinearizable(model, history.filter((_, index) => minimal.core.includes(index)))).toBe(false);
      expect(isLinearizable(model, history.filter((_, index) => minimal.operations.includes(index)))).toBe(false);
      // Minimal: let any one go, and the rest can be explained, with the operations shown alone.
      for (const one of minimal.core) {
        const rest = minimal.core.filter((other) => other !== one);
        expect(isExplainable(model, history, rest)).toBe(true);
        const shown = minimal.operations.filter((index) => index !== one);
        const ofShown = (index: number): number => shown.indexOf(index);
        expect(isExplainable(model, shown.map((index) => history[index]!), rest.map(ofShown))).toBe(true);
      }
      for (const order of linearizations) mustBeLinearization(model, history, order);
      for (const [index, at] of longestOf) if (at >= 0) expect(linearizations[at]).toContain(index);
      // Blocked: up to just before its return the history is legal, up to its return it is not.
      const endTime = history[blocked!.operation]!.returnTime!;
      const called = history.filter(({ callTime }) => callTime <= endTime);
      const returned = (isIn: (returnTime: number) => boolean): number[] =>
        called.flatMap(({ returnTime }, index) => (returnTime !== null && isIn(returnTime) ? [index] : []));
      expect(isExplainable(model, called, returned((time) => time <= endTime))).toBe(false);
      expect(isExplainable(model, called, returned((time) => time < endTime))).toBe(true);
    }),
    { numRuns: runs, seed: 77 },
  );
  expect(seen).toBeGreaterThan(runs / 50);
}

describe('explanations hold against the definition', () => {
  test('key/value store, values repeat', () => {
    holds(kvModel, () => kvObject({ keys: 1, ops: ['get', 'put', 'append', 'cas', 'delete'], unique: false }), 1500);
  });
  test('key/value store, distinct values', () => {
    holds(kvModel, () => kvObject({ keys: 1, ops: ['get', 'get', 'put', 'append', 'cas'], unique: true }), 1500);
  });
  test('compare-and-set register', () => {
    holds(casRegisterModel, () => registerObject(false, ['read', 'write', 'cas']), 1500);
  });
  test('queue', () => {
    holds(queueModel, () => queueObject(true), 1500);
  });
});

test('a stale read: the write before it, the write that hid it, and the read', () => {
  const put = (client: number, value: string, callTime: number): Operation<never, never> =>
    ({ client, input: { op: 'put', key: 'k', value }, output: {}, callTime, returnTime: callTime + 1 }) as never;
  const get = (client: number, value: string, callTime: number): Operation<never, never> =>
    ({ client, input: { op: 'get', key: 'k' }, output: { value }, callTime, returnTime: callTime + 1 }) as never;
  const history = [put(0, 'a', 0), get(1, 'a', 2), put(0, 'b', 4), get(1, 'a', 8), put(0, 'c', 10), get(1, 'c', 12)];
  const explanation = explain(kvModel as never, history)!;
  // The second write and the stale read cannot both be true; the first write is where the value came from.
  expect(explanation.minimal).toMatchObject({ isMinimal: true, operations: [0, 2, 3], core: [2, 3] });
  expect(explanation.blocked!.operation).toBe(3);
  expect(explanation.blocked!.why).toBe(
    'get(k) -> "a" has no place before its return: the only state possible by then is "b"',
  );
  expect(explanation.linearizations[0]).toEqual([0, 1, 2]);
});

test('of several illegal keys the one of the first error is explained, and the others are named behind it', () => {
  const get = (key: string, value: string, callTime: number): Operation<never, never> =>
    ({ client: 1, input: { op: 'get', key }, output: { value }, callTime, returnTime: callTime + 1 }) as never;
  for (const [history, first, others] of [
    [[get('late', '', 0), get('early', 'x', 2), get('last', 'x', 4), get('late', 'x', 6)], 'early', [2, 3]],
    [[get('early', 'x', 0), get('late', 'x', 2)], 'early', [1]],
  ] as const) {
    for (const method of ['auto', 'search'] as const) {
      const verdict = checkOperations(kvModel as never, history, { everyIllegal: true, method });
      const { partition, others: rest } = explain(kvModel as never, history, verdict)!;
      expect([partition.key, rest.map(({ blocked }) => blocked!.operation)]).toEqual([first, others]);
    }
  }
});

test('equal times: what is called in the instant in which a read returns may have explained it', () => {
  const history = [
    { client: 0, input: { op: 'get', key: 'k' }, output: { value: 'a' }, callTime: 0, returnTime: 5 },
    { client: 1, input: { op: 'append', key: 'k', value: 'a' }, output: {}, callTime: 5, returnTime: 6 },
    { client: 2, input: { op: 'get', key: 'k' }, output: { value: '' }, callTime: 7, returnTime: 8 },
  ];
  // The first read alone is explained by the append: only both reads together clash.
  expect(explain(kvModel as never, history as never)!.minimal).toMatchObject({
    core: expect.arrayContaining([2]) as number[], isMinimal: true,
  });
  expect(explain(kvModel as never, history as never)!.minimal.core.length).toBe(2);
});

test('a read from the future: the read alone, and no write', () => {
  const history = [
    { client: 0, input: { op: 'get', key: 'k' }, output: { value: 'a' }, callTime: 0, returnTime: 1 },
    { client: 1, input: { op: 'put', key: 'k', value: 'a' }, output: {}, callTime: 2, returnTime: 3 },
  ];
  const { minimal } = explain(kvModel as never, history as never)!;
  expect(minimal).toMatchObject({ core: [0], operations: [0], isMinimal: true });
});

test('with too few steps the sub-history is not called minimal', () => {
  // Forty values that are each written twice: no fast path; a read of what was overwritten long ago.
  const history: Operation<never, never>[] = [];
  for (let i = 0; i < 80; i++) {
    history.push({
      client: i % 4, input: { op: 'put', key: 'k', value: `v${i % 40}` }, output: {}, callTime: i * 2,
      returnTime: i * 2 + 5,
    } as never);
  }
  history.push({
    client: 5, input: { op: 'get', key: 'k' }, output: { value: 'v1' }, callTime: 400, returnTime: 401,
  } as never);
  const verdict = checkOperations(kvModel as never, history);
  expect(verdict.kind).toBe('illegal');
  expect(explain(kvModel as never, history, verdict, { budgetSteps: 40 })!.minimal.isMinimal).toBe(false);
  // Steps enough for all checks together, and too few for some of them.
  const { minimal, endedBy } = explain(kvModel as never, history, verdict, { budgetSteps: 20_000 })!;
  expect([minimal.isMinimal, endedBy]).toEqual([false, undefined]);
  expect(explain(kvModel as never, history, verdict)!.minimal.isMinimal).toBe(true);
});
