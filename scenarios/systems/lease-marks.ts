/**
 * What a step did of a lease (dissertation 6.4.1), where, and against which rule: when one may begin, what it rests on,
 * what is answered by it, and that servers keep what they promised for it.
 */
import { outvotedIn, votingSets } from '../../checkers/raft/quorum.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { PendingRead, Rounds } from '../../core/raft/office.ts';
import type { LeaseBound, Raft, RaftConfig } from '../../core/raft/state.ts';
import type { Mark } from '../../harness/system.ts';
import { places } from './code-places.ts';
import { handlerOf, marked, type RaftChange } from './mark.ts';

/** Empty where the plan has no leases. */
export const leaseMarks = (change: RaftChange): readonly Mark[] =>
  change.after.config.lease === undefined
    ? []
    : [...begunMarks(change), ...heldMarks(change), ...answeredMarks(change), ...forgottenMarks(change)];

const roundsOf = ({ role }: Raft): Rounds | null => (role.kind === 'leader' ? role.office?.rounds ?? null : null);

/** Without CheckQuorum nobody keeps from voting for a leader's sake: there is nothing that a lease could rest on. */
const isPromised = ({ checkQuorum }: RaftConfig): boolean => checkQuorum === true;
const notPromised = 'without CheckQuorum no server keeps from voting for a leader: there is no lease (6.4.1)';

const ms = (us: number): string => `${us / 1000} ms`;
const longestUs = ({ driftPer1000, promiseUs }: LeaseBound): number =>
  Math.floor((promiseUs * (1000 - driftPer1000)) / (1000 + driftPer1000));

/** A round, and how long a lease by it would last. */
function begunMarks({ before, after, effects, event }: RaftChange): readonly Mark[] {
  const { config } = after;
  const timer = effects.find((effect) => effect.kind === 'setTimer' && /^lease\d/.test(effect.timer));
  if (timer?.kind !== 'setTimer') return [];
  const { max: forUs } = timer.afterUs;
  const [old, now] = [roundsOf(before)?.begun ?? 0, roundsOf(after)?.begun ?? 0];
  if (now === old) {
    return [
      marked(
        'lease', [handlerOf(event), places.beginTimedRound], `begins a lease for ${ms(forUs)}, and no round`,
        'a lease begins when its round does: the servers promised when they heard it, not when they answered (6.4.1)',
      ),
    ];
  }
  const { driftPer1000, promiseUs } = config.lease!;
  const safeUs = longestUs(config.lease!);
  const says = `begins round ${now}, by which a lease lasts ${ms(forUs)} of its clock from here`;
  if (!isPromised(config)) return [marked('lease', [places.leaseUs, places.beginTimedRound], says, notPromised)];
  const against =
    forUs <= safeUs
      ? null
      : `servers keep from voting for ${ms(promiseUs)} of their clocks, which may be wrong by ${driftPer1000} in 1000: ${ms(safeUs)} are safe (6.4.1)`;
  const at = [places.beginTimedRound, places.leaseUs];
  return [marked('lease', against === null ? at : at.toReversed(), says, against)];
}

/** Whoever has answered a round by which a lease counts, in the order of their ids; the leader answers its own. */
function answeredBy(raft: Raft, { answered, begun, expired = 0 }: Rounds): readonly NodeId[] {
  return answered.flatMap((round, server) => ((server === raft.config.id ? begun : round) > expired ? [server] : []));
}

/** Null while it has one: of which servers there is no majority. */
const lacking = (
  raft: Raft, by: readonly NodeId[],
): { readonly held: number; readonly of: number } | null =>
  outvotedIn(votingSets(raft, raft.config.clusterSize), (server) => by.includes(server));

/** The latest round that a majority of each set has answered; of its own every one. */
function agreedRound(raft: Raft, { answered, begun }: Rounds): number {
  const latest = votingSets(raft, raft.config.clusterSize).map((set) => {
    const rounds = set.map((server) => (server === raft.config.id ? begun : answered[server]!));
    return rounds.sort((one, other) => other - one)[set.length >> 1] ?? 0;
  });
  return Math.min(...latest);
}

const mayBeDeposed = ({ role }: Raft): boolean => role.kind === 'leader' && role.office?.mayBeDeposed === true;

/** The round by which it has a lease; 0 for none. */
function leasedRound(raft: Raft): number {
  const rounds = roundsOf(raft);
  if (rounds === null || !isPromised(raft.config) || mayBeDeposed(raft)) return 0;
  const round = agreedRound(raft, rounds);
  return round > (rounds.expired ?? 0) ? round : 0;
}

/** A lease that is new or lasts longer now, and one that is over. */
function heldMarks({ before, after, nameOf }: RaftChange): readonly Mark[] {
  const now = roundsOf(after);
  const [was, is] = [leasedRound(before), leasedRound(after)];
  if (now === null || is === was || (is > 0 && is < was)) return [];
  if (is === 0) {
    const why = mayBeDeposed(after)
      ? 'it has told another server to stand for election'
      : 'no majority has answered a round that counts still';
    return [marked('lease', [places.hasLease, places.onLeaseOver], `has no lease any more: ${why}`)];
  }
  const by = now.answered.flatMap((round, server) => (server === after.config.id || round >= is ? [server] : []));
  return [
    marked(
      'lease', [places.hasLease, places.confirmedRound],
      `has a lease from when round ${is} began, which ${by.map(nameOf).join(' ')} answered`,
    ),
  ];
}

/** What it answers without asking anybody, which waited for this timer. */
function answeredMarks(change: RaftChange): readonly Mark[] {
  const { before, after, event } = change;
  const [old, now] = [roundsOf(before), roundsOf(after)];
  if (event.kind !== 'timer' || event.timer !== 'leaseRead' || old === null || now === null) return [];
  const isAsked = ({ client, sequence }: PendingRead): boolean =>
    now.reads.some((one) => one.client === client && one.sequence === sequence);
  return (old.leased ?? []).filter((read) => !isAsked(read)).map((read) => answeredMark(change, old, read));
}

function answeredMark(
  { before, after: { config }, nameOf }: RaftChange, rounds: Rounds, { client, index, sequence }: PendingRead,
): Mark {
  const by = answeredBy(before, rounds);
  const few = lacking(before, by);
  const rests =
    by.length === 0 ? 'no round counts still' : `${by.map(nameOf).join(' ')} answered a round that counts still`;
  const against = !isPromised(config) ? notPromised
    : mayBeDeposed(before) ? 'it has told another server to stand for election, which lets its voters off (6.4.1)'
      : few !== null ? `${few.held} of ${few.of} who have a vote are no majority (6.4.1)` : null;
  return marked(
    'leased', [isPromised(config) ? places.hasLease : places.leaseUs, places.onLeaseRead],
    `answers the read ${sequence} of ${nameOf(client)} at index ${index} under its lease: ${rests}`, against,
    { client, sequence, index },
  );
}

const keeps = ({ role }: Raft): boolean => role.kind === 'follower' && role.hasContact === true;

/** A later term that is heard of lets nobody off. */
function forgottenMarks({ before, after, event }: RaftChange): readonly Mark[] {
  if (!isPromised(after.config) || event.kind !== 'message' || after.role.kind !== 'follower') return [];
  if (!keeps(before) || keeps(after)) return [];
  return [
    marked(
      'promise', [places.keepsPromise],
      `hears of term ${after.persistent.currentTerm}, and keeps from voting no more`,
      'who has heard a leader keeps from voting until its time is over, in a later term as well (6.4.1)',
      { term: after.persistent.currentTerm },
    ),
  ];
}

/** What a server may have promised before it fell, it cannot know. */
export function promiseAtStart(raft: Raft): readonly Mark[] {
  const { config, persistent: { currentTerm: term } } = raft;
  if (config.lease === undefined || !isPromised(config) || term === 0) return [];
  const at = [places.startsWithPromise];
  return keeps(raft)
    ? [marked('promise', at, 'keeps from voting: it may have promised to before it fell', null, { term })]
    : [
        marked(
          'promise', at, 'would vote at once',
          `it was in term ${term} before it fell, and may have promised a leader to keep from voting (6.4.1)`, { term },
        ),
      ];
}
