/**
 * Which registry a scenario stands in: whoever has the scenario alone can then name its module, as a worker needs it.
 */
import type { Registry, Scenario } from './scenario.ts';

const homes = new WeakMap<Scenario, Registry>();

export function remember(registry: Registry): void {
  for (const scenario of registry.scenarios.values()) homes.set(scenario, registry);
}

/** Null for a scenario that stands in none. */
export const registryOf = (scenario: Scenario): Registry | null => homes.get(scenario) ?? null;
