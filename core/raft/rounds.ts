/**
 * Rounds of heartbeats by which a leader learns that it still leads (dissertation 6.4): a majority that answers a round
 * followed this leader at some moment behind the round's beginning, and so nobody led a later term before it.
 */
import type { NodeId } from '../protocol.ts';
import { peersOf, reachedByMajority } from './configuration.ts';
import type { Heartbeat, HeartbeatReply } from './option-messages.ts';
import type { Office, Rounds } from './office.ts';
import { restartElectionTimer, send, withOffice, withRole, type Raft, type RaftStep } from './state.ts';

export const noRounds = (clusterSize: number): Rounds => ({
  begun: 0, answered: new Array<number>(clusterSize).fill(0), reads: [], confirmed: [],
});

/** A letter to every follower, with nothing in it but the round's number. */
export function beginRound(raft: Raft, office: Office, rounds: Rounds): RaftStep {
  const { currentTerm: term } = raft.persistent;
  const round = rounds.begun + 1;
  return {
    raft: withOffice(raft, { ...office, rounds: { ...rounds, begun: round } }),
    effects: peersOf(raft).map((peer) => send(peer, { kind: 'heartbeat', term, round })),
  };
}

/** Word of the leader of our term, or of one that is out of date and is told so. */
export function onHeartbeat(raft: Raft, from: NodeId, { term, round }: Heartbeat): RaftStep {
  const { currentTerm } = raft.persistent;
  if (term < currentTerm)
    return { raft, effects: [send(from, { kind: 'heartbeatReply', term: currentTerm, round: 0 })] };
  const { raft: follower, effects } = underLeader(raft, from);
  return { raft: follower, effects: [...effects, send(from, { kind: 'heartbeatReply', term: currentTerm, round })] };
}

/** Word of the leader of our term, whatever it says. */
export function underLeader(raft: Raft, from: NodeId): RaftStep {
  const { role } = raft;
  const isKnown = role.kind === 'follower' && role.leaderId === from;
  return {
    raft: isKnown ? raft : withRole(raft, { kind: 'follower', leaderId: from }), effects: [restartElectionTimer(raft)],
  };
}

/** Answers may come late and out of order: of each server the latest round counts. */
export function withAnswer(rounds: Rounds, from: NodeId, { round }: HeartbeatReply): Rounds {
  return round <= rounds.answered[from]! ? rounds : { ...rounds, answered: rounds.answered.with(from, round) };
}

/** The latest round that a majority has answered, the leader itself among them. */
export const confirmedRound = (raft: Raft, { begun, answered }: Rounds): number =>
  reachedByMajority(raft, answered.with(raft.config.id, begun));
