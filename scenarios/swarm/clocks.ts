/** Clocks of a seed whose leases rest on a bound: none is wrong by more, and none is set (dissertation 6.4.1). */
import type { Fault } from '../../harness/plan/fault.ts';
import type { RaftKvSettings } from '../systems/raft-kv-settings.ts';

/** The faults as they are where there are no leases. */
export function withinDrift(faults: readonly Fault[], { clockDriftPer1000, reads }: RaftKvSettings): readonly Fault[] {
  if (reads?.includes('lease') !== true) return faults;
  const drift = clockDriftPer1000 ?? 0;
  const bounded = (ratePer1000: number): number => Math.min(1000 + drift, Math.max(1000 - drift, ratePer1000));
  return faults.flatMap((fault): readonly Fault[] => {
    if (fault.kind === 'clockJump') return [];
    return fault.kind === 'clockRate' || fault.kind === 'clockDrift'
      ? [{ ...fault, ratePer1000: bounded(fault.ratePer1000) }]
      : [fault];
  });
}
