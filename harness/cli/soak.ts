/** `whitewater soak`: one cluster through a million operations, with faults, in bounded memory. */
import { factsOfVerdict } from '../campaign/facts.ts';
import { judge, judgementText, together } from '../campaign/judgement.ts';
import { defaultScenario } from '../campaign/registry.ts';
import { faultKinds } from '../plan/fault-kinds.ts';
import { Soak, type SoakRecord } from '../soak/soak.ts';
import { mustBeWritable, writeWhole } from '../text/files.ts';
import { count, duration, plural, short, table, virtualTime } from '../text/format.ts';
import { ownCommand, quoted } from '../text/own-command.ts';
import { jsonText } from '../text/printable.ts';
import {
  durationMs, parseCommandLine, UsageError, wholeNumber, type Command, type Context, type ExitCode,
} from './command.ts';
import { Kept } from './kept.ts';
import { scenarioFor } from './scenario-for.ts';
import { StatusLine } from './status-line.ts';
import { timeLimit } from './time-limit.ts';

const usage = `whitewater soak [SCENARIO] [options]

Drives one cluster through very many operations: round after round of faults, healing and rest, with the same servers,
logs and disks. Every step is checked. At the end of each round, where nothing is open and all replicas agree, the
history of the clients is cut and the piece is checked for linearizability, from the state at the cut before to the
state at this one; so memory is bounded by a round. SCENARIO must draw rounds (default: the first scenario, swarm).

  --operations N     how many operations are asked and answered (default 1000000)
  --seed S           the seed (default 1)
  --time-budget T    begin no further round after T (500ms, 10s, 5m, 1h)
  --json FILE        write the record as JSON
  --help             this text

The same seed and number of operations give the same digest. Exit code: 0 passed, 1 a violation, 2 unknown (a check
reached its budget, or it was interrupted), 4 wrong usage or a round that the scenario cannot draw, 5 a fault of the
harness itself.
`;

interface Request {
  readonly name: string;
  readonly seed: number;
  readonly operations: number;
  readonly budgetMs: number | null;
  readonly jsonPath: string | null;
}

export const soakCommand: Command = { usage, run: (argv, context) => soak(parse(argv, context), context) };

function parse(argv: readonly string[], { registry }: Context): Request {
  const { values, positionals } = parseCommandLine('soak', argv, {
    operations: { type: 'string' },
    seed: { type: 'string' },
    'time-budget': { type: 'string' },
    json: { type: 'string' },
  });
  if (positionals.length > 1)
    throw new UsageError(`soak takes one scenario, not ${positionals.length}: ${positionals.join(' ')}`);
  return {
    name: positionals[0] ?? defaultScenario(registry),
    seed: wholeNumber('--seed', values.seed ?? '1', 0, 2 ** 40),
    operations: wholeNumber('--operations', values.operations ?? '1000000', 1, 2 ** 40),
    budgetMs: values['time-budget'] === undefined ? null : durationMs('--time-budget', values['time-budget']),
    jsonPath: values.json ?? null,
  };
}

async function soak(request: Request, { terminal, registry }: Context): Promise<ExitCode> {
  const { jsonPath, operations } = request;
  if (jsonPath !== null) mustBeWritable(jsonPath, terminal.err);
  const { scenario } = await scenarioFor(registry, request.name);
  const run = new Soak(scenario, request.seed);
  const startedMs = performance.now();
  const status = new StatusLine(terminal, 100, startedMs);
  const limit = timeLimit(terminal.interrupted, request.budgetMs);
  while (run.verdict.kind === 'ok' && run.operations < operations && !limit.signal.aborted) {
    run.round(operations - run.operations);
    status.show(performance.now(), () => progressText(run, operations, performance.now() - startedMs));
    // Ctrl-C and the end of the time are heard between rounds.
    await new Promise((resolve) => setImmediate(resolve));
  }
  status.clear();
  limit.release();
  const record = run.record();
  const isShort = record.verdict.kind === 'ok' && record.operations < operations;
  const endedEarly = isShort
    ? `${terminal.interrupted.aborted ? 'interrupted' : 'time is up'} after ${count(record.operations)} of ${count(operations)} operations`
    : null;
  const kept = new Kept();
  if (jsonPath !== null)
    kept.write(() =>
      writeWhole(
        jsonPath,
        `${jsonText({ scenario: scenario.name, seed: request.seed, asked: operations, ...record }, 1)}\n`,
      ),
    );
  const what = `${scenario.name} soak, seed ${request.seed}, round ${record.rounds}`;
  const judgement = judge(together([
    factsOfVerdict(what, record.verdict, []),
    { done: 0, interrupted: endedEarly !== null && terminal.interrupted.aborted ? [endedEarly] : [] },
    kept.facts,
  ]));
  terminal.out(told(request, record, endedEarly, performance.now() - startedMs, registry));
  terminal.out(judgementText(judgement));
  kept.tell(terminal);
  return judgement.code;
}

function progressText({ operations, rounds, events }: Soak, target: number, elapsedMs: number): string {
  const leftMs = operations === 0 ? 0 : (elapsedMs / operations) * (target - operations);
  return [
    `${count(operations)}/${count(target)} operations`, plural(rounds, 'round'), plural(events, 'event'),
    `${short((operations / Math.max(1, elapsedMs)) * 1000)} operations/s`, `${duration(leftMs)} left`,
  ].join('  ');
}

const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function told(
  { name, seed, operations }: Request, record: SoakRecord, endedEarly: string | null, wallMs: number,
  registry: Context['registry'],
): string {
  const { verdict, rounds, judged, digest, counts, faults, nodes } = record;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const again = `soak${name === defaultScenario(registry) ? '' : ` ${quoted(name)}`} --seed ${seed} --operations ${operations}`;
  const kinds = faultKinds.filter((kind) => faults[kind] !== undefined);
  const never = kinds.filter((kind) => faults[kind]!.fired === 0);
  return [
    `${name} soak, seed ${seed}: ${plural(record.operations, 'operation')} answered in ${plural(rounds, 'round')}${endedEarly === null ? '' : ` (${endedEarly})`}`,
    '',
    table([
      ['  pieces of the history judged', `${count(judged)}, each cut where nothing was open and all replicas agreed`],
      ['  events', `${count(record.events)} in ${duration(record.endUs / 1000)} of virtual time`],
      ['  crashes, restarts', `${count(nodes.crashes)}, ${count(nodes.restarts)}`],
      [
        '  time',
        `${duration(wallMs)}, CPU ${duration((userCPUTime + systemCPUTime) / 1000)}, at most ${count(maxRSS / 1024)} MB of memory in the process`,
      ],
      ['  digest', digest],
    ]),
    '',
    table(
      [
        ['  reached', 'times'],
        ...Object.entries(counts).map(([situation, times]) => [`  ${words(situation)}`, count(times)]),
      ],
      [1],
    ),
    '',
    table(
      [
        ['  fault', 'eligible', 'fired', 'mattered'],
        ...kinds.map((kind) => [
          `  ${words(kind)}`, count(faults[kind]!.eligible), count(faults[kind]!.fired), count(faults[kind]!.mattered),
        ]),
      ],
      [1, 2, 3],
    ),
    '',
    ...(never.length === 0 ? [] : [`  NEVER FIRED although switched on: ${never.map(words).join(', ')}`, '']),
    ...(verdict.kind === 'ok'
      ? []
      : [
          verdict.kind === 'violation'
            ? `FAIL  in round ${rounds}, of property ${verdict.property}`
            : `UNKNOWN  in round ${rounds}`,
          `  ${verdict.detail}`,
          `  at step ${count(record.steps)}, virtual time ${virtualTime(record.endUs)}`,
          `  again   npx ${ownCommand(again)}`,
          '',
        ]),
    `  verdict  ${verdict.kind === 'ok' ? (endedEarly ?? 'passed') : verdict.kind}\n`,
  ].join('\n');
}
