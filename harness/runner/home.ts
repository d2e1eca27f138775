/** Where a scenario of a test lives: its registry, and the words by which the commands find it from this folder. */
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectModule } from '../cli/project.ts';
import { regressionsFolder } from '../cli/pin.ts';
import { registryOf } from '../campaign/registered.ts';
import { carrying, defaultScenario, type FoundScenario } from '../campaign/registry.ts';
import type { Registry, Scenario } from '../campaign/scenario.ts';
import { quoted } from '../text/own-command.ts';
import { UsageError } from '../text/usage-error.ts';

export interface Home extends FoundScenario {
  readonly registry: Registry;
  /** Folder of pinned plans, from the folder of the test run. */
  readonly regressions: string;
  /** Behind `whitewater replay SEED`: empty for the first scenario of the project at hand. */
  readonly option: string;
}

/**
 * @param cwd where the tests, and then the printed commands, are run
 * @throws UsageError for a scenario of no registry: none of its failures could be replayed
 */
export function homeOf(scenario: Scenario, cwd: string = process.cwd()): Home {
  const registry = registryOf(scenario);
  if (registry === null) {
    throw new UsageError(
      `the scenario "${scenario.name}" stands in no registry: name it in \`defineRegistry(import.meta.url, [...])\`, in the module from which the test takes it, so that a failure can be replayed`,
    );
  }
  const file = fileURLToPath(registry.url.replace(/[?#].*$/, ''));
  const { regressions = regressionsFolder } = registry;
  if (projectModule(cwd) === file) {
    return {
      registry,
      scenario,
      url: registry.url,
      module: null,
      regressions,
      option: scenario.name === defaultScenario(registry) ? '' : ` --scenario ${quoted(scenario.name)}`,
    };
  }
  const module = `${relative(cwd, file).replaceAll('\\', '/')}#${scenario.name}`;
  return {
    registry, url: registry.url, module: named(module), scenario: carrying(scenario, named(module)),
    option: ` --scenario ${quoted(named(module))}`, regressions: join(relative(cwd, topOf(file)), regressions),
  };
}

/** A path, and no name of a package. */
const named = (path: string): string => (path.startsWith('.') ? path : `./${path}`);

/** The folder whose config names the module; its own folder, when there is none above. */
function topOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (projectModule(folder) === file) return folder;
    if (folder === resolve(folder, '..')) return dirname(file);
  }
}
