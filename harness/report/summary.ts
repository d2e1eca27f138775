/** A campaign told as text. */
import type { ChunkResult, Tally } from '../campaign/campaign.ts';
import type { Piece } from '../campaign/pieces.ts';
import { faultKinds as faultKindList } from '../plan/fault-kinds.ts';
import { unfiredKinds } from '../campaign/required.ts';
import { differsText } from '../same-run.ts';
import { count, duration, plural, short, table, virtualTime } from '../text/format.ts';
import { paceLines } from './pace-table.ts';
import { distinctFailures, type DistinctFailure } from './failures.ts';
import { ownCommand } from '../text/own-command.ts';

export interface CampaignFacts {
  readonly result: ChunkResult;
  /** The seeds that it holds. */
  readonly holds: readonly Piece[];
  /** What was asked for, such as "seeds 1 to 1000, shard 1/2". */
  readonly asked: string;
  readonly workers: number;
  readonly wallMs: number;
  /** Why it ended before what was asked was done; null when it did not. */
  readonly endedEarly: string | null;
  /** The words after `whitewater replay SEED` that this campaign's scenario needs. */
  readonly replayOptions: string;
  /** The module that the scenario was named by; null for one of the registry at hand. */
  readonly module?: string | null;
  /** Where the plan of each failing seed was written. */
  readonly planPaths: ReadonlyMap<number, string>;
}

/** Causes that are told in full; the JSON form holds all failing seeds. */
const shownFailures = 10;

const nameWidth = 34;

const faultKindNames: readonly string[] = faultKindList;

export function summaryText(facts: CampaignFacts): string {
  const { result } = facts;
  // In a word at the beginning, and in full at the end, where a reader of a log is: statistics are between.
  return [
    ...firstLines(facts),
    headline(facts),
    '',
    row('operations', `${count(result.operations)} answered and checked`),
    row('seeds without any operation', count(result.trivial)),
    ...(result.doubleChecked === 0 ? [] : [row('seeds run twice', `${count(result.doubleChecked)} and compared`)]),
    row('events', `${count(result.events)} in ${duration(result.virtualUs / 1000)} of virtual time`),
    '',
    tallyTable(result),
    '',
    ...faultLines(result),
    ...paceLines(result.pace),
    row('digest', result.digest),
    speedLine(facts),
    '',
    ...failureLines(facts),
    `${verdictLine(facts)}\n`,
  ].join('\n');
}

const row = (name: string, value: string): string => `  ${name.padEnd(nameWidth)}${value}`;

const headline = ({ result, asked, endedEarly }: CampaignFacts): string =>
  `${result.scenario}: ${plural(result.seeds, 'seed')} run (${asked}${endedEarly === null ? '' : `; ${endedEarly}`})`;

/** What the runs went through: how often, in how many seeds, and where to see it. */
function tallyTable({ tallies, seeds }: ChunkResult): string {
  const rows = Object.entries(tallies).map(([name, tally]) => [
    `  ${words(name)}`, count(tally.total), reachedIn(tally, seeds),
  ]);
  return table([['  reached', 'times', 'in seeds'], ...rows], [1]);
}

/** What the faults did: one that was on and never fired proves nothing, and that is said. */
function faultLines({ faultKinds, seeds }: ChunkResult): string[] {
  const kinds = Object.entries(faultKinds).sort(([a], [b]) => orderOf(a) - orderOf(b));
  if (kinds.length === 0) return [];
  const rows = kinds.map(([kind, tally]) => [
    `  ${words(kind)}`, count(tally.seeds), count(tally.eligible), count(tally.fired), count(tally.mattered),
    tally.firstMattered === null ? 'never' : `first ${tally.firstMattered}`,
  ]);
  const silent = unfiredKinds(faultKinds);
  return [
    table(
      [['  fault', `on in, of ${count(seeds)}`, 'eligible', 'fired', 'mattered', 'mattered in seed'], ...rows],
      [1, 2, 3, 4],
    ),
    '',
    ...(silent.length === 0 ? [] : [`  NEVER FIRED although switched on: ${silent.map(words).join(', ')}`, '']),
  ];
}

const orderOf = (kind: string): number => faultKindNames.indexOf(kind);

const reachedIn = ({ seeds, firstSeed }: Tally, all: number): string =>
  firstSeed === null ? 'never' : `${count(seeds)} of ${count(all)}, first ${firstSeed}`;

/** snapshotsTaken as `snapshots taken`. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function speedLine({ result, wallMs, workers }: CampaignFacts): string {
  const perSecond = (value: number): string => short((value / Math.max(1, wallMs)) * 1000);
  return row(
    'time',
    `${duration(wallMs)} on ${plural(workers, 'worker')}: ${perSecond(result.seeds)} seeds/s, ${perSecond(result.events)} events/s`,
  );
}

function firstLines({ result }: CampaignFacts): string[] {
  const distinct = distinctFailures(result.violations);
  if (distinct.length === 0) return [];
  const lines = distinct
    .slice(0, shownFailures)
    .map(
      ({ failure: { seed, property } }) => `FAIL  ${result.scenario}  seed ${seed}: ${property} (told in full below)`,
    );
  const more = distinct.length - shownFailures;
  return [
    ...lines,
    ...(more > 0 ? [`... and ${plural(more, 'more cause')}: its seeds are listed below, and --json has all`] : []),
    '',
  ];
}

function failureLines(facts: CampaignFacts): string[] {
  const { violations, unknowns, nondeterministic, faults, undrawn } = facts.result;
  const distinct = distinctFailures(violations);
  const lines = distinct.slice(0, shownFailures).flatMap((one) => violationLines(facts, one));
  const leftOut = distinct.slice(shownFailures).flatMap(({ all }) => all);
  if (leftOut.length > 0)
    lines.push(
      `... and ${plural(leftOut.length, 'more failing seed')} of ${plural(distinct.length - shownFailures, 'more cause')}: ${listed(leftOut)}`,
      '',
    );
  for (const { seed, differs, where } of nondeterministic.slice(0, shownFailures)) {
    lines.push(`NONDETERMINISTIC  seed ${seed}: ${differsText(differs)}`, `  ${where}`, '');
  }
  if (nondeterministic.length > shownFailures)
    lines.push(
      `... and ${plural(nondeterministic.length - shownFailures, 'more seed')} whose two runs differ: ${listed(nondeterministic.slice(shownFailures))}`,
      '',
    );
  for (const { seed, detail } of unknowns.slice(0, shownFailures)) lines.push(`UNKNOWN  seed ${seed}: ${detail}`, '');
  if (unknowns.length > shownFailures)
    lines.push(
      `... and ${count(unknowns.length - shownFailures)} more unknown: ${listed(unknowns.slice(shownFailures))}`,
      '',
    );
  for (const { detail } of undrawn.slice(0, shownFailures)) lines.push(`NOT RUN  ${detail}`, '');
  if (undrawn.length > shownFailures)
    lines.push(
      `... and ${plural(undrawn.length - shownFailures, 'more seed')} not run: ${listed(undrawn.slice(shownFailures))}`,
      '',
    );
  for (const { seed, message } of faults) lines.push(`HARNESS FAULT  seed ${seed}: ${message}`, '');
  return lines;
}

/** Enough seeds to go on with; how many are left out is said. */
function listed(items: readonly { readonly seed: number }[]): string {
  const seeds = items.slice(0, 50).map(({ seed }) => seed).join(' ');
  return items.length > 50 ? `${seeds} (and ${count(items.length - 50)} that only --json lists)` : seeds;
}

/** One entry a cause: the other seeds of it are counted, not repeated. */
function violationLines(
  { result, replayOptions, planPaths }: CampaignFacts, { failure, all }: DistinctFailure,
): string[] {
  const { seed, property, detail, step, atUs } = failure;
  const path = planPaths.get(seed);
  return [
    `FAIL  ${result.scenario}  seed ${seed}`,
    `  ${property}: ${detail}`,
    `  at step ${count(step)}, virtual time ${virtualTime(atUs)}`,
    `  replay  npx ${ownCommand(`replay ${seed}${replayOptions}`)}`,
    `  explain npx ${ownCommand(`report ${seed}${replayOptions}`)}`,
    ...(path === undefined ? [] : [`  plan    ${path}`]),
    ...(all.length === 1 ? [] : [`  same    in ${plural(all.length, 'seed')}: ${listed(all)}`]),
    '',
  ];
}

function verdictLine({ result, endedEarly }: CampaignFacts): string {
  const { violations, unknowns, nondeterministic, faults, undrawn, passed } = result;
  const parts = [
    `${count(passed)} passed`, `${count(violations.length)} violated`, `${count(unknowns.length)} unknown`,
  ];
  if (nondeterministic.length > 0) parts.push(`${count(nondeterministic.length)} not deterministic`);
  if (undrawn.length > 0) parts.push(`${count(undrawn.length)} not run`);
  if (faults.length > 0) parts.push(`${count(faults.length)} ended by a fault of the harness`);
  if (endedEarly !== null) parts.push(endedEarly);
  return row('verdict', parts.join(', '));
}
