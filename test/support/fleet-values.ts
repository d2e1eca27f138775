/** Campaigns and results of a fleet for tests, each with one thing of its own. */
import { emptyResult, type ChunkResult, type Failure } from '../../harness/campaign/campaign.ts';
import type { FleetCampaign } from '../../harness/fleet/campaign.ts';
import type { Cause } from '../../harness/fleet/causes.ts';

export const campaignWith = (own: Partial<FleetCampaign> = {}): FleetCampaign => ({
  id: 'swarm-1-1000-00000000', scenario: 'swarm', asked: 'swarm', revision: '0.1.0+aa.bb', program: '0.1.0+aa', from: 1,
  count: 1000, chunkSeeds: 200, doubleCheck: 0, freeze: false, crossCheck: 0, stuckAfterMs: 30_000, first: null,
  startedMs: 0, ...own,
});

export const failureWith = (own: Partial<Failure> = {}): Failure => ({
  seed: 7, property: 'Election Safety', detail: 'two leaders in term 3', step: 40, atUs: 1000,
  digest: '00000000000000aa', ...own,
});

export const resultWith = (own: Partial<ChunkResult> = {}): ChunkResult => ({ ...emptyResult('swarm'), ...own });

export const causeWith = (own: Partial<Cause> = {}): Cause => ({
  key: '0123abcd', property: 'Election Safety', detail: 'two leaders in term 3', seed: 7, isLost: false, atMs: 0,
  ...own,
});
