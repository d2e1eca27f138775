/**
 * Disks that are slow, refuse writes, lie, or lose what they held. Damage is done to the files of a
 * node while it is down: what it means is for the node to find out when it starts.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { FileRole } from '../moments.ts';
import type { FaultKind } from '../plan/fault-kinds.ts';
import type { Stall, FailedWrite, DiskFull, LyingFsync, Damage, DamagedDisk } from '../plan/faults/disks.ts';
import type { ByteFiles } from '../world/files.ts';
import type { Begin, BreakableWorld } from './breakable.ts';

export const stall: Begin<Stall> = ({ byUs }, struck, world) => {
  for (const one of struck) world.machines[one]!.disk.stallUs = byUs;
  return () => {
    for (const one of struck) world.machines[one]!.disk.stallUs = 0;
  };
};

function failing(kind: 'failedWrite' | 'diskFull') {
  return (_fault: unknown, struck: readonly NodeId[], world: BreakableWorld) => {
    for (const one of struck) world.machines[one]!.disk.failing = kind;
    return () => {
      for (const one of struck) {
        world.machines[one]!.disk.failing = null;
        world.restart(one);
      }
    };
  };
}

export const failedWrite: Begin<FailedWrite> = failing('failedWrite');

export const diskFull: Begin<DiskFull> = failing('diskFull');

export const lyingFsync: Begin<LyingFsync> = (_fault, struck, world) => {
  for (const one of struck) world.machines[one]!.disk.beginLying();
  return () => {
    for (const one of struck) world.machines[one]!.disk.endLying();
  };
};

export const damagedDisk: Begin<DamagedDisk> = ({ damage, part }, struck, world) => {
  for (const one of struck) world.crash(one, 'now', 'crash');
  return () => {
    for (const one of struck) strike(world, one, damage, part);
  };
};

/**
 * Damages the files and starts the node. Damage that finds nothing to strike (no snapshot yet, no
 * older version) has not fired. It matters when the node finds it.
 */
function strike(world: BreakableWorld, node: NodeId, damage: Damage, part: number): void {
  const machine = world.machines[node]!;
  const { files } = machine.disk;
  // A torn record that also went to the wrong place is damage of two kinds: it may leave neither its own
  // head nor the mark of what it struck, which nobody can tell from a log that has just begun.
  const isBeyondTelling = damage === 'misdirectedWrite' && machine.disk.isTorn;
  const hasFired =
    !machine.isUp &&
    !machine.isRecovering &&
    !machine.isGone &&
    !isBeyondTelling &&
    files !== null &&
    inflict[damage](held(files, world), part);
  const before = world.counts.refusals;
  if (hasFired) {
    machine.isDamaged = true;
    world.accounts.fired(damage);
  }
  world.restart(node);
  if (hasFired && world.counts.refusals > before) world.accounts.mattered(damage satisfies FaultKind);
}

const pick = (names: readonly string[], part: number): string | undefined => names[part % Math.max(1, names.length)];

/** Files of a disk, and what each holds, as the system under test says. */
interface Held {
  readonly files: ByteFiles;
  of(role: FileRole): readonly string[];
}

const held = (files: ByteFiles, world: BreakableWorld): Held =>
  ({ files, of: (role) => files.names().filter((name) => world.fileRole(name) === role) });

/** Each tells whether it found something to damage. */
const inflict: Readonly<Record<Damage, (held: Held, part: number) => boolean>> = {
  bitRot: ({ files, of }, part) => flipBit(files, pick([...of('log'), ...of('snapshot')], part), part >>> 3),
  damagedMetadata: ({ files, of }, part) => flipBit(files, pick(of('metadata'), part), part >>> 3),
  missingSnapshot({ files, of }) {
    const file = of('snapshot')[0];
    if (file === undefined) return false;
    files.remove(file);
    return true;
  },
  misdirectedWrite({ files, of }, part) {
    const file = pick(of('log'), 0);
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
  staleRead({ files, of }) {
    for (const file of [...of('log'), ...of('snapshot')]) {
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
