/**
 * Failures by cause over all campaigns of a scenario: which are open, which a later revision has closed, and what the
 * next one begins with.
 */
import type { Failure } from '../campaign/campaign.ts';
import { chunkRange, type FleetCampaign } from './campaign.ts';
import { causeKey, type Cause } from './causes.ts';
import type { First } from './first.ts';
import type { KnownCause } from './progress.ts';

export interface LedgerCampaign {
  readonly campaign: FleetCampaign;
  readonly causes: readonly KnownCause[];
  /** Keys of those that somebody was told of. */
  readonly told: readonly string[];
  /** Seeds that failed before were run again under this revision. */
  readonly hasRunFailing: boolean;
}

export interface LedgerEntry {
  readonly scenario: string;
  /** As it was met first. */
  readonly cause: Cause;
  readonly firstRevision: string;
  readonly lastRevision: string;
  /** Failing seeds of it in all campaigns. */
  readonly seeds: number;
  /** Somebody was told of it, since it was closed last. */
  readonly isTold: boolean;
  /** The revision under which its seed passes and no other seed failed by it since; null while it is open. */
  readonly closedBy: string | null;
}

/** @param campaigns the oldest first @returns open ones first, then by the time when they were met */
export function ledgerOf(campaigns: readonly LedgerCampaign[]): readonly LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>();
  for (const { campaign: { scenario, revision, first }, causes, told, hasRunFailing } of campaigns) {
    const ran = hasRunFailing ? first?.failing ?? [] : [];
    for (const [name, entry] of entries) {
      const isMet = causes.some(({ cause }) => cause.key === entry.cause.key);
      if (entry.scenario === scenario && !isMet && entry.closedBy === null && ran.includes(entry.cause.seed))
        entries.set(name, { ...entry, closedBy: revision });
    }
    for (const { cause, seeds } of causes) {
      const name = `${scenario} ${cause.key}`;
      const known = entries.get(name) ?? {
        scenario, cause, firstRevision: revision, lastRevision: revision, seeds: 0, isTold: false, closedBy: null,
      };
      const isTold = told.includes(cause.key) || (known.isTold && known.closedBy === null);
      entries.set(name, { ...known, lastRevision: revision, seeds: known.seeds + seeds, isTold, closedBy: null });
    }
  }
  const all = [...entries.values()];
  return [...all.filter(({ closedBy }) => closedBy === null), ...all.filter(({ closedBy }) => closedBy !== null)];
}

/** Of each cause so many seeds are run again under the next revision. */
const failingPerCause = 20;

export interface EarlierCampaign extends LedgerCampaign {
  /** All that failed in it. */
  readonly violations: readonly Failure[];
  /** The last chunk that is done; null when none is. */
  readonly lastDone: number | null;
}

/** The first seed behind all that were run so far. */
export const freshFrom = (campaigns: readonly Pick<EarlierCampaign, 'campaign' | 'lastDone'>[]): number =>
  Math.max(
    1,
    ...campaigns.map(({ campaign, lastDone }) => (lastDone === null ? 1 : chunkRange(campaign, lastDone)[1] + 1)),
  );

/**
 * What a new revision runs before fresh seeds: of each cause the seed that showed it first, which alone can close it,
 * and others, those of the newest campaigns before older ones.
 * @param campaigns of its scenario, the oldest first
 */
export function firstOf(campaigns: readonly EarlierCampaign[]): First {
  const ledger = ledgerOf(campaigns);
  const seeds = new Map(ledger.map(({ cause }) => [cause.key, new Set([cause.seed])]));
  for (const { violations } of [...campaigns].reverse()) {
    for (const { seed, property, detail } of violations) {
      const chosen = seeds.get(causeKey(property, detail));
      if (chosen !== undefined && chosen.size < failingPerCause) chosen.add(seed);
    }
  }
  const failing = new Set([...seeds.values()].flatMap((some) => [...some]));
  return {
    failing: [...failing].sort((a, b) => a - b),
    told: ledger.filter(({ closedBy, isTold }) => closedBy === null && isTold).map(({ cause }) => cause.key),
  };
}
