/**
 * Disks that are slow, refuse writes, lie, or lose what they held. Damage is done to the files of a
 * node while it is down: what it means is for the node to find out when it starts.
 */
import * as v from 'valibot';
import type { NodeId } from '../../core/protocol.ts';
import type { ByteFiles } from '../files.ts';
import type { World } from '../world.ts';
import type { FaultKind } from './accounts.ts';
import { nodes, span, spanOf, target, time, type Handler, type Spanned, type Target } from './handler.ts';

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

export const stall: Handler<Stall> = {
  schema: v.strictObject({ kind: v.literal('stall'), ...span, nodes: target, byUs: time }),
  span: spanOf,
  kinds: () => ['stalledWrite'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: ({ byUs }, struck) => `${struck.join(' ')}, writes take ${byUs / 1000} ms longer`,
  begin({ byUs }, struck, world) {
    for (const one of struck) world.machines[one]!.disk.stallUs = byUs;
    return () => {
      for (const one of struck) world.machines[one]!.disk.stallUs = 0;
    };
  },
};

function failing(kind: 'failedWrite' | 'diskFull') {
  return (_fault: unknown, struck: readonly NodeId[], world: World) => {
    for (const one of struck) world.machines[one]!.disk.failing = kind;
    return () => {
      for (const one of struck) {
        world.machines[one]!.disk.failing = null;
        world.restart(one);
      }
    };
  };
}

export const failedWrite: Handler<FailedWrite> = {
  schema: v.strictObject({ kind: v.literal('failedWrite'), ...span, nodes: target }),
  span: spanOf,
  kinds: () => ['failedWrite'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: (_fault, struck) => `${struck.join(' ')}, the next write`,
  begin: failing('failedWrite'),
};

export const diskFull: Handler<DiskFull> = {
  schema: v.strictObject({ kind: v.literal('diskFull'), ...span, nodes: target }),
  span: spanOf,
  kinds: () => ['diskFull'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: (_fault, struck) => struck.join(' '),
  begin: failing('diskFull'),
};

export const lyingFsync: Handler<LyingFsync> = {
  schema: v.strictObject({ kind: v.literal('lyingFsync'), ...span, nodes: target }),
  span: spanOf,
  kinds: () => ['lyingFsync'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: (_fault, struck) => struck.join(' '),
  begin(_fault, struck, world) {
    for (const one of struck) world.machines[one]!.disk.beginLying();
    return () => {
      for (const one of struck) world.machines[one]!.disk.endLying();
    };
  },
};

export const damagedDisk: Handler<DamagedDisk> = {
  schema: v.strictObject({
    kind: v.literal('damagedDisk'),
    atUs: time,
    restartUs: time,
    nodes,
    damage: v.picklist(damages, `expected one of ${damages.join(', ')}`),
    part: v.pipe(v.number('expected a whole number'), v.integer('expected a whole number'), v.minValue(0), v.maxValue(0xffffffff)),
  }),
  span: ({ atUs, restartUs }) => [atUs, restartUs],
  kinds: ({ damage }) => [damage],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: ({ damage }, struck) => `${struck.join(' ')}, ${damage}`,
  begin({ damage, part }, struck, world) {
    for (const one of struck) world.crash(one, 'now', 'crash');
    return () => {
      for (const one of struck) strike(world, one, damage, part);
    };
  },
};

/**
 * Damages the files and starts the node. Damage that finds nothing to strike (no snapshot yet, no
 * older version) has not fired. It matters when the node finds it.
 */
function strike(world: World, node: NodeId, damage: Damage, part: number): void {
  const machine = world.machines[node]!;
  const { files } = machine.disk;
  // A torn record that also went to the wrong place is damage of two kinds: it may leave neither its own
  // head nor the mark of what it struck, which nobody can tell from a log that has just begun.
  const isBeyondTelling = damage === 'misdirectedWrite' && machine.disk.isTorn;
  const hasFired = !machine.isUp && !machine.isGone && !isBeyondTelling && files !== null && inflict[damage](files, part);
  const before = world.counts.refusals;
  if (hasFired) {
    machine.isDamaged = true;
    world.accounts.fired(damage);
  }
  world.restart(node);
  if (hasFired && world.counts.refusals > before) world.accounts.mattered(damage satisfies FaultKind);
}

const pick = (names: readonly string[], part: number): string | undefined => names[part % Math.max(1, names.length)];

const filesOf = (files: ByteFiles, stem: string): readonly string[] => files.names().filter((name) => name.startsWith(`${stem}.`));

/** Each tells whether it found something to damage. The names of files are those of storages in the manner of core/disk. */
const inflict: Readonly<Record<Damage, (files: ByteFiles, part: number) => boolean>> = {
  bitRot: (files, part) => flipBit(files, pick([...filesOf(files, 'log'), ...filesOf(files, 'snapshot')], part), part >>> 3),
  damagedMetadata: (files, part) => flipBit(files, pick(filesOf(files, 'superblock'), part), part >>> 3),
  missingSnapshot(files) {
    const file = filesOf(files, 'snapshot')[0];
    if (file === undefined) return false;
    files.remove(file);
    return true;
  },
  misdirectedWrite(files, part) {
    const file = pick(filesOf(files, 'log'), 0);
    const pieces = file === undefined ? [] : files.pieces(file);
    const last = pieces.at(-1);
    // The last record went to a place before its own.
    if (file === undefined || last === undefined || pieces.length < 3) return false;
    const bytes = files.read(file)!;
    const own = bytes.length - last.length;
    const at = part % own;
    const wrong = bytes.slice(0, Math.max(own, at + last.length));
    wrong.set(last, at);
    files.write(file, wrong);
    return true;
  },
  staleRead(files) {
    for (const file of [...filesOf(files, 'log'), ...filesOf(files, 'snapshot')]) {
      const older = files.olderVersionOf(file);
      if (older === null) continue;
      files.write(file, older);
      return true;
    }
    return false;
  },
};

function flipBit(files: ByteFiles, file: string | undefined, part: number): boolean {
  const bytes = file === undefined ? undefined : files.read(file);
  if (file === undefined || bytes === undefined || bytes.length === 0) return false;
  const rotten = bytes.slice();
  rotten[part % bytes.length]! ^= 1 << (part % 8);
  files.write(file, rotten);
  return true;
}
