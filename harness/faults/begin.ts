/** What each kind of fault does to a world; what it is as data stands in plan/fault.ts. */
import type { Fault } from '../plan/fault.ts';
import { compactDuringInstall, holdAcrossLeaderships, isolateUntilSnapshot } from './aimed.ts';
import type { Begin } from './breakable.ts';
import { clockDrift, clockJump, clockRate } from './clocks.ts';
import { flapping, isolation, oneWayCut, partition } from './cuts.ts';
import { damagedDisk, diskFull, failedWrite, lyingFsync, stall } from './disks.ts';
import { clog, slowLink, swizzle } from './links.ts';
import { handOver, replacedDisk } from './operators.ts';
import { crash, crashLoop, gone, pause } from './processes.ts';

type Beginnings = { readonly [K in Fault['kind']]: Begin<Extract<Fault, { kind: K }>> };

const beginnings: Beginnings = {
  partition, cut: oneWayCut, isolation, flapping,
  slowLink, clog, swizzle,
  crash, crashLoop, pause, gone,
  stall, failedWrite, diskFull, lyingFsync, damagedDisk,
  clockRate, clockDrift, clockJump,
  holdAcrossLeaderships, isolateUntilSnapshot, compactDuringInstall,
  handOver, replacedDisk,
};

export const beginOf = <F extends Fault>(fault: F): Begin<F> => beginnings[fault.kind] as unknown as Begin<F>;
