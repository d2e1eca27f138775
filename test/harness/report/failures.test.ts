/** Many failing seeds, told once a cause. */
import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../harness/campaign/campaign.ts';
import { distinctFailures, reportFailures } from '../../../harness/report/failures.ts';
import type { Report } from '../../../harness/report/report.ts';

const failure = (seed: number, step: number, property = 'Log Matching', detail = ''): Failure => ({
  seed, property, detail, step, atUs: 0, digest: '0'.repeat(16),
});
const seedsOf = (all: readonly Failure[]): readonly number[] => all.map(({ seed }) => seed);

describe('distinct failures', () => {
  test('one entry a property, with every seed of it, shown by the shortest run and of those the lowest seed', () => {
    const entries = distinctFailures([
      failure(4, 90), failure(2, 70, 'Election Safety'), failure(7, 30), failure(6, 30), failure(9, 31),
    ]);
    expect(entries.map(({ failure: shown, all }) => [shown.seed, seedsOf(all)])).toEqual([[6, [4, 7, 6, 9]], [2, [2]]]);
  });
  test('a longer run is not shown for its lower seed', () => {
    expect(distinctFailures([failure(9, 30), failure(4, 90)])[0]!.failure.seed).toBe(9);
    expect(distinctFailures([failure(4, 90), failure(9, 30)])[0]!.failure.seed).toBe(9);
  });
  test('errors that were thrown are told apart by their words', () => {
    const thrown = (seed: number, detail: string): Failure => failure(seed, 1, 'No Exception', detail);
    expect(
      distinctFailures([thrown(1, 'RangeError: 5'), thrown(2, 'RangeError: 6'), thrown(3, 'TypeError: 5')]).map(
        ({ all }) => seedsOf(all),
      ),
    ).toEqual([[1, 2], [3]]);
  });
});

describe('reports of failures', () => {
  /** Told by the seeds that were asked for. */
  async function reported(
    failures: readonly Failure[], most: number, signatures: Readonly<Record<number, string>>,
  ): Promise<{ asked: number[]; groups: unknown; leftOut: readonly number[] }> {
    const asked: number[] = [];
    const { reported: groups, leftOut } = await reportFailures(failures, most, async (seed) => {
      asked.push(seed);
      return { seed, signature: signatures[seed] ?? null, size: { steps: 100 - seed } } as unknown as Report;
    });
    return { asked, groups: groups.map(({ report, seeds }) => [report.seed, seeds]), leftOut: seedsOf(leftOut) };
  }
  const four = [failure(1, 40), failure(2, 30), failure(3, 20), failure(4, 10)];

  test('the shortest runs are shrunk; the rest counts as theirs when they are one', async () => {
    expect(await reported(four, 2, { 3: 'a', 4: 'a' })).toEqual({
      asked: [4, 3], groups: [[4, [1, 2, 3, 4]]], leftOut: [],
    });
  });
  test('where those that were shrunk are not one, the rest is named as left out', async () => {
    expect(await reported(four, 2, { 3: 'a', 4: 'b' })).toEqual({
      asked: [4, 3],
      groups: [
        [3, [3]], [4, [4]],
      ],
      leftOut: [1, 2],
    });
  });
  test('those without a signature are one, and of as many steps the lowest seed is shown', async () => {
    const { groups, leftOut } = await reportFailures(
      four, 2, async (seed) => ({ seed, signature: null, size: { steps: 5 } }) as unknown as Report,
    ).then(({ reported: all, leftOut: rest }) => ({
      groups: all.map(({ report, seeds }) => [report.seed, seeds]), leftOut: rest,
    }));
    expect([groups, leftOut]).toEqual([[[3, [1, 2, 3, 4]]], []]);
  });
  test('each property for itself, and nothing twice', async () => {
    const both = [...four, failure(5, 5, 'Election Safety')];
    expect(await reported(both, 9, { 1: 'a', 2: 'b', 3: 'a', 4: 'b', 5: 'c' })).toEqual({
      asked: [4, 3, 2, 1, 5],
      groups: [
        [3, [1, 3]], [4, [2, 4]], [5, [5]],
      ],
      leftOut: [],
    });
  });
});
