/** Weaker verdicts against their definitions: every order of operations, every order of writes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  casRegisterModel, checkOperations, kvModel, perKey, queueModel, registerModel, setModel, type Model, type Operation,
} from '../index.ts';
import { casesOf } from './cases.ts';
import { tapes } from './random-history.ts';
import {
  isLinearizableBySpec, queue, register, set, type Input, type Output, type SequentialObject, type Value,
} from './sequential-objects.ts';
import { useObject, type Use } from './used-objects.ts';

const cases = casesOf(3000);
const runs = cases.numRuns;
type Told = Operation<Input, Output>;

const isBefore = (a: Told, b: Told): boolean =>
  a.client === b.client &&
  a.returnTime !== null &&
  (a.returnTime < b.callTime || (a.returnTime === b.callTime && a.callTime < b.callTime));

const values: readonly Value[] = ['v1', 'v10', 0, '0'];
const registerUse: Use = {
  object: register,
  input: (tape) => {
    const value = values[tape.next(4)]!;
    return [
      { op: 'read' }, { op: 'read' }, { op: 'write', value }, { op: 'cas', value, expected: values[tape.next(4)]! },
    ][tape.next(4)]!;
  },
  lie: ({ op }, answer, tape) => (op === 'read' ? { value: values[tape.next(4)]! } : answer),
};
const queueUse: Use = {
  object: queue,
  input: (tape) => (tape.next(2) === 0 ? { op: 'enqueue', value: values[tape.next(4)]! } : { op: 'dequeue' }),
  lie: ({ op }, answer) => (op === 'dequeue' ? { value: null } : answer),
};
const setUse: Use = {
  object: set,
  input: (tape) => ({ op: ['add', 'remove', 'contains', 'contains'][tape.next(4)]!, value: tape.next(2) }),
  lie: ({ op }, answer) => (op === 'contains' ? { ok: !answer.ok } : answer),
};

describe('sequential consistency, as the definition has it', () => {
  test.each<[string, unknown, SequentialObject, Use]>([
    ['register', casRegisterModel, register, registerUse],
    ['queue', queueModel, queue, queueUse],
    ['set of two elements, which must have one order together', setModel, set, setUse],
  ])('%s', (_, model, object, use) => {
    const counts = { ok: 0, illegal: 0 };
    fc.assert(
      fc.property(
        tapes(110),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 4 }),
        (numbers, wrong, clients) => {
          const history = useObject(use, numbers, 8, wrong, clients);
          const verdict = checkOperations(model as Model<unknown, Input, Output>, history, { weaker: true });
          expect(verdict.weaker === undefined).toBe(verdict.kind === 'ok');
          if (verdict.weaker === undefined) return;
          const expected = isLinearizableBySpec(object, history, isBefore) ? 'ok' : 'illegal';
          expect(verdict.weaker.sequential).toBe(expected);
          counts[expected]++;
        },
      ),
      cases,
    );
    expect(counts.ok).toBeGreaterThan(runs / 40);
    expect(counts.illegal).toBeGreaterThan(runs / 40);
  });
});

function* ordersOf(items: readonly number[]): Generator<readonly number[]> {
  if (items.length === 0) yield [];
  for (const item of items) for (const rest of ordersOf(items.filter((other) => other !== item))) yield [item, ...rest];
}

/** Whether some order of the writes keeps each client's own, and the guarantee for every two operations of a client. */
function isKept(
  history: readonly Told[], guarantee: (a: Told, b: Told, age: (operation: Told) => number) => boolean,
): boolean {
  const writes = history.map((_, index) => index).filter((index) => history[index]!.input.op === 'write');
  const pairs = history.flatMap((a) => history.filter((b) => isBefore(a, b)).map((b) => [a, b] as const));
  const writerOf = (value: Value | undefined): number =>
    writes.find((index) => history[index]!.input.value === value) ?? -2;
  for (const order of ordersOf(writes)) {
    /**
     * Of a write its place, of a read that of the write that it saw; -1 for the initial value; below that, nobody wrote
     * it.
     */
    const age = ({ input, output }: Told): number => {
      if (input.op === 'write') return order.indexOf(writerOf(input.value));
      return output!.value === null ? -1 : writerOf(output!.value) === -2 ? -9 : order.indexOf(writerOf(output!.value));
    };
    const told = history.filter(
      ({ input, output, returnTime }) => input.op === 'read' && returnTime !== null && output !== undefined,
    );
    if (told.some((read) => age(read) === -9)) return false;
    const isOfUse = (one: Told): boolean => one.input.op === 'write' || told.includes(one);
    const holds = ([a, b]: readonly [Told, Told]): boolean =>
      !isOfUse(a) ||
      !isOfUse(b) ||
      ((a.input.op === 'read' || b.input.op === 'read' || age(a) < age(b)) && guarantee(a, b, age));
    if (pairs.every(holds)) return true;
  }
  return false;
}

const isPair = (a: Told, b: Told, first: string, second: string): boolean =>
  a.input.op === first && b.input.op === second;

describe('session guarantees, as the definition has them', () => {
  test('register', () => {
    const counts = new Map<string, number>();
    fc.assert(
      fc.property(
        tapes(110),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        (numbers, wrong, clients) => {
          let fresh = 0;
          const use: Use = {
            object: register,
            input: (tape) => (tape.next(5) < 3 || fresh === 5 ? { op: 'read' } : { op: 'write', value: `v${fresh++}` }),
            lie: ({ op }, answer, tape) =>
              op === 'read' ? { value: `v${tape.next(Math.min(fresh + 2, 5))}` } : answer,
          };
          const history = useObject(use, numbers, 9, wrong, clients);
          const { weaker } = checkOperations(registerModel as never as Model<unknown, Input, Output>, history, {
            weaker: true,
          });
          if (weaker === undefined) return;
          const { readYourWrites, monotonicReads, writesFollowReads } = weaker;
          const kept = {
            readYourWrites: isKept(history, (a, b, age) => !isPair(a, b, 'write', 'read') || age(a) <= age(b)),
            monotonicReads: isKept(history, (a, b, age) => !isPair(a, b, 'read', 'read') || age(a) <= age(b)),
            writesFollowReads: isKept(history, (a, b, age) => !isPair(a, b, 'read', 'write') || age(a) < age(b)),
          };
          const said = (holds: boolean): string => (holds ? 'ok' : 'illegal');
          expect({ readYourWrites, monotonicReads, writesFollowReads }).toEqual({
            readYourWrites: said(kept.readYourWrites), monotonicReads: said(kept.monotonicReads),
            writesFollowReads: said(kept.writesFollowReads),
          });
          for (const [name, holds] of Object.entries(kept))
            counts.set(`${name} ${holds}`, (counts.get(`${name} ${holds}`) ?? 0) + 1);
        },
      ),
      cases,
    );
    expect(counts.size).toBe(6);
    for (const [name, count] of counts) expect(count, name).toBeGreaterThan(runs / 500);
  });
});

describe('what is not known is said', () => {
  const stale: readonly Operation<{ op: 'get' | 'put'; key: string; value?: string }, { value?: string }>[] = [
    { client: 0, input: { op: 'put', key: 'k', value: 'a' }, output: {}, callTime: 0, returnTime: 1 },
    { client: 1, input: { op: 'get', key: 'k' }, output: { value: '' }, callTime: 2, returnTime: 3 },
  ];
  test('a stale read of another client is not linearizable, but sequentially consistent, and keeps every session', () => {
    const { kind, weaker } = checkOperations(kvModel, stale, { weaker: true });
    expect(kind).toBe('illegal');
    expect(weaker).toMatchObject({
      sequential: 'ok', readYourWrites: 'ok', monotonicReads: 'ok', writesFollowReads: 'ok',
    });
  });
  test('of its own client, it reads not its own write', () => {
    const own = stale.map((operation) => ({ ...operation, client: 7 }));
    expect(checkOperations(kvModel, own, { weaker: true }).weaker).toMatchObject({
      sequential: 'illegal', readYourWrites: 'illegal', monotonicReads: 'ok', writesFollowReads: 'ok',
    });
    const keyed = own.map(({ input: { key, op, value }, ...rest }) => ({
      ...rest,
      output: op === 'get' ? {} : rest.output,
      input: { key, input: op === 'get' ? ({ op: 'read' } as const) : ({ op: 'write', value: value! } as const) },
    }));
    expect(checkOperations(perKey(registerModel), keyed, { weaker: true }).weaker).toMatchObject({
      readYourWrites: 'illegal',
    });
  });
  test('where the budget ends it, and where values repeat', () => {
    const twice = [...stale, { ...stale[0]!, callTime: 4, returnTime: 5 }];
    expect(checkOperations(kvModel, twice, { weaker: true }).weaker).toMatchObject({
      sequential: 'ok', readYourWrites: 'unknown',
    });
    expect(checkOperations(kvModel, stale, { weaker: true, budgetSteps: 0 }).weaker).toMatchObject({
      sequential: 'unknown',
    });
  });
});
