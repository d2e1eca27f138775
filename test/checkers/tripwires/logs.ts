/** Logs and disks (Figure 2, Figure 3). */
import { allBoot, boots, c0, leads, steps, type Item } from '../support/stage.ts';
import { n0Commits, n0Leads, type Tripwire } from '../support/tripwire.ts';

const put = (sequence: number, value: string): Item => ({
  term: 1, command: { client: c0, sequence, operation: { kind: 'put', key: 'k', value } },
});
/** The same command in another object. */
const again = (item: Item): Item => ({ ...(item as object as Exclude<Item, number>), sizeBytes: 10 });
const holdsAt1 = (item: Item) => [steps(1, { term: 1, log: [item] })];

export const logs: readonly Tripwire[] = [
  {
    property: 'Log Terms Non-Decreasing', what: 'an entry stands behind one of a later term',
    given: [...allBoot, steps(0, { term: 2 })], broken: [steps(0, { log: [2, 1] })],
    mended: [steps(0, { log: [1, 2] })],
  },
  {
    property: 'Log Terms Non-Decreasing', what: 'found on a disk', given: allBoot.slice(1),
    broken: [boots(0, { disk: { term: 2, log: [2, 1] } })], mended: [boots(0, { disk: { term: 2, log: [2, 2] } })],
  },
  {
    property: 'Log Matching', what: 'another value in the same place',
    given: [...allBoot, steps(0, { term: 1, log: [put(1, 'a')] })], broken: holdsAt1(put(1, 'b')),
    mended: holdsAt1(again(put(1, 'a'))),
  },
  {
    property: 'Log Matching', what: 'another sequence number in the same place',
    given: [...allBoot, steps(0, { term: 1, log: [put(1, 'a')] })], broken: holdsAt1(put(2, 'a')),
    mended: holdsAt1(put(1, 'a')),
  },
  {
    property: 'Log Matching',
    what: "another client's command in the same place",
    given: [...allBoot, steps(0, { term: 1, log: [put(1, 'a')] })],
    broken: holdsAt1({
      term: 1,
      command: { client: c0 + 1, sequence: 1, operation: { kind: 'put', key: 'k', value: 'a' } },
    }),
    mended: holdsAt1(again(put(1, 'a'))),
  },
  {
    property: 'Log Matching', what: 'a no-op in the place of a command',
    given: [...allBoot, steps(0, { term: 1, log: [1] })], broken: holdsAt1({ term: 1, command: null }),
    mended: holdsAt1(1),
  },
  {
    property: 'Log Matching', what: 'the same entry behind another one',
    given: [...allBoot, steps(0, { term: 2, log: [1, 2] })], broken: [steps(1, { term: 2, log: [2, 2] })],
    mended: [steps(1, { term: 2, log: [1, 2] })],
  },
  {
    property: 'Log Matching', what: 'two entries deep', given: [...allBoot, steps(0, { term: 1, log: [1, 1, 1] })],
    broken: [steps(1, { term: 1, log: [1, { term: 1, command: null }, 1] })],
    mended: [steps(1, { term: 1, log: [1, 1, 1] })],
  },
  {
    property: 'Log Matching', what: 'found on a disk',
    given: [...allBoot, steps(0, { term: 1, log: [1] }), { kind: 'crash', node: 1 }],
    broken: [boots(1, { disk: { term: 1, log: [{ term: 1, command: null }] } })],
    mended: [boots(1, { disk: { term: 1, log: [1] } })],
  },
  {
    property: 'Log Matching',
    what: 'under new entries that fit',
    given: [...allBoot, steps(0, { term: 1, log: [1, 1, 1] }), steps(1, { term: 1, log: [0] })],
    broken: [steps(1, { log: [{ term: 1, command: null }, 1, 1] })],
    mended: [steps(1, { log: [1, 1, 1] })],
  },
  {
    property: 'Log Matching',
    what: 'the first entry behind a snapshot',
    given: n0Commits([1, 1, 1]),
    broken: [steps(2, { term: 1, log: [1, 1, { term: 1, command: null }], base: 2, commit: 2, applied: 2 })],
    mended: [steps(2, { term: 1, log: [1, 1, 1], base: 2, commit: 2, applied: 2 })],
  },
  {
    property: 'Log Matching', what: 'the first entry behind a snapshot, which ends with another term',
    given: n0Commits([1, 1]), broken: [steps(2, { term: 1, log: [0, 1], base: 1, commit: 1, applied: 1 })],
    mended: [steps(2, { term: 1, log: [1, 1], base: 1, commit: 1, applied: 1 })],
  },
  {
    property: 'Log Terms Non-Decreasing', what: 'the first entry behind a snapshot of a later term',
    given: n0Commits([1]), broken: [steps(2, { term: 1, log: [1, 0], base: 1, commit: 1, applied: 1 })],
    mended: [steps(2, { term: 1, log: [1, 1], base: 1, commit: 1, applied: 1 })],
  },
  ...(
    [
      ['term', { term: 3 }, { term: 2 }],
      ['vote', { term: 3, vote: 1 }, { vote: null }],
      ['last entry', { log: [1, 1, 2] }, { log: [1, 1] }],
      ['term of the last entry', { log: [1, 1, 2] }, { log: [1, 1, 1] }],
      ['size of an entry', { log: [1, 1, 2] }, { log: [1, { term: 1, command: 'long', sizeBytes: 11 }, 2] }],
      ['beginning of the log and the snapshot', { base: 1 }, { base: 0 }],
    ] as const
  ).map(([what, to, disk]): Tripwire => ({
    property: 'Persist Before Send', what: `the disk lacks the ${what}`,
    given: [...n0Commits([1, 1]), steps(1, { term: 2, commit: 2, applied: 2 })], broken: [steps(1, to, { disk })],
    mended: [steps(1, to)],
  })),
  {
    property: 'Persist Before Send', what: 'a server starts without the vote that its disk holds',
    given: [...allBoot, steps(0, { term: 1, vote: 1 }), { kind: 'crash', node: 0 }],
    broken: [boots(0, { as: { vote: null } })], mended: [boots(0)],
  },
  {
    property: 'Persist Before Send', what: 'a server starts without the log that its disk holds',
    given: [...allBoot, steps(0, { term: 1, log: [1] }), { kind: 'crash', node: 0 }],
    broken: [boots(0, { as: { log: [] } })], mended: [boots(0)],
  },
  {
    property: 'Leader Append-Only', what: 'a leader drops its last entry', given: n0Leads([1, 1]),
    broken: [steps(0, { log: [1] })], mended: [steps(0, { log: [1, 1, 1] })],
  },
  {
    property: 'Leader Append-Only', what: 'a leader replaces its last entry', given: n0Leads([1, 1]),
    broken: [steps(0, { log: [0, 0] })],
    mended: [steps(0, { term: 2, role: { kind: 'follower', leaderId: 1 }, log: [1] })],
  },
  {
    property: 'Leader Append-Only', what: 'a leader replaces its only entry by a longer log', given: n0Leads([1]),
    broken: [steps(0, { log: [{ term: 0, command: null }, 1] })], mended: [steps(0, { log: [1, 1] })],
  },
  {
    property: 'Leader Append-Only', what: 'compaction deletes nothing',
    given: [...n0Commits([1, 1]), steps(0, { applied: 2 })],
    broken: [steps(0, { log: [1], base: 1, commit: 1, applied: 1 })],
    mended: [steps(0, { base: 2 }), steps(0, { log: [1, 1, 1] })],
  },
  {
    property: 'Leader Append-Only',
    what: 'who leads a later term is not the same leader',
    given: n0Leads([1, 1]),
    broken: [steps(0, { log: [] })],
    mended: [
      steps(2, { term: 2, vote: 0 }), steps(1, { term: 2, vote: 0 }),
      steps(0, { term: 2, vote: 0, role: leads([0, 0, 0]), log: [] }),
    ],
  },
];
