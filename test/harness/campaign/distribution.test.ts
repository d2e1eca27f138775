/** Distributions of whole numbers: what is taken for one, sums in any order, and quantiles. */
import { describe, expect, test } from 'vitest';
import { distributionOf, quantile, rounded, sumOfDistributions } from '../../../harness/campaign/distribution.ts';
import { fc, prop } from '../../support/property.ts';

const values = fc.array(fc.integer({ min: 0, max: 2 ** 45 }), { maxLength: 60 });

describe('a value', () => {
  test('below 256 is kept, a larger one by its first eight binary digits', () => {
    expect([0, 1, 255, 256, 257, 511, 512, 515, 516, 60_000_000].map(rounded)).toEqual([
      0, 1, 255, 256, 256, 510, 512, 512, 516, 59_768_832,
    ]);
  });

  prop([fc.integer({ min: 0, max: 2 ** 52 })])(
    'is never taken for one that is 1 % larger, and rounding twice is rounding once',
    (value) => {
      expect(rounded(value)).toBeLessThanOrEqual(value);
      expect(rounded(value) * 1.01).toBeGreaterThan(value - 1);
      expect(rounded(rounded(value))).toBe(rounded(value));
    },
  );
});

describe('a sum', () => {
  prop([values, values])('is the distribution of all, in whatever order', (a, b) => {
    const all = distributionOf([...a, ...b]);
    expect(sumOfDistributions(distributionOf(a), distributionOf(b))).toEqual(all);
    expect(sumOfDistributions(distributionOf(b), distributionOf(a))).toEqual(all);
  });
});

describe('a quantile', () => {
  test('is the value that so many do not exceed', () => {
    const ten = distributionOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 100]);
    expect([1, 100, 101, 500, 501, 900, 901, 990, 1000].map((per1000) => quantile(ten, per1000))).toEqual([
      1, 1, 2, 5, 6, 9, 100, 100, 100,
    ]);
    expect([quantile(distributionOf([]), 500), quantile(distributionOf([7]), 1)]).toEqual([null, 7]);
  });

  prop([values.filter(({ length }) => length > 0), fc.integer({ min: 1, max: 1000 })])(
    'is that of the sorted values',
    (all, per1000) => {
      const sorted = [...all].sort((a, b) => a - b);
      expect(quantile(distributionOf(all), per1000)).toBe(
        rounded(sorted[Math.ceil((all.length * per1000) / 1000) - 1]!),
      );
    },
  );

  test('of a distribution that lists too few is a fault', () => {
    expect(() => quantile({ count: 3, largest: 1, by: { 1: 2 } }, 1000)).toThrow(
      'a distribution of 3 values lists fewer',
    );
  });
});
