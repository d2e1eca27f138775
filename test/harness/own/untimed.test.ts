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
    { boot: () => ({ state: 0, effects: [] }), step: (state, event) => ({ state: event.kind === 'message' && event.message === 'here' ? Math.min(2, state + 1) : state, effects: [] }) },
    { boot: () => ({ state: 0, effects: [timer('tick', '20ms')] }), step: (state, event) => ({ state, effects: event.kind === 'timer' ? [timer('tick', '20ms'), send<'here'>(0, 'here')] : [] }) },
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
        last: [persist(one), persist(two), answer], between: [persist(one), answer, persist(two)], first: [answer, persist(one), persist(two)],
      }[settings.answers];
      return { state: two, effects };
    },
  }],
});

interface Register {
  readonly value: string | number | boolean | null;
}

/** A register on one server; a bug of it answers before it writes. */
const keptRegister = defineSystem<Register, never, Register>()({
  name: 'kept-register',
  settings: { bug: oneOf('none', 'answersFirst') },
  service: register,
  servers: ({ settings }): readonly Server<Register, Request<CasRegisterInput>, Response<RegisterOutput>, Register>[] => [{
    blank: { value: null },
    boot: (state) => ({ state, effects: [] }),
    step(state, event) {
      if (event.kind === 'timer') return { state, effects: [] };
      const { from, message: { sequence, operation: { op, value = null } } } = event;
      if (op === 'read') return { state, effects: [respond<RegisterOutput>(from, sequence, state)] };
      const [answer, write] = [respond<RegisterOutput>(from, sequence, {}), persist({ value })];
      return { state: { value }, effects: settings.bug === 'none' ? [write, answer] : [answer, write] };
    },
  }],
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
  defineScenario(beacon, { servers: 2, clients: 0, ...nothing, explore: { servers: 2, clients: 0, operations: [], crashes: 1 } }),
  defineScenario(twoWrites, { servers: 1, clients: 1, ...nothing, explore: { servers: 1, clients: 1, operations: ['ask'], crashes: 1 } }),
  defineScenario(keptRegister, { servers: 1, clients: 1, operations: register.mix({ read: 1, write: 1 }), explore: { servers: 1, clients: 1, operations: 2, crashes: 1 } }),
  defineScenario(nobody, { servers: 1, clients: 0, ...nothing, explore: { servers: 1, clients: 0, operations: [] } }),
]);

function modelOf(name: string, given: ParameterValues): AnyModel {
  const definition = registry.models.get(name)! as ModelDefinition<AnyWorld, Move<Notice>>;
  return definition.create(fillIn(definition.parameters, given));
}

/** Every state of the servers and their disks that a search reaches: of one that is down, as it would start again. */
async function statesOf(name: string, given: ParameterValues): Promise<{ readonly distinct: number; readonly seen: readonly string[] }> {
  const model = modelOf(name, given);
  const seen = new Set<string>();
  const [system, plan] = [registry.systems.get(name)!, registry.scenarios.get(name)!.draw(1)];
  const processes = system.processes(plan);
  const structural = new StructuralHasher(new Map(), false);
  const check = ({ nodes }: AnyWorld): null => {
    const hasher = new Hasher();
    for (const { index, state, durable } of nodes) structural.feed([state ?? processes[index]!.boot(durable).state, durable], hasher);
    hasher.finish();
    seen.add(`${hasher.lo} ${hasher.hi}`);
    return null;
  };
  const recording: AnyModel = Object.create(model, { properties: { value: [...model.properties, { kind: 'always', name: 'recorded', check }] } });
  const result = await breadthFirst(recording, { clock: () => 0 });
  expect(result.end).toBe('closed');
  return { distinct: result.distinct!, seen: [...seen].sort() };
}

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
    'c0 asks for write value 0', 'n0 takes request sequence 1 operation {op: write, value: 0} from c0, and crashes before its write', 'n0 starts again',
    'c0 takes response sequence 1 reply {} from n0', 'c0 asks for read', 'n0 takes request sequence 2 operation {op: read} from c0', 'c0 takes response sequence 2 reply {value: null} from n0',
  ]);
  const plan = model.planOf!(path!, 'every history is linearizable')!;
  expect(run(registry.systems.get('kept-register')!, plan).verdict).toMatchObject({ kind: 'violation', property: 'Linearizability' });
});

test('a server whose state is null breaks the contract, as it does in the simulator: null stands for one that is down', async () => {
  const { properties } = await breadthFirst(modelOf('nobody', {}), { clock: () => 0 });
  expect(properties.find(({ name }) => name === 'Other Checks')).toMatchObject({ verdict: 'violated', detail: 'No Exception: n0 cannot start: state: expected a state, got null' });
});
