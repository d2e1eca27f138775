/** Every situation is counted where it is shown, as often as it is, and not in a history that differs by just that. */
import { describe, expect, test } from 'vitest';
import {
  requiredSituations, situationGroups, situations, type SituationName,
} from '../../checkers/chronicle/situations.ts';
import type { Operation } from '../../core/kv/command.ts';
import type { Rounds } from '../../core/raft/office.ts';
import type { Leader, RaftOptions, Role } from '../../core/raft/state.ts';
import type { ServerMessage } from '../../core/server.ts';
import type { Transfers } from '../../core/raft/snapshot-chunks.ts';
import {
  accepts, appends, asksPreVote, asksStore, asksVote, chunk, installed, installs, isDone, isRefused, preVotes, refuses,
  storesChunk, timeoutNow, asksTransferVote, votes, wishes,
} from './support/messages.ts';
import {
  allBoot, boots, c0, c1, entryAt, follows, hears, kinds, leads, play, stands, steps, type Happening, type Item,
  type StageOptions,
} from './support/stage.ts';
import { n0Commits, n0Leads } from './support/tripwire.ts';
import { joins, left, n0LeadsOf, puts } from './tripwires/membership.ts';
import { n2IsNew, n2IsOut, replaces } from './tripwires/new-disks.ts';
import { n0Sends, part } from './tripwires/transfers.ts';

interface Shown {
  readonly name: SituationName;
  readonly given: readonly Happening[];
  /** Shows it once more than `not` does. */
  readonly shown: readonly Happening[];
  readonly not: readonly Happening[];
  /** How often it is counted in `shown`; once when absent. */
  readonly times?: number;
  readonly options?: StageOptions;
}

const crash = (node: number, atBarrier: 'no' | 'writeLost' | 'writeKept' = 'no'): Happening => ({
  kind: 'crash', node, atBarrier,
});
const get: Operation = { kind: 'get', key: 'k' };
const mine = (sequence: number): Item => ({ term: 1, command: { client: c0, sequence, operation: get } });
/** A command of a client that has several in flight, and which request asks for it. */
const inFlight = (sequence: number, unanswered = 1): Item => ({
  term: 1, command: { client: c0, sequence, operation: get, unanswered },
});
const inFlightRequest = (sequence: number) =>
  ({ kind: 'clientRequest', sequence, operation: get, unanswered: 1 }) as const;
const asksInFlight = (
  node: number, sequence: number, to: Parameters<typeof hears>[3] = {}, sends: Parameters<typeof hears>[4] = [],
): Happening => hears(node, c0, inFlightRequest(sequence), to, sends);
const held = (sequence: number) => ({ client: c0, request: inFlightRequest(sequence) });
const n0Holds = [...n0Leads([1]), asksInFlight(0, 2, { early: [held(2)] })];
const turn = { kind: 'timer', timer: 'turn' } as const;
/** AppendEntries with the entries of n0's log from one index to another. */
const sendsFrom = (from: number, to: number) =>
  appends(
    1, from - 1,
    [inFlight(1), inFlight(2), inFlight(3, 3), mine(4)].slice(from - 1, to).map((item, i) => entryAt(from + i, item)),
  );
const asks: Happening = { kind: 'ask', operation: 0, request: get };
const told: Happening = { kind: 'tell', operation: 0, reply: '' };
const end = (...happenings: readonly Happening[]): readonly Happening[] => [...happenings, told];
const n0Stands = [...allBoot, steps(0, { term: 1, vote: 0, role: stands(0) })];
const reader = (sequence: number, index: number | null, client = c0) => ({ client, sequence, operation: get, index });
const ones = (many: number): readonly number[] => new Array<number>(many).fill(1);
const n0Reads = (...reading: readonly ReturnType<typeof reader>[]) => [...n0Leads(), steps(0, { reading })];
const asksFor = (...of: readonly number[]): Role => ({ kind: 'preCandidate', votes: of });
const passing = { transfer: true };
const handsOver = (to: number | null, isTold = false): Role => ({
  ...(leads([0, 1, 0], [2, 2, 2]) as Leader),
  office: { heard: [], ...(to === null ? {} : { transfer: { to, isTold } }) },
});
const n0MayPass = [...n0Leads([1]), steps(1, { log: [1] }), steps(0, { options: passing, role: handsOver(null) })];
const n0Passes = (to: number, isTold: boolean) => [
  ...n0MayPass,
  hears(0, 0, wishes(to), { role: handsOver(to, isTold) }, isTold ? [[to, timeoutNow(1)]] : [], ['transfer']),
];
const passingOf3: RaftOptions = { ...passing, members: [0, 1, 2] };
/** n0 leads three that vote, with this log, of which all but the first entry is on its disk only. */
const n0MayPassOf = (...log: readonly Item[]) => [
  ...n0LeadsOf([0, 1, 2], log[0]!), steps(0, { options: passingOf3, role: handsOver(null), log }),
];
const passesTo1 = hears(0, 0, wishes(1), { role: handsOver(1) }, [], ['transfer']);
const n1InContact = [
  ...allBoot,
  steps(1, { term: 1, options: passing, role: { kind: 'follower', leaderId: 0, hasContact: true } }),
];
/** n2 came in again under n0. */
const n0HasLetIn = (given: readonly Happening[]): readonly Happening[] => [
  ...given,
  steps(0, { role: { ...(leads([0, 1, 0], [3, 3, 3]) as Leader), office: { heard: [], departures: [0, 0, 1] } } }),
];
const leaseOn: RaftOptions = { checkQuorum: true, reads: ['lease'], lease: { promiseUs: 1, driftPer1000: 0 } };
const pending = { by: 0, client: c0, sequence: 1, index: 0, round: 1 };
const leasing = (rounds: Partial<Rounds>): Role => ({
  ...(leads([0, 0, 0]) as Leader),
  office: { heard: [], rounds: { begun: 1, answered: [0, 1, 0], reads: [], confirmed: [], ...rounds } },
});
const n0MayLease = [
  ...n0Leads(),
  steps(0, {
    options: leaseOn, role: leasing({ leased: [pending] }),
    reading: [{ client: c0, sequence: 1, operation: get, index: null }],
  }),
];
/** n0 leads three that vote, with this log, of which all but the first entry is on its disk only. */
const n0MayLeaseWith = (...log: readonly Item[]) => [
  ...n0LeadsOf([0, 1, 2], log[0]!),
  steps(0, {
    options: { ...leaseOn, members: [0, 1, 2] }, log, role: leasing({ leased: [pending] }),
    reading: [{ client: c0, sequence: 1, operation: get, index: null }],
  }),
];
const answersByLease: Happening =
  steps(0, { role: leasing({}), reading: [] }, { event: { kind: 'timer', timer: 'leaseRead' } });
const n1Promises = (leaderId: number | null) => [
  ...allBoot,
  steps(1, { term: 1, options: leaseOn, role: { kind: 'follower', leaderId, hasContact: true } }),
];
const n0Asks = [...allBoot, steps(0, { role: asksFor(0) })];
/** n1 has both entries applied, and n2 none. */
const n1Applied = [...n0Commits([1, 1]), steps(1, { commit: 2, applied: 2 })];
const n1Holds = [...allBoot, steps(1, { term: 1, log: [1, 1] })];
const n2Installs = (more: object = {}) =>
  hears(2, 0, installs(1, 2), { term: 1, log: [1, 1], base: 2, commit: 2, applied: 2, ...more }, [
    [0, installed(1, 2)],
  ]);
const entries = [entryAt(1, 1)];
const waiting = (sequence: number, index = sequence) => ({ index, term: 1, client: c0, sequence });
const n0Waits = (...sequences: readonly number[]) => [
  ...n0Leads([mine(1)]), steps(0, { waiting: sequences.map((sequence) => waiting(sequence)) }),
];
/** n0 leads and has executed command 2 of c0. */
const n0HasDone = [...n0Commits([mine(1), mine(2)]), steps(0, { applied: 2 })];
const delivery = { kind: 'entry', index: 2, entry: entryAt(2, 1) } as const;
/** n1 leads term 2 with what n0 left it, and is about to commit it. */
const n1Inherits = [
  ...n0Leads([1]), steps(1, { log: [1] }), steps(2, { term: 2, vote: 1 }),
  steps(1, { term: 2, vote: 1, role: leads([0, 0, 0], [2, 2, 2]) }),
];

const n2Has = (bytes: number): Happening =>
  hears(2, 0, chunk(0), { transfers: part(bytes) }, [[0, storesChunk(0, bytes)]]);
const outgoing = (offset: number): Transfers => ({
  incoming: null,
  outgoing: [{ to: 2, term: 1, lastIncludedIndex: 2, lastIncludedTerm: 1, bytes: new Uint8Array(12), offset }],
});
const sending = (offset: number): Happening => steps(0, { transfers: outgoing(offset) });
const whole = { term: 1, log: [1, 1], base: 2, commit: 2, applied: 2 };

/** n0 has so many requests under way to n1, each with one entry. */
const flowing = (count: number, state: 'probe' | 'replicate' = 'replicate'): Role => {
  const none = { state: 'probe', inFlight: [] } as const;
  const inFlight = [1, 2].slice(0, count);
  const next = state === 'probe' ? 1 : count + 1;
  return {
    kind: 'leader', nextIndex: [1, next, 1], matchIndex: [0, 0, 0],
    office: { heard: [], flows: [none, { state, inFlight }, none] },
  };
};
const inWindow = { as: { options: { window: 2 } } };
const n0Flows = (count: number, log: readonly Item[] = [1, 1]) => [
  ...[0, 1, 2].map((node) => boots(node, inWindow)), steps(1, { term: 1, vote: 0 }),
  steps(0, { term: 1, vote: 0, role: stands(0) }), hears(0, 1, votes(1), { role: flowing(0, 'probe') }),
  steps(0, { log, role: flowing(count) }),
];

const inSession = (sequence: number, session: number, client = c0, timeUs = 0, activeSinceUs = 0): Item =>
  ({ term: 1, command: { client, sequence, operation: get, inSession: { session, timeUs, activeSinceUs } } });

const all = [0, 1, 2];
const threeVote = { members: all };
const twoVote = { members: [0, 1] };
const hold = (log: readonly Item[], ...nodes: readonly number[]) => nodes.map((node) => steps(node, { log }));
const n0Catches = (rounds: number): Role =>
  ({
    ...leads([0, 0, 0]), office: { heard: [], catchUp: { servers: [2], upTo: 1, rounds, isLate: rounds > 1 } },
  }) as Role;
const change: Happening = { kind: 'ask', operation: 0, request: { kind: 'removeServer', server: 2 } };
/** n1 and n2 come for n0 and n1. */
const joint = [1, joins([1, 2], [0, 1])];
/** n0 leads three that vote, and n1 has acknowledged this log, of which its own disk is known to hold one entry. */
const n0PipelinesThree = (...log: readonly Item[]) => [
  ...n0LeadsOf(all, log[0]!), ...hold(log, 0, 1),
  steps(0, { options: { ...threeVote, pipelined: true }, role: leads([1, 2, 0], [3, 3, 3]) }),
];
/** n0 leads, and its going is in all logs. */
const n0Leaves = [...n0LeadsOf(all, 1), ...hold([1, puts([1, 2])], 0, 1, 2)];
/** A put of c0 with a version, as its command of that number. */
const putOf = (sequence: number, version: number, key = 'k'): Item => ({
  term: 1,
  command: { client: c0, sequence, operation: { kind: 'putVersion', key, value: 'x', version } },
});
const asksPut: Happening = {
  kind: 'ask', operation: 0, request: { kind: 'putVersion', key: 'k', value: 'x', version: 0 },
};
const toldMaybe: Happening = { kind: 'tell', operation: 0, reply: { told: 'ErrMaybe', version: 0 } };
const ofAnother: Item = {
  term: 1,
  command: { client: c0 + 1, sequence: 1, operation: { kind: 'putVersion', key: 'k', value: 'y', version: 0 } },
};

const list: readonly Shown[] = [
  // Membership.
  {
    name: 'learnersAdded', options: twoVote, given: [...n0LeadsOf([0, 1], 1), ...hold([1, puts([0, 1], [2])], 0, 1)],
    shown: [steps(0, { commit: 2 })], not: [steps(1, { commit: 1 })],
  },
  {
    name: 'votersAdded',
    options: twoVote,
    given: [...n0LeadsOf([0, 1], 1, puts([0, 1], [2])), ...hold([1, puts([0, 1], [2]), puts(all)], 0, 1)],
    shown: [steps(0, { commit: 3 })],
    not: [steps(1, { commit: 2 })],
  },
  {
    name: 'serversRemoved', options: threeVote, given: [...n0LeadsOf(all, 1), ...hold([1, puts([0, 1])], 0, 1)],
    shown: [steps(0, { commit: 2 })], not: [steps(1, { commit: 1 })],
  },
  {
    name: 'configurationsRolledBack', options: threeVote, given: [...n0LeadsOf(all, 1), ...hold([1, puts([0, 1])], 2)],
    shown: [steps(2, { term: 2, log: [1, 2] })], not: [steps(2, { term: 2, log: [1, puts([0, 1]), 2] })],
  },
  {
    name: 'leadersRemoved', options: threeVote, given: n0Leaves, shown: [steps(0, { commit: 2, role: left })],
    not: [steps(0, { term: 2, vote: null, commit: 2, role: left })],
  },
  {
    name: 'disksReplaced', options: threeVote, given: n2IsOut(), shown: [replaces(), boots(2)], not: [boots(2)],
  },
  {
    name: 'votersWithNewDisk',
    options: threeVote,
    given: [
      ...n2IsNew(), ...hold([1, puts([0, 1]), puts([0, 1], [2])], 0, 1), steps(0, { commit: 3 }),
      ...hold([1, puts([0, 1]), puts([0, 1], [2]), puts(all)], 0, 1),
    ],
    shown: [steps(0, { commit: 4 })],
    not: [steps(1, { commit: 3 })],
  },
  {
    name: 'votesRefusedByNewcomers',
    options: threeVote,
    given: n2IsNew(),
    shown: [hears(2, 1, asksVote(2), { term: 2, vote: null }, [[1, votes(2, false)]])],
    not: [hears(2, 1, asksVote(1), {}, [[1, votes(1, false)]])],
  },
  {
    name: 'answersOfEarlierStays', options: threeVote, given: n0HasLetIn(n0LeadsOf(all, 1)),
    shown: [hears(0, 2, accepts(1, 1))], not: [hears(0, 2, { ...accepts(1, 1), stay: 1 } as ServerMessage)],
  },
  {
    name: 'answersOfLostDisks', options: threeVote, given: n0HasLetIn(n2IsNew()),
    shown: [hears(0, 2, accepts(1, 1))], not: [hears(0, 2, { ...accepts(1, 1), stay: 1 } as ServerMessage)],
  },
  {
    name: 'removedServersStanding', options: threeVote, given: n0LeadsOf(all, 1, puts([0, 1])),
    shown: [steps(2, { term: 2, vote: 2, role: stands(2) })], not: [steps(1, { term: 2, vote: 1, role: stands(1) })],
  },
  {
    name: 'leadersOnTheirWayOut', options: threeVote, given: n0Leaves, shown: [steps(0, { commit: 2, role: left })],
    not: [steps(1, { commit: 1 })],
  },
  {
    name: 'leadersOfUncommittedConfiguration',
    options: threeVote,
    given: [
      ...n0LeadsOf(all, 1), ...hold([1, puts([0, 1])], 0), steps(1, { term: 2, vote: 0 }),
      steps(0, { term: 2, vote: 0, role: stands(0) }),
    ],
    shown: [steps(0, { role: leads([0, 0, 0], [3, 3, 3]) })],
    not: [steps(0, { role: follows(1) })],
  },
  {
    name: 'commitsByUnwrittenConfiguration',
    options: threeVote,
    given: n0PipelinesThree(1, puts([0, 1])),
    shown: [steps(0, { commit: 2 })],
    not: [steps(0, { role: leads([2, 2, 0], [3, 3, 3]), commit: 2 })],
  },
  {
    name: 'votersMadeLearners',
    options: twoVote,
    given: [
      ...n0LeadsOf([0, 1], 1, joins([1, 2], [0, 1], 0)),
      ...hold([1, joins([1, 2], [0, 1], 0), puts([1, 2], [0])], 0, 1, 2),
    ],
    shown: [steps(0, { commit: 3, role: left })],
    not: [steps(1, { commit: 2 })],
  },
  {
    name: 'jointConfigurationsEntered', options: twoVote, given: [...n0LeadsOf([0, 1], 1), ...hold(joint, 0, 1, 2)],
    shown: [steps(0, { commit: 2 })], not: [steps(1, { commit: 1 })],
  },
  {
    name: 'jointConfigurationsLeft', options: twoVote,
    given: [...n0LeadsOf([0, 1], ...joint), ...hold([...joint, puts([1, 2])], 0, 1, 2)],
    shown: [steps(0, { commit: 3, role: left })], not: [steps(1, { commit: 2 })],
  },
  {
    name: 'leadersElectedByTwoSets',
    options: twoVote,
    given: [
      ...n0LeadsOf([0, 1], 1), ...hold(joint, 0, 1, 2), steps(2, { term: 2, vote: 1 }),
      steps(0, { term: 2, vote: 1, role: follows(1) }), steps(1, { term: 2, vote: 1, role: stands(1) }),
    ],
    shown: [steps(1, { role: leads([0, 0, 0], [3, 3, 3]) })],
    not: [steps(1, { log: [1] }), steps(1, { role: leads([0, 0, 0], [2, 2, 2]) })],
  },
  {
    name: 'leadersOfTheOldSetOnly', options: twoVote, given: [...n0LeadsOf([0, 1], 1), ...hold(joint, 0, 1, 2)],
    shown: [steps(0, { commit: 2 })], not: [steps(1, { commit: 1 })],
  },
  {
    name: 'jointConfigurationsInherited',
    options: twoVote,
    given: n0LeadsOf([0, 1], ...joint),
    not: [steps(0, { log: [...joint, puts([1, 2])] })],
    shown: [
      ...[0, 2].map((node) => steps(node, { term: 2, vote: 1, role: follows(1) })),
      steps(1, { term: 2, vote: 1, role: stands(1) }), steps(1, { role: leads([0, 0, 0], [3, 3, 3]) }),
      ...hold([...joint, 2], 1, 2, 0), steps(1, { commit: 3 }), steps(1, { log: [...joint, 2, puts([1, 2], [], 2)] }),
    ],
  },
  {
    name: 'jointConfigurationsRolledBack',
    options: twoVote,
    given: [...n0LeadsOf([0, 1], 1), ...hold([1, puts([0, 1], [2])], 2)],
    shown: [
      ...hold([1, puts([0, 1], [2]), joins([1, 2], [0, 1])], 2), steps(2, { term: 2, log: [1, puts([0, 1], [2]), 2] }),
    ],
    not: [steps(2, { term: 2, log: [1, 2] })],
  },
  {
    name: 'snapshotsOfJointConfigurations', options: twoVote, given: n0LeadsOf([0, 1], ...joint),
    shown: [steps(0, { base: 2, applied: 2 })], not: [steps(0, { base: 1, applied: 1 })],
  },
  {
    name: 'roundsOfCatchUp', options: twoVote, given: [...n0LeadsOf([0, 1], 1), steps(0, { role: n0Catches(1) })],
    shown: [steps(0, { role: n0Catches(2) })], not: [steps(0, { role: n0Catches(1) })],
  },
  {
    name: 'configurationsInstalled',
    options: twoVote,
    given: [
      ...n0LeadsOf([0, 1], 1, puts([0, 1], [2])), crash(2), boots(2, { as: { options: twoVote }, disk: { log: [] } }),
    ],
    shown: [
      hears(2, 0, installs(1, 2), { term: 1, log: [1, puts([0, 1], [2])], base: 2, commit: 2, applied: 2 }, [
        [0, installed(1, 2)],
      ]),
    ],
    not: [hears(2, 0, installs(1, 1), { term: 1, log: [1], base: 1, commit: 1, applied: 1 }, [[0, installed(1, 1)]])],
  },
  {
    name: 'changesDone',
    options: threeVote,
    given: [...n0LeadsOf(all, 1), change, ...hold([1, puts([0, 1])], 0, 1), steps(0, { commit: 2 })],
    shown: [{ kind: 'tell', operation: 0, reply: true }],
    not: [],
  },
  {
    name: 'changesGivenUp', options: threeVote, given: [...n0LeadsOf(all, 1), change],
    shown: [{ kind: 'tell', operation: 0, reply: false }], not: [],
  },
  // Elections.
  {
    name: 'leadersElected', given: n0Stands,
    shown: [steps(1, { term: 1, vote: 0 }), steps(0, { role: leads([0, 0, 0]) })],
    not: [steps(0, { role: follows(1) })],
  },
  {
    name: 'leadersDeposed', given: n0Leads(), shown: [steps(0, { role: follows(1) })],
    not: [steps(0, { role: leads([0, 0, 0], [2, 2, 2]) })],
  },
  {
    name: 'leadersReelected', given: [...n0Leads(), steps(1, { term: 2, vote: 0 }), steps(2, { term: 2, vote: 1 })],
    shown: [steps(0, { term: 2, vote: 0, role: leads([0, 0, 0]) })],
    not: [steps(0, { term: 3, vote: 0, role: stands(0) })],
  },
  {
    name: 'leadersElectedWithUncommittedTail',
    given: [...allBoot, steps(1, { term: 2, vote: 0 }), steps(0, { term: 1, log: [1] })],
    shown: [steps(0, { term: 2, vote: 0, role: leads([0, 0, 0]) })],
    not: [steps(0, { log: [] }), steps(0, { term: 2, vote: 0, log: [2], role: leads([0, 0, 0]) })],
  },
  {
    name: 'twoLeadersAtOnce', given: [...n0Leads(), steps(2, { term: 2, vote: 1 })],
    shown: [steps(1, { term: 2, vote: 1, role: leads([0, 0, 0]) })],
    not: [crash(0), steps(1, { term: 2, vote: 1, role: leads([0, 0, 0]) })],
  },
  {
    name: 'candidatesWithoutMajority', given: n0Stands, shown: [steps(0, { term: 2, vote: 0, role: stands(0) })],
    not: [steps(0, { role: stands(0, 1) })],
  },
  {
    name: 'candidatesSteppedDown', given: n0Stands, shown: [steps(0, { role: follows(1) })],
    not: [steps(0, { term: 2, vote: null, role: follows(1) })],
  },
  {
    name: 'votesRefusedForStaleLog',
    given: [...allBoot, steps(1, { term: 1, log: [1] })],
    shown: [
      hears(1, 0, asksVote(1), {}, [[0, votes(1, false)]]),
      hears(1, 0, asksVote(2), { term: 2 }, [[0, votes(2, false)]]),
    ],
    times: 2,
    not: [hears(1, 0, asksVote(1), { vote: 0 }, [[0, votes(1)]]), hears(1, 0, asksVote(0), {}, [[0, votes(1, false)]])],
  },
  {
    name: 'votesRefusedForOtherVote', given: [...allBoot, steps(1, { term: 1, vote: 2 })],
    shown: [hears(1, 0, asksVote(1), {}, [[0, votes(1, false)]])],
    not: [hears(1, 0, asksVote(2), { term: 2, vote: null }, [[0, votes(2, false)]])],
  },
  {
    name: 'termsAdoptedFromReplies',
    given: n0Leads(),
    shown: [hears(0, 1, refuses(2, 0), { term: 2, vote: null, role: follows(1) })],
    not: [
      hears(0, 1, asksVote(2), { term: 2, vote: null, role: follows(1) }),
      hears(0, 1, accepts(2, 0), { role: follows(2) }),
    ],
  },
  // PreVote and CheckQuorum.
  {
    name: 'preCandidatesStanding', given: n0Asks,
    shown: [hears(0, 1, preVotes(1), { term: 1, vote: 0, role: stands(0) })],
    not: [hears(0, 1, preVotes(1), { role: asksFor(0, 1) })],
  },
  {
    name: 'preCandidatesWithoutMajority', given: n0Asks, shown: [steps(0, { role: asksFor(0) })],
    not: [hears(0, 1, preVotes(1), { role: asksFor(0, 1) })],
  },
  {
    name: 'preCandidatesSteppedDown', given: n0Asks, shown: [hears(0, 1, appends(1, 0), { term: 1, role: follows(1) })],
    not: [hears(0, 1, asksVote(1), { term: 1, role: { kind: 'follower', leaderId: null } })],
  },
  {
    name: 'preVotesGranted', given: allBoot, shown: [hears(1, 0, asksPreVote(1), {}, [[0, preVotes(1)]])],
    not: [hears(1, 0, asksPreVote(1), {}, [[0, preVotes(0, false)]])],
  },
  {
    name: 'preVotesRefusedInContact', given: n0Leads(),
    shown: [hears(0, 1, asksPreVote(2), {}, [[1, preVotes(1, false)]])],
    not: [hears(2, 1, asksPreVote(2), {}, [[1, preVotes(1, false)]])],
  },
  {
    name: 'preVotesRefusedForStaleLog',
    given: n0Leads(),
    shown: [hears(2, 1, asksPreVote(2), {}, [[1, preVotes(1, false)]])],
    not: [
      hears(0, 1, asksPreVote(2), {}, [[1, preVotes(1, false)]]),
      hears(2, 1, asksPreVote(0), {}, [[1, preVotes(1, false)]]), hears(2, 1, asksPreVote(2), {}, [[1, preVotes(2)]]),
    ],
  },
  {
    name: 'leadersWithoutQuorum', given: n0Leads(), shown: [steps(0, { role: { kind: 'follower', leaderId: null } })],
    not: [steps(0, { term: 2, vote: null, role: { kind: 'follower', leaderId: null } })],
  },
  {
    name: 'votesIgnoredInContact', given: n0Leads(), shown: [hears(0, 1, asksVote(2))],
    not: [hears(0, 1, asksVote(1), {}, [[1, votes(1, false)]]), hears(2, 1, asksVote(2))],
  },
  // Leadership transfer.
  {
    name: 'transfersToUpToDate',
    given: n0MayPass,
    shown: [hears(0, 0, wishes(1), { role: handsOver(1, true) }, [[1, timeoutNow(1)]], ['transfer'])],
    not: [hears(0, 0, wishes(2), { role: handsOver(2) }, [], ['transfer'])],
  },
  {
    name: 'transfersToBehind',
    given: n0MayPass,
    shown: [hears(0, 0, wishes(2), { role: handsOver(2) }, [], ['transfer'])],
    not: [hears(0, 0, wishes(1), { role: handsOver(1, true) }, [[1, timeoutNow(1)]], ['transfer'])],
  },
  {
    name: 'transfersCaughtUp',
    given: n0Passes(2, false),
    shown: [
      steps(2, { term: 1, log: [1] }),
      hears(0, 2, accepts(1, 1), { role: { ...handsOver(2, true), matchIndex: [0, 1, 1] } as Leader }, [
        [2, timeoutNow(1)],
      ]),
    ],
    not: [steps(2, { term: 1, log: [1] }), steps(0, { role: handsOver(null) })],
  },
  {
    name: 'transfersCompleted', given: n0Passes(1, true), shown: [steps(0, { term: 2, vote: 1, role: follows(1) })],
    not: [steps(0, { role: handsOver(null) })],
  },
  {
    name: 'transfersGivenUp', given: n0Passes(1, true), shown: [steps(0, { role: handsOver(null) })],
    not: [steps(0, { term: 2, vote: 1, role: follows(1) })],
  },
  {
    name: 'standsAtLeadersWish', given: n1InContact,
    shown: [hears(1, 0, timeoutNow(1), { term: 2, vote: 1, role: stands(1) })], not: [hears(1, 0, timeoutNow(0))],
  },
  {
    name: 'transferVotesInContact',
    given: n1InContact,
    shown: [hears(1, 2, asksTransferVote(2), { term: 2, vote: 2, role: follows(2) }, [[2, votes(2)]])],
    not: [
      steps(1, { role: follows(0) }),
      hears(1, 2, asksTransferVote(2), { term: 2, vote: 2, role: follows(2) }, [[2, votes(2)]]),
    ],
  },
  {
    name: 'transfersDuringChange', options: threeVote, given: n0MayPassOf(1, puts([0, 1])), shown: [passesTo1],
    not: [steps(1, { log: [1, puts([0, 1])] }), steps(0, { commit: 2 }), passesTo1],
  },
  {
    name: 'transfersByLeadersThatLeft', options: threeVote, given: n0MayPassOf(1, puts([1, 2])), shown: [passesTo1],
    not: [steps(0, { role: follows(1) })],
  },
  {
    name: 'standsWithinChange', options: threeVote,
    given: [...n0MayPassOf(1, puts([0, 1])), steps(1, { log: [1, puts([0, 1])], options: passingOf3 })],
    shown: [hears(1, 0, timeoutNow(1), { term: 2, vote: 1, role: stands(1) })],
    not: [
      steps(1, { log: [1, puts([0, 1])], commit: 2 }),
      hears(1, 0, timeoutNow(1), { term: 2, vote: 1, role: stands(1) }),
    ],
  },
  {
    name: 'transfersToNobodyWithVote', options: threeVote, given: n0MayPassOf(1, puts([0, 1])),
    shown: [hears(0, 0, wishes(2))], not: [hears(0, 0, wishes(1))],
  },
  {
    name: 'requestsRefusedInTransfer', given: n0Passes(1, true),
    shown: [hears(0, c0, asksStore(1), {}, [[c0, isRefused(1, 1)]])],
    not: [hears(1, c0, asksStore(1), {}, [[c0, isRefused(1, 0)]])],
  },
  // Replication.
  {
    name: 'entriesOfEarlierTermsCommitted', given: n1Inherits, shown: [steps(1, { commit: 1 })],
    not: [steps(0, { commit: 1 })],
  },
  {
    name: 'severalEntriesCommittedAtOnce', given: [...n0Leads([1, 1]), steps(1, { log: [1, 1] })],
    shown: [steps(0, { commit: 2 })], not: [steps(0, { commit: 1 }), steps(0, { commit: 2 })],
  },
  {
    name: 'conflictingEntriesTruncated', given: [...n1Holds, steps(1, { term: 2 })],
    shown: [hears(1, 0, appends(2, 1, [entryAt(2, 2)]), { log: [1, 2] })],
    not: [hears(1, 0, appends(2, 2, [entryAt(3, 2)]), { log: [1, 1, 2] })],
  },
  {
    name: 'refusalsForGap',
    given: n1Holds,
    shown: [hears(1, 0, appends(1, 5), {}, [[0, refuses(1, 5, 0, 3)]])],
    not: [
      hears(1, 0, appends(1, 2), {}, [[0, refuses(1, 2, 1)]]), hears(1, 0, appends(0, 5), {}, [[0, refuses(1, 5, 0, 3)]]),
    ],
  },
  {
    name: 'refusalsForConflict',
    given: n1Holds,
    shown: [hears(1, 0, appends(1, 2), {}, [[0, refuses(1, 2, 1)]])],
    not: [hears(1, 0, appends(1, 2), {}, [[0, accepts(1, 2)]]), hears(1, 0, appends(1, 5), {}, [[0, refuses(1, 5, 0, 3)]])],
  },
  {
    name: 'staleRequestsRefused', given: n1Holds, shown: [hears(1, 0, appends(0, 0), {}, [[0, refuses(1, 0)]])],
    not: [hears(1, 0, appends(1, 5), {}, [[0, refuses(1, 5, 0, 3)]])],
  },
  {
    name: 'repeatedEntriesIgnored',
    given: n1Holds,
    shown: [hears(1, 0, appends(1, 0, entries))],
    not: [
      hears(1, 0, appends(1, 0)), hears(1, 0, appends(0, 0, entries)),
      hears(1, 0, appends(1, 0, entries), { role: follows(0) }),
    ],
  },
  {
    name: 'entriesReachingBehindSnapshot',
    given: [...n1Applied, steps(1, { base: 2 })],
    shown: [hears(1, 0, appends(1, 1, entries), { role: follows(0) })],
    not: [hears(1, 0, appends(1, 2, entries), { role: follows(0) }), hears(1, 0, appends(1, 1), { role: follows(2) })],
  },
  {
    name: 'staleRepliesIgnored', given: [...allBoot, steps(0, { term: 1 })],
    shown: [hears(0, 1, accepts(0, 1)), hears(0, 1, installed(0, 1))], times: 2,
    not: [hears(0, 1, accepts(1, 1)), hears(0, 1, votes(0))],
  },
  {
    name: 'repliesToFormerLeader',
    given: n0Leads(),
    shown: [steps(0, { role: follows(1) }), hears(0, 1, accepts(1, 1))],
    not: [hears(0, 1, accepts(1, 1)), steps(0, { term: 2, vote: null, role: follows(1) }), hears(0, 1, accepts(1, 1))],
  },
  {
    name: 'requestsSentAhead', given: n0Flows(1), shown: [steps(0, { role: flowing(2) })],
    not: [steps(0, { role: flowing(1, 'probe') }), steps(0, { role: flowing(0) })],
  },
  {
    name: 'windowsFilled', given: n0Flows(1, [1, 1, 1]), shown: [steps(0, { role: flowing(2) })],
    not: [steps(0, { role: flowing(1, 'probe') }), steps(0, { log: [1, 1, 1, 1] })],
  },
  {
    name: 'windowsFreedByRefusal', given: n0Flows(2), shown: [steps(0, { role: flowing(1, 'probe') })],
    not: [steps(0, { role: flowing(0) }), steps(0, { role: flowing(0, 'probe') })],
  },
  {
    name: 'logsOfThousand', given: [...allBoot, steps(1, { term: 1, log: ones(998) })],
    shown: [steps(1, { log: ones(1000) }), steps(1, { log: ones(1001) })], not: [steps(1, { log: ones(999) })],
  },
  // Snapshots.
  { name: 'snapshotsTaken', given: n1Applied, shown: [steps(1, { base: 1 })], not: [n2Installs()] },
  {
    name: 'snapshotsTakenByFollowers', given: n1Applied, shown: [steps(1, { base: 1 })],
    not: [steps(0, { applied: 2 }), steps(0, { base: 1 })],
  },
  { name: 'logsEmptiedBySnapshot', given: n1Applied, shown: [steps(1, { base: 2 })], not: [steps(1, { base: 1 })] },
  {
    name: 'snapshotsSent',
    given: [...n1Applied, steps(0, { applied: 2 }), steps(0, { base: 2 })],
    shown: [hears(0, 2, refuses(1, 0), { role: leads([0, 0, 0], [3, 3, 1]) }, [[2, installs(1, 2)]])],
    not: [hears(0, 2, refuses(1, 0), { role: leads([0, 0, 0], [3, 3, 1]) }, [[2, appends(1, 2)]])],
  },
  {
    name: 'snapshotsInstalled',
    given: n1Applied,
    shown: [n2Installs()],
    not: [steps(1, { base: 1 }), hears(1, 0, installs(1, 1), { role: follows(0) }, [[0, installed(1, 1)]])],
  },
  {
    name: 'installsKeptSuffix', given: [...n1Applied, steps(2, { term: 1, log: [1, 1] })],
    shown: [n2Installs({ log: [1, 1, 1] })], not: [steps(2, { log: [1] }), n2Installs()],
  },
  {
    name: 'installsDiscardedConflict', given: [...n1Applied, steps(2, { term: 1, log: [0, 0, 0] })],
    shown: [n2Installs()], not: [steps(2, { log: [0] }), n2Installs()],
  },
  {
    name: 'installsAtCandidate', given: [...n1Applied, steps(2, { term: 1, vote: 2, role: stands(2) })],
    shown: [n2Installs({ role: follows(0) })], not: [steps(2, { role: follows(0) }), n2Installs()],
  },
  {
    name: 'installsWhileApplying', given: n1Applied, shown: [n2Installs({ applied: 0, channel: [delivery, delivery] })],
    not: [n2Installs({ applied: 0, channel: [delivery] })],
  },
  {
    name: 'staleInstallsIgnored', given: n1Applied,
    shown: [hears(1, 0, installs(1, 1), { role: follows(0) }, [[0, installed(1, 1)]])],
    not: [n2Installs(), hears(1, 0, installs(1, 1), {}, [[0, installed(1, 1)]])],
  },
  {
    name: 'staleInstallsRefused', given: n1Applied, shown: [hears(1, 0, installs(0, 1), {}, [[0, installed(1, 0)]])],
    not: [hears(1, 0, installs(1, 1), {}, [[0, installed(1, 1)]])],
  },
  // Snapshots in chunks.
  {
    name: 'snapshotsInstalledFromChunks',
    given: [...n0Sends, n2Has(4)],
    shown: [hears(2, 0, chunk(4, 2, true), whole)],
    not: [
      hears(2, 0, chunk(4), { transfers: part(8) }), steps(2, { transfers: null }),
      hears(2, 0, chunk(0, 2, true), whole),
    ],
  },
  {
    name: 'chunksRepeated',
    given: [...n0Sends, sending(0)],
    shown: [steps(0, {}, { event: { kind: 'timer', timer: 'heartbeat' }, sends: [[2, chunk(0)]] })],
    not: [
      steps(
        0,
        {},
        {
          event: { kind: 'timer', timer: 'heartbeat' },
          sends: [
            [2, appends(1, 2)], [1, chunk(0)],
          ],
        },
      ),
      hears(0, 2, storesChunk(0, 4), {}, [[2, chunk(4)]]),
      steps(0, {}, { event: { kind: 'timer', timer: 'heartbeat' }, sends: [[2, chunk(0, 1)]] }),
    ],
  },
  {
    name: 'chunksOutOfTurn',
    given: [...n0Sends, n2Has(4)],
    shown: [hears(2, 0, chunk(8), {}, [[0, storesChunk(8, 4)]])],
    not: [
      hears(2, 0, { ...chunk(8), term: 0 }), hears(2, 0, chunk(4), { transfers: part(8) }),
      hears(1, 0, { ...chunk(8), lastIncludedIndex: 0 }),
    ],
  },
  {
    name: 'partialSnapshotsReplaced',
    given: [...n0Sends, n2Has(4)],
    shown: [hears(2, 0, chunk(0, 3), { transfers: part(4, 3) })],
    not: [hears(2, 0, chunk(4), { transfers: part(8) }), hears(1, 0, chunk(0), { transfers: part(4) })],
  },
  {
    name: 'transfersBegunAgain',
    given: [...n0Sends, sending(4)],
    shown: [hears(0, 2, storesChunk(4, 0), { transfers: outgoing(0) }, [[2, chunk(0)]])],
    not: [
      hears(0, 2, storesChunk(4, 8), { transfers: outgoing(8) }, [[2, chunk(8)]]),
      hears(0, 2, storesChunk(8, 8), { transfers: outgoing(8) }),
    ],
  },
  {
    name: 'transfersTakenUp', given: [...n0Sends, sending(0)],
    shown: [hears(0, 2, storesChunk(0, 8), { transfers: outgoing(8) }, [[2, chunk(8)]])],
    not: [hears(0, 2, storesChunk(0, 4), { transfers: outgoing(4) }, [[2, chunk(4)]])],
  },
  {
    name: 'snapshotsTakenInTransfer',
    given: [
      ...n0Sends, steps(0, { log: [1, 1, 1] }), steps(1, { log: [1, 1, 1] }), steps(0, { commit: 3, applied: 3 }),
      sending(4),
    ],
    shown: [steps(0, { base: 3 })],
    not: [steps(0, { transfers: { incoming: null, outgoing: [] } }), steps(0, { base: 3 })],
  },
  // Restarts and disks.
  {
    name: 'restartsFromSnapshot', given: n1Applied, shown: [steps(1, { base: 2 }), crash(1), boots(1)],
    not: [crash(1), boots(1)],
  },
  {
    name: 'restartsWithLogBehindSnapshot', given: n1Applied, shown: [steps(1, { base: 1 }), crash(1), boots(1)],
    not: [steps(1, { base: 2 }), crash(1), boots(1), crash(0), boots(0)],
  },
  {
    name: 'restartsWithBlankDisk', given: [], shown: [boots(2), crash(2), boots(2)],
    not: [boots(2), steps(2, { term: 1 }), crash(2), boots(2)],
  },
  {
    name: 'restartsOfVoters', given: [...allBoot, steps(0, { term: 1, vote: 1 }), steps(2, { term: 1 })],
    shown: [crash(0), boots(0)], not: [crash(2), boots(2)],
  },
  {
    name: 'serversRefusedToStart', given: [...allBoot, crash(0)], shown: [{ kind: 'refuse', node: 0 }], not: [boots(0)],
  },
  { name: 'majorityDown', given: [...allBoot, crash(0)], shown: [crash(1), crash(2)], not: [boots(0), crash(1)] },
  { name: 'allDown', given: [...allBoot, crash(0), crash(1)], shown: [crash(2)], not: [boots(0), crash(2)] },
  {
    name: 'leadersCrashed', given: n0Leads(), shown: [crash(0)],
    not: [crash(1), steps(0, { role: follows(1) }), crash(0)],
  },
  {
    name: 'leadersCrashedAtBarrier', given: n0Leads(), shown: [crash(0, 'writeKept')],
    not: [crash(0), crash(1, 'writeKept')],
  },
  { name: 'candidatesCrashed', given: n0Stands, shown: [crash(0)], not: [crash(1)] },
  {
    name: 'crashesBeforeWrite', given: allBoot, shown: [crash(0, 'writeLost')], not: [crash(0, 'writeKept'), crash(1)],
  },
  {
    name: 'crashesBehindWrite', given: allBoot, shown: [crash(0, 'writeKept')], not: [crash(0, 'writeLost'), crash(1)],
  },
  {
    name: 'crashesWhileApplying', given: n1Applied, shown: [steps(0, { channel: [delivery] }), crash(0)],
    not: [crash(0)],
  },
  // Sessions and clients.
  {
    name: 'repeatedCommandsSuppressed', given: [],
    shown: [...n0Commits([mine(1), { ...(mine(1) as object), sizeBytes: 11 } as Item])],
    not: [...n0Commits([mine(1), mine(2)])],
  },
  {
    name: 'waitingClientsDismissed', given: n0Waits(1, 2), shown: [steps(0, { role: follows(1), waiting: [] })],
    times: 2, not: [steps(0, { waiting: [] })],
  },
  {
    name: 'answersFromSession', given: n0HasDone, shown: [hears(0, c0, asksStore(2), {}, [[c0, isDone(2)]])],
    not: [hears(0, c0, asksStore(1)), hears(1, c0, asksStore(2)), hears(0, c0, asksStore(3))],
  },
  {
    name: 'staleClientRequestsIgnored', given: n0HasDone, shown: [hears(0, c0, asksStore(1))],
    not: [hears(0, c0, asksStore(2)), hears(1, c0, asksStore(1))],
  },
  {
    name: 'retriesWhileWaiting', given: n0Waits(1), shown: [hears(0, c0, asksStore(1))],
    not: [hears(0, c0, asksStore(2)), hears(0, c0 + 1, asksStore(1))],
  },
  {
    name: 'redirectsWithHint',
    given: n0Leads(),
    shown: [hears(1, c0, asksStore(1), {}, [[c0, isRefused(1, 0)]])],
    not: [
      hears(1, c0, asksStore(1), {}, [[c0, isRefused(1, null)]]), hears(1, c0, asksStore(1), {}, [[c0, isDone(1)]]),
      hears(1, c0, asksStore(1), {}, [[c0 + 1, isRefused(1, 0)]]),
    ],
  },
  {
    name: 'givenUpOperationsExecuted', given: [asks, ...n0Leads([mine(1)]), steps(1, { log: [mine(1)] })],
    shown: [{ kind: 'giveUp', operation: 0 }, steps(0, { commit: 1 })],
    not: [steps(0, { commit: 1 }), { kind: 'giveUp', operation: 0 }],
  },
  {
    name: 'operationsOfFormerNamesExecuted', options: { firstNames: new Map([[c1, c0]]) },
    given: [asks, ...n0Leads([mine(1)]), steps(1, { log: [mine(1)] })],
    shown: [{ kind: 'ask', operation: 1, request: get, by: c1 }, steps(0, { commit: 1 })],
    not: [
      steps(0, { commit: 1 }), { kind: 'ask', operation: 1, request: get, by: c1 },
      // Its own, of the present name.
      steps(0, { log: [mine(1), 1] }), steps(1, { log: [mine(1), 1] }), steps(0, { commit: 2 }),
    ],
  },
  {
    name: 'requestsBeforeTheirTurn', given: n0Leads(), shown: [asksInFlight(0, 2, { early: [held(2)] })],
    not: [asksInFlight(0, 1), asksInFlight(1, 2)],
  },
  {
    name: 'requestsTakenInTurn', given: n0Holds,
    shown: [steps(0, { log: [1, inFlight(1)], early: null }, { event: turn })],
    not: [steps(0, { log: [1, inFlight(1)] }), steps(0, { early: null }, { event: turn })],
  },
  {
    name: 'heldRequestsDismissed', given: n0Holds, shown: [steps(0, { role: follows(1), early: null })],
    not: [steps(0, { early: null }), steps(0, { role: follows(1) })],
  },
  {
    name: 'commandsOfOneClientTogether',
    given: [...n0Leads([inFlight(1), inFlight(2), inFlight(3, 3), mine(4)]), asksInFlight(0, 4)],
    shown: [hears(1, 0, sendsFrom(1, 2), { log: [inFlight(1), inFlight(2)] })],
    not: [
      hears(1, 0, sendsFrom(1, 2)), hears(1, 0, sendsFrom(2, 3), { log: [inFlight(1), inFlight(2), inFlight(3, 3)] }),
      hears(2, 0, sendsFrom(3, 4), { log: [inFlight(1), inFlight(2), inFlight(3, 3), mine(4)] }),
    ],
  },
  {
    name: 'answersOfEarlierCommands',
    given: [...n0Commits([inFlight(1), inFlight(2)]), steps(0, { applied: 2 })],
    shown: [asksInFlight(0, 1, {}, [[c0, isDone(1)]])],
    not: [asksInFlight(0, 2, {}, [[c0, isDone(2)]]), asksInFlight(1, 1)],
  },
  {
    name: 'snapshotsOfSeveralAnswers',
    given: [...n0Commits([inFlight(1), inFlight(2), inFlight(3, 3)]), asksInFlight(0, 4), steps(0, { applied: 3 })],
    shown: [steps(0, { base: 2 })],
    not: [steps(0, { base: 1 }), steps(0, { base: 3 })],
  },
  {
    name: 'putsOfOtherVersion', given: [], shown: n0Commits([putOf(1, 0), putOf(2, 0)]),
    not: n0Commits([putOf(1, 0), putOf(1, 0), putOf(2, 1), putOf(3, 1, 'l')]),
  },
  {
    name: 'putsOfNoKey', given: [], shown: n0Commits([putOf(1, 0), putOf(2, 1, 'l')]),
    not: n0Commits([putOf(1, 0), putOf(2, 0, 'l'), putOf(3, 0)]),
  },
  {
    name: 'putsCommittedAgain', given: [], shown: n0Commits([putOf(1, 0), putOf(1, 0)]),
    not: n0Commits([putOf(1, 0), putOf(2, 0), putOf(2, 0)]),
  },
  {
    name: 'maybesThatHappened', given: [], shown: [...n0Commits([putOf(1, 0), putOf(1, 0)]), asksPut, toldMaybe],
    not: [...n0Commits([ofAnother, putOf(1, 0)]), asksPut, toldMaybe],
  },
  {
    name: 'maybesThatDidNot', given: [], shown: [...n0Commits([ofAnother, putOf(1, 0)]), asksPut, toldMaybe],
    not: [...n0Commits([putOf(1, 0), putOf(1, 0)]), asksPut, toldMaybe],
  },
  {
    name: 'readsAnsweredByLeaders', given: n0Reads(reader(1, null)), shown: [steps(0, { reading: [] })],
    not: [steps(0, { reading: [reader(1, null)] })],
  },
  {
    name: 'readsAnsweredByFollowers', given: [...n0Leads(), steps(1, { role: follows(0), reading: [reader(1, null)] })],
    shown: [steps(1, { reading: [] })], not: [steps(1, { reading: [reader(1, 2)] })],
  },
  {
    name: 'readsSharingRound', given: n0Reads(reader(1, null), reader(1, null, c0 + 1)),
    shown: [steps(0, { reading: [] })], not: [steps(0, { reading: [reader(1, null)] }), steps(0, { reading: [] })],
  },
  {
    name: 'readsAwaitingService', given: n0Reads(reader(1, null)), shown: [steps(0, { reading: [reader(1, 2)] })],
    not: [steps(0, { reading: [reader(1, null)] }), steps(0, { reading: [] })],
  },
  {
    name: 'readsDismissed', given: n0Reads(reader(1, null)), shown: [steps(0, { role: follows(1), reading: [] })],
    not: [steps(0, { reading: [] }), steps(0, { role: follows(1) })],
  },
  {
    name: 'readsUnderLease',
    given: n0MayLease,
    shown: [steps(0, { role: leasing({}), reading: [] }, { event: { kind: 'timer', timer: 'leaseRead' } })],
    not: [steps(0, { role: leasing({}), reading: [] }, { event: { kind: 'timer', timer: 'heartbeat' } })],
  },
  {
    name: 'leasesWithinChange', options: threeVote, given: n0MayLeaseWith(1, puts([0, 1])), shown: [answersByLease],
    not: [steps(1, { log: [1, puts([0, 1])] }), steps(0, { commit: 2 }), answersByLease],
  },
  {
    name: 'leasesOfTwoSets', options: threeVote, given: n0MayLeaseWith(1, joins([0, 1], all)), shown: [answersByLease],
    not: [steps(0, { role: leasing({ reads: [pending] }) }, { event: { kind: 'timer', timer: 'leaseRead' } })],
  },
  {
    name: 'leasesOverWhenRead',
    given: n0MayLease,
    shown: [steps(0, { role: leasing({ reads: [pending] }) }, { event: { kind: 'timer', timer: 'leaseRead' } })],
    not: [steps(0, { role: leasing({ reads: [pending] }) }, { event: { kind: 'timer', timer: 'heartbeat' } })],
  },
  {
    name: 'promisesOfThePast', given: n1Promises(null), shown: [hears(1, 2, asksVote(2))],
    not: [hears(1, 2, asksPreVote(2))],
  },
  {
    name: 'promisesIntoLaterTerm',
    given: n1Promises(0),
    shown: [
      hears(1, 2, votes(2, false), {
        term: 2, vote: null, role: { kind: 'follower', leaderId: null, hasContact: true },
      }),
    ],
    not: [
      hears(1, 2, votes(2, false), { term: 2, vote: null, role: { kind: 'follower', leaderId: 2, hasContact: true } }),
    ],
  },
  { name: 'sessionsBegun', given: [], shown: n0Commits([inSession(1, 0)]), not: n0Commits([inSession(1, 7)]) },
  {
    name: 'sessionsEnded', given: [], shown: n0Commits([inSession(1, 0), inSession(1, 0, c0 + 1, 90, 50)]),
    not: n0Commits([inSession(1, 0), inSession(1, 0, c0 + 1, 90, 0)]),
  },
  {
    name: 'commandsOfEndedSessions', given: [], shown: n0Commits([inSession(1, 7)]),
    not: n0Commits([inSession(1, 0), inSession(1, 1)]),
  },
  {
    name: 'operationsSpanningInstall', given: n0Commits([mine(1), 1]),
    shown: end(asks, n2Installs({ log: [mine(1), 1] })), not: end(n2Installs({ log: [mine(1), 1] }), asks),
  },
  {
    name: 'operationsSpanningLeaderChange', given: [], shown: end(asks, ...n0Commits([mine(1)])),
    not: end(...n0Commits([mine(1)]), asks),
  },
  {
    name: 'operationsSpanningCrash', given: n0Commits([mine(1)]), shown: end(asks, crash(2)), not: end(crash(2), asks),
  },
];

const simulator = kinds.find(({ name }) => name === 'simulator')!;

test('every situation of the list stands in one group, and the other way round', () => {
  const grouped = Object.values(situationGroups).flatMap((group) => group.map(({ name }) => name as string));
  expect(grouped.toSorted()).toEqual([...situations].toSorted());
});

test('every situation says what it is', () => {
  for (const { name, says } of Object.values(situationGroups).flat())
    expect(says.length > 10 && !says.endsWith('.'), name).toBe(true);
});

test('every situation is shown here', () => {
  expect(list.map(({ name }) => name).toSorted()).toEqual([...situations].toSorted());
});

test('a gate requires all but those that are rare', () => {
  expect(situations.filter((name) => !requiredSituations.includes(name))).toEqual([
    'transfersByLeadersThatLeft', 'standsWithinChange', 'logsOfThousand', 'installsDiscardedConflict',
    'transfersBegunAgain', 'transfersTakenUp', 'leadersElectedByTwoSets', 'jointConfigurationsInherited',
    'jointConfigurationsRolledBack', 'votesRefusedByNewcomers',
  ]);
});

describe('in the simulator', () => {
  test.each(list)('$name', ({ name, given, shown, not, times = 1, options = {} }) => {
    const before = play(simulator, given, options);
    const seen = play(simulator, [...given, ...shown], options);
    const unseen = play(simulator, [...given, ...not], options);
    expect([before.verdict, seen.verdict, unseen.verdict]).toEqual(['ok', 'ok', 'ok']);
    const countIn = ({ counts }: typeof seen): number => counts[name]! - before.counts[name]!;
    expect([countIn(seen), countIn(unseen)]).toEqual([times, 0]);
  });

  test('nothing is counted of servers that only start', () => {
    expect(Object.entries(play(simulator, allBoot).counts).filter(([, count]) => count !== 0)).toEqual([]);
    expect(Object.keys(play(simulator, []).counts)).toEqual(situations);
  });
});

/** What others than the simulator count as well. */
const ofChanges: readonly SituationName[] = (
  ['roleChanges', 'flowChanges', 'changes', 'heardReplies', 'heardAppends', 'heardInstalls'] as const
).flatMap((group) => situationGroups[group].map(({ name }): SituationName => name));
const ofSaid: readonly SituationName[] = (['saidOfVotes', 'saidOfAppends', 'saidOfInstalls', 'saidSnapshots'] as const)
  .flatMap((group) => situationGroups[group].map(({ name }): SituationName => name));
const ofOptions: readonly SituationName[] = (['transfers', 'reads'] as const)
  .flatMap((group) => situationGroups[group].map(({ name }): SituationName => name));
/** Who was taken out and does not know it only the ghost of the explorer can tell: a goal of its own. */
const ofMembers: readonly SituationName[] = situationGroups.memberSteps
  .map(({ name }): SituationName => name).filter((name) => name !== 'removedServersStanding');
const counters = [
  [
    'Lab 2',
    'lab 2',
    [
      ...ofChanges, 'leadersElected', 'snapshotsTaken', 'restartsFromSnapshot', 'leadersCrashed',
      'leadersCrashedAtBarrier',
    ],
  ],
  [
    'the explorer', 'explorer',
    [...ofChanges, ...ofSaid, ...ofOptions, ...ofMembers, 'leadersElected', 'snapshotsTaken'],
  ],
] as const satisfies readonly (readonly [string, string, readonly SituationName[]])[];

/** What is said without any change is no step of the explorer's, which looks at states. */
const saysOnly = ({ shown }: Shown): boolean =>
  shown.some((one) => one.kind === 'step' && Object.keys(one.to).length === 0);

describe.each(counters)('in %s', (_, kindName, counted) => {
  const kind = kinds.find(({ name }) => name === kindName)!;
  const countOf = (name: SituationName, happenings: readonly Happening[]): number => {
    const { verdict, counts } = play(kind, happenings);
    expect(verdict).toBe('ok');
    return counts[name] ?? 0;
  };

  test.each(list.filter(({ name }) => (counted as readonly SituationName[]).includes(name)))('$name', (one) => {
    const { name, given, shown, not, times = 1 } = one;
    const before = countOf(name, given);
    const isUnseen = kindName === 'explorer' && saysOnly(one);
    if (!isUnseen) expect(countOf(name, [...given, ...shown]) - before).toBe(times);
    expect(countOf(name, [...given, ...not]) - before).toBe(0);
  });

  test('nothing else is counted', () => {
    const others = list.filter(({ name }) => !(counted as readonly SituationName[]).includes(name));
    expect(
      others
        .filter(({ name, given, shown }) => (play(kind, [...given, ...shown]).counts[name] ?? 0) !== 0)
        .map(({ name }) => name),
    ).toEqual([]);
  });
});

test('Lab 2 tells how many entries are committed, and the explorer in how many steps some were, and who started again', () => {
  const [lab2, explorer] = ['lab 2', 'explorer'].map((name) => kinds.find((kind) => kind.name === name)!) as [
    typeof simulator, typeof simulator,
  ];
  expect(
    [allBoot, n0Leads([1]), n0Commits([1]), n0Commits([1, 1])].map(
      (history) => play(lab2, history).counts['entriesCommitted'],
    ),
  ).toEqual([0, 0, 1, 2]);
  expect(
    [allBoot, n0Leads([1]), n0Commits([1]), n0Commits([1, 1])].map(
      (history) => play(explorer, history).counts['entriesCommitted'] ?? 0,
    ),
  ).toEqual([0, 0, 1, 1]);
  expect(
    [allBoot, [...n0Leads(), crash(2), boots(2)], [...n0Leads(), crash(0), boots(0)]].map(
      (history) => play(explorer, history).counts['restarts'] ?? 0,
    ),
  ).toEqual([0, 0, 1]);
});
