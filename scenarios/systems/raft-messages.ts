/** Raft's messages and states as the harness wants them told; shared by the systems that run Raft. */
import { uint32SizeBytes } from '../../core/bytes.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { Entry } from '../../core/raft/log.ts';
import type { RaftMessage } from '../../core/raft/messages.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { Digest } from '../../harness/digest.ts';
import type { Half } from '../../harness/world/network/rpc.ts';

/** `digestCommand` tells one command from another; an entry without one is known by its term. */
export function digestRaftMessage(digest: Digest, message: RaftMessage, digestCommand: (digest: Digest, command: unknown) => void): void {
  switch (message.kind) {
    case 'requestVote':
      digest.number(1);
      digest.number(message.term);
      digest.number(message.lastLogIndex);
      digest.number(message.lastLogTerm);
      return;
    case 'requestVoteReply':
      digest.number(message.voteGranted ? 2 : 3);
      digest.number(message.term);
      return;
    case 'appendEntries':
      digest.number(4);
      digest.number(message.term);
      digest.number(message.prevLogIndex);
      digest.number(message.prevLogTerm);
      digest.number(message.leaderCommit);
      for (const { term, command } of message.entries) {
        digest.number(term);
        if (command !== null) digestCommand(digest, command);
      }
      return;
    case 'appendEntriesReply':
      digest.number(message.success ? 5 : 6);
      digest.number(message.term);
      digest.number(message.index);
      digest.number(message.conflictTerm);
      digest.number(message.conflictIndex);
      return;
    case 'installSnapshot':
      digest.number(7);
      digest.number(message.term);
      digest.number(message.snapshot.lastIncludedIndex);
      digest.number(message.snapshot.lastIncludedTerm);
      digest.number(message.snapshot.sizeBytes);
      return;
    case 'installSnapshotReply':
      digest.number(8);
      digest.number(message.term);
      digest.number(message.lastIncludedIndex);
      return;
  }
}

export function describeRaftMessage(message: RaftMessage): string {
  switch (message.kind) {
    case 'requestVote':
      return `RequestVote term ${message.term}, last ${message.lastLogIndex}/${message.lastLogTerm}`;
    case 'requestVoteReply':
      return `RequestVote reply term ${message.term}, ${message.voteGranted ? 'granted' : 'refused'}`;
    case 'appendEntries':
      return `AppendEntries term ${message.term}, prev ${message.prevLogIndex}/${message.prevLogTerm}, ${message.entries.length} entries, commit ${message.leaderCommit}`;
    case 'appendEntriesReply':
      return message.success
        ? `AppendEntries reply term ${message.term}, matches to ${message.index}`
        : `AppendEntries reply term ${message.term}, refused at ${message.index}, conflict term ${message.conflictTerm} from ${message.conflictIndex}`;
    case 'installSnapshot':
      return `InstallSnapshot term ${message.term}, up to ${message.snapshot.lastIncludedIndex}/${message.snapshot.lastIncludedTerm}, ${message.snapshot.sizeBytes} bytes`;
    case 'installSnapshotReply':
      return `InstallSnapshot reply term ${message.term}, up to ${message.lastIncludedIndex}`;
  }
}

/** Keys below 0, so that they never meet the sequence numbers of clients. */
export function raftHalf(message: RaftMessage): Half {
  switch (message.kind) {
    case 'requestVote':
      return voteRequest;
    case 'requestVoteReply':
      return voteReply;
    case 'appendEntries':
      return entriesRequest;
    case 'appendEntriesReply':
      return entriesReply;
    case 'installSnapshot':
      return snapshotRequest;
    case 'installSnapshotReply':
      return snapshotReply;
  }
}

const voteRequest: Half = { isReply: false, key: -1 };
const voteReply: Half = { isReply: true, key: -1 };
const entriesRequest: Half = { isReply: false, key: -2 };
const entriesReply: Half = { isReply: true, key: -2 };
const snapshotRequest: Half = { isReply: false, key: -3 };
const snapshotReply: Half = { isReply: true, key: -3 };

/** One byte of kind, 4 bytes for each number, one for each truth. */
export function raftMessageSizeBytes(message: RaftMessage): number {
  const numbers = (count: number): number => 1 + count * uint32SizeBytes;
  switch (message.kind) {
    case 'requestVote':
      return numbers(3);
    case 'requestVoteReply':
      return numbers(1) + 1;
    case 'appendEntries':
      return numbers(5) + entriesSizeBytes(message.entries);
    case 'appendEntriesReply':
      return numbers(4) + 1;
    case 'installSnapshot':
      return numbers(4) + message.snapshot.sizeBytes;
    case 'installSnapshotReply':
      return numbers(2);
  }
}

function entriesSizeBytes(entries: readonly Entry[]): number {
  let sizeBytes = 0;
  for (const entry of entries) sizeBytes += entry.sizeBytes;
  return sizeBytes;
}

/** A deposed leader may not know it yet: the one of the newest term leads. */
export function newestLeader(rafts: readonly (Raft | null)[]): NodeId | null {
  let found: NodeId | null = null;
  let newestTerm = 0;
  for (const [node, raft] of rafts.entries()) {
    if (raft?.role.kind !== 'leader' || raft.persistent.currentTerm <= newestTerm) continue;
    found = node;
    newestTerm = raft.persistent.currentTerm;
  }
  return found;
}

/** For traces: what Figure 2 calls the state. */
export function describeRaft({ role, persistent, commitIndex, lastApplied }: Raft): Readonly<Record<string, string | number>> {
  const { currentTerm, votedFor, log } = persistent;
  return {
    role: role.kind,
    currentTerm,
    votedFor: votedFor === null ? 'null' : `n${votedFor}`,
    log: `${log.baseIndex}/${log.baseTerm} .. ${log.lastIndex}/${log.lastTerm}`,
    commitIndex,
    lastApplied,
  };
}

/** For traces: what a leader believes of the others. */
export const describeProgress = ({ role }: Raft): Readonly<Record<string, string | number>> =>
  role.kind === 'leader' ? { nextIndex: role.nextIndex.join(' '), matchIndex: role.matchIndex.join(' ') } : {};

export function digestRaft(digest: Digest, { persistent, commitIndex }: Raft): void {
  digest.number(persistent.currentTerm);
  digest.number(persistent.votedFor ?? -1);
  digest.number(persistent.log.baseIndex);
  digest.number(persistent.log.lastIndex);
  digest.number(commitIndex);
}
