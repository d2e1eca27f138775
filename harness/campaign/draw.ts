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
export const drawPlan = (scenario: Scenario, seed: number): Plan => held(scenario, seed, () => scenario.draw(seed));

/**
 * The same of one round of a soak, of a scenario that has rounds.
 * @throws DrawError
 */
export const drawRound = (scenario: Scenario, seed: number, round: number): Plan =>
  held(scenario, seed, () => scenario.soak!(seed, round));

/** Why a seed could not be run, where the scenario or its system is to blame; null where the harness is. */
export function whyNotRun(seed: number, error: unknown): string | null {
  if (error instanceof DrawError) return error.message;
  return error instanceof SystemError ? `seed ${seed}: ${error.message}` : null;
}

function held(scenario: Scenario, seed: number, draw: () => Plan): Plan {
  const plan = drawn(scenario, seed, draw);
  try {
    mustBeValid(seed, plan, scenario.system);
  } catch (error) {
    if (error instanceof PlanError) throw new DrawError(error.message);
    throw error;
  }
  return plan;
}

function drawn(scenario: Scenario, seed: number, draw: () => Plan): Plan {
  try {
    return draw();
  } catch (error) {
    // It knows what is to blame, and says so.
    if (error instanceof SystemError) throw new DrawError(`seed ${seed}: ${error.message}`);
    throw new DrawError(`seed ${seed}: the drawing function of ${scenario.name} threw ${thrownText(error)}`);
  }
}
