/**
 * ReadIndex (dissertation 6.4): a read that writes nothing to the log. The leader notes its commitIndex, makes sure by
 * a round of heartbeats that it leads still, and whoever has applied up to the index noted may answer.
 *
 * Many reads share a round. A read waits for a round that begins behind it: answers to an earlier one prove only
 * that we led before it was asked.
 */
import type { NodeId } from '../protocol.ts';
import type { HeartbeatReply, ReadIndex } from './option-messages.ts';
import { beginTimedRound, leaseUs } from './lease.ts';
import { confirmedRound, withAnswer } from './rounds.ts';
import type { Office, PendingRead, Rounds } from './office.ts';
import { send, stay, withOffice, type Raft, type RaftEffect, type RaftStep } from './state.ts';

/**
 * Until an entry of its own term is committed a leader does not know what its predecessors committed (6.4, step 1): its
 * reads go through the log.
 */
export function mayReadIndex({ role, commitIndex, persistent: { currentTerm, log } }: Raft): boolean {
  return role.kind === 'leader' && role.office?.rounds !== undefined && log.termAt(commitIndex) === currentTerm;
}

/** A read of a client of this server, or of another one that asks on behalf of its own. */
export function askToRead(
  raft: Raft, by: NodeId, { client, sequence }: { readonly client: NodeId; readonly sequence: number },
): RaftStep {
  const office = officeOf(raft);
  if (office === null) return stay(raft);
  const { rounds } = office;
  const isFirst = rounds.reads.length === 0;
  const read: PendingRead = { by, client, sequence, index: raft.commitIndex, round: rounds.begun + 1 };
  const asked = { ...rounds, reads: [...rounds.reads, read] };
  // Behind a round that is under way the next one takes all that have come by then.
  return isFirst ? settled(beginTimedRound(raft, office, asked)) : stay(withOffice(raft, { ...office, rounds: asked }));
}

export function onReadIndex(raft: Raft, from: NodeId, message: ReadIndex): RaftStep {
  return mayReadIndex(raft) ? askToRead(raft, from, message) : stay(raft);
}

export function onHeartbeatReply(raft: Raft, from: NodeId, reply: HeartbeatReply): RaftStep {
  const office = officeOf(raft);
  if (office === null) return stay(raft);
  const rounds = withAnswer(office.rounds, from, reply);
  return rounds === office.rounds ? stay(raft) : settled(stay(withOffice(raft, { ...office, rounds })));
}

/**
 * Letters of a round may be lost: as long as reads wait, each heartbeat begins another one. With leases each one does.
 * A leader that is alone by now is its majority, and nobody's answer will come (dissertation 4.1).
 */
export function repeatRound(step: RaftStep): RaftStep {
  const office = officeOf(step.raft);
  if (office === null || (office.rounds.reads.length === 0 && leaseUs(step.raft.config) === null)) return step;
  const begun = settled(beginTimedRound(step.raft, office, office.rounds));
  return { raft: begun.raft, effects: [...step.effects, ...begun.effects] };
}

/** Hands on what is confirmed, and begins a round for what is left. */
function settled(step: RaftStep): RaftStep {
  const { raft, effects } = step;
  const office = officeOf(raft)!;
  const { rounds } = office;
  const confirmed = confirmedRound(raft, rounds);
  const done = rounds.reads.filter(({ round }) => round <= confirmed);
  if (done.length === 0) return step;
  const left = rounds.reads.slice(done.length);
  const own = done.filter(({ by }) => by === raft.config.id);
  const after: Rounds = { ...rounds, reads: left, confirmed: [...rounds.confirmed, ...own] };
  const told = effects.concat(done.filter(({ by }) => by !== raft.config.id).map((read) => answer(raft, read)));
  const waitsForNext = left.length > 0 && left[0]!.round > rounds.begun;
  const next = waitsForNext
    ? beginTimedRound(raft, office, after)
    : stay(withOffice(raft, { ...office, rounds: after }));
  return { raft: next.raft, effects: [...told, ...next.effects] };
}

const answer = (
  { persistent: { currentTerm: term } }: Raft, { by, client, sequence, index }: PendingRead,
): RaftEffect => send(by, { kind: 'readIndexReply', term, client, sequence, index });

/** Reads that may be answered once their index is applied, and Raft without them. */
export function takeConfirmed(raft: Raft): { readonly raft: Raft; readonly reads: readonly PendingRead[] } {
  const office = officeOf(raft);
  if (office === null || office.rounds.confirmed.length === 0) return { raft, reads: [] };
  return {
    raft: withOffice(raft, { ...office, rounds: { ...office.rounds, confirmed: [] } }), reads: office.rounds.confirmed,
  };
}

const officeOf = ({ role }: Raft): (Office & { readonly rounds: Rounds }) | null =>
  role.kind === 'leader' && role.office?.rounds !== undefined ? { ...role.office, rounds: role.office.rounds } : null;
