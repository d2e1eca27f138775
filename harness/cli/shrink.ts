/** `whitewater shrink`: the smallest plan that still violates the same property. */
import { availableParallelism } from 'node:os';
import { factsOfVerdict } from '../campaign/facts.ts';
import { judge, judgementText, together } from '../campaign/judgement.ts';
import { printPlan } from '../plan/plan-file.ts';
import { NothingToShrink, shrink, type PlanSize, type ShrinkProgress, type Shrunk } from '../shrink/shrink.ts';
import { differsText } from '../same-run.ts';
import {
  durationMs, parseCommandLine, UsageError, wholeNumber, type Command, type Context, type ExitCode, type Terminal,
} from './command.ts';
import { mustBeWritable, writeWhole } from '../text/files.ts';
import { ownCommand, quoted } from '../text/own-command.ts';
import { Kept } from './kept.ts';
import { count, plural, table, virtualTime } from '../text/format.ts';
import { StatusLine } from './status-line.ts';
import { findSubject, type Subject } from './subject.ts';
import { timeLimit } from './time-limit.ts';

const usage = `whitewater shrink SEED|PLAN.json [options]

Makes a failing run as small as it gets: fewer faults, operations, servers and clients, rates to zero,
plainer settings, then the fate of each message and timer written down and reduced to those that matter,
then rounder times. The same property stays violated. The result is run twice before it is shown.

  --scenario NAME    the scenario that the seed is of (default: the first one, swarm)
  --budget T         end after T with the best so far (default 30s; such as 500ms, 10s, 5m)
  --runs N           or after N candidates: the result then does not depend on how fast the machine is
  --workers N        worker threads (default: one for each core); the result does not depend on them
  --out FILE         where to write the plan (default failures/NAME.min.plan.json)
  --help             this text

Ctrl-C ends it with the best so far. Exit code: 1 the shrunk plan violates the property, 0 nothing is
violated, 2 unknown, 3 two runs of the plan differ, 4 wrong usage.
`;

export const shrinkCommand: Command = {
  usage,
  run: runShrink,
};

export interface ShrinkOptions {
  readonly workers: number;
  readonly runsMax: number;
  readonly budgetMs: number | null;
}

export const noLimitRuns = 2 ** 40;
const defaultBudgetMs = 30_000;

async function runShrink(argv: readonly string[], context: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('shrink', argv, {
    scenario: { type: 'string' },
    budget: { type: 'string' },
    runs: { type: 'string' },
    workers: { type: 'string' },
    out: { type: 'string' },
  });
  if (positionals.length !== 1) throw new UsageError('shrink takes one seed or one plan file');
  const options = shrinkOptions(values);
  const subject = await findSubject(positionals[0]!, values.scenario, context);
  const out = values.out ?? `failures/${subject.stem}.min.plan.json`;
  mustBeWritable(out, context.terminal.err, positionals);
  const shrunk = await shrinkSubject(subject, options, context.terminal);
  if (shrunk instanceof NothingToShrink) return toldNothing(subject, shrunk, context.terminal);
  const kept = new Kept();
  const isWritten = kept.write(() => writeWhole(out, printPlan(shrunk.plan)));
  const others = shrunk.others.map(({ property, detail, plan }, i) => {
    const path = out.replace(/(\.plan)?\.json$/, `.other-${i + 1}.plan.json`);
    const place = kept.write(() => writeWhole(path, printPlan(plan))) ? `\n              ${path}` : '';
    return `  also found  ${property}: ${detail}${place}`;
  });
  const files = isWritten
    ? [
        `  plan        ${out}`,
        `  replay      npx ${ownCommand(`replay ${quoted(out)}${subject.scenarioWords}`)}`,
        `  understand  npx ${ownCommand(`report ${quoted(out)}${subject.scenarioWords}`)}`,
      ]
    : [];
  const judgement = judge(
    together([
      factsOfVerdict(
        subject.what, { kind: 'violation', property: shrunk.property, detail: shrunk.detail }, shrunk.differs,
      ),
      kept.facts,
    ]),
  );
  context.terminal.out(
    `${[toldShrunk(subject.what, shrunk), ...others, ...files].join('\n')}\n${judgementText(judgement)}`,
  );
  kept.tell(context.terminal);
  return judgement.code;
}

/** @throws UsageError */
export function shrinkOptions(values: {
  budget?: string | undefined;
  runs?: string | undefined;
  workers?: string | undefined;
}): ShrinkOptions {
  return {
    workers: wholeNumber('--workers', values.workers ?? String(availableParallelism()), 1, 256),
    runsMax: wholeNumber('--runs', values.runs ?? String(noLimitRuns), 1, noLimitRuns),
    budgetMs:
      values.budget === undefined
        ? values.runs === undefined
          ? defaultBudgetMs
          : null
        : durationMs('--budget', values.budget),
  };
}

export async function shrinkSubject(
  subject: Subject, { workers, runsMax, budgetMs }: ShrinkOptions, terminal: Terminal,
): Promise<Shrunk | NothingToShrink> {
  const limit = timeLimit(terminal.interrupted, budgetMs);
  const progress = new ShrinkLine(terminal, performance.now());
  try {
    return await shrink({
      system: subject.system,
      registryUrl: subject.registryUrl,
      plan: subject.plan,
      workers,
      runsMax,
      stop: limit.signal,
      onProgress: (now) => progress.show(now, performance.now()),
    });
  } catch (error) {
    if (error instanceof NothingToShrink) return error;
    throw error;
  } finally {
    limit.release();
    progress.clear();
  }
}

function toldNothing({ what }: Subject, nothing: NothingToShrink, terminal: Terminal): ExitCode {
  const verdict =
    nothing.kind === 'unknown' ? ({ kind: 'unknown', detail: nothing.message } as const) : ({ kind: 'ok' } as const);
  const judgement = judge(factsOfVerdict(what, verdict, nothing.kind === 'nondeterministic' ? [nothing.message] : []));
  const says = {
    passes: 'nothing is violated, so there is nothing to shrink', unknown: `unknown: ${nothing.message}`,
    nondeterministic: `NOT DETERMINISTIC: ${nothing.message}`,
  };
  terminal.out(`${what}: ${says[nothing.kind]}\n${judgementText(judgement)}`);
  return judgement.code;
}

function toldShrunk(
  what: string, { property, detail, before, after, runs, endedEarly, proof, digests, differs }: Shrunk,
): string {
  const isSame = differs.length === 0;
  const rows = sizeRows(before, after);
  return [
    `${what}: ${property}`,
    `  ${detail}`,
    '',
    table(
      [['', 'before', 'after'], ...rows].map(([name, ...cells]) => [`  ${name}`, ...cells]), [1, 2],
    ),
    '',
    `  tried       ${plural(runs, 'candidate')}${endedEarly === null ? '' : ': the budget was used up, and more may go'}`,
    proof === null
      ? '  minimal     not proved: there was no time for the last pass'
      : `  minimal     each of ${count(proof.candidates)} faults, operations, message fates and timers was taken away once more, and is needed`,
    `  verified    run twice, ${isSame ? `digest ${digests[0]}, identical` : `NOT DETERMINISTIC: ${differsText(differs)}`}`,
  ].join('\n');
}

function sizeRows(before: PlanSize, after: PlanSize): readonly (readonly string[])[] {
  const shown = (value: number | null): string => (value === null ? 'by chance' : count(value));
  const names = ['steps', 'faults', 'operations', 'servers', 'clients', 'fates', 'timers'] as const;
  const words = {
    steps: 'steps', faults: 'faults', operations: 'operations', servers: 'servers', clients: 'clients',
    fates: 'message fates', timers: 'timers',
  };
  return [
    ...names.map((name) => [words[name], shown(before[name]), shown(after[name])]),
    ['virtual time', virtualTime(before.virtualUs), virtualTime(after.virtualUs)],
  ];
}

const redrawMs = 100;

/** Says what is being tried and how small the plan is by now. */
class ShrinkLine {
  private readonly status: StatusLine;
  private readonly startedMs: number;

  constructor(terminal: Terminal, nowMs: number) {
    this.status = new StatusLine(terminal, redrawMs, nowMs);
    this.startedMs = nowMs;
  }

  show({ doing, runs, size }: ShrinkProgress, nowMs: number): void {
    this.status.show(
      nowMs,
      () =>
        `shrinking  ${plural(size.steps, 'step')}, ${plural(size.faults, 'fault')}, ${plural(size.operations, 'operation')}  ${count(runs)} tried, ${((nowMs - this.startedMs) / 1000).toFixed(0)} s  ${doing}`,
    );
  }

  clear(): void {
    this.status.clear();
  }
}
