/** Failures of a fleet by cause: one entry each, whichever worker met it first. */
import type { ChunkResult } from '../campaign/campaign.ts';
import { Digest } from '../digest.ts';
import { distinctFailures } from '../report/failures.ts';
import { causeOf } from '../shrink/cause.ts';

/** One cause, by the failure that showed it first. */
export interface Cause {
  /** Eight hexadecimal digits: the same cause has the same key in every campaign. */
  readonly key: string;
  readonly property: string;
  readonly detail: string;
  readonly seed: number;
  /** Its run ended with its thread: there is nothing to shrink. */
  readonly isLost: boolean;
  /** When it was met, in milliseconds since 1970, by the clock of the worker. */
  readonly atMs: number;
}

/** What one chunk says of the causes in it. */
export interface Met {
  readonly cause: Cause;
  /** Seeds of the chunk that failed by it. */
  readonly seeds: number;
}

export function causesIn({ violations }: Pick<ChunkResult, 'violations'>, atMs: number): readonly Met[] {
  return distinctFailures(violations).map(({ failure: { seed, property, detail, isLost }, all }) => ({
    cause: { key: causeKey(property, detail), property, detail, seed, isLost: isLost === true, atMs },
    seeds: all.length,
  }));
}

export function causeKey(property: string, detail: string): string {
  const digest = new Digest();
  digest.string(causeOf(property, detail));
  return digest.hex().slice(0, 8);
}
