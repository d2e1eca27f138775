/** Servers that were taken out and come in again with a new disk. */
import type { NodeId } from '../../../core/protocol.ts';
import type { Configuration } from '../../../core/raft/members.ts';
import { asksPreVote, asksVote, preVotes, votes } from '../support/messages.ts';
import { boots, hears, steps, type Happening, type Item, type View } from '../support/stage.ts';
import type { Tripwire } from '../support/tripwire.ts';
import { n0LeadsOf, puts } from './membership.ts';

const all = [0, 1, 2];
const options = { members: all };
const pair: Configuration = { voters: [0, 1], learners: [] };

/** It starts, and knows that it is where servers come and go. */
const comesUp = boots(2, { as: { options } });
/** n2 was taken out by entry 2, and is down. */
export const n2IsOut = (...log: readonly Item[]): readonly Happening[] => [
  ...n0LeadsOf(all, ...(log.length === 0 ? [1, puts([0, 1])] : log)), { kind: 'crash', node: 2 },
];
/** It had voted for n0, in a term after that. */
const n2HadVoted = [
  ...n0LeadsOf(all, 1, puts([0, 1])), steps(2, { term: 4, vote: 0 }), { kind: 'crash', node: 2 } as const,
];
export const replaces = (changed: Partial<View> = {}, node: NodeId = 2): Happening => ({
  kind: 'replaceDisk', node, disk: { term: 1, vote: node, founding: { index: 2, configuration: pair }, ...changed },
});
export const n2IsNew = (...log: readonly Item[]): readonly Happening[] => [...n2IsOut(...log), replaces(), comesUp];
const cameBefore = [1, puts(all), puts([0, 1])];
const comesIn = puts([0, 1], [2]);
const grants = (term: number): Happening => hears(2, 1, asksVote(term), { term, vote: 1 }, [[1, votes(term)]]);

const begins = 'New Disk Begins At Removal';
export const newDisks: readonly Tripwire[] = [
  {
    property: begins, what: 'it tells of nobody', given: n2HadVoted, options, broken: [replaces({ founding: null })],
    mended: [replaces(), comesUp],
  },
  {
    property: begins,
    what: 'it tells of others than were committed',
    given: n2IsOut(),
    options,
    broken: [replaces({ founding: { index: 2, configuration: { voters: [0], learners: [] } } })],
    mended: [replaces({ founding: { index: 3, configuration: pair } }), comesUp],
  },
  {
    property: begins,
    what: 'its server takes part by what it tells',
    given: n2IsOut(),
    options,
    broken: [replaces({ founding: { index: 1, configuration: { voters: all, learners: [] } } })],
    mended: [replaces()],
  },
  {
    property: begins, what: 'its server takes part again', given: n2IsOut(1, puts([0, 1]), comesIn), options,
    broken: [replaces()],
    mended: [],
  },
  {
    property: begins, what: 'it begins before the removal', given: n2IsOut(), options,
    broken: [replaces({ term: 0, vote: null })], mended: [replaces({ term: 2, vote: null }), comesUp],
  },
  {
    property: begins, what: 'it has a vote in the term of the removal', given: n2IsOut(), options,
    broken: [replaces({ vote: null })], mended: [replaces(), comesUp],
  },
  {
    property: 'Term Monotonic',
    what: 'a server goes back to before its new disk',
    given: [...n2IsOut(), replaces({ term: 3 }), comesUp, { kind: 'crash', node: 2 }],
    options,
    broken: [boots(2, { as: { options }, disk: { term: 2 } })],
    mended: [comesUp],
    unseenBy: { explorer: 'its disks hold what was written' },
  },
  {
    property: 'One Vote Per Term', what: 'a server with a new disk votes for two', given: n2IsNew(1, puts([0, 1])),
    options, broken: [steps(2, { vote: 1 })], mended: [steps(2, { term: 2, vote: 1 })],
  },
  {
    property: 'Newcomer Grants No Vote', what: 'its log is empty', given: n2IsNew(), options, broken: [grants(2)],
    mended: [hears(2, 1, asksVote(2), { term: 2, vote: null }, [[1, votes(2, false)]])],
  },
  {
    property: 'Newcomer Grants No Vote',
    what: 'its log tells of its earlier stay only',
    given: [
      ...n2IsOut(...cameBefore), replaces({ founding: { index: 3, configuration: pair } }), comesUp,
      steps(2, { log: cameBefore.slice(0, 2) }),
    ],
    options,
    broken: [grants(2)],
    mended: [
      ...[0, 2].map((node) => steps(node, { log: [...cameBefore, comesIn] })), grants(2),
    ],
  },
  {
    property: 'Newcomer Grants No Vote', what: 'a pre-vote is granted', given: n2IsNew(), options,
    broken: [hears(2, 1, asksPreVote(2), {}, [[1, preVotes(2)]])],
    mended: [hears(2, 1, asksPreVote(2), {}, [[1, preVotes(1, false)]])],
  },
  {
    property: 'Newcomer Grants No Vote',
    what: 'its snapshot tells of others',
    given: [
      ...n2IsNew(1, puts([0, 1]), 1), steps(2, { log: [1, puts([0, 1]), 1] }),
      steps(2, { base: 3, commit: 3, applied: 3 }),
    ],
    options,
    broken: [grants(2)],
    mended: [hears(2, 1, asksVote(2), { term: 2, vote: null }, [[1, votes(2, false)]])],
  },
];
