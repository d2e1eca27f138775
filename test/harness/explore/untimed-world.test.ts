/**
 * What the untimed world makes of a system: what is broken ends a run, and a run that is told has every step that it
 * needs.
 */
import { describe, expect, test } from 'vitest';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import type { Model, ModelDefinition, Path } from '../../../harness/explore/model.ts';
import { fillIn, type ParameterValues } from '../../../harness/explore/parameters.ts';
import type { Barrier, Move, Outcome } from '../../../harness/explore/untimed/parts.ts';
import type { World } from '../../../harness/explore/untimed/state.ts';
import type { Notice } from '../../../harness/explore/untimed/system.ts';
import { sometimesSeen } from '../../../harness/explore/untimed/world.ts';
import {
  defineRegistry, defineScenario, defineSystem, persist, register, respond, send, service, timer, type CasRegisterInput,
  type RegisterOutput, type Request, type Server,
} from '../../../harness/own/index.ts';

type AnyWorld = World<unknown, Notice>;
type AnyModel = Model<AnyWorld, Move<Notice>>;
type AnyPath = Path<AnyWorld, Move<Notice>>;

const asking = service<string, string>();
const nothing = { operations: asking.mix(() => 'ask', { each: 1 }) };

interface Bell {
  readonly isOn: boolean;
  readonly heard: number;
}

/**
 * n1 is switched on by its first tick; from then on its ticks say "here", and its tocks "noise", and change nothing. n0
 * counts to two.
 */
const bells = defineSystem<Bell, 'here' | 'noise'>()({
  name: 'bells',
  service: asking,
  servers: () => [
    {
      boot: () => ({ state: { isOn: false, heard: 0 }, effects: [] }),
      step: (state, event) => ({
        state:
          event.kind === 'message' && event.message === 'here' && state.heard < 2
            ? { ...state, heard: state.heard + 1 }
            : state,
        effects: [],
      }),
    },
    {
      boot: () => ({ state: { isOn: false, heard: 0 }, effects: [timer('tick', '20ms')] }),
      step(state, event) {
        if (event.kind !== 'timer') return { state, effects: [] };
        if (event.timer === 'tick' && !state.isOn)
          return { state: { ...state, isOn: true }, effects: [timer('tick', '20ms'), timer('tock', '20ms')] };
        return {
          state,
          effects:
            event.timer === 'tick'
              ? [timer('tick', '20ms'), send(0, 'here' as const)]
              : [timer('tock', '20ms'), send(0, 'noise' as const)],
        };
      },
    },
  ],
  client: { asks: () => [0] },
  situations: { 'hears two': ({ after }) => after.heard === 2 },
});

/** n0 keeps what its tick writes, and is another one when it starts with that. */
const keeper = defineSystem<number, never, number>()({
  name: 'keeper',
  service: asking,
  servers: () => [
    {
      blank: 0,
      boot: (kept) => ({ state: 10 * kept, effects: kept === 0 ? [timer('tick', '20ms')] : [] }),
      step: (state, event) => (event.kind === 'timer' ? { state: 1, effects: [persist(1)] } : { state, effects: [] }),
    },
  ],
  situations: { 'starts again': ({ before, after }) => before === null && after === 10 },
});

/** Answers twice, and its client tells of both. */
const twice = defineSystem<null | 0, never>()({
  name: 'twice',
  service: register,
  servers: (): readonly Server<
    0,
    Request<CasRegisterInput>,
    ReturnType<typeof respond<RegisterOutput>>['message']
  >[] => [
    {
      boot: () => ({ state: 0, effects: [] }),
      step: (state, event) => ({
        state,
        effects:
          event.kind === 'message'
            ? [respond<RegisterOutput>(event.from, 1, {}), respond<RegisterOutput>(event.from, 2, {})]
            : [],
      }),
    },
  ],
  client: () => ({
    boot: () => ({ state: 0, effects: [] }),
    step: (state: number, event) =>
      event.kind === 'request'
        ? { state: 1, effects: [send(0, { kind: 'request', sequence: 1, operation: event.request } as const)] }
        : { state: state + 1, effects: event.kind === 'message' ? [{ kind: 'reply', id: 0, reply: {} }] : [] },
  }),
});

/** One bad number in the state of the only server. */
const broken = defineSystem<number, never>()({
  name: 'broken',
  service: asking,
  servers: () => [
    {
      boot: () => ({ state: 0, effects: [timer('tick', '20ms')] }),
      step: (state, event) => ({ state: event.kind === 'timer' ? state + 1 : state, effects: [timer('tick', '20ms')] }),
    },
  ],
  invariants: { 'Below Two': { always: ({ servers }) => (servers[0] === 2 ? 'it is two' : null) } },
});

const registry = defineRegistry(import.meta.url, [
  defineScenario(bells, { servers: 2, clients: 0, ...nothing, explore: { servers: 2, clients: 0, operations: [] } }),
  defineScenario(keeper, {
    servers: 1, clients: 0, ...nothing, explore: { servers: 1, clients: 0, operations: [], crashes: 1 },
  }),
  defineScenario(twice, {
    servers: 1, clients: 1, operations: register.mix({ write: 1 }), explore: { servers: 1, clients: 1, operations: 1 },
  }),
  defineScenario(broken, { servers: 1, clients: 0, ...nothing, explore: { servers: 1, clients: 0, operations: [] } }),
]);

function modelOf(name: string, given: ParameterValues = {}): AnyModel {
  const definition = registry.models.get(name)! as ModelDefinition<AnyWorld, Move<Notice>>;
  return definition.create(fillIn(definition.parameters, given));
}

async function found(
  model: AnyModel, name: string,
): Promise<{ readonly verdict: string; readonly detail: string; readonly path: AnyPath | null }> {
  const { properties } = await breadthFirst(model, { clock: () => 0 });
  return properties.find((one) => one.name === name)!;
}

describe('a run with the steps that the reduction takes unseen', () => {
  const told = async (name: string, property: string): Promise<readonly string[]> => {
    const model = modelOf(name, { goals: true });
    const { path } = await found(model, property);
    return model.unfold!(path!).actions.map((action) => model.describeAction(action));
  };

  test('has those that send what is needed, and no others', async () => {
    expect(await told('bells', 'hears two')).toEqual([
      'n1 hears its tick timer', 'n1 hears its tick timer', 'n0 takes here from n1', 'n0 takes here from n1',
    ]);
  });

  test('has the start behind each crash', async () => {
    expect(await told('keeper', 'starts again')).toEqual(['n0 hears its tick timer', 'n0 crashes', 'n0 starts again']);
  });
});

describe('what is broken', () => {
  test('is found, and nothing goes on behind it', async () => {
    const model = modelOf('broken');
    const { verdict, path } = await found(model, 'Below Two');
    expect([verdict, path!.actions.length]).toEqual(['violated', 2]);
    expect(model.actions(path!.states.at(-1)!)).toEqual([]);
    expect(model.actions(path!.states.at(-2)!).length).toBeGreaterThan(0);
  });

  test('under a name that is in no list is found as well', async () => {
    expect(await found(modelOf('twice'), 'Other Checks')).toMatchObject({
      verdict: 'violated', detail: 'Protocol Contract: c0 tells of an answer although it waits for none',
    });
  });
});

test('a situation is that of a step that takes effect, and of no crash within it', () => {
  const { reached } = sometimesSeen<unknown, Notice>('a', 'seen') as Extract<
    ReturnType<typeof sometimesSeen<unknown, Notice>>,
    { readonly kind: 'sometimes-step' }
  >;
  const outcome = (...situations: readonly string[]) =>
    ({ notice: { situations, concernsOthers: false } }) as unknown as Outcome<Notice>;
  const move = (more: Partial<Move<Notice>>) =>
    ({ kind: 'deliver', barrier: null, outcome: outcome('other', 'seen'), ...more }) as Move<Notice>;
  const is = (more: Partial<Move<Notice>>): boolean => reached(null as never, move(more), null as never);
  expect([is({}), is({ kind: 'timer' }), is({ kind: 'crash' })]).toEqual([true, true, true]);
  expect([
    is({ outcome: outcome('other') }), is({ outcome: null }), is({ kind: 'crash', barrier: {} as Barrier }),
    is({ outcome: { notice: null } as unknown as Outcome<Notice> }),
  ]).toEqual([false, false, false, false]);
});
