/** A campaign of a fleet as plain data, and its chunks: which seeds each holds, and what it is called. */
import type { DoubleCheck } from '../campaign/campaign.ts';
import type { Piece } from '../campaign/pieces.ts';
import { Digest } from '../digest.ts';
import type { First } from './first.ts';

export interface FleetCampaign {
  /** Also the name of its queue: no colon in it. */
  readonly id: string;
  readonly scenario: string;
  /** The scenario as a person gave it: a name, or a module by path, which a worker looks for where it runs. */
  readonly asked: string;
  /** Digest of the built files: a worker of another one takes none of its chunks. */
  readonly revision: string;
  /** The version that campaign.json names. */
  readonly program: string;
  readonly from: number;
  /** How many seeds; null for ever new ones. */
  readonly count: number | null;
  readonly chunkSeeds: number;
  readonly doubleCheck: DoubleCheck;
  readonly freeze: boolean;
  readonly crossCheck: number;
  readonly stuckAfterMs: number;
  /** What is done before any fresh seed; nothing unless it goes on for ever. */
  readonly first: First | null;
  readonly startedMs: number;
}

/** The same question has the same name: it is gone on with, and not begun a second time. */
export function campaignId(campaign: Omit<FleetCampaign, 'id' | 'startedMs' | 'first' | 'asked'>): string {
  const { scenario, revision, from, count, chunkSeeds, doubleCheck, freeze, crossCheck, stuckAfterMs } = campaign;
  const digest = new Digest();
  // Ever new seeds begin wherever those before ended: that makes it no other campaign.
  digest.value({
    scenario, revision, from: count === null ? null : from, count, chunkSeeds, doubleCheck, freeze, crossCheck,
    stuckAfterMs,
  });
  const range = count === null ? 'continuous' : `${from}-${from + count - 1}`;
  return `${scenario.replaceAll(/[^\w.-]+/g, '-')}-${range}-${digest.hex().slice(0, 8)}`;
}

const chunkSeedsMost = 200;
const chunkSeedsLeast = 20;
/** Of a small campaign the chunks are small: at its end whoever has no chunk waits for those who have one. */
const chunksLeast = 200;

/** How many seeds a chunk has when nobody says so. */
export const chunkSeedsFor = (count: number | null): number =>
  count === null ? chunkSeedsMost : Math.min(chunkSeedsMost, Math.max(chunkSeedsLeast, Math.ceil(count / chunksLeast)));

/** How many chunks it has; null when there is no end of them. */
export const chunkCount = ({ count, chunkSeeds }: FleetCampaign): number | null =>
  count === null ? null : Math.ceil(count / chunkSeeds);

/** First and last seed of a chunk, counted from 0. */
export function chunkRange({ from, count, chunkSeeds }: FleetCampaign, index: number): readonly [number, number] {
  const first = from + index * chunkSeeds;
  return [first, Math.min(first + chunkSeeds, count === null ? Infinity : from + count) - 1];
}

export function seedsOfChunk(campaign: FleetCampaign, index: number): readonly number[] {
  const [first, last] = chunkRange(campaign, index);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** For a person, and for the queue: scenario, revision and range. */
export function chunkName(campaign: FleetCampaign, index: number): string {
  const [first, last] = chunkRange(campaign, index);
  return `seeds ${first} to ${last} of ${campaign.scenario} at ${campaign.revision}`;
}

/** Chunks that are neither done nor set aside, among the first `end`, in order; at most `most` of them. */
export function missingChunks(end: number, isThere: (index: number) => boolean, most: number): readonly number[] {
  const missing: number[] = [];
  for (let index = 0; index < end && missing.length < most; index++) if (!isThere(index)) missing.push(index);
  return missing;
}

/**
 * The seeds of these chunks as pieces. The first one is a piece of the whole that was asked for, so that whatever is
 * missing is missed by whoever merges it; runs of chunks that stand apart from it are pieces of their own.
 * @param done in order
 */
export function piecesOf(campaign: FleetCampaign, done: readonly number[]): readonly Piece[] {
  const { from, count } = campaign;
  const runs: [number, number][] = [];
  for (const index of done) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  const seedsIn = ([first, last]: readonly [number, number]): number =>
    chunkRange(campaign, last)[1] - chunkRange(campaign, first)[0] + 1;
  const isFromStart = runs[0]?.[0] === 0;
  const beginning = { from, count, shard: 1, of: 1, seeds: isFromStart ? seedsIn(runs[0]!) : 0 };
  const apart = isFromStart ? runs.slice(1) : runs;
  return [
    beginning,
    ...apart.map((run) => ({
      from: chunkRange(campaign, run[0])[0], count: seedsIn(run), shard: 1, of: 1, seeds: seedsIn(run),
    })),
  ];
}

/** For a person. */
export const askedText = ({ from, count }: FleetCampaign): string =>
  count === null ? `seeds from ${from} on` : `seeds ${from} to ${from + count - 1}`;
