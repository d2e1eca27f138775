/** Plans that a scenario draws, held against the same rules as plans from files. */
import type { Plan } from './plan.ts';
import { PlanError } from './plan-file.ts';
import { validPlan, type Path } from './valid-plan.ts';
import type { System } from '../system.ts';

/**
 * @param system that the scenario runs: the plan must be for it
 * @throws PlanError such as `seed 7: faults[0].nodes: expected ...`
 */
export function mustBeValid(seed: number, plan: Plan, system: System): void {
  const at = (path: Path, message: string): PlanError => new PlanError(`seed ${seed}: ${fieldOf(path)}: ${message}`);
  const systemOf = (name: string): System => {
    if (name !== system.name)
      throw at(['system'], `the plan is for system "${name}", and its scenario runs "${system.name}"`);
    return system;
  };
  validPlan(plan, systemOf, at);
}

const fieldOf = (path: Path): string =>
  path.length === 0
    ? 'the plan'
    : path.reduce<string>(
        (field, part) => (typeof part === 'number' ? `${field}[${part}]` : `${field}${field === '' ? '' : '.'}${part}`),
        '',
      );
