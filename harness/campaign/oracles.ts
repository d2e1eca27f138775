/**
 * Which checks a run is held against: all of them, or those alone that an outsider could make, who sees
 * what clients are told, what replicas hold and how large it is, and whether anything moves. An assertion
 * of the core that does not hold is a crash to an outsider: the server is started again.
 */
import type { System } from '../system.ts';

export const oracleSets = ['all', 'external'] as const;
export type OracleSet = (typeof oracleSets)[number];

/** @throws TypeError when the system has no external observer */
export function withOracles(system: System, oracles: OracleSet): System {
  if (oracles === 'all') return system;
  const { externalObserver } = system;
  if (externalObserver === undefined) throw new TypeError(`system "${system.name}" has no external observer`);
  return { ...system, observer: externalObserver, restartsAfterException: true };
}
