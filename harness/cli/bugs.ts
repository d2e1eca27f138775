/** `whitewater bugs`: how soon each known bug is found. */
import { availableParallelism } from 'node:os';
import { findBugs } from '../bugs/catalogue.ts';
import { factsOfSurvey } from '../bugs/facts.ts';
import { BugFileError, type KnownBug } from '../bugs/known-bug.ts';
import { survey, type BugResult } from '../bugs/survey.ts';
import { sideBySide, summaryOf, tableOf, type Done, type Round } from '../bugs/table.ts';
import { jsonOf, markdownOf } from '../bugs/written.ts';
import { oracleSets, type OracleSet } from '../campaign/oracles.ts';
import { judge, judgementText, together } from '../campaign/judgement.ts';
import {
  parseCommandLine, UsageError, wholeNumber, type Command, type Context, type ExitCode, type Terminal,
} from './command.ts';
import { mustBeWritable, writeWhole } from '../text/files.ts';
import { duration, plural, table } from '../text/format.ts';
import type { System } from '../system.ts';
import { Kept } from './kept.ts';
import { StatusLine } from './status-line.ts';

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

interface Request extends Omit<Hunting, 'oracles'> {
  readonly oracleSets: readonly OracleSet[];
}

interface Hunting extends Round {
  readonly shrinkRunsMax: number;
  readonly writesWitness: boolean;
  readonly workers: number;
  readonly json: string | null;
  readonly markdown: string | null;
}

async function runBugs(argv: readonly string[], { terminal, registry }: Context): Promise<ExitCode> {
  const request = parse(argv);
  const { bugs, json, markdown } = request;
  if (!registry.scenarios.has(request.scenario))
    throw new UsageError(`there is no scenario "${request.scenario}" (see: whitewater scenarios)`);
  bugs.forEach((bug) => mustNameProperty(bug, registry.scenarios.get(request.scenario)!.system));
  for (const path of [json, markdown])
    if (path !== null)
      mustBeWritable(
        path, terminal.err, bugs.map((bug) => bug.path),
      );
  const kept = new Kept();
  const rounds: Done[] = [];
  for (const oracles of request.oracleSets) {
    if (terminal.interrupted.aborted) break;
    rounds.push(
      await huntWith(
        { ...request, oracles, shrinkRunsMax: oracles === 'all' ? request.shrinkRunsMax : 0 }, rounds, registry.url,
        terminal, kept,
      ),
    );
  }
  if (rounds.length > 1) terminal.out(`\n${table(sideBySide(rounds))}\n`);
  if (markdown !== null) kept.write(() => writeWhole(markdown, markdownOf(rounds)));
  const judgement = judge(
    together([
      ...rounds.map(({ round, results }) => factsOfSurvey(round.oracles, results, terminal.interrupted.aborted)),
      kept.facts,
    ]),
  );
  terminal.out(judgementText(judgement));
  kept.tell(terminal);
  return judgement.code;
}

/**
 * What a head calls its property is what a witness is held against: a name that nothing can break would never be shown.
 * A control may name several, since each may be reported although nothing is broken.
 * @throws UsageError
 */
function mustNameProperty({ path, property, difficulty }: KnownBug, { name, properties }: System): void {
  if (properties === undefined || (difficulty === 'control' && property === 'none')) return;
  const unknown = (difficulty === 'control' ? property.split(', ') : [property]).find(
    (one) => properties[one] === undefined,
  );
  if (unknown === undefined) return;
  const near = Object.keys(properties).find((one) => one.toLowerCase() === unknown.toLowerCase());
  const instead = near === undefined ? `there are: ${Object.keys(properties).join(', ')}` : `is it "${near}"`;
  throw new UsageError(`${path}: Property is "${unknown}", which nothing in ${name} checks; ${instead}`);
}

async function huntWith(
  round: Hunting, earlier: readonly Done[], registryUrl: string, terminal: Terminal, kept: Kept,
): Promise<Done> {
  const { bugs, json } = round;
  const startedMs = performance.now();
  const line = new SurveyLine(terminal, bugs.length, startedMs);
  const results: BugResult[] = [];
  const done = (): Done => ({ round, results, wallMs: performance.now() - startedMs });
  terminal.out(`${earlier.length === 0 ? '' : `\noracles ${round.oracles}\n`}${tableOf([], true)}\n`);
  const inOrder = await survey({
    ...round,
    seedsMax: ({ difficulty }) =>
      difficulty === 'control' ? Math.ceil(round.seedsMax / round.starts) : round.seedsMax,
    registryUrl,
    stop: terminal.interrupted,
    onProgress: (bug, seeds) => line.show(bug, seeds, results.length, performance.now()),
    onResult: (result) => {
      line.clear();
      results.push(result);
      const { witness } = result;
      if (round.writesWitness && witness?.shrunkText != null)
        kept.write(() => writeWhole(witness.path, witness.shrunkText!));
      terminal.out(`${tableOf([result], false)}\n`);
      if (json !== null) kept.write(() => writeWhole(json, jsonOf([...earlier, done()])));
    },
  });
  line.clear();
  terminal.out(summaryOf(done(), terminal.interrupted.aborted));
  return { ...done(), results: inOrder };
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
  if (values.witness === true && !oracles.includes('all'))
    throw new UsageError('--witness shrinks with all checks on: leave --oracles away');
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
    if (found === undefined)
      throw new UsageError(
        `--oracles takes ${oracleSets.join(', ')}, or several with commas between them, not "${asked}"`,
      );
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
    this.status.show(
      nowMs,
      () =>
        `${done} of ${this.bugs} bugs  ${duration(nowMs - this.startedMs)}  hunting ${name}: ${plural(seeds, 'seed')}`,
    );
  }

  clear(): void {
    this.status.clear();
  }
}
