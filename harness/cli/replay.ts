/** `whitewater replay`: one seed or one plan again, byte for byte, with as much detail as is asked for. */
import { factsOfVerdict } from '../campaign/facts.ts';
import { judge, judgementText, together } from '../campaign/judgement.ts';
import type { Plan } from '../plan/plan.ts';
import { run, type RunRecord } from '../run.ts';
import { differsText, sameRun } from '../same-run.ts';
import { runAgain } from '../campaign/run-again.ts';
import { protocolContract } from '../../checkers/run-properties.ts';
import { frozen } from '../world/frozen.ts';
import type { System } from '../system.ts';
import { hasOptions } from '../../checkers/spec/beyond.ts';
import { traceTla } from '../../checkers/spec/trace-tla.ts';
import type { SpecStep } from '../../checkers/spec/step.ts';
import { tellingSteps } from '../world/spec-steps.ts';
import { TraceLines } from '../world/trace.ts';
import { nodeName } from '../plan/node-name.ts';
import { defaultScenario } from '../campaign/registry.ts';
import { parseCommandLine, UsageError, wholeNumber, type Command, type Context, type ExitCode } from './command.ts';
import { mustBeWritable, writeWhole } from '../text/files.ts';
import { Kept } from './kept.ts';
import { count, table, virtualTime } from '../text/format.ts';
import { planInFile } from './plan-in-file.ts';
import { planOf } from './plan-of.ts';
import { scenarioFor } from './scenario-for.ts';
import { spareTheCompiler } from './short-run.ts';
import { jsonText } from '../text/printable.ts';

const usage = `whitewater replay SEED|PLAN.json [options]

Runs one seed of a scenario, or one plan from a file, twice, and holds the two against each other. In the second
run all states, messages and writes are frozen, so that a reducer which writes to one is found.

  --scenario NAME    the scenario that the seed is of (default: the first one, swarm)
  --freeze           freeze them in both
  --trace FILE       write every step as JSON lines
  --json FILE        write the record of the run as JSON
  --trace-tla FILE   write the run in the form that etcd's trace validation reads (docs/specification.md), one
                     JSON object a line, for TLC: of a system that has a specification
  --help             this text

Exit code: 0 passed, 1 a violation, 2 unknown, 3 the two runs differ, 4 wrong usage.
`;

export const replayCommand: Command = {
  usage,
  run: replay,
};

interface Replayed {
  readonly plan: Plan;
  readonly system: System;
  readonly what: string;
}

async function replay(argv: readonly string[], context: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('replay', argv, {
    scenario: { type: 'string' },
    trace: { type: 'string' },
    json: { type: 'string' },
    'trace-tla': { type: 'string' },
    freeze: { type: 'boolean' },
  });
  if (positionals.length !== 1) throw new UsageError('replay takes one seed or one plan file');
  for (const path of [values.trace, values.json, values['trace-tla']])
    if (path !== undefined) mustBeWritable(path, context.terminal.err, positionals);
  spareTheCompiler();
  const replayed = await find(positionals[0]!, values.scenario, context);
  const trace = new TraceLines(replayed.system, (node) => nodeName(replayed.plan, node));
  const system = values.freeze === true ? frozen(replayed.system) : replayed.system;
  const { record, again } = runAgain(system, () => replayed.plan, run(system, replayed.plan));
  // Of a violation that only a frozen run shows, the trace is that of the frozen run.
  const isOnlyFrozen = record.verdict.kind === 'violation' && record.verdict.property === protocolContract.name;
  if (values.trace !== undefined) run(isOnlyFrozen ? frozen(system) : system, replayed.plan, trace);
  const kept = new Kept();
  const { trace: tracePath, json: jsonPath, 'trace-tla': tlaPath } = values;
  if (tlaPath !== undefined) {
    const lines = tlaLines(system, replayed.plan);
    kept.write(() => writeWhole(tlaPath, `${lines.join('\n')}\n`));
  }
  if (tracePath !== undefined) kept.write(() => writeWhole(tracePath, `${trace.lines.join('\n')}\n`));
  if (jsonPath !== undefined)
    kept.write(() => writeWhole(jsonPath, `${jsonText({ ...record, plan: replayed.plan }, 1)}\n`));
  const judgement = judge(
    together([factsOfVerdict(replayed.what, record.verdict, sameRun(record, again).differs), kept.facts]),
  );
  context.terminal.out(`${told(replayed, record, again)}${judgementText(judgement)}`);
  kept.tell(context.terminal);
  return judgement.code;
}

/** @throws UsageError when the system has no specification, or none for this plan */
function tlaLines(system: System, plan: Plan): readonly string[] {
  if (system.specification === undefined)
    throw new UsageError(
      `--trace-tla: system "${system.name}" has no \`specification\`, so that nobody knows what its steps are in Raft's terms`,
    );
  const abstraction = system.specification(plan);
  if (abstraction?.options.persistence === 'pipelined') {
    throw new UsageError(
      '--trace-tla: in this plan servers go on while they write, so that a message may be heard before the step that sent it takes effect, and no trace says that: a plan without pipelined writes can be traced',
    );
  }
  if (abstraction === undefined || hasOptions(abstraction.options)) {
    throw new UsageError(
      '--trace-tla: the settings of this plan have an option of Raft on that no trace has a line for (docs/specification.md): a plan without that can be traced',
    );
  }
  const steps: SpecStep[] = [];
  run(tellingSteps(system, (step) => steps.push(step)), plan);
  return [...traceTla({ servers: abstraction.options.servers, initialTerm: abstraction.initialTerm }, steps)];
}

async function find(asked: string, scenarioName: string | undefined, { registry }: Context): Promise<Replayed> {
  if (/^\d+$/.test(asked)) {
    const seed = wholeNumber('the seed', asked, 0, 2 ** 40);
    const { scenario } = await scenarioFor(registry, scenarioName ?? defaultScenario(registry));
    return { plan: planOf(scenario, seed), system: scenario.system, what: `${scenario.name} seed ${seed}` };
  }
  const { plan, system } = await planInFile(asked, scenarioName, registry);
  return { plan, system, what: asked };
}

function told({ what, plan }: Replayed, record: RunRecord, again: RunRecord): string {
  const { verdict, digest, steps, events, endUs, operationsCompleted } = record;
  const { isSame, differs } = sameRun(record, again);
  const rows = [
    ['  verdict', verdict.kind === 'violation' ? `violation of ${verdict.property}` : verdict.kind],
    ...(verdict.kind === 'ok' ? [] : [['  what', verdict.detail]]),
    [
      verdict.kind === 'violation' ? '  at' : '  ended at',
      `step ${count(steps)}, virtual time ${virtualTime(endUs)}, ${count(events)} events`,
    ],
    ['  cluster', `${plan.servers} servers, ${plan.clients} clients`],
    [
      '  operations',
      plan.script === undefined
        ? `${count(operationsCompleted)} of ${count(plan.operations.length)} answered`
        : `${count(operationsCompleted)} checked, of the script ${plan.script}`,
    ],
    ['  digest', isSame ? `${digest}, twice` : `${digest}, and ${again.digest} the second time: NOT DETERMINISTIC`],
    ...(isSame ? [] : [['  differs', differsText(differs)]]),
  ];
  return `${what}\n${table(rows)}\n`;
}
