/**
 * A user's own module, as it is written by hand: a counter that one server keeps and clients add to, and the same
 * counter with one thing wrong at a time. Plain JavaScript: nothing but the harness looks at what it returns.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const valibot = pathToFileURL(createRequire(import.meta.url).resolve('valibot')).href;

/** Two servers n0 and n1, and a client c0 that is node 2. n0 answers; n1 is sent each new count. */
export const citizensModule = `
import * as v from '${valibot}';

const server = (id) => ({
  blank: { count: 0 },
  boot: (durable) => ({ state: { count: durable.count, seen: [], told: null }, effects: [{ kind: 'setTimer', timer: 'tick', afterUs: { min: 1000, max: 2000 } }] }),
  step(state, event) {
    if (event.kind === 'timer') return { state: { ...state, seen: [...state.seen, 'tick'] }, effects: [] };
    if (event.message.kind !== 'add') return { state, effects: [] };
    const count = state.count + event.message.by;
    const told = { kind: 'told', count };
    return {
      state: { ...state, count, told },
      effects: [
        { kind: 'persist', writes: [{ count }] },
        { kind: 'send', to: 1, message: told },
        { kind: 'send', to: event.from, message: { kind: 'added', id: event.message.id, count } },
      ],
    };
  },
  write: (durable, write) => ({ ...durable, count: write.count }),
});

const client = () => ({
  blank: null,
  boot: () => ({ state: { asked: 0 }, effects: [] }),
  step(state, event) {
    if (event.kind === 'request') return { state: { asked: state.asked + 1 }, effects: [{ kind: 'send', to: 0, message: { kind: 'add', id: event.id, by: event.request.by } }] };
    return { state: { asked: state.asked }, effects: [{ kind: 'reply', id: event.message.id, reply: event.message.count }] };
  },
  write: (durable) => durable,
});

const observer = () => ({
  booted() {}, stepped() {}, crashed() {}, invoked() {}, returned() {}, healed() {},
  unsettled: () => null,
  finish: () => ({ kind: 'ok' }),
  counts: () => ({}),
});

const isAdd = (event) => event.kind === 'message' && event.message.kind === 'add';
/** n0 with another answer to what a client asks. */
const n0 = (answer) => (process, id) => (id !== 0 ? process : { ...process, step: (state, event) => (isAdd(event) ? answer(state, event, process) : process.step(state, event)) });
const timerOf = (afterUs) => n0((state) => ({ state, effects: [{ kind: 'cancelTimer', timer: 'tick' }, { kind: 'setTimer', timer: 'tick', afterUs }] }));
const withEffect = (effect) => n0((state) => ({ state, effects: [effect] }));

let tosses = 0;

const citizens = {
  good: (process) => process,
  unknownEffect: withEffect({ kind: 'sned', to: 1, message: {} }),
  sendsToNobody: withEffect({ kind: 'send', to: 9, message: {} }),
  sendsNothing: withEffect({ kind: 'send', to: 1 }),
  rangeBackwards: timerOf({ min: 9, max: 3 }),
  rangeNotWhole: timerOf({ min: 0.5, max: 3 }),
  rangeNegative: timerOf({ min: -1, max: 3 }),
  noEffects: n0((state) => ({ state })),
  noState: n0(() => ({ effects: [] })),
  returnsNothing: n0(() => undefined),
  returnsPromise: (process, id) => (id !== 0 ? process : { ...process, step: async (state, event) => process.step(state, event) }),
  writeThrows: (process, id) => (id !== 0 ? process : { ...process, write: (durable, write) => ({ count: write.nested.count }) }),
  writeGivesNothing: (process, id) => (id !== 0 ? process : { ...process, write: () => {} }),
  answersAnother: (process, id) => (id !== 2 ? process : { ...process, step(state, event) {
    const step = process.step(state, event);
    return event.kind === 'request' ? step : { ...step, effects: [{ kind: 'reply', id: event.message.id + 7, reply: 0 }] };
  } }),
  answersTwice: (process, id) => (id !== 2 ? process : { ...process, step(state, event) {
    const step = process.step(state, event);
    return event.kind === 'request' ? step : { ...step, effects: [...step.effects, ...step.effects] };
  } }),
  restless: (process, id) => (id !== 1 ? process : { ...process, step: (state) => ({ state, effects: [{ kind: 'setTimer', timer: 'tick', afterUs: { min: 0, max: 0 } }] }) }),
  countsInPlace: n0((state, event, process) => {
    state.count += 1;
    return process.step(state, event);
  }),
  growsInPlace: (process, id) => ({ ...process, step(state, event) {
    if (event.kind === 'timer') state.seen.push('tock');
    return process.step(state, event);
  } }),
  rewritesDisk: (process, id) => (id !== 0 ? process : { ...process, boot: (durable) => ({ state: durable, effects: [] }), step(state, event) {
    if (!isAdd(event)) return { state, effects: [] };
    state.count += event.message.by;
    return { state, effects: [{ kind: 'send', to: event.from, message: { kind: 'added', id: event.message.id, count: state.count } }] };
  } }),
  rewritesMessage: (process, id) => (id !== 0 ? process : { ...process, step(state, event) {
    if (state.told !== null && isAdd(event)) state.told.count = 0;
    return process.step(state, event);
  } }),
  hidesIt: n0((state, event, process) => {
    try {
      state.count += 1;
    } catch {}
    return process.step(state, event);
  }),
  mapInPlace: (process, id) => (id !== 0 ? process : { ...process, boot: () => ({ state: { votes: new Map([['n1', 1]]) }, effects: [] }), step(state, event) {
    if (isAdd(event)) state.votes.set('n1', 2);
    return { state, effects: isAdd(event) ? [{ kind: 'send', to: event.from, message: { kind: 'added', id: event.message.id, count: 1 } }] : [] };
  } }),
  bytesInPlace: (process, id) => (id !== 0 ? process : { ...process, boot: () => ({ state: { page: { bytes: new Uint8Array(8) } }, effects: [] }), step(state, event) {
    if (isAdd(event)) state.page.bytes[5] = 255;
    return { state, effects: isAdd(event) ? [{ kind: 'send', to: event.from, message: { kind: 'added', id: event.message.id, count: 1 } }] : [] };
  } }),
  remembers: n0((state, event, process) => {
    tosses += 1;
    const step = process.step(state, event);
    return { ...step, state: { ...step.state, tosses } };
  }),
  sendsFunction: withEffect({ kind: 'send', to: 1, message: { kind: 'told', answer: () => 0 } }),
  tossesDice: n0((state, event, process) => {
    const step = process.step(state, event);
    return { ...step, state: { ...step.state, dice: Math.random() } };
  }),
  readsClock: n0((state, event, process) => {
    const step = process.step(state, event);
    return { ...step, state: { ...step.state, at: performance.now() } };
  }),
  keepsFunction: n0((state, event, process) => {
    const step = process.step(state, event);
    return { ...step, state: { ...step.state, retry: () => step } };
  }),
  losesCount: (process) => process,
  digestsTooLittle: (process) => process,
  messagesTooLittle: (process) => process,
  throwsOnUnknownTimer: (process, id) => (id !== 1 ? process : { ...process, step(state, event) {
    if (event.kind === 'timer' && event.timer !== 'tick') throw new RangeError('no such timer');
    return process.step(state, event);
  } }),
  recoverThrows: (process) => process,
  loops: n0(() => {
    for (;;);
  }),
  loopsInWrite: (process, id) => (id !== 0 ? process : { ...process, write() {
    for (;;);
  } }),
  loopsInRecover: (process) => process,
  exits: n0(() => globalThis.process.exit(0)),
  hungry: n0(() => {
    const all = [];
    for (;;) all.push(new Array(100_000).fill(all.length));
  }),
};

const storage = {
  format: () => ({ cursor: 0, operations: [{ kind: 'create', file: 'a.log', bytes: new Uint8Array(1) }] }),
  store: (cursor) => ({ cursor, operations: [] }),
  recover() { throw new RangeError('no such page'); },
  isLater: () => false,
};
const storages = { recoverThrows: storage, loopsInRecover: { ...storage, recover() {
  for (;;);
} } };

const systems = new Map(Object.entries(citizens).map(([name, citizen]) => [name, {
  name,
  settings: v.strictObject({}),
  request: v.strictObject({ by: v.number('expected a number') }),
  processes: ({ servers, clients }) => Array.from({ length: servers + clients }, (_, id) => citizen(id < servers ? server(id) : client(), id)),
  observer,
  ...(name in storages ? { storage: storages[name] } : {}),
  leader: () => null,
  ...(name === 'losesCount' ? { codec: {
    encode: ({ count, ...kept }) => new TextEncoder().encode(JSON.stringify(kept)),
    decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
  } } : {}),
  digestMessage: (digest, message) => digest.string(name === 'messagesTooLittle' ? message.kind : JSON.stringify(message)),
  digestState: (digest, state) => digest.string(JSON.stringify(name === 'digestsTooLittle' ? { count: state.count } : state)),
  describeMessage: (message) => message.kind,
  describeState: (state) => ({ state: JSON.stringify(state) }),
}]));

const plan = (system, seed) => ({
  format: 'whitewater-plan', version: 1, scenario: system, system, seed: String(seed), servers: 2, clients: 1, settings: {},
  network: { delayUs: { min: 100, max: 900 }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0, lateUs: { min: 0, max: 0 } },
  disk: { writeUs: { min: 0, max: 0 }, ...(system in storages ? { bytes: true } : {}) },
  faults: [],
  operations: [{ client: 0, atUs: 0, request: { by: 1 } }, { client: 0, atUs: 10_000, request: { by: 2 } }],
  stormUs: 50_000, settleUs: 50_000,
});

const badPlans = {
  badFault: (drawn) => ({ ...drawn, faults: [{ kind: 'pause', fromUs: 0, untilUs: 1, nodes: 'everybody' }] }),
  badNode: (drawn) => ({ ...drawn, faults: [{ kind: 'pause', fromUs: 0, untilUs: 1, nodes: [7] }] }),
  badRequest: (drawn) => ({ ...drawn, operations: [{ client: 0, atUs: 0, request: { by: 'one' } }] }),
  badFate: (drawn) => ({ ...drawn, network: { ...drawn.network, fates: [{ from: 0, to: 5, nth: 1, delaysUs: [] }] } }),
  badTimer: (drawn) => ({ ...drawn, timers: [{ node: 3, timer: 'tick', nth: 1, afterUs: 5 }] }),
  otherSystem: (drawn) => ({ ...drawn, system: 'hidesIt' }),
  noPlan: () => undefined,
};

const scenarioOf = (name, system, draw) => [name, { name, summary: name, system: systems.get(system), draw }];

export const registry = {
  url: import.meta.url,
  systems,
  models: new Map(),
  scenarios: new Map([
    ...[...systems.keys()].map((name) => scenarioOf(name, name, (seed) => plan(name, seed))),
    // One seed of three.
    ...['loops', 'loopsInWrite', 'loopsInRecover', 'exits', 'hungry'].map((name) => [name, { name, summary: name, system: {
      ...systems.get(name), processes: (drawn) => systems.get(drawn.seed === '8' ? name : 'good').processes(drawn),
    }, draw: (seed) => plan(name, seed) }]),
    ['loopsInDraw', { name: 'loopsInDraw', summary: 'loops', system: systems.get('good'), draw(seed) {
      while (seed === 8);
      return plan('good', seed);
    } }],
    ['loopsInObserver', { name: 'loopsInObserver', summary: 'loops', system: { ...systems.get('good'), observer: (drawn) => ({ ...observer(drawn), finish() {
      while (drawn.seed === '8');
      return { kind: 'ok' };
    } }) }, draw: (seed) => plan('good', seed) }],
    ['loopsInDigest', { name: 'loopsInDigest', summary: 'loops', system: { ...systems.get('good'), digestMessage() {
      for (;;);
    } }, draw: (seed) => plan('good', seed) }],
    ...Object.entries(badPlans).map(([name, spoil]) => scenarioOf(name, 'good', (seed) => spoil(plan('good', seed)))),
  ]),
};
`;
