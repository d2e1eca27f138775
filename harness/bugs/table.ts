/** A survey of known bugs as a person reads it: a row for each bug, and what the rows sum up to. */
import type { OracleSet } from '../campaign/oracles.ts';
import { count, duration, plural, short, table } from '../text/format.ts';
import { isControl, isFalseAlarm, isFound } from './facts.ts';
import type { Difficulty, KnownBug } from './known-bug.ts';
import type { BugResult } from './survey.ts';

/** A hunt for all of them with one set of oracles. */
export interface Round {
  readonly bugs: readonly KnownBug[];
  /** At most so many seeds from each of so many starting points, of which the first begins at `from`. */
  readonly seedsMax: number;
  readonly starts: number;
  readonly from: number;
  readonly scenario: string;
  readonly oracles: OracleSet;
}

/** What a round came to. */
export interface Done {
  readonly round: Round;
  readonly results: readonly BugResult[];
  readonly wallMs: number;
}

export const columns = [
  ['bug', 40], ['category', 24], ['difficulty', 10], ['found', 7], ['median', 7], ['p90', 7], ['events', 7],
  ['wall', 8], ['first violated', 40], ['shrunk to', 0],
] as const;

/** One row is printed as soon as it is known, so the widths are fixed. */
export function tableOf(results: readonly BugResult[], hasHead: boolean): string {
  const row = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (isNumber(i) ? cell.padStart(columns[i]![1]) : cell.padEnd(columns[i]![1])))
      .join('  ')
      .trimEnd();
  const isNumber = (i: number): boolean => i >= 3 && i <= 7;
  const head = hasHead ? [row(columns.map(([name]) => name))] : [];
  return [...head, ...results.map((result) => row(cellsOf(result)))].join('\n');
}

export function cellsOf({ bug, score, starts, witness, trouble }: BugResult): readonly string[] {
  const { medianSeeds, p90Seeds, medianEvents, medianWallMs, properties } = score;
  const most = Math.max(0, ...starts.map(({ seeds }) => seeds));
  const seeds = (value: number | null): string =>
    value === null ? (bug.difficulty === 'control' ? '-' : `>${count(most)}`) : count(value);
  return [
    bug.name,
    bug.category,
    bug.difficulty,
    `${score.found}/${score.starts}`,
    trouble === null ? seeds(medianSeeds) : '-',
    trouble === null ? seeds(p90Seeds) : '-',
    medianEvents === null ? '-' : short(medianEvents),
    medianWallMs === null ? '-' : duration(medianWallMs),
    trouble === null ? firstOf(properties) : 'cannot be hunted',
    witness === null
      ? '-'
      : witness.property === null
        ? 'THE WITNESS SHOWS NOTHING'
        : plural(witness.size.steps, 'step'),
  ];
}

function firstOf(properties: readonly (readonly [string, number])[]): string {
  const [first, ...others] = properties;
  if (first === undefined) return '-';
  return others.length === 0 ? first[0] : `${first[0]} (${first[1]}), ${others.length} more`;
}

const aims: readonly (readonly [Difficulty, number])[] = [['easy', 10], ['medium', 100], ['hard', 2000]];

/** Of each difficulty: how many are found, how soon, and how many as soon as they should be. */
export function sumRows(results: readonly BugResult[]): readonly (readonly string[])[] {
  return aims.flatMap(([difficulty, aim]) => {
    const of = results.filter(({ bug }) => bug.difficulty === difficulty);
    if (of.length === 0) return [];
    const medians = of.map(({ score }) => score.medianSeeds ?? Infinity).sort((a, b) => a - b);
    const middle = medians[Math.ceil(of.length / 2) - 1]!;
    const within = medians.filter((median) => median <= aim).length;
    return [
      [
        difficulty, `${of.filter(isFound).length} of ${of.length}`, middle === Infinity ? '-' : count(middle),
        `${within} within ${count(aim)}`,
      ],
    ];
  });
}

export function summaryOf({ round: { oracles, bugs }, results, wallMs }: Done, isInterrupted: boolean): string {
  const rows = sumRows(results).map(([difficulty, ...cells]) => [`  ${difficulty}`, ...cells]);
  const lines = [
    '',
    `oracles ${oracles}: ${plural(results.length, 'bug')}${isInterrupted ? ` of ${bugs.length}, interrupted` : ''}, ${duration(wallMs)}`,
    table([['', 'found', 'median of medians', 'medians'], ...rows], [1, 2, 3]),
  ];
  const tell = (what: string, which: readonly BugResult[], why: (result: BugResult) => string = () => ''): void => {
    if (which.length > 0) lines.push('', `${what}:`, ...which.map((result) => `  ${result.bug.name}${why(result)}`));
  };
  tell('Not found', results.filter((result) => !isControl(result) && result.trouble === null && !isFound(result)));
  tell(
    'Controls that were reported',
    results.filter((result) => isFalseAlarm(result, oracles)),
    ({ score }) => `: ${score.properties.map(([name, times]) => `${name} (${times})`).join(', ')}`,
  );
  tell(
    'Witnesses that show nothing any more',
    results.filter(({ witness }) => witness !== null && witness.property === null),
    ({ witness }) => `: ${witness!.path}`,
  );
  tell(
    'Faults of the harness itself', results.filter(({ fault }) => fault !== null),
    ({ fault }) => `: ${fault!.split('\n').slice(0, 4).join('\n    ')}`,
  );
  tell(
    'Open verdicts', results.filter(({ starts }) => starts.some(({ unknowns }) => unknowns > 0)),
    ({ starts }) => `: ${starts.reduce((sum, { unknowns }) => sum + unknowns, 0)}`,
  );
  tell('Cannot be hunted', results.filter(({ trouble }) => trouble !== null), ({ trouble }) => `: ${trouble}`);
  return `${lines.join('\n')}\n`;
}

/** How many starting points found it and the median of the seeds, by oracles. */
export const sideBySide = (rounds: readonly Done[]): readonly (readonly string[])[] => [
  ['bug', 'difficulty', ...rounds.map(({ round }) => round.oracles)],
  ...rounds[0]!.results.map(({ bug }) => [
    bug.name, bug.difficulty, ...rounds.map(({ results }) => inShort(results.find((one) => one.bug === bug))),
  ]),
];

function inShort(result: BugResult | undefined): string {
  if (result === undefined) return '-';
  const [, , , found, median] = cellsOf(result);
  return `${found}, ${median}`;
}
