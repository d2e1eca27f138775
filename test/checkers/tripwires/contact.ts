/** PreVote and CheckQuorum: whom a leader is protected from (dissertation 9.6, 6.2, 4.2.3). */
import type { Role } from '../../../core/raft/state.ts';
import { accepts, appends, asksPreVote, asksVote, preVotes, timeoutNow, votes } from '../support/messages.ts';
import { boots, follows, hears, leads, stands, steps, type Happening } from '../support/stage.ts';
import type { Tripwire } from '../support/tripwire.ts';

const both = { preVote: true, checkQuorum: true };
const hearsOf = (leaderId: number): Role => ({ kind: 'follower', leaderId, hasContact: true });
const asks = (...of: readonly number[]): Role => ({ kind: 'preCandidate', votes: of });
const allInTerm1 = (options: object): readonly Happening[] => [
  boots(0, { as: { options } }), boots(1, { as: { options } }), boots(2, { as: { options } }),
  steps(0, { role: asks(0, 1) }), steps(0, { term: 1, vote: 0 }), steps(1, { term: 1, vote: 0 }),
  steps(0, { role: leads([0, 0, 0]) }),
];
const n1Hears = (options: object): readonly Happening[] => [
  ...allInTerm1(options), hears(1, 0, appends(1, 0), { role: hearsOf(0) }, [[0, accepts(1, 0)]]),
];
/** n1 heard n0 once, and not for long. */
const n1Waits = [...n1Hears(both), steps(1, { role: follows(0) })];
const timer = (name: string) => ({ event: { kind: 'timer', timer: name } as const });

export const contact: readonly Tripwire[] = [
  {
    property: 'Pre-Vote Changes Nothing', what: 'a pre-vote raises the term', given: n1Waits,
    broken: [hears(1, 2, asksPreVote(2), { term: 2, vote: null }, [[2, preVotes(2)]])],
    mended: [hears(1, 2, asksPreVote(2), {}, [[2, preVotes(2)]])],
  },
  {
    property: 'Pre-Vote Changes Nothing', what: 'a pre-vote passes for word of a leader', given: n1Waits,
    broken: [hears(1, 2, asksPreVote(2), { role: hearsOf(0) }, [[2, preVotes(2)]])],
    mended: [hears(1, 2, asksPreVote(2), {}, [[2, preVotes(2)]])],
  },
  {
    property: 'Leader In Contact Is Kept', what: 'who hears a leader grants a pre-vote',
    given: n1Hears({ preVote: true }), broken: [hears(1, 2, asksPreVote(2), {}, [[2, preVotes(2)]])],
    mended: [hears(1, 2, asksPreVote(2), {}, [[2, preVotes(1, false)]])],
  },
  {
    property: 'Leader In Contact Is Kept', what: 'a leader grants a pre-vote', given: n1Hears({ preVote: true }),
    broken: [hears(0, 2, asksPreVote(2), {}, [[2, preVotes(2)]])],
    mended: [hears(0, 2, asksPreVote(2), {}, [[2, preVotes(1, false)]])],
  },
  {
    property: 'Leader In Contact Is Kept',
    what: 'who hears a leader follows a candidate',
    given: n1Hears({ checkQuorum: true }),
    broken: [hears(1, 2, asksVote(2), { term: 2, vote: 2, role: follows(2) }, [[2, votes(2)]])],
    mended: [hears(1, 2, asksVote(2))],
  },
  {
    property: 'Leader In Contact Is Kept', what: 'a leader that is heard is forgotten at once',
    given: allInTerm1({ preVote: true }),
    broken: [hears(1, 0, appends(1, 0), { role: follows(0) }, [[0, accepts(1, 0)]])],
    mended: [hears(1, 0, appends(1, 0), { role: hearsOf(0) }, [[0, accepts(1, 0)]])],
  },
  {
    property: 'Stands On Pre-Votes', what: 'a server stands for election without asking', given: n1Waits,
    broken: [steps(1, { term: 2, vote: 1 }, timer('election'))],
    mended: [steps(1, { role: asks(1) }, timer('election'))],
  },
  {
    property: 'Stands On Pre-Votes', what: 'a refusal counts as a pre-vote',
    given: [...n1Waits, steps(1, { role: asks(1) })], broken: [hears(1, 2, preVotes(2, false), { term: 2, vote: 1 })],
    mended: [hears(1, 2, preVotes(2), { term: 2, vote: 1 })],
  },
  {
    property: 'Stands On Pre-Votes', what: 'a pre-vote for an earlier term counts',
    given: [...n1Waits, steps(1, { role: asks(1) })], broken: [hears(1, 2, preVotes(1), { term: 2, vote: 1 })],
    mended: [hears(1, 2, preVotes(2), { term: 2, vote: 1 })],
  },
  {
    property: 'Stands On Pre-Votes', what: 'the wish of a leader of the past counts', given: n1Waits,
    broken: [hears(1, 0, timeoutNow(0), { term: 2, vote: 1, role: stands(1) })],
    mended: [hears(1, 0, timeoutNow(1), { term: 2, vote: 1, role: stands(1) })],
  },
  {
    property: 'Leader Without Quorum Steps Down',
    what: 'its timer fires and it leads on',
    given: n1Hears(both),
    broken: [steps(0, {}, timer('election'))],
    mended: [
      steps(0, {}, timer('heartbeat')), steps(0, { role: { kind: 'follower', leaderId: null } }, timer('election')),
    ],
  },
];
