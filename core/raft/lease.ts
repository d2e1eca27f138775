/**
 * Leases (dissertation 6.4.1): a leader whose round of heartbeats a majority has answered leads for as long as these
 * servers keep from voting, which is the least election timeout since they heard it. It cannot know when that was, but
 * when it asked: so its lease begins with the round, and is shorter by as much as clocks may differ.
 *
 * A reducer has no clock: for each of the last rounds a timer says when a lease by it is over. Servers keep their
 * promise over a restart and into a later term (CheckQuorum is the promise: without it there is no lease); and a leader
 * that has told somebody to stand for election has let them off it.
 */
import { beginRound, confirmedRound } from './rounds.ts';
import { inContact } from './contact.ts';
import type { Office, Rounds } from './office.ts';
import { stay, withOffice, withRole, type Raft, type RaftConfig, type RaftEffect, type RaftStep } from './state.ts';

/** So many rounds have a timer each; what is older is over. */
const slots = 8;

/** How long a lease lasts from the beginning of its round; null where there is none. */
export function leaseUs({ checkQuorum, lease }: RaftConfig): number | null {
  if (lease === undefined || checkQuorum !== true) return null;
  const { driftPer1000, promiseUs } = lease;
  return Math.floor((promiseUs * (1000 - driftPer1000)) / (1000 + driftPer1000));
}

/** A round, and the time from which a lease by it counts. */
export function beginTimedRound(raft: Raft, office: Office, rounds: Rounds): RaftStep {
  const forUs = leaseUs(raft.config);
  if (forUs === null) return beginRound(raft, office, rounds);
  const round = rounds.begun + 1;
  const begun = beginRound(raft, office, { ...rounds, expired: Math.max(rounds.expired ?? 0, round - slots) });
  const timer: RaftEffect = { kind: 'setTimer', timer: `lease${round % slots}`, afterUs: { min: forUs, max: forUs } };
  return { raft: begun.raft, effects: [timer, ...begun.effects] };
}

/** Of the rounds with this timer it is the last one whose lease is over. */
export function onLeaseOver(raft: Raft, timer: string): RaftStep {
  const office = raft.role.kind === 'leader' ? raft.role.office : undefined;
  if (office?.rounds === undefined) return stay(raft);
  const { rounds } = office;
  const back = (rounds.begun - Number(timer.slice('lease'.length)) + slots) % slots;
  return stay(
    withOffice(raft, { ...office, rounds: { ...rounds, expired: Math.max(rounds.expired ?? 0, rounds.begun - back) } }),
  );
}

export function hasLease(raft: Raft): boolean {
  const { config, role } = raft;
  if (
    leaseUs(config) === null ||
    role.kind !== 'leader' ||
    role.office?.rounds === undefined ||
    role.office.mayBeDeposed === true
  )
    return false;
  return confirmedRound(raft, role.office.rounds) > (role.office.rounds.expired ?? 0);
}

/** Who has been in a term may have promised something before it fell, and does not know: it waits as if it had. */
export function startsWithPromise(raft: Raft): RaftStep {
  return leaseUs(raft.config) === null || raft.persistent.currentTerm === 0 ? stay(raft) : inContact(stay(raft));
}

/** A later term that is heard of by the way lets nobody off what it promised. */
export function keepsPromise(before: Raft, step: RaftStep): RaftStep {
  const { config, role } = step.raft;
  if (before.role.kind !== 'follower' || before.role.hasContact !== true || leaseUs(config) === null) return step;
  if (role.kind !== 'follower' || role.hasContact === true) return step;
  return {
    raft: withRole(step.raft, { kind: 'follower', leaderId: role.leaderId, hasContact: true }),
    effects: step.effects,
  };
}

export const isLeaseTimer = (timer: string): boolean => timer.startsWith('lease') && timer !== readTimer;
export const readTimer = 'leaseRead';
