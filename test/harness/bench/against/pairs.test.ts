/** What pairs of readings say. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compared, isBelow, median, orderOf } from '../../../../harness/bench/against/pairs.ts';

const readings = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 20 });

describe('the median', () => {
  test('stands in the middle: of an even number the lower of two', () => {
    expect(median([5])).toBe(5);
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 3, 1, 2])).toBe(2);
  });

  test('of numbers and not of texts', () => expect(median([10, 9, 100])).toBe(10));

  test('is one of them, with at most half of them on either side', () => {
    fc.assert(fc.property(readings, (values) => {
      const middle = median(values);
      expect(values).toContain(middle);
      expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
      expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
    }));
  });

  test('leaves the readings as they were, and there is none of nothing', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('a comparison', () => {
  test('holds each reading against its neighbour', () => {
    // The machine grew ten times slower behind the first pair: of all medians 20 to 100, pair by pair always 2.
    expect(compared([200, 20, 20], [100, 10, 10], 'more')).toEqual({
      here: 20, other: 10, median: 2, least: 2, most: 2,
    });
    expect(compared([200, 20, 2], [10, 100, 1], 'more')).toEqual({
      here: 20, other: 10, median: 2, least: 0.2, most: 20,
    });
  });

  test('turns round where less is better', () => {
    expect(compared([10, 30, 40], [20, 30, 20], 'less')).toEqual({
      here: 30, other: 20, median: 1, least: 0.5, most: 2,
    });
  });

  test('two zeros are equally good', () => expect(compared([0], [0], 'less').median).toBe(1));

  test('of a revision with itself is 1, and of two the inverse of the other way round', () => {
    fc.assert(fc.property(readings, (values) => {
      expect(compared(values, values, 'more')).toMatchObject({ median: 1, least: 1, most: 1 });
      const doubled = values.map((value) => value * 2);
      expect(compared(doubled, values, 'more').median).toBe(2);
      expect(compared(doubled, values, 'less').median).toBe(0.5);
    }));
  });

  test('a reading without a neighbour is none', () => expect(() => compared([1, 2], [1], 'more')).toThrow(RangeError));

  test('is below a floor by its median alone, and a figure that stands on it is not', () => {
    expect(isBelow({ here: 1, other: 1, median: 0.69, least: 0.6, most: 1.2 }, 0.7)).toBe(true);
    expect(isBelow({ here: 1, other: 1, median: 0.7, least: 0.1, most: 1.2 }, 0.7)).toBe(false);
  });

  test('each is read first in every other pair', () => {
    expect([0, 1, 2, 3].map((pair) => orderOf(pair, 'here', 'other')[0])).toEqual(['here', 'other', 'here', 'other']);
    expect(orderOf(1, 'here', 'other')).toEqual(['other', 'here']);
  });
});
