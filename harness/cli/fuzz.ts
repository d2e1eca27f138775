/** `whitewater fuzz`: many seeds of one scenario on all cores. */
import { availableParallelism } from 'node:os';
import type { ChunkResult, DoubleCheck } from '../campaign/campaign.ts';
import { factsOfSeeds } from '../campaign/facts.ts';
import { judge, judgementText, together } from '../campaign/judgement.ts';
import { askedText, seedsOf, sizeOf, type Asked } from '../campaign/pieces.ts';
import { crossCheckedHistories, runCampaign } from '../campaign/pool.ts';
import { programVersion } from '../campaign/program.ts';
import { defaultScenario, type FoundScenario } from '../campaign/registry.ts';
import { stuckAfterMs } from '../campaign/stuck.ts';
import { summaryText } from '../report/summary.ts';
import { campaignJson } from '../report/campaign-json.ts';
import {
  durationMs, parseCommandLine, UsageError, wholeNumber, type Command, type Context, type ExitCode,
} from './command.ts';
import { mustBeWritable, writeWhole } from '../text/files.ts';
import { saveDifferingHistories } from './differing-histories.ts';
import { quoted } from '../text/own-command.ts';
import { Kept } from './kept.ts';
import { CampaignProgress } from './progress.ts';
import { timeLimit } from './time-limit.ts';
import { savePlans } from './save-plans.ts';
import { scenarioFor } from './scenario-for.ts';
import { leftOutText, reportedText, shrinkAndReport } from './report-failures.ts';

const usage = `whitewater fuzz [SCENARIO] [options]

Runs many seeds of a scenario on all cores; every run is checked at every step and for
linearizability. SCENARIO is a name that \`whitewater scenarios\` lists (default: the first one,
swarm), or your own module: path/to/module.ts, or path/to/module.js#name.

  --seeds N          how many seeds (default 1000)
  --from S           the first seed (default 1)
  --workers N        worker threads (default: one for each core)
  --shard I/N        only the I-th of N equal parts of the seeds, counted from 1
  --time-budget T    begin no further seed after T (500ms, 10s, 5m, 1h)
  --double-check P%  run this share of the seeds twice and compare (such as 5%; 0.01% to 100%)
  --freeze           freeze all states, messages and writes in every run, so that a reducer which writes to
                     one is found (the second run of a seed that is run twice is always frozen)
  --cross-check N    check the first N histories of each worker in two ways, and end with 5 where they differ
                     (default 200; the history is written to failures/)
  --stuck-after T    a step of the code under test that takes longer never ends: its seed is a violation of Bounded
                     Work, and the other seeds go on (default 30s)
  --shrink           shrink and report each distinct failure: one entry a cause, in failures/
  --json FILE        write all facts as JSON
  --help             this text

The plan of each failing seed is written to failures/. Exit code: 0 all passed, 1 a violation,
2 unknown (a check reached its budget, or nothing was run to the end), 3 one seed gave two different runs,
4 wrong usage or a seed that the scenario cannot draw, 5 a fault of the harness itself.
`;

interface Request {
  readonly found: FoundScenario;
  readonly name: string;
  readonly asked: Asked & { readonly count: number };
  readonly workers: number;
  readonly budgetMs: number | null;
  readonly jsonPath: string | null;
  readonly doubleCheck: DoubleCheck;
  readonly freeze: boolean;
  readonly crossCheck: number;
  readonly stuckAfterMs: number;
  readonly shrinks: boolean;
}

export const fuzzCommand: Command = {
  usage,
  run: async (argv, context) => fuzz(await parse(argv, context), context),
};

async function parse(argv: readonly string[], { registry }: Context): Promise<Request> {
  const { values, positionals } = parseCommandLine('fuzz', argv, {
    seeds: { type: 'string' },
    from: { type: 'string' },
    workers: { type: 'string' },
    shard: { type: 'string' },
    'time-budget': { type: 'string' },
    json: { type: 'string' },
    shrink: { type: 'boolean' },
    freeze: { type: 'boolean' },
    'double-check': { type: 'string' },
    'cross-check': { type: 'string' },
    'stuck-after': { type: 'string' },
  });
  if (positionals.length > 1)
    throw new UsageError(`fuzz takes one scenario, not ${positionals.length}: ${positionals.join(' ')}`);
  const name = positionals[0] ?? defaultScenario(registry);
  const [shard, of] = parseShard(values.shard ?? '1/1');
  const largest = 2 ** 40;
  const from = wholeNumber('--from', values.from ?? '1', 0, largest);
  const count = wholeNumber('--seeds', values.seeds ?? '1000', 1, largest);
  return {
    found: await scenarioFor(registry, name),
    name,
    asked: { from, count, shard, of },
    workers: wholeNumber('--workers', values.workers ?? String(availableParallelism()), 1, 256),
    budgetMs: values['time-budget'] === undefined ? null : durationMs('--time-budget', values['time-budget']),
    jsonPath: values.json ?? null,
    freeze: values.freeze === true,
    shrinks: values.shrink === true,
    doubleCheck: per10000Of(values['double-check']),
    crossCheck: crossCheckOf(values['cross-check']),
    stuckAfterMs: stuckAfterOf(values['stuck-after']),
  };
}

export function parseShard(text: string, name = '--shard'): readonly [number, number] {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const shard = Number(match?.[1]);
  const shards = Number(match?.[2]);
  if (match !== null && shard >= 1 && shard <= shards && shards <= 100_000) return [shard, shards];
  throw new UsageError(`${name} takes I/N with I from 1 to N, such as 2/8, not "${text}"`);
}

/** Histories of each worker, its first ones, that are checked in two ways. */
export const crossCheckOf = (text: string | undefined): number =>
  wholeNumber('--cross-check', text ?? String(crossCheckedHistories), 0, 2 ** 40);

/** How long one step of the code under test may take. */
export const stuckAfterOf = (text: string | undefined): number =>
  text === undefined ? stuckAfterMs : durationMs('--stuck-after', text);

/** A share such as 5% or 0.5%, in ten thousandths; which seeds they are follows from the seeds. */
export function per10000Of(text: string | undefined): DoubleCheck {
  if (text === undefined) return 0;
  const match = /^(\d{1,3})(?:\.(\d{1,2}))?%$/.exec(text);
  const share = match === null ? 0 : Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
  if (share >= 1 && share <= 10_000) return share;
  throw new UsageError(`--double-check takes a share from 0.01% to 100%, such as 5%, not "${text}"`);
}

async function fuzz(request: Request, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const { found, jsonPath, budgetMs, workers, asked } = request;
  if (jsonPath !== null) mustBeWritable(jsonPath, terminal.err);
  const target = sizeOf(asked)!;
  const startedMs = performance.now();
  const progress = new CampaignProgress(terminal, target, budgetMs, startedMs);
  const limit = timeLimit(terminal.interrupted, budgetMs);

  const result = await runCampaign({
    registryUrl: found.url,
    scenario: found.scenario.name,
    seeds: seedsOf(asked),
    workers,
    doubleCheck: request.doubleCheck,
    freeze: request.freeze,
    crossCheck: request.crossCheck,
    stuckAfterMs: request.stuckAfterMs,
    stop: limit.signal,
    onProgress: (soFar) => progress.show(soFar, performance.now()),
  });
  progress.clear();
  const isCut = limit.signal.aborted;
  limit.release();

  const kept = new Kept();
  const planPaths = savePlans(found.scenario, result.violations, kept);
  const facts = {
    result,
    holds: [{ ...asked, seeds: result.seeds }],
    asked: askedText(asked),
    workers,
    wallMs: performance.now() - startedMs,
    endedEarly: endedEarly(result, target, terminal.interrupted, isCut),
    replayOptions: request.name === defaultScenario(context.registry) ? '' : ` --scenario ${quoted(request.name)}`,
    module: found.module,
    planPaths,
  };
  // What was interrupted has not passed; what ended with its time has, with the seeds that were run.
  const interrupted = terminal.interrupted.aborted && facts.endedEarly !== null ? [facts.endedEarly] : [];
  if (jsonPath !== null) kept.write(() => writeWhole(jsonPath, campaignJson(facts, programVersion())));
  const differing = saveDifferingHistories('failures', result, kept);
  const judgement = judge(together([factsOfSeeds(result), { done: 0, interrupted }, kept.facts]));
  // The judgement is last of all: nothing stands behind what failed but what could not be kept.
  terminal.out(summaryText(facts));
  terminal.out(differing);
  if (request.shrinks && result.violations.length > 0) {
    const { reported, leftOut } = await shrinkAndReport(result, request.name, 'failures', workers, context, kept);
    for (const one of reported) terminal.out(`\n${reportedText(one, terminal.hasColor)}`);
    terminal.out(leftOutText(leftOut));
  }
  terminal.out(judgementText(judgement));
  kept.tell(terminal);
  return judgement.code;
}

function endedEarly({ seeds }: ChunkResult, target: number, interrupted: AbortSignal, isCut: boolean): string | null {
  if (seeds === target) return null;
  if (interrupted.aborted) return `interrupted after ${seeds} of ${target}`;
  if (isCut) return `time is up after ${seeds} of ${target}`;
  throw new Error(`${seeds} of ${target} seeds were run, and nothing stopped the others`);
}
