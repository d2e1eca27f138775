/** Leadership transfer (dissertation 3.10). */
import type { Leader, Role } from '../../../core/raft/state.ts';
import { accepts, asksTransferVote, timeoutNow, votes, wishes } from '../support/messages.ts';
import { boots, follows, hears, leads, stands, steps, type Happening, type Item } from '../support/stage.ts';
import type { Tripwire } from '../support/tripwire.ts';
import { n0LeadsOf, puts } from './membership.ts';

const options = { transfer: true };
const guarded = { ...options, preVote: true, checkQuorum: true };
/**
 * n0 leads with one entry, which n1 holds and n2 does not; `transfer`: to whom it hands over, and whether that one was
 * told.
 */
const handsOver = (transfer: { to: number; isTold: boolean } | null, matches = [0, 1, 0]): Leader => ({
  ...(leads(matches, [2, 2, 2]) as Leader), office: { heard: [], ...(transfer === null ? {} : { transfer }) },
});
const to1 = (isTold: boolean): Leader => handsOver({ to: 1, isTold });
const to2 = (isTold: boolean): Leader => handsOver({ to: 2, isTold });
const log: readonly Item[] = [1];
const n0Leads: readonly Happening[] = [
  boots(0, { as: { options } }), boots(1, { as: { options } }), boots(2, { as: { options } }),
  steps(1, { term: 1, vote: 0 }), steps(0, { term: 1, vote: 0, role: stands(0) }),
  hears(0, 1, votes(1), { role: leads([0, 0, 0], [1, 1, 1]) }), steps(0, { log, role: handsOver(null, [0, 0, 0]) }),
  steps(1, { log }), steps(0, { role: handsOver(null) }),
];
const begins = hears(0, 0, wishes(1), { role: to1(true) }, [[1, timeoutNow(1)]], ['transfer']);
const begins2 = hears(0, 0, wishes(2), { role: to2(false) }, [], ['transfer']);
const beginsTo1 = hears(0, 0, wishes(1), { role: to1(false) }, [], ['transfer']);
const [pair, three] = [{ members: [0, 1] }, { members: [0, 1, 2] }];
const timer = { event: { kind: 'timer', timer: 'transfer' } as const };
const hearsOf = (leaderId: number): Role => ({ kind: 'follower', leaderId, hasContact: true });
const inTerm1 = [
  boots(0, { as: { options: guarded } }), boots(1, { as: { options: guarded } }), boots(2),
  steps(1, { term: 1, vote: 0, role: hearsOf(0) }),
];

export const transfer: readonly Tripwire[] = [
  {
    property: 'Transfer Takes No Proposals', what: 'a leader takes an entry while it hands over',
    given: [...n0Leads, begins], broken: [steps(0, { log: [1, 1] })],
    mended: [steps(0, { role: handsOver(null) }, timer), steps(0, { log: [1, 1] })],
  },
  {
    property: 'Heir Has A Vote', what: 'a leader hands over to a server that has not come', given: n0LeadsOf([0, 1], 1),
    options: pair, broken: [hears(0, 0, wishes(2), { role: to2(false) }, [], ['transfer'])], mended: [beginsTo1],
  },
  {
    property: 'Heir Has A Vote',
    what: 'a leader hands over to one that is to leave',
    given: [...n0LeadsOf([0, 1, 2], 1), steps(0, { log: [1, puts([0, 1])] })],
    options: three,
    broken: [hears(0, 0, wishes(2), { role: to2(false) }, [], ['transfer'])],
    mended: [beginsTo1],
  },
  {
    property: "Leader's Wish Is Done", what: 'one that has a vote is told, and waits', given: n0LeadsOf([0, 1], 1),
    options: pair, broken: [hears(1, 0, timeoutNow(1))], mended: [hears(2, 0, timeoutNow(1))],
  },
  {
    property: 'Told When Up To Date', what: 'a server that lacks an entry is told', given: [...n0Leads, begins2],
    broken: [hears(0, 1, accepts(1, 1), { role: to2(true) }, [[2, timeoutNow(1)]])],
    mended: [hears(0, 1, accepts(1, 1))],
  },
  {
    property: 'Told When Up To Date', what: 'another server is told', given: [...n0Leads, begins2],
    broken: [hears(0, 1, accepts(1, 1), {}, [[1, timeoutNow(1)]])], mended: [hears(0, 1, accepts(1, 1))],
  },
  {
    property: 'Told When Up To Date', what: 'it is told again', given: [...n0Leads, begins],
    broken: [hears(0, 1, accepts(1, 1), {}, [[1, timeoutNow(1)]])], mended: [hears(0, 1, accepts(1, 1))],
  },
  {
    property: "Leader's Wish Is Done", what: 'who is told asks for pre-votes', given: inTerm1,
    broken: [hears(1, 0, timeoutNow(1), { role: { kind: 'preCandidate', votes: [1] } })],
    mended: [hears(1, 0, timeoutNow(1), { term: 2, vote: 1, role: stands(1) })],
  },
  {
    property: "Leader's Wish Is Done",
    what: 'who hears a leader does not look at what it wishes',
    given: inTerm1,
    broken: [hears(1, 2, asksTransferVote(2))],
    mended: [hears(1, 2, asksTransferVote(2), { term: 2, vote: 2, role: follows(2) }, [[2, votes(2)]])],
  },
  {
    property: 'Transfer Is Bounded', what: 'its time begins anew with an answer', given: [...n0Leads, begins],
    broken: [hears(0, 1, accepts(1, 1), {}, [], ['transfer'])],
    mended: [hears(0, 1, accepts(1, 1), {}, [], ['election'])],
  },
  {
    property: 'Transfer Is Bounded', what: 'it has no end', given: n0Leads,
    broken: [hears(0, 0, wishes(2), { role: to2(false) })], mended: [begins2],
  },
  {
    property: 'Transfer Is Given Up', what: 'its time is over and it goes on', given: [...n0Leads, begins],
    broken: [steps(0, {}, timer)], mended: [steps(0, { role: handsOver(null) }, timer), steps(0, {}, timer)],
  },
];
