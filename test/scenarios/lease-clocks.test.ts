/**
 * Reads under a lease with a slow clock, within the bound on which leases rest and beyond it: docs/options.md has the
 * figures of 40 seeds.
 */
import { describe, expect, test } from 'vitest';
import { run } from '../../harness/run.ts';
import { leaseClocks } from '../../scenarios/lease-clocks.ts';

const [within, beyond] = leaseClocks;
const seeds = Array.from({ length: 12 }, (_, at) => at + 1);
const verdicts = (scenario: typeof within) => seeds.map((seed) => run(scenario!.system, scenario!.draw(seed)).verdict);

describe('a leader whose clock is slow, and whom clients reach and no server does', () => {
  test('the two scenarios draw the same plans, but for their names and the clock', () => {
    for (const seed of seeds) {
      const [one, other] = [within!.draw(seed), beyond!.draw(seed)];
      expect(other).toEqual({
        ...one, scenario: 'lease-beyond-drift', faults: [{ ...one.faults[0], ratePer1000: 4000 }, one.faults[1]],
      });
      expect(one.faults[0]).toMatchObject({ kind: 'clockRate', ratePer1000: 1250 });
    }
  });

  test('within the bound nothing is read that is out of date', () => {
    expect(verdicts(within)).toEqual(seeds.map(() => ({ kind: 'ok' })));
  });

  test('beyond it there is, wherever the client that reads had asked the leader itself', () => {
    const broken = verdicts(beyond).flatMap((verdict, at) =>
      verdict.kind === 'violation' ? [[seeds[at], verdict.property]] : [],
    );
    expect(broken).toEqual([4, 7, 10, 11, 12].map((seed) => [seed, 'Read Is Fresh']));
  });
});
