/** What a campaign must have gone through before it counts as a pass. */
import type { ChunkResult } from './campaign.ts';
import type { Scenario } from './scenario.ts';

/** With fewer seeds, what was not reached proves nothing. */
export const seedsForSituations = 1000;

/** What must have been reached and was not, and kinds of fault that were on and never struck. */
export const missingSituations = ({ required }: Scenario, { tallies, faultKinds }: ChunkResult): readonly string[] => [
  ...(required ?? []).filter((name) => (tallies[name]?.total ?? 0) === 0),
  ...unfiredKinds(faultKinds).map((kind) => `fault ${kind}`),
];

export function situationsLine(missing: readonly string[], seeds: number): string {
  if (missing.length === 0) return 'all reached';
  return `never reached: ${missing.join(', ')}${seeds < seedsForSituations ? `; ${seeds} seeds are too few to tell` : ''}`;
}

/** Kinds that were on in some seed and never fired: the campaign says nothing of them, and a gate fails. */
export function unfiredKinds(tallies: Readonly<Record<string, { readonly fired: number }>>): readonly string[] {
  return Object.entries(tallies).filter(([, { fired }]) => fired === 0).map(([kind]) => kind);
}
