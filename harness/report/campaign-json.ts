/** A campaign as JSON: everything the summary says, and all that merging needs. */
import type { ChunkResult } from '../campaign/campaign.ts';
import type { CampaignFacts } from './summary.ts';

export const campaignFormat = 'whitewater-campaign';

/** What stands in the file. `snapshotsInstalled` repeats a tally under the name that scripts look for. */
export interface CampaignJson extends Omit<ChunkResult, 'unknowns'> {
  readonly format: typeof campaignFormat;
  readonly version: 1;
  readonly unknown: number;
  readonly unknowns: ChunkResult['unknowns'];
  readonly snapshotsInstalled: number;
  readonly wallMs: number;
  readonly workers: number;
  readonly endedEarly: string | null;
}

export function campaignJson({ result, wallMs, workers, endedEarly }: CampaignFacts): string {
  const json: CampaignJson = {
    format: campaignFormat,
    version: 1,
    scenario: result.scenario,
    seeds: result.seeds,
    passed: result.passed,
    violations: result.violations,
    unknown: result.unknowns.length,
    unknowns: result.unknowns,
    nondeterministic: result.nondeterministic,
    faults: result.faults,
    operations: result.operations,
    events: result.events,
    steps: result.steps,
    virtualUs: result.virtualUs,
    trivial: result.trivial,
    snapshotsInstalled: result.tallies['snapshotsInstalled']?.total ?? 0,
    tallies: result.tallies,
    faultKinds: result.faultKinds,
    doubleChecked: result.doubleChecked,
    wallMs: Math.round(wallMs),
    workers,
    endedEarly,
    digest: result.digest,
  };
  return `${JSON.stringify(json, null, 1)}\n`;
}
