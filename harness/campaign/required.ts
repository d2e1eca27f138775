/** What a campaign must have gone through before it counts as a pass. */
import type { ChunkResult } from './campaign.ts';
import type { Scenario } from './scenario.ts';

/** With fewer seeds, what was not reached proves nothing. */
export const seedsForSituations = 1000;

/** By the names under which the judge knows them. */
export interface Absences {
  /** Situations that the scenario requires. */
  readonly unreached: readonly string[];
  /** Kinds of fault that the scenario is to switch on. */
  readonly faultsNeverOn: readonly string[];
  /** Kinds that were on in some seed, and never struck: the campaign says nothing of them. */
  readonly faultsNeverFired: readonly string[];
  readonly faultsNeverMattered: readonly string[];
}

export const absences = ({ required, requiredFaults }: Scenario, { tallies, faultKinds }: ChunkResult): Absences => ({
  unreached: (required ?? []).filter((name) => (tallies[name]?.total ?? 0) === 0),
  faultsNeverOn: (requiredFaults ?? []).filter((kind) => (faultKinds[kind]?.seeds ?? 0) === 0),
  faultsNeverFired: unfiredKinds(faultKinds),
  faultsNeverMattered: Object.entries(faultKinds)
    .filter(([, { fired, mattered }]) => fired > 0 && mattered === 0)
    .map(([kind]) => kind),
});

const words: readonly (readonly [keyof Absences, string])[] = [
  ['unreached', 'never reached'],
  ['faultsNeverOn', 'faults never switched on'],
  ['faultsNeverFired', 'faults on and never fired'],
  ['faultsNeverMattered', 'faults that never mattered'],
];

export function situationsLine(absent: Absences, seeds: number): string {
  const parts = words
    .filter(([name]) => absent[name].length > 0)
    .map(([name, says]) => `${says}: ${absent[name].join(', ')}`);
  if (parts.length === 0) return 'all reached';
  return `${parts.join('; ')}${seeds < seedsForSituations ? `; ${seeds} seeds are too few to tell` : ''}`;
}

/** Kinds that were on in some seed and never fired. */
export function unfiredKinds(tallies: Readonly<Record<string, { readonly fired: number }>>): readonly string[] {
  return Object.entries(tallies).filter(([, { fired }]) => fired === 0).map(([kind]) => kind);
}
