/** What a comparison says. */
import { describe, expect, test } from 'vitest';
import { layers } from '../../../../harness/bench/against/layers.ts';
import type { Metric, Reading, Shares } from '../../../../harness/bench/against/metric.ts';
import { asJson, measuredOf, toldOf, type Sides } from '../../../../harness/bench/against/report.ts';

const metrics: readonly Metric[] = [
  { key: 'seeds', name: 'seeds a CPU second', better: 'more', digits: 1 },
  { key: 'bytes', name: 'bytes a seed', better: 'less', digits: 0 },
];
const reading = (
  seeds: number, bytes: number, course: readonly string[] = ['a', 'b'], digests: readonly string[] = ['1', '2'],
): Reading => ({ values: { seeds, bytes }, course, digests });
const trees = {
  here: { folder: '', name: 'this tree', told: 'abc, now' },
  other: { folder: '', name: '97d70e0', told: '97d70e0, then' },
};
const pairs: readonly Sides<Reading>[] = [
  { here: reading(20, 50), other: reading(10, 100) }, { here: reading(30, 50), other: reading(10, 100) },
  { here: reading(9, 50), other: reading(9, 200) },
];
const told = (readings: readonly Sides<Reading>[], shares: Sides<Shares> | null = null): string =>
  toldOf(measuredOf('simulation', 'some seeds', ['a note'], metrics, readings, shares), trees);

describe('a comparison', () => {
  test('is a table of medians with the range of single pairs', () => {
    expect(told(pairs)).toBe(`
simulation: some seeds

medians of 3 pairs  this tree  97d70e0  times as good  single pairs
seeds a CPU second       20.0     10.0           2.00  1.00 to 3.00
bytes a seed               50      100           2.00  2.00 to 4.00
both did the same: 6 of 6 courses are equal
all 6 digests are equal
a note
`);
  });

  test('says when the two did not do the same, and when only digests differ', () => {
    const other = { here: reading(1, 1, ['a', 'b'], ['1', '2']), other: reading(1, 1, ['a', 'c'], ['1', '3']) };
    expect(told([other])).toContain('1 of 2 courses DIFFER: the two did not do the same');
    expect(told([{ ...other, other: reading(1, 1, ['a', 'b'], ['1', '3']) }])).toContain(
      '2 of 2 courses are equal\n1 of 2 digests differ',
    );
    // A part that one of them never did.
    expect(told([{ ...other, other: reading(1, 1, ['a'], ['1', '2']) }])).toContain('1 of 2 courses DIFFER');
  });

  test('says nothing of work that has no course', () =>
    expect(told([{ here: reading(1, 1, [], []), other: reading(1, 1, [], []) }])).not.toMatch(/course|digest/));

  test('tells where the time goes on both sides', () => {
    const shares = (core: number): Shares =>
      ({ ...Object.fromEntries(layers.map((layer) => [layer, 0])), core, world: 1 - core }) as Shares;
    expect(told(pairs, { here: shares(0.25), other: shares(0.5) })).toMatch(
      /of the time, in +this tree +97d70e0\n +core +25\.0 % +50\.0 %\n[^]* +world +75\.0 % +50\.0 %/,
    );
  });

  test('as JSON names both revisions, the command and every figure', () => {
    const json = JSON.parse(
      asJson('npm run bench', trees, 'Node', [measuredOf('simulation', 'some seeds', [], metrics, pairs, null)]),
    ) as Record<string, unknown>;
    expect(json).toMatchObject({
      format: 'whitewater-bench', command: 'npm run bench', here: 'abc, now', other: '97d70e0, then',
    });
    expect(json['measured']).toMatchObject([
      {
        what: 'simulation',
        pairs: 3,
        metrics: [{ key: 'seeds', here: 20, other: 10, median: 2, least: 1, most: 3 }, { key: 'bytes' }],
      },
    ]);
  });
});
