/** Plain data by its structure: as words for a person, and as text from which the same data comes back. */
import { describe, expect, test } from 'vitest';
import { decodeText, encodeText, fieldsOf, words } from '../../../harness/own/data.ts';

describe('in words', () => {
  test.each([
    [{ kind: 'vote', term: 3, granted: true }, 'vote term 3 granted true'],
    [{ term: 3, kind: 'vote' }, 'vote term 3'],
    [{ kind: 7, to: null }, '7 to null'],
    [{ a: 1 }, 'a 1'],
    [{ kind: 'set', value: '' }, 'set value ""'],
    [{ kind: 'log', entries: [1, ['x']], of: { a: 1, b: [] } }, 'log entries [1 [x]] of {a: 1, b: []}'],
    [{ kind: 'seen', who: new Set([1, 2]), at: new Map([['k', 3], ['l', 4]]) }, 'seen who {1 2} at {k: 3, l: 4}'],
    [[1, 2], '[1 2]'],
    [new Set(['a']), '{a}'],
    [undefined, 'undefined'],
    ['text', 'text'],
  ])('%j is %s', (value, told) => expect(words(value)).toBe(told));

  test('of 60 characters a field is told whole, a longer one is cut to 60', () => {
    expect(words({ text: 'x'.repeat(60) })).toBe(`text ${'x'.repeat(60)}`);
    expect(words({ text: 'x'.repeat(61) })).toBe(`text ${'x'.repeat(57)}...`);
  });

  test('field by field: numbers stay numbers, what has no fields is one', () => {
    expect(fieldsOf({ term: 3, votes: new Set([1]), leader: null })).toEqual({ term: 3, votes: '{1}', leader: 'null' });
    expect(fieldsOf([1])).toEqual({ state: '[1]' });
    expect(fieldsOf('up')).toEqual({ state: 'up' });
    expect(fieldsOf(new Map([[1, 2]]))).toEqual({ state: '{1: 2}' });
  });
});

describe('as text and back', () => {
  test.each([
    [null], [true], ['text'], [0], [1.5], [[]], [{}],
    [undefined], [-0], [Number.NaN], [Infinity], [-Infinity], [2n ** 70n], [-1n],
    [new Map<unknown, unknown>([['a', new Set([1])], [{ b: 1 }, undefined]])], [new Set([new Map(), null])],
    [{ a: undefined, b: [undefined, 1n], c: { d: new Set() } }],
    // A record that looks like one of the marks.
    [{ $own: 'map', of: [] }], [{ $own: 'undefined' }], [{ of: 1 }], [{ deep: { $own: 'record', of: { a: 1 } } }],
  ])('%#: the same data', (value) => expect(decodeText(encodeText(value))).toStrictEqual(value));

  test.each([
    [(): number => 1, 'a function is no data: it can be neither sent nor written'],
    [Symbol('s'), 'a symbol is no data'],
  ])('%#: refused', (value, says) => {
    expect(() => encodeText({ list: [value] })).toThrow(
      new TypeError(says.includes('neither') ? says : `${says}: it can be neither sent nor written`),
    );
  });
});
