/** Leases and the reads under them (dissertation 6.4.1), and reads that are forgotten (6.4). */
import type { Operation } from '../../../core/kv/command.ts';
import type { Office, PendingRead, Rounds } from '../../../core/raft/office.ts';
import type { Leader, RaftOptions, Role } from '../../../core/raft/state.ts';
import { votes } from '../support/messages.ts';
import { boots, c0, follows, hears, leads, stands, steps, type Happening, type View } from '../support/stage.ts';
import type { Tripwire } from '../support/tripwire.ts';
import { joins } from './membership.ts';

const options: RaftOptions = { checkQuorum: true, reads: ['lease'], lease: { promiseUs: 1, driftPer1000: 0 } };
const none: Rounds = { begun: 1, answered: [0, 1, 0], reads: [], confirmed: [] };
const read: PendingRead = { by: 0, client: c0, sequence: 1, index: 0, round: 1 };
const others: PendingRead = { ...read, by: 1 };
const leadsWith = (rounds: Partial<Rounds>, office: Partial<Office> = {}): Leader => ({
  ...(leads([0, 0, 0]) as Leader), office: { heard: [], rounds: { ...none, ...rounds }, ...office },
});
const get: Operation = { kind: 'get', key: 'k' };
const reader = (index: number | null): View['reading'] => [{ client: c0, sequence: 1, operation: get, index }];
const n0Leads = (on: RaftOptions = options): readonly Happening[] => [
  boots(0, { as: { options: on } }), boots(1, { as: { options: on } }), boots(2, { as: { options: on } }),
  steps(1, { term: 1, vote: 0 }), steps(0, { term: 1, vote: 0, role: stands(0) }),
  hears(0, 1, votes(1), { role: leadsWith({ answered: [0, 0, 0] }) }, [], ['election']),
];
const timer = (name: string) => ({ event: { kind: 'timer', timer: name } as const });
const asked = (
  rounds: Partial<Rounds>, office: Partial<Office> = {}, on: RaftOptions = options,
): readonly Happening[] => [
  ...n0Leads(on),
  steps(0, { role: leadsWith({ leased: [read], ...rounds }, office), reading: reader(null) }),
];
const answers = (rounds: Partial<Rounds>, office: Partial<Office> = {}): Happening =>
  steps(0, { role: leadsWith(rounds, office), reading: [] }, timer('leaseRead'));
const asksAnew = (rounds: Partial<Rounds>, office: Partial<Office> = {}): Happening =>
  steps(0, { role: leadsWith({ ...rounds, begun: 2, reads: [{ ...read, round: 2 }] }, office) }, timer('leaseRead'));
/** n2 comes for n1, which is not committed; n0 is asked for a read, and these answered its round. */
const jointly = (answered: readonly number[]): readonly Happening[] => [
  ...n0Leads({ ...options, members: [0, 1] }), steps(0, { log: [1] }), steps(1, { term: 1, log: [1] }),
  steps(0, { commit: 1, role: leads([0, 0, 0]) }), steps(0, { log: [1, joins([0, 2], [0, 1])] }),
  steps(0, { role: leadsWith({ leased: [read], answered }), reading: reader(null) }),
];
const { checkQuorum: _, ...unwatched } = options;
const hearsOf = (leaderId: number | null): Role => ({ kind: 'follower', leaderId, hasContact: true });
const fall: Happening = { kind: 'crash', node: 1 };
const waiting = [...n0Leads(), steps(0, { role: leadsWith({ reads: [read] }), reading: reader(null) })];
/** So many rounds were begun, and up to here the leases are over. */
const began = (begun: number, expired?: number): readonly Happening[] => [
  ...n0Leads(), steps(0, { role: leadsWith({ begun, ...(expired === undefined ? {} : { expired }) }) }),
];

export const leases: readonly Tripwire[] = [
  {
    property: 'Read Under Lease', what: 'the round that a majority has answered is over', given: asked({ expired: 1 }),
    broken: [answers({ expired: 1 })], mended: [asksAnew({ expired: 1 })],
  },
  {
    property: 'Read Under Lease', what: 'too few have answered', given: asked({ answered: [0, 0, 0] }),
    broken: [answers({ answered: [0, 0, 0] })], mended: [asksAnew({ answered: [0, 0, 0] })],
  },
  {
    property: 'Read Under Lease', what: 'the leader has told another server to stand',
    given: asked({}, { mayBeDeposed: true }), broken: [answers({}, { mayBeDeposed: true })],
    mended: [asksAnew({}, { mayBeDeposed: true })],
  },
  {
    property: 'Read Under Lease', what: 'nobody keeps from voting', given: asked({}, {}, unwatched),
    broken: [answers({})], mended: [asksAnew({})],
  },
  {
    property: 'Read Under Lease', what: 'who has answered has no vote (4.1)',
    given: asked({ answered: [0, 0, 1] }, {}, { ...options, members: [0, 1] }),
    broken: [answers({ answered: [0, 0, 1] })], mended: [asksAnew({ answered: [0, 0, 1] })],
  },
  {
    property: 'Read Under Lease', what: 'of two sets the new one has answered (4.3)', given: jointly([0, 0, 1]),
    broken: [answers({ answered: [0, 0, 1] })],
    mended: [steps(0, { role: leadsWith({ leased: [read], answered: [0, 1, 1] }) }), answers({ answered: [0, 1, 1] })],
  },
  {
    property: 'Lease Is Over By Its Timer', what: 'it is over before it fires', given: began(10),
    broken: [steps(0, { role: leadsWith({ begun: 10, expired: 10 }) }, timer('lease1'))],
    mended: [steps(0, { role: leadsWith({ begun: 10, expired: 9 }) }, timer('lease1'))],
  },
  {
    property: 'Lease Is Over By Its Timer', what: 'it goes on when it fires', given: began(10),
    broken: [steps(0, { role: leadsWith({ begun: 10 }) }, timer('lease2'))],
    mended: [steps(0, { role: leadsWith({ begun: 10, expired: 10 }) }, timer('lease2'))],
  },
  {
    property: 'Lease Is Over By Its Timer', what: 'one that is over begins again', given: began(10, 9),
    broken: [steps(0, { role: leadsWith({ begun: 10, expired: 8 }) }, timer('lease0'))],
    mended: [steps(0, {}, timer('lease0'))],
  },
  {
    property: 'Answered Rounds Are Kept', what: 'a late answer takes the place of a later one',
    given: [...n0Leads(), steps(0, { role: leadsWith({ begun: 3, answered: [0, 3, 0] }) })],
    broken: [steps(0, { role: leadsWith({ begun: 3, answered: [0, 2, 0] }) })],
    mended: [steps(0, { role: leadsWith({ begun: 3, answered: [0, 3, 2] }) })],
  },
  {
    property: 'Answered Rounds Are Kept', what: 'a round is answered that nobody has begun',
    given: n0Leads(), broken: [steps(0, { role: leadsWith({ answered: [0, 1, 2] }) })],
    mended: [steps(0, { role: leadsWith({ answered: [0, 1, 1] }) })],
  },
  {
    property: 'Lease Begins With Its Round', what: 'a lease begins with an answer', given: n0Leads(),
    broken: [steps(0, { role: leadsWith({ answered: [0, 1, 1] }) }, { sets: ['lease1'] })],
    mended: [steps(0, { role: leadsWith({ begun: 2 }) }, { sets: ['lease2'] })],
  },
  {
    property: 'Lease Begins With Its Round', what: 'a lease is as long as the promise, and clocks may differ',
    given: n0Leads({ ...options, lease: { promiseUs: 1, driftPer1000: 1 } }),
    broken: [steps(0, { role: leadsWith({ begun: 2 }) }, { sets: ['lease2'] })],
    mended: [steps(0, { role: leadsWith({ begun: 2 }) }, { sets: ['election'] })],
  },
  {
    property: 'Promise Is Kept', what: 'a server starts again and would vote', given: [...n0Leads(), fall],
    broken: [boots(1, { as: { options, role: follows(0) } })],
    mended: [boots(1, { as: { options, role: hearsOf(null) } })],
  },
  {
    property: 'Promise Is Kept',
    what: 'a server hears of a later term and would vote',
    given: [...n0Leads(), steps(1, { role: hearsOf(0) })],
    broken: [hears(1, 2, votes(2, false), { term: 2, vote: null, role: { kind: 'follower', leaderId: null } })],
    mended: [
      hears(1, 2, votes(2, false), { term: 2, vote: null, role: hearsOf(null) }),
      steps(1, { role: { kind: 'follower', leaderId: null } }, timer('contact')),
    ],
  },
  {
    property: 'No Read Is Dropped', what: 'a read of its own is forgotten', given: waiting,
    broken: [steps(0, { role: leadsWith({}) })], mended: [steps(0, { role: leadsWith({}), reading: reader(0) })],
  },
  {
    property: 'No Read Is Dropped', what: 'a read under a lease is forgotten', given: asked({ expired: 1 }),
    broken: [steps(0, { role: leadsWith({ expired: 1 }) }, timer('heartbeat'))], mended: [asksAnew({ expired: 1 })],
  },
  {
    property: 'No Read Is Dropped',
    what: 'a read that another server asked for is forgotten',
    given: [...n0Leads(), steps(0, { role: leadsWith({ reads: [others] }), reading: [] })],
    broken: [steps(0, { role: leadsWith({}) })],
    mended: [
      steps(
        0, { role: leadsWith({}) },
        { sends: [[1, { kind: 'readIndexReply', term: 1, client: c0, sequence: 1, index: 0 }]] },
      ),
    ],
  },
];
