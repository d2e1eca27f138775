/** Which seeds shards hold, what they share, and what is missing from a set of them. */
import { describe, expect, test } from 'vitest';
import {
  askedText, commonSeed, doubledIn, holdsSeed, missingFrom, seedsOf, sizeOf, type Piece,
} from '../../../harness/campaign/pieces.ts';
import { fc, prop } from '../../support/property.ts';

const whole = (from: number, count: number, shard = 1, of = 1): Piece => ({
  from, count, shard, of, seeds: sizeOf({ from, count, shard, of })!,
});
const shards = (from: number, count: number, of: number): readonly Piece[] =>
  Array.from({ length: of }, (_, i) => whole(from, count, i + 1, of));
const listed = ({ from, shard, of, seeds }: Piece): readonly number[] =>
  Array.from({ length: seeds }, (_, k) => from + shard - 1 + k * of);

const pieces = fc
  .record({
    from: fc.nat({ max: 40 }), count: fc.integer({ min: 1, max: 40 }), of: fc.integer({ min: 1, max: 9 }),
    shard: fc.nat(), cut: fc.nat({ max: 5 }),
  })
  .map(({ from, count, of, shard, cut }): Piece => {
    const piece = whole(from, count, (shard % of) + 1, of);
    return { ...piece, seeds: Math.max(0, piece.seeds - cut) };
  });

prop([pieces])('a piece holds the first of its seeds, as they are run', (piece) => {
  const run = [...seedsOf(piece)];
  expect(run).toHaveLength(sizeOf(piece)!);
  expect(run.slice(0, piece.seeds)).toEqual(listed(piece));
  for (let seed = 0; seed < 100; seed++)
    expect(holdsSeed(piece, seed), String(seed)).toBe(listed(piece).includes(seed));
});

prop([pieces, pieces])('the first seed that two hold is found wherever it is', (a, b) => {
  expect(commonSeed(a, b)).toBe(listed(a).find((seed) => listed(b).includes(seed)) ?? null);
});

prop([fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 8 })])(
  'all shards of a campaign hold each of its seeds once, and nothing is missing',
  (count, of) => {
    const all = shards(5, count, of);
    expect(all.flatMap(listed).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => 5 + i));
    expect([missingFrom(all), doubledIn(all)]).toEqual([[], []]);
  },
);

describe('what is missing has a name', () => {
  test('a shard', () => {
    const [one, , three] = shards(1, 10, 3);
    expect(missingFrom([one!, three!])).toEqual(['seeds 1 to 10, shard 2/3']);
  });
  test('the end of a shard', () => {
    const [one, two] = shards(1, 10, 2);
    expect(missingFrom([one!, { ...two!, seeds: 3 }])).toEqual([
      '2 of the 5 seeds of seeds 1 to 10, shard 2/2, from 8 on',
    ]);
  });
  test('a shard of a campaign that only time bounds, whose shards hold what they could', () => {
    const piece = (shard: number, seeds: number): Piece => ({ from: 1, count: null, shard, of: 2, seeds });
    expect(missingFrom([piece(1, 40), piece(2, 60)])).toEqual([]);
    expect(missingFrom([piece(2, 60)])).toEqual(['seeds from 1 on, shard 1/2']);
  });
  test('of each campaign by itself', () => {
    expect(missingFrom([whole(1, 10), whole(11, 10, 1, 2)])).toEqual(['seeds 11 to 20, shard 2/2']);
  });
});

describe('what is given twice is seen', () => {
  test('the same shard', () =>
    expect(doubledIn([whole(1, 9, 1, 3), whole(1, 9, 2, 3), whole(1, 9, 1, 3)])).toEqual([[0, 2, 'both hold seed 1']]));
  test('a seed of two campaigns', () =>
    expect(doubledIn([whole(1, 10), whole(9, 10, 2, 3)])).toEqual([[0, 1, 'both hold seed 10']]));
  test('the same shard, also without a seed', () => {
    const none = { ...whole(1, 9, 1, 3), seeds: 0 };
    expect(doubledIn([none, none])).toEqual([[0, 1, 'both are seeds 1 to 9, shard 1/3']]);
  });
  test('but not seeds that lie side by side', () => expect(doubledIn([whole(1, 10), whole(11, 10)])).toEqual([]));
});

test('a piece is told as a person asked for it', () => {
  expect([whole(1, 10), whole(3, 10, 2, 4)].map(askedText)).toEqual(['seeds 1 to 10', 'seeds 3 to 12, shard 2/4']);
});
