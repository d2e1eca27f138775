/**
 * Which checks a run is held against: all of them; those alone that an outsider could make, who sees what clients are
 * told, what replicas hold and how large it is, and whether anything moves; or the specification alone, in every run.
 * An assertion of the core that does not hold is a crash to the last two: the server is started again.
 */
import { stepOfTheSpecification } from '../../checkers/spec/step-of-the-specification.ts';
import type { Observer } from '../../checkers/checker.ts';
import { HeldToSpecification } from '../../checkers/held-to-specification.ts';
import { SpecWatch } from '../../checkers/spec/watch.ts';
import type { System } from '../system.ts';

export const oracleSets = ['all', 'external', 'specification'] as const;
export type OracleSet = (typeof oracleSets)[number];

/** @throws TypeError when the system has no external observer, or no specification */
export function withOracles(system: System, oracles: OracleSet): System {
  if (oracles === 'all') return system;
  const { externalObserver, specification, ...own } = system;
  if (oracles === 'external') {
    if (externalObserver === undefined) throw new TypeError(`system "${system.name}" has no external observer`);
    return { ...own, observer: externalObserver, restartsAfterException: true };
  }
  if (specification === undefined) throw new TypeError(`system "${system.name}" has no specification`);
  return {
    ...own,
    observer: (plan) => {
      const abstraction = specification(plan);
      return abstraction === undefined
        ? seesNothing()
        : new HeldToSpecification(seesNothing(), new SpecWatch(abstraction));
    },
    restartsAfterException: true,
  };
}

/** Whether a violation is what these oracles look for: progress and work are bounded whoever looks on. */
export const isLookedFor = (oracles: OracleSet, property: string): boolean =>
  oracles !== 'specification' || property === stepOfTheSpecification.name;

const nothing = (): void => undefined;

/** How often it is asked whether all is settled before it says so: what comes behind the healing is watched, too. */
const askedMax = 100;

const seesNothing = (asked = 0): Observer => ({
  booted: nothing,
  stepped: nothing,
  crashed: nothing,
  invoked: nothing,
  returned: nothing,
  healed: nothing,
  unsettled: () => (++asked > askedMax ? null : 'it is watched for a while'),
  finish: () => ({ kind: 'ok' }),
  counts: () => ({}),
});
