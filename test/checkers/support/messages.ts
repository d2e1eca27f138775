/** The messages of tripwires, as short as they can be told. */
import type { Entry, LogIndex, Term } from '../../../core/raft/log.ts';
import type { RaftMessage } from '../../../core/raft/messages.ts';
import type { AnyRaftMessage, InstallChunk, InstallChunkReply } from '../../../core/raft/option-messages.ts';
import type { ClientReply, ClientRequest } from '../../../core/kv/messages.ts';

export const asksVote = (term: Term): RaftMessage => ({ kind: 'requestVote', term, lastLogIndex: 0, lastLogTerm: 0 });
export const votes = (term: Term, voteGranted = true): RaftMessage => ({ kind: 'requestVoteReply', term, voteGranted });
export const appends = (term: Term, prevLogIndex: LogIndex, entries: readonly Entry[] = []): RaftMessage =>
  ({ kind: 'appendEntries', term, prevLogIndex, prevLogTerm: 0, entries, leaderCommit: 0 });
export const accepts = (term: Term, index: LogIndex): RaftMessage => ({
  kind: 'appendEntriesReply', term, success: true, index, conflictTerm: 0, conflictIndex: 0,
});
export const refuses = (
  term: Term, index: LogIndex, conflictTerm: Term = 0, conflictIndex: LogIndex = 1,
): RaftMessage => ({ kind: 'appendEntriesReply', term, success: false, index, conflictTerm, conflictIndex });
export const installs = (term: Term, lastIncludedIndex: LogIndex, lastIncludedTerm: Term = term): RaftMessage =>
  ({ kind: 'installSnapshot', term, snapshot: { lastIncludedIndex, lastIncludedTerm, data: null, sizeBytes: 1 } });
export const installed = (term: Term, lastIncludedIndex: LogIndex): RaftMessage => ({
  kind: 'installSnapshotReply', term, lastIncludedIndex,
});
export const asksStore = (sequence: number): ClientRequest => ({
  kind: 'clientRequest', sequence, operation: { kind: 'get', key: 'k' },
});
export const isDone = (sequence: number): ClientReply => ({
  kind: 'clientReply', sequence, outcome: { kind: 'done', result: null },
});
export const isRefused = (sequence: number, leaderId: number | null): ClientReply => ({
  kind: 'clientReply', sequence, outcome: { kind: 'notLeader', leaderId },
});
export const asksPreVote = (term: Term, lastLogIndex: LogIndex = 0, lastLogTerm: Term = 0): AnyRaftMessage => ({
  kind: 'requestPreVote', term, lastLogIndex, lastLogTerm,
});
export const preVotes = (term: Term, voteGranted = true): AnyRaftMessage => ({
  kind: 'requestPreVoteReply', term, voteGranted,
});
export const wishes = (to: number): AnyRaftMessage => ({ kind: 'transferLeadership', term: 0, to });
export const timeoutNow = (term: Term): AnyRaftMessage => ({ kind: 'timeoutNow', term });
export const asksTransferVote = (term: Term): AnyRaftMessage => ({
  kind: 'requestTransferVote', term, lastLogIndex: 0, lastLogTerm: 0,
});
/** Four bytes of n0's snapshot of term 1. */
export const chunk = (offset: number, lastIncludedIndex: LogIndex = 2, done = false): InstallChunk =>
  ({ kind: 'installChunk', term: 1, lastIncludedIndex, lastIncludedTerm: 1, offset, data: new Uint8Array(4), done });
export const storesChunk = (offset: number, bytesStored: number, lastIncludedIndex: LogIndex = 2): InstallChunkReply =>
  ({ kind: 'installChunkReply', term: 1, lastIncludedIndex, offset, bytesStored });
