/**
 * CheckQuorum (dissertation 6.2, 4.2.3): a leader that no majority has answered for an election timeout steps down, so
 * that its clients look elsewhere; and who hears a leader lets nobody depose it.
 */
import type { NodeId } from '../protocol.ts';
import { isQuorum } from './configuration.ts';
import { hasContact } from './contact.ts';
import type { Office } from './office.ts';
import { restartElectionTimer, withOffice, withRole, type Raft, type RaftStep } from './state.ts';

/**
 * No majority has answered since the timer was set: what we lead is no cluster. The term stays, and so does the vote in
 * it.
 */
export function stepDown(raft: Raft): RaftStep {
  return { raft: withRole(raft, { kind: 'follower', leaderId: null }), effects: [restartElectionTimer(raft)] };
}

/** From now on a majority must be heard. The timer that ran while we stood for election may end at any moment. */
export const watchQuorum = ({ raft, effects }: RaftStep): RaftStep => ({
  raft, effects: [restartElectionTimer(raft), ...effects],
});

/** Any answer of our term shows that its sender follows us, a refusal too. With a majority the time begins anew. */
export function heardFrom({ raft, effects }: RaftStep, office: Office, from: NodeId): RaftStep {
  const { heard } = office;
  if (heard.includes(from)) return { raft, effects };
  if (!isQuorum(raft, [...heard, from, raft.config.id]))
    return { raft: withOffice(raft, { ...office, heard: [...heard, from] }), effects };
  return {
    raft: heard.length === 0 ? raft : withOffice(raft, { ...office, heard: [] }),
    effects: [restartElectionTimer(raft), ...effects],
  };
}

/** Whether a request for a vote is not even looked at, so that it does not depose a leader whom a majority hears. */
export const isIgnored = (raft: Raft): boolean => raft.config.checkQuorum === true && hasContact(raft);
