/**
 * Contact with a leader (dissertation 9.6 and 4.2.3): whoever has heard the present leader within the least election
 * timeout has no reason to vote for somebody else. Kept only where PreVote or CheckQuorum ask for it.
 *
 * A reducer has no clock: the timer "contact" says when the least election timeout is over.
 */
import { withRole, type Raft, type RaftConfig, type RaftStep } from './state.ts';

const keepsContact = ({ preVote, checkQuorum }: RaftConfig): boolean => preVote === true || checkQuorum === true;

/** A step in which a request of the present leader was taken. */
export function inContact({ raft, effects }: RaftStep): RaftStep {
  const { config, role } = raft;
  if (!keepsContact(config) || role.kind !== 'follower') return { raft, effects };
  const { contactUs, electionTimeoutUs: { min } } = config;
  const kept =
    role.hasContact === true ? raft : withRole(raft, { kind: 'follower', leaderId: role.leaderId, hasContact: true });
  return {
    raft: kept,
    effects: [{ kind: 'setTimer', timer: 'contact', afterUs: contactUs ?? { min, max: min } }, ...effects],
  };
}

export function onContactLost(raft: Raft): RaftStep {
  const { role } = raft;
  if (role.kind !== 'follower') return { raft, effects: [] };
  return { raft: withRole(raft, { kind: 'follower', leaderId: role.leaderId }), effects: [] };
}

/** A leader is in contact with itself: one that has lost its followers finds out by CheckQuorum. */
export const hasContact = ({ role }: Raft): boolean =>
  role.kind === 'leader' || (role.kind === 'follower' && role.hasContact === true);
