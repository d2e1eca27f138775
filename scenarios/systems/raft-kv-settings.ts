/** What a plan says of a key/value server on Raft. */
import * as v from 'valibot';
import type { RaftOptions } from '../../core/raft/state.ts';
import { microseconds, rangeSchema, wholeNumber } from '../../harness/plan/plan.ts';

const on = v.literal(true, 'expected true, or nothing');

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
  /** Options of Raft beyond the paper; one that is absent is off. docs/options.md tells of each. */
  preVote: v.exactOptional(on),
  checkQuorum: v.exactOptional(on),
  transfer: v.exactOptional(on),
  /** For reads of kind `lease`: by how much of its time, in thousandths, any timer may be early or late. */
  clockDriftPer1000: v.exactOptional(wholeNumber(0, 999)),
  pipelined: v.exactOptional(on),
  contactUs: v.exactOptional(rangeSchema),
  /**
   * Of the service: a session without a command for so long ends (dissertation 6.3). At most half an hour, so that
   * times fit.
   */
  sessionExpiryUs: v.exactOptional(wholeNumber(1, 1_800_000_000)),
  /** Clients get and put with versions, and no session is kept (MIT 6.5840 of 2025 and 2026). */
  versions: v.exactOptional(on),
  /** So many operations of a client may be in flight, and are executed in their order; one when absent. */
  clientWindow: v.exactOptional(wholeNumber(2, 64)),
  window: v.exactOptional(wholeNumber(1, 1_000)),
  snapshotChunkBytes: v.exactOptional(wholeNumber(1, 1_000_000_000)),
  members: v.exactOptional(
    v.pipe(
      v.array(wholeNumber(0, 6)),
      v.minLength(1, 'expected at least one server'),
      v.check(
        (ids) => ids.every((id, i) => i === 0 || ids[i - 1]! < id), 'expected servers in rising order, each once',
      ),
    ),
  ),
  reads: v.exactOptional(
    v.pipe(
      v.array(v.picklist(['log', 'index', 'lease'], 'expected "log", "index" or "lease"')),
      v.minLength(1, 'expected a kind of read'), v.maxLength(8, 'expected at most 8'),
    ),
  ),
});
export type RaftKvSettings = v.InferOutput<typeof settingsSchema>;

/** What does not go with several operations of a client in flight, for a person; null where all does. */
export function settingsProblem({ clientWindow, ...others }: RaftKvSettings): string | null {
  if (clientWindow === undefined) return null;
  const apart = notWithSeveralInFlight.filter(([name]) => others[name] !== undefined);
  if (apart.length === 0) return null;
  const [name, reason] = apart[0]!;
  return `"clientWindow" does not go with "${name}": ${reason}; leave out one of the two`;
}

const notWithSeveralInFlight = [
  ['reads', 'a read around the log would overtake the writes before it'],
  ['sessionExpiryUs', 'a session that ends would leave a gap in its order'],
  ['versions', 'a store with versions keeps no session, and so no order'],
  ['members', 'an operator asks for one change at a time'],
] as const;

/** The options that a plan has on, as Raft takes them. */
export const optionsOf = (settings: RaftKvSettings): RaftOptions => ({ ...switchesOf(settings), ...leaseOf(settings) });

const switchesOf = ({
  preVote, checkQuorum, transfer, pipelined, contactUs, members, reads, snapshotChunkBytes, window,
}: RaftKvSettings): RaftOptions => ({
  ...(preVote === true ? { preVote } : {}),
  ...(checkQuorum === true ? { checkQuorum } : {}),
  ...(transfer === true ? { transfer } : {}),
  ...(pipelined === true ? { pipelined } : {}),
  ...(contactUs === undefined ? {} : { contactUs }),
  ...(members === undefined ? {} : { members }),
  ...(reads === undefined ? {} : { reads }),
  ...(window === undefined ? {} : { window }),
  ...(snapshotChunkBytes === undefined ? {} : { snapshotChunkBytes }),
});

/**
 * What every server promises: the quickest one stands for election before all others, and counts word of a leader for
 * as long as it waits.
 */
function leaseOf({
  clockDriftPer1000 = 0, contactUs, electionTimeoutUs: { min }, quickServer, reads,
}: RaftKvSettings): RaftOptions {
  if (reads?.includes('lease') !== true) return {};
  const leastUs = quickServer === undefined ? min : min >> 1;
  return { lease: { promiseUs: Math.min(leastUs, contactUs?.min ?? leastUs), driftPer1000: clockDriftPer1000 } };
}

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
