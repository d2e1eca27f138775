/** Times as a person writes them, in whole microseconds. */
import { describe, expect, test } from 'vitest';
import { microsecondsOf, rangeOf, type Duration, type Span } from '../../../harness/own/duration.ts';

test.each<[Duration, number]>([
  [0, 0], [17, 17], ['300us', 300], ['20ms', 20_000], ['1.5s', 1_500_000], ['2m', 120_000_000], ['0.5us', 1],
  ['0.25ms', 250],
])('%j is %i us', (duration, us) => expect(microsecondsOf(duration)).toBe(us));

test.each([
  [-1], [1.5], [Number.NaN], [Infinity], ['5'], ['5 ms'], ['-5ms'], ['5h'], ['ms'], ['1e3s'], ['.5s'], ['99999999999m'],
])('%j is no duration', (duration) => {
  expect(() => microsecondsOf(duration as Duration)).toThrow(
    `"${duration}" is no duration: write whole microseconds, or a text such as 20ms, 1.5s or 2m`,
  );
});

describe('a span', () => {
  test.each<[Span, number, number]>([
    ['20ms', 20_000, 20_000], [7, 7, 7], [['1ms', '1s'], 1000, 1_000_000], [[5, 5], 5, 5],
  ])('%j', (span, min, max) => {
    expect(rangeOf(span)).toEqual({ min, max });
  });
  test('whose first time is the longer one is none', () =>
    expect(() => rangeOf(['2ms', '1ms'])).toThrow('from 2ms to 1ms is no span: the first time is the longer one'));
});
