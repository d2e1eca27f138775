/** Loads scenarios: those of the house, or a user's own module, by address. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plan } from '../plan/plan.ts';
import { importModule } from './import-module.ts';
import { asWatched, loadWatched } from './pulse.ts';
import type { Registry, Scenario } from './scenario.ts';

/** Says what is wrong with a module that was asked to provide scenarios. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

/** @throws RegistryError when the module cannot be loaded or exports no registry */
export async function loadRegistry(url: string): Promise<Registry> {
  const { registry } = await imported(url);
  if (isRegistry(registry)) {
    mustBeWhole(url, registry);
    return asWatched(registry);
  }
  throw new RegistryError(`${url} does not export a \`registry\` with scenarios and systems`);
}

async function imported(url: string): Promise<{ readonly registry?: unknown }> {
  try {
    return await loadWatched(() => importModule(url));
  } catch (error) {
    throw new RegistryError(`cannot load ${url}: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');

const isRegistry = (value: unknown): value is Registry =>
  typeof value === 'object' && value !== null
  && (value as Registry).scenarios instanceof Map && (value as Registry).systems instanceof Map;

/** @throws RegistryError that names the first scenario or system which is none */
function mustBeWhole(url: string, { scenarios, systems }: Registry): void {
  const functions = [
    'processes', 'observer', 'leader', 'digestMessage', 'digestState', 'describeMessage', 'describeState',
  ] as const;
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
    if (
      typeof scenario !== 'object' ||
      scenario === null ||
      typeof scenario.name !== 'string' ||
      typeof scenario.draw !== 'function'
    ) {
      throw new RegistryError(
        `${url}: the scenario "${name}" is none: it needs a \`name\`, a \`system\` and a function \`draw\``,
      );
    }
    const lack = lackOf(scenario.system);
    if (lack !== null) throw new RegistryError(`${url}: the system of the scenario "${name}" is none: ${lack}`);
  }
}

/** A scenario, and the address of the module that a worker loads it from. */
export interface FoundScenario {
  readonly scenario: Scenario;
  readonly url: string;
  /** The module as it was named, with the scenario in it; null for one of the registry at hand. */
  readonly module: string | null;
}

/** What a command takes when it is told of none. */
export const defaultScenario = ({ scenarios }: Registry): string => [...scenarios.keys()][0] ?? '';

/**
 * `name` in the registry at hand, or `path/to/module.ts` or `path/to/module.js#name` in a user's own.
 * @throws RegistryError when there is none
 */
export async function findScenario(house: Registry, name: string): Promise<FoundScenario> {
  if (!namesModule(name)) return { ...inRegistry(house, name, name), module: null };
  const [path, inner] = name.split('#') as [string, string | undefined];
  const url = pathToFileURL(resolve(path)).href;
  const registry = { ...(await loadRegistry(url)), url };
  const found = inRegistry(registry, inner ?? defaultScenario(registry), name);
  return { ...found, scenario: carrying(found.scenario, name), module: name };
}

/** Whether a name is that of a module, with or without the name of something in it. */
export const namesModule = (name: string): boolean => /[./\\]m?[jt]s(#.*)?$/.test(name);

/** The same one, whose plans say where it is from: then they are run again without a word of it. */
export const carrying = (scenario: Scenario, module: string): Scenario => ({
  ...scenario,
  draw: (seed) => {
    const plan: Plan | null | undefined = scenario.draw(seed);
    // What is no plan stays none: it is told as what it is.
    return typeof plan === 'object' && plan !== null ? { ...plan, module } : plan!;
  },
});

function inRegistry(registry: Registry, name: string, asked: string): Omit<FoundScenario, 'module'> {
  const scenario = registry.scenarios.get(name);
  if (scenario !== undefined) return { scenario, url: registry.url };
  throw new RegistryError(`there is no scenario "${asked}" (see: whitewater scenarios)`);
}
