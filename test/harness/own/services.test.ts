/**
 * The ready services, each on a desk that keeps its data on one server: a retry that is answered is linearizable, one
 * that is done again is not, and both the simulator and the explorer tell the two apart by the service's own model.
 */
import { describe, expect, test } from 'vitest';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { fillIn } from '../../../harness/explore/parameters.ts';
import {
  defineRegistry, defineScenario, defineSystem, faults, flag, kv, listAppend, lock, queue, register, respond,
  type KvInput, type ListAppendInput, type LockInput, type Mix, type QueueInput, type CasRegisterInput, type Request,
  type Response, type Server, type Service,
} from '../../../harness/own/index.ts';
import { run } from '../../../harness/run.ts';

type Executed<Data, Reply> = readonly [after: Data, reply: Reply];

interface Desk<Data> {
  readonly data: Data;
  /** Of each client the last number and its answer. */
  readonly sessions: Readonly<Record<number, { readonly sequence: number; readonly reply: unknown }>>;
}

function desk<Data, Operation, Reply>(
  blank: Data, execute: (data: Data, operation: Operation) => Executed<Data, Reply>, doesAgain: boolean,
): Server<Desk<Data>, Request<Operation>, Response<Reply>> {
  return {
    boot: () => ({ state: { data: blank, sessions: {} }, effects: [] }),
    step(state, event) {
      if (event.kind === 'timer' || event.message.kind !== 'request') return { state, effects: [] };
      const {
        from, message: { sequence, operation },
      } = event;
      const session = state.sessions[from];
      if (!doesAgain && session !== undefined && session.sequence >= sequence)
        return { state, effects: [respond(from, sequence, session.reply as Reply)] };
      const [data, reply] = execute(state.data, operation);
      return {
        state: { data, sessions: { ...state.sessions, [from]: { sequence, reply } } },
        effects: [respond(from, sequence, reply)],
      };
    },
  };
}

function scenarioOf<Data, Operation, Reply>(
  name: string, service: Service<Operation, Reply>, mix: Mix<Operation>, blank: Data,
  execute: (data: Data, operation: Operation) => Executed<Data, Reply>,
) {
  const system = defineSystem<Desk<Data>, never>()({
    name,
    service,
    settings: { doesAgain: flag() },
    servers: ({ servers, settings }) => Array.from({ length: servers }, () => desk(blank, execute, settings.doesAgain)),
  });
  return defineScenario(system, {
    servers: 1, clients: 3, storm: '3s', operations: mix,
    faults: faults.swarm({ only: ['drop', 'duplicate', 'late', 'replay', 'giveUp'] }),
    explore: { servers: 1, clients: 2, operations: 2 },
  });
}

const text = (data: Readonly<Record<string, string>>, key: string): string => data[key] ?? '';

const scenarios = [
  scenarioOf(
    'register',
    register,
    register.mix({ read: 2, write: 1, cas: 1 }),
    null as CasRegisterInput['value'] | null,
    (value, { op, value: to = null, expected = null }) => {
      if (op === 'read') return [value, { value: value ?? null }];
      return op === 'write' ? [to, {}] : value === expected ? [to, { ok: true }] : [value, { ok: false }];
    },
  ),
  scenarioOf(
    'kv',
    kv,
    kv.mix({ get: 2, put: 1, append: 2, cas: 1, delete: 1 }),
    {} as Readonly<Record<string, string>>,
    (data, { op, key, value = '', expected = '' }: KvInput) => {
      if (op === 'get') return [data, { value: text(data, key) }];
      if (op === 'cas')
        return text(data, key) === expected ? [{ ...data, [key]: value }, { ok: true }] : [data, { ok: false }];
      return [{ ...data, [key]: op === 'put' ? value : op === 'append' ? text(data, key) + value : '' }, {}];
    },
  ),
  scenarioOf(
    'queue',
    queue,
    queue.mix({ enqueue: 2, dequeue: 1 }),
    [] as readonly (string | number)[],
    ([first, ...rest], { op, value }: QueueInput) => {
      const all = first === undefined ? [] : [first, ...rest];
      return op === 'enqueue' ? [[...all, value!], {}] : [rest, { value: first ?? null }];
    },
  ),
  scenarioOf(
    'lock',
    lock,
    lock.mix({ acquire: 1, release: 1 }),
    null as LockInput['owner'] | null,
    (holder, { op, owner }) => {
      const ok = op === 'acquire' ? holder === null : holder === owner;
      return [ok ? (op === 'acquire' ? owner : null) : holder, { ok }];
    },
  ),
  scenarioOf(
    'list-append',
    listAppend,
    listAppend.mix({ append: 1, read: 1 }),
    {} as Readonly<Record<string, readonly (string | number)[]>>,
    (lists, { op, key, value }: ListAppendInput) => {
      const list = lists[key] ?? [];
      return op === 'read' ? [lists, { list }] : [{ ...lists, [key]: [...list, value!] }, {}];
    },
  ),
];
const { models } = defineRegistry('file:///desks.ts', scenarios);
const seeds = Array.from({ length: 60 }, (_, i) => i + 1);

describe.each(scenarios)('$name', (scenario) => {
  const { name, system } = scenario;
  const broken = scenario.withSettings(`${name}+doesAgain`, { doesAgain: true });

  const explored = async (doesAgain: boolean) => {
    const definition = models.get(name)!;
    const { properties, end } = await breadthFirst(
      definition.create(fillIn(definition.parameters, { doesAgain, operations: doesAgain ? 2 : 1 })),
      { clock: () => 0 },
    );
    return { end, wrong: properties.filter(({ verdict }) => verdict === 'violated').map((property) => property.name) };
  };

  test('a desk that answers a retry is linearizable, on every seed, and every client is answered', () => {
    for (const seed of seeds) expect(run(system, scenario.draw(seed)).verdict, `seed ${seed}`).toEqual({ kind: 'ok' });
  });

  test('one that does it again is not', () => {
    const verdicts = seeds.map((seed) => run(system, broken.draw(seed)).verdict);
    const properties = new Set(verdicts.flatMap((verdict) => (verdict.kind === 'violation' ? [verdict.property] : [])));
    expect(properties).toEqual(new Set(['Linearizability']));
  });

  test('the explorer says the same of both', async () => {
    expect(await explored(false)).toEqual({ end: 'closed', wrong: [] });
    expect((await explored(true)).wrong).toEqual(['every history is linearizable']);
  });
});
