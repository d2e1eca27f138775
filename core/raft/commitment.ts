/** When an entry is committed (sections 5.3 and 5.4.2). */
import { majorityOf, withCommitIndex, type Leader, type Raft } from './state.ts';
import type { LogIndex } from './log.ts';

/**
 * Moves a leader's commitIndex to the highest entry of its own term that a majority stores. Entries
 * of earlier terms are never committed by counting (Figure 8): they commit along with one of ours.
 */
export function advanceCommitIndex(raft: Raft, leader: Leader): Raft {
  const { log, currentTerm } = raft.persistent;
  const stored = highestOnMajority(raft, leader);
  if (stored <= raft.commitIndex) return raft;
  return log.termAt(stored) === currentTerm ? withCommitIndex(raft, stored) : raft;
}

/** The greatest index that a majority of servers, this leader among them, is known to store. */
function highestOnMajority(raft: Raft, { matchIndex }: Leader): LogIndex {
  const { id, clusterSize, pipelined } = raft.config;
  const stored = matchIndex.slice();
  // Where writes are pipelined its own slot says what its disk holds (pipelining.ts).
  if (pipelined !== true) stored[id] = raft.persistent.log.lastIndex;
  sortDescending(stored);
  return stored[majorityOf(clusterSize) - 1]!;
}

/** By insertion: the library's sort asks for memory several times a call, and is called at every answer. */
function sortDescending(indexes: LogIndex[]): void {
  for (let end = 1; end < indexes.length; end++) {
    const index = indexes[end]!;
    let place = end;
    for (; place > 0 && indexes[place - 1]! < index; place--) indexes[place] = indexes[place - 1]!;
    indexes[place] = index;
  }
}

/** A follower learns of commitment from its leader, as far as it knows its own log to agree. */
export function followCommitIndex(raft: Raft, leaderCommit: LogIndex, lastKnownEqual: LogIndex): Raft {
  const commitIndex = Math.min(leaderCommit, lastKnownEqual);
  return commitIndex > raft.commitIndex ? withCommitIndex(raft, commitIndex) : raft;
}
