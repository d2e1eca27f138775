/** `defineRegistry`: the scenarios of a project by name, with their systems, models and canaries. */
import type { ModelDefinition } from '../explore/model.ts';
import { remember } from '../campaign/registered.ts';
import type { Registry, Scenario } from '../campaign/scenario.ts';
import type { OwnScenario } from './define-scenario.ts';
import { modelOf } from './untimed.ts';

export interface RegistryOptions {
  /** Folder of the plans that once failed, from the top of the project. */
  readonly regressions?: string;
}

/**
 * @param url `import.meta.url` of the module that exports the result as `registry`
 * @throws TypeError when two scenarios or systems have one name
 */
export function defineRegistry(
  url: string, scenarios: readonly OwnScenario[], { regressions = 'regressions' }: RegistryOptions = {},
): Registry {
  if (scenarios.length === 0) throw new TypeError('a registry needs at least one scenario');
  const byName = new Map<string, Scenario>();
  const add = (scenario: Scenario): void => {
    if (byName.has(scenario.name))
      throw new TypeError(`there are two scenarios named "${scenario.name}": give one another \`name\``);
    byName.set(scenario.name, scenario);
  };
  const systems = new Map(scenarios.map(({ system }) => [system.name, system]));
  const doubled = scenarios.find(({ system }) => systems.get(system.name) !== system);
  if (doubled !== undefined)
    throw new TypeError(`there are two systems named "${doubled.system.name}": give one another name`);
  for (const scenario of scenarios) add(scenario);
  for (const scenario of scenarios) for (const canary of canariesOf(scenario)) add(canary);
  const registry: Registry = {
    url, systems, regressions, scenarios: byName,
    models: new Map(scenarios.flatMap((scenario) => modelsOf(scenario, url))),
    campaigns: scenarios.map(({ name }) => name),
  };
  remember(registry);
  return registry;
}

/** The scenario with each of its known bugs planted: `NAME+bug=localReads`. */
function canariesOf({ name, canaries, withSettings }: OwnScenario): readonly Scenario[] {
  return canaries.map(({ settings, within, property }) => {
    const planted = Object.entries(settings as Readonly<Record<string, unknown>>)
      .map(([setting, value]) => `${setting}=${String(value)}`)
      .join(',');
    return {
      ...withSettings(`${name}+${planted}`, settings as Readonly<Record<string, unknown>>),
      summary: `${name} with a known bug: ${planted}`,
      canary: { within, property: property ?? null },
    };
  });
}

function modelsOf(
  { name, system, bounds, summary }: OwnScenario, url: string,
): readonly (readonly [string, ModelDefinition])[] {
  if (bounds === null) return [];
  const model = modelOf(system, { ...system.own, name }, bounds, summary, url);
  return [[name, model as unknown as ModelDefinition]];
}
