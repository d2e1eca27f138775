/** Failures of a test in words, and in files beside it. */
import type { ChunkResult } from '../campaign/campaign.ts';
import { factsOfSeeds } from '../campaign/facts.ts';
import { exitCode, judge } from '../campaign/judgement.ts';
import type { Terminal } from '../cli/command.ts';
import { Kept } from '../cli/kept.ts';
import { reportOf, written } from '../cli/report.ts';
import { noLimitRuns, shrinkSubject } from '../cli/shrink.ts';
import { subjectOfSeed, type Subject } from '../cli/subject.ts';
import { reportFailures } from '../report/failures.ts';
import { reportText } from '../report/terminal.ts';
import { differsText } from '../same-run.ts';
import { NothingToShrink } from '../shrink/shrink.ts';
import type { Bounds } from './asked.ts';
import type { Home } from './home.ts';

/** A test must end; the commands shrink further. */
const shrinkBudgetMs = 20_000;

const quiet = (signal: AbortSignal): Terminal => ({
  out: () => undefined, err: () => undefined, isTerminal: false, columns: 80, hasColor: false, interrupted: signal,
});

/** Null for seeds that have passed: all of them, or as many as there was time for. */
export async function troubleOfSeeds(
  result: ChunkResult, home: Home, bounds: Bounds, signal: AbortSignal,
): Promise<string | null> {
  const judgement = judge(factsOfSeeds(result));
  if (judgement.code === exitCode.pass) return null;
  const { reported, leftOut } = await reportFailures(
    result.violations.filter(({ isLost }) => isLost !== true), 1,
    async (seed) => toldShrunk(subjectOfSeed(home, seed, home.option), bounds, signal),
  );
  return [
    ...reported.map(({ report, seeds }) =>
      report.verdict.kind === 'ok' ? onlyOnce(result, seeds) : reportText(report, false),
    ),
    ...(leftOut.length === 0 ? [] : [`more failing seeds: ${leftOut.map(({ seed }) => seed).join(' ')}`]),
    ...result.violations
      .filter(({ isLost }) => isLost === true)
      .map(({ seed, property, detail }) => `${home.scenario.name} seed ${seed}: ${property}: ${detail}`),
    ...result.nondeterministic.map(
      ({ seed, differs, where }) => `seed ${seed} is NOT DETERMINISTIC: ${differsText(differs)}\n  ${where}`,
    ),
    ...result.unknowns.map(({ seed, detail }) => `seed ${seed} is unknown, which is no pass: ${detail}`),
    ...result.undrawn.map(({ detail }) => detail),
    ...result.faults.map(
      ({ seed, message }) => `seed ${seed} ended by a fault of the harness itself, please report it: ${message}`,
    ),
    ...(reported.length > 0 ? [] : [judgement.line]),
  ].join('\n');
}

/** Of a run that breaks nothing when it is told: what it broke before. */
const onlyOnce = ({ scenario, violations }: ChunkResult, seeds: readonly number[]): string =>
  violations
    .filter(({ seed }) => seeds.includes(seed))
    .map(
      ({ seed, property, detail }) =>
        `${scenario} seed ${seed}: ${property}: ${detail}\n  run once more, it breaks nothing: it is not deterministic`,
    )
    .join('\n');

async function toldShrunk(subject: Subject, bounds: Bounds, signal: AbortSignal): Promise<ReturnType<typeof reportOf>> {
  // In this thread alone when the seeds were: another one would load another copy of the code.
  const mine = bounds.workers === 1 ? { ...subject, registryUrl: null } : subject;
  const shrunk = await shrinkSubject(
    mine, { workers: bounds.workers, runsMax: noLimitRuns, budgetMs: shrinkBudgetMs }, quiet(signal),
  );
  return written(
    bounds.folder, subject, reportOf(subject, shrunk instanceof NothingToShrink ? null : shrunk, bounds.folder),
    new Kept(),
  );
}

/** The story of a run as it is. */
export const storyOf = (subject: Subject, { folder }: Bounds): string =>
  reportText(written(folder, subject, reportOf(subject, null, folder), new Kept()), false);
