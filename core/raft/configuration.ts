/**
 * Who counts (dissertation 4.1): a server goes by the last configuration of its log, whether it is committed or not.
 * Until an entry says so, those that the plan names take part; without that option, everyone.
 */
import type { NodeId } from '../protocol.ts';
import { electoratesOf, everyVoter } from './joint-consensus.ts';
import { isMember, type Configuration } from './members.ts';
import { majorityOf, type Raft } from './state.ts';

/** Null where the plan lets nobody come or go. */
export function configurationOf({ config: { members }, persistent: { log } }: Raft): Configuration | null {
  return members === undefined ? null : log.configuration ?? { voters: members, learners: [] };
}

/**
 * More than half of the voters, each counted once, and of both sets while there are two; whoever does not vote counts
 * for nothing.
 */
export function isQuorum(raft: Raft, ids: readonly NodeId[]): boolean {
  const configuration = configurationOf(raft);
  if (configuration === null) return ids.length >= majorityOf(raft.config.clusterSize);
  return electoratesOf(configuration).every(
    (voters) => voters.filter((voter) => ids.includes(voter)).length >= majorityOf(voters.length),
  );
}

/** Alone it decides. */
export const isAlone = (raft: Raft): boolean => isQuorum(raft, [raft.config.id]);

/**
 * The greatest number that a majority has reached, of both sets while there are two. `reached` has a slot for each
 * server.
 */
export function reachedByMajority(raft: Raft, reached: readonly number[]): number {
  const configuration = configurationOf(raft);
  if (configuration === null) return middleOf(reached.slice());
  return Math.min(...electoratesOf(configuration).map((voters) => middleOf(voters.map((voter) => reached[voter]!))));
}

function middleOf(counted: number[]): number {
  sortDescending(counted);
  return counted[majorityOf(counted.length) - 1]!;
}

/** By insertion: the library's sort asks for memory several times a call, and is called at every answer. */
function sortDescending(indexes: number[]): void {
  for (let end = 1; end < indexes.length; end++) {
    const index = indexes[end]!;
    let place = end;
    for (; place > 0 && indexes[place - 1]! < index; place--) indexes[place] = indexes[place - 1]!;
    indexes[place] = index;
  }
}

/** The other servers that take part, in the order of their ids. */
export function peersOf(raft: Raft): readonly NodeId[] {
  const { id, clusterSize } = raft.config;
  const configuration = configurationOf(raft);
  const peers: NodeId[] = [];
  for (let peer = 0; peer < clusterSize; peer++) {
    if (peer !== id && (configuration === null || isMember(configuration, peer))) peers.push(peer);
  }
  return peers;
}

/** The other servers whose votes count. */
export function votersBeside(raft: Raft): readonly NodeId[] {
  const { id } = raft.config;
  const configuration = configurationOf(raft);
  return configuration === null ? peersOf(raft) : everyVoter(configuration).filter((voter) => voter !== id);
}

/**
 * Whether it may stand for election. One that is to leave is needed until that is committed, and stands without a vote
 * of its own (4.2.2); one that has not come yet, or has left and knows it, waits.
 */
export function mayStand({ config: { id, members }, commitIndex, persistent: { log } }: Raft): boolean {
  if (members === undefined) return true;
  // On a new disk less may be committed than it was told to be (new-disk.ts).
  const known = log.founding !== null && log.founding.index > commitIndex
    ? log.founding.configuration
    : log.configurationAt(commitIndex);
  return [log.configuration, known].some((one) => (one === undefined ? members : everyVoter(one)).includes(id));
}
