/** Histories of a model: those without a lie are linearizable, whatever the model; those with lies are often not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkOperations, illegal, models, type Model, type Operation,
} from '../../../checkers/porcupine-ts-port/index.ts';
import { histories } from '../../../harness/arbitrary/histories.ts';
import { Digest } from '../../../harness/digest.ts';
import { kv, listAppend, lock, queue, register } from '../../../harness/own/index.ts';

type AnyModel = Model<any, any, any>;
type History = readonly Operation<unknown, unknown>[];

const ready: readonly (readonly [string, AnyModel])[] = [
  ...Object.entries(models as unknown as Readonly<Record<string, AnyModel>>),
  ...Object.entries({ kv, listAppend, lock, queue, register }).map(
    ([name, { linearizable }]) => [`service ${name}`, linearizable as AnyModel] as const,
  ),
];

const drawn = (model: AnyModel, lies: number): readonly History[] =>
  fc.sample(histories(model, { lies, operations: 10 }), { numRuns: 300, seed: 17 });
const legal = (model: AnyModel, history: History): string =>
  checkOperations(model, history as Operation<unknown, unknown>[]).kind;

describe.each(ready)('%s', (_, model) => {
  test('without lies every history is linearizable', () => {
    expect(drawn(model, 0).map((history) => legal(model, history)).filter((kind) => kind !== 'ok')).toEqual([]);
  });

  test('with lies some are not', () => {
    const wrong = drawn(model, 6).filter((history) => legal(model, history) === 'illegal').length;
    expect(wrong).toBeGreaterThan(20);
    expect(wrong).toBeLessThan(300);
  });
});

test('what clients ask and are told of each object is drawn as it always was', () => {
  const digestOf = (model: AnyModel): string => {
    const digest = new Digest();
    digest.string(JSON.stringify(drawn(model, 3).slice(0, 60)));
    return digest.hex();
  };
  expect(ready.map(([name, model]) => `${name} ${digestOf(model)}`)).toEqual([
    'kv 3730bcecfc786761', 'kv-unpartitioned ff43e6ccba7787f5', 'versioned-kv 2dd31916b7c9b231',
    'register 4f4f30e9cfdaa5de', 'cas-register 3f5d40c4bc9597c3', 'set 331e154406220187', 'queue a131a040e643405a',
    'stack e45a1741046021fa', 'priority-queue 52c505b57057ce7d', 'lock 3f118625301cf8dc', 'counter 88d118f7b59026f6',
    'service kv 3730bcecfc786761', 'service listAppend b141d6b54aa8ead9', 'service lock 3f118625301cf8dc',
    'service queue a131a040e643405a', 'service register 3f5d40c4bc9597c3',
  ]);
});

describe('what is in them', () => {
  const all = drawn(models.kv, 0);
  const overlap = (history: History): boolean =>
    history.some((a) =>
      history.some((b) => a !== b && a.callTime <= b.callTime && (a.returnTime ?? Infinity) >= b.callTime),
    );

  test('operations at once, of unknown outcome, and none at all', () => {
    expect(all.filter(overlap).length).toBeGreaterThan(150);
    expect(all.filter((history) => history.some(({ returnTime }) => returnTime === null)).length).toBeGreaterThan(50);
    expect(all.some((history) => history.length === 0)).toBe(true);
    expect(Math.max(...all.map(({ length }) => length))).toBe(10);
  });

  test('a client does one thing at a time', () => {
    for (const history of all) {
      for (const [i, a] of history.entries()) {
        for (const b of history.slice(i + 1))
          if (a.client === b.client)
            expect((a.returnTime ?? Infinity) < b.callTime, JSON.stringify(history)).toBe(true);
      }
    }
  });

  test('the same numbers give the same histories', () => {
    expect(drawn(models.kv, 3)).toEqual(drawn(models.kv, 3));
  });
});

test('a counterexample has no operation that is not needed', () => {
  const { counterexample } = fc.check(
    fc.property(histories(models.register, { lies: 6 }), (history) => legal(models.register, history) === 'ok'),
    { seed: 3, numRuns: 1000 },
  );
  const [history] = counterexample!;
  expect(history.length).toBeLessThanOrEqual(3);
  expect(legal(models.register, history)).toBe('illegal');
});

describe('a model of one\'s own', () => {
  interface Ticket { readonly op: 'draw' }
  interface Number { readonly number: number }
  const tickets: Model<number, Ticket, Number> = {
    name: 'tickets',
    init: () => 1,
    step: (next, _, output) => (output === undefined || output.number === next ? next + 1 : illegal),
  };

  test('says what its clients ask and may be told', () => {
    const use = { input: () => ({ op: 'draw' } as const), outputs: (_: Ticket, state: number) => [{ number: state }] };
    const [history] = fc
      .sample(histories(tickets, { use, operations: 4 }), { numRuns: 40, seed: 5 })
      .filter(({ length }) => length === 4);
    expect(
      history!
        .map(({ output }) => output?.number)
        .filter((number) => number !== undefined)
        .sort(),
    ).toEqual([1, 2, 3, 4].slice(0, history!.filter(({ output }) => output !== undefined).length));
  });

  test('or is told that nobody knows', () => {
    expect(() => histories(tickets)).toThrow(
      'the model "tickets" is none of the checker\'s: say with `use` what its clients ask, and what they may be told',
    );
  });
});
