/** Every distinct failure of campaigns: shrunk, written in all forms, and printed once. */
import type { ChunkResult, Failure } from '../campaign/campaign.ts';
import { reportFailures, type FailureReports, type ReportedFailure } from '../report/failures.ts';
import { reportText } from '../report/terminal.ts';
import { NothingToShrink } from '../shrink/shrink.ts';
import type { Context } from './command.ts';
import { plural } from '../text/format.ts';
import type { Kept } from './kept.ts';
import { reportOf, written } from './report.ts';
import { noLimitRuns, shrinkSubject } from './shrink.ts';
import { findSubject } from './subject.ts';

/** Two of each property show whether its failures look alike. */
const shrunkPerProperty = 2;
const shrinkBudgetMs = 20_000;

/** @param scenarioOption as a person would give it: a name, or the path of a module */
export async function shrinkAndReport(
  { violations }: ChunkResult, scenarioOption: string, folder: string, workers: number, context: Context, kept: Kept,
): Promise<FailureReports> {
  return reportFailures(violations.filter(({ isLost }) => isLost !== true), shrunkPerProperty, async (seed) => {
    const subject = await findSubject(String(seed), scenarioOption, context);
    const shrunk = await shrinkSubject(
      subject, { workers, runsMax: noLimitRuns, budgetMs: shrinkBudgetMs }, context.terminal,
    );
    const report = reportOf(subject, shrunk instanceof NothingToShrink ? null : shrunk, folder);
    return written(folder, subject, report, kept);
  });
}

export const reportedText = ({ report, seeds }: ReportedFailure, hasColor: boolean): string =>
  `${reportText(report, hasColor)}${seeds.length > 1 ? `  the same failure in ${plural(seeds.length, 'seed')}: ${listedSeeds(seeds)}\n` : ''}`;

export const leftOutText = (leftOut: readonly Failure[]): string =>
  leftOut.length === 0
    ? ''
    : `  ${plural(leftOut.length, 'more failing seed')} not shrunk: ${listedSeeds(leftOut.map(({ seed }) => seed))}\n`;

const listedMax = 20;
const listedSeeds = (seeds: readonly number[]): string =>
  `${seeds.slice(0, listedMax).join(' ')}${seeds.length > listedMax ? ` and ${seeds.length - listedMax} more not listed: the results as JSON have all` : ''}`;
