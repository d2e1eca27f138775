/** The plan of a seed that a person names. */
import { DrawError } from '../campaign/draw-error.ts';
import { drawPlan } from '../campaign/draw.ts';
import type { Scenario } from '../campaign/scenario.ts';
import type { Plan } from '../plan/plan.ts';
import { UsageError } from './command.ts';

/** @throws UsageError when the scenario makes no plan of it, or one that is wrong */
export function planOf(scenario: Scenario, seed: number): Plan {
  try {
    return drawPlan(scenario, seed);
  } catch (error) {
    if (error instanceof DrawError) throw new UsageError(error.message);
    throw error;
  }
}
