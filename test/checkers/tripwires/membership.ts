/** Servers that come and go (dissertation, chapter 4). */
import type { NodeId } from '../../../core/protocol.ts';
import type { Leader, Role } from '../../../core/raft/state.ts';
import { boots, c0, leads, stands, steps, type Happening, type Item } from '../support/stage.ts';
import type { Tripwire } from '../support/tripwire.ts';

export const puts = (voters: readonly NodeId[], learners: readonly NodeId[] = [], term = 1): Item => ({
  term, command: null, configuration: { voters, learners },
});
/** A joint configuration: these come for those. */
export const joins = (voters: readonly NodeId[], old: readonly NodeId[], ...learnersNext: readonly NodeId[]): Item =>
  ({ term: 1, command: null, configuration: { voters, learners: [], outgoing: { voters: old, learnersNext } } });
export const left = { kind: 'follower', leaderId: null } as const;

/** These take part; n0 leads term 1, and what it has in its log is committed. */
export function n0LeadsOf(members: readonly NodeId[], ...log: readonly Item[]): readonly Happening[] {
  const as = { options: { members } };
  const committed = log.flatMap((_, at) => {
    const upTo = log.slice(0, at + 1);
    return [
      steps(0, { log: upTo }), ...[1, 2].map((node) => steps(node, { log: upTo, term: 1 })),
      steps(0, { commit: at + 1 }),
    ];
  });
  return [
    boots(0, { as }), boots(1, { as }), boots(2, { as }), steps(1, { term: 1, vote: 0 }),
    steps(0, { term: 1, vote: 0, role: stands(0, 1) }), steps(0, { role: leads([0, 0, 0]) }), ...committed,
  ];
}

const all = [0, 1, 2];
const options = { members: all };
const asksAround = steps(2, { role: { kind: 'preCandidate', votes: [2] } });
const both = { voters: [0, 1], learners: [] };

/** n1 and n2 come for n0, who leads and has that in its log; and n2 for n0, where n1 stays. */
const apart = [1, joins([1, 2], [0])];
const overlapping = [1, joins([1, 2], [0, 1])];
/** n2 comes for n0. */
const apartOf = [1, joins([1, 2], [0, 1])];
const pipelines = (node: NodeId, members: readonly NodeId[]): Happening =>
  steps(node, { options: { members, pipelined: true } });
const alone = { members: [0] };
const pair = { members: [0, 1] };
const jointly = (log: readonly Item[], ...nodes: readonly NodeId[]): readonly Happening[] =>
  nodes.map((node) => steps(node, { log }));
const wish = { kind: 'replaceServers', voters: [1, 2], learners: [] } as const;

/** n0 leads n1, and n2 learns: its round goes up to here, and it is known to hold so much. */
const catches = (upTo: number, holds: number, isLate = false): Role => ({
  ...(leads([0, 0, holds]) as Leader),
  office: { heard: [], catchUp: { servers: [2], upTo, rounds: isLate ? 2 : 1, isLate } },
});
const withLearner = [1, puts([0, 1], [2])];
const withVoter = [...withLearner, puts([0, 1, 2])];
const n2Learns: readonly Happening[] = [
  ...n0LeadsOf([0, 1], 1), ...[0, 1, 2].map((node) => steps(node, { log: withLearner })),
];
/** An operator waits for n2 to vote. */
const isAsked = steps(0, {
  changing: [{ client: c0, sequence: 1, change: { kind: 'addServer', server: 2 }, askedAt: 1 }],
});
const isLate = (holds: number): Happening =>
  steps(0, { role: catches(2, holds, true) }, { event: { kind: 'timer', timer: 'catchUp' } });

export const membership: readonly Tripwire[] = [
  {
    property: 'Round Covers The Log', what: 'a round ends before the log does', given: n2Learns, options: pair,
    broken: [steps(0, { role: catches(1, 0) })], mended: [steps(0, { role: catches(2, 0) })],
  },
  {
    property: 'Voter Has Caught Up', what: 'it lacks what the log held', options: pair,
    given: [...n2Learns, steps(0, { commit: 2 }), steps(0, { role: catches(2, 1) })],
    broken: [steps(0, { log: withVoter })], mended: [steps(0, { role: catches(2, 2) }), steps(0, { log: withVoter })],
  },
  {
    property: 'Voter Has Caught Up', what: 'its round took too long', options: pair,
    given: [...n2Learns, steps(0, { commit: 2 }), steps(0, { role: catches(2, 1) })],
    broken: [steps(0, { role: catches(2, 2, true) }), steps(0, { log: withVoter })],
    mended: [steps(0, { role: catches(2, 2) }), steps(0, { log: withVoter })],
  },
  {
    property: 'Voter Has Caught Up', what: 'no round was begun for it', options: pair,
    given: [...n2Learns, steps(0, { commit: 2, role: { ...(leads([0, 0, 2]) as Leader), office: { heard: [] } } })],
    broken: [steps(0, { log: withVoter })], mended: [steps(0, { role: catches(2, 2) }), steps(0, { log: withVoter })],
  },
  {
    property: 'Caught Up Is Let In', what: 'a learner that holds all waits for more', options: pair,
    given: [...n2Learns, steps(0, { commit: 2 }), isAsked, steps(0, { role: catches(2, 1) })],
    broken: [steps(0, { role: catches(2, 2) }), isLate(2)], mended: [isLate(1)],
  },
  {
    property: 'Caught Up Is Let In', what: 'it waits for the configuration before, and longer', options: pair,
    given: [...n2Learns, isAsked, steps(0, { role: catches(2, 2) })],
    broken: [steps(0, { commit: 2 }), isLate(2)], mended: [isLate(2)],
  },
  {
    property: 'Caught Up Is Let In', what: 'somebody waits for it', options: pair,
    given: [...n2Learns, steps(0, { commit: 2 }), steps(0, { role: catches(2, 2) })],
    broken: [isAsked, isLate(2)], mended: [isLate(2)],
  },
  {
    property: 'Configuration Is Logged',
    what: 'a snapshot takes the place of the entry, and what it says is forgotten',
    given: n0LeadsOf(all, 1, puts([0, 1])),
    options,
    broken: [steps(1, { base: 2, commit: 2, applied: 2, goesBy: { voters: all, learners: [] } })],
    mended: [steps(1, { base: 2, commit: 2, applied: 2 })],
  },
  {
    property: 'One Change At A Time', what: 'two voters go at once', given: n0LeadsOf(all, 1), options,
    broken: [steps(0, { log: [1, puts([0])] })], mended: [steps(0, { log: [1, puts([0, 1])] })],
  },
  {
    property: 'One Change At A Time',
    what: 'the change before is not committed',
    given: [...n0LeadsOf(all, 1), steps(0, { log: [1, puts([0, 1])] })],
    options,
    broken: [steps(0, { log: [1, puts([0, 1]), puts([0])] })],
    mended: [
      steps(1, { log: [1, puts([0, 1])] }), steps(0, { commit: 2 }), steps(0, { log: [1, puts([0, 1]), puts([0])] }),
    ],
  },
  {
    property: 'One Change At A Time',
    what: 'a new leader has committed nothing of its term',
    given: [...n0LeadsOf(all), steps(0, { log: [1] })],
    options,
    broken: [steps(0, { log: [1, puts([0, 1])] })],
    mended: [steps(1, { log: [1] }), steps(0, { commit: 1 }), steps(0, { log: [1, puts([0, 1])] })],
  },
  {
    property: 'Stands As Member', what: 'a learner stands for election', given: n0LeadsOf([0, 1], 1),
    options: { members: [0, 1] }, broken: [steps(2, { term: 2, vote: 2, role: stands(2) })],
    mended: [steps(1, { term: 2, vote: 1, role: stands(1) })],
  },
  {
    property: 'Stands As Member', what: 'who has left and knows it asks for pre-votes',
    given: n0LeadsOf(all, 1, puts([0, 1])), options, broken: [steps(2, { commit: 2 }), asksAround],
    mended: [steps(2, { commit: 1 }), asksAround],
  },
  {
    property: 'Leader That Left Steps Down',
    what: 'it leads on when its going is committed',
    given: [...n0LeadsOf(all, 1), ...[0, 1, 2].map((node) => steps(node, { log: [1, puts([1, 2])] }))],
    options,
    broken: [steps(0, { commit: 2 })],
    mended: [steps(0, { commit: 2, role: left })],
  },
  {
    property: 'Elected By Majority',
    what: 'the vote of a learner counts',
    given: [
      ...n0LeadsOf([0, 1], 1), ...[0, 1, 2].map((node) => steps(node, { log: [1, puts([0, 1], [2])] })),
      steps(2, { term: 2, vote: 0 }), steps(0, { term: 2, vote: 0, role: stands(0) }),
    ],
    options: { members: [0, 1] },
    broken: [steps(0, { role: leads([0, 0, 0], [3, 3, 3]) })],
    mended: [steps(1, { term: 2, vote: 0 }), steps(0, { role: leads([0, 0, 0], [3, 3, 3]) })],
  },
  {
    property: 'Committed By Majority',
    what: 'what a learner holds counts',
    given: [...n0LeadsOf([0, 1], 1), ...[0, 2].map((node) => steps(node, { log: [1, puts([0, 1], [2])] }))],
    options: { members: [0, 1] },
    broken: [steps(0, { commit: 2 })],
    mended: [steps(1, { log: [1, puts([0, 1], [2])] }), steps(0, { commit: 2 })],
  },
  {
    property: 'Log Matching', what: 'another configuration stands in the same place',
    given: [...n0LeadsOf(all, 1), steps(0, { log: [1, puts([0, 1])] })], options,
    broken: [steps(1, { log: [1, puts([0, 2])] })], mended: [steps(1, { log: [1, puts([0, 1])] })],
  },
  {
    property: 'Snapshot Tells Who Takes Part',
    what: 'a snapshot tells of an earlier configuration',
    given: n0LeadsOf(all, 1, puts([0, 1])),
    options,
    broken: [
      steps(0, {
        base: 2, applied: 2, goesBy: { voters: all, learners: [] }, snapshotTells: { voters: all, learners: [] },
      }),
    ],
    mended: [steps(0, { base: 2, applied: 2, goesBy: both, snapshotTells: both })],
  },
  {
    property: 'Acknowledged Change Is Committed',
    what: 'an operator is told before the change is committed',
    options,
    given: [
      ...n0LeadsOf(all, 1), { kind: 'ask', operation: 0, request: { kind: 'removeServer', server: 2 } },
      ...[0, 1].map((node) => steps(node, { log: [1, puts([0, 1])] })),
    ],
    broken: [{ kind: 'tell', operation: 0, reply: true }],
    mended: [steps(0, { commit: 2 }), { kind: 'tell', operation: 0, reply: true }],
  },
  {
    property: 'Acknowledged Change Is Committed',
    what: 'a learner passes for a voter',
    options: { members: [0, 1] },
    given: [
      ...n0LeadsOf([0, 1], 1), { kind: 'ask', operation: 0, request: { kind: 'addServer', server: 2 } },
      ...[0, 1].map((node) => steps(node, { log: [1, puts([0, 1], [2])] })), steps(0, { commit: 2 }),
    ],
    broken: [{ kind: 'tell', operation: 0, reply: true }],
    mended: [{ kind: 'tell', operation: 0, reply: false }],
  },
  // Joint consensus.
  {
    property: 'Joint Is Left When Committed',
    what: 'it is left before it is committed',
    given: [...n0LeadsOf([0, 1], 1), ...jointly(overlapping, 0)],
    options: pair,
    broken: [steps(0, { log: [...overlapping, puts([1, 2])] })],
    mended: [...jointly(overlapping, 1, 2), steps(0, { commit: 2 }), steps(0, { log: [...overlapping, puts([1, 2])] })],
  },
  {
    property: 'Joint Is Left When Committed',
    what: 'it is left for another one',
    given: [...n0LeadsOf([0, 1], 1), ...jointly(overlapping, 0, 1, 2), steps(0, { commit: 2 })],
    options: pair,
    broken: [steps(0, { log: [...overlapping, puts([1])] })],
    mended: [steps(0, { log: [...overlapping, puts([1, 2])] })],
  },
  {
    property: 'Joint Is Left When Committed',
    what: 'who is to learn is forgotten',
    options: pair,
    given: [...n0LeadsOf([0, 1], 1), ...jointly([1, joins([1, 2], [0, 1], 0)], 0, 1, 2), steps(0, { commit: 2 })],
    broken: [steps(0, { log: [1, joins([1, 2], [0, 1], 0), puts([1, 2])] })],
    mended: [steps(0, { log: [1, joins([1, 2], [0, 1], 0), puts([1, 2], [0])] })],
  },
  {
    property: 'One Change At A Time', what: 'of those who voted before one is left out', given: n0LeadsOf([0, 1], 1),
    options: pair, broken: [steps(0, { log: [1, joins([1, 2], [0])] })], mended: [steps(0, { log: overlapping })],
  },
  {
    property: 'Elected By Majority',
    what: 'the new set elects alone',
    options: alone,
    given: [
      ...n0LeadsOf([0], 1), ...jointly(apart, 0, 1, 2), steps(2, { term: 2, vote: 1 }),
      steps(1, { term: 2, vote: 1, role: stands(1) }),
    ],
    broken: [steps(1, { role: leads([0, 0, 0], [3, 3, 3]) })],
    mended: [steps(0, { term: 2, vote: 1, role: left }), steps(1, { role: leads([0, 0, 0], [3, 3, 3]) })],
  },
  {
    property: 'Elected By Majority',
    what: 'the old set elects alone',
    given: [...n0LeadsOf([0], 1), ...jointly(apart, 0, 1, 2), steps(0, { term: 2, vote: 0, role: stands(0) })],
    options: alone,
    broken: [steps(0, { role: leads([0, 0, 0], [3, 3, 3]) })],
    mended: [
      steps(1, { term: 2, vote: 0 }), steps(2, { term: 2, vote: 0 }), steps(0, { role: leads([0, 0, 0], [3, 3, 3]) }),
    ],
  },
  {
    property: 'Committed By Majority', what: 'the old set commits alone',
    given: [...n0LeadsOf([0], 1), ...jointly(apart, 0, 1)], options: alone, broken: [steps(0, { commit: 2 })],
    mended: [...jointly(apart, 2), steps(0, { commit: 2 })],
  },
  {
    property: 'Stands On Pre-Votes',
    what: 'those of the new set are enough',
    options: alone,
    given: [
      ...n0LeadsOf([0], 1),
      ...[0, 1, 2].map((node) => steps(node, { log: apart, options: { members: [0], preVote: true } })),
    ],
    broken: [
      steps(1, { role: { kind: 'preCandidate', votes: [1, 2] } }), steps(1, { term: 2, vote: 1, role: stands(1) }),
    ],
    mended: [
      steps(1, { role: { kind: 'preCandidate', votes: [0, 1, 2] } }), steps(1, { term: 2, vote: 1, role: stands(1) }),
    ],
  },
  {
    property: 'Stands As Member',
    what: 'who voted before knows that it is left',
    options: pair,
    given: [
      ...n0LeadsOf([0, 1], 1), ...jointly(overlapping, 0, 1, 2), steps(0, { commit: 2 }),
      ...jointly([...overlapping, puts([1, 2])], 0, 1, 2),
    ],
    broken: [steps(0, { commit: 3, role: left }), steps(0, { term: 2, vote: 0, role: stands(0) })],
    mended: [steps(0, { commit: 2, role: left }), steps(0, { term: 2, vote: 0, role: stands(0) })],
  },
  {
    property: 'Leader That Left Steps Down',
    what: 'a leader of the old set leads on when it is left',
    options: pair,
    given: [
      ...n0LeadsOf([0, 1], 1), ...jointly(overlapping, 0, 1, 2), steps(0, { commit: 2 }),
      ...jointly([...overlapping, puts([1, 2])], 0, 1, 2),
    ],
    broken: [steps(0, { commit: 3 })],
    mended: [steps(0, { commit: 3, role: left })],
  },
  {
    property: 'Log Matching', what: 'another old set stands in the same place',
    given: [...n0LeadsOf([0, 1], 1), ...jointly(overlapping, 0)], options: pair, broken: jointly(apart, 1),
    mended: jointly(overlapping, 1),
  },
  {
    property: 'Snapshot Tells Who Takes Part',
    what: 'a snapshot forgets the old set',
    options: pair,
    given: [
      ...n0LeadsOf([0, 1], 1), ...jointly(overlapping, 0, 1, 2), steps(0, { commit: 2 }), steps(1, { commit: 2 }),
    ],
    broken: [
      steps(1, {
        base: 2, applied: 2, goesBy: { voters: [1, 2], learners: [] }, snapshotTells: { voters: [1, 2], learners: [] },
      }),
    ],
    mended: [steps(1, { base: 2, applied: 2 })],
  },
  {
    property: 'Acknowledged Change Is Committed',
    what: 'a replacement is told while it is joint',
    options: pair,
    given: [
      ...n0LeadsOf([0, 1], 1), { kind: 'ask', operation: 0, request: wish }, ...jointly(overlapping, 0, 1, 2),
      steps(0, { commit: 2 }),
    ],
    broken: [{ kind: 'tell', operation: 0, reply: true }],
    mended: [
      ...jointly([...overlapping, puts([1, 2])], 0, 1, 2), steps(0, { commit: 3, role: left }),
      { kind: 'tell', operation: 0, reply: true },
    ],
  },
  {
    property: 'Committed By Majority',
    what: 'a follower hears of it, and one of three disks holds it: by no configuration that is a change away are these more than half',
    given: [...n0LeadsOf(all, 1), pipelines(1, all)],
    options,
    broken: [steps(1, { log: [1, 1] }), steps(1, { commit: 2 })],
    mended: [...jointly([1, 1], 1, 2), steps(1, { commit: 2 })],
  },
  {
    property: 'Committed By Majority',
    what: 'of two voters one holds it, and its leader goes by two; who hears of it may hear it from one that has taken itself out',
    given: [...n0LeadsOf([0, 1], 1), pipelines(1, [0, 1])],
    options: pair,
    broken: [steps(0, { log: [1, 1] }), steps(0, { commit: 2 })],
    mended: [steps(1, { log: [1, 1] }), steps(1, { commit: 2 })],
  },
  {
    property: 'Committed By Majority',
    what: 'a follower hears of it while it is joint: half of the new set; all of it, by whom it may have been left',
    given: [...n0LeadsOf([0, 1], ...apartOf), pipelines(1, [0, 1])],
    options: pair,
    broken: [...jointly([...apartOf, 1], 1), steps(1, { commit: 3 })],
    mended: [...jointly([...apartOf, 1], 1, 2), steps(1, { commit: 3 })],
  },
];
