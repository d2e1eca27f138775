/**
 * The untimed world on systems so small that their states are counted by hand: what may happen within each bound, and
 * how it is told.
 */
import { describe, expect, test } from 'vitest';
import { Violated } from '../../../checkers/checker.ts';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { Hasher } from '../../../harness/explore/fingerprint.ts';
import type { Path } from '../../../harness/explore/model.ts';
import type { Move } from '../../../harness/explore/untimed/parts.ts';
import type { World } from '../../../harness/explore/untimed/state.ts';
import type { Notice, UntimedObserver, UntimedSystem } from '../../../harness/explore/untimed/system.ts';
import { UntimedWorld, type WorldBounds } from '../../../harness/explore/untimed/world.ts';
import type { AnyEffect, AnyEvent, AnyProcess } from '../../../harness/system.ts';

type Ghost = readonly string[];
type Small = UntimedWorld<Ghost, Notice>;
type State = World<Ghost, Notice>;

const send = (to: number, message: string): AnyEffect => ({ kind: 'send', to, message });
const set = (timer: string): AnyEffect => ({ kind: 'setTimer', timer, afterUs: { min: 1, max: 1 } });
const write = (what: string): AnyEffect => ({ kind: 'persist', writes: [what] });

/** Its state and its disk are texts. */
const process = (
  boots: readonly AnyEffect[], step: (state: string, event: AnyEvent) => readonly [string, ...AnyEffect[]],
): AnyProcess => ({
  blank: '',
  boot: (durable: unknown) => ({ state: durable, effects: boots }),
  step(state: unknown, event: AnyEvent) {
    const [after, ...effects] = step(state as string, event);
    return { state: after, effects };
  },
  write: (durable: unknown, written: unknown) => `${durable as string}${written as string}`,
});
const observer: UntimedObserver<Ghost, Notice> = {
  blank: [], invariants: ['Named'], properties: [], notice: () => null, compare() {}, observe: (ghost) => ghost,
  invoked: (ghost) => ghost, returned: (ghost) => ghost, historiesOf: () => [],
};
const system = (
  processes: readonly AnyProcess[], more: Partial<UntimedSystem<Ghost, Notice>> = {},
): UntimedSystem<Ghost, Notice> => ({
  processes, servers: processes.length, views: new Map(), observer, renamer: null, essence: (_, state) => state,
  normal: (_, state) => state, canonical: (_, state) => state, eagerTimers: () => [],
  liveTimers: (_node, _state, armed) => armed, isDead: () => false, mayFire: () => true, isWithin: () => true,
  nextRequest: () => null, renamings: () => [], describeMessage: (message) => `"${message as string}"`,
  describeState: (_, state) => ({ is: state as string }), describeRequest: (request) => request as string, ...more,
});
const world = (of: UntimedSystem<Ghost, Notice>, bounds: Partial<WorldBounds> = {}): Small =>
  new UntimedWorld(of, {
    network: 'set', maxCrashes: 0, maxInFlight: Infinity, maxDrops: 0, maxDuplicates: 0, isReduced: false, ...bounds,
  });
/** States, steps (the beginning counts as one), and states on the longest of the shortest paths. */
async function counted(model: Small): Promise<readonly number[]> {
  const { distinct, generated, depth, end } = await breadthFirst(model, { clock: () => 0 });
  expect(end).toBe('closed');
  return [distinct!, generated, depth];
}
/** Takes the steps that are told so, one after the other. */
function walked(model: Small, ...steps: readonly string[]): Path<State, Move<Notice>> {
  const states = [...model.initialStates()];
  const actions = steps.map((step) => {
    const state = states.at(-1)!;
    const move = model.actions(state).find((one) => model.describeAction(one) === step);
    if (move === undefined) throw new Error(`not possible: ${step}; but: ${may(model, state).join(', ')}`);
    states.push(model.next(state, move));
    return move;
  });
  return { states, actions, detail: '' };
}
const may = (model: Small, state: State): readonly string[] =>
  model.actions(state).map((move) => model.describeAction(move));
const after = (model: Small, ...steps: readonly string[]): State => walked(model, ...steps).states.at(-1)!;
const nameOf = (model: Small, state: State): string => {
  const hasher = new Hasher();
  hasher.reset();
  model.fingerprint(state, hasher);
  hasher.finish();
  return `${hasher.lo} ${hasher.hi}`;
};

/** n0 pings n1 once, when its timer says so; n1 counts up to two. */
const ping = system([
  process([set('go')], (_, event) => (event.kind === 'timer' ? ['sent', send(1, 'ping')] : ['?'])),
  process([], (state, event) => (event.kind === 'message' && state.length < 2 ? [`${state}!`] : [state])),
]);
const [fires, takes] = ['n0 hears its go timer', 'n1 takes "ping" from n0'];

describe('what a network may do with one letter', () => {
  test('a set: hand it over any number of times', async () => expect(await counted(world(ping))).toEqual([4, 5, 4]));
  test('the others: once', async () => {
    expect(await counted(world(ping, { network: 'multiset' }))).toEqual([3, 3, 3]);
    expect(await counted(world(ping, { network: 'ordered' }))).toEqual([3, 3, 3]);
  });
  test('lose it, as often as the bound says', async () =>
    expect(await counted(world(ping, { network: 'multiset', maxDrops: 1 }))).toEqual([4, 4, 3]));
  test('double it, as often as the bound says', async () => {
    expect(await counted(world(ping, { network: 'multiset', maxDuplicates: 1 }))).toEqual([6, 6, 5]);
    expect(await counted(world(ping, { network: 'ordered', maxDuplicates: 1 }))).toEqual([6, 6, 5]);
  });
  test('both, each within its own bound', async () =>
    expect(await counted(world(ping, { network: 'multiset', maxDrops: 1, maxDuplicates: 1 }))).toEqual([9, 10, 5]));
  test('hold no more than the bound says', async () => {
    expect(await counted(world(ping, { network: 'multiset', maxDuplicates: 1, maxInFlight: 1 }))).toEqual([3, 4, 3]);
    expect(await counted(world(ping, { maxInFlight: 0 }))).toEqual([1, 2, 1]);
  });
  test('how many were lost and doubled is part of a state, and each for itself', () => {
    const again = system([
      process([set('go')], (state, event) => (event.kind === 'timer' ? [state, set('go'), send(1, 'ping')] : [state])),
      process([], (state) => [state]),
    ]);
    const model = world(again, { network: 'multiset', maxDrops: 2, maxDuplicates: 2 });
    const [lost, doubled] = ['lost on the way to n1: "ping" from n0', 'doubled on the way to n1: "ping" from n0'];
    const paths = [
      [fires], [fires, lost, fires], [fires, lost, fires, lost, fires], [fires, doubled, takes], [fires, doubled, lost],
      [fires, doubled, takes, doubled, takes],
    ];
    const states = paths.map((steps) => after(model, ...steps));
    expect(new Set(states.map((state) => nameOf(model, state))).size).toBe(6);
    expect(new Set(states.map(({ slots }) => slots.map(({ id }) => id).join())).size).toBe(1);
  });
  test('a lost letter and a doubled one are told apart from one that is there', () => {
    const model = world(ping, { network: 'multiset', maxDrops: 1, maxDuplicates: 1 });
    const [lost, doubled] = ['lost on the way to n1: "ping" from n0', 'doubled on the way to n1: "ping" from n0'];
    const states = [
      [fires], [fires, lost], [fires, doubled], [fires, doubled, lost], [fires, takes], [fires, doubled, takes],
    ].map((steps) => after(model, ...steps));
    expect(new Set(states.map((state) => nameOf(model, state))).size).toBe(6);
    expect(states.map(({ drops, duplicates }) => `${drops} ${duplicates}`)).toEqual([
      '0 0', '1 0', '0 1', '1 1', '0 0', '0 1',
    ]);
    expect(states.map((state) => may(model, state))).toEqual([
      [takes, lost, doubled], [], [takes, lost], [takes], [], [takes, lost],
    ]);
    expect(states[3]!.inboxes.map(({ letters }) => letters.length)).toEqual([0, 1]);
  });
});

describe('crashes', () => {
  test('of each server, as many as the bound says, with the start behind each', async () => {
    // None yet: 4. Then n0 down: 4, up again: 4, and behind its timer: 3; n1 down: 2, and up again where n0 was.
    expect(await counted(world(ping, { maxCrashes: 1 }))).toEqual([17, 33, 6]);
    expect(await counted(world(ping, { maxCrashes: 2 }))).toEqual([33, 79, 8]);
    expect(await counted(world(ping, { network: 'multiset', maxCrashes: 1 }))).toEqual([18, 25, 7]);
  });
  test('what they are called, and what is left then', () => {
    const model = world(ping, { network: 'multiset', maxCrashes: 2 });
    expect(may(model, model.initialStates()[0]!)).toEqual([fires, 'n0 crashes', 'n1 crashes']);
    expect(may(model, after(model, fires, 'n1 crashes'))).toEqual([
      'n0 crashes', 'n1 is down and loses "ping" from n0', 'n1 starts again',
    ]);
    expect(may(model, after(model, fires, 'n1 crashes', 'n0 crashes'))).toEqual([
      'n0 starts again', 'n1 is down and loses "ping" from n0', 'n1 starts again',
    ]);
    const lost = after(model, fires, takes, 'n1 crashes');
    expect([lost.nodes.map(({ state }) => state), lost.crashes]).toEqual([['sent', null], 1]);
    expect(after(model, fires, 'n1 crashes', 'n1 is down and loses "ping" from n0').inboxes[1]!.letters).toEqual([]);
    expect(after(model, fires, takes, 'n1 crashes', 'n1 starts again').nodes[1]!.state).toBe('');
    // Who starts again has its timer again.
    expect(may(model, after(model, fires, 'n0 crashes', 'n0 starts again'))).toContain(fires);
  });
  test('within a step: before and behind each of its writes, with what was sent until then', () => {
    const writer = system([
      process([set('go')], (_, event) =>
        event.kind === 'timer' ? ['done', send(1, 'one'), write('a'), send(1, 'two'), write('b')] : ['?'],
      ),
      process([], (state) => [state]),
    ]);
    const model = world(writer, { maxCrashes: 1 });
    expect(may(model, model.initialStates()[0]!)).toEqual([
      fires, 'n0 hears its go timer, and crashes before its write',
      'n0 hears its go timer, and crashes behind its write', 'n0 hears its go timer, and crashes before its write',
      'n0 hears its go timer, and crashes behind its write', 'n0 crashes', 'n1 crashes',
    ]);
    const left = model.actions(model.initialStates()[0]!).slice(0, 6).map((move) => {
      const { nodes: [node], inboxes, crashes } = model.next(model.initialStates()[0]!, move);
      return [
        node!.state,
        node!.durable,
        inboxes[1]!.letters
          .map(({ value }) => value.message)
          .toSorted()
          .join(' '),
        crashes,
      ];
    });
    expect(left).toEqual([
      ['done', 'ab', 'one two', 0], [null, '', 'one', 1], [null, 'a', 'one', 1], [null, 'a', 'one two', 1],
      [null, 'ab', 'one two', 1], [null, '', '', 1],
    ]);
    expect(after(model, 'n0 hears its go timer, and crashes behind its write', 'n0 starts again').nodes[0]!.state).toBe(
      'a',
    );
    expect(may(world(writer), model.initialStates()[0]!)).toEqual([fires]);
  });
  test('within a step that takes a letter: it is gone where it cannot come twice', () => {
    const keeper = system([
      process([set('go')], () => ['', send(1, 'ping')]),
      process([], (_, event) => (event.kind === 'message' ? ['kept', write('k')] : [''])),
    ]);
    const inbox = (network: WorldBounds['network']): number =>
      after(world(keeper, { network, maxCrashes: 1 }), fires, 'n1 takes "ping" from n0, and crashes behind its write')
        .inboxes[1]!.letters.length;
    expect([inbox('set'), inbox('multiset'), inbox('ordered')]).toEqual([1, 0, 0]);
  });
});

describe('clients', () => {
  /** n0 answers "yes"; c0 asks twice, with a timer of its own. */
  const asked: string[] = [];
  const ghostly: UntimedObserver<Ghost, Notice> = {
    ...observer,
    invoked: (ghost, client, request) => [...ghost, `c${client} asks ${request as string}`],
    returned: (ghost, client, reply) => [...ghost, `c${client} hears ${reply as string}`],
    historiesOf: (ghost) => ghost as never,
    properties: [
      { kind: 'always', name: 'Never Two', check(ghost) {
        asked.push(ghost.join());
        return ghost.length > 3 ? { verdict: 'violation', detail: ghost.join(', ') } : null;
      } },
      { kind: 'sometimes', name: 'heard', reached: (ghost) => ghost.some((one) => one.includes('hears')) },
    ],
  };
  const clients = (more: Partial<UntimedSystem<Ghost, Notice>> = {}): UntimedSystem<Ghost, Notice> =>
    system(
      [
        process([], (state, event) => (event.kind === 'message' ? [state, send(event.from, 'yes')] : [state])),
        process([], (state, event) =>
          event.kind === 'request'
            ? [`${state}?`, send(0, 'ask')]
            : event.kind === 'message' && state.endsWith('?')
              ? [`${state}.`, { kind: 'reply', id: 0, reply: event.message }]
              : [state],
        ),
      ],
      {
        servers: 1,
        observer: ghostly,
        nextRequest: (client, state) =>
          client === 0 && (state as string).length < 4 && !(state as string).endsWith('?')
            ? `question ${(state as string).length}`
            : null,
        ...more,
      },
    );

  test('ask when they wait for nothing, and hear; what they did is in the ghost', async () => {
    const model = world(clients(), { network: 'ordered' });
    const first = ['c0 asks for question 0', 'n0 takes "ask" from c0', 'c0 takes "yes" from n0'];
    expect(may(model, model.initialStates()[0]!)).toEqual([first[0]]);
    expect(after(model, ...first).ghost.value).toEqual(['c0 asks question 0', 'c0 hears yes']);
    expect(may(model, after(model, ...first))).toEqual(['c0 asks for question 2']);
    expect(await counted(world(clients({ observer: { ...ghostly, properties: [] } }), { network: 'ordered' }))).toEqual(
      [7, 7, 7],
    );
    expect(model.describeState(after(model, ...first.slice(0, 1)))).toEqual({
      n0: { is: '' }, c0: { is: '?' }, letters: ['c0 to n0: "ask"'], histories: ['c0 asks question 0'], crashes: 0,
    });
    expect(model.describeState(after(world(clients(), { maxCrashes: 1 }), 'n0 crashes'))).toEqual({
      n0: 'down', c0: { is: '' }, letters: [], histories: [], crashes: 1,
    });
  });
  test('never crash', () =>
    expect(may(world(clients(), { maxCrashes: 1 }), world(clients(), { maxCrashes: 1 }).initialStates()[0]!)).toEqual([
      'n0 crashes', 'c0 asks for question 0',
    ]));
  test('properties of what they did are asked once for each history, and found', async () => {
    asked.length = 0;
    const { properties } = await breadthFirst(world(clients(), { network: 'ordered' }), { clock: () => 0 });
    expect(
      properties.map(({ name, kind, verdict, path }) => `${name} ${kind} ${verdict} ${path?.actions.length ?? '-'}`),
    ).toEqual([
      'no step throws always-step unknown -', 'Named always unknown -', 'Other Checks always unknown -',
      'Never Two always violated 6', 'heard sometimes reached 3',
    ]);
    expect(new Set(asked).size).toBe(asked.length);
    expect(() =>
      world(clients({ observer: { ...ghostly, properties: [{ kind: 'always-step', name: 'x', check: () => null }] } })),
    ).toThrow(new TypeError('a property of a ghost is about a state'));
  });
});

describe('what is broken', () => {
  const broken = async (more: Partial<UntimedObserver<Ghost, Notice>>, of = ping): Promise<readonly string[]> => {
    const { properties, end } = await breadthFirst(world({ ...of, observer: { ...observer, ...more } }), {
      clock: () => 0,
    });
    return [
      end,
      ...properties
        .filter(({ verdict }) => verdict === 'violated')
        .map(({ name, detail, path }) => `${name}: ${detail} after ${path!.actions.length}`),
    ];
  };
  const others: Partial<UntimedObserver<Ghost, Notice>> = {
    notice: ({ node, after: state }) => (node === 1 && state === '!' ? { situations: [], concernsOthers: true } : null),
  };
  const says = (name: string): never => {
    throw new Violated(name, 'it is so');
  };

  test('by a step itself, held against disks, at a moment, or against the past: each is found at that step', async () => {
    expect(
      await broken({ notice: ({ node, after: state }) => (node === 1 && state === '!' ? says('Named') : null) }),
    ).toEqual(['violation', 'Named: it is so after 2']);
    expect(
      await broken({
        ...others,
        compare: (_step, _notice, disks, ghost) =>
          disks.join('|') === '|' && ghost.length === 0 ? says('Named') : undefined,
      }),
    ).toEqual(['violation', 'Named: it is so after 2']);
    expect(
      await broken({ ...others, moment: (states) => (states.join() === 'sent,!' ? says('Named') : undefined) }),
    ).toEqual(['violation', 'Named: it is so after 2']);
    expect(
      await broken({
        ...others,
        observe: (_ghost, { node, after: state }, notice, nodes) =>
          says(`${node} ${state as string} ${notice.concernsOthers} ${String(nodes)}`),
      }),
    ).toEqual(['violation', 'Other Checks: 1 ! true null: it is so after 2']);
  });
  test('is not asked of steps that concern nobody else', async () => {
    const quiet = { compare: () => says('Named'), moment: () => says('Named'), observe: () => says('Named') };
    expect(await broken({ ...quiet, notice: () => ({ situations: ['x'], concernsOthers: false }) })).toEqual([
      'closed',
    ]);
  });
  test('an error of an observer is no verdict of it', async () => {
    const thrown = (): never => {
      throw new RangeError('of the observer');
    };
    const told = ['violation', 'no step throws: RangeError: of the observer after 2'];
    expect([
      await broken({ ...others, compare: thrown }), await broken({ ...others, moment: thrown }),
      await broken({ ...others, observe: thrown }),
    ]).toEqual([told, told, told]);
    expect(await broken({ notice: ({ after: state }) => (state === '!' ? thrown() : null) })).toEqual(told);
  });
  test('a start gives the observer all nodes, and a server that cannot start is told', async () => {
    let seen: unknown = null;
    await broken({
      notice: ({ event, node }) => (event === null ? { situations: [], concernsOthers: node === 1 } : null),
      observe: (ghost, _step, _notice, nodes) => {
        seen ??= nodes?.map(({ state, durable }) => [state, durable]);
        return ghost;
      },
    });
    expect(seen).toEqual([['', ''], ['', '']]);
    // Each time anew, for the others may be elsewhere.
    const told: unknown[] = [];
    const again = world(
      {
        ...ping,
        observer: {
          ...observer,
          notice: ({ event, node }) => (event === null && node === 1 ? { situations: [], concernsOthers: true } : null),
          observe(ghost, _step, _notice, nodes) {
            told.push(nodes!.map(({ state }) => state).join());
            return ghost;
          },
        },
      },
      { maxCrashes: 1 },
    );
    after(again, 'n1 crashes', 'n1 starts again');
    after(again, fires, 'n1 crashes', 'n1 starts again');
    expect(told).toEqual([',', ',', ',', 'sent,']);
    const cannot = system([ping.processes[0]!, { ...ping.processes[1]!, boot: () => { throw new Error('no disk'); } }]);
    expect(await broken({}, cannot)).toEqual([
      'violation', 'Other Checks: No Exception: n1 cannot start: no disk after 0',
    ]);
    const model = world({ ...cannot, planBase: {} as never });
    expect([
      may(model, model.initialStates()[0]!),
      model.planOf({ states: [model.initialStates()[0]!], actions: [], detail: '' }, 'No Exception'),
    ]).toEqual([[], null]);
  });
  test('a process that throws does so at its step', async () => {
    const throws = system([ping.processes[0]!, process([], () => { throw new Error('on a ping'); })]);
    const model = world(throws);
    const state = after(model, fires);
    expect(may(model, state)).toEqual([takes]);
    expect(() => model.next(state, model.actions(state)[0]!)).toThrow('on a ping');
  });
});

describe('bounds of the system itself', () => {
  test('a timer that may not fire, and a state that is not looked at', async () => {
    expect(
      await counted(
        world({ ...ping, mayFire: (node, state, timer) => !(node === 0 && state === '' && timer === 'go') }),
      ),
    ).toEqual([1, 1, 1]);
    expect(await counted(world({ ...ping, isWithin: (node, state) => !(node === 1 && state === '!!') }))).toEqual([
      3, 4, 3,
    ]);
  });
});

describe('the reduction', () => {
  /** n0 says "here" again and again, which changes nothing of it; n1 counts up to two. */
  const beacon = system([
    process([set('tick')], (state, event) =>
      event.kind === 'timer' ? [state, set('tick'), send(1, 'here')] : [state],
    ),
    process([], (state, event) => (event.kind === 'message' && state.length < 2 ? [`${state}!`] : [state])),
  ]);
  const hears = 'n1 takes "here" from n0';

  test('takes at once what only sends letters, and reaches the same', async () => {
    expect(await counted(world(beacon))).toEqual([4, 8, 4]);
    const model = world(beacon, { isReduced: true });
    expect(await counted(model)).toEqual([3, 3, 3]);
    expect(model.describeState(model.initialStates()[0]!)).toMatchObject({
      n1: { is: '' }, letters: ['n0 to n1: "here"'],
    });
    expect(may(model, after(model, hears, hears))).toEqual([]);
    expect(model.properties.map(({ name }) => name)).toEqual(['Named', 'Dead Letters Stay Dead', 'Other Checks']);
    expect(world(beacon).properties.map(({ name }) => name)).toEqual(['Named', 'Other Checks']);
  });
  test('puts back what was needed where a path is told, and nothing where there is none', () => {
    const model = world(beacon, { isReduced: true });
    const path = model.unfold(walked(model, hears, hears));
    expect(path.actions.map((move) => model.describeAction(move))).toEqual(['n0 hears its tick timer', hears, hears]);
    expect(path.states.map(({ nodes }) => nodes[1]!.state)).toEqual(['', '', '!', '!!']);
    const plain = world(beacon);
    const whole = walked(plain, 'n0 hears its tick timer', hears);
    expect(plain.unfold(whole)).toBe(whole);
  });
  test('starts a server again in the step in which it crashes', async () => {
    const model = world(beacon, { isReduced: true, maxCrashes: 1 });
    const falls = 'n1 crashes and starts again';
    // n0 is after a fall as it was, and n1 at its beginning: such falls never were.
    expect(may(model, model.initialStates()[0]!)).toEqual([hears]);
    expect(may(model, after(model, hears))).toEqual([hears, falls]);
    expect(await counted(model)).toEqual([6, 7, 5]);
    expect(model.unfold(walked(model, hears, falls, hears)).actions.map((move) => model.describeAction(move))).toEqual([
      'n0 hears its tick timer', hears, 'n1 crashes', 'n1 starts again', hears,
    ]);
  });
  test('takes a crash behind a write with the start, and leaves out the one behind the last', () => {
    const writer = system([
      process([set('go')], (_, event) =>
        event.kind === 'timer' ? ['done', send(1, 'one'), write('a'), send(1, 'two'), write('b')] : ['?'],
      ),
      process([], (state) => [state]),
    ]);
    const model = world(writer, { isReduced: true, maxCrashes: 1 });
    const start = model.initialStates()[0]!;
    expect(may(model, start)).toEqual([
      fires, 'n0 hears its go timer, and crashes before its write',
      'n0 hears its go timer, and crashes behind its write', 'n0 hears its go timer, and crashes before its write',
    ]);
    expect(
      model
        .actions(start)
        .map((move) => model.next(start, move))
        .map(({ nodes: [node], inboxes, crashes }) => [
          node!.state,
          node!.durable,
          inboxes[1]!.letters
            .map(({ value }) => value.message)
            .toSorted()
            .join(' '),
          crashes,
        ]),
    ).toEqual([
      ['done', 'ab', 'one two', 0], ['', '', 'one', 1], ['a', 'a', 'one', 1], ['a', 'a', 'one two', 1],
    ]);
  });
  test('fires eager timers until all is said, whoever is first', async () => {
    const rounds = system(
      [
        process([set('round')], (state, event) =>
          event.kind === 'timer'
            ? [state === '1' ? '2' : '1', set('round'), send(state === '1' ? 1 : 2, 'r')]
            : [state],
        ),
        process([], (state) => [state]),
        process([], (state) => [state]),
      ],
      {
        canonical: (node, state) => (node === 0 ? '' : state), eagerTimers: (node) => (node === 0 ? ['round'] : []),
        liveTimers: () => [],
      },
    );
    const model = world(rounds, { isReduced: true });
    expect(model.describeState(model.initialStates()[0]!)).toMatchObject({
      n0: { is: '' }, letters: ['n0 to n1: "r"', 'n0 to n2: "r"'],
    });
    expect(await counted(model)).toEqual([1, 1, 1]);
  });
  describe('of letters that are past mattering', () => {
    const dead = (
      isDead: UntimedSystem<Ghost, Notice>['isDead'], more: Partial<UntimedSystem<Ghost, Notice>> = {},
    ): UntimedSystem<Ghost, Notice> => ({ ...beacon, isDead, ...more });
    const verdict = async (
      of: UntimedSystem<Ghost, Notice>, bounds: Partial<WorldBounds> = {},
    ): Promise<readonly string[]> => {
      const { properties, distinct } = await breadthFirst(world(of, { isReduced: true, ...bounds }), {
        clock: () => 0,
      });
      return [
        `${distinct}`,
        ...properties
          .filter(({ verdict: one }) => one === 'violated')
          .map(({ name, detail, path }) => `${name}: ${detail} after ${path!.actions.length}`),
      ];
    };
    test('takes them out where they are', async () => {
      const model = world(dead((node, state) => node === 1 && state === '!!'), { isReduced: true });
      expect([
        after(model, hears).inboxes[1]!.letters.length, after(model, hears, hears).inboxes[1]!.letters.length,
      ]).toEqual([1, 0]);
      expect(await verdict(dead((node, state) => node === 1 && state === '!!'))).toEqual(['3']);
    });
    test('and objects where one of them does something', async () => {
      expect(await verdict(dead((node, state) => node === 1 && state === '!'))).toEqual([
        '2', 'Dead Letters Stay Dead: at n1: "here" from n0 should be ignored and is not after 1',
      ]);
      expect(await verdict(dead((node) => node === 1))).toEqual([
        '1', 'Dead Letters Stay Dead: at n1: "here" from n0 should be ignored and is not after 0',
      ]);
      const judged = dead((node, state) => node === 1 && state === '!', {
        observer: {
          ...observer,
          notice: ({ after: state }) => {
            if (state === '!!') throw new Violated('Named', 'two');
            return null;
          },
        },
      });
      expect(await verdict(judged)).toEqual([
        '2',
        'Dead Letters Stay Dead: at n1: "here" from n0 should be ignored and is not, which breaks Named (two) after 1',
      ]);
    });
    test('or one of them says something that was not said', async () => {
      const answering = (also: readonly AnyEffect[]): UntimedSystem<Ghost, Notice> =>
        dead((node) => node === 1, {
          processes: [
            process([set('tick')], (state, event) =>
              event.kind === 'timer' ? [state, set('tick'), send(1, 'here')] : [state],
            ),
            process([set('tock')], (state, event) =>
              event.kind === 'timer' ? [state, set('tock'), ...also] : [state, send(0, 'yes')],
            ),
          ],
        });
      expect(await verdict(answering([]))).toEqual([
        '1', 'Dead Letters Stay Dead: at n1: "here" from n0 should be ignored and is not after 0',
      ]);
      expect(await verdict(answering([send(0, 'yes')]))).toEqual(['1']);
      expect(await verdict({ ...answering([send(0, 'yes')]), mayFire: (node) => node === 0 })).toEqual([
        '1', 'Dead Letters Stay Dead: at n1: "here" from n0 should be ignored and is not after 0',
      ]);
    });
    test('or one of them matters again', async () => {
      const again = dead((node, state, _from, message) => node === 1 && state === '!' && message === 'a', {
        processes: [
          process([set('tick')], (state, event) =>
            event.kind === 'timer' ? [state, set('tick'), send(1, 'a'), send(1, 'b')] : [state],
          ),
          process([], (state, event) =>
            event.kind === 'message' && event.message === (state === '!' ? 'b' : 'a') && state.length < 3
              ? [`${state}!`]
              : [state],
          ),
        ],
      });
      expect(await verdict(again)).toEqual([
        '3', 'Dead Letters Stay Dead: at n1: "a" from n0 was past mattering and matters again after 2',
      ]);
    });
  });
});

describe('a path as a plan', () => {
  const base = {
    format: 'whitewater-plan', version: 1, scenario: 's', system: 'x', seed: 'a path', servers: 2, clients: 1,
    settings: {}, disk: { writeUs: { min: 0, max: 0 } }, settleUs: 1,
  } as const;
  /** n0 sends its round to n1 at each tick, n1 keeps what it hears and answers c0; c0 asks n1. */
  const talk = (fixedTimersUs: Readonly<Record<string, number>> = {}): UntimedSystem<Ghost, Notice> =>
    system(
      [
        process([set('tick'), set('other')], (state, event) =>
          event.kind === 'timer' ? [`${state}.`, set('tick'), send(1, 'round')] : [state],
        ),
        process([], (state, event) =>
          event.kind === 'message' ? [`${state}!`, send(2, 'before'), write('w'), send(2, 'yes')] : [state],
        ),
        process([], (state, event) => (event.kind === 'request' ? ['?', send(1, 'ask')] : [`${state}.`])),
      ],
      {
        servers: 2, planBase: { ...base, fixedTimersUs } as never,
        nextRequest: (_client, state) => (state === '' ? 'what' : null),
        isWithin: (_, state) => (state as string).length < 5,
      },
    );
  const planOf = (
    of: UntimedSystem<Ghost, Notice>,
    bounds: Partial<WorldBounds>,
    ...steps: readonly string[]
  ): unknown => {
    const model = world(of, { maxCrashes: 2, maxDrops: 2, maxDuplicates: 2, ...bounds });
    return model.planOf(walked(model, ...steps), 'Named');
  };
  const [tick, round] = ['n0 hears its tick timer', 'n1 takes "round" from n0'];
  const never = 3_600_000_000;

  test('has each step at a time of its own: what is in flight until then, armed or asked', () => {
    expect(
      planOf(
        talk(), { network: 'multiset' }, tick, tick, round, 'c0 asks for what',
        'doubled on the way to n1: "round" from n0', round, 'lost on the way to n1: "round" from n0',
        'c0 takes "yes" from n1',
      ),
    ).toEqual({
      ...base,
      network: {
        delayUs: { min: 1000, max: 1000 },
        dropPer1000: 0,
        duplicatePer1000: 0,
        latePer1000: 0,
        lateUs: { min: 0, max: 0 },
        fates: [
          { from: 0, to: 1, nth: 1, delaysUs: [20_000, 50_000] }, { from: 0, to: 1, nth: 2, delaysUs: [] },
          { from: 1, to: 2, nth: 1, delaysUs: [] }, { from: 1, to: 2, nth: 2, delaysUs: [50_000] },
          { from: 2, to: 1, nth: 1, delaysUs: [] }, { from: 1, to: 2, nth: 3, delaysUs: [] },
          { from: 1, to: 2, nth: 4, delaysUs: [] },
        ],
      },
      timers: [
        { node: 0, timer: 'tick', nth: 1, afterUs: 10_000 }, { node: 0, timer: 'tick', nth: 2, afterUs: 10_000 },
        { node: 0, timer: 'tick', nth: 3, afterUs: never }, { node: 0, timer: 'other', nth: 1, afterUs: never },
      ],
      faults: [{ kind: 'gone', atUs: 89_999, nodes: [0, 1] }],
      operations: [{ client: 0, atUs: 40_000, request: 'what' }],
      stormUs: 90_000,
    });
  });
  test('has crashes: between steps, within one, and what nobody started again', () => {
    expect(
      planOf(
        talk(), {}, tick, 'n1 takes "round" from n0, and crashes before its write', 'n1 starts again', round,
        'n1 crashes',
      ),
    ).toMatchObject({
      network: {
        fates: [
          { from: 0, to: 1, nth: 1, delaysUs: [10_000, 30_000] }, { from: 1, to: 2, nth: 1, delaysUs: [] },
          { from: 1, to: 2, nth: 2, delaysUs: [] }, { from: 1, to: 2, nth: 3, delaysUs: [] },
        ],
      },
      faults: [
        { kind: 'crash', atUs: 19_999, restartUs: 30_000, nodes: [1], moment: 'writeLost' },
        { kind: 'crash', atUs: 50_000, restartUs: 60_000, nodes: [1], moment: 'now' },
        { kind: 'gone', atUs: 59_999, nodes: [0, 1] },
      ],
    });
    expect(planOf(talk(), {}, tick, 'n1 takes "round" from n0, and crashes behind its write')).toMatchObject({
      faults: [
        { kind: 'crash', atUs: 19_999, restartUs: 30_000, nodes: [1], moment: 'writeKept' },
        { kind: 'gone', atUs: 29_999 },
      ],
    });
    // A node that falls has its timers no more: they are set anew.
    expect(planOf(talk(), {}, tick, 'n0 crashes', 'n0 starts again', tick)).toMatchObject({
      timers: [
        { timer: 'tick', nth: 1, afterUs: 10_000 }, { timer: 'tick', nth: 3, afterUs: 10_000 },
        { timer: 'tick', nth: 2, afterUs: never }, { timer: 'tick', nth: 4, afterUs: never },
        { timer: 'other', nth: 1, afterUs: never }, { timer: 'other', nth: 2, afterUs: never },
      ],
    });
    expect(planOf(talk(), {}, 'n1 crashes', 'n1 starts again')).toMatchObject({
      faults: [
        { kind: 'crash', atUs: 10_000, restartUs: 20_000, nodes: [1], moment: 'now' }, { kind: 'gone', atUs: 29_999 },
      ],
    });
    expect(
      planOf(talk(), { network: 'multiset' }, tick, 'n1 crashes', 'n1 is down and loses "round" from n0'),
    ).toMatchObject({ network: { fates: [{ from: 0, to: 1, nth: 1, delaysUs: [] }] } });
  });
  test('sets the clock of a node forward for a timer whose time is fixed, and its other timers later by as much', () => {
    expect(planOf(talk({ tick: 50_000 }), {}, tick, tick, 'n0 hears its other timer')).toMatchObject({
      timers: [{ node: 0, timer: 'other', nth: 1, afterUs: 110_000 }],
      faults: [
        { kind: 'clockJump', atUs: 10_000, nodes: [0], byUs: 40_000 },
        { kind: 'clockJump', atUs: 20_000, nodes: [0], byUs: 40_000 },
        { kind: 'gone', atUs: 39_999, nodes: [0, 1] },
      ],
    });
  });
  test('is none of a claim of the reduction, or of a system that says nothing of its plans', () => {
    const model = world(talk());
    expect([
      model.planOf(walked(model, tick), 'Dead Letters Stay Dead'),
      world({ ...talk(), planBase: undefined as never }).planOf(walked(model, tick), 'Named'),
    ]).toEqual([null, null]);
  });
});

describe('what a step changes', () => {
  const armed = (...steps: readonly string[]): readonly string[] => {
    const model = world(system([process([set('a'), set('c')], (state, event) => {
      if (event.kind !== 'timer') return [state];
      return {
        a: [state, set('b')], b: [state, { kind: 'cancelTimer', timer: 'c' }, set('b')], c: [state, set('a'), set('c')],
      }[event.timer] as [string, ...AnyEffect[]];
    })]));
    return after(model, ...steps.map((timer) => `n0 hears its ${timer} timer`)).nodes[0]!.timers;
  };
  test('may be timers alone: one for another, one less, or one more', () => {
    expect([armed(), armed('a'), armed('a', 'b'), armed('a', 'c'), armed('c')]).toEqual([
      ['a', 'c'], ['b', 'c'], ['b'], ['a', 'b', 'c'], ['a', 'c'],
    ]);
  });
  test('may be all of a state: a list, a record of other names, a text', () => {
    const states = [[], { a: 1 }, { b: 1 }, { a: 1, b: 1 }, { a: 1, b: 2 }, 'text', ['text'], 7];
    const turning: AnyProcess = {
      blank: '',
      boot: () => ({ state: states[0], effects: [set('go')] }),
      write: (durable) => durable,
      step: (state) => ({
        state: states[states.findIndex((one) => JSON.stringify(one) === JSON.stringify(state)) + 1],
        effects: [set('go')],
      }),
    };
    const model = world(system([turning]));
    const seen = states
      .slice(1)
      .map((_, i) => after(model, ...Array.from({ length: i + 1 }, () => fires)).nodes[0]!.state);
    expect(seen).toEqual(states.slice(1));
  });
});

describe('symmetry', () => {
  const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] as const;
  type Names = readonly number[];
  const renamed = (state: string, names: Names): string =>
    state
      .replaceAll(/\d/g, (digit) => String(names[Number(digit)]))
      .split('')
      .toSorted()
      .join('');
  /** Each says hello to the next two once, `isRing`: to the next one alone, and knows of whom it has heard. */
  const greeters = (renamings: readonly Names[], isRing: boolean): UntimedSystem<Ghost, Notice> =>
    system(
      Array.from({ length: 3 }, (_, id) => ({
        ...process([set('go')], (state, event) => {
          if (event.kind === 'timer')
            return [
              `${state}g`.split('').toSorted().join(''), send((id + 1) % 3, `${id}`),
              ...(isRing ? [] : [send((id + 2) % 3, `${id}`)]),
            ];
          return event.kind === 'message' && !state.includes(String(event.from))
            ? [`${state}${event.from}`.split('').toSorted().join(''), write(String(event.from))]
            : [state];
        }),
        write: (durable: unknown, written: unknown) =>
          `${durable as string}${written as string}`.split('').toSorted().join(''),
      })),
      {
        renamings: () => renamings,
        renamer: {
          state: (state, names) => renamed(state as string, names),
          durable: (durable, names) => renamed(durable as string, names),
          message: (message, names) => String(names[Number(message)]), ghost: (ghost) => ghost,
        },
      },
    );
  /**
   * Of all states of the plain search: how many there are, and how many up to renaming, by trying every renaming on
   * each.
   */
  function orbits(model: Small, renamings: readonly Names[]): readonly [number, number] {
    const known = new Map<string, State>();
    const all = new Set<string>();
    const open = [...model.initialStates()];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      const name = nameOf(model, state);
      if (known.has(name)) continue;
      known.set(name, state);
      const parts = state.slots.map(
        ({ node, inbox }) =>
          [
            node.state as string | null,
            node.durable as string,
            inbox.letters.map(({ value }) => [value.from, value.to, value.message as string] as const),
            node.timers,
          ] as const,
      );
      const images = renamings.map((names) => JSON.stringify([state!.crashes, state!.drops, names.map((_, to) => {
        const [is, durable, letters, timers] = parts[names.indexOf(to)]!;
        return [
          is === null ? null : renamed(is, names),
          renamed(durable, names),
          letters.map(([from, at, message]) => `${names[from]}${names[at]}${names[Number(message)]}`).toSorted(),
          timers,
        ];
      })]));
      all.add(images.toSorted()[0]!);
      for (const move of model.actions(state)) open.push(model.next(state, move));
    }
    return [known.size, all.size];
  }
  test.each([
    ['all six renamings', orders, false, { maxCrashes: 0 }, [125, 30]],
    ['all six, with a crash', orders, false, { maxCrashes: 1 }, [925, 185]],
    ['turns of a ring', [orders[0], orders[3], orders[4]], true, { maxCrashes: 1 }, [189, 67]],
    ['all six, letters that come once and may be lost', orders, false, { network: 'multiset', maxDrops: 1 }, [425, 80]],
  ] as const)(
    '%s: one state for all that are equal up to renaming',
    async (_name, renamings, isRing, bounds, [plain, up]) => {
      const model = world(greeters(renamings, isRing), bounds as Partial<WorldBounds>);
      expect(orbits(model, renamings)).toEqual([plain, up]);
      const { distinct } = await breadthFirst(model, { clock: () => 0, hasSymmetry: true });
      expect(distinct).toBe(up);
    },
  );
  test('is none where there is one renaming alone, or nobody can rename', () => {
    expect([
      world(greeters([orders[0]], false)).fingerprintOfOrbit,
      world({ ...greeters(orders, false), renamer: null }).fingerprintOfOrbit,
    ]).toEqual([undefined, undefined]);
  });
});
