/** `whitewater gate`: everything that a change must pass, one verdict, one exit code. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runChunk, type ChunkResult, type Failure } from '../campaign/campaign.ts';
import { factsOfAbsences, factsOfRegressions, factsOfSeeds } from '../campaign/facts.ts';
import {
  exitCode, judge, judgementText, together, type ExitCode, type Facts, type Judgement,
} from '../campaign/judgement.ts';
import { askedText, seedsOf, sizeOf, type Asked, type Piece } from '../campaign/pieces.ts';
import { runCampaign } from '../campaign/pool.ts';
import { programVersion } from '../campaign/program.ts';
import { defaultScenario } from '../campaign/registry.ts';
import { regressionFiles, runRegression, type Regression } from '../campaign/regressions.ts';
import { campaignJson } from '../report/campaign-json.ts';
import { runCanaries, type CanaryResult } from '../bugs/canary.ts';
import { BugFileError } from '../bugs/known-bug.ts';
import type { FailureReports } from '../report/failures.ts';
import { factsOfPace, readBaseline, type Baseline } from './baseline.ts';
import { caseOf, errorCommand, githubAnnotation, junitXml, markdown, type CaseResult } from '../report/forms.ts';
import { absences, situationsLine } from '../campaign/required.ts';
import type { Scenario } from '../campaign/scenario.ts';
import {
  durationMs, parseCommandLine, UsageError, wholeNumber, type Command, type Context, type Terminal,
} from './command.ts';
import { differsText } from '../same-run.ts';
import { appendWhole, mustBeWritable, writeWhole } from '../text/files.ts';
import { count, duration, plural } from '../text/format.ts';
import { ownCommand, quoted } from '../text/own-command.ts';
import { saveDifferingHistories } from './differing-histories.ts';
import { crossCheckOf, parseShard, stuckAfterOf } from './fuzz.ts';
import { factsOfCanaries, isOwn, mayBeNone, regressionsOf } from './house-or-own.ts';
import { runOwnCanaries } from './own-canaries.ts';
import { scenarioFor } from './scenario-for.ts';
import { Kept } from './kept.ts';
import { CampaignProgress } from './progress.ts';
import { leftOutText, reportedText, shrinkAndReport } from './report-failures.ts';
import { causeOf } from '../shrink/cause.ts';
import { frozen } from '../world/frozen.ts';
import { timeLimit } from './time-limit.ts';

const usage = `whitewater gate [options]

Regressions first, then the canaries (known bugs planted in the core, that must be found within a few
seeds: else the harness has gone blind, and exit code 5 says so), then one seed of every lab test, then seeds of the swarm with a share of them run
twice, then whether every required situation was reached. Each distinct failure is shrunk and reported.

In a folder with a whitewater.config of its own it gates that project: its pinned plans, its canaries, and seeds of each
of its scenarios.

  --time-budget T    for the swarm's seeds (default 2m; such as 30s, 5m); labs and shrinking come on top
  --seeds N          at most so many seeds of the swarm (default: as many as the time allows)
  --from S           the first seed (default 1)
  --shard I/N        only the I-th of N equal parts of seeds and labs; required situations are then judged
                     by \`whitewater merge\` over all shards
  --baseline FILE    results of an earlier gate or \`fuzz --json\` over the same seeds: a pace that is worse by more than
                     1 % (answers, time without a leader, messages and writes an operation) does not pass
  --canaries DIR     the known bugs whose heads say \`Canary: SEEDS\` (default: those of the house)
  --freeze           freeze all states, messages and writes in every run (see whitewater fuzz --help)
  --cross-check N    check the first N histories of each worker in two ways, and end with 5 where they differ
                     (default 200)
  --stuck-after T    a step of the code under test that takes longer never ends, and is a violation (default 30s)
  --workers N        worker threads (default: one for each core)
  --out DIR          where to write (default gate): summary.md, junit.xml, campaign.json and for each failure
                     all forms of whitewater report
  --help             this text

A gate that finds no regression, no canary or no lab says so and does not pass; nor does one whose campaign, if it
is large enough to tell (1,000 seeds), left out a required situation or a kind of fault: never switched on, never
fired, or nothing ever came of it.

Exit code: the first of 5 a fault of the harness or a canary not found, 3 not deterministic, 1 a violation or a
regression, 4 wrong usage or a seed that cannot be drawn, 2 unknown, interrupted or not looked at, 0 all passed.
`;

export const gateCommand: Command = { usage, run: gate };

interface Request {
  readonly budgetMs: number;
  /** Without --seeds nothing but the time bounds them. */
  readonly asked: Asked;
  readonly workers: number;
  readonly freeze: boolean;
  readonly folder: string;
  readonly crossCheck: number;
  readonly stuckAfterMs: number;
  /** Null for those of the house. */
  readonly canaries: string | null;
  /** What pace is held against; null for nothing. */
  readonly baseline: Baseline | null;
}

/** Of the swarm's seeds, in ten thousandths. */
const doubleCheck = 500;
/** More causes than these are listed, not shrunk. */
const causesShrunkMax = 6;
const largestCount = 2 ** 40;

async function gate(argv: readonly string[], context: Context): Promise<ExitCode> {
  const request = parse(argv);
  const { terminal, registry } = context;
  mustBeWritable(join(request.folder, 'summary.md'), terminal.err);
  const startedMs = performance.now();
  const regressions = runRegressions(context);
  terminal.out(regressionLines(regressions.map(({ of }) => of)));
  const canaries = await canariesOf(request, context);
  terminal.out(canaryLines(canaries));
  const labs = await runLabs(request, context);
  terminal.out(labLine(labs.map(({ of }) => of)));
  const swarms = await runSwarms(request, context);
  const kept = new Kept();
  for (const { result } of swarms) terminal.out(saveDifferingHistories(request.folder, result, kept));
  const failing = await reportAll(
    [...labs.map(({ of }) => of), ...swarms.map(({ result }) => result)], request, context, kept,
  );
  const facts = together([
    mayBeNone(
      registry,
      factsOfRegressions(
        regressions.map(({ of }) => of), regressionsOf(registry),
      ),
    ),
    mayBeNone(registry, factsOfCanaries(canaries)),
    mayBeNone(
      registry,
      factsOfLabs(
        labs.map(({ of }) => of), registry,
      ),
    ),
    ...swarms.map(({ result }) => factsOfSeeds(result)),
    ...(request.baseline === null ? [] : [factsOfPace(request.baseline, swarms)]),
    ...(request.asked.of > 1 ? [] : swarms.map(({ scenario, result }) => factsOfAbsences(scenario, result))),
    {
      done: 0,
      interrupted: terminal.interrupted.aborted
        ? [swarms.find(({ endedEarly }) => endedEarly !== null)?.endedEarly ?? 'the gate']
        : [],
    },
  ]);
  return writeAll(request, { startedMs, regressions, canaries, labs, swarms, failing, facts }, terminal, kept);
}

function parse(argv: readonly string[]): Request {
  const { values, positionals } = parseCommandLine('gate', argv, {
    'time-budget': { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string' },
    shard: { type: 'string' },
    workers: { type: 'string' },
    out: { type: 'string' },
    canaries: { type: 'string' },
    baseline: { type: 'string' },
    freeze: { type: 'boolean' },
    'cross-check': { type: 'string' },
    'stuck-after': { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`gate takes options only, not ${positionals.join(' ')}`);
  const [shard, of] = parseShard(values.shard ?? '1/1');
  return {
    budgetMs: durationMs('--time-budget', values['time-budget'] ?? '2m'),
    asked: {
      from: wholeNumber('--from', values.from ?? '1', 0, largestCount),
      count: values.seeds === undefined ? null : wholeNumber('--seeds', values.seeds, 1, largestCount),
      shard,
      of,
    },
    workers: wholeNumber('--workers', values.workers ?? String(availableParallelism()), 1, 256),
    freeze: values.freeze === true,
    folder: values.out ?? 'gate',
    canaries: values.canaries ?? null,
    baseline: values.baseline === undefined ? null : readBaseline(values.baseline),
    crossCheck: crossCheckOf(values['cross-check']),
    stuckAfterMs: stuckAfterOf(values['stuck-after']),
  };
}

/** What was done in this thread, one after the other, with its wall time. */
interface Timed<T> {
  readonly of: T;
  readonly seconds: number;
}

function timed<T>(work: () => T): Timed<T> {
  const startedMs = performance.now();
  return { of: work(), seconds: secondsSince(startedMs) };
}

const secondsSince = (startedMs: number): number => (performance.now() - startedMs) / 1000;

const runRegressions = ({ registry }: Context): readonly Timed<Regression>[] =>
  regressionFiles(regressionsOf(registry)).map((path) => timed(() => runRegression(path, registry.systems)));

/** @throws UsageError when the folder of known bugs cannot be read, or has no canary */
async function canariesOf(
  { canaries, workers }: Request, { registry, terminal }: Context,
): Promise<readonly CanaryResult[]> {
  if (canaries === null && isOwn(registry)) return runOwnCanaries(registry, workers, terminal.interrupted);
  try {
    const results = await runCanaries(registry.url, workers, terminal.interrupted, canaries ?? undefined);
    if (results.length === 0 && !terminal.interrupted.aborted)
      throw new UsageError(`${canaries ?? 'scenarios/bugs'}: there is no known bug in it`);
    return results;
  } catch (error) {
    if (error instanceof BugFileError) throw new UsageError(error.message);
    throw error;
  }
}

/** One seed of every scenario but the swarm: with Ctrl-C between two of them. */
async function runLabs(
  { asked: { shard, of }, freeze }: Request, { registry, terminal }: Context,
): Promise<readonly Timed<ChunkResult>[]> {
  const mine = labsOf(registry).filter((_, i) => i % of === shard - 1);
  const results: Timed<ChunkResult>[] = [];
  for (const scenario of mine) {
    if (terminal.interrupted.aborted) break;
    results.push(timed(() => runChunk(freeze ? { ...scenario, system: frozen(scenario.system) } : scenario, [1])));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return results;
}

/** Scenarios of which many seeds are run; of the house the first one, the swarm. */
const campaignsOf = (registry: Context['registry']): readonly string[] =>
  registry.campaigns ?? [defaultScenario(registry)];

const labsOf = (registry: Context['registry']): readonly Scenario[] =>
  [...registry.scenarios.values()].filter(
    ({ name, canary }) => canary === undefined && !campaignsOf(registry).includes(name),
  );

interface Swarmed {
  readonly scenario: Scenario;
  readonly result: ChunkResult;
  readonly holds: readonly Piece[];
  /** Why not all seeds that were asked for were run; null when they were, or when only time was to end them. */
  readonly endedEarly: string | null;
  readonly wallMs: number;
}

/** One after the other, each with an equal share of the time. */
async function runSwarms(request: Request, { terminal, registry }: Context): Promise<readonly Swarmed[]> {
  const names = campaignsOf(registry);
  const share = { ...request, budgetMs: Math.ceil(request.budgetMs / names.length) };
  const swarms: Swarmed[] = [];
  for (const name of names) {
    const { scenario, url } = await scenarioFor(registry, name);
    const swarm = await runSwarm(share, url, scenario, terminal);
    terminal.out(swarmLine(swarm));
    swarms.push(swarm);
  }
  return swarms;
}

async function runSwarm(
  request: Request, registryUrl: string, scenario: Scenario, terminal: Terminal,
): Promise<Swarmed> {
  const startedMs = performance.now();
  const progress = new CampaignProgress(terminal, null, request.budgetMs, startedMs);
  const limit = timeLimit(terminal.interrupted, request.budgetMs);
  const result = await runCampaign({
    registryUrl,
    scenario: scenario.name,
    seeds: seedsOf(request.asked),
    workers: request.workers,
    doubleCheck,
    freeze: request.freeze,
    crossCheck: request.crossCheck,
    stuckAfterMs: request.stuckAfterMs,
    stop: limit.signal,
    onProgress: (soFar) => progress.show(soFar, performance.now()),
  }).finally(() => limit.release());
  progress.clear();
  return {
    scenario, result, holds: [{ ...request.asked, seeds: result.seeds }],
    endedEarly: endedEarly(request, result, terminal.interrupted), wallMs: performance.now() - startedMs,
  };
}

function endedEarly({ asked }: Request, result: ChunkResult, interrupted: AbortSignal): string | null {
  const { seeds } = result;
  const target = sizeOf(asked);
  if (target === seeds) return null;
  if (interrupted.aborted)
    return `interrupted after ${plural(seeds, 'seed')} of ${result.scenario === 'swarm' ? 'the swarm' : result.scenario}`;
  return target === null ? null : `time is up after ${seeds} of ${target}`;
}

interface Reported {
  readonly scenario: string;
  readonly reports: FailureReports;
}

async function reportAll(
  results: readonly ChunkResult[], { folder, workers }: Request, context: Context, kept: Kept,
): Promise<readonly Reported[]> {
  const all: Reported[] = [];
  const known = new Set<string>();
  // The swarm's failures shrink best; what breaks a lab in the same way is told by them.
  for (const result of [...results].reverse()) {
    const isNew = ({ property, detail }: Failure): boolean => !known.has(causeOf(property, detail));
    const fresh = result.violations.filter(isNew);
    const chosen = known.size < causesShrunkMax ? fresh : [];
    const reports = await shrinkAndReport(
      { ...result, violations: chosen }, result.scenario, folder, workers, context, kept,
    );
    const unseen = known.size < causesShrunkMax ? [] : fresh;
    for (const { property, detail } of chosen) known.add(causeOf(property, detail));
    all.push({
      scenario: result.scenario, reports: { reported: reports.reported, leftOut: [...reports.leftOut, ...unseen] },
    });
  }
  return all;
}

/** A shard may have none; the gate as a whole must. */
const factsOfLabs = (labs: readonly ChunkResult[], registry: Context['registry']): Facts =>
  together([
    ...labs.map(factsOfSeeds),
    { done: 0, idle: labsOf(registry).length === 0 ? ['no lab, for the registry has none'] : [] },
  ]);

const passes = (result: ChunkResult): boolean => judge(factsOfSeeds(result)).code === exitCode.pass;

const row = (name: string, text: string): string => `  ${name.padEnd(12)} ${text}\n`;

function regressionLines(regressions: readonly Regression[]): string {
  const failed = regressions.filter(({ outcome: one }) => one !== 'passed');
  const details = failed.map(
    ({ path, showed, outcome: one, detail }) =>
      `    ${one === 'doesNotFit' ? 'does not fit any more' : one}: ${detail}\n      ${path}${showed === '' ? '' : `; it showed ${showed}`}\n      npx ${ownCommand(`report ${quoted(path)}`)}\n`,
  );
  return (
    row('regressions', `${count(regressions.length - failed.length)} of ${count(regressions.length)} passed`) +
    details.join('')
  );
}

function canaryLines(canaries: readonly CanaryResult[]): string {
  const found = canaries.filter(({ seeds }) => seeds !== null);
  const hunted = found.filter(({ by }) => by === 'seeds');
  const most = Math.max(0, ...hunted.map(({ seeds }) => seeds!));
  const details = canaries
    .filter(({ seeds }) => seeds === null)
    .map(({ name, trouble }) => `    ${name}: ${trouble}\n`);
  return (
    row(
      'canaries',
      `${found.length} of ${canaries.length} known bugs found${hunted.length > 0 ? `, ${count(hunted.length)} of them by seeds, the last after ${plural(most, 'seed')}` : ''}`,
    ) + details.join('')
  );
}

const labLine = (labs: readonly ChunkResult[]): string =>
  labs.length === 0 ? '' : row('labs', `${count(labs.filter(passes).length)} of ${count(labs.length)} passed`);

const swarmLine = ({
  scenario: { name }, result: { seeds, violations, unknowns, nondeterministic, faults, doubleChecked }, wallMs,
}: Swarmed): string =>
  row(
    name,
    `${plural(seeds, 'seed')} in ${duration(wallMs)}: ${count(violations.length)} violated, ${count(unknowns.length)} unknown, ${count(faults.length)} faults of the harness`,
  ) + row('double-check', `${count(doubleChecked)} run twice, ${count(nondeterministic.length)} not deterministic`);

interface GateFacts {
  readonly startedMs: number;
  readonly regressions: readonly Timed<Regression>[];
  readonly canaries: readonly CanaryResult[];
  readonly labs: readonly Timed<ChunkResult>[];
  readonly swarms: readonly Swarmed[];
  readonly failing: readonly Reported[];
  readonly facts: Facts;
}

const verdicts: Readonly<Record<ExitCode, string>> = {
  0: 'PASS', 1: 'FAIL', 2: 'UNKNOWN', 3: 'FAIL: not deterministic', 4: 'FAIL', 5: 'FAIL: a fault of the harness itself',
};

function writeAll({ folder, workers, asked }: Request, gated: GateFacts, terminal: Terminal, kept: Kept): ExitCode {
  const { startedMs, canaries, swarms, failing, facts } = gated;
  const [regressions, labs] = [gated.regressions.map(({ of }) => of), gated.labs.map(({ of }) => of)];
  const judgement = judge(together([facts, kept.facts]));
  const reported = failing.flatMap(({ reports }) => reports.reported);
  const leftOut = failing.flatMap(({ reports }) => reports.leftOut);
  const situations = swarms
    .map(({ scenario, result }) =>
      row(
        'situations',
        asked.of > 1 ? 'judged over all shards' : situationsLine(absences(scenario, result), result.seeds),
      ),
    )
    .join('');
  terminal.out(situations);
  for (const one of reported) terminal.out(`\n${reportedText(one, terminal.hasColor)}`);
  terminal.out(leftOutText(leftOut));
  const why = judgementText(judgement);
  const summary = [
    `## Whitewater gate: ${verdicts[judgement.code]}`,
    '',
    '```text',
    (
      regressionLines(regressions) +
      canaryLines(canaries) +
      labLine(labs) +
      swarms.map(swarmLine).join('') +
      situations +
      why
    ).trimEnd(),
    '```',
    '',
    ...reported.flatMap(({ report, seeds }) => [
      markdown(report), ...(seeds.length > 1 ? [`The same failure in ${plural(seeds.length, 'seed')}.`, ''] : []),
    ]),
  ].join('\n');
  kept.write(() => writeWhole(join(folder, 'summary.md'), summary));
  kept.write(() =>
    writeWhole(
      join(folder, 'junit.xml'), junitXml('whitewater gate', cases(gated, judgement), secondsSince(startedMs)),
    ),
  );
  swarms.forEach(({ result, holds, wallMs, endedEarly: early }, i) =>
    kept.write(() =>
      writeWhole(
        join(folder, i === 0 ? 'campaign.json' : `campaign-${result.scenario}.json`),
        campaignJson(
          {
            result, holds, asked: askedText(asked), workers, wallMs, endedEarly: early, replayOptions: '', module: null,
            planPaths: new Map(),
          },
          programVersion(),
        ),
      ),
    ),
  );
  if (process.env['GITHUB_ACTIONS'] === 'true') kept.write(() => tellGithub(summary, gated, terminal));
  const last = judge(together([facts, kept.facts]));
  terminal.out(`\n  verdict      ${verdicts[last.code]}   all forms in ${folder}/\n${judgementText(last)}`);
  kept.tell(terminal);
  return last.code;
}

function tellGithub(summary: string, { regressions, failing }: GateFacts, terminal: Terminal): void {
  for (const { report, seeds } of failing.flatMap(({ reports }) => reports.reported))
    terminal.out(`${githubAnnotation(report, seeds.length)}\n`);
  for (const { of: { path, outcome: one, detail } } of regressions) {
    if (one !== 'passed') terminal.out(`${errorCommand(path, 'regression', detail)}\n`);
  }
  const path = process.env['GITHUB_STEP_SUMMARY'];
  if (path !== undefined && path !== '') appendWhole(path, summary);
}

function cases(
  { regressions, canaries, labs, swarms, failing }: GateFacts, judgement: Judgement,
): readonly CaseResult[] {
  const plain = (suite: string, name: string, wrong: string | null, seconds: number | null = null): CaseResult => ({
    suite, name, seconds, failure: wrong === null ? null : { kind: 'failure', message: wrong, text: wrong },
  });
  return [
    ...regressions.map(({ of: { path, detail, outcome: one }, seconds }) =>
      plain('whitewater.regressions', path, one === 'passed' ? null : detail, seconds),
    ),
    ...canaries.map(({ name, seeds, trouble }) => plain('whitewater.canaries', name, seeds === null ? trouble : null)),
    ...labs.map(({ of: lab, seconds }) =>
      plain('whitewater.labs', lab.scenario, passes(lab) ? null : troubleOf(lab), seconds),
    ),
    ...swarms
      .filter(({ result }) => passes(result))
      .map(({ result, wallMs }) =>
        plain(`whitewater.${result.scenario}`, `${result.seeds} seeds`, null, wallMs / 1000),
      ),
    ...failing
      .flatMap(({ reports }) => reports.reported)
      .map(({ report }) => caseOf(report, `whitewater.${report.scenario}`)),
    ...swarms
      .filter(({ result }) => !passes(result) && result.violations.length === 0)
      .map(({ result, wallMs }) => plain(`whitewater.${result.scenario}`, 'seeds', troubleOf(result), wallMs / 1000)),
    plain(
      'whitewater.gate',
      'verdict',
      judgement.code === exitCode.pass ? null : [judgement.line, ...judgement.others].join('\n'),
    ),
  ];
}

function troubleOf({ violations, unknowns, faults, nondeterministic, undrawn: undrawnSeeds }: ChunkResult): string {
  const [violation] = violations;
  if (violation !== undefined) return `seed ${violation.seed}: ${violation.property}: ${violation.detail}`;
  const [fault] = faults;
  if (fault !== undefined) return `seed ${fault.seed}: a fault of the harness: ${fault.message}`;
  if (nondeterministic.length > 0)
    return `seed ${nondeterministic[0]!.seed}: ${differsText(nondeterministic[0]!.differs)}`;
  const [undrawn] = undrawnSeeds;
  if (undrawn !== undefined) return undrawn.detail;
  return unknowns.length > 0 ? `seed ${unknowns[0]!.seed}: ${unknowns[0]!.detail}` : 'no seed was run';
}

