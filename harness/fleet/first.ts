/** What a new revision meets before fresh seeds, when a campaign goes on for ever. */
import type { ChunkResult } from '../campaign/campaign.ts';
import type { Facts } from '../campaign/judgement.ts';

/** Each is a piece of work of its own, and has a result of its own. */
export const firstNames = ['regressions', 'canaries', 'failing'] as const;
export type FirstName = (typeof firstNames)[number];

export interface First {
  /** Seeds that failed under earlier revisions. */
  readonly failing: readonly number[];
  /** Keys of the causes that are open when it begins, and that somebody was told of: nobody is told again. */
  readonly told: readonly string[];
}

/** What it came to: what it says to the judge, and the result of seeds that were run again. */
export interface FirstDone {
  readonly facts: Facts;
  readonly result: ChunkResult | null;
}
