/** Campaigns are sums: their pieces may be put together in any order and in any grouping. */
import { describe, expect, test } from 'vitest';
import { emptyResult, merge, runChunk, type ChunkResult } from '../../../harness/campaign/campaign.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { fc, prop } from '../../support/property.ts';

const pieces: readonly ChunkResult[] = Array.from({ length: 8 }, (_, i) => runChunk(swarm, [i + 1]));
const whole = runChunk(swarm, pieces.map((_, i) => i + 1));

describe('merge', () => {
  prop([
    fc.shuffledSubarray(
      pieces.map((_, i) => i), { minLength: pieces.length },
    ),
  ])('gives the whole from pieces in any order', (order) => {
    const merged = order.map((i) => pieces[i]!).reduce(merge, emptyResult('swarm'));
    expect(merged).toEqual(whole);
  });

  prop([fc.integer({ min: 1, max: pieces.length - 1 })])(
    'gives the whole from any two halves, either one first',
    (cut) => {
      const front = pieces.slice(0, cut).reduce(merge);
      const back = pieces.slice(cut).reduce(merge);
      expect(merge(front, back)).toEqual(whole);
      expect(merge(back, front)).toEqual(whole);
    },
  );

  test('every list holds what both held, by seed, whichever comes first', () => {
    const digits = '0123456789abcdef';
    const holding = (seed: number): ChunkResult => ({
      ...emptyResult('swarm'), seeds: 1,
      violations: [{ seed, property: 'P', detail: 'd', step: 1, atUs: 1, digest: digits }],
      unknowns: [{ seed, detail: 'd' }], faults: [{ seed, message: 'm' }], undrawn: [{ seed, detail: 'd' }],
      nondeterministic: [{ seed, digests: [digits, digits], differs: ['x'], where: 'w' }],
    });
    const seedsIn = ({ violations, unknowns, faults, undrawn, nondeterministic }: ChunkResult) =>
      [violations, unknowns, faults, undrawn, nondeterministic].map((list) => list.map(({ seed }) => seed));
    for (const both of [merge(holding(3), holding(8)), merge(holding(8), holding(3))])
      expect(seedsIn(both)).toEqual([
        [3, 8], [3, 8], [3, 8], [3, 8], [3, 8],
      ]);
    for (const one of [merge(emptyResult('swarm'), holding(3)), merge(holding(3), emptyResult('swarm'))])
      expect(seedsIn(one)).toEqual([[3], [3], [3], [3], [3]]);
  });

  test('refuses results of two scenarios', () => {
    expect(() => merge(whole, emptyResult('another'))).toThrow('cannot merge results of swarm and another');
  });

  test('two seeds that change places change the digest: each is tied to its seed', () => {
    const digests = new Set(pieces.map(({ digest }) => digest));
    expect(digests.size).toBe(pieces.length);
  });
});
