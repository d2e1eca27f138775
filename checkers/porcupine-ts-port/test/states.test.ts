/** Which states are one. */
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { checkOperations, illegal, type Model, type Operation } from '../index.ts';
import { sequentialConsistency } from '../weaker/sequential.ts';
import { structuralKey } from '../structural-key.ts';

type Input = { readonly write: unknown } | 'read';

/** Holds any value; a read tells the very one. */
const cell: Model<unknown, Input, unknown> = {
  name: 'cell',
  init: () => null,
  step: (state, input, output) => (input !== 'read' ? input.write : isDeepStrictEqual(state, output) ? state : illegal),
};

const history = (...values: readonly unknown[]): Operation<Input, unknown>[] => [
  ...values.map((write, at): Operation<Input, unknown> => ({
    client: 0, input: { write }, output: null, callTime: at * 2, returnTime: at * 2 + 1,
  })),
  { client: 0, input: 'read', output: values.at(-1), callTime: 9000, returnTime: 9001 },
];

const pairs: readonly (readonly [unknown, unknown])[] = [
  [0, -0],
  [NaN, 'NaN'],
  [1, '1'],
  [1n, 1],
  [null, '0'],
  [true, 't'],
  [false, 0],
  ['', null],
  [
    ['as', 'b'], ['a', 'sb'],
  ],
  [['a', 'b'], ['ab']],
  [[['a'], 'b'], [['a', 'b']]],
  [[], {}],
  [[0], [-0]],
  [[undefined], [null]],
  [{ a: 1 }, { a: 1, b: undefined }],
  [{ a: 'b' }, { b: 'a' }],
  [new Set(['a', 'b']), new Set(['ab'])],
  [new Set(['a']), ['a']],
  [new Map([['a', 1]]), { a: 1 }],
  [new Map([['a', 'b']]), new Map([['b', 'a']])],
];

test.each(pairs)('%o is not %o', (a, b) => {
  expect(structuralKey(a)).not.toBe(structuralKey(b));
  for (const values of [[a, b], [b, a]]) {
    for (const method of ['search', 'plain'] as const)
      expect(checkOperations(cell, history(...values), { method }).kind).toBe('ok');
  }
});

test('states of equal content are one, whatever the order of fields, keys and members', () => {
  for (const [a, b] of [
    [
      { a: 1, b: 2 }, { b: 2, a: 1 },
    ],
    [new Set([1, 2]), new Set([2, 1])],
    [
      new Map([
        [1, 'a'], [2, 'b'],
      ]),
      new Map([
        [2, 'b'], [1, 'a'],
      ]),
    ],
  ])
    expect(structuralKey(a)).toBe(structuralKey(b));
});

test('any two values of JSON have one key exactly when they are equal', () => {
  const value = fc.jsonValue({ maxDepth: 2 });
  fc.assert(fc.property(value, value, (a, b) => {
    expect(structuralKey(a) === structuralKey(b)).toBe(isDeepStrictEqual(a, b));
  }), { seed: 7, numRuns: 500 });
});

test('many states and many steps: none is mistaken for another when the tables grow', () => {
  const many = Array.from({ length: 3000 }, (_, at) => `v${at}`);
  for (const method of ['search', 'plain'] as const) {
    expect(checkOperations(cell, history(...many), { method }).kind).toBe('ok');
    expect(
      checkOperations(
        cell,
        [
          ...history(...many).slice(0, -1),
          { client: 0, input: 'read', output: 'v7', callTime: 9000, returnTime: 9001 },
        ],
        { method },
      ).kind,
    ).toBe('illegal');
  }
});

test('an operation of unknown outcome need not have happened, even where it cannot have', () => {
  // A lock that waits: one who never got it has not taken it.
  const lock: Model<string, string, unknown> = {
    name: 'waiting lock', init: () => '', step: (holder, owner) => (holder === '' ? owner : illegal),
  };
  const acquire = (owner: string, returnTime: number | null): Operation<string, unknown> => ({
    client: owner.charCodeAt(0), input: owner, output: returnTime === null ? undefined : {}, callTime: 0, returnTime,
  });
  for (const method of ['auto', 'search', 'plain'] as const) {
    expect(checkOperations(lock, [acquire('a', 1), acquire('b', null)], { method }).kind).toBe('ok');
    expect(checkOperations(lock, [acquire('a', 1), acquire('b', 1)], { method }).kind).toBe('illegal');
  }
  const limits = { budgetSteps: 1000, memoryBytes: 2 ** 20, mustEnd: () => false };
  expect(sequentialConsistency(lock, [acquire('a', 1), acquire('b', null)], limits).kind).toBe('ok');
  expect(sequentialConsistency(lock, [acquire('a', 1), acquire('b', 1)], limits).kind).toBe('illegal');
});
