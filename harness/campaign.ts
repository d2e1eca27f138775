/**
 * Many seeds of one scenario. Campaigns, shards and workers all call `runChunk`, and put the pieces
 * together with `merge`, which depends on neither their order nor on who ran them.
 */
import { Digest, sumOfDigests } from './digest.ts';
import { run, type RunRecord } from './run.ts';
import type { Scenario } from './scenario.ts';

export interface Failure {
  readonly seed: number;
  readonly property: string;
  readonly detail: string;
  readonly step: number;
  readonly atUs: number;
  readonly digest: string;
}

/** How often something happened, in how many seeds, and in which one first. */
export interface Tally {
  readonly total: number;
  readonly seeds: number;
  /** The lowest seed in which it happened; null when it never did. */
  readonly firstSeed: number | null;
}

export interface ChunkResult {
  readonly scenario: string;
  readonly seeds: number;
  readonly passed: number;
  /** By seed. */
  readonly violations: readonly Failure[];
  readonly unknowns: readonly { readonly seed: number; readonly detail: string }[];
  /** Seeds that gave two digests, and both. */
  readonly nondeterministic: readonly { readonly seed: number; readonly digests: readonly [string, string] }[];
  /** Faults of the harness itself. */
  readonly faults: readonly { readonly seed: number; readonly message: string }[];
  readonly operations: number;
  readonly events: number;
  readonly steps: number;
  readonly virtualUs: number;
  /** Seeds in which no operation completed: they prove nothing. */
  readonly trivial: number;
  /** By name, in the order in which the runs give them. */
  readonly tallies: Readonly<Record<string, Tally>>;
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
  operations: 0,
  events: 0,
  steps: 0,
  virtualUs: 0,
  trivial: 0,
  tallies: {},
  digest: '0000000000000000',
});

/** Runs the seeds one after the other; a violation is run twice, because it must be repeatable. */
export function runChunk(scenario: Scenario, seeds: readonly number[]): ChunkResult {
  let result = emptyResult(scenario.name);
  for (const seed of seeds) result = merge(result, runSeed(scenario, seed));
  return result;
}

function runSeed(scenario: Scenario, seed: number): ChunkResult {
  try {
    const record = run(scenario.system, scenario.draw(seed));
    const again = record.verdict.kind === 'violation' ? run(scenario.system, scenario.draw(seed)) : record;
    return resultOf(scenario.name, seed, record, again.digest);
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...emptyResult(scenario.name), seeds: 1, faults: [{ seed, message }] };
  }
}

function resultOf(scenario: string, seed: number, record: RunRecord, digestAgain: string): ChunkResult {
  const { verdict, digest, steps } = record;
  const isSame = digest === digestAgain;
  return {
    scenario,
    seeds: 1,
    passed: verdict.kind === 'ok' ? 1 : 0,
    violations: verdict.kind === 'violation'
      ? [{ seed, property: verdict.property, detail: verdict.detail, step: steps, atUs: record.endUs, digest }]
      : [],
    unknowns: verdict.kind === 'unknown' ? [{ seed, detail: verdict.detail }] : [],
    nondeterministic: isSame ? [] : [{ seed, digests: [digest, digestAgain] }],
    faults: [],
    operations: record.operationsCompleted,
    events: record.events,
    steps,
    virtualUs: record.endUs,
    trivial: record.operationsCompleted === 0 ? 1 : 0,
    tallies: talliesOf(seed, record),
    digest: seedDigest(seed, digest),
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
    operations: a.operations + b.operations,
    events: a.events + b.events,
    steps: a.steps + b.steps,
    virtualUs: a.virtualUs + b.virtualUs,
    trivial: a.trivial + b.trivial,
    tallies: mergedTallies(a.tallies, b.tallies),
    digest: sumOfDigests([a.digest, b.digest]),
  };
}

function bySeed<T extends { readonly seed: number }>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (a.length === 0) return b;
  return b.length === 0 ? a : [...a, ...b].sort((x, y) => x.seed - y.seed);
}

function mergedTallies(a: Readonly<Record<string, Tally>>, b: Readonly<Record<string, Tally>>): Record<string, Tally> {
  const merged: Record<string, Tally> = { ...a };
  for (const [name, tally] of Object.entries(b)) {
    const known = merged[name];
    merged[name] = known === undefined ? tally : {
      total: known.total + tally.total,
      seeds: known.seeds + tally.seeds,
      firstSeed: lower(known.firstSeed, tally.firstSeed),
    };
  }
  return merged;
}

function lower(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
