/**
 * Leadership transfer (dissertation 3.10): a leader that is asked to hands its leadership over to another server. It
 * takes no proposals meanwhile, brings that server up to date as ever, and tells it to stand for election at once
 * (TimeoutNow); when nothing has come of it within an election timeout it goes on as before.
 *
 * Who stands at its leader's wish passes the guards of PreVote and CheckQuorum: they keep a leader from being deposed
 * that does not want to be.
 */
import type { NodeId } from '../protocol.ts';
import { configurationOf, mayStand } from './configuration.ts';
import { onElectionTimeout } from './election.ts';
import type { RequestVote } from './messages.ts';
import type { TimeoutNow, TransferLeadership } from './option-messages.ts';
import type { Transfer } from './office.ts';
import { send, stay, withOffice, type Raft, type RaftEffect, type RaftStep } from './state.ts';

/** An operator asks; one that is asked while it hands over already goes on with that. */
export function onTransferLeadership(raft: Raft, { to }: TransferLeadership): RaftStep {
  const { config, role } = raft;
  if (
    config.transfer !== true ||
    role.kind !== 'leader' ||
    role.office === undefined ||
    role.office.transfer !== undefined
  )
    return stay(raft);
  if (to === config.id || !hasVote(raft, to)) return stay(raft);
  const begun = withOffice(raft, { ...role.office, transfer: { to, isTold: false } });
  return tellWhenUpToDate({
    raft: begun, effects: [{ kind: 'setTimer', timer: 'transfer', afterUs: config.electionTimeoutUs }],
  });
}

/**
 * Nobody is handed over to who could not be elected, or not for long: a learner, and who has not come yet or is to
 * leave, also when it votes in the old set still.
 */
function hasVote(raft: Raft, server: NodeId): boolean {
  const configuration = configurationOf(raft);
  return configuration === null ? server < raft.config.clusterSize : configuration.voters.includes(server);
}

/** Step 3, as soon as the other's log matches ours: once, and a letter that is lost is given up with the transfer. */
export function tellWhenUpToDate(step: RaftStep): RaftStep {
  const { raft, effects } = step;
  const { role, persistent: { currentTerm: term, log } } = raft;
  const transfer = transferOf(raft);
  if (role.kind !== 'leader' || transfer === null || transfer.isTold || role.matchIndex[transfer.to]! < log.lastIndex)
    return step;
  const told = withOffice(raft, { ...role.office!, transfer: { to: transfer.to, isTold: true }, mayBeDeposed: true });
  return { raft: told, effects: [...effects, send(transfer.to, { kind: 'timeoutNow', term })] };
}

/** The other one is down, behind, or was not elected: its clients may go on here. */
export function giveUpTransfer(raft: Raft): RaftStep {
  if (raft.role.kind !== 'leader' || transferOf(raft) === null) return stay(raft);
  const { transfer: _, ...office } = raft.role.office!;
  return stay(withOffice(raft, office));
}

/**
 * As if the election timer had fired; there is nobody to be asked first. Who was told before it was taken out, and has
 * left by now, waits.
 */
export function onTimeoutNow(raft: Raft, { term }: TimeoutNow): RaftStep {
  if (raft.role.kind === 'leader' || term !== raft.persistent.currentTerm || !mayStand(raft)) return stay(raft);
  const stood = onElectionTimeout(raft);
  return { raft: stood.raft, effects: stood.effects.map(atLeadersWish) };
}

/** So that who hears the leader that wishes it does not take the request for a disruption (4.2.3). */
const atLeadersWish = (effect: RaftEffect): RaftEffect =>
  effect.kind !== 'send' || effect.message.kind !== 'requestVote'
    ? effect
    : send(effect.to, { ...effect.message, kind: 'requestTransferVote' });

/** What is asked for is a vote like any other. */
export const asVote = ({ term, lastLogIndex, lastLogTerm }: Omit<RequestVote, 'kind'>): RequestVote => ({
  kind: 'requestVote', term, lastLogIndex, lastLogTerm,
});

const transferOf = ({ role }: Raft): Transfer | null => (role.kind === 'leader' ? role.office?.transfer ?? null : null);

/** To whom this leader hands over: what it took into its log now might be lost with it. */
export const handingOverTo = (raft: Raft): NodeId | null => transferOf(raft)?.to ?? null;
