/** Leases and the promises that they rest on (dissertation 6.4.1). */
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Rounds } from '../../core/raft/office.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { Event } from '../../core/protocol.ts';
import { situationsOf } from './situation.ts';

/** A step of a server whose plan has leases. */
export interface LeaseStep {
  readonly before: Raft;
  readonly after: Raft;
  readonly event: Event<unknown, unknown>;
}

const roundsOf = ({ role }: Raft): Rounds | null => (role.kind === 'leader' ? role.office?.rounds ?? null : null);
const isReadTimer = ({ event }: LeaseStep): boolean => event.kind === 'timer' && event.timer === 'leaseRead';
const leasedOf = (raft: Raft): number => roundsOf(raft)?.leased?.length ?? 0;
const asked = ({ after }: LeaseStep): number => roundsOf(after)?.reads.length ?? 0;
const isLeased = (step: LeaseStep): boolean => isReadTimer(step) && leasedOf(step.before) > 0 && asked(step) === 0;
const hadContact = ({ before: { role } }: LeaseStep): boolean => role.kind === 'follower' && role.hasContact === true;
const heard = ({ event }: LeaseStep): AnyRaftMessage | null =>
  event.kind === 'message' ? (event.message as AnyRaftMessage) : null;

export const leases = situationsOf<LeaseStep>()({
  readsUnderLease: {
    says: 'A leader answers without asking anybody',
    seen: isLeased,
  },
  leasesWithinChange: {
    says: 'A leader answers without asking anybody while a change of who takes part is not committed',
    seen: (step) => isLeased(step) && step.before.persistent.log.configurationIndex > step.before.commitIndex,
  },
  leasesOfTwoSets: {
    says: 'A leader answers without asking anybody while its configuration is joint',
    seen: (step) => isLeased(step) && step.before.persistent.log.configuration?.outgoing !== undefined,
  },
  leasesOverWhenRead: {
    says: 'A lease that a leader had when it was asked is over when it answers, because it stood still',
    seen: (step) => isReadTimer(step) && leasedOf(step.before) > 0 && asked(step) > 0,
  },
  promisesOfThePast: {
    says: 'A server that has just started, and may have promised something, does not look at a request for its vote',
    seen: (step) =>
      heard(step)?.kind === 'requestVote' &&
      hadContact(step) &&
      step.before === step.after &&
      step.before.role.kind === 'follower' &&
      step.before.role.leaderId === null,
  },
  promisesIntoLaterTerm: {
    says: 'A server hears of a later term, and keeps what it promised in an earlier one',
    seen: (step) =>
      hadContact(step) &&
      heard(step) !== null &&
      step.after.persistent.currentTerm > step.before.persistent.currentTerm &&
      step.after.role.kind === 'follower' &&
      step.after.role.leaderId === null &&
      step.after.role.hasContact === true,
  },
});
