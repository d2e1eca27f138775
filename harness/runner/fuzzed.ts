/** A scenario's pinned plans and its seeds, as tests: what once failed first. */
import { emptyResult, merge, runChunk, type ChunkResult } from '../campaign/campaign.ts';
import { factsOfAbsences } from '../campaign/facts.ts';
import { exitCode, judge, together } from '../campaign/judgement.ts';
import { askedText, seedsOf, sizeOf } from '../campaign/pieces.ts';
import { runCampaign } from '../campaign/pool.ts';
import { regressionFiles, runRegression } from '../campaign/regressions.ts';
import { seedsForSituations } from '../campaign/required.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { systemNamedIn } from '../cli/plan-in-file.ts';
import { timeLimit } from '../cli/time-limit.ts';
import { readText } from '../text/files.ts';
import { ownCommand, quoted } from '../text/own-command.ts';
import { plural } from '../text/format.ts';
import { boundsAsked, seedsAsked, type AskedSeeds, type Bounds, type Environment, type FuzzOptions } from './asked.ts';
import { homeOf, type Home } from './home.ts';
import { FailedTest, type Suite, type SuiteTest } from './suite.ts';

/**
 * @param asked where the test was asked for, as frames of a stack
 * @throws UsageError
 */
export function fuzzSuite(scenario: Scenario, options: FuzzOptions, env: Environment, asked: string): Suite {
  const home = homeOf(scenario);
  const seeds = seedsAsked(options, env);
  const bounds = boundsAsked(options, env);
  return {
    name: scenario.name,
    tests: [
      ...pinnedPlans(home).map((path): SuiteTest => ({
        name: `pinned ${path}`, run: async () => mustPass(path, home, asked),
      })),
      { name: askedText(seeds), run: (signal) => mustPassAll(home, seeds, bounds, asked, signal) },
    ],
  };
}

/** Those of the scenario's system, and whatever is no plan of any other one. */
function pinnedPlans({ regressions, registry, scenario: { system } }: Home): readonly string[] {
  return regressionFiles(regressions).filter((path) => {
    const named = systemNamedIn(readText(path));
    return named === system.name || named === null || !registry.systems.has(named);
  });
}

function mustPass(path: string, { registry }: Home, asked: string): void {
  const { outcome, detail, showed } = runRegression(path, registry.systems);
  if (outcome === 'passed') return;
  const says = {
    violation: 'it fails again', unknown: 'whether it fails is unknown', nondeterministic: 'its two runs differ',
    doesNotFit: 'it does not fit any more',
  }[outcome];
  throw new FailedTest([
    `${path}: ${says}: ${detail}`,
    ...(showed === '' ? [] : [`  when it was pinned it showed ${showed}`]),
    `  replay      npx ${ownCommand(`replay ${quoted(path)}`)}`,
    `  understand  npx ${ownCommand(`report ${quoted(path)}`)}`,
  ].join('\n'), asked);
}

async function mustPassAll(
  home: Home, asked: AskedSeeds, bounds: Bounds, place: string, signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  if (sizeOf(asked) === 0) return;
  const limit = timeLimit(signal, bounds.budgetMs);
  const result = await (bounds.workers === 1 ? runHere : runInThreads)(home, asked, bounds, limit.signal).finally(() =>
    limit.release(),
  );
  const trouble = await (await import('./told.ts')).troubleOfSeeds(result, home, bounds, signal);
  if (trouble !== null) throw new FailedTest(`${headOf(home, asked, result)}\n\n${trouble}`, place);
  // In a few seeds it proves nothing that something was not seen.
  if (result.seeds < seedsForSituations || asked.of > 1) return;
  const judgement = judge(together([{ done: result.seeds }, factsOfAbsences(home.scenario, result)]));
  if (judgement.code !== exitCode.pass)
    throw new FailedTest([headOf(home, asked, result), judgement.line, ...judgement.others].join('\n'), place);
}

const headOf = ({ scenario }: Home, asked: AskedSeeds, { seeds }: ChunkResult): string =>
  `${scenario.name}: ${plural(seeds, 'seed')} run, of ${askedText(asked)}`;

/** Of the seeds, in ten thousandths: those that are run twice, as in a gate. */
const doubleCheck = 500;

const isTrouble = ({ passed, seeds, nondeterministic }: ChunkResult): boolean =>
  passed < seeds || nondeterministic.length > 0;

/** One after the other, to the first that fails. */
async function runHere(
  { scenario }: Home, asked: AskedSeeds, _bounds: Bounds, stop: AbortSignal,
): Promise<ChunkResult> {
  let result = emptyResult(scenario.name);
  for (const seed of seedsOf(asked)) {
    if (stop.aborted) break;
    result = merge(result, runChunk(scenario, [seed], doubleCheck));
    if (isTrouble(result)) break;
    // The runner asks now and then whether the tests still live.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return result;
}

/** Until some have failed. */
async function runInThreads(
  { scenario, url }: Home, asked: AskedSeeds, { workers }: Bounds, stop: AbortSignal,
): Promise<ChunkResult> {
  const end = new AbortController();
  if (stop.aborted) end.abort();
  stop.addEventListener('abort', () => end.abort(), { once: true });
  return runCampaign({
    registryUrl: url,
    scenario: scenario.name,
    seeds: seedsOf(asked),
    workers,
    doubleCheck,
    freeze: false,
    stop: end.signal,
    onProgress: (soFar) => {
      if (isTrouble(soFar)) end.abort();
    },
  });
}
