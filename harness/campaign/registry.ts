/** Loads scenarios: those of the house, or a user's own module, by address. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asWatched, loadWatched } from './pulse.ts';
import type { Registry, Scenario } from './scenario.ts';

/** Says what is wrong with a module that was asked to provide scenarios. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

/** @throws RegistryError when the module cannot be loaded or exports no registry */
export async function loadRegistry(url: string): Promise<Registry> {
  const module = await importModule(url);
  const { registry } = module;
  if (isRegistry(registry)) {
    mustBeWhole(url, registry);
    return asWatched(registry);
  }
  throw new RegistryError(`${url} does not export a \`registry\` with scenarios and systems`);
}

async function importModule(url: string): Promise<{ registry?: unknown }> {
  try {
    return (await loadWatched(() => import(url))) as { registry?: unknown };
  } catch (error) {
    throw new RegistryError(`cannot load ${url}: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');

const isRegistry = (value: unknown): value is Registry =>
  typeof value === 'object' && value !== null
  && (value as Registry).scenarios instanceof Map && (value as Registry).systems instanceof Map;

/** @throws RegistryError that names the first scenario or system which is none */
function mustBeWhole(url: string, { scenarios, systems }: Registry): void {
  const functions = ['processes', 'observer', 'leader', 'digestMessage', 'digestState', 'describeMessage', 'describeState'] as const;
  const lackOf = (system: Scenario['system'] | null | undefined): string | null => {
    if (typeof system !== 'object' || system === null) return 'it is no object';
    if (typeof system.name !== 'string') return 'it has no `name`';
    const missing = functions.find((name) => typeof system[name] !== 'function');
    return missing === undefined ? null : `it has no function \`${missing}\``;
  };
  for (const [name, system] of systems) {
    const lack = lackOf(system);
    if (lack !== null) throw new RegistryError(`${url}: the system "${name}" is none: ${lack}`);
  }
  for (const [name, scenario] of scenarios as ReadonlyMap<string, Scenario | null>) {
    if (typeof scenario !== 'object' || scenario === null || typeof scenario.name !== 'string' || typeof scenario.draw !== 'function') {
      throw new RegistryError(`${url}: the scenario "${name}" is none: it needs a \`name\`, a \`system\` and a function \`draw\``);
    }
    const lack = lackOf(scenario.system);
    if (lack !== null) throw new RegistryError(`${url}: the system of the scenario "${name}" is none: ${lack}`);
  }
}

/** A scenario, and the address of the module that a worker loads it from. */
export interface FoundScenario {
  readonly scenario: Scenario;
  readonly url: string;
}

/**
 * `name` in the house's registry, or `path/to/module.js` or `path/to/module.js#name` in a user's own.
 * @throws RegistryError when there is none
 */
export async function findScenario(house: Registry, name: string): Promise<FoundScenario> {
  if (!/[./\\]m?js(#.*)?$/.test(name)) return inRegistry(house, name, name);
  const [path, inner] = name.split('#') as [string, string | undefined];
  const url = pathToFileURL(resolve(path)).href;
  const registry = { ...(await loadRegistry(url)), url };
  return inRegistry(registry, inner ?? firstOf(registry), name);
}

const firstOf = ({ scenarios }: Registry): string => [...scenarios.keys()][0] ?? '';

function inRegistry(registry: Registry, name: string, asked: string): FoundScenario {
  const scenario = registry.scenarios.get(name);
  if (scenario !== undefined) return { scenario, url: registry.url };
  throw new RegistryError(`there is no scenario "${asked}" (see: whitewater scenarios)`);
}
