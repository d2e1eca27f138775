/** What a worker thread does for a shrinker: runs candidates until one is what is sought. */
import type { Plan } from '../plan/plan.ts';
import { loadRegistry } from '../campaign/registry.ts';
import { tryPlan, type Trial } from './trial.ts';

export interface TrialSpec {
  /** Address of the module that exports the registry with the plans' system. */
  readonly registryUrl: string;
  readonly plans: readonly Plan[];
  /** A run that takes more steps is given up. */
  readonly longest: number;
  /** The rest is not run once a candidate has this cause and at most so many steps; null runs all. */
  readonly until: { readonly cause: string; readonly stepsMax: number } | null;
}

export default async function work({ registryUrl, plans, longest, until }: TrialSpec): Promise<readonly Trial[]> {
  const { systems } = await loadRegistry(registryUrl);
  const trials: Trial[] = [];
  for (const plan of plans) {
    const trial = tryPlan(systems.get(plan.system)!, plan, longest);
    trials.push(trial);
    if (until !== null && trial.cause === until.cause && trial.steps <= until.stepsMax) break;
  }
  return trials;
}
