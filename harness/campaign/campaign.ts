/**
 * Many seeds of one scenario. Campaigns, shards and workers all call `runChunk`, and put the pieces
 * together with `merge`, which depends on neither their order nor on who ran them.
 */
import { CheckersDiffer } from '../../checkers/checkers-differ.ts';
import { Digest, sumOfDigests } from '../digest.ts';
import { distributionOf, sumOfDistributions, type Distribution } from './distribution.ts';
import { divergence } from './divergence.ts';
import { drawPlan, whyNotRun } from './draw.ts';
import { answer } from '../world/fate.ts';
import { run, type RunRecord } from '../run.ts';
import { sameRun } from '../same-run.ts';
import { runAgain } from './run-again.ts';
import type { Scenario } from './scenario.ts';

export interface Failure {
  readonly seed: number;
  readonly property: string;
  readonly detail: string;
  readonly step: number;
  readonly atUs: number;
  readonly digest: string;
  /** The thread was lost with the run: it has no record, and is not run again to be told. */
  readonly isLost?: true;
}

/** How often something happened, in how many seeds, and in which one first. */
export interface Tally {
  readonly total: number;
  readonly seeds: number;
  /** The lowest seed in which it happened; null when it never did. */
  readonly firstSeed: number | null;
}

/** A fault of the harness itself. */
export interface HarnessFault {
  readonly seed: number;
  readonly message: string;
  /** Where two ways of checking differ: the history of the clients, whole. */
  readonly history?: string;
}

/** A seed whose two runs are not the same: what of them differs, and where they part. */
export interface Nondeterminism {
  readonly seed: number;
  readonly digests: readonly [string, string];
  readonly differs: readonly string[];
  readonly where: string;
}

/** Of one kind of fault: in how many seeds it was on, how often it could strike, did, and mattered. */
export interface FaultTally {
  readonly seeds: number;
  readonly eligible: number;
  readonly fired: number;
  readonly mattered: number;
  /** The lowest seeds in which it fired, and in which it mattered; null when there is none. */
  readonly firstFired: number | null;
  readonly firstMattered: number | null;
}

export interface ChunkResult {
  readonly scenario: string;
  readonly seeds: number;
  readonly passed: number;
  /** By seed. */
  readonly violations: readonly Failure[];
  readonly unknowns: readonly { readonly seed: number; readonly detail: string }[];
  /** Seeds whose two runs are not the same, beside whatever the first run came to. */
  readonly nondeterministic: readonly Nondeterminism[];
  /** Faults of the harness itself. */
  readonly faults: readonly HarnessFault[];
  /** Seeds of which the scenario could make no plan. */
  readonly undrawn: readonly { readonly seed: number; readonly detail: string }[];
  readonly operations: number;
  readonly events: number;
  readonly steps: number;
  readonly virtualUs: number;
  /** Seeds in which no operation completed: they prove nothing. */
  readonly trivial: number;
  /** By name, in the order in which the runs give them. */
  readonly tallies: Readonly<Record<string, Tally>>;
  /** Of every kind of fault that was on in a seed. */
  readonly faultKinds: Readonly<Record<string, FaultTally>>;
  /** Of each measure of pace (harness/workload/pace.ts), by name. */
  readonly pace: Readonly<Record<string, Distribution>>;
  /** Seeds that were run twice although they had passed. */
  readonly doubleChecked: number;
  /** A sum over all seeds of a digest of the seed and its run's digest. */
  readonly digest: string;
}

export const emptyResult = (scenario: string): ChunkResult => ({
  scenario,
  seeds: 0,
  passed: 0,
  violations: [],
  unknowns: [],
  nondeterministic: [],
  faults: [],
  undrawn: [],
  operations: 0,
  events: 0,
  steps: 0,
  virtualUs: 0,
  trivial: 0,
  tallies: {},
  faultKinds: {},
  pace: {},
  doubleChecked: 0,
  digest: '0000000000000000',
});

/** The share of seeds that are run twice, in ten thousandths. Which ones depends on the seeds alone. */
export type DoubleCheck = number;

const isDoubleChecked = (seed: number, per10000: DoubleCheck): boolean => answer(seed, 77) % 10_000 < per10000;

/** Runs the seeds one after the other; a violation is run twice, because it must be repeatable. */
export function runChunk(scenario: Scenario, seeds: readonly number[], doubleCheck: DoubleCheck = 0): ChunkResult {
  let result = emptyResult(scenario.name);
  for (const seed of seeds) result = merge(result, runSeed(scenario, seed, isDoubleChecked(seed, doubleCheck)));
  return result;
}

function runSeed(scenario: Scenario, seed: number, isChecked: boolean): ChunkResult {
  try {
    const { system } = scenario;
    const draw = () => drawPlan(scenario, seed);
    const first = run(system, draw());
    if (first.verdict.kind !== 'violation' && !isChecked) return resultOf(scenario.name, seed, first, [], 0);
    const { record, again } = runAgain(system, draw, first);
    const { isSame, differs } = sameRun(record, again);
    const parted = isSame ? [] : [{
      seed, digests: [record.digest, again.digest] as const, differs, where: divergence(system, draw()),
    }];
    return resultOf(scenario.name, seed, record, parted, isChecked ? 1 : 0);
  } catch (error) {
    const nothing = { ...emptyResult(scenario.name), seeds: 1 };
    const why = whyNotRun(seed, error);
    if (why !== null) return { ...nothing, undrawn: [{ seed, detail: why }] };
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      ...nothing,
      faults: [{ seed, message, ...(error instanceof CheckersDiffer && { history: error.history }) }],
    };
  }
}

function resultOf(
  scenario: string, seed: number, record: RunRecord, nondeterministic: readonly Nondeterminism[], doubleChecked: number,
): ChunkResult {
  const { verdict, digest, steps } = record;
  return {
    scenario,
    seeds: 1,
    passed: verdict.kind === 'ok' ? 1 : 0,
    violations:
      verdict.kind === 'violation'
        ? [{ seed, property: verdict.property, detail: verdict.detail, step: steps, atUs: record.endUs, digest }]
        : [],
    unknowns: verdict.kind === 'unknown' ? [{ seed, detail: verdict.detail }] : [],
    nondeterministic,
    faults: [],
    undrawn: [],
    operations: record.operationsCompleted,
    events: record.events,
    steps,
    virtualUs: record.endUs,
    trivial: record.operationsCompleted === 0 ? 1 : 0,
    tallies: talliesOf(seed, record),
    faultKinds: faultTalliesOf(seed, record),
    pace: verdict.kind === 'ok' ? paceOf(record) : {},
    doubleChecked,
    digest: seedDigest(seed, digest),
  };
}

function faultTalliesOf(seed: number, { faults }: RunRecord): Record<string, FaultTally> {
  const tallies: Record<string, FaultTally> = {};
  for (const [kind, { eligible, fired, mattered }] of Object.entries(faults)) {
    tallies[kind] = {
      seeds: 1, eligible, fired, mattered, firstFired: fired > 0 ? seed : null,
      firstMattered: mattered > 0 ? seed : null,
    };
  }
  return tallies;
}

function paceOf({ pace }: RunRecord): Record<string, Distribution> {
  if (pace === undefined) return {};
  const { answersUs, ...single } = pace;
  const measured = Object.entries(single).filter((one): one is [string, number] => one[1] !== null);
  return {
    ...Object.fromEntries(measured.map(([name, value]) => [name, distributionOf([value])])),
    ...(answersUs.length === 0 ? {} : { answersUs: distributionOf(answersUs) }),
  };
}

/** Ties a run's digest to its seed, so that two seeds that change places are noticed. */
function seedDigest(seed: number, runDigest: string): string {
  const digest = new Digest();
  digest.number(seed);
  digest.string(runDigest);
  return digest.hex();
}

function talliesOf(seed: number, { counts, nodes, network }: RunRecord): Record<string, Tally> {
  const tallies: Record<string, Tally> = {};
  for (const source of [counts, nodes, network]) {
    for (const [name, total] of Object.entries(source)) {
      tallies[name] = { total, seeds: total > 0 ? 1 : 0, firstSeed: total > 0 ? seed : null };
    }
  }
  return tallies;
}

/** @throws TypeError when the two are of different scenarios */
export function merge(a: ChunkResult, b: ChunkResult): ChunkResult {
  if (a.scenario !== b.scenario) throw new TypeError(`cannot merge results of ${a.scenario} and ${b.scenario}`);
  return {
    scenario: a.scenario,
    seeds: a.seeds + b.seeds,
    passed: a.passed + b.passed,
    violations: bySeed(a.violations, b.violations),
    unknowns: bySeed(a.unknowns, b.unknowns),
    nondeterministic: bySeed(a.nondeterministic, b.nondeterministic),
    faults: bySeed(a.faults, b.faults),
    undrawn: bySeed(a.undrawn, b.undrawn),
    operations: a.operations + b.operations,
    events: a.events + b.events,
    steps: a.steps + b.steps,
    virtualUs: a.virtualUs + b.virtualUs,
    trivial: a.trivial + b.trivial,
    tallies: merged(a.tallies, b.tallies, sumOfTallies),
    faultKinds: merged(a.faultKinds, b.faultKinds, sumOfFaultTallies),
    pace: merged(a.pace, b.pace, sumOfDistributions),
    doubleChecked: a.doubleChecked + b.doubleChecked,
    digest: sumOfDigests([a.digest, b.digest]),
  };
}

function bySeed<T extends { readonly seed: number }>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (a.length === 0) return b;
  return b.length === 0 ? a : [...a, ...b].sort((x, y) => x.seed - y.seed);
}

function merged<T>(
  a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>, sum: (one: T, other: T) => T,
): Record<string, T> {
  const all: Record<string, T> = { ...a };
  for (const [name, tally] of Object.entries(b)) {
    const known = all[name];
    all[name] = known === undefined ? tally : sum(known, tally);
  }
  return all;
}

const sumOfTallies = (a: Tally, b: Tally): Tally => ({
  total: a.total + b.total,
  seeds: a.seeds + b.seeds,
  firstSeed: lower(a.firstSeed, b.firstSeed),
});

const sumOfFaultTallies = (a: FaultTally, b: FaultTally): FaultTally => ({
  seeds: a.seeds + b.seeds,
  eligible: a.eligible + b.eligible,
  fired: a.fired + b.fired,
  mattered: a.mattered + b.mattered,
  firstFired: lower(a.firstFired, b.firstFired),
  firstMattered: lower(a.firstMattered, b.firstMattered),
});

function lower(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
