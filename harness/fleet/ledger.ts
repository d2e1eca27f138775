/** Failures by cause over all campaigns of a scenario: which are open, and which a later revision has closed. */
import type { ChunkResult } from '../campaign/campaign.ts';
import type { FleetCampaign } from './campaign.ts';
import { causesIn, type Cause } from './causes.ts';
import type { KnownCause } from './progress.ts';

export interface LedgerCampaign {
  readonly campaign: FleetCampaign;
  readonly causes: readonly KnownCause[];
  /** What seeds that failed before came to under this revision; null while they are not run. */
  readonly failingAgain: ChunkResult | null;
}

export interface LedgerEntry {
  readonly scenario: string;
  /** As it was met first. */
  readonly cause: Cause;
  readonly firstRevision: string;
  readonly lastRevision: string;
  /** Failing seeds of it in all campaigns. */
  readonly seeds: number;
  /** The revision under which its seed passes and no other seed failed by it since; null while it is open. */
  readonly closedBy: string | null;
}

/** @param campaigns the oldest first @returns open ones first, then by the time when they were met */
export function ledgerOf(campaigns: readonly LedgerCampaign[]): readonly LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>();
  for (const { campaign, causes, failingAgain } of campaigns) {
    const { scenario, revision, first } = campaign;
    const again = failingAgain === null ? [] : causesIn(failingAgain, campaign.startedMs);
    const met = [...causes.map(({ cause, seeds }) => ({ cause, seeds })), ...again];
    const ran = failingAgain === null ? [] : first?.failing ?? [];
    for (const [name, entry] of entries) {
      const isMet = met.some(({ cause }) => cause.key === entry.cause.key);
      if (entry.scenario === scenario && !isMet && entry.closedBy === null && ran.includes(entry.cause.seed)) entries.set(name, { ...entry, closedBy: revision });
    }
    for (const { cause, seeds } of met) {
      const name = `${scenario} ${cause.key}`;
      const known = entries.get(name);
      entries.set(name, known === undefined
        ? { scenario, cause, firstRevision: revision, lastRevision: revision, seeds, closedBy: null }
        : { ...known, lastRevision: revision, seeds: known.seeds + seeds, closedBy: null });
    }
  }
  const all = [...entries.values()];
  return [...all.filter(({ closedBy }) => closedBy === null), ...all.filter(({ closedBy }) => closedBy !== null)];
}
