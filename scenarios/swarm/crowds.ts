/** What a crowd of clients is not given: more than a cluster with these settings and this disk can bear. */
import type { DiskPlan } from '../../harness/plan/plan.ts';
import type { RaftKvSettings } from '../systems/raft-kv-settings.ts';

/** More clients than these are a crowd. */
const fewClients = 15;

/** The settings without what cannot be borne: then nothing would be owed. */
export const bearable = (settings: RaftKvSettings, clients: number, disk: DiskPlan): RaftKvSettings =>
  carried(heardInTime(settings, clients, disk), clients);

/**
 * A client without a session asks for that first, so that twice as much goes into the log: more than a window of a few
 * entries carries, and more than a crowd may ask for, where leaders last for a few round trips only. Then nothing is
 * owed. With versions a crowd asks for too much as well: each request that comes again costs another entry.
 * Few clients do so where a window carries less than they ask for again (seed 11000919): those have no window.
 */
function carried({ sessionExpiryUs, versions, window, ...others }: RaftKvSettings, clients: number): RaftKvSettings {
  const isCrowd = clients > fewClients;
  const isNarrow = window !== undefined && window * others.entriesPerMessageMax < 16;
  const hasVersions = versions !== undefined && !isCrowd;
  const hasWindow = window !== undefined && !(isNarrow && hasVersions);
  const hasSessions = sessionExpiryUs !== undefined && !isNarrow && !isCrowd;
  return {
    ...others, ...(hasWindow ? { window } : {}), ...(hasVersions ? { versions } : {}),
    ...(hasSessions ? { sessionExpiryUs } : {}),
  };
}

/**
 * With a window a new leader sends one request and waits for its answer, or for the next heartbeat. Both come behind
 * the writes for a crowd, which on a slow disk take longer than an election timeout (section 5.6): a follower stands,
 * and so on for ever where the vote of each server is needed, as of two voters, or of four of whom one is lost.
 * Without a window each request of a client is word of the leader, and with PreVote nobody stands whose log is behind.
 */
function heardInTime(settings: RaftKvSettings, clients: number, { writeUs }: DiskPlan): RaftKvSettings {
  const { window, ...others } = settings;
  const isLate = clients > fewClients && (clients * writeUs.max) / 2 > others.electionTimeoutUs.max;
  const isDeposed = others.members !== undefined && others.preVote !== true && isLate;
  return window !== undefined && isDeposed ? others : settings;
}
