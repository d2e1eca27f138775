/** The reducer of Raft: one event in, the next state and what to do about it out. */
import type { NodeId } from '../protocol.ts';
import {
  adoptTerm, onElectionTimeout, onRequestVote, onRequestVoteReply,
} from './election.ts';
import type { InstallSnapshotReply, RaftMessage } from './messages.ts';
import { onAppendEntries, onAppendEntriesReply, onHeartbeatTimeout, onMatch } from './replication.ts';
import { onInstallSnapshot } from './snapshot.ts';
import { stay, type Raft, type RaftStep } from './state.ts';

export function onTimer(raft: Raft, timer: string): RaftStep {
  return timer === 'election' ? onElectionTimeout(raft) : onHeartbeatTimeout(raft);
}

/** Rules for all servers (Figure 2): a newer term is adopted first, a reply of an older one ignored. */
export function onMessage(raft: Raft, from: NodeId, message: RaftMessage): RaftStep {
  const { currentTerm } = raft.persistent;
  const current = message.term > currentTerm ? adoptTerm(raft, message.term) : raft;
  const isStale = message.term < currentTerm;
  switch (message.kind) {
    case 'requestVote':
      return onRequestVote(current, from, message);
    case 'requestVoteReply':
      return isStale ? stay(current) : onRequestVoteReply(current, from, message);
    case 'appendEntries':
      return onAppendEntries(current, from, message);
    case 'appendEntriesReply':
      return isStale ? stay(current) : onAppendEntriesReply(current, from, message);
    case 'installSnapshot':
      return onInstallSnapshot(current, from, message);
    case 'installSnapshotReply':
      return isStale ? stay(current) : onInstallSnapshotReply(current, from, message);
  }
}

function onInstallSnapshotReply(raft: Raft, from: NodeId, reply: InstallSnapshotReply): RaftStep {
  return raft.role.kind === 'leader' ? onMatch(raft, raft.role, from, reply.lastIncludedIndex) : stay(raft);
}
