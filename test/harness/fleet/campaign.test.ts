/**
 * A campaign of a fleet is cut into chunks that hold every seed once, and put together into the pieces that a merge
 * reads.
 */
import { describe, expect, test } from 'vitest';
import { holdsSeed, missingFrom, doubledIn } from '../../../harness/campaign/pieces.ts';
import {
  askedText, campaignId, chunkCount, chunkName, chunkRange, chunkSeedsFor, missingChunks, piecesOf, seedsOfChunk,
} from '../../../harness/fleet/campaign.ts';
import { campaignWith } from '../../support/fleet-values.ts';
import { fc, prop } from '../../support/property.ts';

const campaigns = fc
  .record({
    from: fc.integer({ min: 0, max: 50 }), count: fc.integer({ min: 1, max: 120 }),
    chunkSeeds: fc.integer({ min: 1, max: 50 }),
  })
  .map(campaignWith);

describe('chunks', () => {
  prop([campaigns])('hold every seed of the campaign once, in order', (campaign) => {
    const all = Array.from({ length: chunkCount(campaign)! }, (_, i) => seedsOfChunk(campaign, i)).flat();
    expect(all).toEqual(Array.from({ length: campaign.count! }, (_, i) => campaign.from + i));
  });

  test('of a campaign without end there are ever more, all of one size', () => {
    const campaign = campaignWith({ count: null, from: 11, chunkSeeds: 10 });
    expect(chunkCount(campaign)).toBeNull();
    expect(chunkRange(campaign, 1_000_000)).toEqual([10_000_011, 10_000_020]);
  });

  test.each([
    [1, 20], [4000, 20], [4001, 21], [20_000, 100], [40_000, 200], [1_000_000, 200], [null, 200],
  ])('of a campaign of %s seeds have %i, when nobody says how many', (count, seeds) => {
    expect(chunkSeedsFor(count)).toBe(seeds);
  });

  test('are named by scenario, revision and range', () => {
    expect(chunkName(campaignWith({ count: 450 }), 2)).toBe('seeds 401 to 450 of swarm at 0.1.0+aa.bb');
    expect(askedText(campaignWith())).toBe('seeds 1 to 1000');
    expect(askedText(campaignWith({ count: null, from: 5 }))).toBe('seeds from 5 on');
  });

  test('that are neither done nor set aside are missing, the lowest first', () => {
    expect(missingChunks(6, (i) => [0, 3].includes(i), 3)).toEqual([1, 2, 4]);
    expect(missingChunks(2, () => true, 3)).toEqual([]);
  });
});

describe('the name of a campaign', () => {
  const base = campaignWith();

  test('is the same for the same question, and can be the name of a queue', () => {
    expect(campaignId({ ...base })).toBe(campaignId(campaignWith({ startedMs: 99 })));
    expect(campaignId(campaignWith({ scenario: 'lab/2A-1 \u00e9:x' }))).toMatch(/^[\w.-]+$/);
  });

  test.each([
    { scenario: 'lab' }, { revision: 'other' }, { from: 2 }, { count: 999 }, { chunkSeeds: 100 }, { doubleCheck: 1 },
    { freeze: true }, { crossCheck: 1 }, { stuckAfterMs: 1 }, { count: null },
  ])('is another one with %j', (own) => expect(campaignId(campaignWith(own))).not.toBe(campaignId(base)));

  test('without end does not depend on where it began: it is gone on with', () => {
    expect(campaignId(campaignWith({ count: null, from: 7 }))).toBe(
      campaignId(campaignWith({ count: null, from: 700 })),
    );
  });
});

describe('its pieces', () => {
  const done = campaigns.chain((campaign) =>
    fc
      .subarray(Array.from({ length: chunkCount(campaign)! }, (_, i) => i))
      .map((indexes) => [campaign, indexes] as const),
  );

  prop([done])('hold the seeds of the chunks that are done and no other, each once', ([campaign, indexes]) => {
    const pieces = piecesOf(campaign, indexes);
    const seeds = indexes.flatMap((i) => seedsOfChunk(campaign, i));
    for (let seed = campaign.from; seed < campaign.from + campaign.count!; seed++) {
      expect(pieces.filter((piece) => holdsSeed(piece, seed)).length).toBe(seeds.includes(seed) ? 1 : 0);
    }
    expect(pieces.reduce((sum, piece) => sum + piece.seeds, 0)).toBe(seeds.length);
    expect(doubledIn(pieces)).toEqual([]);
  });

  prop([done])('are whole when all are done, and only then', ([campaign, indexes]) => {
    expect(missingFrom(piecesOf(campaign, indexes)).length === 0).toBe(indexes.length === chunkCount(campaign));
  });

  test('of a whole campaign are the one that a single machine writes', () => {
    expect(piecesOf(campaignWith({ count: 450 }), [0, 1, 2])).toEqual([
      { from: 1, count: 450, shard: 1, of: 1, seeds: 450 },
    ]);
  });
});
