/** Which kinds of fault a plan switches on. */
import type { Plan } from './plan.ts';
import type { FaultKind } from './fault-kinds.ts';
import { accountsOf } from './fault.ts';

export function faultKindsOf({ network, disk, faults, operations }: Plan): ReadonlySet<FaultKind> {
  const kinds = new Set<FaultKind>();
  const add = (kind: FaultKind, isOn: boolean): void => {
    if (isOn) kinds.add(kind);
  };
  if (network.manner === undefined && network.lab === undefined && network.fates === undefined) {
    add('drop', network.dropPer1000 > 0);
    add('duplicate', network.duplicatePer1000 > 0);
    add('late', network.latePer1000 > 0);
    add('replay', (network.replay?.per1000 ?? 0) > 0);
    add('exponentialDelay', (network.tailUs ?? 0) > 0);
    add('reorder', (network.reorderPer1000 ?? 0) > 0);
    add(network.checksums === false ? 'uncheckedCorruption' : 'corrupt', (network.corruptPer1000 ?? 0) > 0);
  }
  add('slowWrite', disk.writeUs.max > 0);
  for (const fault of faults) for (const kind of accountsOf(fault)) kinds.add(kind);
  const crashes = kinds.has('crash') || kinds.has('crashWriteLost') || kinds.has('crashLoop');
  const failures = kinds.has('failedWrite') || kinds.has('diskFull');
  const leaves = (disk.failedLeavesPer1000 ?? 0) > 0 && failures;
  add('lostTail', disk.bytes === true && crashes);
  add('tornRecord', (disk.tornPer1000 ?? 0) > 0 && crashes);
  add('tornSnapshot', (disk.tornPer1000 ?? 0) > 0 && crashes);
  add('failedWriteLeft', leaves);
  add('lostPages', leaves && (disk.lostPagesPer1000 ?? 0) > 0);
  add('crashInRecovery', (disk.recoverUs?.max ?? 0) > 0 && (crashes || failures));
  for (const { giveUpUs, crash, load } of operations) {
    add('giveUp', giveUpUs !== undefined);
    add('clientCrash', crash !== undefined);
    for (const kind of load ?? []) kinds.add(kind);
  }
  return kinds;
}
