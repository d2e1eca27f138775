/** What a leader believes of its followers, held against their disks; and that it only appends. */
import type { NodeId } from '../../core/protocol.ts';
import type { LogIndex } from '../../core/raft/log.ts';
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
