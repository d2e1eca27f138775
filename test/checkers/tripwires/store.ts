/** The store and its clients (section 8; Lab 3). */
import type { Operation, Result } from '../../../core/kv/command.ts';
import { isDone } from '../support/messages.ts';
import { boots, c0, c1, entryAt, steps, type Happening, type Item } from '../support/stage.ts';
import { n0Commits, n0Leads, type Tripwire } from '../support/tripwire.ts';

const append: Operation = { kind: 'append', key: 'x', value: 'a' };
const get: Operation = { kind: 'get', key: 'x' };
const cas: Operation = { kind: 'cas', key: 'x', expected: '', value: 'a' };
const put: Operation = { kind: 'put', key: 'x', value: 'a' };
/** The commands of c0, numbered from 1. */
const ofC0 = (...operations: readonly Operation[]): readonly Item[] =>
  operations.map((operation, place) => ({ term: 1, command: { client: c0, sequence: place + 1, operation } }));
const asks = (request: Operation, operation = 0): Happening => ({ kind: 'ask', operation, request });
const told = (reply: Result, operation = 0): Happening => ({ kind: 'tell', operation, reply });
const end: Happening = { kind: 'end' };
const outside = 'an outsider compares what replicas read, and no sessions';

/** n1 and n0 hold two entries that are committed; n1 applied both. */
const n1Applied = [...n0Commits([1, 1]), steps(1, { commit: 2, applied: 2 })];

/** Three entries, of which the last touches another key of another client. */
const three: readonly Item[] = [1, 1, { term: 1, command: { client: c0, sequence: 1, operation: put } }];
const n1HasThree = [...n0Commits(three), steps(1, { commit: 3, applied: 3 })];

const getK: Operation = { kind: 'get', key: 'k' };
const reads = (node: number, result: Result, sequence = 1): Happening =>
  steps(
    node,
    { reading: [] },
    {
      event: { kind: 'timer', timer: 'any' },
      sends: [[c0, { kind: 'clientReply', sequence, outcome: { kind: 'done', result } }]],
    },
  );
/** c0 reads k around the log, and two servers wait to answer. */
const c0Reads = [
  ...n1Applied,
  asks(getK),
  ...[0, 1].map((node) => steps(node, { reading: [{ client: c0, sequence: 1, operation: getK, index: null }] })),
];

/** c0 begins a session with entry 1, and asks for something in the session that it names. */
const c0InSession = (session: number): readonly Happening[] => {
  const of = (asked: number): Item => ({
    term: 1,
    command: {
      client: c0, sequence: 1, operation: { kind: 'append', key: 'k', value: 'x' },
      inSession: { session: asked, timeUs: 0, activeSinceUs: 0 },
    },
  });
  return [
    ...n0Commits([of(0), of(session)]),
    { kind: 'ask', operation: 0, request: { kind: 'append', key: 'k', value: 'x' } },
  ];
};
const toldEnded: Happening = { kind: 'tell', operation: 0, reply: { kind: 'expired' } };
const sessions: readonly Tripwire[] = [
  {
    property: 'Ended Session Is Agreed', what: 'a client is told so whose session lasts', given: [],
    broken: [...c0InSession(1), toldEnded], mended: [...c0InSession(7), toldEnded],
  },
];

/** c0 may have several commands in flight, and has no answer yet. */
const several = (sequence: number, operation: Operation, unanswered = 1): Item => ({
  term: 1, command: { client: c0, sequence, operation, unanswered },
});
const both = [several(1, cas), several(2, append)];
const c0HasBoth = [...n0Commits(both), steps(1, { commit: 2, applied: 2 })];
const inFlight: readonly Tripwire[] = [
  {
    property: 'Session Order', what: 'of two commands in flight the second is executed first', given: [],
    broken: n0Commits([several(2, append), several(1, cas)]), mended: n0Commits(both),
  },
  {
    property: 'Session Order', what: 'one in the middle is left out', given: [],
    broken: n0Commits([several(1, cas), several(3, append)]),
    mended: n0Commits([several(1, cas), several(1, cas), several(2, append)]),
  },
  {
    property: 'Acknowledged Result', what: 'a client is told what its last command gave, for the one before it',
    given: [...n0Commits(both), asks(cas), asks(append, 1)], broken: [told(null)],
    mended: [told(true), told(null, 1)],
  },
  {
    property: 'Acknowledged Is Committed', what: 'the second of two commands in flight is not',
    given: [...n0Leads(both), steps(1, { log: both }), steps(0, { commit: 1 }), asks(cas), asks(append, 1)],
    broken: [told(null, 1)], mended: [told(true)],
    unseenBy: { explorer: 'its clients have one operation in flight' },
  },
  {
    property: 'Responds After Applied', what: 'two of one client are applied at once, and the first is not answered',
    given: n0Commits(both), broken: [steps(0, { applied: 2 }, { isSilent: true, sends: [[c0, isDone(2)]] })],
    mended: [steps(0, { applied: 2 }, { isSilent: true, sends: [[c0, isDone(1)], [c0, isDone(2)]] })],
  },
  {
    property: 'Equal Replicas', what: 'a session keeps less than its client may ask for again', given: c0HasBoth,
    broken: [steps(0, { applied: 2, spoilt: 'earlier' })], mended: [steps(0, { applied: 2 })],
    unseenBy: { outsider: outside },
  },
  {
    property: 'Equal Replicas', what: 'a session keeps another answer than a command gave', given: c0HasBoth,
    broken: [steps(0, { applied: 2, spoilt: 'earlierResult' })], mended: [steps(0, { applied: 2 })],
    unseenBy: { outsider: outside },
  },
  {
    property: 'Equal Replicas', what: 'a session keeps what its client has the answer to',
    given: [
      ...n0Commits([several(1, cas), several(2, append, 2)]), steps(1, { commit: 2, applied: 2 }),
    ],
    broken: [steps(0, { applied: 2, spoilt: 'earlierResult' })], mended: [steps(0, { applied: 2 })],
    unseenBy: { outsider: outside },
  },
  {
    property: 'Snapshot Equals Prefix', what: 'a snapshot is taken without the earlier answers of a client',
    given: [...n0Commits(both), steps(0, { applied: 2 })], broken: [steps(0, { base: 2, spoiltSnapshot: 'earlier' })],
    mended: [steps(0, { base: 2 })],
  },
];

/** Puts with versions (MIT 6.5840): the same put twice, which took effect once. */
const putVersion = (version: number, value = 'a'): Operation => ({ kind: 'putVersion', key: 'k', value, version });
const getVersion: Operation = { kind: 'getVersion', key: 'k' };
const twice: readonly Item[] = [1, 2].map(() => ({
  term: 1, command: { client: c0, sequence: 1, operation: putVersion(0) },
}));
const putTwice = [...n0Commits(twice), asks(putVersion(0))];
const n1HasVersions = [...n0Commits(ofC0(putVersion(0), putVersion(1))), steps(1, { commit: 2, applied: 2 })];
const found = (value: string, version: number): Result => ({ told: 'OK', version, value });
const c0ReadsVersion = [
  ...n0Commits(
    [0, 1].map((version) => ({
      term: 1, command: { client: c1, sequence: version + 1, operation: putVersion(version) },
    })),
  ),
  steps(1, { commit: 2, applied: 2 }),
  asks({ kind: 'getVersion', key: 'k' }),
  steps(1, { reading: [{ client: c0, sequence: 1, operation: getVersion, index: null }] }),
];
const versions: readonly Tripwire[] = [
  {
    property: 'Refusal Is Sure', what: 'of a put that took effect, and was then refused', given: putTwice,
    broken: [told({ told: 'ErrVersion', version: 0 })], mended: [told({ told: 'ErrMaybe', version: 0 })],
  },
  {
    property: 'Acknowledged Is Committed',
    what: 'a put with a version that nobody committed',
    given: [...n0Leads(ofC0(putVersion(0))), steps(1, { log: ofC0(putVersion(0)) }), asks(putVersion(0))],
    broken: [told({ told: 'OK', version: 0 })],
    mended: [steps(0, { commit: 1 }), told({ told: 'OK', version: 0 })],
  },
  ...(
    [
      ['what a put gave', [putVersion(0)], { told: 'ErrNoKey', version: 0 }, { told: 'OK', version: 0 }],
      ['the version that a put named', [putVersion(0)], { told: 'OK', version: 1 }, { told: 'OK', version: 0 }],
      [
        'a put where there is no key', [putVersion(3)], { told: 'ErrVersion', version: 3 },
        { told: 'ErrNoKey', version: 3 },
      ],
      [
        'a put of another version', [putVersion(0), putVersion(3)], { told: 'OK', version: 3 },
        { told: 'ErrVersion', version: 3 },
      ],
      [
        'ErrMaybe where nothing was refused', [putVersion(0), putVersion(1)], { told: 'ErrMaybe', version: 1 },
        { told: 'OK', version: 1 },
      ],
      ['the version of a key', [putVersion(0), getVersion], found('a', 2), found('a', 1)],
      ['the value of a key', [putVersion(0), getVersion], found('b', 1), found('a', 1)],
      ['that there is no key', [getVersion], found('', 0), { told: 'ErrNoKey', version: 0 }],
      [
        'a key that was there', [putVersion(0), putVersion(1, 'b'), getVersion], { told: 'ErrNoKey', version: 0 },
        found('b', 2),
      ],
    ] as const
  ).map(([what, commands, wrong, right]): Tripwire => ({
    property: 'Acknowledged Result',
    what: `with versions, of ${what}`,
    given: [
      ...n0Commits(ofC0(...commands)),
      ...commands
        .slice(0, -1)
        .flatMap((request, operation) => [
          asks(request, operation), told({ told: 'OK', version: operation }, operation),
        ]),
      asks(commands.at(-1)!, 9),
    ],
    broken: [told(wrong, 9)],
    mended: [told(right, 9)],
  })),
  {
    property: 'Equal Replicas', what: 'all at once, with a wrong version', given: n1HasVersions,
    broken: [steps(0, { applied: 2, spoilt: 'version' })], mended: [steps(0, { applied: 2 })],
  },
  {
    property: 'Equal Replicas', what: 'entry by entry, with a wrong version',
    given: [...n1HasVersions, steps(0, { applied: 1 })], broken: [steps(0, { applied: 2, spoilt: 'version' })],
    mended: [steps(0, { applied: 2 })],
  },
  {
    property: 'Snapshot Equals Prefix', what: 'a snapshot is taken with a wrong version',
    given: [...n0Commits(ofC0(putVersion(0), putVersion(1))), steps(0, { applied: 2 })],
    broken: [steps(0, { base: 2, spoiltSnapshot: 'version' })], mended: [steps(0, { base: 2 })],
  },
  {
    property: 'Responds After Applied', what: 'a put is executed again, and nobody is told', given: n0Commits(twice),
    broken: [steps(0, { applied: 2 }, { isSilent: true })], mended: [steps(0, { applied: 2 })],
  },
  {
    property: 'Responds After Applied', what: 'a get with its version is executed, and nobody is told',
    given: n0Commits(ofC0(getVersion)), broken: [steps(0, { applied: 1 }, { isSilent: true })],
    mended: [steps(0, { applied: 1 })],
  },
  ...(
    [
      ['version', found('a', 1), found('a', 2)], ['value', found('b', 2), found('a', 2)],
      ['key', { told: 'ErrNoKey', version: 0 }, found('a', 2)],
    ] as const
  ).map(([what, wrong, right]): Tripwire => ({
    property: 'Read Is Fresh', what: `with versions, a wrong ${what}`, given: c0ReadsVersion, broken: [reads(1, wrong)],
    mended: [reads(1, right)],
  })),
  {
    property: 'Linearizability',
    what: 'with versions, a key that was there is not found',
    given: [
      ...n0Commits(ofC0(putVersion(0), getVersion)), asks(putVersion(0)), told({ told: 'OK', version: 0 }),
      asks(getVersion, 1),
    ],
    broken: [told({ told: 'ErrNoKey', version: 0 }, 1), end],
    mended: [told(found('a', 1), 1), end],
    unseenBy: { simulator: 'the store that it keeps tells first (Acknowledged Result)' },
  },
];

export const store: readonly Tripwire[] = [
  {
    property: 'Read Is Fresh', what: 'a server answers that has not executed what was committed', given: c0Reads,
    broken: [reads(0, '')], mended: [reads(1, '1.1;1.2;')],
  },
  {
    property: 'Read Is Fresh', what: 'a server answers what it does not hold', given: c0Reads,
    broken: [reads(1, '1.1;')], mended: [reads(1, '1.1;1.2;')],
  },
  {
    property: 'Read Is Fresh',
    what: 'what was committed behind the asking need not be seen',
    given: [...n0Commits([1, 1]), asks(getK), steps(0, { applied: 2 }), steps(0, { reading: [] })],
    broken: [reads(0, '1.1;')],
    mended: [reads(0, '1.1;1.2;'), reads(0, '1.1;', 9)],
  },
  {
    property: 'Acknowledged Is Committed', what: 'a write is never answered around the log',
    given: [...n1Applied, asks(put)], options: { readsAroundLog: true }, broken: [told(null)],
    mended: [steps(1, { role: { kind: 'follower', leaderId: 0 } })],
  },
  ...(['value', 'extra', 'lacking', 'session', 'result', 'extraSession', 'label'] as const).map((spoilt): Tripwire => ({
    property: 'Equal Replicas',
    what: `all at once, with a wrong ${spoilt}`,
    given: n1Applied,
    broken: [steps(0, { applied: 2, spoilt })],
    mended: [steps(0, { applied: 2 })],
    ...(['session', 'result', 'extraSession', 'label'].includes(spoilt) ? { unseenBy: { outsider: outside } } : {}),
  })),
  ...(['value', 'session', 'result'] as const).map((spoilt): Tripwire => ({
    property: 'Equal Replicas', what: `entry by entry, with a wrong ${spoilt}`,
    given: [...n1Applied, steps(0, { applied: 1 })], broken: [steps(0, { applied: 2, spoilt })],
    mended: [steps(0, { applied: 2 })], ...(spoilt === 'value' ? {} : { unseenBy: { outsider: outside } }),
  })),
  ...(['value', 'extra', 'lacking', 'session', 'result', 'extraSession', 'label'] as const).map((spoilt): Tripwire => ({
    property: 'Equal Replicas',
    what: `a server starts with a wrong ${spoilt}`,
    given: [...n1Applied, steps(1, { base: 2 }), { kind: 'crash', node: 1 }],
    broken: [boots(1, { as: { spoilt } })],
    mended: [boots(1)],
    ...(['session', 'result', 'extraSession', 'label'].includes(spoilt) ? { unseenBy: { outsider: outside } } : {}),
  })),
  {
    property: 'Equal Replicas', what: 'several entries at once, the first with a wrong value',
    given: [...n1HasThree, steps(0, { applied: 1 })], broken: [steps(0, { applied: 3, spoilt: 'value' })],
    mended: [steps(0, { applied: 3 })],
  },
  {
    property: 'Equal Replicas',
    what: 'with deliveries on their way',
    given: [
      ...n1Applied, steps(0, { applied: 1 }),
      steps(0, { channel: [{ kind: 'entry', index: 2, entry: entryAt(2, 1) }] }),
    ],
    broken: [steps(0, { applied: 2, spoilt: 'extra', channel: [] })],
    mended: [steps(0, { applied: 2, channel: [] })],
  },
  {
    property: 'Equal Replicas', what: 'before a snapshot is behind the service',
    given: [...n1Applied, steps(0, { applied: 1 })], broken: [steps(0, { applied: 2, base: 2, spoilt: 'extra' })],
    mended: [steps(0, { applied: 2, base: 2 })],
  },
  ...(['value', 'first', 'extra', 'lacking'] as const).map((spoiltSnapshot): Tripwire => ({
    property: 'Snapshot Equals Prefix', what: `a snapshot is taken with a wrong ${spoiltSnapshot}`,
    given: [...n0Commits([1, 1]), steps(0, { applied: 2 })], broken: [steps(0, { base: 2, spoiltSnapshot })],
    mended: [steps(0, { base: 2 })],
  })),
  ...(['session', 'result', 'extraSession'] as const).map((spoiltSnapshot): Tripwire => ({
    property: 'Snapshot Equals Prefix', what: `a snapshot is taken with a wrong ${spoiltSnapshot}`,
    given: [...n0Commits([1, 1]), steps(0, { applied: 2 })], broken: [steps(0, { base: 2, spoiltSnapshot })],
    mended: [steps(0, { base: 2 })],
  })),
  {
    property: 'Snapshot Equals Prefix',
    what: 'a snapshot is installed that is not what its index says',
    given: n0Commits([1, 1]),
    broken: [steps(2, { term: 1, log: [1, 1], base: 2, commit: 2, spoiltSnapshot: 'lacking' })],
    mended: [steps(2, { term: 1, log: [1, 1], base: 2, commit: 2 })],
  },
  {
    property: 'Bounded Raft State', what: 'what is applied is not compacted',
    given: [...n0Leads([1, 1]), steps(1, { log: [1] })], options: { maxRaftState: 26 },
    broken: [steps(1, { log: [1, 1], commit: 2, applied: 2 })],
    mended: [steps(1, { log: [1, 1], commit: 2, applied: 1 })],
  },
  {
    property: 'Bounded Raft State', what: 'a byte over',
    given: [...n0Leads([1, 1]), steps(2, { term: 1, log: [1, 1] }), steps(0, { commit: 2 })],
    options: { maxRaftState: 35 }, broken: [steps(1, { log: [1, 1], commit: 2, applied: 2 })],
    mended: [steps(1, { log: [1, 1], commit: 2, applied: 2, base: 2 })],
  },
  {
    property: 'Responds After Applied', what: 'a leader applies an entry and answers nobody', given: n0Commits([1, 1]),
    broken: [steps(0, { applied: 1 }, { isSilent: true })],
    mended: [steps(0, { applied: 1 }), steps(1, { commit: 1, applied: 1 })],
  },
  {
    property: 'Responds After Applied',
    what: 'of two clients whose entries a leader applies it answers the first',
    given: n0Commits([1, ...ofC0(put)]),
    broken: [
      steps(
        0,
        { applied: 2 },
        {
          isSilent: true,
          sends: [[c1, { kind: 'clientReply', sequence: 1, outcome: { kind: 'done', result: null } }]],
        },
      ),
    ],
    mended: [steps(0, { applied: 2 })],
  },
  {
    property: 'Responds After Applied',
    what: 'nothing is said; that the session has ended would be an answer',
    given: n0Commits([1, 1]),
    broken: [
      steps(0, { applied: 1 }, { isSilent: true, sends: [[c1, { kind: 'sessionReply', sequence: 2, session: null }]] }),
    ],
    mended: [
      steps(0, { applied: 1 }, { isSilent: true, sends: [[c1, { kind: 'sessionReply', sequence: 1, session: null }]] }),
    ],
  },
  {
    property: 'Responds After Applied',
    what: 'it answers another command',
    given: n0Commits([1, 1]),
    broken: [
      steps(
        0,
        { applied: 1 },
        {
          isSilent: true,
          sends: [[c1, { kind: 'clientReply', sequence: 2, outcome: { kind: 'done', result: null } }]],
        },
      ),
    ],
    mended: [
      steps(
        0,
        { applied: 1 },
        {
          isSilent: true,
          sends: [[c1, { kind: 'clientReply', sequence: 1, outcome: { kind: 'done', result: null } }]],
        },
      ),
    ],
  },
  {
    property: 'Acknowledged Is Committed', what: 'a client is told of what nobody committed',
    given: [...n0Leads(ofC0(append)), steps(1, { log: ofC0(append) }), asks(append)], broken: [told(null)],
    mended: [steps(0, { commit: 1 }), told(null)],
  },
  {
    property: 'Acknowledged Is Committed',
    what: 'only the command before is committed',
    given: [...n0Commits(ofC0(append)), asks(append), told(null), asks(put, 1)],
    broken: [told(null, 1)],
    mended: [
      steps(0, { log: ofC0(append, put) }), steps(1, { log: ofC0(append, put) }), steps(0, { commit: 2 }),
      told(null, 1),
    ],
  },
  ...(
    [
      ['get', [put, get], 'b', 'a'], ['get of nothing', [get, get], 'a', ''],
      ['compare-and-set', [put, cas], true, false], ['compare-and-set of nothing', [cas], false, true],
      ['append', [put, append, get], 'a', 'aa'],
    ] as const
  ).map(([what, commands, wrong, right]): Tripwire => ({
    property: 'Acknowledged Result',
    what: `of a ${what}`,
    given: [
      ...n0Commits(ofC0(...commands)),
      ...commands
        .slice(0, -1)
        .flatMap((request, operation) => [asks(request, operation), told(request === get ? '' : null, operation)]),
      asks(commands.at(-1)!, 9),
    ],
    broken: [told(wrong, 9)],
    mended: [told(right, 9)],
  })),
  {
    property: 'Acknowledged Writes Survive',
    what: 'a replica that was right at each step is not what it must be at the end',
    given: [...n0Commits([1, 1]), steps(0, { applied: 1 })], broken: [steps(0, { applied: 2, spoilt: 'extra' }), end],
    mended: [steps(0, { applied: 2 }), end],
  },
  {
    property: 'Acknowledged Writes Survive',
    what: 'the last replica, behind one that is down',
    given: [
      ...n0Commits([1, 1]), steps(2, { term: 1, log: [1, 1] }), steps(2, { commit: 2, applied: 1 }),
      { kind: 'crash', node: 1 },
    ],
    broken: [steps(2, { applied: 2, spoilt: 'extra' }), end],
    mended: [steps(2, { applied: 2 }), end],
  },
  {
    property: 'Linearizability', what: 'an append took effect twice, under two numbers',
    given: [...n0Commits(ofC0(append, append, get)), asks(append), told(null), asks(get, 1)],
    broken: [told('aa', 1), end], mended: [told('a', 1), end],
  },
  {
    property: 'Linearizability',
    what: 'who gave up an operation goes on, and may read what it asked for',
    given: [...n0Commits(ofC0(append, get)), asks(append), { kind: 'giveUp', operation: 0 }, asks(get, 1)],
    broken: [told('a', 1), asks(get, 2), told('', 2), end],
    mended: [told('a', 1), asks(get, 2), { kind: 'giveUp', operation: 2 }, end],
    unseenBy: { simulator: 'the store that it keeps tells first (Acknowledged Is Committed)' },
  },
  ...sessions,
  ...inFlight,
  ...versions,
];
