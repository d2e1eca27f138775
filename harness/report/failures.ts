/** The failures of a campaign as reports, one for each distinct failure. */
import type { Failure } from '../campaign/campaign.ts';
import { causeOf } from '../shrink/cause.ts';
import { groupFailures, type Signed } from './signature.ts';
import type { Report } from './report.ts';

export interface ReportedFailure {
  readonly report: Report;
  /** All failing seeds that it stands for. */
  readonly seeds: readonly number[];
}

export interface FailureReports {
  readonly reported: readonly ReportedFailure[];
  /** Failing seeds that were not shrunk, and so are not grouped: there were too many. */
  readonly leftOut: readonly Failure[];
}

/** Failing seeds of one cause. */
export interface DistinctFailure {
  /** The one to look at: the shortest run, and of those the lowest seed. */
  readonly failure: Failure;
  readonly all: readonly Failure[];
}

/** One entry a cause, in the order of their lowest seeds. Shrinking may tell failures of one cause further apart. */
export const distinctFailures = (failures: readonly Failure[]): readonly DistinctFailure[] =>
  [...byCauseOf(failures).values()].map((all) => ({
    failure: all.reduce((best, one) =>
      one.step < best.step || (one.step === best.step && one.seed < best.seed) ? one : best,
    ),
    all,
  }));

function byCauseOf(failures: readonly Failure[]): ReadonlyMap<string, readonly Failure[]> {
  const byCause = new Map<string, Failure[]>();
  for (const failure of failures) {
    const cause = causeOf(failure.property, failure.detail);
    const known = byCause.get(cause);
    if (known === undefined) byCause.set(cause, [failure]);
    else known.push(failure);
  }
  return byCause;
}

/**
 * Shrinks the first failing seeds of each property and groups what comes out. Seeds beyond those of
 * one property are counted under it when all that were shrunk have one signature: shrinking each would
 * take long and tell little.
 * @param reportOf shrinks a seed and reports it
 */
export async function reportFailures(
  failures: readonly Failure[], perPropertyMax: number, reportOf: (seed: number) => Promise<Report>,
): Promise<FailureReports> {
  const reports = new Map<number, Report>();
  const signed: Signed[] = [];
  const leftOut: Failure[] = [];
  for (const group of byCauseOf(failures).values()) {
    // Short runs shrink best, and show most.
    const chosen = [...group].sort((a, b) => a.step - b.step || a.seed - b.seed).slice(0, perPropertyMax);
    const signatures = new Set<string>();
    for (const { seed } of chosen) {
      const report = await reportOf(seed);
      reports.set(seed, report);
      const signature = report.signature ?? 'none';
      signatures.add(signature);
      signed.push({ seed, signature });
    }
    const rest = group.filter((failure) => !chosen.includes(failure));
    const [only] = signatures;
    if (signatures.size === 1 && only !== undefined)
      signed.push(...rest.map(({ seed }) => ({ seed, signature: only })));
    else leftOut.push(...rest);
  }
  const reported = groupFailures(signed).map(({ seeds }) => ({ report: smallest(seeds, reports), seeds }));
  return { reported, leftOut };
}

function smallest(seeds: readonly number[], reports: ReadonlyMap<number, Report>): Report {
  const known = seeds.map((seed) => reports.get(seed)).filter((report) => report !== undefined);
  return known.reduce((best, one) => (one.size.steps < best.size.steps ? one : best));
}
