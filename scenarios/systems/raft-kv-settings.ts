/** What a plan says of a key/value server on Raft. */
import * as v from 'valibot';
import { microseconds, rangeSchema, wholeNumber } from '../../harness/plan/plan.ts';

export const settingsSchema = v.strictObject({
  electionTimeoutUs: rangeSchema,
  /** A server that waits half as long as the others for a leader. */
  quickServer: v.exactOptional(wholeNumber(0, 6)),
  heartbeatUs: microseconds,
  entriesPerMessageMax: wholeNumber(1, 1_000_000),
  noopOnElection: v.boolean('expected true or false'),
  maxRaftState: wholeNumber(-1, 1_000_000_000),
  applyBatchMax: wholeNumber(1, 1_000_000),
  applyPauseUs: rangeSchema,
  retryUs: rangeSchema,
  backoffUs: rangeSchema,
});
export type RaftKvSettings = v.InferOutput<typeof settingsSchema>;

/** Ten heartbeats a second, as in the lab; no snapshots, no pauses. */
export const plainSettings: RaftKvSettings = {
  electionTimeoutUs: { min: 300_000, max: 600_000 },
  heartbeatUs: 100_000,
  entriesPerMessageMax: 64,
  noopOnElection: true,
  maxRaftState: -1,
  applyBatchMax: 1_000_000,
  applyPauseUs: { min: 0, max: 0 },
  retryUs: { min: 200_000, max: 400_000 },
  backoffUs: { min: 50_000, max: 100_000 },
};
