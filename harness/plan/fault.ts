/**
 * Every fault as data. All times are absolute virtual times; whatever is still broken when the storm
 * ends is healed then.
 *
 * A new kind of fault is a shape in one of the files of faults/, a row here, and what it does in
 * harness/faults, with a row in its table.
 */
import * as v from 'valibot';
import type { FaultKind } from './fault-kinds.ts';
import {
  compactDuringInstall, holdAcrossLeaderships, isolateUntilSnapshot, type CompactDuringInstall,
  type HoldAcrossLeaderships, type IsolateUntilSnapshot,
} from './faults/aimed.ts';
import { clockDrift, clockJump, clockRate, type ClockDrift, type ClockJump, type ClockRate } from './faults/clocks.ts';
import {
  flapping, isolation, oneWayCut, partition, type Cut, type Flapping, type Isolation, type Partition,
} from './faults/cuts.ts';
import {
  damagedDisk, diskFull, failedWrite, lyingFsync, stall, type DamagedDisk, type DiskFull, type FailedWrite,
  type LyingFsync, type Stall,
} from './faults/disks.ts';
import { handOver, replacedDisk, type HandOver, type ReplacedDisk } from './faults/operators.ts';
import type { FaultShape } from './faults/shape.ts';
import { clog, slowLink, swizzle, type Clog, type SlowLink, type Swizzle } from './faults/links.ts';
import {
  crash, crashLoop, gone, pause, type Crash, type CrashLoop, type Gone, type Pause,
} from './faults/processes.ts';

export type Fault =
  | Partition | Cut | Isolation | Flapping
  | SlowLink | Clog | Swizzle
  | Crash | CrashLoop | Pause | Gone
  | Stall | FailedWrite | DiskFull | LyingFsync | DamagedDisk
  | ClockRate | ClockDrift | ClockJump
  | HoldAcrossLeaderships | IsolateUntilSnapshot | CompactDuringInstall
  | HandOver | ReplacedDisk;

export type {
  ClockDrift, ClockJump, ClockRate, Clog, CompactDuringInstall, Crash, CrashLoop, Cut, DamagedDisk, DiskFull,
  FailedWrite, Flapping, Gone, HandOver, HoldAcrossLeaderships, IsolateUntilSnapshot, Isolation, LyingFsync, Partition,
  Pause, ReplacedDisk, SlowLink, Stall, Swizzle,
};
export type { Target } from './faults/shape.ts';
export { damages, type Damage } from './faults/disks.ts';

type Shapes = { readonly [K in Fault['kind']]: FaultShape<Extract<Fault, { kind: K }>> };

const shapes: Shapes = {
  partition, cut: oneWayCut, isolation, flapping,
  slowLink, clog, swizzle,
  crash, crashLoop, pause, gone,
  stall, failedWrite, diskFull, lyingFsync, damagedDisk,
  clockRate, clockDrift, clockJump,
  holdAcrossLeaderships, isolateUntilSnapshot, compactDuringInstall,
  handOver, replacedDisk,
};

export const shapeOfFault = <F extends Fault>(fault: F): FaultShape<F> =>
  shapes[fault.kind] as unknown as FaultShape<F>;

const kinds = Object.keys(shapes) as Fault['kind'][];

/** Looks at `kind` first, so that the message of a wrong field is that of its own kind of fault. */
export const faultSchema: v.GenericSchema<unknown, Fault> = v.lazy((input) => {
  const kind = typeof input === 'object' && input !== null ? (input as { kind?: unknown }).kind : undefined;
  const known = kinds.find((one) => one === kind);
  if (known !== undefined) return shapes[known].schema as v.GenericSchema<unknown, Fault>;
  return v.strictObject({
    kind: v.picklist(kinds, `expected a fault of kind ${kinds.join(', ')}`),
  }) as unknown as v.GenericSchema<unknown, Fault>;
});

/** The nodes that a fault names; none when it is aimed at a role. */
export function nodesNamedBy(fault: Fault): readonly number[] {
  const target = shapeOfFault(fault).target(fault);
  return target === 'leader' ? [] : target;
}

/** Whether a fault strikes none but these, or is about one way from or to one of them. */
export function isConfinedTo(fault: Fault, nodes: readonly number[]): boolean {
  const struck = nodesNamedBy(fault);
  const isAWay = 'from' in fault && 'to' in fault;
  return isAWay
    ? struck.some((node) => nodes.includes(node))
    : struck.length > 0 && struck.every((node) => nodes.includes(node));
}

export const strikesServersOnly = (fault: Fault): boolean => shapeOfFault(fault).strikesServersOnly;

export const accountsOf = (fault: Fault): readonly FaultKind[] => shapeOfFault(fault).kinds(fault);
