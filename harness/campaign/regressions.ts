/** Plans that once failed: each is run again and must not fail any more. A gate runs them before anything else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePlan, PlanError } from '../plan/plan-file.ts';
import { run } from '../run.ts';
import { differsText, sameRun } from '../same-run.ts';
import { runAgain } from './run-again.ts';
import type { System } from '../system.ts';

export interface Regression {
  readonly path: string;
  /** The line that says what it showed when it was pinned. */
  readonly showed: string;
  readonly outcome: 'passed' | 'violation' | 'unknown' | 'nondeterministic' | 'doesNotFit';
  /** What is wrong; empty when it passed. */
  readonly detail: string;
}

/** The plans of a folder, in the order of their names; none when there is no such folder. */
export function regressionFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json')).sort().map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Runs one twice. A plan that an older version wrote may not fit any more: then it says what does not. */
export function runRegression(path: string, systems: ReadonlyMap<string, System>): Regression {
  try {
    const plan = parsePlan(path, readFileSync(path, 'utf8'), systems);
    const system = systems.get(plan.system)!;
    const showed = plan.showed ?? '';
    const { record, again } = runAgain(system, () => plan, run(system, plan));
    const { isSame, differs } = sameRun(record, again);
    if (!isSame) return { path, showed, outcome: 'nondeterministic', detail: differsText(differs) };
    const { verdict } = record;
    if (verdict.kind === 'ok') return { path, showed, outcome: 'passed', detail: '' };
    if (verdict.kind === 'unknown') return { path, showed, outcome: 'unknown', detail: verdict.detail };
    return { path, showed, outcome: 'violation', detail: `${verdict.property}: ${verdict.detail}` };
  } catch (error) {
    if (error instanceof PlanError) return { path, showed: '', outcome: 'doesNotFit', detail: error.message };
    throw error;
  }
}
