/** Seeds of tests that are scripts, and what came of them: the rows of `whitewater lab`. */
import type { Failure, Nondeterminism } from './campaign.ts';
import { DrawError } from './draw-error.ts';
import { drawPlan, whyNotRun } from './draw.ts';
import { run, type RunRecord } from '../run.ts';
import { sameRun } from '../same-run.ts';
import { runAgain } from './run-again.ts';
import type { Scenario } from './scenario.ts';
import { sumOfDigests } from '../digest.ts';

/** What came of the seeds of one test. */
export interface LabRow {
  readonly scenario: string;
  readonly seeds: number;
  readonly passed: number;
  readonly violations: readonly Failure[];
  readonly unknowns: readonly { readonly seed: number; readonly detail: string }[];
  readonly nondeterministic: readonly Omit<Nondeterminism, 'where'>[];
  /** Faults of the harness itself. */
  readonly faults: readonly { readonly seed: number; readonly message: string }[];
  /** Seeds that could not be run: the scenario made no plan of them, or its system cannot run the plan. */
  readonly undrawn: readonly { readonly seed: number; readonly detail: string }[];
  readonly virtualUs: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly calls: number;
  readonly callBytes: number;
  /** Operations answered and judged, or commands agreed and compared. */
  readonly operations: number;
  readonly events: number;
  readonly digest: string;
}

/** Measures what `body` takes; the caller has the clocks. */
export type Meter = <T>(body: () => T) => { readonly value: T; readonly wallMs: number; readonly cpuMs: number };

export const emptyRow = (scenario: string): LabRow => ({
  scenario,
  seeds: 0,
  passed: 0,
  violations: [],
  unknowns: [],
  nondeterministic: [],
  faults: [],
  undrawn: [],
  virtualUs: 0,
  wallMs: 0,
  cpuMs: 0,
  calls: 0,
  callBytes: 0,
  operations: 0,
  events: 0,
  digest: '0000000000000000',
});

/** The row with one more seed; a violation is run twice, because it must be repeatable. */
export function withSeed(row: LabRow, scenario: Scenario, seed: number, meter: Meter): LabRow {
  const measured = meter(() => attempt(scenario, seed));
  const timed = {
    ...row, seeds: row.seeds + 1, wallMs: row.wallMs + measured.wallMs, cpuMs: row.cpuMs + measured.cpuMs,
  };
  if (typeof measured.value === 'string')
    return { ...timed, faults: [...row.faults, { seed, message: measured.value }] };
  if (measured.value instanceof DrawError)
    return { ...timed, undrawn: [...row.undrawn, { seed, detail: measured.value.message }] };
  return withRecord(timed, scenario, seed, measured.value);
}

function attempt(scenario: Scenario, seed: number): RunRecord | DrawError | string {
  try {
    return run(scenario.system, drawPlan(scenario, seed));
  } catch (error) {
    const why = whyNotRun(seed, error);
    if (why !== null) return new DrawError(why);
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

function withRecord(row: LabRow, scenario: Scenario, seed: number, first: RunRecord): LabRow {
  if (first.verdict.kind !== 'violation') return withVerdict(row, seed, first, []);
  const { record, again } = runAgain(scenario.system, () => drawPlan(scenario, seed), first);
  const { isSame, differs } = sameRun(record, again);
  return withVerdict(row, seed, record, isSame ? [] : [{ seed, digests: [record.digest, again.digest], differs }]);
}

function withVerdict(row: LabRow, seed: number, record: RunRecord, parted: LabRow['nondeterministic']): LabRow {
  const counted: LabRow = {
    ...row,
    virtualUs: row.virtualUs + record.endUs,
    calls: row.calls + (record.rpcs?.calls ?? 0),
    callBytes: row.callBytes + (record.rpcs?.bytes ?? 0),
    operations: row.operations + record.operationsCompleted,
    events: row.events + record.events,
    digest: sumOfDigests([row.digest, record.digest]),
  };
  const { verdict, digest, steps, endUs } = record;
  if (verdict.kind === 'ok') return { ...counted, passed: row.passed + 1 };
  if (verdict.kind === 'unknown') return { ...counted, unknowns: [...row.unknowns, { seed, detail: verdict.detail }] };
  const failure: Failure = {
    seed, property: verdict.property, detail: verdict.detail, step: steps, atUs: endUs, digest,
  };
  return {
    ...counted,
    violations: [...row.violations, failure],
    nondeterministic: [...row.nondeterministic, ...parted],
  };
}
