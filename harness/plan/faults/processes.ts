/** Processes that crash, crash again and again, stop for a time, or never come back. */
import * as v from 'valibot';
import { nodes, span, spanOf, target, time, type FaultShape, type Spanned, type Target } from './shape.ts';

/** Servers lose everything but their disks, and start again later. */
export interface Crash {
  readonly kind: 'crash';
  readonly atUs: number;
  readonly restartUs: number;
  readonly nodes: Target;
  /**
   * `now`: between two events. `writeLost` and `writeKept` wait for the node's next write after atUs: the
   * first crashes it before the write is durable, the second behind the write and before the sends that
   * follow it. `answered` waits until it has sent something to a client: nobody else knows of it yet.
   * `sending` waits for a step that says more than one thing: some of it leaves, the rest does not.
   * `recovering`: now, and once more in the middle of the recovery that follows at once (`disk.recoverUs`).
   */
  readonly moment: 'now' | 'writeLost' | 'writeKept' | 'answered' | 'sending' | 'recovering';
}

/** Servers crash, start after `downUs`, run for `upUs`, and crash again. */
export interface CrashLoop extends Spanned {
  readonly kind: 'crashLoop';
  readonly nodes: Target;
  readonly downUs: number;
  readonly upUs: number;
}

/** Nodes stop, and go on with all that has come for them: SIGSTOP, a long garbage collection, a moved machine. */
export interface Pause extends Spanned {
  readonly kind: 'pause';
  readonly nodes: Target;
}

/** Servers crash and never come back. */
export interface Gone {
  readonly kind: 'gone';
  readonly atUs: number;
  readonly nodes: readonly number[];
}

const kindAt = {
  now: 'crash', answered: 'crash', writeLost: 'crashWriteLost', writeKept: 'crashWriteKept', sending: 'crashInSends',
  recovering: 'crashInRecovery',
} as const;
const kindOf = ({ moment }: Crash) => kindAt[moment];

export const crash: FaultShape<Crash> = {
  schema: v.strictObject({
    kind: v.literal('crash'),
    atUs: time,
    restartUs: time,
    nodes: target,
    moment: v.picklist(
      ['now', 'writeLost', 'writeKept', 'answered', 'sending', 'recovering'],
      'expected "now", "writeLost", "writeKept", "answered", "sending" or "recovering"',
    ),
  }),
  span: ({ atUs, restartUs }) => [atUs, restartUs],
  kinds: (fault) => [kindOf(fault)],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: ({ moment }, struck) => `${struck.join(' ')}, ${moment}`,
};

export const crashLoop: FaultShape<CrashLoop> = {
  schema: v.strictObject({
    kind: v.literal('crashLoop'), ...span, nodes: target,
    downUs: v.pipe(time, v.minValue(1000, 'expected at least 1000')),
    upUs: v.pipe(time, v.minValue(1000, 'expected at least 1000')),
  }),
  span: spanOf,
  kinds: () => ['crashLoop'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: ({ downUs, upUs }, struck) => `${struck.join(' ')}, ${downUs / 1000} ms down, ${upUs / 1000} ms up`,
};

export const pause: FaultShape<Pause> = {
  schema: v.strictObject({ kind: v.literal('pause'), ...span, nodes: target }),
  span: spanOf,
  kinds: () => ['pause'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: (_fault, struck) => struck.join(' '),
};

export const gone: FaultShape<Gone> = {
  schema: v.strictObject({ kind: v.literal('gone'), atUs: time, nodes }),
  span: ({ atUs }) => [atUs, atUs],
  kinds: () => ['gone'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: (_fault, struck) => `${struck.join(' ')}, for good`,
};
