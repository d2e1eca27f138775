/** `whitewater lab`: the tests of MIT 6.824's Lab 2 and Lab 3, and what they leave out, in virtual time. */
import { emptyRow, withSeed, type LabRow, type Meter } from '../campaign/lab.ts';
import { factsOfSeeds } from '../campaign/facts.ts';
import { judge, judgementText, together } from '../campaign/judgement.ts';
import { labJson, labTable, planKey } from '../report/lab-table.ts';
import type { Registry, Scenario } from '../campaign/scenario.ts';
import { parseCommandLine, UsageError, wholeNumber, type Command, type ExitCode, type Terminal } from './command.ts';
import { mustBeWritable, writeWhole } from '../text/files.ts';
import { plural } from '../text/format.ts';
import { spareTheInliner } from './short-run.ts';
import { Kept } from './kept.ts';
import { savePlan } from './save-plans.ts';
import { StatusLine } from './status-line.ts';

const usage = `whitewater lab [NAME|2A|2B|2C|2D|3A|3B|gaps|all] [options]

Runs the tests of MIT 6.824's Lab 2 and Lab 3 in virtual time, each with its every assertion, the
checks of every step, and linearizability on every history; and, as gaps, what the labs leave out.
NAME is a test (2B-7-Backup), its number (2B-7) or its title (Backup). Without one: all.

  --seeds N          how many seeds of each test (default 1); a seed is a schedule
  --from S           the first seed (default 1)
  --manner M         lab: failed calls are reported at once, as in the labs (default)
                     honest: a lost message is noticed by nobody but a timer
                     The gaps have a network of their own, whatever the manner.
  --json FILE        write all facts as JSON
  --help             this text

The plan of each failing seed is written to failures/. Exit code: 0 all passed, 1 a violation,
2 unknown or not run to the end, 3 one seed gave two different runs, 4 wrong usage or a seed that cannot be drawn,
5 a fault of the harness itself.
`;

const groups = ['2A', '2B', '2C', '2D', '3A', '3B'] as const;

interface Request {
  readonly asked: string;
  readonly scenarios: readonly Scenario[];
  readonly first: number;
  readonly seeds: number;
  readonly jsonPath: string | null;
}

export const labCommand: Command = {
  usage,
  run: async (argv, { registry, terminal }) => runLab(parse(argv, registry), terminal),
};

function parse(argv: readonly string[], registry: Registry): Request {
  const { values, positionals } = parseCommandLine('lab', argv, {
    seeds: { type: 'string' },
    from: { type: 'string' },
    manner: { type: 'string' },
    json: { type: 'string' },
  });
  if (positionals.length > 1)
    throw new UsageError(`lab takes one test or group, not ${positionals.length}: ${positionals.join(' ')}`);
  const manner = values.manner ?? 'lab';
  if (manner !== 'lab' && manner !== 'honest') throw new UsageError(`--manner takes lab or honest, not "${manner}"`);
  const name = positionals[0] ?? 'all';
  const seeds = wholeNumber('--seeds', values.seeds ?? '1', 1, 1_000_000_000);
  return {
    asked: `lab ${name}, ${plural(seeds, 'seed')}, ${manner} manner`,
    scenarios: select(registry, name, manner === 'lab' ? 'lab' : 'lab-honest'),
    first: wholeNumber('--from', values.from ?? '1', 0, 2 ** 40),
    seeds,
    jsonPath: values.json ?? null,
  };
}

/** @throws UsageError when nothing has that name */
function select({ scenarios }: Registry, asked: string, folder: string): readonly Scenario[] {
  const tests = [...scenarios.values()].filter(({ name }) => [folder, 'lab-gaps'].includes(folderOf(name)));
  if (asked === 'all') return tests;
  if (asked === 'gaps') return tests.filter(({ name }) => folderOf(name) === 'lab-gaps');
  if ((groups as readonly string[]).includes(asked))
    return tests.filter(({ name }) => testOf(name).startsWith(`${asked}-`));
  const found = tests.filter(({ name }) => isNamed(name, asked));
  if (found.length > 0) return found;
  const wanted = asked.toLowerCase();
  const near = tests.map(({ name }) => testOf(name)).filter((name) => name.toLowerCase().includes(wanted));
  const hint =
    near.length > 0
      ? `did you mean ${near.join(', ')}?`
      : 'a test such as 2B-7-Backup, a group (2A, 2B, 2C, 2D, 3A, 3B, gaps) or all is expected';
  throw new UsageError(`there is no lab test "${asked}"; ${hint}`);
}

const folderOf = (name: string): string => name.split('/')[0]!;
const testOf = (name: string): string => name.slice(name.indexOf('/') + 1);

/** By its whole name, by its test's name, by its number or by its title. */
function isNamed(name: string, asked: string): boolean {
  const test = testOf(name);
  const [, number, title] = /^(\d[A-D]-\d+)-(.*)$/.exec(test) ?? [];
  return [name, test, number, title].includes(asked);
}

async function runLab({ asked, scenarios, first, seeds, jsonPath }: Request, terminal: Terminal): Promise<ExitCode> {
  if (jsonPath !== null) mustBeWritable(jsonPath, terminal.err);
  if (scenarios.length * seeds <= shortRuns) spareTheInliner();
  const startedMs = performance.now();
  const progress = new LabProgress(terminal, scenarios.length * seeds, startedMs);
  const rows: LabRow[] = [];
  for (const scenario of scenarios) {
    let row = emptyRow(scenario.name);
    for (let seed = first; seed < first + seeds && !terminal.interrupted.aborted; seed++) {
      row = withSeed(row, scenario, seed, measured);
      // oxlint-disable-next-line no-await-in-loop -- between two seeds others have a turn, Ctrl-C among them
      await progress.step(scenario.name);
    }
    if (row.seeds > 0) rows.push(row);
  }
  progress.clear();
  const kept = new Kept();
  const facts = {
    asked,
    rows,
    wallMs: performance.now() - startedMs,
    endedEarly: terminal.interrupted.aborted ? `interrupted after ${progress.done} of ${progress.target} runs` : null,
    planPaths: savePlans(scenarios, rows, kept),
  };
  // Whatever kept a run from being made: what was not run has not passed.
  const left = progress.target - progress.done;
  const interrupted = left === 0 ? [] : [facts.endedEarly ?? `${plural(left, 'run')} not made`];
  if (jsonPath !== null) kept.write(() => writeWhole(jsonPath, labJson(facts)));
  const judgement = judge(together([...rows.map(factsOfSeeds), { done: 0, interrupted }, kept.facts]));
  terminal.out(`${labTable(facts)}${judgementText(judgement)}`);
  kept.tell(terminal);
  return judgement.code;
}

const shortRuns = 500;

const measured: Meter = (body) => {
  const cpu = process.cpuUsage();
  const startedNs = process.hrtime.bigint();
  const value = body();
  const wallMs = Number(process.hrtime.bigint() - startedNs) / 1e6;
  const { user, system } = process.cpuUsage(cpu);
  return { value, wallMs, cpuMs: (user + system) / 1000 };
};

const redrawMs = 100;
const turnMs = 20;

/** Counts the runs, shows how far they are, and lets a Ctrl-C through now and then. */
class LabProgress {
  done = 0;
  readonly target: number;
  private readonly status: StatusLine;
  private turnedMs: number;

  constructor(terminal: Terminal, target: number, nowMs: number) {
    this.status = new StatusLine(terminal, redrawMs, nowMs);
    this.target = target;
    this.turnedMs = nowMs;
  }

  async step(name: string): Promise<void> {
    this.done += 1;
    const nowMs = performance.now();
    if (nowMs - this.turnedMs < turnMs) return;
    this.turnedMs = nowMs;
    this.status.show(nowMs, () => `${this.done}/${this.target} runs  ${name}`);
    await new Promise((resolve) => setImmediate(resolve));
  }

  clear(): void {
    this.status.clear();
  }
}

/** At most as many as a person will look at, for each test; every seed can be run again by its number. */
const savedPlans = 3;

function savePlans(scenarios: readonly Scenario[], rows: readonly LabRow[], kept: Kept): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const { scenario, violations, unknowns } of rows) {
    const found = scenarios.find(({ name }) => name === scenario)!;
    for (const { seed } of [...violations, ...unknowns].slice(0, savedPlans))
      kept.write(() => paths.set(planKey(scenario, seed), savePlan(found, seed)));
  }
  return paths;
}
