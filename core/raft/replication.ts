/** Log replication (section 5.3). */
import { assert } from '../assert.ts';
import type { NodeId } from '../protocol.ts';
import { advanceCommitIndex, followCommitIndex } from './commitment.ts';
import { isAlone, peersOf } from './configuration.ts';
import type { Entry, Log, LogIndex } from './log.ts';
import type { AppendEntries, AppendEntriesReply } from './messages.ts';
import { installSnapshotFor } from './snapshot.ts';
import {
  restartElectionTimer, send, stay, withLog, withRole,
  type Leader, type Raft, type RaftEffect, type RaftStep,
} from './state.ts';

/** A client's command on its way into the log of a leader. `sizeBytes` is the entry's byte form. */
export function propose(raft: Raft, command: unknown, sizeBytes: number): RaftStep {
  return proposeEntry(raft, { term: raft.persistent.currentTerm, command, sizeBytes });
}

export function proposeEntry(raft: Raft, entry: Entry): RaftStep {
  const appended = commitOwnEntries(withLog(raft, raft.persistent.log.append([entry])));
  const leader = leaderOf(appended);
  const { baseIndex } = appended.persistent.log;
  // A follower that needs a snapshot gets it with the next heartbeat, not once for each proposal.
  const peers = peersOf(appended).filter((peer) => leader.nextIndex[peer]! > baseIndex);
  return { raft: appended, effects: peers.map((peer) => replicateTo(appended, leader, peer)) };
}

export function onHeartbeatTimeout(raft: Raft): RaftStep {
  return raft.role.kind === 'leader' ? replicateToAll(raft) : stay(raft);
}

/** To every follower whatever it lacks; with nothing to send, this is the heartbeat (section 5.2). */
export function replicateToAll(raft: Raft): RaftStep {
  const leader = leaderOf(raft);
  const { heartbeatUs } = raft.config;
  const effects: RaftEffect[] = [
    { kind: 'setTimer', timer: 'heartbeat', afterUs: { min: heartbeatUs, max: heartbeatUs } },
  ];
  for (const peer of peersOf(raft)) effects.push(replicateTo(raft, leader, peer));
  return { raft, effects };
}

/** Alone in its cluster, a leader is a majority as soon as it has appended. */
export const commitOwnEntries = (raft: Raft): Raft =>
  isAlone(raft) ? advanceCommitIndex(raft, leaderOf(raft)) : raft;

export function onAppendEntries(raft: Raft, from: NodeId, request: AppendEntries): RaftStep {
  const { currentTerm: term, log } = raft.persistent;
  const { prevLogIndex, entries, leaderCommit } = request;
  if (request.term < term) return { raft, effects: [send(from, refusal(term, request, 0, prevLogIndex))] };
  assert(raft.role.kind !== 'leader', () => `n${from} and n${raft.config.id} both lead in term ${term}`);

  const follower = followerOf(raft, from);
  const timer = restartElectionTimer(raft);
  if (!isConsistent(log, request)) {
    return { raft: follower, effects: [timer, send(from, conflict(term, log, request))] };
  }
  const lastNew = prevLogIndex + entries.length;
  const updated = followCommitIndex(withMerged(follower, prevLogIndex, entries), leaderCommit, lastNew);
  const accepted: AppendEntriesReply = {
    kind: 'appendEntriesReply', term, success: true, index: lastNew, conflictTerm: 0, conflictIndex: 0,
  };
  return { raft: updated, effects: [timer, send(from, accepted)] };
}

/** What the snapshot stands for is committed, so it agrees with any leader's log. */
const isConsistent = (log: Log, { prevLogIndex, prevLogTerm }: AppendEntries): boolean =>
  prevLogIndex < log.baseIndex || log.has(prevLogIndex, prevLogTerm);

/**
 * Truncates only at a real conflict: a delayed request may carry a prefix of what we already hold,
 * and cutting the log back to it would forget entries that we have acknowledged.
 */
function withMerged(raft: Raft, prevLogIndex: LogIndex, entries: readonly Entry[]): Raft {
  const { log } = raft.persistent;
  const first = Math.max(prevLogIndex, log.baseIndex) + 1;
  for (let index = first; index <= prevLogIndex + entries.length; index++) {
    const offset = index - prevLogIndex - 1;
    if (log.has(index, entries[offset]!.term)) continue;
    assert(index > raft.commitIndex, () => `entry ${index} is committed here and conflicts with a leader's`);
    return withLog(raft, log.truncateFrom(index).append(entries.slice(offset)));
  }
  return raft;
}

const refusal = (
  term: number, request: AppendEntries, conflictTerm: number, conflictIndex: LogIndex,
): AppendEntriesReply => ({
  kind: 'appendEntriesReply', term, success: false, index: request.prevLogIndex, conflictTerm, conflictIndex,
});

/** Enough for the leader to skip a whole term at a time (section 5.3, the optimisation). */
function conflict(term: number, log: Log, request: AppendEntries): AppendEntriesReply {
  if (request.prevLogIndex > log.lastIndex) return refusal(term, request, 0, log.lastIndex + 1);
  const conflictTerm = log.termAt(request.prevLogIndex);
  return refusal(term, request, conflictTerm, log.firstIndexFromTerm(conflictTerm));
}

function followerOf(raft: Raft, leaderId: NodeId): Raft {
  const { role } = raft;
  return role.kind === 'follower' && role.leaderId === leaderId ? raft : withRole(raft, { kind: 'follower', leaderId });
}

export function onAppendEntriesReply(raft: Raft, from: NodeId, reply: AppendEntriesReply): RaftStep {
  if (raft.role.kind !== 'leader') return stay(raft);
  return reply.success ? onMatch(raft, raft.role, from, reply.index) : onRefusal(raft, raft.role, from, reply);
}

/**
 * `matched` is proved to be stored at the follower. Replies may come late and out of order, and what
 * a follower has acknowledged to this leader it keeps for this term: so match never goes back.
 */
export function onMatch(raft: Raft, leader: Leader, from: NodeId, matched: LogIndex): RaftStep {
  if (matched <= leader.matchIndex[from]!) return stay(raft);
  assert(
    matched <= raft.persistent.log.lastIndex,
    () => `n${from} acknowledges entry ${matched}, which n${raft.config.id} has not`,
  );
  const next = Math.max(leader.nextIndex[from]!, matched + 1);
  const role = withProgress(leader, from, next, matched);
  const updated = advanceCommitIndex(withRole(raft, role), role);
  const isBehind = next <= updated.persistent.log.lastIndex && leader.nextIndex[from]! <= matched;
  return { raft: updated, effects: isBehind && !wasSent(raft, leader, from) ? [replicateTo(updated, role, from)] : [] };
}

/**
 * Every proposal is sent at once, with all from nextIndex on. So an answer calls for more only when
 * a message could not hold it all or a snapshot went in its place; else each of a row of proposals
 * would be sent twice.
 */
function wasSent({ config, persistent }: Raft, { nextIndex }: Leader, peer: NodeId): boolean {
  const { baseIndex, lastIndex } = persistent.log;
  const sentFrom = nextIndex[peer]!;
  return sentFrom > baseIndex && lastIndex < sentFrom + config.entriesPerMessageMax;
}

function onRefusal(raft: Raft, leader: Leader, from: NodeId, reply: AppendEntriesReply): RaftStep {
  // A refusal of anything but the latest probe is old news.
  if (reply.index !== leader.nextIndex[from]! - 1) return stay(raft);
  const next = Math.max(leader.matchIndex[from]! + 1, Math.min(reply.index, nextProbe(raft.persistent.log, reply)));
  const role = withProgress(leader, from, next, leader.matchIndex[from]!);
  return { raft: withRole(raft, role), effects: [replicateTo(raft, role, from)] };
}

/** Where our logs may still agree: behind our last entry of the conflicting term, or before that term. */
function nextProbe(log: Log, { index, conflictTerm, conflictIndex }: AppendEntriesReply): LogIndex {
  if (conflictTerm === 0) return conflictIndex;
  const behindTerm = Math.min(log.firstIndexFromTerm(conflictTerm + 1), index);
  const holdsTerm = log.has(behindTerm - 1, conflictTerm);
  return holdsTerm ? behindTerm : conflictIndex;
}

function withProgress(leader: Leader, peer: NodeId, next: LogIndex, match: LogIndex): Leader {
  assert(next > match, () => `nextIndex ${next} of n${peer} is not above its matchIndex ${match}`);
  const nextIndex = leader.nextIndex.slice();
  const matchIndex = leader.matchIndex.slice();
  nextIndex[peer] = next;
  matchIndex[peer] = match;
  return { kind: 'leader', nextIndex, matchIndex };
}

/** Entries from nextIndex on, or the snapshot when they were compacted away (section 7). */
function replicateTo(raft: Raft, leader: Leader, peer: NodeId): RaftEffect {
  const { log, currentTerm } = raft.persistent;
  const next = leader.nextIndex[peer]!;
  if (next <= log.baseIndex) return send(peer, installSnapshotFor(raft));
  return send(peer, {
    kind: 'appendEntries',
    term: currentTerm,
    prevLogIndex: next - 1,
    prevLogTerm: log.termAt(next - 1),
    entries: log.from(next, raft.config.entriesPerMessageMax),
    leaderCommit: raft.commitIndex,
  });
}

function leaderOf(raft: Raft): Leader {
  const { role } = raft;
  assert(role.kind === 'leader', () => `n${raft.config.id} replicates but does not lead`);
  return role;
}
