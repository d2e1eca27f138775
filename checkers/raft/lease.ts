/**
 * Reads under a lease: what the lease rests on, and that servers keep what they promised for it (dissertation 6.4.1).
 */
import type { NodeId } from '../../core/protocol.ts';
import type { Rounds } from '../../core/raft/office.ts';
import type { Raft, RaftConfig } from '../../core/raft/state.ts';
import { outvotedIn, votingSets } from './quorum.ts';
import { ofStep } from './raft-step.ts';

const roundsOf = (raft: Raft | null): Rounds | null =>
  raft?.role.kind === 'leader' ? (raft.role.office?.rounds ?? null) : null;
const hasContact = ({ role }: Raft): boolean => role.kind === 'follower' && role.hasContact === true;
const mayLease = ({ checkQuorum, lease }: RaftConfig): boolean => checkQuorum === true && lease !== undefined;

/** A read that goes on to a round is one by ReadIndex. */
export const readUnderLease = ofStep({
  name: 'Read Under Lease',
  source: 'dissertation, 6.4.1',
  says: 'A leader answers without asking only while a round counts that a majority has answered, where servers keep from voting, and has told nobody to stand for election',
  when: 'woken',
  on: ['leaseRead'],
  check({ node, before, after, event }) {
    const [old, now] = [roundsOf(before), roundsOf(after)];
    if (event?.kind !== 'timer' || event.timer !== 'leaseRead' || old === null || now === null) return null;
    const asked = new Set(now.reads.map(({ client, sequence }) => `${client} ${sequence}`));
    const read = (old.leased ?? []).find(({ client, sequence }) => !asked.has(`${client} ${sequence}`));
    if (read === undefined) return null;
    const who = `n${node} answers a read of c${read.client - after.config.clusterSize} without asking`;
    if (!mayLease(after.config)) return `${who}, where no server keeps from voting for its sake`;
    if (before!.role.kind === 'leader' && before!.role.office!.mayBeDeposed === true)
      return `${who}, and has told another server to stand for election`;
    const isOwn = old.begun > (old.expired ?? 0);
    const hasAnswered = (server: NodeId): boolean =>
      server === node ? isOwn : old.answered[server]! > (old.expired ?? 0);
    const few = outvotedIn(votingSets(before!, after.config.clusterSize), hasAnswered);
    return few === null
      ? null
      : `${who}, and ${few.held} of ${few.of} servers have answered a round that counts`;
  },
});

export const leaseBeginsWithRound = ofStep({
  name: 'Lease Begins With Its Round',
  source: 'dissertation, 6.4.1',
  says: 'A lease is counted from the beginning of its round, and is shorter than the promise by as much as clocks may differ',
  when: 'led',
  check({ node, before, after, effects }) {
    const { lease } = after.config;
    const set = effects.find((effect) => effect.kind === 'setTimer' && /^lease\d/.test(effect.timer));
    if (set?.kind !== 'setTimer') return null;
    if ((roundsOf(after)?.begun ?? 0) === (roundsOf(before)?.begun ?? 0))
      return `n${node} begins a lease, and no round`;
    const { promiseUs, driftPer1000 } = lease!;
    const longestUs = (promiseUs * (1000 - driftPer1000)) / (1000 + driftPer1000);
    return set.afterUs.max <= longestUs
      ? null
      : `n${node} takes a lease for ${set.afterUs.max} us, where ${Math.floor(longestUs)} us are safe`;
  },
});

/** Letters come late and out of order. What a majority has answered would be taken back, and reads wait again. */
export const answeredRoundsAreKept = ofStep({
  name: 'Answered Rounds Are Kept',
  source: 'dissertation, 6.4',
  says: 'Of each server a leader keeps the latest round that it answered, and takes none for answered that is not begun',
  when: 'led',
  check({ node, before, after }) {
    const [old, now] = [roundsOf(before), roundsOf(after)];
    if (now === null || now === old) return null;
    const isSameReign = old !== null && before!.persistent.currentTerm === after.persistent.currentTerm;
    for (let server = 0; server < now.answered.length; server++) {
      const round = now.answered[server]!;
      if (isSameReign && round < old.answered[server]!)
        return `n${node} takes back that n${server} has answered round ${old.answered[server]}, for round ${round}`;
      if (round > now.begun)
        return `n${node} has n${server} answer round ${round}, and the last one that it began is ${now.begun}`;
    }
    return null;
  },
});

const leaseTimers = Array.from({ length: 8 }, (_, slot) => `lease${slot}`);

export const leaseIsOverByItsTimer = ofStep({
  name: 'Lease Is Over By Its Timer',
  source: 'dissertation, 6.4.1',
  says: 'When the timer of a lease fires, it is over, and so are those of earlier rounds, and no others',
  when: 'woken',
  on: leaseTimers,
  check({ node, before, after, event }) {
    const [old, now] = [roundsOf(before), roundsOf(after)];
    if (event?.kind !== 'timer' || old === null || now === null || !leaseTimers.includes(event.timer)) return null;
    const slot = leaseTimers.indexOf(event.timer);
    let round = old.begun;
    while (round > 0 && round % leaseTimers.length !== slot) round -= 1;
    const over = Math.max(old.expired ?? 0, round);
    return (now.expired ?? 0) === over
      ? null
      : `n${node} takes the leases up to round ${now.expired ?? 0} for over, and that of round ${over} is`;
  },
});

/** A fall, or a later term, is no reason to vote sooner: a leader counts on it, and may not have heard. */
export const promiseIsKept = ofStep({
  name: 'Promise Is Kept',
  source: 'dissertation, 6.4.1',
  says: 'Where there are leases, who has heard a leader keeps from voting until a timer says that its time is over, also over a restart',
  when: 'moved',
  check({ node, before, after, event }) {
    if (!mayLease(after.config)) return null;
    const { currentTerm } = after.persistent;
    if (before === null)
      return currentTerm === 0 || hasContact(after)
        ? null
        : `n${node} starts in term ${currentTerm} and would vote at once`;
    if (event?.kind !== 'message' || !hasContact(before) || after.role.kind !== 'follower') return null;
    return hasContact(after) ? null : `n${node} hears of term ${currentTerm} and forgets that it has heard a leader`;
  },
});
