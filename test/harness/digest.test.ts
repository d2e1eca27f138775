/** Plain data has a digest of its own, whatever its shape. */
import { describe, expect, test } from 'vitest';
import { Digest } from '../../harness/digest.ts';

function digestOf(...values: readonly unknown[]): string {
  const digest = new Digest();
  for (const value of values) digest.value(value);
  return digest.hex();
}

test('equal data has one digest, whatever the order of its fields', () => {
  expect(digestOf({ a: 1, b: [2, { c: 'x' }] })).toBe(digestOf({ b: [2, { c: 'x' }], a: 1 }));
  expect(digestOf(new Map([['a', 1]]), new Set([1]))).toBe(digestOf(new Map([['a', 1]]), new Set([1])));
});

test('different data has different digests', () => {
  const values = [
    null, undefined, true, false, 0, -0, 1, 2, 1.5, 2 ** 40, 10, 10n, '', '1', 'true', 'null', [], [1], [1, 2], [2, 1],
    [[1], 2], [1, [2]], ['1'], {}, { a: 1 }, { a: '1' }, { a: undefined }, { b: 1 }, { a: { b: 1 } }, { a: 1, b: 1 },
    { ab: 1 }, new Map([['a', 1]]), new Set(['a']), new Map(), new Set(),
  ];
  expect(new Set(values.map((value) => digestOf(value))).size).toBe(values.length);
});

test('large and negative numbers are told apart, to the last bit', () => {
  const of = (value: number): string => {
    const digest = new Digest();
    digest.number(value);
    return digest.hex();
  };
  const values = [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 32 + 1, 2 ** 33, -(2 ** 32), 2 ** 40, 2 ** 53 - 1];
  expect(new Set(values.map(of)).size).toBe(values.length);
});

describe('where one value ends and the next begins is seen', () => {
  test.each([
    [['a', 'b'], ['ab', '']],
    [[[1], 2], [[1, 2]]],
    [[{ a: 1 }, { b: 2 }], [{ a: 1, b: 2 }, {}]],
  ])('%j and %j', (some, others) => expect(digestOf(...some)).not.toBe(digestOf(...others)));
});

test('what is no data has none', () => {
  expect(() => digestOf({ a: () => 1 })).toThrow(new TypeError('a function is no data, and has no digest'));
  expect(() => digestOf(Symbol('a'))).toThrow(TypeError);
});
