/**
 * How a measure is distributed over many runs, in whole numbers, so that parts of a campaign add up to the same
 * whatever their order. A value is kept by its first eight binary digits: no two that differ by 1 % or more are taken
 * for one.
 */

export interface Distribution {
  readonly count: number;
  readonly largest: number;
  /** How often each value occurred, by the smallest value of those that are taken for one. */
  readonly by: Readonly<Record<string, number>>;
}

const keptDigits = 8;

/** The smallest whole number that has the same first digits, and as many. @param value a whole number from 0 */
export function rounded(value: number): number {
  let step = 1;
  while (value >= 2 ** keptDigits * step) step *= 2;
  return Math.floor(value / step) * step;
}

export function distributionOf(values: readonly number[]): Distribution {
  const by: Record<string, number> = {};
  for (const value of values) {
    const key = String(rounded(value));
    by[key] = (by[key] ?? 0) + 1;
  }
  return { count: values.length, largest: values.reduce((a, b) => Math.max(a, b), 0), by };
}

export function sumOfDistributions(a: Distribution, b: Distribution): Distribution {
  const by: Record<string, number> = { ...a.by };
  for (const [key, times] of Object.entries(b.by)) by[key] = (by[key] ?? 0) + times;
  return { count: a.count + b.count, largest: Math.max(a.largest, b.largest), by };
}

/** The value that so many of 1,000 do not exceed, rounded; null of nothing. */
export function quantile({ count, by }: Distribution, per1000: number): number | null {
  if (count === 0) return null;
  // The how-manieth from below, counted from 1: of 10 values the 500th of 1,000 is the fifth.
  let left = Math.max(1, Math.ceil((count * per1000) / 1000));
  for (const value of Object.keys(by).map(Number).sort((a, b) => a - b)) {
    left -= by[value]!;
    if (left <= 0) return value;
  }
  throw new Error(`a distribution of ${count} values lists fewer`);
}
