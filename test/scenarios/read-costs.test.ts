/** What reads cost by log, ReadIndex and lease: docs/options.md has the figures of 40 seeds. */
import { describe, expect, test } from 'vitest';
import { run } from '../../harness/run.ts';
import { readCosts } from '../../scenarios/read-costs.ts';

const [log, index, lease] = readCosts;
const plain = (scenario: typeof log, seed: number) => {
  const { scenario: _, settings, ...rest } = scenario!.draw(seed);
  const { reads: __, clockDriftPer1000: ___, ...others } = settings as Record<string, unknown>;
  return { ...rest, settings: others };
};

describe('reads in calm weather', () => {
  test('the three scenarios draw the same plans, but for their names and the kind of read', () => {
    for (const seed of [1, 2, 3]) {
      expect(plain(index, seed)).toEqual(plain(log, seed));
      expect(plain(lease, seed)).toEqual(plain(log, seed));
    }
  });

  test.each([
    ['log', log, 0, 0], ['index', index, 230, 0], ['lease', lease, 265, 265],
  ] as const)('by %s', (_, scenario, aroundLog, underLease) => {
    const { counts, verdict } = run(scenario!.system, scenario!.draw(1));
    expect([verdict.kind, counts['readsAnsweredByLeaders'], counts['readsUnderLease']]).toEqual([
      'ok', aroundLog, underLease,
    ]);
  });
});
