/** EDN and numbers as they are written: two things that a file keeps apart are two, and every error has its line. */
import { describe, expect, test } from 'vitest';
import { Digits, EdnReader, keyName, Name, plainValue, type Edn } from '../formats/edn.ts';
import { inexactIn, isExact, wholeOf, withTexts } from '../formats/exact-number.ts';
import { deepest, tooDeepAt } from '../formats/nesting.ts';
import { FormatError } from '../formats/recorded.ts';

const read = (text: string): Edn => new EdnReader(text).read();
const plain = (text: string): unknown => plainValue(read(text));
const errorOf = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof FormatError) return `${error.line}: ${error.message}`;
    throw error;
  }
  return 'none';
};

describe('values', () => {
  test.each<readonly [string, unknown]>([
    ['nil', null], ['true', true], ['false', false], ['17', 17], ['-3', -3], ['+3', 3], ['3N', 3], ['2.5', 2.5],
    ['2.5M', 2.5], ['1e3', 1000], ['"a b"', 'a b'], ['[1 2, 3]', [1, 2, 3]], ['(1 [2])', [1, [2]]], ['[]', []],
    ['#inst "2020"', '2020'], ['[1 #_ 2 3]', [1, 3]], ['[1 #_[2 4] 3]', [1, 3]],
    ['"\\n\\t\\r\\b\\f\\"\\\\"', '\n\t\r\b\f"\\'], ['"\\u0041b"', 'Ab'], ['; said ]\n[1 ; and (\n 2]', [1, 2]],
  ])('%s', (text, value) => expect(plain(text)).toEqual(value));

  test('one behind the other, each with its line, also behind a text of several lines', () => {
    const reader = new EdnReader('1\n"a\nb" ; no\n\n:k', 4);
    const seen: unknown[] = [];
    for (let line = reader.nextLine(); line !== undefined; line = reader.nextLine())
      seen.push([line, plainValue(reader.read())]);
    expect(seen).toEqual([[4, 1], [5, 'a\nb'], [8, ':k']]);
  });

  test('a map by its keys: a keyword is its name, a text has quotation marks', () => {
    const map = read('{:f 1, "f" 2, f 3x}'.replace('f 3x', '3 4')) as Map<string, Edn>;
    expect([...map]).toEqual([['f', 1], ['"f"', 2], ['3', 4]]);
    expect(errorOf('{:f 1\n :f 2}')).toBe('1: the key "f" stands twice in a map');
  });

  test('a number that would be rounded is its digits', () => {
    expect([read('9007199254740991'), read('9007199254740993'), read('0.1'), read('0.12345678901234567890')]).toEqual([
      9007199254740991, new Digits('9007199254740993'), 0.1, new Digits('0.12345678901234567890'),
    ]);
    expect([plain('9007199254740993'), plain('9007199254740993N')]).toEqual(['#9007199254740993', '#9007199254740993']);
  });
});

describe('two that differ are two', () => {
  const distinct = [
    'nil', 'true', '1', '"1"', ':1', 'a', '"a"', ':a', '":a"', '"\'a"', '"nil"', '"true"', '"[1]"', '[1]', '[[1]]',
    '["1"]', '#{1}', '#{2}', '{:a 1}', '{:a 2}', '{"a" 1}', '"{:a 1}"', '9007199254740993', '9007199254740992',
    '"#9007199254740993"',
  ];
  // An array says nothing of being a vector or a set: models take them alike.
  const asValues = distinct.filter((text) => text !== '#{1}');

  test('as values', () =>
    expect(new Set(asValues.map((text) => JSON.stringify(plain(text)))).size).toBe(asValues.length));
  test('as names of keys', () => {
    expect(new Set(asValues.map((text) => keyName(read(text)))).size).toBe(asValues.length);
    expect([keyName(read('1')), keyName(read('"1"')), keyName(read('"x"')), keyName(read(':x'))]).toEqual([
      '1', '"1"', 'x', ':x',
    ]);
  });
  test('and two that do not are one: sets and maps have no order', () => {
    expect(plain('#{3 1 2}')).toEqual(plain('#{2 3 1}'));
    expect(plain('{:a 1 :b 2}')).toEqual(plain('{:b 2 :a 1}'));
    expect([read(':a'), read('a')]).toEqual([new Name('a', true), new Name('a', false)]);
  });
});

describe('what is damaged is told, with its line', () => {
  test.each([
    ['\n)', '2: expected a value, found )'], ['[1\n2', '1: expected ] to close [, found the end of the input'],
    ['(1\n]', '2: expected a value, found ]'],
    ['{:a 1 :b}', '1: expected pairs of key and value in { }, found a key without a value'],
    ['"a\nb', '2: expected " to end a text, found the end of the input'],
    ['"\\q"', '1: expected an escape such as \\n or \\", found \\q'],
    ['"\\u00g0"', '1: expected four hexadecimal digits behind \\u, found "00g0"'],
    ['12x', '1: expected a number, found "12x"'], ['', '1: expected a value, found the end of the input'],
  ])('%j', (text, says) => expect(errorOf(text)).toBe(says));

  test(`${deepest} levels are read, and one more is not`, () => {
    const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect([errorOf(nested(deepest)), errorOf(nested(deepest + 1))]).toEqual([
      'none', `1: it is nested more than ${deepest} levels deep`,
    ]);
    // Side by side is not one in the other.
    expect(errorOf(`[${'[] '.repeat(2 * deepest)}]`)).toBe('none');
  });
});

describe('how deep JSON is nested', () => {
  const nested = (levels: number): string => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;
  test('brackets and braces count, and what stands in texts does not', () => {
    expect([tooDeepAt(nested(deepest)), tooDeepAt(`[${nested(deepest)}]`)]).toEqual([
      null, 1 + 6 * (deepest / 2 - 1) + 1,
    ]);
    expect([
      tooDeepAt(`"${'['.repeat(600)}"`), tooDeepAt(`"\\"${'['.repeat(600)}"`), tooDeepAt(`["\\\\", ${'['.repeat(600)}`),
    ]).toEqual([null, null, 7 + deepest - 1]);
    expect(tooDeepAt('[]'.repeat(600) + '{}'.repeat(600))).toBeNull();
  });
});

describe('numbers', () => {
  test.each([
    ['0', true], ['-0', true], ['007', true], ['9007199254740991', true], ['9007199254740992', false],
    ['9007199254740993', false], ['-9007199254740993', false], ['0.1', true], ['00.5', true], ['0.10', true],
    ['1.50', true], ['1e3', true], ['1.5e-7', true], ['1e400', false], ['0.1234567890123456789', false],
    ['0.30000000000000004', true], ['0.300000000000000040', true], ['123456789.123456789123', false],
  ])('%s is what it is written as: %s', (text, exact) => expect(isExact(text)).toBe(exact));

  test.each<readonly [string, bigint | null]>([
    ['12', 12n], ['-12', -12n], ['1.20e3', 1200n], ['1e2', 100n], ['0.5', null], ['5e-1', null], ['50e-1', 5n],
    ['0.0', 0n], ['9007199254740993', 9007199254740993n], ['1e99', 10n ** 99n], ['1e100', null],
  ])('%s is the whole number %s', (text, whole) => expect(wholeOf(text)).toBe(whole));

  test('those of a JSON text that would be rounded are found, and become texts; what stands in texts stays', () => {
    const json =
      '{"a":9007199254740993,"b":"9007199254740993","c":[1,-1e400,"\\"9007199254740993"],"9007199254740995":2}';
    expect(inexactIn(json)).toEqual(['9007199254740993', '-1e400']);
    expect(withTexts(json)).toBe(
      '{"a":"9007199254740993","b":"9007199254740993","c":[1,"-1e400","\\"9007199254740993"],"9007199254740995":2}',
    );
    expect(inexactIn('{"a":1234567890123}')).toEqual([]);
  });
});
