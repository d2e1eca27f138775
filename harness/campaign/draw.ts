/** Draws a seed's plan. A drawing function that fails is the scenario's fault, and not one of the harness. */
import { mustBeValid } from '../plan/drawn-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { PlanError } from '../plan/plan-file.ts';
import { SystemError } from '../system.ts';
import { thrownText } from '../text/thrown.ts';
import { DrawError } from './draw-error.ts';
import type { Scenario } from './scenario.ts';

/**
 * Held against the same rules as a plan from a file.
 * @throws DrawError
 */
export function drawPlan(scenario: Scenario, seed: number): Plan {
  const plan = drawn(scenario, seed);
  try {
    mustBeValid(seed, plan, scenario.system);
  } catch (error) {
    if (error instanceof PlanError) throw new DrawError(error.message);
    throw error;
  }
  return plan;
}

function drawn(scenario: Scenario, seed: number): Plan {
  try {
    return scenario.draw(seed);
  } catch (error) {
    // It knows what is to blame, and says so.
    if (error instanceof SystemError) throw new DrawError(`seed ${seed}: ${error.message}`);
    throw new DrawError(`seed ${seed}: the drawing function of ${scenario.name} threw ${thrownText(error)}`);
  }
}
