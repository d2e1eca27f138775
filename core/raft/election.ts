/** Leader election (section 5.2) and the election restriction (5.4.1). */
import type { NodeId } from '../protocol.ts';
import { isAlone, isQuorum, votersBeside } from './configuration.ts';
import type { Entry, Log, LogIndex, Term } from './log.ts';
import type { RequestVote, RequestVoteReply } from './messages.ts';
import { mayVote } from './new-disk.ts';
import { commitOwnEntries, replicateToAll } from './replication.ts';
import {
  restartElectionTimer, send, stay, withLog, withRole, withTermAndVote,
  type Raft, type RaftStep,
} from './state.ts';

/**
 * No word from a leader: vote for ourselves in a new term and ask the others to follow. The timer
 * runs on under a leader too, so that one who steps down later is not left without.
 */
export function onElectionTimeout(raft: Raft): RaftStep {
  if (raft.role.kind === 'leader') return { raft, effects: [restartElectionTimer(raft)] };
  const { id } = raft.config;
  const { currentTerm, log } = raft.persistent;
  const term = currentTerm + 1;
  const candidate = withRole(withTermAndVote(raft, term, id), { kind: 'candidate', votes: [id] });
  const timer = restartElectionTimer(raft);
  if (isAlone(candidate)) {
    const elected = becomeLeader(candidate);
    return { raft: elected.raft, effects: [timer, ...elected.effects] };
  }
  const request: RequestVote = {
    kind: 'requestVote', term, lastLogIndex: log.lastIndex, lastLogTerm: log.lastTerm,
  };
  return { raft: candidate, effects: [timer, ...votersBeside(raft).map((peer) => send(peer, request))] };
}

export function onRequestVote(raft: Raft, from: NodeId, request: RequestVote): RaftStep {
  const { currentTerm, votedFor, log } = raft.persistent;
  const isFree = votedFor === null || votedFor === from;
  const voteGranted = request.term === currentTerm && isFree && isUpToDate(request, log) && mayVote(raft);
  const reply = send(from, { kind: 'requestVoteReply', term: currentTerm, voteGranted });
  if (!voteGranted) return { raft, effects: [reply] };
  const voter = votedFor === from ? raft : withTermAndVote(raft, currentTerm, from);
  return { raft: voter, effects: [restartElectionTimer(raft), reply] };
}

export function onRequestVoteReply(raft: Raft, from: NodeId, reply: RequestVoteReply): RaftStep {
  const { role } = raft;
  if (role.kind !== 'candidate' || !reply.voteGranted || role.votes.includes(from)) return stay(raft);
  const votes = [...role.votes, from];
  const candidate = withRole(raft, { kind: 'candidate', votes });
  return isQuorum(raft, votes) ? becomeLeader(candidate) : stay(candidate);
}

/** A newer term was seen: what we believed about the present one is out of date (section 5.1). */
export const adoptTerm = (raft: Raft, term: Term): Raft =>
  withRole(withTermAndVote(raft, term, null), { kind: 'follower', leaderId: null });

function becomeLeader(candidate: Raft): RaftStep {
  const { config, persistent } = candidate;
  const nextIndex = new Array<LogIndex>(config.clusterSize).fill(persistent.log.lastIndex + 1);
  const matchIndex = new Array<LogIndex>(config.clusterSize).fill(0);
  const leader = withRole(candidate, { kind: 'leader', nextIndex, matchIndex });
  return replicateToAll(config.noopOnElection ? commitOwnEntries(withNoop(leader)) : leader);
}

/** Byte form of an entry without a command: its term and an empty command. */
export const noopSizeBytes = 8;

function withNoop(leader: Raft): Raft {
  const { currentTerm, log } = leader.persistent;
  const noop: Entry = { term: currentTerm, command: null, sizeBytes: noopSizeBytes };
  return withLog(leader, log.append([noop]));
}

/** Section 5.4.1: the later last term wins; with equal terms, the longer log does. */
const isUpToDate = (request: RequestVote, log: Log): boolean =>
  request.lastLogTerm !== log.lastTerm
    ? request.lastLogTerm > log.lastTerm
    : request.lastLogIndex >= log.lastIndex;
