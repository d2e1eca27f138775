/** How soon a bug is found, over several starting points, of which some may not find it at all. */
import type { Find } from './hunt.ts';

/** The hunt from one starting point. */
export interface Start {
  readonly from: number;
  /** Seeds run, the one that found it included. */
  readonly seeds: number;
  readonly events: number;
  readonly wallMs: number;
  readonly unknowns: number;
  readonly find: Find | null;
  readonly fault: string | null;
}

export interface Score {
  readonly starts: number;
  readonly found: number;
  /** Seeds until found; null when so many starting points did not find it that it is above the bound. */
  readonly medianSeeds: number | null;
  readonly p90Seeds: number | null;
  readonly medianEvents: number | null;
  readonly medianWallMs: number | null;
  /** What was violated first, by how many starting points, the most frequent first. */
  readonly properties: readonly (readonly [string, number])[];
}

export function scoreOf(starts: readonly Start[]): Score {
  const tally = new Map<string, number>();
  for (const { find } of starts) if (find !== null) tally.set(find.property, (tally.get(find.property) ?? 0) + 1);
  const at = (percent: number, valueOf: (start: Start) => number): number | null =>
    percentile(starts, percent, valueOf);
  return {
    starts: starts.length,
    found: starts.filter(({ find }) => find !== null).length,
    medianSeeds: at(50, ({ seeds }) => seeds),
    p90Seeds: at(90, ({ seeds }) => seeds),
    medianEvents: at(50, ({ events }) => events),
    medianWallMs: at(50, ({ wallMs }) => wallMs),
    properties: [...tally].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
  };
}

/**
 * By nearest rank: of 20, the median is the 10th and the 90th percentile the 18th. Who did not find it
 * counts as later than everybody who did: leaving those out would make a bug that is rarely found look easy.
 */
export function percentile(
  starts: readonly Start[], percent: number, valueOf: (start: Start) => number,
): number | null {
  if (starts.length === 0) return null;
  const values = starts
    .filter(({ find }) => find !== null)
    .map(valueOf)
    .sort((a, b) => a - b);
  const rank = Math.ceil((percent * starts.length) / 100);
  return values[rank - 1] ?? null;
}
