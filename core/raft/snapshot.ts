/** Log compaction and InstallSnapshot (section 7, Figure 13). */
import { assert } from '../assert.ts';
import type { NodeId } from '../protocol.ts';
import { Log, type LogIndex, type Term } from './log.ts';
import type { InstallSnapshot, InstallSnapshotReply, Snapshot } from './messages.ts';
import {
  restartElectionTimer, send, withCommitIndex, withRole, withSnapshot,
  type Raft, type RaftStep,
} from './state.ts';

/** The service has taken a snapshot of itself after applying `index`: the log up to there may go. */
export function compact(raft: Raft, index: LogIndex, data: unknown, sizeBytes: number): Raft {
  const { log } = raft.persistent;
  if (index <= log.baseIndex) return raft;
  assert(index <= raft.lastApplied, () => `a snapshot at ${index}, applied up to ${raft.lastApplied}`);
  const configuration = log.configurationAt(index);
  const snapshot: Snapshot = {
    lastIncludedIndex: index, lastIncludedTerm: log.termAt(index), data, sizeBytes,
    ...(configuration === undefined ? {} : { configuration }),
  };
  return withSnapshot(raft, log.compactTo(index), snapshot);
}

export function installSnapshotFor(raft: Raft): InstallSnapshot {
  const { snapshot, currentTerm } = raft.persistent;
  assert(snapshot !== null, () => `n${raft.config.id} has compacted its log but holds no snapshot`);
  return { kind: 'installSnapshot', term: currentTerm, snapshot };
}

export function onInstallSnapshot(raft: Raft, from: NodeId, { term, snapshot }: InstallSnapshot): RaftStep {
  const { currentTerm } = raft.persistent;
  // Of an old leader nothing is taken, so nothing may be acknowledged: the reply only tells the term.
  // It must not seem to answer the present leader's own snapshot, which may be the same server's.
  if (term < currentTerm) return { raft, effects: [send(from, replyWith(currentTerm, 0))] };
  assert(raft.role.kind !== 'leader', () => `n${from} and n${raft.config.id} both lead in term ${term}`);
  const follower = withRole(raft, { kind: 'follower', leaderId: from });
  const reply = send(from, replyWith(currentTerm, snapshot.lastIncludedIndex));
  return { raft: install(follower, snapshot), effects: [restartElectionTimer(raft), reply] };
}

const replyWith = (term: Term, lastIncludedIndex: LogIndex): InstallSnapshotReply => ({
  kind: 'installSnapshotReply', term, lastIncludedIndex,
});

/**
 * Takes what a snapshot knows beyond us. One that ends at or before our commitIndex holds nothing
 * new, so an old or repeated snapshot never moves commitIndex, lastApplied or the stored one back.
 */
function install(raft: Raft, snapshot: Snapshot): Raft {
  const { lastIncludedIndex, lastIncludedTerm } = snapshot;
  if (lastIncludedIndex <= raft.commitIndex) return raft;
  const { log } = raft.persistent;
  // Figure 13, rule 6: what follows an entry that agrees with the snapshot may be acknowledged already.
  const kept = log.has(lastIncludedIndex, lastIncludedTerm)
    ? log.compactTo(lastIncludedIndex)
    : Log.startingAfter(lastIncludedIndex, lastIncludedTerm, snapshot.configuration, log.founding);
  return withCommitIndex(withSnapshot(raft, kept, snapshot), lastIncludedIndex);
}
