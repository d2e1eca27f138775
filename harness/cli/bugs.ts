/** `whitewater bugs`: how soon each known bug is found. */
import { availableParallelism } from 'node:os';
import { findBugs } from '../bugs/catalogue.ts';
import { BugFileError, type Difficulty, type KnownBug } from '../bugs/known-bug.ts';
import { survey, type BugResult } from '../bugs/survey.ts';
import { oracleSets, type OracleSet } from '../campaign/oracles.ts';
import { judge, judgementText, together, type Facts } from '../campaign/judgement.ts';
import { parseCommandLine, UsageError, wholeNumber, type Command, type Context, type ExitCode, type Terminal } from './command.ts';
import { mustBeWritable, writeWhole } from '../text/files.ts';
import { count, duration, plural, short, table } from '../text/format.ts';
import { Kept } from './kept.ts';
import { StatusLine } from './status-line.ts';
import { jsonText } from '../text/printable.ts';

const usage = `whitewater bugs [NAME...|FILE.patch|DIR] [options]

Plants known bugs in the core, one at a time, and tells how soon each is found: the measure of this
harness. Each bug is a patch in a file; its core is built aside, and the same campaign that \`fuzz\` runs
is run on it from several starting points. Without a name it takes all of the house (scenarios/bugs/);
a name is that of a file or its number (e01). A folder or a file of your own works as well.

  --seeds N          at most so many seeds from each starting point (default 10000); a control gets
                     as many in all
  --starts N         starting points (default 20)
  --from S           the first seed of the first starting point (default 1); the others lie 1000000 apart
  --scenario NAME    the campaign (default swarm)
  --oracles WHICH    all (default); external: only what an outsider sees, who knows what clients are
                     told, whether replicas that applied as much hold the same, how large their state
                     is, and whether they make progress; or specification: that alone, in every run. With
                     the last two a server that throws is started again. Several, separated by commas:
                     each is hunted with, and the table has their figures side by side
  --shrink-runs N    candidates tried when a bug has no shrunk run beside it yet (default 3000; 0: none)
  --witness          write that shrunk run beside the patch, as NAME.plan.json
  --workers N        worker threads (default: one for each core)
  --json FILE        write all facts as JSON, again after each bug
  --markdown FILE    write the table and its sums as Markdown
  --help             this text

A median counts starting points that did not find the bug as later than all others. Ctrl-C ends it with
what is known so far. Exit code: 0 every bug was found from at least one starting point and no control was
reported, 5 some bug was not found, or a control was reported, or a witness shows nothing any more,
2 interrupted, 4 wrong usage, or a patch or a witness that cannot be used.
`;

export const bugsCommand: Command = { usage, run: runBugs };

interface Request extends Omit<Round, 'oracles'> {
  readonly oracleSets: readonly OracleSet[];
}

/** A hunt for all of them with one set of oracles. */
interface Round {
  readonly bugs: readonly KnownBug[];
  readonly seedsMax: number;
  readonly starts: number;
  readonly from: number;
  readonly scenario: string;
  readonly oracles: OracleSet;
  readonly shrinkRunsMax: number;
  readonly writesWitness: boolean;
  readonly workers: number;
  readonly json: string | null;
  readonly markdown: string | null;
}

async function runBugs(argv: readonly string[], { terminal, registry }: Context): Promise<ExitCode> {
  const request = parse(argv);
  const { bugs, json, markdown } = request;
  if (!registry.scenarios.has(request.scenario)) throw new UsageError(`there is no scenario "${request.scenario}" (see: whitewater scenarios)`);
  for (const path of [json, markdown]) if (path !== null) mustBeWritable(path, terminal.err, bugs.map((bug) => bug.path));
  const kept = new Kept();
  const rounds: Done[] = [];
  for (const oracles of request.oracleSets) {
    if (terminal.interrupted.aborted) break;
    rounds.push(await huntWith({ ...request, oracles, shrinkRunsMax: oracles === 'all' ? request.shrinkRunsMax : 0 }, rounds, registry.url, terminal, kept));
  }
  if (rounds.length > 1) terminal.out(`\n${table(sideBySide(rounds))}\n`);
  if (markdown !== null) kept.write(() => writeWhole(markdown, markdownOf(rounds)));
  const judgement = judge(together([...rounds.map(({ round, results }) => factsOf(round, results, terminal.interrupted.aborted)), kept.facts]));
  terminal.out(judgementText(judgement));
  kept.tell(terminal);
  return judgement.code;
}

interface Done {
  readonly round: Round;
  readonly results: readonly BugResult[];
  readonly wallMs: number;
}

async function huntWith(round: Round, earlier: readonly Done[], registryUrl: string, terminal: Terminal, kept: Kept): Promise<Done> {
  const { bugs, json } = round;
  const startedMs = performance.now();
  const line = new SurveyLine(terminal, bugs.length, startedMs);
  const results: BugResult[] = [];
  const done = (): Done => ({ round, results, wallMs: performance.now() - startedMs });
  terminal.out(`${earlier.length === 0 ? '' : `\noracles ${round.oracles}\n`}${tableOf([], true)}\n`);
  const inOrder = await survey({
    ...round,
    seedsMax: ({ difficulty }) => (difficulty === 'control' ? Math.ceil(round.seedsMax / round.starts) : round.seedsMax),
    registryUrl,
    stop: terminal.interrupted,
    onProgress: (bug, seeds) => line.show(bug, seeds, results.length, performance.now()),
    onResult: (result) => {
      line.clear();
      results.push(result);
      const { witness } = result;
      if (round.writesWitness && witness?.shrunkText != null) kept.write(() => writeWhole(witness.path, witness.shrunkText!));
      terminal.out(`${tableOf([result], false)}\n`);
      if (json !== null) kept.write(() => writeWhole(json, jsonOf([...earlier, done()])));
    },
  });
  line.clear();
  terminal.out(summaryOf(round, results, terminal.interrupted.aborted, performance.now() - startedMs));
  return { ...done(), results: inOrder };
}

/** How many starting points found it and the median of the seeds, by oracles. */
const sideBySide = (rounds: readonly Done[]): readonly (readonly string[])[] => [
  ['bug', 'difficulty', ...rounds.map(({ round }) => round.oracles)],
  ...rounds[0]!.results.map(({ bug }) => [bug.name, bug.difficulty, ...rounds.map(({ results }) => inShort(results.find((one) => one.bug === bug)))]),
];

function inShort(result: BugResult | undefined): string {
  if (result === undefined) return '-';
  const [, , , found, median] = cellsOf(result);
  return `${found}, ${median}`;
}

function parse(argv: readonly string[]): Request {
  const { values, positionals } = parseCommandLine('bugs', argv, {
    seeds: { type: 'string' },
    starts: { type: 'string' },
    from: { type: 'string' },
    scenario: { type: 'string' },
    oracles: { type: 'string' },
    'shrink-runs': { type: 'string' },
    witness: { type: 'boolean' },
    workers: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'string' },
  });
  const oracles = oraclesAsked(values.oracles ?? 'all');
  if (values.witness === true && !oracles.includes('all')) throw new UsageError('--witness shrinks with all checks on: leave --oracles away');
  return {
    bugs: bugsAsked(positionals),
    seedsMax: wholeNumber('--seeds', values.seeds ?? '10000', 1, 1_000_000),
    starts: wholeNumber('--starts', values.starts ?? '20', 1, 1000),
    from: wholeNumber('--from', values.from ?? '1', 0, 2 ** 40),
    scenario: values.scenario ?? 'swarm',
    oracleSets: oracles,
    shrinkRunsMax: wholeNumber('--shrink-runs', values['shrink-runs'] ?? '3000', 0, 1_000_000),
    writesWitness: values.witness ?? false,
    workers: wholeNumber('--workers', values.workers ?? String(availableParallelism()), 1, 256),
    json: values.json ?? null,
    markdown: values.markdown ?? null,
  };
}

function oraclesAsked(asked: string): readonly OracleSet[] {
  const sets = asked.split(',').map((word) => {
    const found = oracleSets.find((one) => one === word.trim());
    if (found === undefined) throw new UsageError(`--oracles takes ${oracleSets.join(', ')}, or several with commas between them, not "${asked}"`);
    return found;
  });
  if (new Set(sets).size < sets.length) throw new UsageError(`--oracles "${asked}" names one twice`);
  return sets;
}

function bugsAsked(asked: readonly string[]): readonly KnownBug[] {
  try {
    return findBugs(asked);
  } catch (error) {
    if (error instanceof BugFileError) throw new UsageError(error.message);
    throw error;
  }
}

const columns = [
  ['bug', 40], ['category', 24], ['difficulty', 10], ['found', 7], ['median', 7], ['p90', 7], ['events', 7], ['wall', 8], ['first violated', 40], ['shrunk to', 0],
] as const;

/** One row is printed as soon as it is known, so the widths are fixed. */
function tableOf(results: readonly BugResult[], hasHead: boolean): string {
  const row = (cells: readonly string[]): string => cells.map((cell, i) => (isNumber(i) ? cell.padStart(columns[i]![1]) : cell.padEnd(columns[i]![1]))).join('  ').trimEnd();
  const isNumber = (i: number): boolean => i >= 3 && i <= 7;
  const head = hasHead ? [row(columns.map(([name]) => name))] : [];
  return [...head, ...results.map((result) => row(cellsOf(result)))].join('\n');
}

function cellsOf({ bug, score, starts, witness, trouble }: BugResult): readonly string[] {
  const { medianSeeds, p90Seeds, medianEvents, medianWallMs, properties } = score;
  const most = Math.max(0, ...starts.map(({ seeds }) => seeds));
  const seeds = (value: number | null): string => (value === null ? (bug.difficulty === 'control' ? '-' : `>${count(most)}`) : count(value));
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
    witness === null ? '-' : witness.property === null ? 'THE WITNESS SHOWS NOTHING' : plural(witness.size.steps, 'step'),
  ];
}

function firstOf(properties: readonly (readonly [string, number])[]): string {
  const [first, ...others] = properties;
  if (first === undefined) return '-';
  return others.length === 0 ? first[0] : `${first[0]} (${first[1]}), ${others.length} more`;
}

const isFound = ({ score }: BugResult): boolean => score.found > 0;
const isControl = ({ bug }: BugResult): boolean => bug.difficulty === 'control';

/** A control may show what its head names: a property of the checkers that is stricter than safety. */
const isFalseAlarm = (result: BugResult, oracles: OracleSet): boolean =>
  isControl(result) && result.score.properties.some(([property]) => oracles !== 'all' || !result.bug.property.split(', ').includes(property));

const aims: readonly (readonly [Difficulty, number])[] = [['easy', 10], ['medium', 100], ['hard', 2000]];

/** Of each difficulty: how many are found, how soon, and how many as soon as they should be. */
function sumRows(results: readonly BugResult[]): readonly (readonly string[])[] {
  return aims.flatMap(([difficulty, aim]) => {
    const of = results.filter(({ bug }) => bug.difficulty === difficulty);
    if (of.length === 0) return [];
    const medians = of.map(({ score }) => score.medianSeeds ?? Infinity).sort((a, b) => a - b);
    const middle = medians[Math.ceil(of.length / 2) - 1]!;
    const within = medians.filter((median) => median <= aim).length;
    return [[difficulty, `${of.filter(isFound).length} of ${of.length}`, middle === Infinity ? '-' : count(middle), `${within} within ${count(aim)}`]];
  });
}

function summaryOf({ oracles, bugs }: Round, results: readonly BugResult[], isInterrupted: boolean, wallMs: number): string {
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
  tell('Controls that were reported', results.filter((result) => isFalseAlarm(result, oracles)), ({ score }) => `: ${score.properties.map(([name, times]) => `${name} (${times})`).join(', ')}`);
  tell('Witnesses that show nothing any more', results.filter(({ witness }) => witness !== null && witness.property === null), ({ witness }) => `: ${witness!.path}`);
  tell('Faults of the harness itself', results.filter(({ fault }) => fault !== null), ({ fault }) => `: ${fault!.split('\n').slice(0, 4).join('\n    ')}`);
  tell('Open verdicts', results.filter(({ starts }) => starts.some(({ unknowns }) => unknowns > 0)), ({ starts }) => `: ${starts.reduce((sum, { unknowns }) => sum + unknowns, 0)}`);
  tell('Cannot be hunted', results.filter(({ trouble }) => trouble !== null), ({ trouble }) => `: ${trouble}`);
  return `${lines.join('\n')}\n`;
}

function factsOf({ oracles }: Round, results: readonly BugResult[], isInterrupted: boolean): Facts {
  const named = (which: readonly BugResult[], why: (result: BugResult) => string | null = () => null): readonly string[] =>
    which.map((result) => `${result.bug.name}${why(result) === null ? '' : `: ${why(result)}`}`);
  return {
    done: results.length,
    notHunted: named(results.filter(({ trouble }) => trouble !== null), ({ trouble }) => trouble),
    // What an outsider sees does not show every bug, and neither does the specification of Raft.
    notFound: oracles === 'all' ? named(results.filter((result) => !isControl(result) && result.trouble === null && !isFound(result))) : [],
    falseAlarms: named(results.filter((result) => isFalseAlarm(result, oracles))),
    idleWitnesses: named(results.filter(({ witness }) => witness !== null && witness.property === null)),
    harnessFaults: named(results.filter(({ fault }) => fault !== null), ({ fault }) => fault),
    interrupted: isInterrupted ? [`${plural(results.length, 'bug')} hunted`] : [],
  };
}

const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function markdownOf(rounds: readonly Done[]): string {
  const tables = rounds.map(roundInMarkdown).join('\n');
  if (rounds.length < 2) return tables;
  const [head, ...rows] = sideBySide(rounds);
  return [tables, line(head!), line(head!.map(() => '---')), ...rows.map(line), ''].join('\n');
}

function roundInMarkdown({ round: { oracles, seedsMax, starts }, results, wallMs }: Done): string {
  const heads = columns.map(([name]) => name);
  return [
    `Oracles: ${oracles}. ${plural(starts, 'starting point')}, at most ${plural(seedsMax, 'seed')} from each; ${duration(wallMs)} in all.`, '',
    line(heads), line(heads.map(() => '---')), ...results.map((result) => line(cellsOf(result))), '',
    line(['', 'found', 'median of the medians', 'medians']), line(['---', '---', '---', '---']), ...sumRows(results).map(line), '',
  ].join('\n');
}

/** With one set of oracles the facts of that round; with several, a list of such. */
function jsonOf(rounds: readonly Done[]): string {
  const facts = rounds.map(roundInJson);
  return `${jsonText(facts.length === 1 ? facts[0] : facts, 1)}\n`;
}

function roundInJson({ round: { oracles, scenario, seedsMax, from }, results, wallMs }: Done): object {
  const bugs = results.map(({ bug, score, starts, witness, trouble, fault }) => ({
    name: bug.name,
    id: bug.id,
    title: bug.title,
    category: bug.category,
    difficulty: bug.difficulty,
    source: bug.source,
    note: bug.note,
    ...score,
    properties: Object.fromEntries(score.properties),
    witness: witness === null ? null : { property: witness.property, detail: witness.detail, ...witness.size },
    trouble,
    fault,
    hunts: starts,
  }));
  return { oracles, scenario, seedsMax, from, wallMs: Math.round(wallMs), bugs };
}

const redrawMs = 200;

class SurveyLine {
  private readonly status: StatusLine;
  private readonly bugs: number;
  private readonly startedMs: number;

  constructor(terminal: Terminal, bugs: number, nowMs: number) {
    this.status = new StatusLine(terminal, redrawMs, nowMs);
    this.bugs = bugs;
    this.startedMs = nowMs;
  }

  show({ name }: KnownBug, seeds: number, done: number, nowMs: number): void {
    this.status.show(nowMs, () => `${done} of ${this.bugs} bugs  ${duration(nowMs - this.startedMs)}  hunting ${name}: ${plural(seeds, 'seed')}`);
  }

  clear(): void {
    this.status.clear();
  }
}
