/** A user's system in the untimed world: the reduction reaches the same states of all servers as the plain search. */
import { describe, expect, test } from 'vitest';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { Hasher, StructuralHasher } from '../../../harness/explore/fingerprint.ts';
import type { Model, ModelDefinition } from '../../../harness/explore/model.ts';
import { fillIn, type ParameterValues } from '../../../harness/explore/parameters.ts';
import type { Notice } from '../../../harness/explore/untimed/system.ts';
import type { Move } from '../../../harness/explore/untimed/parts.ts';
import type { World } from '../../../harness/explore/untimed/state.ts';
import {
  defineRegistry, defineScenario, defineSystem, oneOf, persist, register, respond, send, service, timer,
  type CasRegisterInput, type RegisterOutput, type Request, type Response, type Server,
} from '../../../harness/own/index.ts';
import { Symmetry } from '../../../harness/own/alike.ts';
import { run } from '../../../harness/run.ts';

type AnyWorld = World<unknown, Notice>;
type AnyModel = Model<AnyWorld, Move<Notice>>;

const asking = service<string, string>();
const nothing = { operations: asking.mix(() => 'ask', { each: 1 }) };

/** n1 says "here" again and again, which changes nothing of it; n0 counts to two. */
const beacon = defineSystem<number, 'here'>()({
  name: 'beacon',
  service: asking,
  servers: (): readonly Server<number, 'here' | Request<string>, 'here' | Response<string>>[] => [
    {
      boot: () => ({ state: 0, effects: [] }),
      step: (state, event) => ({
        state: event.kind === 'message' && event.message === 'here' ? Math.min(2, state + 1) : state,
        effects: [],
      }),
    },
    {
      boot: () => ({ state: 0, effects: [timer('tick', '20ms')] }),
      step: (state, event) => ({
        state, effects: event.kind === 'timer' ? [timer('tick', '20ms'), send<'here'>(0, 'here')] : [],
      }),
    },
  ],
  client: { asks: () => [0] },
});

interface Kept {
  readonly a: number;
  readonly b: number;
}

/** n0 answers before, between or behind its two writes; n1 hears of the answer from the client's next question only. */
const twoWrites = defineSystem<Kept, never, Kept>()({
  name: 'two-writes',
  settings: { answers: oneOf('last', 'between', 'first') },
  service: asking,
  servers: ({ settings }): readonly Server<Kept, Request<string>, Response<string>, Kept>[] => [{
    blank: { a: 0, b: 0 },
    boot: (state) => ({ state, effects: [] }),
    step(state, event) {
      if (event.kind === 'timer' || state.b > 0) return { state, effects: [] };
      const answer = respond(event.from, event.message.sequence, 'done');
      const [one, two] = [{ a: 1, b: 0 }, { a: 1, b: 1 }];
      const effects = {
        last: [persist(one), persist(two), answer], between: [persist(one), answer, persist(two)],
        first: [answer, persist(one), persist(two)],
      }[settings.answers];
      return { state: two, effects };
    },
  }],
});

interface Votes {
  readonly votes: readonly number[];
  readonly told: Readonly<Record<number, number>>;
}
type Vote = { readonly kind: 'vote' } | { readonly kind: 'counted'; readonly by: number | null };

/**
 * n0 counts the votes of the others, each of which votes when its timer says so and hears who was counted before it.
 */
const voters = defineSystem<Votes, Vote>()({
  name: 'voters',
  settings: { broken: oneOf('none', 'first', 'self', 'start', 'invariant', 'within', 'timers') },
  service: asking,
  servers: ({ servers, settings: { broken } }) =>
    Array.from({ length: servers }, (_, id): Server<Votes, Vote | Request<string>, Vote | Response<string>> => ({
      boot: () => ({
        state: { votes: [], told: broken === 'start' && id === 1 ? { 1: 1 } : {} },
        effects: id === 0 ? [] : [timer('vote', '20ms')],
      }),
      step(state, event) {
        if (event.kind === 'timer') return { state, effects: [timer('vote', '20ms'), send<Vote>(0, { kind: 'vote' })] };
        const { from, message } = event;
        if (id > 0)
          return message.kind === 'counted' && state.votes.length === 0
            ? { state: { votes: [broken === 'self' && id === 2 ? 0 : (message.by ?? 0)], told: {} }, effects: [] }
            : { state, effects: [] };
        if (message.kind !== 'vote' || state.votes.includes(from) || (broken === 'first' && from === 2))
          return { state, effects: [] };
        const votes = [...state.votes, from].sort((a, b) => a - b);
        return {
          state: { votes, told: { ...state.told, [from]: votes.length } },
          effects: [send<Vote>(from, { kind: 'counted', by: state.votes.length === 0 ? null : from })],
        };
      },
    })),
  invariants: {
    Even: {
      always: ({ servers, settings }) =>
        settings.broken === 'invariant' && servers[2] !== null && servers[0]!.votes.join() === '2' ? 'it is n2' : null,
    },
  },
  alike: {
    servers: ({ servers }) => [Array.from({ length: servers - 1 }, (_, i) => i + 1)], nodes: ['by', 'told'],
    sorted: ['votes'],
  },
});

interface Ring {
  readonly asked: number;
  readonly leader: number | null;
  readonly perServer: readonly number[];
}

/** Whoever is asked tells the next one, and counts of whom it has heard. */
const ring = defineSystem<Ring, { readonly kind: 'told'; readonly leader: number }>()({
  name: 'ring',
  service: asking,
  servers: ({ servers }) =>
    Array.from(
      { length: servers },
      (
        _, id,
      ): Server<
        Ring,
        { readonly kind: 'told'; readonly leader: number } | Request<string>,
        { readonly kind: 'told'; readonly leader: number } | Response<string>
      > => ({
        boot: () => ({
          state: { asked: 0, leader: null, perServer: Array.from({ length: servers }, () => 0) }, effects: [],
        }),
        step(state, event) {
          if (event.kind === 'timer') return { state, effects: [] };
          if (event.message.kind === 'told')
            return {
              state: { ...state, leader: event.message.leader, perServer: state.perServer.with(event.from, 1) },
              effects: [],
            };
          if (state.asked > 0) return { state, effects: [] };
          return {
            state: { ...state, asked: 1 },
            effects: [
              send((id + 1) % servers, { kind: 'told', leader: id }),
              respond(event.from, event.message.sequence, 'yes'),
            ],
          };
        },
      }),
    ),
  alike: {
    servers: ({ servers }) => [Array.from({ length: servers }, (_, i) => i)], nodes: ['leader'],
    perServer: ['perServer'],
  },
});

interface Register {
  readonly value: string | number | boolean | null;
}

/** A register on one server; a bug of it answers before it writes. */
const keptRegister = defineSystem<Register, never, Register>()({
  name: 'kept-register',
  settings: { bug: oneOf('none', 'answersFirst') },
  service: register,
  servers: ({
    settings,
  }): readonly Server<Register, Request<CasRegisterInput>, Response<RegisterOutput>, Register>[] => [
    {
      blank: { value: null },
      boot: (state) => ({ state, effects: [] }),
      step(state, event) {
        if (event.kind === 'timer') return { state, effects: [] };
        const {
          from,
          message: {
            sequence, operation: { op, value = null },
          },
        } = event;
        if (op === 'read') return { state, effects: [respond<RegisterOutput>(from, sequence, state)] };
        const [answer, write] = [respond<RegisterOutput>(from, sequence, {}), persist({ value })];
        return { state: { value }, effects: settings.bug === 'none' ? [write, answer] : [answer, write] };
      },
    },
  ],
});

const nobody = defineSystem<null, 'here'>()({
  name: 'nobody',
  service: asking,
  servers: (): readonly Server<null, 'here' | Request<string>, 'here' | Response<string>>[] => [{
    boot: () => ({ state: null, effects: [timer('tick', '20ms')] }),
    step: (state) => ({ state, effects: [] }),
  }],
});

const registry = defineRegistry(import.meta.url, [
  defineScenario(beacon, {
    servers: 2, clients: 0, ...nothing, explore: { servers: 2, clients: 0, operations: [], crashes: 1 },
  }),
  defineScenario(twoWrites, {
    servers: 1, clients: 1, ...nothing, explore: { servers: 1, clients: 1, operations: ['ask'], crashes: 1 },
  }),
  defineScenario(keptRegister, {
    servers: 1, clients: 1, operations: register.mix({ read: 1, write: 1 }),
    explore: { servers: 1, clients: 1, operations: 2, crashes: 1 },
  }),
  defineScenario(voters, {
    servers: 3, clients: 0, ...nothing, explore: { servers: 3, clients: 0, operations: [], crashes: 1 },
  }),
  defineScenario(voters, {
    name: 'bounded',
    servers: 3,
    clients: 0,
    ...nothing,
    explore: { servers: 3, clients: 0, operations: [], within: ({ votes }) => votes[0] !== 2 },
  }),
  defineScenario(voters, {
    name: 'timed',
    servers: 3,
    clients: 0,
    ...nothing,
    explore: { servers: 3, clients: 0, operations: [], timers: ({ votes }) => votes[0] !== 2 },
  }),
  defineScenario(ring, {
    servers: 3, clients: 1, ...nothing, explore: { servers: 3, clients: 1, operations: ['ask', 'ask'], crashes: 1 },
  }),
  defineScenario(nobody, { servers: 1, clients: 0, ...nothing, explore: { servers: 1, clients: 0, operations: [] } }),
]);

function modelOf(name: string, given: ParameterValues): AnyModel {
  const definition = registry.models.get(name)! as ModelDefinition<AnyWorld, Move<Notice>>;
  return definition.create(fillIn(definition.parameters, given));
}

/** Every state of the servers and their disks that a search reaches: of one that is down, as it would start again. */
async function statesOf(
  name: string, given: ParameterValues,
): Promise<{ readonly distinct: number; readonly seen: readonly string[] }> {
  const model = modelOf(name, given);
  const seen = new Set<string>();
  const [system, plan] = [registry.systems.get(name)!, registry.scenarios.get(name)!.draw(1)];
  const processes = system.processes(plan);
  const structural = new StructuralHasher(new Map(), false);
  const check = ({ nodes }: AnyWorld): null => {
    const hasher = new Hasher();
    for (const { index, state, durable } of nodes)
      structural.feed([state ?? processes[index]!.boot(durable).state, durable], hasher);
    hasher.finish();
    seen.add(`${hasher.lo} ${hasher.hi}`);
    return null;
  };
  const recording: AnyModel = Object.create(model, {
    properties: { value: [...model.properties, { kind: 'always', name: 'recorded', check }] },
  });
  const result = await breadthFirst(recording, { clock: () => 0 });
  expect(result.end).toBe('closed');
  return { distinct: result.distinct!, seen: [...seen].sort() };
}

/**
 * The same for all states that are equal up to names: of all that a search without symmetry sees, and of what one with
 * it does.
 */
async function orbitsOf(
  name: string, given: ParameterValues, hasSymmetry: boolean,
): Promise<{ readonly distinct: number; readonly orbits: readonly string[]; readonly verdicts: readonly string[] }> {
  const model = modelOf(name, given);
  const orbits = new Set<string>();
  const check = (state: AnyWorld): null => {
    const hasher = new Hasher();
    model.fingerprintOfOrbit!(state, hasher);
    hasher.finish();
    orbits.add(`${hasher.lo} ${hasher.hi}`);
    return null;
  };
  const recording: AnyModel = Object.create(model, {
    properties: { value: [...model.properties, { kind: 'always', name: 'recorded', check }] },
  });
  const { distinct, properties, end } = await breadthFirst(recording, { clock: () => 0, hasSymmetry });
  expect(
    end,
    properties
      .filter(({ verdict }) => verdict === 'violated')
      .map(({ name: property, detail }) => `${property}: ${detail}`)
      .join('\n'),
  ).toBe('closed');
  return { distinct: distinct!, orbits: [...orbits].sort(), verdicts: properties.map((property) => property.verdict) };
}

describe('servers that are alike', () => {
  test.each([
    ['three voters', 'voters', { servers: 4 }, 1237, 214],
    ['three voters, plainly', 'voters', { servers: 4, plain: true, 'max-crashes': 0 }, 128, 26],
    ['two voters with a crash, in order', 'voters', { servers: 3, network: 'ordered', 'max-in-flight': 3 }, 2438, 1225],
    ['a ring of three, which clients ask in turn', 'ring', { servers: 3 }, 6390, 3552],
  ] as const)(
    '%s: each state has its representative, and no other one is counted',
    async (_, name, values, whole, folded) => {
      const all = await orbitsOf(name, values, false);
      const few = await orbitsOf(name, values, true);
      expect(few.orbits).toEqual(all.orbits);
      expect(few.distinct).toBe(few.orbits.length);
      expect(few.verdicts).toEqual(all.verdicts);
      expect([all.distinct, few.distinct]).toEqual([whole, folded]);
    },
  );

  test('are as many as there are orders of them; only turns of the ring where clients ask in turn', () => {
    const castOf = (servers: number, asks: readonly number[] | null, operations: readonly unknown[] = []) => ({
      servers, asks, operations, describe: () => ({}),
    });
    const renamings = (groups: readonly (readonly number[])[], options: ReturnType<typeof castOf>, fields = {}) =>
      new Symmetry({ groups, ...fields }, options).renamings.length;
    expect(renamings([[1, 2, 3]], castOf(4, [0]))).toBe(6);
    expect(renamings([[0, 1], [2, 3]], castOf(4, null))).toBe(4);
    expect(renamings([[0, 1, 2]], castOf(3, [0, 1, 2]))).toBe(3);
    expect(renamings([[0, 1, 2]], castOf(3, [0, 1]))).toBe(2);
    expect(renamings([[0, 1, 2]], castOf(3, [2], [{ refuses: 1 }]), { nodes: ['refuses'] })).toBe(1);
    expect(renamings([[0, 1, 2]], castOf(3, [], [{ refuses: 1 }]), { nodes: ['refuses'] })).toBe(2);
    expect(() => renamings([[0, 1, 2, 3, 4, 5, 6, 7]], castOf(8, []))).toThrow('40320 renamings are too many');
  });

  const wrong = async (name: string, broken: string): Promise<readonly string[]> => {
    const { properties } = await breadthFirst(modelOf(name, { servers: 3, broken }), { clock: () => 0 });
    return properties
      .filter(({ verdict }) => verdict === 'violated')
      .map((property) => `${property.name}: ${property.detail}`);
  };

  test.each([
    [
      'voters',
      'first',
      'no step throws: Violated: servers are said to be alike, and n0 tells n1, n2 apart: on a message in the state {"votes":"[]","told":"{}"} (is a field missing among those that hold a node?)',
    ],
    [
      'voters',
      'self',
      'no step throws: Violated: servers are said to be alike, and n2 and n1 are not: on a message in the state {"votes":"[]","told":"{}"} (is a field missing among those that hold a node?)',
    ],
    [
      'voters',
      'start',
      'Other Checks: No Exception: n1 cannot start: servers are said to be alike, and n1 and n2 are not: on its start (is a field missing among those that hold a node?)',
    ],
    [
      'voters',
      'invariant',
      'Other Checks: Servers Alike: servers are said to be alike, and an invariant tells them apart: it breaks when n1, n2 change names',
    ],
    [
      'bounded',
      'none',
      'no step throws: Violated: servers are said to be alike, and `within` tells them apart when n1, n2 change names, in the state {"votes":"[1]","told":"{1: 1}"} of n0',
    ],
    [
      'timed',
      'none',
      'no step throws: Violated: servers are said to be alike, and `timers` tells them apart when n1, n2 change names, in the state {"votes":"[1]","told":"{}"} of n1',
    ],
  ])('%s that are not are told, with the step: %s', async (name, broken, says) => {
    expect(await wrong(name, broken)).toEqual(expect.arrayContaining([says]));
  });
});

describe('the reduction', () => {
  test.each([
    ['a server whose timer says something and changes nothing, from its start on', 'beacon', {}, 14, 6],
    ['two writes, and the answer behind them', 'two-writes', { answers: 'last' }, 16, 7],
    ['an answer between two writes', 'two-writes', { answers: 'between' }, 18, 9],
    ['an answer before both', 'two-writes', { answers: 'first' }, 20, 10],
  ])('%s: the same states of all servers, in fewer states', async (_, name, given, plain, reduced) => {
    const whole = await statesOf(name, { ...given, plain: true });
    const folded = await statesOf(name, given);
    expect(folded.seen).toEqual(whole.seen);
    expect([whole.distinct, folded.distinct]).toEqual([plain, reduced]);
  });
});

test('a crash between an answer and its write is found, by a run that the simulator takes too', async () => {
  const model = modelOf('kept-register', { bug: 'answersFirst' });
  const { properties } = await breadthFirst(model, { clock: () => 0 });
  const { verdict, path } = properties.find(({ name }) => name === 'every history is linearizable')!;
  expect(verdict).toBe('violated');
  expect(model.unfold!(path!).actions.map((action) => model.describeAction(action))).toEqual([
    'c0 asks for write value 0',
    'n0 takes request sequence 1 operation {op: write, value: 0} from c0, and crashes before its write',
    'n0 starts again',
    'c0 takes response sequence 1 reply {} from n0',
    'c0 asks for read',
    'n0 takes request sequence 2 operation {op: read} from c0',
    'c0 takes response sequence 2 reply {value: null} from n0',
  ]);
  const plan = model.planOf!(path!, 'every history is linearizable')!;
  expect(run(registry.systems.get('kept-register')!, plan).verdict).toMatchObject({
    kind: 'violation', property: 'Linearizability',
  });
});

test('a server whose state is null breaks the contract, as it does in the simulator: null stands for one that is down', async () => {
  const { properties } = await breadthFirst(modelOf('nobody', {}), { clock: () => 0 });
  expect(properties.find(({ name }) => name === 'Other Checks')).toMatchObject({
    verdict: 'violated', detail: 'No Exception: n0 cannot start: state: expected a state, got null',
  });
});
