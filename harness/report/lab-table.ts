/** The rows of `whitewater lab` as a table for a person, and as JSON. */
import { count, duration, plural, table, virtualTime } from '../text/format.ts';
import { differsText } from '../same-run.ts';
import type { LabRow } from '../campaign/lab.ts';
import { ownCommand, quoted } from '../text/own-command.ts';
import { jsonText } from '../text/printable.ts';

const labFormat = 'whitewater-lab';

export interface LabFacts {
  readonly asked: string;
  readonly rows: readonly LabRow[];
  readonly wallMs: number;
  /** Why not everything was run; null when it was. */
  readonly endedEarly: string | null;
  /** The files to which the plans of failing seeds were written. */
  readonly planPaths: ReadonlyMap<string, string>;
}

export const planKey = (scenario: string, seed: number): string => `${scenario} ${seed}`;

interface Totals {
  readonly tests: number;
  readonly runs: number;
  readonly passed: number;
  readonly virtualUs: number;
  readonly busyMs: number;
  readonly cpuMs: number;
  readonly calls: number;
  readonly operations: number;
}

const sum = (rows: readonly LabRow[], of: (row: LabRow) => number): number =>
  rows.reduce((total, row) => total + of(row), 0);

const totalsOf = (rows: readonly LabRow[]): Totals => ({
  tests: rows.length,
  runs: sum(rows, (row) => row.seeds),
  passed: sum(rows, (row) => row.passed),
  virtualUs: sum(rows, (row) => row.virtualUs),
  busyMs: sum(rows, (row) => row.wallMs),
  cpuMs: sum(rows, (row) => row.cpuMs),
  calls: sum(rows, (row) => row.calls),
  operations: sum(rows, (row) => row.operations),
});

export function labTable(facts: LabFacts): string {
  const { rows, asked, endedEarly } = facts;
  const lines = rows.map((row) => [
    row.scenario, count(row.seeds), (row.virtualUs / 1_000_000).toFixed(1), count(row.wallMs), count(row.calls),
    count(row.operations), verdictOf(row),
  ]);
  const head = ['test', 'seeds', 'virtual s', 'wall ms', 'RPCs', 'operations', 'verdict'];
  return [
    table([head, ...lines], [1, 2, 3, 4, 5]),
    ...rows.flatMap((row) => troubles(row, facts.planPaths)),
    '',
    ...(endedEarly === null ? [] : [endedEarly]),
    totalsLine(asked, totalsOf(rows)),
    '',
  ].join('\n');
}

function verdictOf({ seeds, passed, violations, unknowns, nondeterministic, faults, undrawn }: LabRow): string {
  if (faults.length > 0) return `FAULT of the harness in ${faults.length}`;
  if (nondeterministic.length > 0) return `NOT DETERMINISTIC in ${nondeterministic.length}`;
  if (violations.length > 0) return `VIOLATION in ${violations.length}`;
  if (undrawn.length > 0) return `NOT RUN in ${undrawn.length}`;
  if (unknowns.length > 0) return `UNKNOWN in ${unknowns.length}`;
  return passed === seeds && seeds > 0 ? 'ok' : 'NOT RUN';
}

/** At most as many as a person will look at, for each test. */
const shownTroubles = 3;

function troubles(row: LabRow, planPaths: ReadonlyMap<string, string>): string[] {
  const { scenario, violations, unknowns, nondeterministic, faults, undrawn } = row;
  const told = [
    ...faults.map(({ seed, message }) => `  seed ${seed}: a fault of the harness itself: ${message}`),
    ...nondeterministic.map(({ seed, differs }) => `  seed ${seed}: ${differsText(differs)}`),
    ...violations.flatMap(({ seed, property, detail, step, atUs }) => [
      `  seed ${seed}: ${property}: ${detail}\n` +
        `    at step ${count(step)}, virtual time ${virtualTime(atUs)}; again: ${replayLine(scenario, seed, planPaths)}`,
    ]),
    ...undrawn.map(({ detail }) => `  ${detail}`),
    ...unknowns.map(
      ({ seed, detail }) => `  seed ${seed}: unknown: ${detail}; again: ${replayLine(scenario, seed, planPaths)}`,
    ),
  ];
  if (told.length === 0) return [];
  const hidden = told.length - shownTroubles;
  return [
    '', scenario, ...told.slice(0, shownTroubles),
    ...(hidden > 0 ? [`  and ${hidden} more not shown: --json FILE has all`] : []),
  ];
}

function replayLine(scenario: string, seed: number, planPaths: ReadonlyMap<string, string>): string {
  const path = planPaths.get(planKey(scenario, seed));
  return ownCommand(path === undefined ? `replay ${seed} --scenario ${scenario}` : `replay ${quoted(path)}`);
}

function totalsLine(asked: string, totals: Totals): string {
  const { tests, runs, passed, virtualUs, busyMs, cpuMs, calls, operations } = totals;
  const speedUp = busyMs === 0 ? 0 : virtualUs / 1000 / busyMs;
  const perCpuSecond = cpuMs === 0 ? 0 : (operations / cpuMs) * 1000;
  return [
    `${asked}: ${passed} of ${plural(runs, 'run')} of ${plural(tests, 'test')} passed`,
    `${count(virtualUs / 1_000_000)} virtual s in ${duration(busyMs)} (${count(speedUp)} times faster), ${duration(cpuMs)} of CPU`,
    `${count(calls)} RPCs`,
    `${plural(operations, 'operation')} checked, ${count(perCpuSecond)} per CPU second`,
  ].join('; ');
}

export function labJson(facts: LabFacts): string {
  const { rows, wallMs, asked, endedEarly } = facts;
  const totals = totalsOf(rows);
  return `${jsonText(
    {
      format: labFormat,
      version: 1,
      asked,
      endedEarly,
      totals: {
        ...totals, wallMs: Math.round(wallMs), violations: sum(rows, (row) => row.violations.length),
        unknown: sum(rows, (row) => row.unknowns.length),
      },
      tests: rows,
    },
    1,
  )}\n`;
}
