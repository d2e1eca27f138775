/**
 * Raft and its store in the untimed world: pinned counts, what is reached, and that the reductions keep
 * everything that can be asked: the same states of all nodes are reached with and without them.
 */
import { describe, expect, it } from 'vitest';
import type { Persistent } from '../../../core/raft/state.ts';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { depthFirst } from '../../../harness/explore/depth-first.ts';
import { Hasher, StructuralHasher } from '../../../harness/explore/fingerprint.ts';
import type { Model } from '../../../harness/explore/model.ts';
import { fillIn, numberOf, type ParameterValues } from '../../../harness/explore/parameters.ts';
import { randomSearch } from '../../../harness/explore/random-search.ts';
import type { SearchResult } from '../../../harness/explore/result.ts';
import {
  boundsIn, definition, raftKvModel, raftKvSystem, raftKvViews, type RaftMove, type RaftWorld,
} from '../../../scenarios/protocols/raft-kv.ts';

const clock = (): number => 0;
const filled = (given: ParameterValues) => fillIn(definition.parameters, given);
const modelOf = (given: ParameterValues) => raftKvModel(filled(given));
type Result = SearchResult<RaftWorld, RaftMove>;

const numbers = ({ distinct, generated, depth, end }: Result) => [distinct, generated, depth, end];
const verdicts = ({ properties }: Result) => Object.fromEntries(properties.map(({ name, verdict }) => [name, verdict]));
const failures = (result: Result) =>
  Object.entries(verdicts(result)).filter(([, verdict]) => verdict === 'violated' || verdict === 'unknown');

const elections = { clients: 0, 'max-term': 1, 'max-log': 1, 'max-crashes': 1 };
const twoTerms = { servers: 2, clients: 0, 'max-term': 2, 'max-log': 2, 'max-crashes': 1 };
const oneClient = { servers: 2, clients: 1, 'max-term': 1, 'max-log': 2, 'max-crashes': 1 };
const comesIn = {
  servers: 2, clients: 0, members: 1, additions: 1, 'max-term': 2, 'max-log': 4, 'max-crashes': 1, 'max-raft-state': -1,
};
const goesAway = {
  servers: 2, clients: 0, members: 2, removals: 1, 'max-term': 2, 'max-log': 3, 'max-crashes': 1, 'max-raft-state': -1,
};
const thirdComesIn = {
  servers: 3, clients: 0, members: 2, additions: 1, 'max-term': 1, 'max-log': 3, 'max-crashes': 0,
};
const noCrash = { servers: 2, clients: 1, operations: 2, 'max-term': 1, 'max-log': 3, 'max-crashes': 0 };

describe('the space within small bounds', () => {
  it.each([
    ['elections', elections, [1745, 5482, 11, 'closed']],
    ['two terms', twoTerms, [430, 753, 14, 'closed']],
    ['one client', oneClient, [260, 617, 13, 'closed']],
  ] as const)(
    '%s: the number of states is pinned, breadth first and depth first; everything holds and is reached',
    async (_, given, expected) => {
      const wide = await breadthFirst(modelOf(given), { clock });
      expect(numbers(wide)).toEqual(expected);
      expect(failures(wide)).toEqual([]);
      const deep = await depthFirst(modelOf(given), { clock });
      expect([deep.distinct, deep.generated]).toEqual([wide.distinct, wide.generated]);
    },
  );

  it('the default bounds, up to symmetry: election, replication, a crash, a compaction and an install', async () => {
    const result = await breadthFirst(modelOf({}), { clock, hasSymmetry: true });
    expect(numbers(result)).toEqual([11_198, 58_501, 18, 'closed']);
    expect(Object.values(verdicts(result)).filter((verdict) => verdict !== 'holds' && verdict !== 'reached')).toEqual(
      [],
    );
  });

  it.each([
    [
      'elections of three', { ...elections, 'pre-vote': true, 'check-quorum': true }, true,
      [4227, 23_874, 16, 'closed'], [],
    ],
    [
      'two terms of two servers', { ...twoTerms, 'pre-vote': true, 'check-quorum': true }, false,
      [11_719, 40_237, 22, 'closed'], [],
    ],
    // Of two servers both hold what is committed: none lacks what the other compacted.
    [
      'one client', { ...oneClient, 'pre-vote': true, 'check-quorum': true }, false, [1278, 5024, 16, 'closed'],
      ['a snapshot is installed'],
    ],
  ] as const)(
    'PreVote with CheckQuorum, %s: everything holds, and all that can be is reached',
    async (_, given, hasSymmetry, expected, unreached) => {
      const result = await breadthFirst(modelOf(given), { clock, hasSymmetry });
      expect(numbers(result)).toEqual(expected);
      expect(failures(result)).toEqual([]);
      expect(
        Object.entries(verdicts(result))
          .filter(([, verdict]) => verdict === 'unreached')
          .map(([name]) => name),
      ).toEqual(unreached);
      expect(verdicts(result)['Step Of The Specification']).toBe('holds');
    },
  );

  const reading = { servers: 2, clients: 2, 'max-term': 1, 'max-log': 2, 'max-raft-state': -1, 'read-index': true };
  it.each([
    ['transfer, two terms of two servers', { ...twoTerms, transfer: true }, [1310, 3865, 17, 'closed']],
    [
      'transfer with PreVote and CheckQuorum', { ...twoTerms, transfer: true, 'pre-vote': true, 'check-quorum': true },
      [59_823, 291_767, 26, 'closed'],
    ],
    [
      'ReadIndex, a client that reads and one that writes, a crash', { ...reading, 'max-crashes': 1 },
      [8260, 42_225, 23, 'closed'],
    ],
  ] as const)('%s: everything holds, and all that can be is reached', async (_, given, expected) => {
    const result = await breadthFirst(modelOf(given), { clock });
    expect(numbers(result)).toEqual(expected);
    expect(Object.values(verdicts(result)).filter((verdict) => verdict !== 'holds' && verdict !== 'reached')).toEqual(
      [],
    );
    expect(verdicts(result)['Step Of The Specification']).toBe('holds');
  });

  it.each([
    ['one server takes in another', comesIn, false, [971, 2898, 21, 'closed']],
    ['one of two is taken out', goesAway, false, [2794, 6722, 18, 'closed']],
    ['two take in a third, by a snapshot too', thirdComesIn, true, [693, 2331, 21, 'closed']],
    [
      'one of three is taken out',
      { clients: 0, members: 3, removals: 1, 'max-term': 2, 'max-log': 2, 'max-crashes': 0, 'max-raft-state': -1 },
      true,
      [116_022, 430_466, 20, 'closed'],
    ],
  ] as const)(
    'membership, %s: everything holds, and all that can be is reached',
    async (_, given, hasSymmetry, expected) => {
      const result = await breadthFirst(modelOf(given), { clock, hasSymmetry });
      expect(numbers(result)).toEqual(expected);
      expect(Object.values(verdicts(result)).filter((verdict) => verdict !== 'holds' && verdict !== 'reached')).toEqual(
        [],
      );
      expect(Object.keys(verdicts(result))).toEqual(
        expect.arrayContaining([
          'Configuration Is Logged', 'One Change At A Time', 'Stands As Member', 'Leader That Left Steps Down',
          'Snapshot Tells Who Takes Part', 'Acknowledged Change Is Committed',
          'an operator is told that a change is done',
        ]),
      );
    },
    600_000,
  );

  it.each([
    [{ additions: 1 }, /--members 2/],
    [{ servers: 2, members: 3 }, /more than there are servers \(2\)/],
    [{ servers: 2, members: 2, additions: 1 }, /need --servers 3/],
    [{ members: 2, removals: 3 }, /more than there are members \(2\)/],
    [{ members: 2, transfer: true }, /neither --transfer nor --check-quorum/],
  ] as const)('what does not fit together is said: %o', (given, said) => expect(() => modelOf(given)).toThrow(said));

  it('the same on every run, also on a model that was used before', async () => {
    const model = modelOf(twoTerms);
    const first = await breadthFirst(model, { clock });
    expect(numbers(await breadthFirst(model, { clock }))).toEqual(numbers(first));
    const told = (result: Result) =>
      result.properties.map(({ path }) => path?.actions.map((action) => model.describeAction(action)));
    expect(told(await breadthFirst(modelOf(twoTerms), { clock }))).toEqual(told(first));
  });

  it('nothing happens in term 0: what is not reached is said', async () => {
    const result = await breadthFirst(modelOf({ 'max-term': 0, clients: 0, 'max-crashes': 0 }), { clock });
    expect(result.distinct).toBe(1);
    expect(verdicts(result)['a leader is elected']).toBe('unreached');
  });
});

/**
 * What a property can see of a state: every server's state as it is, or as it would start again, its disk, the
 * histories.
 */
function projection(values: ParameterValues): (state: RaftWorld) => string {
  const system = raftKvSystem(boundsIn(values));
  const structural = new StructuralHasher(raftKvViews, false);
  const hasher = new Hasher();
  return ({ nodes, ghost }) => {
    hasher.reset();
    nodes.forEach(({ state, durable }, node) => {
      const running = state ?? system.processes[node]!.boot(durable).state;
      structural.feed([system.essence(node, system.canonical(node, running)), durable], hasher);
    });
    structural.feed(ghost.value.histories, hasher);
    hasher.finish();
    return `${hasher.lo} ${hasher.hi}`;
  };
}

async function projectionsOf(given: ParameterValues): Promise<{ result: Result; seen: ReadonlySet<string> }> {
  const values = filled(given);
  const project = projection(values);
  const seen = new Set<string>();
  const model = raftKvModel(values);
  // A server that crashed with a log beyond the bound is down within it, and would start again beyond it.
  const isWithin = ({ nodes }: RaftWorld): boolean =>
    nodes.every(
      ({ durable }) => durable === null || (durable as Persistent).log.lastIndex <= numberOf(values, 'max-log'),
    );
  const recording: Model<RaftWorld, RaftMove> = Object.create(model, {
    properties: {
      value: [
        ...model.properties,
        {
          kind: 'always', name: 'recorded',
          check: (state: RaftWorld) => (isWithin(state) && seen.add(project(state)), null),
        },
      ],
    },
  });
  return { result: await breadthFirst(recording, { clock }), seen };
}

describe('the reduction of interleavings', () => {
  it.each([
    ['elections of three', { ...elections, 'max-crashes': 0 }],
    ['elections of three with a crash', elections],
    ['two terms', twoTerms],
    ['one client', oneClient],
    ['two operations', noCrash],
    ['a server comes in', { ...comesIn, 'max-term': 1, 'max-log': 3 }],
    ['a server goes away', { ...goesAway, 'max-term': 1, 'max-log': 2 }],
  ] as const)(
    '%s: reaches the very same states of all nodes, verdicts and situations, in fewer states',
    async (_, given) => {
      const plain = await projectionsOf({ ...given, plain: true });
      const reduced = await projectionsOf(given);
      expect(reduced.seen).toEqual(plain.seen);
      expect(verdicts(reduced.result)).toEqual({ ...verdicts(plain.result), 'Dead Letters Stay Dead': 'holds' });
      expect(reduced.result.distinct! * 5).toBeLessThan(plain.result.distinct!);
    },
  );
});

describe('symmetry', () => {
  it.each([
    ['with the reduction', elections],
    ['with the reduction and a client', oneClient],
    ['with the reduction, three servers and a client', { clients: 1, 'max-term': 1, 'max-log': 2, 'max-crashes': 0 }],
    ['where two servers take in a third', { ...thirdComesIn, 'max-raft-state': -1 }],
    ['without the reduction', { ...elections, 'max-crashes': 0, plain: true }],
    [
      'without the reduction, where a client makes only turns of the ring alike',
      { ...oneClient, 'max-crashes': 0, plain: true },
    ],
  ] as const)('%s: verdicts, lengths of the shortest paths and depth are those without it', async (_, given) => {
    const whole = await breadthFirst(modelOf(given), { clock });
    const folded = await breadthFirst(modelOf(given), { clock, hasSymmetry: true });
    expect(verdicts(folded)).toEqual(verdicts(whole));
    expect(folded.depth).toBe(whole.depth);
    const lengths = (result: Result) => result.properties.map(({ path }) => path?.actions.length ?? null);
    expect(lengths(folded)).toEqual(lengths(whole));
    expect(folded.distinct!).toBeLessThan(whole.distinct! * 0.6);
  });

  it('counts orbits: each state of the whole space has its representative in the folded one, and no other', async () => {
    const model = modelOf(elections);
    const orbits = new Set<string>();
    const hasher = new Hasher();
    const recording: Model<RaftWorld, RaftMove> = Object.create(model, {
      properties: {
        value: [
          {
            kind: 'always',
            name: 'recorded',
            check: (state: RaftWorld) => {
              hasher.reset();
              model.fingerprintOfOrbit!(state, hasher);
              hasher.finish();
              orbits.add(`${hasher.lo} ${hasher.hi}`);
              return null;
            },
          },
        ],
      },
    });
    await breadthFirst(recording, { clock });
    expect((await breadthFirst(modelOf(elections), { clock, hasSymmetry: true })).distinct).toBe(orbits.size);
  });
});

describe('other networks', () => {
  it.each([
    [
      'multiset',
      {
        servers: 2, clients: 0, 'max-log': 1, network: 'multiset', 'max-in-flight': 4, 'max-drops': 1,
        'max-duplicates': 1,
      },
    ],
    [
      'ordered',
      {
        servers: 2, clients: 0, 'max-log': 1, network: 'ordered', 'max-in-flight': 4, 'max-drops': 1,
        'max-duplicates': 1,
      },
    ],
  ] as const)(
    '%s: closed, everything holds, and every state of the nodes is one that the set reaches',
    async (_, given) => {
      const { result, seen } = await projectionsOf(given);
      expect(failures(result)).toEqual([]);
      expect(result.end).toBe('closed');
      const all = await projectionsOf({ servers: 2, clients: 0, 'max-log': 1 });
      expect([...seen].filter((state) => !all.seen.has(state))).toEqual([]);
    },
  );
});

describe('random walks', () => {
  it('reach what is rare within seconds, and break nothing', async () => {
    const given = { clients: 2, operations: 2, 'max-term': 3, 'max-log': 6, 'max-crashes': 2 };
    const result = await randomSearch(modelOf(given), { clock, seed: '1', walks: 120, maxSteps: 80 });
    expect(Object.values(verdicts(result))).not.toContain('violated');
    expect(Object.entries(verdicts(result)).filter(([, verdict]) => verdict === 'reached').length).toBe(6);
  });
});
