/** Raft's messages and states as the harness wants them told; shared by the systems that run Raft. */
import { uint32SizeBytes } from '../../core/bytes.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { Entry } from '../../core/raft/log.ts';
import { configurationSizeBytes, type Configuration } from '../../core/raft/members.ts';
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { Digest } from '../../harness/digest.ts';
import type { Lanes, Look } from '../../harness/system.ts';
import type { Half } from '../../harness/world/network/rpc.ts';

/** A message of a later stay of a server has that in front (core/stays.ts). */
const stayOf = (message: AnyRaftMessage): number => ('stay' in message ? (message.stay ?? 0) : 0);

const voteTags = { requestVote: 1, requestPreVote: 11, requestTransferVote: 20 } as const;

/** `digestCommand` tells one command from another; an entry without one is known by its term. */
export function digestRaftMessage(
  digest: Digest, message: AnyRaftMessage, digestCommand: (digest: Digest, command: unknown) => void,
): void {
  const stay = stayOf(message);
  if (stay > 0) {
    digest.number(24);
    digest.number(stay);
  }
  switch (message.kind) {
    case 'requestVote':
    case 'requestPreVote':
    case 'requestTransferVote':
      digest.number(voteTags[message.kind]);
      digest.number(message.term);
      digest.number(message.lastLogIndex);
      digest.number(message.lastLogTerm);
      return;
    case 'requestVoteReply':
      digest.number(message.voteGranted ? 2 : 3);
      digest.number(message.term);
      return;
    case 'requestPreVoteReply':
      digest.number(message.voteGranted ? 12 : 13);
      digest.number(message.term);
      return;
    case 'heartbeat':
    case 'heartbeatReply':
      digest.number(message.kind === 'heartbeat' ? 14 : 15);
      digest.number(message.term);
      digest.number(message.round);
      return;
    case 'readIndex':
    case 'readIndexReply':
      digest.number(message.kind === 'readIndex' ? 16 : 17);
      digest.number(message.term);
      digest.number(message.client);
      digest.number(message.sequence);
      if (message.kind === 'readIndexReply') digest.number(message.index);
      return;
    case 'transferLeadership':
      digest.number(18);
      digest.number(message.to);
      return;
    case 'timeoutNow':
      digest.number(19);
      digest.number(message.term);
      return;
    case 'installChunk':
    case 'installChunkReply':
      digest.number(message.kind === 'installChunk' ? 21 : 22);
      digest.number(message.term);
      digest.number(message.lastIncludedIndex);
      digest.number(message.offset);
      digest.number(message.kind === 'installChunk' ? message.data.length : message.bytesStored);
      return;
    case 'appendEntries':
      digest.number(4);
      digest.number(message.term);
      digest.number(message.prevLogIndex);
      digest.number(message.prevLogTerm);
      digest.number(message.leaderCommit);
      for (const { term, command, configuration } of message.entries) {
        digest.number(term);
        if (command !== null) digestCommand(digest, command);
        if (configuration !== undefined) digestConfiguration(digest, configuration);
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
      if (message.snapshot.configuration !== undefined) digestConfiguration(digest, message.snapshot.configuration);
      return;
    case 'installSnapshotReply':
      digest.number(8);
      digest.number(message.term);
      digest.number(message.lastIncludedIndex);
      return;
  }
}

function digestConfiguration(digest: Digest, { voters, learners, outgoing }: Configuration): void {
  for (const id of voters) digest.number(id);
  for (const id of learners) digest.number(-1 - id);
  if (outgoing === undefined) return;
  for (const id of outgoing.voters) digest.number(100 + id);
  for (const id of outgoing.learnersNext) digest.number(-100 - id);
}

export function describeRaftMessage(message: AnyRaftMessage): string {
  switch (message.kind) {
    case 'requestVote':
      return `RequestVote term ${message.term}, last ${message.lastLogIndex}/${message.lastLogTerm}`;
    case 'requestVoteReply':
      return `RequestVote reply term ${message.term}, ${message.voteGranted ? 'granted' : 'refused'}`;
    case 'requestPreVote':
      return `PreVote term ${message.term}, last ${message.lastLogIndex}/${message.lastLogTerm}`;
    case 'requestPreVoteReply':
      return `PreVote reply term ${message.term}, ${message.voteGranted ? 'granted' : 'refused'}`;
    case 'heartbeat':
      return `heartbeat term ${message.term}, round ${message.round}`;
    case 'heartbeatReply':
      return `heartbeat reply term ${message.term}, round ${message.round}`;
    case 'readIndex':
      return `ReadIndex term ${message.term}, for n${message.client}'s ${message.sequence}`;
    case 'readIndexReply':
      return `ReadIndex reply term ${message.term}, for n${message.client}'s ${message.sequence}: ${message.index}`;
    case 'transferLeadership':
      return `operator's wish: hand over to n${message.to}`;
    case 'timeoutNow':
      return `TimeoutNow term ${message.term}`;
    case 'requestTransferVote':
      return `RequestVote at its leader's wish term ${message.term}, last ${message.lastLogIndex}/${message.lastLogTerm}`;
    case 'installChunk':
      return `InstallSnapshot term ${message.term}, up to ${message.lastIncludedIndex}/${message.lastIncludedTerm}, bytes ${message.offset} to ${message.offset + message.data.length}${message.done ? ', done' : ''}`;
    case 'installChunkReply':
      return `InstallSnapshot reply term ${message.term}, up to ${message.lastIncludedIndex}, to bytes from ${message.offset}: ${message.bytesStored} stored`;
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
export function raftHalf(message: AnyRaftMessage): Half {
  switch (message.kind) {
    case 'requestVote':
      return voteRequest;
    case 'requestVoteReply':
      return voteReply;
    case 'requestPreVote':
      return preVoteRequest;
    case 'requestPreVoteReply':
      return preVoteReply;
    case 'heartbeat':
      return roundRequest;
    case 'heartbeatReply':
      return roundReply;
    case 'readIndex':
      return readRequest;
    case 'readIndexReply':
      return readReply;
    case 'transferLeadership':
    case 'timeoutNow':
      return wish;
    case 'requestTransferVote':
      return voteRequest;
    case 'installChunk':
      return snapshotRequest;
    case 'installChunkReply':
      return snapshotReply;
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
const preVoteRequest: Half = { isReply: false, key: -4 };
const preVoteReply: Half = { isReply: true, key: -4 };
const roundRequest: Half = { isReply: false, key: -5 };
const roundReply: Half = { isReply: true, key: -5 };
const readRequest: Half = { isReply: false, key: -6 };
const readReply: Half = { isReply: true, key: -6 };
/** Answered by nobody. */
const wish: Half = { isReply: false, key: -7 };

/** One byte of kind, 4 bytes for each number, one for each truth. */
export function raftMessageSizeBytes(message: AnyRaftMessage): number {
  return (stayOf(message) > 0 ? 1 + uint32SizeBytes : 0) + plainSizeBytes(message);
}

function plainSizeBytes(message: AnyRaftMessage): number {
  const numbers = (count: number): number => 1 + count * uint32SizeBytes;
  switch (message.kind) {
    case 'requestVote':
    case 'requestPreVote':
    case 'requestTransferVote':
      return numbers(3);
    case 'transferLeadership':
      return numbers(2);
    case 'timeoutNow':
      return numbers(1);
    case 'requestVoteReply':
    case 'requestPreVoteReply':
      return numbers(1) + 1;
    case 'heartbeat':
    case 'heartbeatReply':
      return numbers(2);
    case 'readIndex':
      return numbers(3);
    case 'readIndexReply':
      return numbers(4);
    case 'installChunk':
      return numbers(5) + 1 + message.data.length;
    case 'installChunkReply':
      return numbers(4);
    case 'appendEntries':
      return numbers(5) + entriesSizeBytes(message.entries);
    case 'appendEntriesReply':
      return numbers(4) + 1;
    case 'installSnapshot':
      return (
        numbers(4) +
        message.snapshot.sizeBytes +
        (message.snapshot.configuration === undefined ? 0 : configurationSizeBytes(message.snapshot.configuration))
      );
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
export function newestLeader(states: readonly unknown[], raftOf: (state: unknown) => Raft | null): NodeId | null {
  let found: NodeId | null = null;
  let newestTerm = 0;
  for (let node = 0; node < states.length; node++) {
    const raft = raftOf(states[node]);
    if (raft?.role.kind !== 'leader' || raft.persistent.currentTerm <= newestTerm) continue;
    found = node;
    newestTerm = raft.persistent.currentTerm;
  }
  return found;
}

/** For traces: what Figure 2 calls the state. */
export function describeRaft({
  role, persistent, commitIndex, lastApplied,
}: Raft): Readonly<Record<string, string | number>> {
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

const looks: Readonly<Record<Raft['role']['kind'], Look>> = {
  leader: 'leads', candidate: 'stands', preCandidate: 'stands', follower: 'follows',
};

/** Of the fields of `describeRaft`. */
export const raftLanes = (raftOf: (state: unknown) => Raft): Lanes => ({
  role: 'role', epoch: 'currentTerm', epochName: 'term', epochMark: 't', commit: 'commitIndex',
  lookOf: (state) => looks[raftOf(state).role.kind],
});

/** For traces: what a leader believes of the others. */
export const describeProgress = ({ role }: Raft): Readonly<Record<string, string | number>> =>
  role.kind === 'leader' ? { nextIndex: role.nextIndex.join(' '), matchIndex: role.matchIndex.join(' ') } : {};

export function digestRaft(digest: Digest, { persistent, commitIndex }: Raft): void {
  digest.number(persistent.currentTerm);
  digest.number(persistent.votedFor ?? -1);
  digest.number(persistent.log.baseIndex);
  digest.number(persistent.log.lastIndex);
  if (persistent.log.founding !== null) digest.number(persistent.log.founding.index);
  digest.number(commitIndex);
}
