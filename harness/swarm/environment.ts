/** What a seed's network and disks are like throughout. */
import type { DiskPlan, NetworkPlan } from '../plan/plan.ts';
import type { RandomStream } from '../world/random.ts';
import { needsBytes, rate, type Kinds } from './kinds.ts';

const ms = 1000;

/** Every number is drawn whether its kind is on or not, so that one kind changes nothing of another. */
export function drawNetwork(random: RandomStream, kinds: Kinds): NetworkPlan {
  const delayMinUs = random.pick([50, 200, 500, 1000, 3000]);
  const delayMaxUs = delayMinUs + random.pick([0, 200, 1000, 5000, 20_000]);
  const lateMaxUs = random.pick([20, 100, 400, 1500]) * ms;
  const drop = rate(random, 300);
  const duplicate = rate(random, 300);
  const late = rate(random, 200);
  const corrupt = rate(random, 200);
  const tailUs = random.pick([200, 1000, 5000, 20_000]);
  const reorder = rate(random, 300);
  const replay = { per1000: rate(random, 100), afterUs: { min: 50 * ms, max: random.pick([200, 1000, 3000]) * ms } };
  return {
    delayUs: { min: delayMinUs, max: delayMaxUs },
    dropPer1000: kinds.has('drop') ? drop : 0,
    duplicatePer1000: kinds.has('duplicate') ? duplicate : 0,
    latePer1000: kinds.has('late') ? late : 0,
    lateUs: { min: ms, max: lateMaxUs },
    ...(kinds.has('corrupt') ? { corruptPer1000: corrupt } : {}),
    ...(kinds.has('exponentialDelay') ? { tailUs } : {}),
    ...(kinds.has('reorder') ? { reorderPer1000: reorder } : {}),
    ...(kinds.has('replay') ? { replay } : {}),
  };
}

/** What came later: of a stream of its own, so that all else of a plan stays as it was. */
export function drawDiskTrouble(random: RandomStream, kinds: Kinds): Partial<DiskPlan> {
  const failedLeavesPer1000 = random.pick([300, 700, 1000]);
  const recoverMaxUs = random.pick([1, 20, 200]) * ms;
  const losesPages = kinds.has('lostPages');
  return {
    ...(kinds.has('failedWriteLeft') || losesPages ? { bytes: true, failedLeavesPer1000 } : {}),
    ...(losesPages ? { lostPagesPer1000: 700 } : {}),
    ...(kinds.has('crashInRecovery') || losesPages ? { bytes: true, recoverUs: { min: 100, max: recoverMaxUs } } : {}),
  };
}

/**
 * Bytes cost a fifth more time; runs that damage them need them, and a restart reads them. A write must take time to be
 * torn.
 */
export function drawDisk(random: RandomStream, kinds: Kinds): DiskPlan {
  const max = random.pick([100, 1000, 5000, 20_000]);
  const tornPer1000 = random.pick([100, 500, 900]);
  const tears = kinds.has('tornRecord') || kinds.has('tornSnapshot');
  const hasBytes = random.chance(850);
  const isSlow = kinds.has('slowWrite') || tears || kinds.has('lostTail');
  return {
    writeUs: isSlow ? { min: 20, max } : { min: 0, max: 0 },
    ...(hasBytes || needsBytes.some((kind) => kinds.has(kind)) ? { bytes: true } : {}),
    ...(tears ? { tornPer1000 } : {}),
  };
}
