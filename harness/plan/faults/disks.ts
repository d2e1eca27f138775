/**
 * Disks that are slow, refuse writes, lie, or lose what they held. Damage is done to the files of a
 * node while it is down: what it means is for the node to find out when it starts.
 */
import * as v from 'valibot';
import { nodes, span, spanOf, target, time, type FaultShape, type Spanned, type Target } from './shape.ts';

/** Every write takes so much longer. */
export interface Stall extends Spanned {
  readonly kind: 'stall';
  readonly nodes: Target;
  readonly byUs: number;
}

/** The next write fails: the node stops, and starts again at the end. */
export interface FailedWrite extends Spanned {
  readonly kind: 'failedWrite';
  readonly nodes: Target;
}

/** Every write fails until the end; then the node starts again. */
export interface DiskFull extends Spanned {
  readonly kind: 'diskFull';
  readonly nodes: Target;
}

/** Writes are acknowledged and only remembered: a crash before the end loses them. Breaks what Raft assumes. */
export interface LyingFsync extends Spanned {
  readonly kind: 'lyingFsync';
  readonly nodes: Target;
}

export const damages = ['bitRot', 'damagedMetadata', 'missingSnapshot', 'misdirectedWrite', 'staleRead'] as const;

export type Damage = (typeof damages)[number];

/** The node crashes, its files are damaged, and it is started again. `part` picks where. Needs `disk.bytes`. */
export interface DamagedDisk {
  readonly kind: 'damagedDisk';
  readonly atUs: number;
  readonly restartUs: number;
  readonly nodes: readonly number[];
  readonly damage: Damage;
  readonly part: number;
}

export const stall: FaultShape<Stall> = {
  schema: v.strictObject({ kind: v.literal('stall'), ...span, nodes: target, byUs: time }),
  span: spanOf,
  kinds: () => ['stalledWrite'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: ({ byUs }, struck) => `${struck.join(' ')}, writes take ${byUs / 1000} ms longer`,
};

export const failedWrite: FaultShape<FailedWrite> = {
  schema: v.strictObject({ kind: v.literal('failedWrite'), ...span, nodes: target }),
  span: spanOf,
  kinds: () => ['failedWrite'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: (_fault, struck) => `${struck.join(' ')}, the next write`,
};

export const diskFull: FaultShape<DiskFull> = {
  schema: v.strictObject({ kind: v.literal('diskFull'), ...span, nodes: target }),
  span: spanOf,
  kinds: () => ['diskFull'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: (_fault, struck) => struck.join(' '),
};

export const lyingFsync: FaultShape<LyingFsync> = {
  schema: v.strictObject({ kind: v.literal('lyingFsync'), ...span, nodes: target }),
  span: spanOf,
  kinds: () => ['lyingFsync'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: (_fault, struck) => struck.join(' '),
};

export const damagedDisk: FaultShape<DamagedDisk> = {
  schema: v.strictObject({
    kind: v.literal('damagedDisk'),
    atUs: time,
    restartUs: time,
    nodes,
    damage: v.picklist(damages, `expected one of ${damages.join(', ')}`),
    part: v.pipe(
      v.number('expected a whole number'), v.integer('expected a whole number'), v.minValue(0), v.maxValue(0xffffffff),
    ),
  }),
  span: ({ atUs, restartUs }) => [atUs, restartUs],
  kinds: ({ damage }) => [damage],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: ({ damage }, struck) => `${struck.join(' ')}, ${damage}`,
};
