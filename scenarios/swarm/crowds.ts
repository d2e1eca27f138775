/** What a crowd of clients is not given: more than a cluster with these settings and this disk can bear. */
import type { DiskPlan } from '../../harness/plan/plan.ts';
import type { RaftKvSettings } from '../systems/raft-kv-settings.ts';

/** More clients than these are a crowd. */
const fewClients = 15;

/** What is asked of a cluster, and what its disks make of it. */
export interface Burden {
  readonly clients: number;
  readonly disk: Pick<DiskPlan, 'writeUs'>;
  /** Some values have thousands of bytes. */
  readonly hasLargeValues: boolean;
}

/** The settings without what cannot be borne: then nothing would be owed. */
export const bearable = (settings: RaftKvSettings, burden: Burden): RaftKvSettings =>
  inFewChunks(inTime(carried(heardInTime(settings, burden), burden), burden), burden);

/**
 * A snapshot of some 10,000 bytes in chunks of eight is more than a thousand round trips and writes, and where letters
 * are lost to the end each of these costs a heartbeat: more time than a run has (seed 96973).
 */
function inFewChunks(settings: RaftKvSettings, { hasLargeValues }: Burden): RaftKvSettings {
  const { snapshotChunkBytes } = settings;
  return hasLargeValues && snapshotChunkBytes !== undefined && snapshotChunkBytes < 64
    ? { ...settings, snapshotChunkBytes: 64 }
    : settings;
}

/**
 * A session must last until all have asked for theirs and used them, each with a write behind those of the others: else
 * it is over before its first command comes, again and again (seed 140126).
 */
function inTime(settings: RaftKvSettings, { clients, disk }: Burden): RaftKvSettings {
  const { sessionExpiryUs } = settings;
  return sessionExpiryUs === undefined
    ? settings
    : { ...settings, sessionExpiryUs: Math.max(sessionExpiryUs, 2 * clients * disk.writeUs.max) };
}

/**
 * A client without a session asks for that first, so that twice as much goes into the log: more than a window of a few
 * entries carries, and more than a crowd may ask for, where leaders last for a few round trips only. Then nothing is
 * owed. With versions a crowd asks for too much as well: each request that comes again costs another entry.
 * Few clients do so where a window carries less than they ask for again (seed 11000919): those have no window; or where
 * all ask again before a disk has written what they asked for (seed 159875). Clients with several operations in flight
 * ask for all of them again: more than a narrow window carries (seeds 125197, 179946).
 */
function carried(
  { sessionExpiryUs, versions, window, clientWindow, ...others }: RaftKvSettings, { clients, disk }: Burden,
): RaftKvSettings {
  const isCrowd = clients > fewClients;
  const isNarrow = window !== undefined && window * others.entriesPerMessageMax < 16;
  const isAskedAgain = (clients * disk.writeUs.max) / 2 > others.retryUs.min;
  const hasVersions = versions !== undefined && !isCrowd && !isAskedAgain;
  const hasWindow = window !== undefined && !(isNarrow && hasVersions);
  const hasSessions = sessionExpiryUs !== undefined && !isNarrow && !isCrowd;
  return {
    ...others, ...(hasWindow ? { window } : {}), ...(hasVersions ? { versions } : {}),
    ...(hasSessions ? { sessionExpiryUs } : {}), ...(clientWindow === undefined || isNarrow ? {} : { clientWindow }),
  };
}

/**
 * With a window a new leader sends one request and waits for its answer, or for the next heartbeat. Both come behind
 * the writes for a crowd, which on a slow disk take longer than an election timeout (section 5.6): a follower stands,
 * and so on for ever where the vote of each server is needed, as of two voters, or of four of whom one is lost.
 * Without a window each request of a client is word of the leader, and with PreVote nobody stands whose log is behind.
 */
function heardInTime(settings: RaftKvSettings, { clients, disk: { writeUs } }: Burden): RaftKvSettings {
  const { window, ...others } = settings;
  const isLate = clients > fewClients && (clients * writeUs.max) / 2 > others.electionTimeoutUs.max;
  const isDeposed = others.members !== undefined && others.preVote !== true && isLate;
  return window !== undefined && isDeposed ? others : settings;
}
