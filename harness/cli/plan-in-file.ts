/** A plan that a person names by its file, and the system that it is for. */
import { PlanError, parsePlan } from '../plan/plan-file.ts';
import type { Plan } from '../plan/plan.ts';
import type { System } from '../system.ts';
import { readText } from '../text/files.ts';
import { UsageError, type Context } from './command.ts';
import { scenarioFor } from './scenario-for.ts';

export interface PlanInFile {
  readonly plan: Plan;
  readonly system: System;
  /** Address of the registry that has the system. */
  readonly url: string;
}

/**
 * The system is one of the registry at hand, of the scenario that is named, or of the module that the plan itself
 * names.
 * @throws UsageError
 */
export async function planInFile(
  path: string, scenarioName: string | undefined, registry: Context['registry'],
): Promise<PlanInFile> {
  const text = readText(path);
  const named = scenarioName ?? moduleOf(text, registry.systems);
  const found = named === null ? null : await scenarioFor(registry, named);
  const systems =
    found === null
      ? registry.systems
      : new Map([...registry.systems, [found.scenario.system.name, found.scenario.system]]);
  try {
    const plan = parsePlan(path, text, systems);
    const isOwn = found !== null && plan.system === found.scenario.system.name;
    return { plan, system: systems.get(plan.system)!, url: isOwn ? found.url : registry.url };
  } catch (error) {
    if (error instanceof PlanError) throw new UsageError(error.message);
    throw error;
  }
}

/**
 * Null when the system is at hand, or the text is none of a plan: what is wrong with it is told later, with its line.
 */
function moduleOf(text: string, systems: ReadonlyMap<string, System>): string | null {
  const { system, module } = fieldsIn(text);
  return typeof module === 'string' && typeof system === 'string' && !systems.has(system) ? module : null;
}

/** The system that a text names, as a plan does; null when it is none of a plan. */
export function systemNamedIn(text: string): string | null {
  const { system } = fieldsIn(text);
  return typeof system === 'string' ? system : null;
}

function fieldsIn(text: string): { readonly system?: unknown; readonly module?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
