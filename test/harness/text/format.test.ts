/** Numbers, times and tables as a person reads them. */
import { describe, expect, test } from 'vitest';
import { count, duration, plural, short, table, virtualTime } from '../../../harness/text/format.ts';

test.each([
  [0, '0'], [999, '999'], [1000, '1,000'], [1234567, '1,234,567'], [12.6, '13'],
])('count %d: %s', (value, text) => expect(count(value)).toBe(text));
test.each([
  [0, '0 seeds'], [1, '1 seed'], [2, '2 seeds'], [1000, '1,000 seeds'],
])('%d as %s', (value, text) => expect(plural(value, 'seed')).toBe(text));
test('a noun that takes no s', () =>
  expect([plural(1, 'entry', 'entries'), plural(2, 'entry', 'entries')]).toEqual(['1 entry', '2 entries']));
test.each([
  [0, '0'], [950, '950'], [999, '999'], [1000, '1.0k'], [9999, '10.0k'], [12345, '12k'], [999_999, '1000k'],
  [1_234_567, '1.2M'],
])('short %d: %s', (value, text) => expect(short(value)).toBe(text));
test.each([
  [0, '0 ms'], [850, '850 ms'], [1000, '1.0 s'], [12_340, '12.3 s'], [59_900, '59.9 s'], [60_000, '1m00s'],
  [245_000, '4m05s'], [3_599_000, '59m59s'], [3_600_000, '1h00m'], [7_380_000, '2h03m'],
])('duration of %d ms: %s', (ms, text) => expect(duration(ms)).toBe(text));
test.each([
  [0, '0.000 ms'], [7, '0.007 ms'], [1_234_567, '1,234.567 ms'], [1000, '1.000 ms'],
])('virtual time of %d us: %s', (us, text) => expect(virtualTime(us)).toBe(text));

describe('a table', () => {
  test('has columns as wide as their widest cell, those named to the right, and no blanks at the end', () => {
    expect(
      table(
        [
          ['name', 'count'], ['a', '7'], ['longer', '12345'],
        ],
        [1],
      ),
    ).toBe('name    count\na           7\nlonger  12345');
    expect(table([['a', 'b'], ['long', 'c']])).toBe('a     b\nlong  c');
    expect(table([['long', 'b'], ['a', 'c']])).toBe('long  b\na     c');
  });
  test('may have rows of fewer cells', () => expect(table([['a'], ['b', 'c']])).toBe('a\nb  c'));
});
