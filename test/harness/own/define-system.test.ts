/** What the kit makes of a user's protocol: processes, words, and what faults and reports ask a system. */
import { describe, expect, test } from 'vitest';
import type { Process } from '../../../core/protocol.ts';
import type { AnyEvent, ToldStep } from '../../../harness/system.ts';
import { longestUs, type Plan } from '../../../harness/plan/plan.ts';
import { defineSystem } from '../../../harness/own/define-system.ts';
import { kv } from '../../../harness/own/service.ts';
import { structuralCodec, structuralStorage } from '../../../harness/own/storage.ts';
import { toyPlan } from '../faults/toys.ts';
import { counter, counters, type Add, type Counter } from './counters.ts';

const role = ({ term, isLeader }: Counter) => ({
  name: isLeader ? 'leader' : 'follower', epoch: term, leads: isLeader,
});
const settings = { bug: 'none', loud: false };
const plan = (more: Partial<Plan> = {}): Plan =>
  toyPlan({ system: 'counters', servers: 3, clients: 2, settings, ...more });
const message = (by: number): AnyEvent => ({ kind: 'message', from: 4, message: { kind: 'add', by } });
const client = (begun: number) => ({ $client: { begun }, begun, isWaiting: false });

describe('is refused', () => {
  test.each([['a b'], [''], ['a/b'], [undefined], ['ü']])('a system named %j', (name) => {
    expect(() => counters({ name: name as string })).toThrow(
      `a system needs a name of letters, digits, dots and dashes, not "${String(name)}"`,
    );
  });
  test.each(['anyTimers', 'servers', 'clients', 'operations', 'network', 'plain'])('a setting named %s', (name) => {
    const setting = { plain: false } as never;
    expect(() => counters({ settings: { [name]: setting } as never })).toThrow(
      `counters: a setting cannot be named "${name}", which the harness uses`,
    );
  });
  test('a plan for which another number of servers is made', () => {
    expect(() => counters({ servers: () => [] }).processes(plan())).toThrow(
      'counters: `servers` made 0 servers for a plan with 3',
    );
  });
});

describe('processes', () => {
  test('are the servers, told the world of the plan, then the clients', () => {
    const worlds: unknown[] = [];
    const system = counters({ servers: (world) => {
      worlds.push(world);
      return Array.from({ length: world.servers }, (_, node) => ({
        boot: () => ({ state: counter(node), effects: [] }), step: (state: Counter) => ({ state, effects: [] }),
      }));
    } });
    const processes = system.processes(plan());
    expect(worlds).toEqual([{ servers: 3, clients: 2, settings }]);
    expect(processes.map((process) => process.boot(null).state)).toEqual([
      counter(0), counter(1), counter(2), expect.objectContaining({ begun: 0 }), expect.objectContaining({ begun: 0 }),
    ]);
  });

  test('start from what the disk holds, from blank before the first write', () => {
    const [server] = counters().processes(plan());
    const disk = server!.write(server!.blank, 7);
    expect([server!.boot(server!.blank).state, server!.boot(disk).state]).toEqual([counter(100), counter(7)]);
    expect(server!.boot(server!.write(disk, null)).state).toEqual(counter(null as never));
  });

  test('write as the server says, on top of what is there', () => {
    const [server] = counters({
      servers: ({ servers }) =>
        Array.from({ length: servers }, () => ({
          blank: 100, boot: (durable: number) => ({ state: counter(durable), effects: [] }),
          step: (state: Counter) => ({ state, effects: [] }), write: (durable: number, by: number) => durable + by,
        })),
    }).processes(plan());
    expect(server!.boot(server!.write(server!.write(server!.blank, 1), 2)).state).toEqual(counter(103));
  });

  test('of servers hear messages and timers, and nothing else', () => {
    const [server] = counters().processes(plan());
    expect(server!.step(counter(1), message(4)).state).toEqual(counter(5));
    expect(server!.step(counter(1), { kind: 'timer', timer: 'tick' })).toEqual({ state: counter(1), effects: [] });
    expect(server!.step(counter(1), { kind: 'unreachable', node: 1 })).toEqual({ state: counter(1), effects: [] });
    expect(server!.step(counter(1), { kind: 'request', id: 1, request: 0 })).toEqual({
      state: counter(1), effects: [],
    });
  });

  test('may have timers that run for any time, where a plan says so: not for none, and not for ever', () => {
    const [server] = counters().processes(plan({ settings: { ...settings, anyTimers: true } }));
    const timer = { kind: 'setTimer', timer: 'tick', afterUs: { min: 5000, max: longestUs } };
    expect(server!.boot(null).effects).toEqual([timer]);
    expect(server!.step(counter(1), message(4)).effects).toEqual([{ kind: 'persist', writes: [5] }, timer]);
  });

  test('keep something when any server has a blank', () => {
    const cast = { servers: 3, clients: 0, settings };
    const some = (which: number) =>
      counters({
        servers: ({ servers }) =>
          Array.from({ length: servers }, (_, node) => ({
            ...(node === which ? { blank: 0 } : {}), boot: () => ({ state: counter(0), effects: [] }),
            step: (state: Counter) => ({ state, effects: [] }),
          })),
      }).own.hasDisk(cast);
    expect([counters().own.hasDisk(cast), some(2), some(9)]).toEqual([true, true, false]);
  });
});

describe('a whole process', () => {
  const process: Process<Counter, Add, number, number, number, number> = {
    blank: 5,
    boot: (durable) => ({ state: counter(durable), effects: [] }),
    step: (state, event) => ({
      state: { ...state, count: state.count + (event.kind === 'request' ? event.request : 1) }, effects: [],
    }),
    write: (durable, write) => durable + write,
  };
  const servers = ({ servers: count }: { readonly servers: number }) =>
    Array.from({ length: count }, () => ({ process }));
  const own = {
    is: (state: unknown) => 'asked' in (state as object),
    asked: ({ asked }: { readonly asked: number }) => ({ begun: asked, isWaiting: asked > 1 }),
  };
  const asking: Process<{ readonly asked: number }, Add, never, null, unknown, number> = {
    blank: null, boot: () => ({ state: { asked: 0 }, effects: [] }),
    step: ({ asked }) => ({ state: { asked: asked + 1 }, effects: [] }), write: (durable) => durable,
  };

  test('is handed over as it is, where the disk has a format of its own, or none', () => {
    expect(counters({ servers, storage: null }).processes(plan())[0]).toBe(process);
    expect(counters({ servers, storage: structuralStorage as never }).processes(plan())[2]).toBe(process);
  });

  test('has a disk by structure otherwise, and hears everything', () => {
    const [server] = counters({ servers }).processes(plan());
    expect(server!.boot(server!.write(server!.write(server!.blank, 1), 2)).state).toEqual(counter(8));
    expect(server!.boot(null).state).toEqual(counter(5));
    expect(
      [
        server!.step(counter(1), { kind: 'request', id: 1, request: 4 }),
        server!.step(counter(1), { kind: 'unreachable', node: 1 }),
      ].map(({ state }) => state),
    ).toEqual([counter(5), counter(2)]);
  });

  test('as a client hears everything, and its state is kept like that of any other', () => {
    const system = counters({ client: () => ({ process: asking }) });
    const [, , , first] = system.processes(plan());
    expect(first!.boot(null).state).toEqual({ $client: { asked: 0 }, begun: 0, isWaiting: false });
    expect(first!.step(first!.boot(null).state, { kind: 'unreachable', node: 1 }).state).toEqual({
      $client: { asked: 1 }, begun: 0, isWaiting: false,
    });
    expect(system.describeState({ $client: { asked: 3 } }, 3)).toEqual({ asked: 3 });
  });

  test('as a client whose states the system tells from those of servers is handed over as it is', () => {
    const system = counters({ role, client: () => ({ process: asking }), clientStates: own });
    expect(system.processes(plan())[3]).toBe(asking);
    expect(system.describeState({ asked: 3 }, 3)).toEqual({ asked: 3 });
    expect(system.own.clients.asked({ asked: 2 })).toEqual({ begun: 2, isWaiting: true });
    expect(() => counters({ clientStates: own }).processes(plan())).toThrow(
      'counters: `clientStates` is for clients that are whole processes, { process }, and c0 is none',
    );
  });
});

describe('beyond the kit', () => {
  test('stands what is given in the place of what is made, and the rest stays', () => {
    const moments = { epoch: () => 7, forgottenUpTo: () => 1, heldUpTo: () => 2, carriesState: () => true };
    const system = counters({ role, beyond: { moments, describeMessage: () => 'hello', mayLackLeader: false } });
    expect([system.moments, system.describeMessage({ kind: 'add', by: 1 }), system.mayLackLeader]).toEqual([
      moments, 'hello', false,
    ]);
    expect([system.leader([counter(1, 2, true), null, null]), system.describeState(counter(1), 0)]).toEqual([
      0, { role: 'follower', epoch: 1, count: 1, term: 1, isLeader: 'false' },
    ]);
  });

  test('a disk and messages may have no form in bytes: then no fault can damage them, and a disk is not drawn', () => {
    const system = counters({ storage: null, codec: null });
    expect([system.storage, system.fileRole, system.codec]).toEqual([undefined, undefined, undefined]);
    expect(
      [system, counters({ storage: structuralStorage as never })].map(({ own }) =>
        own.hasDisk({ servers: 3, clients: 0, settings }),
      ),
    ).toEqual([false, true]);
  });

  test('an observer judges in the place of the invariants, and knows its situations itself', () => {
    const observer = counters().observer;
    expect([counters(), counters({ beyond: { observer } })].map(({ own }) => own.isObservedElsewhere)).toEqual([
      false, true,
    ]);
  });
});

describe('the client', () => {
  const asked = (system: ReturnType<typeof counters>) => {
    const process = system.processes(plan())[3]!;
    return process.step(process.boot(null).state, { kind: 'request', id: 1, request: { op: 'add', by: 1 } }).effects;
  };
  test('asks n0 first and waits 200 to 400 ms', () => {
    expect(asked(counters())).toEqual([
      { kind: 'setTimer', timer: 'retry', afterUs: { min: 200_000, max: 400_000 } },
      expect.objectContaining({ kind: 'send', to: 0 }),
    ]);
  });
  test('asks whom it is told to, and waits as long', () => {
    expect(asked(counters({ client: { asks: ({ servers }) => [servers - 1], retry: '7ms' } }))).toEqual([
      { kind: 'setTimer', timer: 'retry', afterUs: { min: 7000, max: 7000 } },
      expect.objectContaining({ kind: 'send', to: 2 }),
    ]);
  });
  test('asks all servers in turn', () => {
    const process = counters().processes(plan())[4]!;
    let { state, effects } = process.step(process.boot(null).state, {
      kind: 'request', id: 1, request: { op: 'add', by: 1 },
    });
    const asks: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      asks.push((effects[1] as unknown as { readonly to: number }).to);
      ({ state, effects } = process.step(state, { kind: 'timer', timer: 'retry' }));
    }
    expect(asks).toEqual([0, 1, 2, 0]);
  });
  test('may be one of your own, which is told the world', () => {
    const system = counters({
      client: ({ servers }) => ({
        boot: () => ({ state: servers, effects: [] }), step: (state) => ({ state, effects: [] }),
      }),
    });
    expect(system.processes(plan())[4]!.boot(null).state).toMatchObject({ $client: 3 });
  });
});

describe('who leads', () => {
  const { leader, moments } = counters({ role });
  test.each([
    ['nobody', [counter(0), counter(0)], null],
    ['who says so', [counter(0), counter(0, 1, true), counter(0)], 1],
    ['of two the one of the newer term, wherever it is', [counter(0, 2, true), counter(0, 1, true)], 0],
    ['and that one again', [counter(0, 1, true), counter(0, 2, true)], 1],
    ['not one that is down', [null, counter(0, 1, true)], 1],
    ['not a client', [counter(0), client(1)], null],
    ['in no epoch, too', [{ ...counter(0, 0, true), term: undefined }], 0],
  ])('%s', (_what, states, node) => expect(leader!(states)).toBe(node));

  test('the newest epoch is that of any server', () => {
    expect(moments!.epoch([counter(0, 3), counter(0, 7), null, counter(0, 5), client(9)])).toBe(7);
    expect([moments!.epoch([null]), moments!.forgottenUpTo(0), moments!.heldUpTo(0), moments!.carriesState(0)]).toEqual(
      [0, 0, 0, false],
    );
  });

  test('without roles nobody does, and there is no epoch', () => {
    expect(counters().leader!([counter(0, 1, true)])).toBeNull();
    expect(counters()).not.toHaveProperty('moments');
  });
});

describe('in words', () => {
  test('a state is its fields, behind its role', () => {
    expect(counters().describeState(counter(3), 0)).toEqual({ count: 3, term: 1, isLeader: 'false' });
    expect(counters({ role }).describeState(counter(3), 0)).toEqual({
      role: 'follower', epoch: 1, count: 3, term: 1, isLeader: 'false',
    });
    expect(
      counters({ role: () => ({ name: 'any' }), words: { state: ({ count }) => ({ all: count }) } }).describeState(
        counter(3), 0,
      ),
    ).toEqual({ role: 'any', all: 3 });
    expect(counters({ role }).describeState(client(2), 0)).toEqual({ begun: 2 });
  });
  test('messages and operations are told by structure, or as it is said', () => {
    expect(counters().describeMessage({ kind: 'add', by: 3 })).toBe('add by 3');
    expect(counters({ words: { message: () => 'a message' } }).describeMessage({ kind: 'add', by: 3 })).toBe(
      'a message',
    );
    expect(counters().describeRequest!({ op: 'add', by: 3 })).toBe('add by 3');
  });
});

describe('a step is told', () => {
  const { tellStep } = counters({
    role,
    situations: {
      jumps: ({ before, after }) => after.count > (before?.count ?? 0) + 5,
      stays: ({ before, after }) => before === after,
    },
  });
  const told = (before: Counter | null, after: unknown) =>
    tellStep!({ node: 0, before, after, event: null, effects: [] } as unknown as ToldStep);
  test.each([
    ['a new leader, as a turn', counter(0), counter(0, 1, true), { text: 'is leader in epoch 1 now', weight: 5 }],
    ['another role', counter(0, 1, true), counter(0, 1), { text: 'is follower in epoch 1 now', weight: 3 }],
    ['another term', counter(0, 1), counter(0, 2), { text: 'is follower in epoch 2 now', weight: 3 }],
    ['a situation', counter(0), counter(6), { text: 'jumps', weight: 3 }],
    ['both', counter(0), counter(6, 2, true), { text: 'is leader in epoch 2 now; jumps', weight: 5 }],
    ['nothing', counter(0), counter(1), null],
    ['not a start', null, counter(99), null],
  ])('%s', (_what, before, after, story) => expect(told(before, after)).toEqual(story));
  test('not of a client', () => expect(told(null, client(1))).toBeNull());
  test('a role without an epoch is told by its name', () => {
    const plain = counters({ role: ({ isLeader }) => ({ name: isLeader ? 'one' : 'other' }) });
    expect(
      plain.tellStep!({
        node: 0, before: counter(0), after: counter(0, 1, true), event: null, effects: [],
      } as unknown as ToldStep),
    ).toEqual({ text: 'is one now', weight: 3 });
  });
});

describe('a system', () => {
  test('tells its properties in a sentence each', () => {
    expect(
      counters({ invariants: { Grows: { says: 'No count falls', step: () => null }, Equal: { always: () => null } } })
        .properties,
    ).toEqual({
      Grows: 'No count falls.',
      Equal: 'Equal: an invariant of counters.',
      Linearizability:
        'Every answer fits one order of all operations that agrees with real time (Herlihy and Wing 1990).',
    });
  });
  test('owes progress by its own rule when it has one', () => {
    const reach = { servers: 3, isUp: () => true, canTalk: () => true, stateOf: () => null };
    expect(counters()).not.toHaveProperty('owesProgress');
    expect([true, false].map((isOwed) => counters({ owesProgress: () => isOwed }).owesProgress!(reach))).toEqual([
      true, false,
    ]);
    expect(counters({ owesProgress: ({ servers }) => servers === 3 }).owesProgress!(reach)).toBe(true);
  });
  test('has a codec by structure, or its own', () => {
    const codec = { encode: () => new Uint8Array(0), decode: () => null };
    expect([counters().codec, counters({ codec }).codec]).toEqual([structuralCodec, codec]);
  });
  test('explains a history where answers must fit an order', () => {
    expect(counters()).not.toHaveProperty('explainHistory');
    const store = defineSystem<Counter, never>()({ name: 'store', service: kv, servers: () => [] });
    const call = { client: 0, callTime: 1, returnTime: 2, request: { op: 'get', key: 'x' } };
    expect(store.explainHistory!([{ ...call, reply: { value: { value: 'never written' } } }] as never)).not.toBeNull();
    expect(store.explainHistory!([{ ...call, reply: { value: { value: '' } } }] as never)).toBeNull();
  });
  test('takes plain settings and what its own schema says', () => expect(counters().plainSettings).toEqual(settings));
});
