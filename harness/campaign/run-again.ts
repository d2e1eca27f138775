/**
 * The second run of a plan, with everything frozen that enters or leaves a reducer: what depends on anything but
 * the plan shows as a difference, and what writes to what is not its own as a broken contract.
 */
import type { Plan } from '../plan/plan.ts';
import { run, type RunRecord } from '../run.ts';
import { sameRun } from '../same-run.ts';
import type { System } from '../system.ts';
import { protocolContract } from '../../checkers/run-properties.ts';
import { frozen } from '../world/frozen.ts';
import { divergenceOf } from './divergence.ts';

export interface Twice {
  /** What is to be judged: the first run, or the frozen one when only that shows a violation. */
  readonly record: RunRecord;
  /** What must be the same. */
  readonly again: RunRecord;
}

/** @param draw makes the plan anew, so that a plan which depends on anything but its seed is caught as well */
export function runAgain(system: System, draw: () => Plan, first: RunRecord): Twice {
  const again = run(frozen(system), draw());
  if (areAlike(first, again)) return { record: first, again };
  if (again.verdict.kind === 'violation' && again.verdict.property === protocolContract.name) {
    return { record: again, again: run(frozen(system), draw()) };
  }
  const plain = run(system, draw());
  if (!areAlike(first, plain)) return { record: first, again: plain };
  // Only freezing made a difference: a reducer wrote, and did not let the exception through.
  const detail = `frozen, it takes another course: a reducer writes to what is not its own, and hides that it cannot; ${divergenceOf(system, frozen(system), draw)}`;
  const told: RunRecord = { ...again, verdict: { kind: 'violation', property: protocolContract.name, detail } };
  return { record: told, again: { ...told } };
}

const areAlike = (a: RunRecord, b: RunRecord): boolean => sameRun(a, b).isSame;
