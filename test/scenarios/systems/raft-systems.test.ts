/**
 * What the systems that run Raft say of themselves: what goes into a digest, who leads, what a file holds, when
 * progress is owed.
 */
import { describe, expect, test } from 'vitest';
import { RaftKvObserver } from '../../../checkers/raft-kv.ts';
import { defaultBudgetSteps } from '../../../checkers/linearizability.ts';
import { Vector } from '../../../core/immutable/vector.ts';
import { raftStorage } from '../../../core/disk/storage.ts';
import { apply, newMachine } from '../../../core/kv/machine.ts';
import { Log } from '../../../core/raft/log.ts';
import { blankPersistent, type Raft, type Role } from '../../../core/raft/state.ts';
import { Digest } from '../../../harness/digest.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import type { System } from '../../../harness/system.ts';
import { withOracles } from '../../../harness/campaign/oracles.ts';
import { tellingSteps } from '../../../harness/world/spec-steps.ts';
import { majorityCanTalk } from '../../../scenarios/systems/majority.ts';
import { plainSettings } from '../../../scenarios/systems/raft-kv-settings.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import { raft } from '../../../scenarios/systems/raft.ts';
import { configOf } from '../../support/raft-states.ts';

const systems: readonly System[] = [raftKv, raft];
const follower: Role = { kind: 'follower', leaderId: null };
const leader: Role = { kind: 'leader', nextIndex: [1, 1, 1], matchIndex: [0, 0, 0] };
const entry = (term: number, command: unknown = null) => ({ term, command, sizeBytes: 10 });
const put = (client: number, sequence: number) => ({
  client, sequence, operation: { kind: 'put', key: 'k', value: 'v' },
});

/** A value, and others that differ from it in one thing each. */
type Family = readonly [what: string, ...values: readonly unknown[]];

const appends = {
  kind: 'appendEntries', term: 3, prevLogIndex: 1, prevLogTerm: 1, entries: [entry(2)], leaderCommit: 1,
};
const accepts = { kind: 'appendEntriesReply', term: 3, success: true, index: 1, conflictTerm: 0, conflictIndex: 0 };
const installs = (change: object = {}) => ({
  kind: 'installSnapshot',
  term: 3,
  snapshot: { lastIncludedIndex: 2, lastIncludedTerm: 1, data: null, sizeBytes: 1, ...change },
});
const asksVote = { kind: 'requestVote', term: 3, lastLogIndex: 1, lastLogTerm: 1 };
const votes = { kind: 'requestVoteReply', term: 3, voteGranted: true };
const installed = { kind: 'installSnapshotReply', term: 3, lastIncludedIndex: 2 };

const ofRaft = (command: (which: number) => unknown): readonly Family[] => [
  [
    'a request for a vote', asksVote, { ...asksVote, term: 4 }, { ...asksVote, lastLogIndex: 2 },
    { ...asksVote, lastLogTerm: 2 },
  ],
  ['a vote', votes, { ...votes, term: 4 }, { ...votes, voteGranted: false }],
  [
    'entries', appends, { ...appends, term: 4 }, { ...appends, prevLogIndex: 2 }, { ...appends, prevLogTerm: 2 },
    { ...appends, leaderCommit: 2 }, { ...appends, entries: [] }, { ...appends, entries: [entry(3)] },
    { ...appends, entries: [entry(2), entry(2)] }, { ...appends, entries: [entry(2, command(0))] },
    { ...appends, entries: [entry(2, command(1))] }, { ...appends, entries: [entry(2, command(2))] },
  ],
  [
    'an answer to entries', accepts, { ...accepts, term: 4 }, { ...accepts, success: false }, { ...accepts, index: 2 },
    { ...accepts, conflictTerm: 1 }, { ...accepts, conflictIndex: 1 }, { ...accepts, stay: 1 }, { ...accepts, stay: 2 },
  ],
  [
    'a snapshot', installs(), { ...installs(), term: 4 }, installs({ lastIncludedIndex: 3 }),
    installs({ lastIncludedTerm: 2 }), installs({ sizeBytes: 2 }), { ...installs(), stay: 1 },
  ],
  [
    'an answer to a snapshot', installed, { ...installed, term: 4 }, { ...installed, lastIncludedIndex: 3 },
    { ...installed, stay: 1 },
  ],
];

const asks = (operation: object, sequence = 1) => ({ kind: 'clientRequest', sequence, operation });
const done = (result: unknown, sequence = 1) => ({ kind: 'clientReply', sequence, outcome: { kind: 'done', result } });
const isElsewhere = (leaderId: number | null, sequence = 1) => ({
  kind: 'clientReply', sequence, outcome: { kind: 'notLeader', leaderId },
});
const cas = { kind: 'cas', key: 'k', expected: 'a', value: 'b' };
const ofClients: readonly Family[] = [
  [
    'a request', asks(cas), asks(cas, 2), asks({ ...cas, key: 'l' }), asks({ ...cas, expected: 'x' }),
    asks({ ...cas, value: 'x' }), asks({ kind: 'get', key: 'k' }), asks({ kind: 'put', key: 'k', value: 'b' }),
    asks({ kind: 'append', key: 'k', value: 'b' }), asks({ kind: 'put', key: 'k', value: 'c' }),
  ],
  ['a reply', done('a'), done('a', 2), done('b'), done(null), done(true), done(false)],
  // Nothing read and nothing to say are one: the request, which went by before, tells them apart.
  ['a reply to a read', done(''), done('a'), done('ab')],
  [
    'a request of an operator', asks({ kind: 'addServer', server: 1 }), asks({ kind: 'addServer', server: 2 }),
    asks({ kind: 'addLearner', server: 1 }), asks({ kind: 'removeServer', server: 1 }),
    asks({ kind: 'replaceServers', voters: [0, 1], learners: [2] }),
    asks({ kind: 'replaceServers', voters: [0, 1, 2], learners: [] }),
    asks({ kind: 'replaceServers', voters: [0], learners: [1, 2] }),
  ],
  ['a redirection', isElsewhere(null), isElsewhere(0), isElsewhere(1), isElsewhere(0, 2)],
];

const logOf = (...terms: readonly number[]): Log => Log.empty.append(terms.map((term) => entry(term)));
const plain: Raft = {
  config: configOf({ clusterSize: 3 }), commitIndex: 0, lastApplied: 0, role: follower,
  persistent: { ...blankPersistent, currentTerm: 2, votedFor: 1, log: logOf(1, 1) },
};
const persists = (change: object): Raft => ({ ...plain, persistent: { ...plain.persistent, ...change } });
const rafts: readonly Raft[] = [
  plain, persists({ currentTerm: 3 }), persists({ votedFor: null }), persists({ votedFor: 0 }),
  persists({ log: logOf(1) }), persists({ log: Log.startingAfter(1, 1).append([entry(1)]) }),
  { ...plain, commitIndex: 1 },
];
const machine = apply(newMachine, 1, put(3, 1) as never);
const serverOf = (one: Raft, held = machine) => ({ config: null, raft: one, channel: [], waiting: [], machine: held });
const clerk = { sequence: 1, target: 0, pending: null };
const logServerOf = (one: Raft, commands = 1, sizeBytes = 0) => ({
  config: null,
  raft: one,
  applied: { commands: Vector.startingAt<string>(1).append(Array.from({ length: commands }, () => 'a')), sizeBytes },
});

const words: Readonly<Record<string, { readonly messages: readonly Family[]; readonly states: readonly Family[] }>> = {
  'raft-kv': {
    messages: [...ofRaft((which) => [put(3, 1), put(4, 1), put(3, 2)][which]), ...ofClients],
    states: [
      [
        'a server',
        ...rafts.map((one) => serverOf(one)),
        serverOf(plain, { ...machine, lastExecuted: 2 }),
        ...[
          put(3, 2), put(4, 1), { ...put(3, 1), operation: { kind: 'put', key: 'l', value: 'v' } },
          { ...put(3, 1), operation: { kind: 'put', key: 'k', value: 'w' } },
        ].map((command) => serverOf(plain, apply(newMachine, 1, command as never))),
        serverOf(plain, newMachine),
      ],
      ['a client', clerk, { ...clerk, sequence: 2 }, { ...clerk, target: 1 }],
    ],
  },
  raft: {
    messages: ofRaft((which) => ['a', 'b', 1][which]),
    states: [['a server', ...rafts.map((one) => logServerOf(one)), logServerOf(plain, 2), logServerOf(plain, 1, 5)]],
  },
};

test('kinds of messages that look alike have digests that begin differently', () => {
  const begins = (
    [
      { kind: 'sessionReply', sequence: 1, session: 2 },
      { kind: 'requestTransferVote', term: 1, lastLogIndex: 2, lastLogTerm: 3 },
      { kind: 'timeoutNow', term: 1 },
      { kind: 'installChunk', term: 1, lastIncludedIndex: 2, offset: 0, data: new Uint8Array(0) },
    ] as const
  ).map((message) => {
    const numbers: number[] = [];
    const digest = new Digest();
    digest.number = (value) => void numbers.push(value);
    raftKv.digestMessage(digest, message);
    return numbers[0];
  });
  expect(begins).toEqual([23, 20, 19, 21]);
});

describe.each(systems.map((system) => [system.name, system] as const))(
  'the digest of %s tells apart',
  (name, system) => {
    const of = (take: (digest: Digest) => void): string => {
      const digest = new Digest();
      take(digest);
      return digest.hex();
    };
    const told = (what: 'digestMessage' | 'digestState', values: readonly unknown[]): readonly string[] =>
      values.map((value) => of((digest) => system[what](digest, value)));

    test.each(words[name]!.messages)('%s', (_, ...values) => {
      const digests = told('digestMessage', values);
      expect(new Set(digests).size).toBe(values.length);
      expect(told('digestMessage', structuredClone(values))).toEqual(digests);
    });

    test('one kind of message and another', () => {
      const one = words[name]!.messages.map(([, value]) => value);
      expect(new Set(told('digestMessage', one)).size).toBe(one.length);
    });

    test.each(words[name]!.states)('the states of %s', (_, ...values) => {
      expect(new Set(told('digestState', values)).size).toBe(values.length);
    });
  },
);

describe.each(systems.map((system) => [system.name, system] as const))('%s', (name, system) => {
  const at = (role: Role, currentTerm: number): unknown => {
    const one: Raft = { ...plain, role, persistent: { ...plain.persistent, currentTerm } };
    return name === 'raft' ? logServerOf(one) : serverOf(one);
  };

  test('whoever leads the newest term leads, wherever it stands', () => {
    const leaderOf = system.leader!;
    expect(leaderOf([at(follower, 5), at(follower, 1), null])).toBeNull();
    for (const node of [0, 1, 2])
      expect(leaderOf([at(follower, 9), at(follower, 9), at(follower, 9)].with(node, at(leader, 1)))).toBe(node);
    expect(leaderOf([at(leader, 3), at(leader, 2), null])).toBe(0);
    expect(leaderOf([at(leader, 2), null, at(leader, 3)])).toBe(2);
    expect(leaderOf([at({ kind: 'candidate', votes: [0] }, 3), null, null])).toBeNull();
  });

  test('progress is owed while a majority can talk', () => {
    for (const up of [[], [1], [0, 2], [0, 1, 2]]) {
      const reach = { servers: 3, isUp: (node: number) => up.includes(node), canTalk: () => true, stateOf: () => null };
      expect([up, system.owesProgress!(reach)]).toEqual([up, majorityCanTalk(reach)]);
    }
  });
});

describe('a majority that can talk', () => {
  const owed = (
    servers: number, up: readonly number[], cuts: readonly (readonly [from: number, to: number])[] = [],
  ): boolean =>
    majorityCanTalk({
      servers, isUp: (node) => up.includes(node),
      canTalk: (from, to) => !cuts.some(([one, other]) => one === from && other === to), stateOf: () => null,
    });
  const first = (count: number): readonly number[] => Array.from({ length: count }, (_, node) => node);

  test.each([1, 2, 3, 4, 5])('is more than half of %i, whoever they are', (servers) => {
    for (let up = 0; up <= servers; up++) {
      expect(owed(servers, first(up))).toBe(up * 2 > servers);
      expect(owed(servers, first(up).map((node) => servers - 1 - node))).toBe(up * 2 > servers);
    }
  });

  test('both ways, and every two of them', () => {
    expect(owed(3, [0, 1, 2], [[0, 1], [1, 2]])).toBe(true);
    expect(owed(3, [0, 1, 2], [[0, 1], [1, 2], [2, 0]])).toBe(false);
    expect(owed(3, [0, 1], [[0, 1]])).toBe(false);
    expect(owed(3, [0, 1], [[1, 0]])).toBe(false);
    expect(owed(3, [0, 1], [[0, 2], [2, 1]])).toBe(true);
    // Of five, two pairs around one server in the middle: no three of them hear each other.
    expect(owed(5, first(5), [[0, 3], [0, 4], [1, 3], [1, 4]])).toBe(true);
    expect(owed(5, first(5), [[0, 2], [0, 3], [0, 4], [1, 3], [1, 4], [2, 4]])).toBe(false);
  });

  test('where servers come and go, of each configuration that a server which is up goes by (dissertation, 4.1)', () => {
    const going = (
      up: readonly number[], voters: readonly (readonly number[] | null)[], cuts: readonly string[] = [],
      old: readonly number[] | null = null,
    ): boolean =>
      majorityCanTalk({
        servers: 4,
        isUp: (node) => up.includes(node),
        canTalk: (from, to) => !cuts.includes(`${from} ${to}`),
        stateOf: (node) => {
          const of = voters[node]!;
          const log =
            of === null
              ? Log.empty
              : Log.empty.append([
                  {
                    ...entry(1),
                    configuration: {
                      voters: of, learners: [],
                      ...(old === null ? {} : { outgoing: { voters: old, learnersNext: [] } }),
                    },
                  },
                ]);
          return {
            raft: {
              config: { ...configOf({ id: node, clusterSize: 4 }), members: [0, 1] },
              role: leader, commitIndex: 0, persistent: { ...blankPersistent, log },
            },
          };
        },
      });
    const [three, four] = [[0, 1, 2], [0, 1, 2, 3]];
    expect([
      going([0, 1], [null, null, null, null]), going([0, 2, 3], [null, null, null, null]),
      going([0, 1], [three, three, null, null]),
    ]).toEqual([true, false, true]);
    expect([
      going([0, 1], [four, three, null, null]), going([0, 1, 3], [four, three, null, null]),
      going([2, 3], [null, null, [3], [3]]),
    ]).toEqual([false, true, true]);
    expect([
      going([0, 1, 2], [three, three, three, null], ['1 2']),
      going([0, 1, 2], [three, three, three, null], ['1 2', '0 1', '0 2']),
    ]).toEqual([true, false]);
    // While it is joint, of both of its sets (4.3).
    expect(
      [
        [0, 1, 2], [0, 1, 3], [0, 2, 3],
      ].map((up) =>
        going(
          up,
          [
            [2, 3], [2, 3], [2, 3], [2, 3],
          ],
          [],
          [0, 1],
        ),
      ),
    ).toEqual([false, false, false]);
    expect(
      [
        [0, 1, 2, 3], [1, 2, 3],
      ].map((up) =>
        going(
          up,
          [
            [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3],
          ],
          [],
          [0, 1, 2],
        ),
      ),
    ).toEqual([true, true]);
  });

  // Three of four are up, and n1, which led, is lost. Where n0's log is the latest and says that it learns, nobody can
  // win: so in seed 9002269 of a swarm with membership in every plan.
  describe('and of whom one can win an election, where servers come and go', () => {
    interface Held {
      readonly terms: readonly number[];
      readonly voters: readonly number[];
      readonly committed?: boolean;
      readonly role?: Role;
    }
    const wins = (held: readonly (Held | null)[], cuts: readonly string[] = []): boolean => majorityCanTalk({
      servers: 4, isUp: (node) => held[node] !== null, canTalk: (from, to) => !cuts.includes(`${from} ${to}`),
      stateOf: (node) => {
        const { terms, voters, committed, role } = held[node]!;
        const says = { configuration: { voters, learners: [0] } };
        const log = Log.empty.append(terms.map((term, at) => ({ ...entry(term), ...(at === 0 ? says : {}) })));
        return {
          raft: {
            config: { ...configOf({ id: node, clusterSize: 4 }), members: [0, 1, 2, 3] },
            role: role ?? follower, commitIndex: committed === true ? 1 : 0, persistent: { ...blankPersistent, log },
          },
        };
      },
    });
    const learns: Held = { terms: [6, 8], voters: [1, 2, 3], committed: true };
    const votes: Held = { terms: [7, 7], voters: [0, 1, 3] };
    const behind: Held = { terms: [6], voters: [1, 2, 3] };

    test('the latest log is one that learns, so that nobody can, but one that leads need not', () => {
      expect(wins([learns, null, behind, votes])).toBe(false);
      expect(wins([learns, null, behind, { ...votes, role: leader }])).toBe(true);
    });

    test('the later last term counts, and of two with the same term the longer log', () => {
      expect(wins([learns, null, behind, { ...votes, terms: [7, 8] }])).toBe(true);
      expect(wins([learns, null, behind, { ...votes, terms: [7, 9] }])).toBe(true);
      expect(wins([learns, null, behind, { ...votes, terms: [8] }])).toBe(false);
    });

    test('only of those whose votes are needed', () => {
      expect(wins([learns, null, behind, { ...votes, voters: [1, 2, 3] }])).toBe(true);
      expect(wins([learns, null, behind, { ...votes, voters: [1, 2, 3] }], ['3 0', '0 3'])).toBe(true);
    });

    test('whoever does not know that its leaving is committed stands (dissertation, 4.2.2)', () => {
      expect(wins([{ ...learns, committed: false }, null, behind, votes])).toBe(true);
    });
  });
});

describe('raft-kv', () => {
  test('names by what they hold the files that Raft writes, and no others', () => {
    const names = raftStorage
      .format()
      .operations.flatMap((operation) =>
        'file' in operation ? [operation.file] : 'name' in operation ? [(operation as { name: string }).name] : [],
      );
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(raftKv.fileRole!(name), name).not.toBeNull();
    expect(
      ['log.1', 'log.12', 'snapshot.2', 'superblock.0', 'other', 'mylog.1'].map((name) => raftKv.fileRole!(name)),
    ).toEqual(['log', 'log', 'snapshot', 'metadata', null, null]);
  });

  test('tells faults of its moments', () => {
    const { epoch, forgottenUpTo, heldUpTo, carriesState } = raftKv.moments!;
    const leads = (currentTerm: number) => serverOf({ ...persists({ currentTerm }), role: leader });
    expect(epoch([serverOf(persists({ currentTerm: 9 })), null, clerk])).toBe(0);
    expect(epoch([leads(2), leads(4), leads(3), clerk])).toBe(4);
    const compacted = serverOf(persists({ log: Log.startingAfter(2, 1).append([entry(1)]) }));
    expect([
      forgottenUpTo(compacted), heldUpTo(compacted), forgottenUpTo(serverOf(plain)), heldUpTo(serverOf(plain)),
      forgottenUpTo(clerk), heldUpTo(null),
    ]).toEqual([2, 3, 0, 2, 0, 0]);
    expect([installs(), appends, asks(cas), installed].map(carriesState)).toEqual([true, false, false, false]);
  });

  test('its observer is given what the plan says', () => {
    const settings = { maxRaftState: 77, noopOnElection: false };
    const plan = { servers: 5, settings, operations: [] };
    const observer = raftKv.observer(plan as never, () => blankPersistent);
    expect(observer).toBeInstanceOf(RaftKvObserver);
    const checks = {
      servers: 5, maxRaftState: 77, noopOnElection: false, linearizabilityBudgetSteps: defaultBudgetSteps,
    };
    expect((observer as unknown as { checks: unknown }).checks).toEqual(checks);
    expect(
      (
        raftKv.externalObserver!(plan as never, () => blankPersistent) as unknown as {
          checks: unknown;
        }
      ).checks,
    ).toEqual(checks);
    // c0 comes back as c3, which is n8.
    const operations = [{ client: 0, crash: { as: 3 } }, { client: 1 }];
    const falling = raftKv.observer({ ...plan, operations } as never, () => blankPersistent);
    expect((falling as unknown as { checks: unknown }).checks).toEqual({ ...checks, firstNames: new Map([[8, 5]]) });
  });

  test('a message is the same behind its way through bytes', () => {
    const { encode, decode } = raftKv.codec!;
    for (const message of [votes, accepts, installed, asks(cas), done('a'), isElsewhere(1)])
      expect(decode(encode(message), true)).toEqual(message);
  });
});

describe('the specification is the paper\'s (docs/specification.md)', () => {
  const planWith = (options: object): Plan =>
    ({ servers: 3, network: {}, settings: { ...plainSettings, ...options } }) as Plan;
  const isHeld = (system: System, plan: Plan): boolean => system.specification?.(plan) !== undefined;

  test('a plan without options is held against it', () => expect(isHeld(raftKv, planWith({}))).toBe(true));

  test('so is one with pipelined writes, where it knows the disk apart', () => {
    const manner = (options: object): string | undefined =>
      raftKv.specification?.(planWith(options))?.options.persistence;
    expect([manner({ pipelined: true }), manner({}), manner({ pipelined: true, window: 2 })]).toEqual([
      'pipelined', undefined, 'pipelined',
    ]);
  });

  test('so is one whose options are the service\'s and the clients\' own, of which Raft knows nothing', () => {
    for (const options of [{ sessionExpiryUs: 1 }, { versions: true }, { clientWindow: 2 }, { window: 1 }])
      expect(isHeld(raftKv, planWith(options)), JSON.stringify(options)).toBe(true);
  });

  test('so is one with PreVote or CheckQuorum, of which it is told', () => {
    const told = (options: object): object => raftKv.specification!(planWith(options))!.options;
    const contactUs = { min: 1, max: 1 };
    expect(told({ preVote: true, contactUs, pipelined: true })).toMatchObject({
      preVote: true, persistence: 'pipelined',
    });
    expect(told({ checkQuorum: true })).toMatchObject({ checkQuorum: true });
    expect(Object.keys(told({ checkQuorum: true }))).not.toContain('preVote');
    expect(told({})).toEqual({
      servers: 3, isPrompt: true, equalCommands: expect.any(Function), isNoOp: expect.any(Function),
    });
  });

  test('so is one with reads around the log, leases that somebody promises, transfers, or chunks', () => {
    const told = (options: object): object => raftKv.specification!(planWith(options))!.options;
    expect(told({ reads: ['index'], transfer: true, snapshotChunkBytes: 8 })).toMatchObject({
      rounds: true, transfer: true, chunks: true,
    });
    const keys = (options: object): readonly string[] => Object.keys(told(options));
    expect(told({ reads: ['log', 'lease'], checkQuorum: true })).toMatchObject({ lease: { initialTerm: 0 } });
    for (const options of [{ reads: ['lease'] }, { reads: ['index'], checkQuorum: true }])
      expect(keys(options), JSON.stringify(options)).not.toContain('lease');
  });

  test.each([{ members: [0, 1] }, { members: [0, 1], preVote: true }])(
    'a plan with %o is not',
    (options) => {
      const plan = planWith(options);
      expect(isHeld(raftKv, plan)).toBe(false);
      // With no other oracle such a run is seen by nobody, and its steps cannot be told.
      expect(
        withOracles(raftKv, 'specification')
          .observer(plan, () => null)
          .finish(),
      ).toEqual({ kind: 'ok' });
      expect(() => tellingSteps(raftKv, () => undefined).observer(plan, () => null)).toThrow(
        'has no specification for this plan',
      );
    },
  );
});
