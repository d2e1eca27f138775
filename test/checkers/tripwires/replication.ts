/** What leaders believe, how servers answer, what is committed and applied. */
import { accepts, appends, installed, installs, refuses, votes } from '../support/messages.ts';
import type { Role } from '../../../core/raft/state.ts';
import { allBoot, boots, follows, hears, leads, stands, steps, type Happening } from '../support/stage.ts';
import { n0Commits, n0Leads, type Tripwire } from '../support/tripwire.ts';

/** n1 follows n0 in term 1, with two entries of which it knows one to be committed. */
const n1Follows: readonly Happening[] = [...n0Commits([1, 1]), steps(1, { role: follows(0), commit: 1, applied: 1 })];
/** n1 compacted all it applied, and is down. */
const n1Compacted: readonly Happening[] = [
  ...n0Commits([1, 1]), steps(1, { commit: 2, applied: 2 }), steps(1, { base: 2 }), { kind: 'crash', node: 1 },
];
/** n1 is in term 2 and has heard nothing of anybody. */
const n1InTerm2: readonly Happening[] = [...n1Follows, steps(1, { term: 2, vote: null })];
/** n1 has an entry of term 1 and two of term 2, and follows n0 in term 3. */
const n1InTwoTerms: readonly Happening[] = [
  ...n0Commits([1]), steps(2, { term: 2, vote: 2 }), steps(1, { term: 3, vote: null, role: follows(0), log: [1, 2, 2] }),
];
/** n2 installs a snapshot: the happening alone. */
const n2Installs = (answer: number): Happening =>
  hears(2, 0, installs(1, 2), { term: 1, log: [1, 1], base: 2, commit: 2, applied: 2 }, [[0, installed(1, answer)]]);

const answers: readonly Tripwire[] = [
  {
    property: 'Refusal Is A Conflict', what: 'a follower refuses what it knows to be committed', given: n1Follows,
    broken: [hears(1, 0, appends(1, 1), {}, [[0, refuses(1, 1)]])],
    mended: [hears(1, 0, appends(1, 2), {}, [[0, refuses(1, 2, 1)]])],
  },
  {
    property: 'Refusal Is A Conflict', what: 'it is no refusal', given: n1Follows,
    broken: [hears(1, 0, appends(1, 0), {}, [[0, refuses(1, 0)]])],
    mended: [hears(1, 0, appends(1, 0), {}, [[0, accepts(1, 0)]])],
  },
  {
    property: 'Refusal Is A Conflict', what: 'an old leader is refused rightly', given: n1InTerm2,
    broken: [hears(1, 0, appends(2, 1), {}, [[0, refuses(2, 1)]])],
    mended: [hears(1, 0, appends(1, 1), {}, [[0, refuses(2, 1)]])],
  },
  {
    property: 'Refusal Tells Of Its Conflict', what: 'its log ends later than it tells', given: n1Follows,
    broken: [hears(1, 0, appends(1, 5), {}, [[0, refuses(1, 5, 0, 2)]])],
    mended: [hears(1, 0, appends(1, 5), {}, [[0, refuses(1, 5, 0, 3)]])],
  },
  {
    property: 'Refusal Tells Of Its Conflict', what: 'it tells of a term that it has elsewhere', given: n1InTwoTerms,
    broken: [hears(1, 0, appends(3, 3), {}, [[0, refuses(3, 3, 1)]])],
    mended: [hears(1, 0, appends(3, 3), {}, [[0, refuses(3, 3, 2, 2)]])],
  },
  {
    property: 'Refusal Tells Of Its Conflict', what: 'the term begins earlier than it tells', given: n1InTwoTerms,
    broken: [hears(1, 0, appends(3, 3), {}, [[0, refuses(3, 3, 2, 3)]])],
    mended: [hears(1, 0, appends(3, 3), {}, [[0, refuses(3, 3, 2, 2)]])],
  },
  {
    property: 'Refusal Tells Of Its Conflict', what: 'it tells of what is not in its log any more', given: [
      ...n1InTwoTerms, steps(1, { commit: 2, applied: 2 }), steps(1, { base: 2 }),
    ],
    broken: [hears(1, 0, appends(3, 3), {}, [[0, refuses(3, 3, 2, 1)]])],
    mended: [hears(1, 0, appends(3, 3), {}, [[0, refuses(3, 3, 2, 3)]])],
  },
  {
    property: 'Snapshot Is Taken', what: 'a follower acknowledges less than it was sent', given: n0Commits([1, 1]),
    broken: [n2Installs(1)], mended: [n2Installs(2)],
  },
  {
    property: 'Snapshot Is Taken', what: 'a follower acknowledges what it does not take', given: n0Commits([1, 1]),
    broken: [hears(2, 0, installs(1, 2), { term: 1 }, [[0, installed(1, 2)]])], mended: [n2Installs(2)],
  },
  {
    property: 'Snapshot Is Taken', what: 'an old leader is answered with nothing', given: n1InTerm2,
    broken: [hears(1, 0, installs(2, 2), {}, [[0, installed(2, 0)]])],
    mended: [hears(1, 0, installs(1, 2), {}, [[0, installed(2, 0)]])],
  },
  ...(
    [
      ['a vote', votes(1)], ['an acknowledgement', accepts(1, 1)], ['an installed snapshot', installed(1, 1)],
    ] as const
  ).flatMap(([what, message]): readonly Tripwire[] =>
    (
      [
        ['another role', { role: follows(2) }], ['another term', { term: 3 }], ['another vote', { vote: 2 }],
        ['a later commitIndex', { commit: 2 }],
      ] as const
    ).map(([change, to]) => ({
      property: 'Stale Replies Change Nothing', what: `${what} of an earlier term leads to ${change}`, given: n1InTerm2,
      broken: [hears(1, 0, message, to)], mended: [hears(1, 0, { ...message, term: 2 }, to)],
    })),
  ),
  {
    property: 'Stale Replies Change Nothing', what: 'a service may go on meanwhile', given: n1InTerm2,
    broken: [hears(1, 0, accepts(1, 1), { commit: 2, applied: 2 })],
    mended: [steps(1, { commit: 2 }), hears(1, 0, accepts(1, 1), { applied: 2 })],
  },
];

const beliefs: readonly Tripwire[] = [
  {
    property: 'Next Above Match', what: 'nextIndex falls to matchIndex', given: n0Leads([1]),
    broken: [steps(0, { role: leads([0, 0, 0], [2, 2, 0]) })],
    mended: [steps(0, { role: leads([0, 0, 0], [0, 1, 1]) })],
  },
  {
    property: 'Next Above Match', what: 'matchIndex rises to nextIndex',
    given: [...n0Leads([1]), steps(1, { log: [1] })], broken: [steps(0, { role: leads([0, 1, 0], [1, 1, 1]) })],
    mended: [steps(0, { role: leads([0, 1, 0], [1, 2, 1]) })],
  },
  {
    property: 'Match Index Monotonic', what: 'matchIndex goes back',
    given: [...n0Leads([1]), steps(1, { log: [1] }), steps(0, { role: leads([0, 1, 0]) })],
    broken: [steps(0, { role: leads([0, 0, 0]) })], mended: [steps(0, { role: leads([0, 1, 0], [2, 3, 2]) })],
  },
  {
    property: 'Match Index Monotonic',
    what: 'in another term it begins anew',
    given: [
      ...n0Leads([1]), steps(1, { log: [1] }), steps(0, { role: leads([0, 1, 0]) }), steps(1, { term: 2, vote: 0 }),
    ],
    broken: [steps(0, { role: leads([0, 0, 0]) })],
    mended: [steps(0, { term: 2, vote: 0, role: leads([0, 0, 0]) })],
  },
  {
    property: 'Match Index Is Durable', what: 'the follower does not hold the entry', given: n0Leads([1]),
    broken: [steps(0, { role: leads([0, 1, 0]) })],
    mended: [steps(1, { log: [1] }), steps(0, { role: leads([0, 1, 0]) })],
  },
  {
    property: 'Match Index Is Durable', what: 'the follower holds an entry of another term', given: n0Leads([1]),
    broken: [steps(1, { log: [0] }), steps(0, { role: leads([0, 1, 0]) })],
    mended: [steps(1, { log: [1] }), steps(0, { role: leads([0, 1, 0]) })],
  },
  {
    property: 'Match Index Is Durable', what: 'a follower in a later term is excused', given: n0Leads([1]),
    broken: [steps(0, { role: leads([0, 0, 1]) })],
    mended: [steps(2, { term: 2 }), steps(0, { role: leads([0, 0, 1]) })],
  },
  {
    property: 'Match Index Is Durable', what: 'a follower that crashed holds what its disk holds',
    given: [...n0Leads([1]), steps(1, { log: [1] }), { kind: 'crash', node: 1 }],
    broken: [steps(0, { role: leads([0, 0, 1]) })], mended: [steps(0, { role: leads([0, 1, 0]) })],
  },
  {
    property: 'Match Index Is Durable', what: 'a compacted entry is held',
    given: [...n0Commits([1, 1]), steps(1, { commit: 2, applied: 2 }), steps(1, { base: 2 })],
    broken: [steps(0, { role: leads([0, 3, 0]), log: [1, 1, 1] })], mended: [steps(0, { role: leads([0, 1, 0]) })],
  },
  {
    property: 'Match Index Is Durable',
    what: 'what a new leader assumes counts as well',
    given: [...allBoot, steps(1, { term: 1, vote: 0 }), steps(0, { term: 1, vote: 0, log: [1] })],
    broken: [steps(0, { role: leads([0, 1, 0]) })],
    mended: [steps(0, { role: leads([0, 0, 0]) })],
  },
];

const commitment: readonly Tripwire[] = [
  {
    property: 'Commit Index Monotonic', what: 'commitIndex goes back', given: n0Commits([1, 1]),
    broken: [steps(0, { commit: 1 })], mended: [steps(0, { applied: 1 })],
  },
  {
    property: 'Last Applied Monotonic', what: 'lastApplied goes back',
    given: [...n0Commits([1, 1]), steps(0, { applied: 2 })], broken: [steps(0, { applied: 1 })],
    mended: [steps(0, { log: [1, 1, 1] })],
  },
  {
    property: 'Applied Is Committed', what: 'an entry is applied that nobody committed',
    given: [...n0Leads([1]), steps(1, { log: [1] })], broken: [steps(0, { applied: 1 })],
    mended: [steps(0, { commit: 1, applied: 1 })],
  },
  {
    property: 'Committed Is Logged', what: 'commitIndex is behind the end of the log', given: n0Commits([1, 1]),
    broken: [steps(1, { commit: 3 })], mended: [steps(1, { commit: 2 })],
  },
  {
    property: 'Committed Is Logged',
    what: 'a server starts with a commitIndex before its snapshot',
    given: [
      ...n0Commits([1, 1]), steps(1, { commit: 2, applied: 2 }), steps(1, { base: 2 }), { kind: 'crash', node: 1 },
    ],
    broken: [boots(1, { as: { commit: 0, applied: 0 } })],
    mended: [boots(1, { as: { applied: 0 } })],
  },
  {
    property: 'Committed By Majority', what: 'a leader commits what it alone holds', given: n0Leads([1]),
    broken: [steps(0, { commit: 1 })], mended: [steps(2, { term: 1, log: [1] }), steps(0, { commit: 1 })],
  },
  {
    property: 'Committed By Majority', what: 'the others hold an entry of another term', given: n0Leads([1]),
    broken: [steps(2, { term: 1, log: [0] }), steps(0, { commit: 1 })],
    mended: [steps(2, { term: 1, log: [1] }), steps(0, { commit: 1 })],
  },
  {
    property: 'Committed By Majority', what: 'a follower need not know of a majority',
    given: [...n0Commits([1]), steps(0, { log: [1, 1] })], broken: [steps(0, { commit: 2 })],
    mended: [steps(1, { commit: 1 })],
  },
  {
    property: 'Committed By Majority',
    what: 'a disk that compacted the entry holds it',
    given: [
      ...n0Commits([1, 1]), steps(1, { commit: 2, applied: 2 }), steps(1, { base: 2 }), steps(0, { log: [1, 1, 1] }),
    ],
    broken: [steps(0, { commit: 3 })],
    mended: [steps(1, { log: [1, 1, 1] }), steps(0, { commit: 3 })],
  },
  {
    property: 'State Machine Safety',
    what: 'a snapshot stands for an entry that no log held',
    given: allBoot,
    broken: [steps(2, { term: 1, log: [1], base: 1, commit: 1, applied: 1 })],
    mended: [...n0Commits([1]).slice(allBoot.length), steps(2, { term: 1, log: [1], base: 1, commit: 1, applied: 1 })],
  },
  {
    property: 'State Machine Safety', what: 'another entry is committed at an index',
    given: [...n0Commits([1]), steps(2, { term: 2, log: [2] })], broken: [steps(2, { commit: 1 })],
    mended: [steps(2, { log: [1] }), steps(2, { commit: 1 })],
  },
  {
    property: 'State Machine Safety', what: 'what is committed stands behind another entry',
    given: [...n0Commits([1]), steps(2, { term: 2 })], broken: [steps(2, { log: [2, 2] }), steps(2, { commit: 2 })],
    mended: [steps(2, { log: [1, 2] }), steps(2, { commit: 2 })],
  },
  {
    property: 'State Machine Safety', what: 'a snapshot ends with an entry of another term',
    given: [...n0Commits([1]), steps(2, { term: 2, log: [2] })], broken: [steps(2, { base: 1, commit: 1, applied: 1 })],
    mended: [steps(2, { log: [1], base: 1, commit: 1, applied: 1 })],
  },
  {
    property: 'State Machine Safety', what: 'a server starts from a snapshot that ends with an entry of another term',
    given: [...n0Commits([1]), { kind: 'crash', node: 2 }],
    broken: [boots(2, { disk: { term: 2, log: [2], base: 1 } })],
    mended: [boots(2, { disk: { term: 1, log: [1], base: 1 } })],
  },
  ...(['value', 'first', 'label'] as const).map((spoilt): Tripwire => ({
    property: 'State Machine Safety',
    what: `Lab 2: a server starts with other commands than those committed (${spoilt})`,
    given: n1Compacted,
    broken: [boots(1, { as: { spoilt, ...(spoilt === 'label' ? { executed: 3 } : {}) } })],
    mended: [boots(1)],
    unseenBy: { simulator: 'of a store it is Equal Replicas', explorer: 'of a store it is Equal Replicas' },
  })),
  {
    property: 'Applied In Order', what: 'a service starts with less than its snapshot holds', given: n1Compacted,
    broken: [boots(1, { as: { executed: 1 } })], mended: [boots(1)],
  },
  ...(['value', 'first', 'extra', 'label'] as const).map((spoilt): Tripwire => ({
    property: 'State Machine Safety',
    what: `Lab 2: a service applied other commands than those committed (${spoilt})`,
    given: n0Commits([1, 1]),
    broken: [steps(0, { applied: 2, executed: spoilt === 'extra' ? 1 : 2, spoilt, log: [1, 1, 1] })],
    mended: [steps(0, { applied: 2, log: [1, 1, 1] })],
    unseenBy: { simulator: 'of a store it is Equal Replicas', explorer: 'of a store it is Equal Replicas' },
  })),
  {
    property: 'Leader Completeness', what: 'a leader is elected without a committed entry',
    given: [...n0Commits([1]), steps(1, { term: 2, vote: 2 })],
    broken: [steps(2, { term: 2, vote: 2, role: leads([0, 0, 0]) })],
    mended: [steps(2, { term: 2, vote: 2, log: [1], role: leads([0, 0, 0]) })],
  },
  {
    property: 'Leader Completeness', what: 'a leader is elected with another entry in its place',
    given: [...n0Commits([1]), steps(1, { term: 3, vote: 2 })],
    broken: [steps(2, { term: 3, vote: 2, log: [2], role: leads([0, 0, 0]) })],
    mended: [steps(2, { term: 3, vote: 2, log: [1], role: leads([0, 0, 0]) })],
  },
  {
    property: 'Leader Completeness',
    what: 'an entry is committed that a leader of a later term has not',
    given: [...n0Leads([1]), steps(1, { log: [1] }), steps(1, { term: 2, vote: 2 })],
    broken: [steps(2, { term: 2, vote: 2, role: leads([0, 0, 0]) }), steps(0, { commit: 1 })],
    mended: [steps(2, { term: 2, vote: 2, log: [1], role: leads([0, 0, 0]) }), steps(0, { commit: 1 })],
  },
  {
    property: 'Leader Completeness',
    what: 'a compacted entry is held',
    given: [
      ...n0Commits([1, 1]), steps(2, { term: 1, log: [1, 1], base: 2, commit: 2, applied: 2 }),
      steps(0, { log: [1, 1, 1] }), steps(1, { log: [1, 1, 1] }), steps(0, { commit: 3 }),
      steps(1, { term: 2, vote: 2 }),
    ],
    broken: [steps(2, { term: 2, vote: 2, role: leads([0, 0, 0]) })],
    mended: [steps(2, { term: 2, vote: 2, log: [1, 1, 1], role: leads([0, 0, 0]) })],
  },
  {
    property: 'Applied In Order', what: 'a service applied less than it was handed', given: n0Commits([1, 1]),
    broken: [steps(0, { applied: 2, executed: 1 })], mended: [steps(0, { applied: 2 })],
  },
  {
    property: 'Applied In Order', what: 'a service applied more than it was handed', given: n0Commits([1, 1]),
    broken: [steps(0, { applied: 1, executed: 2 })], mended: [steps(0, { applied: 1 })],
  },
  {
    property: 'Applied In Order', what: 'a service applies once more',
    given: [...n0Commits([1, 1]), steps(0, { applied: 1 })], broken: [steps(0, { executed: 1 })],
    mended: [steps(0, { applied: 2 })],
  },
];

/** n0 leads with a window of two, and has so much under way to n1. */
const flowing = (
  inFlight: readonly number[], next: number, match = 0, state: 'probe' | 'replicate' = 'replicate',
): Role => {
  const none = { state: 'probe', inFlight: [] } as const;
  return {
    kind: 'leader', nextIndex: [1, next, 1], matchIndex: [0, match, 0],
    office: { heard: [], flows: [none, { state, inFlight }, none] },
  };
};
const inWindow = { as: { options: { window: 2 } } };
const n0Flows: readonly Happening[] = [
  ...[0, 1, 2].map((node) => boots(node, inWindow)), steps(1, { term: 1, vote: 0 }),
  steps(0, { term: 1, vote: 0, role: stands(0) }), hears(0, 1, votes(1), { role: flowing([], 1, 0, 'probe') }),
  steps(0, { log: [1, 1, 1] }),
];

const windows: readonly Tripwire[] = [
  {
    property: 'Window Is Kept', what: 'one request more is under way than the window holds', given: n0Flows,
    broken: [steps(0, { role: flowing([1, 2, 3], 4) })], mended: [steps(0, { role: flowing([1, 2], 3) })],
  },
  {
    property: 'Window Is Kept', what: 'two probes are under way', given: n0Flows,
    broken: [steps(0, { role: flowing([1, 2], 1, 0, 'probe') })],
    mended: [steps(0, { role: flowing([1], 1, 0, 'probe') })],
  },
  {
    property: 'Window Is Kept', what: 'what is acknowledged is still under way',
    given: [...n0Flows, steps(1, { log: [1, 1, 1] })], broken: [steps(0, { role: flowing([1, 2], 3, 1) })],
    mended: [steps(0, { role: flowing([2], 3, 1) })],
  },
  {
    property: 'Window Is Kept', what: 'a refusal takes nextIndex back and frees nothing',
    given: [...n0Flows, steps(0, { role: flowing([1, 2], 3) })],
    broken: [hears(0, 1, refuses(1, 2), { role: flowing([1, 2], 1) })],
    mended: [hears(0, 1, refuses(1, 2), { role: flowing([1], 1, 0, 'probe') })],
  },
];

export const replication: readonly Tripwire[] = [...answers, ...beliefs, ...commitment, ...windows];
