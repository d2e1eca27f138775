/**
 * PreVote (dissertation 9.6): before it raises its term, a server asks whether it could win. So one that was cut off
 * comes back with the term that it left with, and deposes nobody.
 *
 * Neither asking nor answering changes a term or a vote, or puts off a timer of who answers: a promise that costs
 * nothing may be given to many.
 */
import type { NodeId } from '../protocol.ts';
import { isAlone, isQuorum, votersBeside } from './configuration.ts';
import { hasContact } from './contact.ts';
import { adoptTerm, onElectionTimeout, onRequestVote } from './election.ts';
import type { RequestPreVote, RequestPreVoteReply } from './option-messages.ts';
import { restartElectionTimer, send, stay, withRole, type Raft, type RaftStep } from './state.ts';

/** No word from a leader: ask the others whether they would vote for us in the next term. */
export function askForPreVotes(raft: Raft): RaftStep {
  const { config, persistent: { currentTerm, log } } = raft;
  if (isAlone(raft)) return onElectionTimeout(raft);
  const request: RequestPreVote = {
    kind: 'requestPreVote', term: currentTerm + 1, lastLogIndex: log.lastIndex, lastLogTerm: log.lastTerm,
  };
  return {
    raft: withRole(raft, { kind: 'preCandidate', votes: [config.id] }),
    effects: [restartElectionTimer(raft), ...votersBeside(raft).map((peer) => send(peer, request))],
  };
}

/**
 * A grant carries the term that was asked for, so that it is not taken for an answer of the past; a refusal
 * carries ours, so that somebody whose term is behind learns of it.
 */
export function onRequestPreVote(raft: Raft, from: NodeId, request: RequestPreVote): RaftStep {
  const voteGranted = !hasContact(raft) && wouldVote(raft, from, request);
  const term = voteGranted ? request.term : raft.persistent.currentTerm;
  return { raft, effects: [send(from, { kind: 'requestPreVoteReply', term, voteGranted })] };
}

/** What we would do if it asked for our vote: the same question, of which nothing is kept. */
function wouldVote(raft: Raft, from: NodeId, { term, lastLogIndex, lastLogTerm }: RequestPreVote): boolean {
  const { currentTerm } = raft.persistent;
  if (term < currentTerm) return false;
  const asked = onRequestVote(term > currentTerm ? adoptTerm(raft, term) : raft, from, {
    kind: 'requestVote', term, lastLogIndex, lastLogTerm,
  });
  return asked.effects.some(
    (effect) => effect.kind === 'send' && effect.message.kind === 'requestVoteReply' && effect.message.voteGranted,
  );
}

/** What was refused in a later term has been adopted by now, and then we are no pre-candidate any more. */
export function onRequestPreVoteReply(raft: Raft, from: NodeId, reply: RequestPreVoteReply): RaftStep {
  const { role, persistent } = raft;
  if (role.kind !== 'preCandidate' || !reply.voteGranted || reply.term !== persistent.currentTerm + 1)
    return stay(raft);
  if (role.votes.includes(from)) return stay(raft);
  const votes = [...role.votes, from];
  if (isQuorum(raft, votes)) return onElectionTimeout(raft);
  return stay(withRole(raft, { kind: 'preCandidate', votes }));
}
