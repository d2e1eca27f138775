/** What is seen of a citizen that does one thing wrong, and that nothing is said of one that does not. */
import { describe, expect, test } from 'vitest';
import { Violated } from '../../../checkers/checker.ts';
import { examine } from '../../../harness/doctor/examine.ts';
import { structuralCodec, structuralStorage } from '../../../harness/own/storage.ts';
import type { FileOperation } from '../../../core/protocol.ts';
import type { AnyEvent, AnyProcess, AnyStorage, System } from '../../../harness/system.ts';
import { codec, deaf, pinger, toy, toyPlan, writer } from '../faults/toys.ts';

/** n1 keeps what it was sent, in the steps of a good citizen but for one change. */
const keeper = (change: Partial<AnyProcess> = {}): AnyProcess => ({
  blank: 0,
  boot: (durable) => ({ state: { kept: durable, seen: [] }, effects: [] }),
  step(state, event) {
    if (event.kind !== 'message') return { state, effects: [] };
    return {
      state: { ...(state as object), kept: numberIn(event) },
      effects: [
        { kind: 'persist', writes: [numberIn(event)] }, { kind: 'send', to: event.from, message: { ping: 0 } },
      ],
    };
  },
  write: (_durable, write) => write,
  ...change,
});
const numberIn = (event: AnyEvent): number =>
  event.kind === 'message' ? (event.message as { readonly ping: number }).ping : 0;

const good = keeper();
const system = (n1: AnyProcess, parts: Partial<System> = {}): System =>
  toy([pinger(), n1], { codec: structuralCodec, storage: structuralStorage, ...parts });
const plan = toyPlan({ disk: { writeUs: { min: 1, max: 1 } } });
const found = (n1: AnyProcess, parts: Partial<System> = {}): readonly (readonly [string, string])[] =>
  examine(system(n1, parts), plan).map(({ what, detail }) => [what, detail]);
const whats = (n1: AnyProcess, parts: Partial<System> = {}): readonly string[] =>
  found(n1, parts).map(([what]) => what);

test('nothing is said of a good one, whatever it can do without', () => {
  expect(found(good)).toEqual([]);
  expect(found(good, { codec: undefined, storage: undefined } as unknown as Partial<System>)).toEqual([]);
  expect(found(deaf)).toEqual([]);
  expect(found(writer(true))).toEqual([]);
});

test('nor of a protocol that is wrong: that is for a campaign to say', () => {
  const objects = (property: string): Partial<System> => ({
    observer: (...given) => ({
      ...toy([]).observer(...given),
      stepped() {
        throw new Violated(property, 'd');
      },
    }),
  });
  expect(found(good, objects('Linearizability'))).toEqual([]);
  for (const property of ['Protocol Contract', 'No Exception', 'Bounded Work', 'Starts From Undamaged Disk'])
    expect(found(good, objects(property))).toEqual([[`the run breaks ${property}`, 'd']]);
});

describe('a step', () => {
  let calls = 0;
  test.each<[string, Partial<AnyProcess>]>([
    ['on its start', { boot: () => ({ state: { kept: (calls += 1) }, effects: [] }) }],
    [
      'on a message',
      {
        step: (state, event) =>
          event.kind === 'message' ? { state: { kept: (calls += 1) }, effects: [] } : { state, effects: [] },
      },
    ],
    [
      'on a message',
      {
        step: (state, event) => ({
          state,
          effects: event.kind === 'message' ? [{ kind: 'send', to: 0, message: { ping: (calls += 1) } }] : [],
        }),
      },
    ],
  ])('that is not the same when it is asked again, %s', (occasion, change) => {
    expect(found(keeper(change))).toContainEqual([
      'a step is not pure',
      `n1 ${occasion}: asked twice with the same state and event, it gives two results: a clock, a random number, or something that it remembers outside of its state`,
    ]);
  });

  test('of a timer is told by its name', () => {
    const ticks = keeper({
      boot: () => ({ state: 0, effects: [{ kind: 'setTimer', timer: 'tick', afterUs: { min: 5, max: 5 } }] }),
      step: (state, event) => (event.kind === 'timer' ? { state: (calls += 1), effects: [] } : { state, effects: [] }),
    });
    expect(found(ticks)).toContainEqual(['a step is not pure', expect.stringMatching(/^n1 on timer tick: /)]);
  });

  test.each([
    ['throws on a timer that it does not know', (event: AnyEvent): void => {
      if (event.kind === 'timer') throw new RangeError('no such timer');
    }, ['a step is not total']],
    ['throws on nothing', (): void => undefined, []],
  ])('that %s', (_what, look, said) => {
    expect(whats(keeper({ step: (state, event) => (look(event), good.step(state, event)) }))).toEqual(said);
  });

  test('that returns no plain data', () => {
    expect(found(keeper({ step: (state) => ({ state: { kept: state, again: () => 0 }, effects: [] }) }))[0]).toEqual([
      'what it returns is no plain data',
      'n1 on a message: TypeError: a function is no data, and has no digest: states, messages and writes are numbers, texts, lists, records, maps and sets',
    ]);
  });

  test('of a client may be as it likes towards timers that it does not know', () => {
    const throwing: AnyProcess = { ...deaf, step(state, event) {
      if (event.kind === 'timer') throw new RangeError('no such timer');
      return { state, effects: [] };
    } };
    expect(examine(toy([pinger(2), deaf, throwing]), { ...plan, clients: 1 })).toEqual([]);
    expect(
      examine(toy([pinger(1), throwing, deaf]), { ...plan, clients: 1 }).map(({ what, detail }) => [what, detail]),
    ).toEqual([['a step is not total', 'n1 throws on a timer that it does not know: RangeError: no such timer']]);
  });
});

test('two runs of one plan that differ', () => {
  let runs = 0;
  const counting: Partial<System> = {
    processes: () => [pinger(), keeper({ boot: ((run) => () => ({ state: { run }, effects: [] }))((runs += 1)) })],
  };
  expect(found(good, counting)).toContainEqual([
    'two runs of one plan differ',
    expect.stringMatching(
      /: something outside of state and event has a say: a clock, a random number, a variable of the module$/,
    ),
  ]);
});

test('what is written to in place', () => {
  const grows = keeper({ step(state, event) {
    if (numberIn(event) === 2) (state as { readonly seen: number[] }).seen.push(1);
    return good.step(state, event);
  } });
  expect(found(grows).find(([what]) => what === 'something is written to in place')![1]).toMatch(
    /^n1 at step \d+, on a message from n0: it mutates state\.seen\[0\]: 1 was added: make a new object$/,
  );
});

describe('a message', () => {
  test('that comes back as another one', () => {
    expect(found(good, { codec })).toContainEqual([
      'a message does not survive its codec',
      expect.stringMatching(/^n0 on timer go: \{"ping":1\} comes back as \{"ping":\d+\}$/),
    ]);
    expect(found(good, { codec: { ...structuralCodec, decode: () => undefined } })).toContainEqual([
      'a message does not survive its codec', expect.stringMatching(/comes back as undefined$/),
    ]);
  });
  test('whose codec throws', () => {
    const broken: System['codec'] = { ...structuralCodec, encode() {
      throw new RangeError('too long');
    } };
    expect(found(good, { codec: broken })).toContainEqual([
      'a message does not survive its codec', expect.stringMatching(/^n\d on [\w ]+: RangeError: too long$/),
    ]);
  });
});

describe('a digest', () => {
  const digestState: System['digestState'] = (digest, state) => {
    const { kept, sent } = state as { readonly kept?: number; readonly sent?: number };
    digest.number(kept ?? sent ?? 0);
  };
  test('that leaves out a field of a state', () => {
    const looks = keeper({
      step: (state, event) => good.step({ ...(state as object), seen: [numberIn(event)] }, event),
    });
    expect(
      found(
        keeper({
          step: (state, event) =>
            event.kind === 'message'
              ? { state: { ...(state as object), seen: [numberIn(event)] }, effects: [] }
              : { state, effects: [] },
        }),
        { digestState },
      ),
    ).toContainEqual([
      'a digest leaves something out',
      'n1 on a message: two states have one `digestState`, {"kept":0,"seen":[]} and {"kept":0,"seen":[1]}: give it all that tells them apart',
    ]);
    expect(found(looks, { digestState })).toEqual([]);
  });
  test('that leaves out a field of a message', () => {
    expect(found(good, { digestMessage: (digest) => digest.number(7) })).toContainEqual([
      'a digest leaves something out',
      'n1 on a message: two messages have one `digestMessage`, {"ping":1} and {"ping":0}: give it all that tells them apart',
    ]);
  });
  test('of a client may leave out what it likes', () => {
    const counts: AnyProcess = {
      ...pinger(),
      step: (state) => ({ state: { asked: ((state as { readonly asked?: number }).asked ?? 0) + 1 }, effects: [] }),
    };
    expect(examine(toy([pinger(), good, counts], { digestState }), { ...plan, clients: 1 })).toEqual([]);
    expect(examine(toy([pinger(), counts], { digestState }), plan).map(({ what }) => what)).toEqual([
      'a digest leaves something out',
    ]);
  });
  test('of what a class holds may leave out in which form it is held', () => {
    class Held {
      readonly form: number;
      constructor(form: number) {
        this.form = form;
      }
    }
    const holds = keeper({
      boot: () => ({ state: { held: new Held(0) }, effects: [] }),
      step: (_, event) => ({
        state: { held: new Held(numberIn(event)) },
        effects: [{ kind: 'send', to: 0, message: { ping: 0, of: new Map([[1, new Held(numberIn(event))]]) } }],
      }),
    });
    expect(whats(holds, { digestState, codec: undefined } as unknown as Partial<System>)).toEqual([]);
  });
});

describe('a message that holds objects of classes', () => {
  class Form {
    readonly form: number;
    constructor(form: number) {
      this.form = form;
    }
  }
  const sends = keeper({
    step: (state, event) => ({
      state,
      effects: event.kind === 'message' ? [{ kind: 'send', to: 0, message: { ping: 9, as: new Form(1) } }] : [],
    }),
  });
  const through = (
    bytesOf: (message: { readonly ping: number; readonly as?: Form }) => readonly number[],
  ): NonNullable<System['codec']> => ({
    encode: (message) => Uint8Array.from(bytesOf(message as { readonly ping: number })),
    decode: ([ping]) => (ping === 9 ? { ping, as: new Form(2) } : { ping }),
  });
  const lost = 'a message does not survive its codec';
  test('comes back when its bytes are the same and the system takes it for the same, in whatever form', () => {
    const plainly = (message: { readonly ping: number; readonly as?: Form }): readonly number[] => [message.ping];
    const same = {
      digestMessage: ((digest, message) =>
        digest.number((message as { readonly ping: number }).ping)) as System['digestMessage'],
    };
    expect(found(sends, { ...same, codec: through(plainly) })).toEqual([]);
    expect(whats(sends, { ...same, codec: through(({ ping, as }) => [ping, as?.form ?? 0]) })).toContain(lost);
    expect(
      whats(sends, { digestMessage: (digest, message) => digest.value(message), codec: through(plainly) }),
    ).toContain(lost);
  });
});

describe('a write', () => {
  let calls = 0;
  test('that is not the same when it is asked again', () => {
    expect(found(keeper({ write: () => (calls += 1) }))).toContainEqual([
      '`write` is not pure', 'n1 on a write: asked twice, it gives two results',
    ]);
  });

  test.each<[string, NonNullable<System['storage']>, RegExp]>([
    [
      'is refused',
      { ...structuralStorage, recover: () => ({ kind: 'refused', file: 'log.0', reason: 'no such page' }) },
      /^n1 on a write: log\.0: no such page$/,
    ],
    [
      'comes back as another one',
      {
        ...structuralStorage,
        recover: () => ({ kind: 'recovered', durable: 99, cursor: 1, repairs: [], isTorn: false }),
      },
      /^n1 on a write: what is read back is not what was written$/,
    ],
    [
      'cannot be stored',
      {
        ...structuralStorage,
        store() {
          throw new RangeError('no room');
        },
      },
      /^n1 on a write: RangeError: no room$/,
    ],
  ])('that %s', (_what, storage, says) => {
    expect(found(good, { storage }).filter(([what]) => what === 'a durable state does not survive its disk')).toEqual([
      ['a durable state does not survive its disk', expect.stringMatching(says)],
    ]);
  });
});

test('an observer that throws is told as it is', () => {
  expect(found(good, { observer() {
    throw new RangeError('no observer');
  } })).toEqual([['the run ends in a fault', 'RangeError: no observer']]);
});

test('a thing that is found again and again is told once, at its first place', () => {
  let calls = 0;
  const all = found(
    keeper({ boot: () => ({ state: (calls += 1), effects: [] }), step: () => ({ state: (calls += 1), effects: [] }) }),
  );
  expect(all.filter(([what]) => what === 'a step is not pure')).toEqual([
    ['a step is not pure', expect.stringMatching(/^n1 on its start: /)],
  ]);
});

test('a disk may append to a file, make a new one and remove an old one', () => {
  const bytes = (value: unknown): Uint8Array => Uint8Array.from([value as number]);
  const storage = (
    write: (durable: unknown) => readonly FileOperation[], read: (files: ReadonlyMap<string, Uint8Array>) => unknown,
  ): AnyStorage => ({
    format: () => ({ cursor: 0, operations: [{ kind: 'create', file: 'log', bytes: bytes(200) }] }),
    store: (_cursor, durable) => ({ cursor: 0, operations: write(durable) }),
    recover: (files) => ({ kind: 'recovered', durable: read(files), cursor: 0, repairs: [], isTorn: false }),
    isLater: () => false,
  });
  const appends = storage(
    (durable) => [{ kind: 'append', file: 'log', bytes: bytes(durable) }],
    (files) => (files.size === 1 && files.get('log')![0] === 200 ? files.get('log')![1] : 'lost'),
  );
  const rotates = storage(
    (durable) => [
      { kind: 'create', file: 'new', bytes: bytes(durable) }, { kind: 'remove', file: 'log' },
    ],
    (files) => (files.size === 1 ? files.get('new')![0] : 'lost'),
  );
  const news = storage(
    (durable) => [{ kind: 'append', file: 'new', bytes: bytes(durable) }],
    (files) => (files.size === 2 ? files.get('new')![0] : 'lost'),
  );
  expect([
    found(good, { storage: appends }), found(good, { storage: rotates }), found(good, { storage: news }),
  ]).toEqual([[], [], []]);
  expect(
    whats(good, {
      storage: storage(
        () => [], () => 'lost',
      ),
    }),
  ).toEqual(['a durable state does not survive its disk']);
});
