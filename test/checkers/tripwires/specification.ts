/** The smallest steps that no action of Figure 2 makes, and the same ones as it makes them. */
import { accepts, appends, asksVote, votes } from '../support/messages.ts';
import { allBoot, boots, follows, hears, leads, stands, steps, type Happening } from '../support/stage.ts';
import type { Tripwire } from '../support/tripwire.ts';

const asked = asksVote(1);
const granted = votes(1);
const heartbeat = appends(1, 0);
const election = { kind: 'timer', timer: 'election' } as const;

/** n0 stands in term 1 and asks the others. */
const n0Stands: readonly Happening[] = [
  ...allBoot,
  steps(0, { term: 1, vote: 0, role: stands(0) }, { event: election, sends: [[1, asked], [2, asked]] }),
];
const n1Votes = hears(1, 0, asked, { term: 1, vote: 0 }, [[0, granted]]);
const n0Leads = hears(0, 1, granted, { role: leads([0, 0, 0], [1, 1, 1]) }, [[1, heartbeat], [2, heartbeat]]);
const property = 'Step Of The Specification';

export const specification: readonly Tripwire[] = [
  {
    property, what: 'a vote is granted and not given', given: n0Stands,
    broken: [hears(1, 0, asked, { term: 1 }, [[0, granted]])], mended: [n1Votes],
  },
  {
    property, what: 'a vote is given and refused', given: n0Stands,
    broken: [hears(1, 0, asked, { term: 1, vote: 0 }, [[0, votes(1, false)]])], mended: [n1Votes],
  },
  {
    property, what: 'nobody sent what is heard', given: n0Stands,
    broken: [hears(1, 0, asksVote(1), { term: 1, vote: 0 }, [[0, granted]])], mended: [n1Votes],
  },
  {
    property, what: 'an election rises by two terms', given: allBoot,
    broken: [steps(0, { term: 2, vote: 0, role: stands(0) }, { event: election })], mended: n0Stands.slice(3),
  },
  {
    property, what: 'a majority of votes is not taken', given: [...n0Stands, n1Votes],
    broken: [hears(0, 1, granted, { role: stands(0, 1) })], mended: [n0Leads],
  },
  {
    property,
    what: 'a candidate hears the leader and stands on',
    given: [...n0Stands, n1Votes, n0Leads, steps(2, { term: 1, vote: 2, role: stands(2) }, { event: election })],
    broken: [hears(2, 0, heartbeat, {}, [[0, accepts(1, 0)]])],
    mended: [hears(2, 0, heartbeat, { role: follows(0) }, [[0, accepts(1, 0)]])],
  },
  {
    property, what: 'a restart forgets the term', given: [...n0Stands, { kind: 'crash', node: 0 }],
    broken: [boots(0, { disk: { term: 0, vote: null } })], mended: [boots(0)],
  },
  {
    property, what: 'a write that was kept at a crash is not there',
    given: [...n0Stands, n1Votes, { kind: 'crash', node: 1 }], broken: [boots(1, { as: { vote: null } })],
    mended: [boots(1)],
  },
];
