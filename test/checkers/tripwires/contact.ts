/** PreVote and CheckQuorum: whom a leader is protected from (dissertation 9.6, 6.2, 4.2.3). */
import type { Leader, Role } from '../../../core/raft/state.ts';
import {
  accepts, appends, asksPreVote, asksVote, preVotes, storesChunk, timeoutNow, votes,
} from '../support/messages.ts';
import { boots, follows, hears, leads, stands, steps, type Happening } from '../support/stage.ts';
import type { Tripwire } from '../support/tripwire.ts';
import { joins, n0LeadsOf } from './membership.ts';

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

const watches = (...heard: readonly number[]): Role => ({ ...(leads([0, 0, 0]) as Leader), office: { heard } });
/** n0 leads while n2 comes for n1 (4.3), so it needs the word of both; these have answered since its timer was set. */
const n0Watches = (...heard: readonly number[]): readonly Happening[] => [
  ...n0LeadsOf([0, 1], 1), steps(0, { log: [1, joins([0, 2], [0, 1])] }),
  steps(0, { options: { checkQuorum: true, members: [0, 1] }, role: watches(...heard) }),
];
const heardFrom = (from: number, heard: readonly number[], sets: readonly string[] = []): Happening =>
  hears(0, from, accepts(1, 0), { role: watches(...heard) }, [], sets);

const pair = { members: [0, 1] };

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
  {
    property: 'Leader Without Quorum Steps Down', what: 'its heartbeat gives it time again', given: n0Watches(),
    options: pair,
    broken: [steps(0, {}, { ...timer('heartbeat'), sets: ['election'] })],
    mended: [steps(0, {}, { ...timer('heartbeat'), sets: ['heartbeat'] })],
  },
  {
    property: 'Pre-Vote Tells Of The Vote', what: 'whoever hears no leader refuses', given: n1Waits,
    broken: [hears(1, 2, asksPreVote(2), {}, [[2, preVotes(1, false)]])],
    mended: [hears(1, 2, asksPreVote(1), {}, [[2, preVotes(1, false)]])],
  },
  {
    property: 'Pre-Vote Tells Of The Vote', what: 'a log that ends in a later term is a shorter one',
    given: [...n1Waits, steps(1, { log: [1, 1] })],
    broken: [hears(1, 2, asksPreVote(2, 1, 2), {}, [[2, preVotes(1, false)]])],
    mended: [hears(1, 2, asksPreVote(2, 1, 1), {}, [[2, preVotes(1, false)]])],
  },
  {
    property: 'Pre-Vote Tells Of The Vote', what: 'a log as long as its own is none',
    given: [...n1Waits, steps(1, { log: [1, 1] })],
    broken: [hears(1, 2, asksPreVote(2, 2, 1), {}, [[2, preVotes(1, false)]])],
    mended: [hears(1, 2, asksPreVote(2, 2, 1), {}, [[2, preVotes(2)]])],
  },
  {
    property: 'Pre-Vote Tells Of The Vote', what: 'it is granted for a term that is over', given: n1Waits,
    broken: [hears(1, 2, asksPreVote(0), {}, [[2, preVotes(0)]])],
    mended: [hears(1, 2, asksPreVote(1), {}, [[2, preVotes(1)]])],
  },
  {
    property: 'Pre-Vote Tells Of The Vote', what: 'it is granted to a shorter log',
    given: [...n1Waits, steps(1, { log: [1, 1] })],
    broken: [hears(1, 2, asksPreVote(2, 1, 1), {}, [[2, preVotes(2)]])],
    mended: [hears(1, 2, asksPreVote(2, 3, 1), {}, [[2, preVotes(2)]])],
  },
  {
    property: 'Quorum Renews The Timer', what: 'the word of the old set is enough', given: n0Watches(), options: pair,
    broken: [heardFrom(1, [], ['election'])], mended: [heardFrom(1, [1])],
  },
  {
    property: 'Quorum Renews The Timer', what: 'the same server counts twice', given: n0Watches(1), options: pair,
    broken: [heardFrom(1, [], ['election'])], mended: [heardFrom(2, [], ['election'])],
  },
  {
    property: 'Quorum Renews The Timer', what: 'an answer to an earlier term counts', given: n0Watches(1),
    options: pair,
    broken: [hears(0, 2, { ...storesChunk(0, 4), term: 0 }, { role: watches() }, [], ['election'])],
    mended: [heardFrom(2, [], ['election'])],
  },
  {
    property: 'Quorum Renews The Timer', what: 'who gave it time counts once more', given: n0Watches(1), options: pair,
    broken: [heardFrom(2, [1], ['election'])], mended: [heardFrom(2, [], ['election'])],
  },
  {
    property: 'Quorum Renews The Timer', what: 'a majority has answered and it gets no time', given: n0Watches(1),
    options: pair,
    broken: [heardFrom(2, [1, 2])], mended: [heardFrom(2, [], ['election'])],
  },
  {
    property: 'Quorum Renews The Timer', what: 'an answer is taken for one of an earlier stay', given: n0Watches(1),
    options: pair, broken: [hears(0, 2, accepts(1, 0))], mended: [hears(0, 2, { ...accepts(1, 0), stay: 1 } as never)],
  },
  {
    property: 'Quorum Renews The Timer', what: 'an answer counts for two', given: n0Watches(), options: pair,
    broken: [heardFrom(1, [1, 2])], mended: [heardFrom(1, [1])],
  },
  {
    property: 'New Leader Has A Timeout', what: 'the time in which it stood for election goes on',
    given: allInTerm1({ checkQuorum: true }).slice(0, -1),
    broken: [hears(0, 1, votes(1), { role: watches() })],
    mended: [hears(0, 1, votes(1), { role: watches() }, [], ['election'])],
  },
];
