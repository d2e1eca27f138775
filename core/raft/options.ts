/**
 * The reducer of Raft with the options of the plan: what the paper does (step.ts), and around it what the dissertation
 * adds. Without an option it is the paper's, state for state.
 */
import type { NodeId } from '../protocol.ts';
import { onCatchUpTimer } from './catch-up.ts';
import { heardFrom, isIgnored, stepDown, watchQuorum } from './check-quorum.ts';
import { isAlone, mayStand } from './configuration.ts';
import { inContact, onContactLost } from './contact.ts';
import { adoptTerm } from './election.ts';
import { isOutsider, retired } from './membership.ts';
import { isLeaseTimer, keepsPromise, onLeaseOver, readTimer } from './lease.ts';
import { onLeaseRead } from './lease-read.ts';
import type {
  AnyRaftMessage, Heartbeat, HeartbeatReply, InstallChunk, InstallChunkReply, ReadIndex, ReadIndexReply,
} from './option-messages.ts';
import type { AppendEntriesReply, InstallSnapshotReply } from './messages.ts';
import { propose as proposeAs } from './replication.ts';
import { onHeartbeatReply, onReadIndex, repeatRound } from './read-index.ts';
import { noRounds, onHeartbeat, underLeader } from './rounds.ts';
import { isWritten, onWritten } from './pipelining.ts';
import { askForPreVotes, onRequestPreVote, onRequestPreVoteReply } from './pre-vote.ts';
import { asVote, giveUpTransfer, onTimeoutNow, onTransferLeadership, tellWhenUpToDate } from './transfer.ts';
import type { Office } from './office.ts';
import { stay, withOffice, type Raft, type RaftConfig, type RaftStep } from './state.ts';
import * as paper from './step.ts';
import { heardInWindow, noFlows, sendInWindow } from './window.ts';

/** Whether a leader keeps more than the paper's. */
const keepsOffice = ({ checkQuorum, members, reads, transfer, window }: RaftConfig): boolean =>
  checkQuorum === true || reads !== undefined || transfer === true || window !== undefined || members !== undefined;

/** A client's command on its way into the log of a leader: replication.ts. */
export const propose = (raft: Raft, command: unknown, sizeBytes: number): RaftStep =>
  sendInWindow(proposeAs(raft, command, sizeBytes), false);

export function onTimer(raft: Raft, timer: string): RaftStep {
  if (timer === 'contact') return onContactLost(raft);
  if (timer === readTimer) return onLeaseRead(raft);
  if (isLeaseTimer(timer)) return onLeaseOver(raft, timer);
  if (timer === 'transfer') return giveUpTransfer(raft);
  if (isWritten(timer)) return onWritten(raft, timer);
  if (timer === 'catchUp') return onCatchUpTimer(raft);
  if (timer === 'election') return inOffice(raft, onElectionTimer(raft));
  return repeatRound(sendInWindow(inOffice(raft, paper.onTimer(raft, timer)), true));
}

function onElectionTimer(raft: Raft): RaftStep {
  const { config: { checkQuorum, preVote }, role } = raft;
  if (role.kind === 'leader' && checkQuorum === true && !isAlone(raft)) return stepDown(raft);
  if (role.kind !== 'leader' && !mayStand(raft)) return stepDown(raft);
  return role.kind !== 'leader' && preVote === true ? askForPreVotes(raft) : paper.onTimer(raft, 'election');
}

export const onMessage = (raft: Raft, from: NodeId, message: AnyRaftMessage): RaftStep =>
  keepsPromise(raft, heard(raft, from, message));

function heard(raft: Raft, from: NodeId, message: AnyRaftMessage): RaftStep {
  switch (message.kind) {
    // What is only asked for changes no term, and a grant speaks of the next one, which nobody is in yet.
    case 'requestPreVote':
      return onRequestPreVote(raft, from, message);
    case 'requestPreVoteReply':
      return inOffice(
        raft,
        message.voteGranted ? onRequestPreVoteReply(raft, from, message) : stay(withTermOf(raft, message)),
      );
    case 'requestVote':
      return isIgnored(raft) ? stay(raft) : paper.onMessage(raft, from, message);
    case 'requestTransferVote':
      return paper.onMessage(raft, from, asVote(message));
    case 'requestVoteReply':
      // A vote that comes late is no occasion to send (5.1).
      return raft.role.kind === 'leader'
        ? paper.onMessage(raft, from, message)
        : sendInWindow(inOffice(raft, paper.onMessage(raft, from, message)), false);
    case 'appendEntries':
    case 'installSnapshot':
      return message.term < raft.persistent.currentTerm
        ? paper.onMessage(raft, from, message)
        : inContact(paper.onMessage(raft, from, message));
    case 'appendEntriesReply':
    case 'installSnapshotReply':
      if (isOutsider(raft, from)) return stay(withTermOf(raft, message));
      return tellWhenUpToDate(retired(answered(raft, from, message, onAnswer(raft, from, message))));
    case 'transferLeadership':
      return onTransferLeadership(raft, message);
    case 'timeoutNow':
      return onTimeoutNow(withTermOf(raft, message), message);
    case 'installChunk':
    case 'installChunkReply':
      return onTransfer(raft, from, message);
    default:
      return onReading(raft, from, message);
  }
}

function onAnswer(raft: Raft, from: NodeId, message: AppendEntriesReply | InstallSnapshotReply): RaftStep {
  // What answers a request of an earlier term changes nothing (5.1), also what waits for room in the window.
  if (message.term < raft.persistent.currentTerm) return paper.onMessage(raft, from, message);
  const heard = heardInWindow(raft, from, message);
  return sendInWindow(inOffice(heard, paper.onMessage(heard, from, message)), false);
}

/** Word of a leader, or of a follower; what is done with the chunk is for the service: chunks.ts. */
function onTransfer(raft: Raft, from: NodeId, message: InstallChunk | InstallChunkReply): RaftStep {
  const current = withTermOf(raft, message);
  if (message.term < raft.persistent.currentTerm) return stay(current);
  return message.kind === 'installChunk'
    ? inContact(underLeader(current, from))
    : answered(raft, from, message, stay(current));
}

/** Rounds and reads; rules for all servers as in step.ts. */
function onReading(
  raft: Raft, from: NodeId, message: Heartbeat | HeartbeatReply | ReadIndex | ReadIndexReply,
): RaftStep {
  const current = withTermOf(raft, message);
  const isStale = message.term < raft.persistent.currentTerm;
  switch (message.kind) {
    case 'heartbeat':
      return isStale ? onHeartbeat(current, from, message) : inContact(onHeartbeat(current, from, message));
    case 'heartbeatReply':
      return isStale ? stay(current) : answered(raft, from, message, onHeartbeatReply(current, from, message));
    case 'readIndex':
      return isStale ? stay(current) : onReadIndex(current, from, message);
    case 'readIndexReply':
      // What it says is for the service: reads.ts.
      return stay(current);
  }
}

/** A follower has answered its leader, which counts for CheckQuorum, whatever it says. */
function answered(raft: Raft, from: NodeId, { term }: AnyRaftMessage, step: RaftStep): RaftStep {
  const { config, role, persistent: { currentTerm } } = step.raft;
  if (config.checkQuorum !== true || role.kind !== 'leader' || role.office === undefined) return step;
  return term === currentTerm && raft.role.kind === 'leader' ? heardFrom(step, role.office, from) : step;
}

/** The paper's functions know nothing of an office: a new leader takes it, and one that leads on keeps it. */
function inOffice(before: Raft, step: RaftStep): RaftStep {
  const { raft, effects } = step;
  const { role, config } = raft;
  if (role.kind !== 'leader' || role.office !== undefined || !keepsOffice(config)) return step;
  const isKept = before.role.kind === 'leader' && before.role.office !== undefined;
  if (isKept) return { raft: withOffice(raft, before.role.office!), effects };
  const taken = { raft: withOffice(raft, newOffice(config)), effects };
  return config.checkQuorum === true ? watchQuorum(taken) : taken;
}

const newOffice = ({ clusterSize, reads, window }: RaftConfig): Office => ({
  heard: [],
  ...(reads === undefined ? {} : { rounds: noRounds(clusterSize) }),
  ...(window === undefined ? {} : { flows: noFlows(clusterSize) }),
});

/** Rules for all servers (Figure 2): a later term is adopted, wherever it is heard of. */
const withTermOf = (raft: Raft, { term }: AnyRaftMessage): Raft =>
  term > raft.persistent.currentTerm ? adoptTerm(raft, term) : raft;
