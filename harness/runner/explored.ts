/** A scenario's bounded space as a test: closed, or as many states of it as are said to be enough. */
import { breadthFirst } from '../explore/breadth-first.ts';
import { breadthFirstInThreads } from '../explore/breadth-first-threads.ts';
import { factsOfSearch } from '../explore/facts.ts';
import type { ModelDefinition } from '../explore/model.ts';
import { fillIn, ParameterError } from '../explore/parameters.ts';
import type { PropertyResult } from '../explore/result.ts';
import { exitCode, judge, type Facts } from '../campaign/judgement.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { fileOfCounterexample } from '../cli/explore-plans.ts';
import { resultText, type Told } from '../cli/explore-report.ts';
import { timeLimit } from '../cli/time-limit.ts';
import { run } from '../run.ts';
import { count, plural } from '../text/format.ts';
import { quoted } from '../text/own-command.ts';
import { UsageError } from '../text/usage-error.ts';
import { boundsAsked, statesAsked, type Bounds, type Environment, type ExploreOptions } from './asked.ts';
import { homeOf, type Home } from './home.ts';
import { FailedTest, type Suite } from './suite.ts';

type AnyTold = Told<unknown, unknown>;

/**
 * @param asked where the test was asked for, as frames of a stack
 * @throws UsageError
 */
export function exploreSuite(scenario: Scenario, options: ExploreOptions, env: Environment, asked: string): Suite {
  const home = homeOf(scenario);
  const states = statesAsked(options, env);
  const bounds = boundsAsked(options, env);
  const definition = home.registry.models.get(scenario.name);
  if (definition === undefined)
    throw new UsageError(
      `the scenario "${scenario.name}" has no \`explore\`: say there how many servers, clients and operations a search has`,
    );
  const values = withUsage(() => fillIn(definition.parameters, options.with ?? {}));
  const search: Search = { definition, values, states, hasSymmetry: options.symmetry === true };
  const name = states === null ? 'every state within the bounds' : `${count(states)} states`;
  return { name: scenario.name, tests: [{ name, run: (signal) => mustHold(home, search, bounds, asked, signal) }] };
}

function withUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ParameterError) throw new UsageError(error.message.replaceAll('--', ''));
    throw error;
  }
}

interface Search extends Pick<AnyTold, 'values' | 'hasSymmetry'> {
  readonly definition: ModelDefinition;
  /** Null for all of them. */
  readonly states: number | null;
}

async function mustHold(
  home: Home, { definition, values, states, hasSymmetry }: Search, bounds: Bounds, asked: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const model = withUsage(() => definition.create(values));
  if (hasSymmetry && model.fingerprintOfOrbit === undefined)
    throw new UsageError(
      `the system of "${definition.name}" says of no two servers that they are \`alike\`: leave out \`symmetry\``,
    );
  const limit = timeLimit(signal, bounds.budgetMs);
  const options = {
    hasSymmetry, ...(states === null ? {} : { maxStates: states }), signal: limit.signal,
    clock: () => performance.now(),
  };
  const { workers } = bounds;
  const source = { moduleUrl: definition.moduleUrl, name: definition.name, values };
  const result = await (
    workers === 1 ? breadthFirst(model, options) : breadthFirstInThreads(model, source, { ...options, workers })
  ).finally(() => limit.release());
  const judgement = judge(asEnough(factsOfSearch(definition.name, result), states));
  if (judgement.code === exitCode.pass) return;
  const told: AnyTold = { name: definition.name, values, hasSymmetry, model, result };
  const violated = result.properties.find(({ verdict, path }) => verdict === 'violated' && path !== null);
  const story = violated === undefined ? null : await storyOfPath(home, told, violated, bounds);
  throw new FailedTest(story ?? `${resultText(told, false)}\n${judgement.line}`, asked);
}

/** Who asks for so many states has them with the last one. */
const asEnough = (facts: Facts, states: number | null): Facts =>
  states === null ? facts : { ...facts, notClosed: [] };

/** The shortest run as the simulator takes it; null when there is no such plan, or when it shows nothing there. */
async function storyOfPath(
  { scenario: { system }, module }: Home, { name, model, result }: AnyTold,
  { name: property, path, detail }: PropertyResult<unknown, unknown>, bounds: Bounds,
): Promise<string | null> {
  const drawn = model.planOf?.(path!, property) ?? null;
  if (drawn === null || run(system, drawn).verdict.kind !== 'violation') return null;
  const plan = { ...drawn, showed: `${property}: ${detail}`, ...(module === null ? {} : { module }) };
  const { path: file, stem } = fileOfCounterexample(name, property, bounds.folder);
  const story = (await import('./told.ts')).storyOf(
    {
      plan, system, registryUrl: null, seed: null, what: `explore ${name}`, stem, replayWords: quoted(file),
      scenarioWords: '',
    },
    bounds,
  );
  return `${name}: ${property} is violated after ${plural(path!.actions.length, 'action')}, among ${plural(result.distinct ?? 0, 'state')}; no run is shorter\n\n${story}`;
}
