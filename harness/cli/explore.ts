/** `whitewater explore`: exhaustive search of a model's states, or random walks through them. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importModule } from '../campaign/import-module.ts';
import { judge, judgementText, together } from '../campaign/judgement.ts';
import { namesModule } from '../campaign/registry.ts';
import { breadthFirst } from '../explore/breadth-first.ts';
import { breadthFirstInThreads } from '../explore/breadth-first-threads.ts';
import { depthFirst } from '../explore/depth-first.ts';
import { definitionsIn } from '../explore/load-model.ts';
import { factsOfSearch } from '../explore/facts.ts';
import type { Model, ModelDefinition } from '../explore/model.ts';
import {
  fillIn, listParameters, oneParameter, ParameterError, readParameter, type ParameterValues,
} from '../explore/parameters.ts';
import { randomSearch } from '../explore/random-search.ts';
import type { SearchOptions, SearchResult } from '../explore/result.ts';
import type { System } from '../system.ts';
import { writePlans } from './explore-plans.ts';
import { resultJson, resultText } from './explore-report.ts';
import {
  exitCode, parseCommandLine, UsageError, wholeNumber, type Command, type ExitCode, type Terminal,
} from './command.ts';
import { ExploreProgress } from './explore-progress.ts';
import { Kept } from './kept.ts';
import { mustBeWritable, writeWhole } from '../text/files.ts';

const usage = `whitewater explore [MODEL] [parameters of the model] [options]

Searches every state that a model can reach and checks its properties in each: what is not found cannot
happen within the bounds. MODEL is a name that --list shows (the first one, raft-kv, when there is none),
or your own module: path/to/module.js, or path/to/module.js#name. It comes first; parameters such as
--max-term 2 belong to it.

  --list             the models with their parameters
  --strategy S       bfs (default: shortest counterexamples), dfs, or random (walks; closes nothing)
  --workers N        threads (default: one for each core; dfs has one). Results do not depend on it
  --symmetry         count states that are equal up to renaming once
  --max-states N     stop before there are more distinct states
  --max-depth N      look no further than N states from an initial one (bfs, dfs)
  --seed S           random: the seed (default 1)
  --walks N          random: how many walks (default 10000)
  --steps N          random: the longest walk, in steps (default 200)
  --paths            print the way to what is reached, too
  --json FILE        write all facts as JSON; - for standard output instead of the text
  --help             this text

A counterexample of raft-kv is also written as a plan of the simulator, to failures/: replay, report,
shrink and pin work on it as on a failing seed.

Exit code: 0 all properties hold and the space is closed, 1 a property is violated or never reached,
2 a bound, a walk's end or Ctrl-C came before the space was closed, 4 wrong usage.
`;

const ownOptions = {
  list: { type: 'boolean' },
  strategy: { type: 'string' },
  workers: { type: 'string' },
  symmetry: { type: 'boolean' },
  'max-states': { type: 'string' },
  'max-depth': { type: 'string' },
  seed: { type: 'string' },
  walks: { type: 'string' },
  steps: { type: 'string' },
  paths: { type: 'boolean' },
  json: { type: 'string' },
} as const;

type Models = ReadonlyMap<string, ModelDefinition>;
const strategyNames = ['bfs', 'dfs', 'random'] as const;
const largest = 2 ** 40;

export const exploreCommand: Command = {
  usage,
  needsModels: true,
  run: (argv, { registry, terminal }) => explore(argv, registry.models, terminal, registry.systems),
};

/**
 * @param models by name
 * @param systems by name: what plans of counterexamples are for
 */
export async function explore(
  argv: readonly string[], models: Models, terminal: Terminal, systems: ReadonlyMap<string, System> = new Map(),
): Promise<ExitCode> {
  if (argv.includes('--list')) {
    terminal.out(listing(models));
    return exitCode.pass;
  }
  const request = await parse(argv, models);
  if (request.jsonPath !== null && request.jsonPath !== '-')
    mustBeWritable(
      request.jsonPath, terminal.err,
      argv.map((word) => word.replace(/#.*$/, '')).filter((word) => word !== request.jsonPath),
    );
  const progress = new ExploreProgress(terminal);
  const result = await search(request, {
    ...request.options,
    signal: terminal.interrupted,
    clock: () => performance.now(),
    onProgress: (soFar) => progress.show(soFar),
  }).finally(() => progress.clear());
  const told = {
    name: request.definition.name, values: request.values, hasSymmetry: request.options.hasSymmetry,
    model: request.model, result,
  };
  if (request.jsonPath === '-') terminal.out(resultJson(told));
  else terminal.out(resultText(told, request.showsAllPaths));
  const kept = new Kept();
  const { jsonPath } = request;
  if (jsonPath !== null && jsonPath !== '-') kept.write(() => writeWhole(jsonPath, resultJson(told)));
  const module = namedModule(argv[0], models);
  const { text, worldsApart } = writePlans(
    told, await systemsBeside(module, systems), module === null ? null : `${module}#${told.name}`, kept,
  );
  const judgement = judge(together([{ ...factsOfSearch(told.name, result), worldsApart }, kept.facts]));
  terminal[request.jsonPath === '-' ? 'err' : 'out'](`${text}${judgementText(judgement)}`);
  kept.tell(terminal);
  return judgement.code;
}

interface Request {
  readonly definition: ModelDefinition;
  readonly values: ParameterValues;
  readonly model: Model<unknown, unknown>;
  readonly strategy: (typeof strategyNames)[number];
  readonly workers: number;
  readonly options: { readonly hasSymmetry: boolean } & Pick<SearchOptions, 'maxStates' | 'maxDepth'>;
  readonly seed: string;
  readonly walks: number;
  readonly maxSteps: number;
  readonly showsAllPaths: boolean;
  readonly jsonPath: string | null;
}

function search(request: Request, options: SearchOptions): Promise<SearchResult<unknown, unknown>> {
  const { definition, model, strategy, workers, values, seed, walks, maxSteps } = request;
  const source = { moduleUrl: definition.moduleUrl, name: definition.name, values };
  if (strategy === 'dfs') return depthFirst(model, options);
  if (strategy === 'random') return randomSearch(model, { ...options, seed, walks, maxSteps, workers, source });
  return workers === 1 ? breadthFirst(model, options) : breadthFirstInThreads(model, source, { ...options, workers });
}

async function parse(argv: readonly string[], models: Models): Promise<Request> {
  const [first] = models.keys();
  const isNamed = argv[0] !== undefined && !argv[0].startsWith('-');
  const name = isNamed ? argv[0]! : first;
  if (name === undefined)
    throw new UsageError('explore takes a model first, such as: whitewater explore path/to/module.js');
  const rest = isNamed ? argv.slice(1) : argv;
  const definition = await findModel(name, models);
  const given = parseArguments(definition, rest);
  const text = (option: keyof typeof ownOptions): string | undefined => given[option] as string | undefined;
  const strategy = strategyNames.find((one) => one === (text('strategy') ?? 'bfs'));
  if (strategy === undefined)
    throw new UsageError(`--strategy takes ${strategyNames.join(', ')}, not "${text('strategy')}"`);
  const values = parameterValues(definition, given);
  const model = withUsage(() => definition.create(values));
  const hasSymmetry = given['symmetry'] === true;
  if (hasSymmetry && model.representative === undefined && model.fingerprintOfOrbit === undefined)
    throw new UsageError(`the model ${definition.name} has no symmetry: leave out --symmetry`);
  if (hasSymmetry && strategy === 'random')
    throw new UsageError('--symmetry is for bfs and dfs: random walks keep no set of states');
  for (const option of ['max-states', 'max-depth'] as const) {
    if (strategy === 'random' && given[option] !== undefined)
      throw new UsageError(`--${option} is for bfs and dfs: bound random walks with --walks and --steps`);
  }
  for (const option of ['seed', 'walks', 'steps'] as const) {
    if (strategy !== 'random' && given[option] !== undefined)
      throw new UsageError(`--${option} is for --strategy random`);
  }
  const workers = text('workers') === undefined ? null : wholeNumber('--workers', text('workers')!, 1, 256);
  if (strategy === 'dfs' && workers !== null && workers > 1)
    throw new UsageError('--strategy dfs has one worker: leave out --workers, or take bfs');
  const maxStates =
    text('max-states') === undefined ? {} : { maxStates: wholeNumber('--max-states', text('max-states')!, 1, largest) };
  const maxDepth =
    text('max-depth') === undefined ? {} : { maxDepth: wholeNumber('--max-depth', text('max-depth')!, 1, largest) };
  return {
    definition,
    values,
    model,
    strategy,
    workers: strategy === 'dfs' ? 1 : (workers ?? availableParallelism()),
    options: { hasSymmetry, ...maxStates, ...maxDepth },
    seed: text('seed') ?? '1',
    walks: wholeNumber('--walks', text('walks') ?? '10000', 1, largest),
    maxSteps: wholeNumber('--steps', text('steps') ?? '200', 1, 1_000_000),
    showsAllPaths: given['paths'] === true,
    jsonPath: text('json') ?? null,
  };
}

/** The module by which a model was named; null for one of the registry at hand. */
const namedModule = (named: string | undefined, models: Models): string | null =>
  (named === undefined || models.has(named) || !namesModule(named) ? null : named.split('#')[0]!);

/** A model that was named by its module may be of a system that only that module has. */
async function systemsBeside(
  module: string | null, systems: ReadonlyMap<string, System>,
): Promise<ReadonlyMap<string, System>> {
  if (module === null) return systems;
  const { registry } = await importModule(pathToFileURL(resolve(module)).href);
  const { systems: own } = (registry ?? {}) as { readonly systems?: unknown };
  return own instanceof Map ? new Map([...systems, ...(own as ReadonlyMap<string, System>)]) : systems;
}

async function findModel(name: string, models: Models): Promise<ModelDefinition> {
  const known = models.get(name);
  if (known !== undefined) return known;
  const names = [...models.keys()].join(', ');
  if (!namesModule(name)) throw new UsageError(`there is no model "${name}"; there are: ${names}`);
  const [path, inner] = name.split('#') as [string, string | undefined];
  const url = pathToFileURL(resolve(path)).href;
  const found = await definitionsIn(url).catch((error: unknown) => {
    throw new UsageError(`cannot load ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const definition = inner === undefined ? found[0] : found.find((one) => one.name === inner);
  if (definition !== undefined) return definition;
  throw new UsageError(
    `${path} exports no model${inner === undefined ? '' : ` "${inner}"`}; it exports: ${found.map((one) => one.name).join(', ') || 'none'}`,
  );
}

type Given = Readonly<Record<string, string | boolean | undefined>>;

function parseArguments(definition: ModelDefinition, argv: readonly string[]): Given {
  const { name, parameters } = definition;
  const taken = parameters.find((parameter) => Object.hasOwn(ownOptions, parameter.name));
  if (taken !== undefined)
    throw new UsageError(
      `the model ${name} declares a parameter --${taken.name}, which is an option of explore: rename it in the model`,
    );
  const own = Object.fromEntries(
    parameters.map((parameter) => [
      parameter.name, { type: parameter.kind === 'flag' ? 'boolean' : 'string' } as const,
    ]),
  );
  const known = `the parameters of ${name} are ${listParameters(parameters)}`;
  try {
    const { values, positionals } = parseCommandLine('explore', argv, { ...own, ...ownOptions });
    if (positionals.length > 0) throw new UsageError(`unexpected argument "${positionals[0]}"; ${known}`);
    return values as Given;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // Node explains some mistakes in several lines.
    const message = error.message.replaceAll('\n', ' ');
    throw new UsageError(message.startsWith('Unknown option') ? `${message}; ${known}` : message);
  }
}

function parameterValues({ parameters }: ModelDefinition, given: Given): ParameterValues {
  return withUsage(() => {
    const values: Record<string, number | boolean | string> = {};
    for (const parameter of parameters) {
      const value = given[parameter.name];
      if (value !== undefined)
        values[parameter.name] = typeof value === 'string' ? readParameter(parameter, value) : value;
    }
    return fillIn(parameters, values);
  });
}

function withUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ParameterError) throw new UsageError(error.message);
    throw error;
  }
}

function listing(models: Models): string {
  const lines = [...models.values()].flatMap(({ name, summary, parameters }) => [
    `${name}: ${summary}`,
    ...parameters.map((parameter) => `    ${oneParameter(parameter)}: ${parameter.help}`),
  ]);
  return `${lines.join('\n')}\n`;
}
