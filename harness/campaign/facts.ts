/** What campaigns, labs, regressions, canaries and single runs say to the judge. */
import type { Verdict } from '../../checkers/verdict.ts';
import type { ChunkResult } from './campaign.ts';
import type { Facts } from './judgement.ts';
import type { Regression } from './regressions.ts';
import { absences, seedsForSituations, type Absences } from './required.ts';
import type { Scenario } from './scenario.ts';

/** What seeds came to: of a campaign, or of one test of the labs. */
export type Counted = Pick<
  ChunkResult,
  'scenario' | 'seeds' | 'passed' | 'violations' | 'unknowns' | 'faults' | 'undrawn'
> & { readonly nondeterministic: readonly { readonly seed: number; readonly differs: readonly string[] }[] };

export function factsOfSeeds({
  scenario, seeds, passed, violations, unknowns, nondeterministic, faults, undrawn,
}: Counted): Facts {
  const accounted = passed + violations.length + unknowns.length + faults.length + undrawn.length;
  const at = (seed: number): string => `${scenario} seed ${seed}`;
  return {
    done: seeds,
    violations: violations.map(({ seed, property, detail }) => `${at(seed)}: ${property}: ${detail}`),
    unknowns: unknowns.map(({ seed, detail }) => `${at(seed)}: ${detail}`),
    nondeterministic: nondeterministic.map(
      ({ seed, differs }) => `${at(seed)}: ${differs[0] ?? 'the two runs differ'}`,
    ),
    harnessFaults: faults.map(({ seed, message }) => `${at(seed)}: ${message}`),
    undrawn: undrawn.map(({ detail }) => `${scenario}: ${detail}`),
    // A result that was lost on its way is neither a pass nor anything else.
    unbalanced: accounted === seeds ? [] : [`${scenario}: ${seeds} seeds were run, and ${accounted} are accounted for`],
    idle: seeds === 0 ? [`no seed of ${scenario} was run`] : [],
  };
}

/** What one run came to that was made twice. */
export const factsOfVerdict = (what: string, verdict: Verdict, differs: readonly string[]): Facts => ({
  done: 1,
  nondeterministic: differs.length === 0 ? [] : [`${what}: ${differs[0]}`],
  violations: verdict.kind === 'violation' ? [`${what}: ${verdict.property}: ${verdict.detail}`] : [],
  unknowns: verdict.kind === 'unknown' ? [`${what}: ${verdict.detail}`] : [],
});

/** @param folder in which they were looked for */
export function factsOfRegressions(regressions: readonly Regression[], folder: string): Facts {
  const of = (wanted: Regression['outcome']): readonly string[] =>
    regressions.filter(({ outcome }) => outcome === wanted).map(({ path, detail }) => `${path}: ${detail}`);
  const passed = regressions.filter(({ outcome }) => outcome === 'passed').length;
  const told = {
    regressionsFailing: of('violation'), regressionsNotFitting: of('doesNotFit'), unknowns: of('unknown'),
    nondeterministic: of('nondeterministic'),
  };
  const accounted = Object.values(told).reduce((sum, { length }) => sum + length, passed);
  return {
    done: regressions.length,
    ...told,
    unbalanced:
      accounted === regressions.length
        ? []
        : [`${regressions.length} regressions were run, and ${accounted} are accounted for`],
    idle:
      regressions.length === 0
        ? [`no regression, for there is no plan in ${folder}/ (\`whitewater pin\` keeps one there)`]
        : [],
  };
}

/**
 * What a scenario requires of a campaign and did not get. In a small one that proves nothing, which is no pass either.
 */
export function factsOfAbsences(scenario: Scenario, result: ChunkResult): Facts {
  const absent: Absences = absences(scenario, result);
  if (result.seeds >= seedsForSituations) return { done: 0, ...absent };
  return { done: 0, tooFewSeeds: Object.values(absent).flat() };
}
