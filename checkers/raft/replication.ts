/** What a leader believes of its followers, held against their disks; and that it only appends. */
import type { Effect, Event, NodeId } from '../../core/protocol.ts';
import type { LogIndex } from '../../core/raft/log.ts';
import type { RaftMessage } from '../../core/raft/messages.ts';
import type { Leader, Persistent, Raft } from '../../core/raft/state.ts';
import { mustHold } from '../checker.ts';

/** Leader Append-Only (Figure 3): within its term a leader neither overwrites nor deletes entries. */
export function leaderOnlyAppends(node: NodeId, before: Raft, after: Raft): void {
  const old = before.persistent.log;
  const log = after.persistent.log;
  if (before.role.kind !== 'leader' || old === log) return;
  if (before.persistent.currentTerm !== after.persistent.currentTerm) return;
  const { lastIndex } = old;
  const isKept = log.lastIndex >= lastIndex
    && (lastIndex <= log.baseIndex || lastIndex === old.baseIndex || log.at(lastIndex) === old.at(lastIndex));
  mustHold('Leader Append-Only', isKept, () => `n${node} leads term ${after.persistent.currentTerm} and changed its log at or before entry ${lastIndex}`);
}

/** `durableOf` gives what a server's disk holds now. */
export function beliefsAreTrue(node: NodeId, before: Raft | null, after: Raft, durableOf: (node: NodeId) => Persistent): void {
  const { role } = after;
  if (role.kind !== 'leader' || role === before?.role) return;
  const isSameLeadership = before?.role.kind === 'leader' && before.persistent.currentTerm === after.persistent.currentTerm;
  const old = isSameLeadership ? (before.role as Leader).matchIndex : null;
  for (let peer = 0; peer < role.matchIndex.length; peer++) {
    if (peer === node) continue;
    const match = role.matchIndex[peer]!;
    const was = old === null ? 0 : old[peer]!;
    mustHold('Next Above Match', role.nextIndex[peer]! > match, () => `n${node} has nextIndex ${role.nextIndex[peer]} and matchIndex ${match} for n${peer}`);
    mustHold('Match Index Monotonic', match >= was, () => `n${node} took matchIndex of n${peer} back from ${was} to ${match}`);
    if (match > was) isDurableAt(node, after, peer, match, durableOf(peer));
  }
}

/** What a leader commits is on the disks of more than half of the servers (sections 5.3 and 5.4). */
export function commitIsOnMajority(node: NodeId, before: Raft, after: Raft, servers: number, durableOf: (node: NodeId) => Persistent): void {
  const { commitIndex } = after;
  if (after.role.kind !== 'leader' || commitIndex === before.commitIndex) return;
  const term = after.persistent.log.termAt(commitIndex);
  let holders = 0;
  for (let server = 0; server < servers; server++) {
    const { log } = durableOf(server);
    if (commitIndex < log.baseIndex || log.has(commitIndex, term)) holders += 1;
  }
  mustHold('Committed By Majority', holders * 2 > servers, () =>
    `n${node} leads term ${after.persistent.currentTerm} and commits entry ${commitIndex}, which ${holders} of ${servers} disks hold`);
}

type AnyEvent = Event<unknown, unknown>;
type AnyEffect = Effect<unknown, unknown, unknown>;

/**
 * What answers a request of an earlier term is out of date (section 5.1): its sender may have voted for
 * somebody else since then, or given up what it acknowledged.
 */
export function staleRepliesChangeNothing(node: NodeId, before: Raft, after: Raft, event: AnyEvent): void {
  if (event.kind !== 'message' || before === after) return;
  const { kind, term } = event.message as RaftMessage;
  const { currentTerm, votedFor } = before.persistent;
  if ((kind !== 'requestVoteReply' && kind !== 'appendEntriesReply' && kind !== 'installSnapshotReply') || term >= currentTerm) return;
  const isSame = before.role === after.role && before.commitIndex === after.commitIndex
    && currentTerm === after.persistent.currentTerm && votedFor === after.persistent.votedFor;
  mustHold('Stale Replies Change Nothing', isSame, () => `n${node} is in term ${currentTerm} and acts on what n${event.from} answered in term ${term}`);
}

/**
 * How a follower answers the leader of its term. What it knows to be committed agrees with any leader's
 * log, so a refusal there is none; and a snapshot stands for what is committed, so it is taken or held
 * already. Else the two would go on about it without end.
 */
export function answersAreTrue(node: NodeId, before: Raft, after: Raft, event: AnyEvent, effects: readonly AnyEffect[]): void {
  if (event.kind !== 'message') return;
  const request = event.message as RaftMessage;
  if (request.kind !== 'appendEntries' && request.kind !== 'installSnapshot') return;
  if (request.term !== after.persistent.currentTerm) return;
  for (const effect of effects) {
    if (effect.kind !== 'send' || effect.to !== event.from) continue;
    const reply = effect.message as RaftMessage;
    if (request.kind === 'appendEntries' && reply.kind === 'appendEntriesReply' && !reply.success) {
      mustHold('Refusal Is A Conflict', request.prevLogIndex > before.commitIndex, () =>
        `n${node} has committed up to ${before.commitIndex} and refuses what follows entry ${request.prevLogIndex}`);
    }
    if (request.kind === 'installSnapshot' && reply.kind === 'installSnapshotReply') {
      const index = request.snapshot.lastIncludedIndex;
      mustHold('Snapshot Is Taken', after.commitIndex >= index && reply.lastIncludedIndex >= index, () =>
        `n${node} answers a snapshot at ${index} with ${reply.lastIncludedIndex}, and has committed up to ${after.commitIndex}`);
    }
  }
}

/**
 * As long as a follower is in the leader's term it keeps what it acknowledged. In a later term it may
 * have been told otherwise, and nothing can be said.
 */
function isDurableAt(node: NodeId, leader: Raft, peer: NodeId, match: LogIndex, durable: Persistent): void {
  const { currentTerm, log } = leader.persistent;
  if (durable.currentTerm > currentTerm) return;
  const isThere = match < durable.log.baseIndex
    || (match <= durable.log.lastIndex && (match < log.baseIndex || log.termAt(match) === durable.log.termAt(match)));
  mustHold('Match Index Is Durable', isThere, () =>
    `n${node} leads term ${currentTerm} and counts entry ${match} as stored by n${peer}, whose disk does not hold it`);
}
