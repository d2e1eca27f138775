/** The project at hand: a folder whose whitewater.config, or whose package.json, names scenarios of its own. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Registry } from '../campaign/scenario.ts';
import { UsageError } from '../text/usage-error.ts';

const configNames = ['whitewater.config.ts', 'whitewater.config.mts', 'whitewater.config.js', 'whitewater.config.mjs'];

/** The module that exports the project's `registry`; null where there is none. @throws UsageError */
export function projectModule(folder: string): string | null {
  const config = configNames.map((name) => join(folder, name)).find((path) => existsSync(path));
  return config ?? namedInPackage(folder);
}

/** `"whitewater": "./scenarios.ts"`, or `"whitewater": { "registry": "./scenarios.ts" }`. */
function namedInPackage(folder: string): string | null {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return null;
  const named = fieldOf(path);
  if (named === undefined) return null;
  const registry =
    typeof named === 'object' && named !== null ? (named as { readonly registry?: unknown }).registry : named;
  if (typeof registry !== 'string')
    throw new UsageError(
      'package.json: whitewater: expected the path of the module that exports `registry`, such as "./scenarios.ts"',
    );
  const module = resolve(folder, registry);
  if (existsSync(module)) return module;
  throw new UsageError(`package.json: whitewater: there is no file ${registry}`);
}

function fieldOf(path: string): unknown {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { readonly whitewater?: unknown } | null)?.whitewater;
  } catch (error) {
    throw new UsageError(`package.json is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Its scenarios, in the place of those of the house. @throws UsageError */
export async function registryAtHand(folder: string, house: () => Promise<Registry>): Promise<Registry> {
  const module = projectModule(folder);
  if (module === null) return house();
  const { loadRegistry, RegistryError } = await import('../campaign/registry.ts');
  const url = pathToFileURL(module).href;
  try {
    return { ...(await loadRegistry(url)), url };
  } catch (error) {
    if (error instanceof RegistryError)
      throw new UsageError(error.message.replaceAll(url, module.slice(resolve(folder).length + 1)));
    throw error;
  }
}
