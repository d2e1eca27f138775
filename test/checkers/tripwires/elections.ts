/** Who votes and who leads (sections 5.1, 5.2). */
import { asksTransferVote, asksVote, votes } from '../support/messages.ts';
import { allBoot, boots, hears, leads, stands, steps } from '../support/stage.ts';
import type { Tripwire } from '../support/tripwire.ts';

const inTerm2 = [...allBoot, steps(0, { term: 2 })];
const hasVoted = [...allBoot, steps(0, { term: 1, vote: 1 })];
const n0Stands = [...allBoot, steps(0, { term: 1, vote: 0, role: stands(0) })];
const n0Led = [...n0Stands, steps(1, { term: 1, vote: 0 }), steps(0, { role: leads([0, 0, 0]) })];

export const elections: readonly Tripwire[] = [
  {
    property: 'Term Monotonic', what: 'a step goes back to an older term', given: inTerm2,
    broken: [steps(0, { term: 1 })], mended: [steps(0, { term: 3 })],
  },
  {
    property: 'Term Monotonic', what: 'a server starts in a term before that on its disk',
    given: [...inTerm2, { kind: 'crash', node: 0 }], broken: [boots(0, { as: { term: 1 } })], mended: [boots(0)],
  },
  {
    property: 'Term Monotonic', what: 'a server starts with another disk than it had',
    given: [...inTerm2, { kind: 'crash', node: 0 }], broken: [boots(0, { disk: { term: 1 } })], mended: [boots(0)],
    unseenBy: { explorer: 'its disks hold what was written' },
  },
  {
    property: 'Term Monotonic', what: 'a vote is granted in a term that is over', given: inTerm2,
    broken: [hears(0, 1, asksVote(1), {}, [[1, votes(1)]])],
    mended: [hears(0, 1, asksVote(1), {}, [[1, votes(2, false)]])],
  },
  {
    property: 'One Vote Per Term', what: 'a server changes its vote', given: hasVoted, broken: [steps(0, { vote: 2 })],
    mended: [steps(0, { term: 2, vote: 2 })],
  },
  {
    property: 'One Vote Per Term', what: 'a server grants a second vote, and keeps the first', given: hasVoted,
    broken: [hears(0, 2, asksVote(1), {}, [[2, votes(1)]])], mended: [hears(0, 1, asksVote(1), {}, [[1, votes(1)]])],
  },
  {
    property: 'One Vote Per Term', what: 'a server grants two votes and keeps none',
    given: [...allBoot, steps(0, { term: 1 }), hears(0, 1, asksVote(1), {}, [[1, votes(1)]])],
    broken: [hears(0, 2, asksVote(1), {}, [[2, votes(1)]])],
    mended: [hears(0, 2, asksVote(1), {}, [[2, votes(1, false)]])],
  },
  {
    property: 'One Vote Per Term',
    what: 'a server grants a second vote because a leader wishes it, and keeps the first', given: hasVoted,
    broken: [hears(0, 2, asksTransferVote(1), {}, [[2, votes(1)]])],
    mended: [hears(0, 1, asksTransferVote(1), {}, [[1, votes(1)]])],
  },
  {
    property: 'One Vote Per Term',
    what: 'a server forgets its vote and votes again',
    given: [...hasVoted, steps(0, { vote: null })],
    broken: [steps(0, { vote: 2 })],
    mended: [steps(0, { vote: 1 })],
    unseenBy: {
      explorer:
        'of votes it remembers those alone that were granted and not kept; two leaders come of it, which it sees',
    },
  },
  {
    property: 'One Vote Per Term',
    what: 'a server forgets its vote in a crash and votes again',
    given: [...hasVoted, { kind: 'crash', node: 0 }, boots(0, { disk: { term: 1, vote: null } })],
    broken: [steps(0, { vote: 2 })],
    mended: [steps(0, { vote: 1 })],
    unseenBy: { explorer: 'its disks hold what was written' },
  },
  {
    property: 'One Vote Per Term',
    what: 'a server grants two votes and keeps none, with a crash between them',
    given: [
      ...allBoot, steps(0, { term: 1 }), hears(0, 1, asksVote(1), {}, [[1, votes(1)]]), { kind: 'crash', node: 0 },
      boots(0),
    ],
    broken: [hears(0, 2, asksVote(1), {}, [[2, votes(1)]])],
    mended: [hears(0, 2, asksVote(1), {}, [[2, votes(1, false)]])],
  },
  {
    property: 'One Vote Per Term', what: 'a server starts with another vote than it gave',
    given: [...hasVoted, { kind: 'crash', node: 0 }], broken: [boots(0, { disk: { term: 1, vote: 2 } })],
    mended: [boots(0)], unseenBy: { explorer: 'its disks hold what was written' },
  },
  {
    property: 'Election Safety', what: 'two servers lead one term', given: [...n0Led, steps(1, { term: 2, vote: 2 })],
    broken: [steps(2, { term: 1, vote: 2, role: leads([0, 0, 0]) })],
    mended: [steps(2, { term: 2, vote: 2, role: leads([0, 0, 0]) })],
  },
  {
    property: 'Election Safety', what: 'the other leader is down',
    given: [...n0Led, { kind: 'crash', node: 0 }, steps(1, { term: 2, vote: 2 })],
    broken: [steps(2, { term: 1, vote: 2, role: leads([0, 0, 0]) })],
    mended: [steps(2, { term: 2, vote: 2, role: leads([0, 0, 0]) })],
  },
  {
    property: 'Elected By Majority', what: 'its own vote is all that a leader has', given: n0Stands,
    broken: [steps(0, { role: leads([0, 0, 0]) })],
    mended: [steps(1, { term: 1, vote: 0 }), steps(0, { role: leads([0, 0, 0]) })],
  },
  {
    property: 'Elected By Majority', what: 'the second vote went to another server', given: n0Stands,
    broken: [steps(1, { term: 1, vote: 1 }), steps(0, { role: leads([0, 0, 0]) })],
    mended: [steps(2, { term: 1, vote: 0 }), steps(0, { role: leads([0, 0, 0]) })],
  },
  {
    property: 'Elected By Majority', what: 'the second vote is one of the term before',
    given: [...n0Stands, steps(1, { term: 1, vote: 0 }), steps(0, { term: 2 })],
    broken: [steps(0, { role: leads([0, 0, 0]) })],
    mended: [steps(1, { term: 2, vote: 0 }), steps(0, { role: leads([0, 0, 0]) })],
  },
  {
    property: 'Elected By Majority',
    what: 'a leader goes on into the next term, in which it has no vote but its own',
    given: n0Led,
    broken: [steps(0, { term: 2, vote: 0, role: leads([0, 0, 0]) })],
    mended: [steps(1, { term: 2, vote: 0 }), steps(0, { term: 2, vote: 0, role: leads([0, 0, 0]) })],
  },
  {
    property: 'Elected By Majority',
    what: 'a vote that was granted counts, kept or not',
    given: [...n0Stands, steps(1, { term: 1 })],
    broken: [hears(1, 0, asksVote(1), {}, [[0, votes(1, false)]]), steps(0, { role: leads([0, 0, 0]) })],
    mended: [hears(1, 0, asksVote(1), {}, [[0, votes(1)]]), steps(0, { role: leads([0, 0, 0]) })],
  },
];
