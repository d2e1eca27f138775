/** What a plan says of Raft alone. */
import * as v from 'valibot';
import { microseconds, rangeSchema, wholeNumber } from '../../harness/plan/plan.ts';

export const settingsSchema = v.strictObject({
  electionTimeoutUs: rangeSchema,
  heartbeatUs: microseconds,
  entriesPerMessageMax: wholeNumber(1, 1_000_000),
  noopOnElection: v.boolean('expected true or false'),
  snapshotEvery: wholeNumber(0, 1_000_000),
});
export type RaftSettings = v.InferOutput<typeof settingsSchema>;

/** As in most tests of Lab 2. */
export const plainSettings: RaftSettings = {
  electionTimeoutUs: { min: 300_000, max: 600_000 },
  heartbeatUs: 100_000,
  entriesPerMessageMax: 1000,
  noopOnElection: false,
  snapshotEvery: 0,
};
