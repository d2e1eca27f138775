/**
 * The smallest systems in which a fault can strike: n0 pings another node every ten milliseconds, five times, and
 * that one acts on some of what it hears, or on nothing. All times are exact, so that a test can say what must be
 * counted before it is.
 */
import * as v from 'valibot';
import type { FileOperation } from '../../../core/protocol.ts';
import type { Observer } from '../../../checkers/checker.ts';
import { planFormat, planVersion, type Plan } from '../../../harness/plan/plan.ts';
import type { AnyEvent, AnyProcess, AnyStorage, System } from '../../../harness/system.ts';

export const ms = 1000;
const pings = 5;

interface Ping {
  readonly ping: number;
}

const process = (parts: Partial<AnyProcess>): AnyProcess => ({
  blank: 0,
  boot: () => ({ state: {}, effects: [] }),
  step: (state) => ({ state, effects: [] }),
  write: (durable, write) => (durable as number) + (write as number),
  ...parts,
});

/** Sends its pings at 10, 20, 30, 40 and 50 ms, by its own clock. */
export const pinger = (to = 1): AnyProcess => {
  const arm = { kind: 'setTimer', timer: 'go', afterUs: { min: 10 * ms, max: 10 * ms } } as const;
  return process({
    boot: () => ({ state: { sent: 0 }, effects: [arm] }),
    step(state, event) {
      if (event.kind !== 'timer') return { state, effects: [] };
      const sent = (state as { sent: number }).sent + 1;
      return {
        state: { sent }, effects: [{ kind: 'send', to, message: { ping: sent } }, ...(sent < pings ? [arm] : [])],
      };
    },
  });
};

/** Takes no notice of anything. */
export const deaf = process({});

const numberOf = (event: AnyEvent): number => (event.kind === 'message' ? (event.message as Ping).ping : 0);

/** Changes its state at every message. */
export const greedy = process({
  boot: () => ({ state: { got: 0 }, effects: [] }),
  step: (_state, event) => ({ state: { got: numberOf(event) }, effects: [] }),
});

/** Changes its state at what it has not seen, and at repetitions of the first two. */
export const choosy = process({
  boot: () => ({ state: { last: 0 }, effects: [] }),
  step(state, event) {
    const { last } = state as { last: number };
    const ping = numberOf(event);
    return ping > last || ping <= 2 ? { state: { last: Math.max(last, ping) }, effects: [] } : { state, effects: [] };
  },
});

/** Takes notice of the first two only. */
export const shortOfHearing = process({
  step: (state, event) => ({ state: numberOf(event) <= 2 ? {} : state, effects: [] }),
});

/** Writes at every message; `says`: and answers behind the write. */
export const writer = (says: boolean, parts: Partial<AnyProcess> = {}): AnyProcess =>
  process({
    step: (state, event) =>
      event.kind !== 'message'
        ? { state, effects: [] }
        : {
            state: {},
            effects: [
              { kind: 'persist', writes: [1] },
              ...(says ? [{ kind: 'send', to: event.from, message: { ping: 0 } } as const] : []),
            ],
          },
    ...parts,
  });

/** Asks n0 and hands on what it says. */
export const client = process({
  step(state, event) {
    if (event.kind === 'request') return { state, effects: [{ kind: 'send', to: 0, message: { ping: event.id } }] };
    return event.kind === 'message'
      ? { state, effects: [{ kind: 'reply', id: (event.message as Ping).ping, reply: null }] }
      : { state, effects: [] };
  },
});

/** Sends back what it is sent. */
export const echo = process({
  step: (state, event) => ({
    state,
    effects: event.kind === 'message' ? [{ kind: 'send', to: event.from, message: event.message }] : [],
  }),
});

const observer = (): Observer => ({
  booted() {}, stepped() {}, crashed() {}, invoked() {}, returned() {}, healed() {},
  unsettled: () => null,
  finish: () => ({ kind: 'ok' }),
  counts: () => ({}),
});

export const toy = (processes: readonly AnyProcess[], parts: Partial<System> = {}): System => ({
  name: 'toy',
  settings: v.any(),
  request: v.any(),
  processes: () => processes,
  observer,
  leader: () => null,
  digestMessage: (digest, message) => digest.string(JSON.stringify(message)),
  digestState: (digest, state) => digest.string(JSON.stringify(state)),
  describeMessage: (message) => JSON.stringify(message),
  describeState: () => ({}),
  ...parts,
});

type PlanParts = Partial<Omit<Plan, 'network' | 'disk'>> & {
  readonly network?: Partial<Plan['network']>;
  readonly disk?: Partial<Plan['disk']>;
};

/** Two servers, messages that take one millisecond, writes that take no time, a storm of 100 ms. */
export const toyPlan = ({ network, disk, ...parts }: PlanParts = {}): Plan => ({
  format: planFormat,
  version: planVersion,
  scenario: 'toy',
  system: 'toy',
  seed: 'toy',
  servers: 2,
  clients: 0,
  settings: {},
  network: {
    delayUs: { min: ms, max: ms }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0, lateUs: { min: 0, max: 0 },
    ...network,
  },
  disk: { writeUs: { min: 0, max: 0 }, ...disk },
  faults: [],
  operations: [],
  stormUs: 100 * ms,
  settleUs: 100 * ms,
  ...parts,
});

/** A message in bytes, with their sum behind them as its checksum. */
export const codec: NonNullable<System['codec']> = {
  encode(message) {
    const bytes = [...JSON.stringify(message)].map((letter) => letter.charCodeAt(0));
    return Uint8Array.from([...bytes, sumOf(bytes)]);
  },
  decode(bytes, isChecked) {
    const [body, sum] = [Array.from(bytes.subarray(0, -1)), bytes.at(-1)!];
    return isChecked && sumOf(body) !== sum ? null : { ping: sumOf(body) };
  },
};

const sumOf = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => (sum + byte) % 256, 0);

interface StorageParts {
  /** What a write does to the files: appends a record, makes a new log and removes the old one, or two things. */
  readonly write: 'append' | 'rotate' | 'two';
  /** The files of a new disk. */
  readonly files: readonly string[];
  /** Whether a node that finds anything wrong refuses to start; else it goes on with an empty store. */
  readonly refuses: boolean;
  /** Whether it notices that a write was not finished; so does one that does not say. */
  readonly noticesTorn?: boolean;
}

const record = (n: number): Uint8Array => Uint8Array.from([n, n, n]);

/** Files of records [n, n, n], counted from 1; a file of another kind than a log holds one record. */
export const storageOf = ({ write, files, refuses, noticesTorn = true }: StorageParts): AnyStorage => ({
  format: () => ({
    cursor: 1,
    operations: files.map((file): FileOperation => ({ kind: 'create', file, bytes: record(1) })),
  }),
  store(untyped) {
    const cursor = untyped as number;
    const next = cursor + 1;
    const operations: Record<StorageParts['write'], readonly FileOperation[]> = {
      append: [{ kind: 'append', file: files[0]!, bytes: record(next) }],
      rotate: [
        { kind: 'create', file: `log.${next}`, bytes: record(next) }, { kind: 'remove', file: `log.${cursor}` },
      ],
      two: [
        { kind: 'append', file: files[0]!, bytes: record(next) },
        { kind: 'append', file: files[0]!, bytes: record(next) },
      ],
    };
    return { cursor: next, operations: operations[write] };
  },
  recover(found) {
    const wrong =
      files.filter((file) => !file.startsWith('log.')).find((file) => !found.has(file)) ??
      [...found].find(([file, bytes]) => !isWhole(file, bytes, write))?.[0];
    if (wrong !== undefined && refuses) return { kind: 'refused', file: wrong, reason: 'damaged' };
    return { kind: 'recovered', durable: 0, cursor: 1, repairs: [], isTorn: noticesTorn && wrong !== undefined };
  },
  isLater: () => false,
});

function isWhole(file: string, bytes: Uint8Array, write: StorageParts['write']): boolean {
  if (write === 'rotate' && file.startsWith('log.')) return bytes.every((byte) => byte === Number(file.slice(4)));
  return (
    bytes.length % 3 === 0 &&
    bytes.every((byte, i) => byte === (write === 'two' ? 1 + Math.ceil(Math.floor(i / 3) / 2) : 1 + Math.floor(i / 3)))
  );
}

export const fileRole: NonNullable<System['fileRole']> = (name) => {
  if (name.includes('log')) return 'log';
  return name.includes('snap') ? 'snapshot' : name.includes('meta') ? 'metadata' : null;
};
