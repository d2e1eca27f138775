/** Writes the plans of failing seeds, each where a person will look for it. */
import type { Failure } from '../campaign/campaign.ts';
import { drawPlan } from '../campaign/draw.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { printPlan } from '../plan/plan-file.ts';
import { distinctFailures } from '../report/failures.ts';
import { writeWhole } from '../text/files.ts';
import type { Kept } from './kept.ts';

/** At most as many as a person will look at; every failing seed can be replayed by its number. */
const savedPlans = 10;

/** One for each cause, by its seed; without those that could not be written. */
export function savePlans(scenario: Scenario, failures: readonly Failure[], kept: Kept): ReadonlyMap<number, string> {
  const paths = new Map<number, string>();
  for (const { failure: { seed } } of distinctFailures(failures).slice(0, savedPlans)) {
    kept.write(() => paths.set(seed, savePlan(scenario, seed)));
  }
  return paths;
}

export function savePlan(scenario: Scenario, seed: number): string {
  const path = `failures/${scenario.name.replaceAll('/', '-')}-${seed}.plan.json`;
  writeWhole(path, printPlan(drawPlan(scenario, seed)));
  return path;
}
