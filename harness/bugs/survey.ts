/** Hunts every bug from several starting points, on a number of threads that all bugs share. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Tinypool } from 'tinypool';
import type { OracleSet } from '../campaign/oracles.ts';
import { readText, temporaryFolder } from '../text/files.ts';
import { UsageError } from '../text/usage-error.ts';
import { buildAside, type Aside } from './aside.ts';
import { isOfHouse } from './catalogue.ts';
import type { KnownBug } from './known-bug.ts';
import { AsideError } from './patched.ts';
import { scoreOf, type Score, type Start } from './score.ts';
import { shortestFinds } from './shortest-finds.ts';
import { Slots } from './slots.ts';
import { typeErrors } from './type-check.ts';
import { witnessPath } from './witness.ts';
import { workerUrl } from './worker-url.ts';
import type { HuntSpec, ShrinkSeedSpec, ShrunkSeed, TimedHunt, Witnessed, WitnessSpec } from './worker.ts';

export interface SurveySpec {
  readonly bugs: readonly KnownBug[];
  readonly registryUrl: string;
  readonly scenario: string;
  readonly oracles: OracleSet;
  /** At most so many seeds from each starting point. */
  readonly seedsMax: (bug: KnownBug) => number;
  readonly starts: number;
  readonly from: number;
  readonly workers: number;
  /** Candidates that a shrinker may try for a bug without a witness; 0 shrinks nothing. */
  readonly shrinkRunsMax: number;
  readonly stop: AbortSignal;
  readonly onProgress: (bug: KnownBug, seeds: number) => void;
  readonly onResult: (result: BugResult) => void;
}

export interface BugResult {
  readonly bug: KnownBug;
  readonly score: Score;
  readonly starts: readonly Start[];
  /** What its witness shows when it is replayed; of a bug without one, the shortest that a few finds shrank to. */
  readonly witness: Witness | null;
  /** Why it was not hunted: its patch or its witness is of no use; null when it was. */
  readonly trouble: string | null;
  /** A fault of the harness itself, in a hunt or while shrinking; null when there was none. */
  readonly fault: string | null;
}

export interface Witness extends Witnessed {
  readonly path: string;
  /** The plan, when there was no file yet; null when the file was replayed. */
  readonly shrunkText: string | null;
}

/** Starting points are so far apart that no two of them share a seed. */
const seedsBetweenStarts = 1_000_000;
/** Few enough that Ctrl-C is quick. */
const seedsPerTask = 25;
const bugsAtOnce = 2;

export async function survey(spec: SurveySpec): Promise<readonly BugResult[]> {
  const folder = temporaryFolder('whitewater-bugs-');
  const slots = new Slots(spec.workers);
  const mistyped = await typeErrors(spec.bugs.filter((bug) => !isOfHouse(bug)));
  const results: BugResult[] = [];
  const queue = spec.bugs.values();
  const serve = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true && !spec.stop.aborted; next = queue.next()) {
      const result = await surveyOne(spec, next.value, mistyped.get(next.value), join(folder, next.value.name), slots);
      if (result === null) continue;
      results.push(result);
      spec.onResult(result);
    }
  };
  try {
    // All must be done before the folder goes, also when one of them fails.
    const ended = await Promise.allSettled(Array.from({ length: bugsAtOnce }, serve));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    return spec.bugs.flatMap((bug) => results.filter((result) => result.bug === bug));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Null when it was interrupted before any starting point was done. */
async function surveyOne(
  spec: SurveySpec, bug: KnownBug, mistyped: string | undefined, folder: string, slots: Slots,
): Promise<BugResult | null> {
  let aside: Aside;
  try {
    aside = buildAside(bug, folder);
    if (mistyped !== undefined) throw new AsideError(mistyped);
  } catch (error) {
    if (error instanceof AsideError) return notHunted(bug, error.message);
    throw error;
  }
  const pool = new Tinypool({ filename: workerUrl, minThreads: 0, maxThreads: spec.workers, idleTimeout: 60_000 });
  try {
    const registryUrl = aside.addressOf(spec.registryUrl);
    const unloaded = (await slots.use(() => pool.run({ registryUrl }, { name: 'loadTrouble' }))) as string | null;
    if (unloaded !== null) return notHunted(bug, `${bug.path}: ${unloaded}`);
    const damage = await slots.use(() => damageOfWitness(bug, pool, registryUrl));
    if (damage !== null) return notHunted(bug, damage);
    const starts = await huntFromAll(spec, bug, pool, registryUrl, slots);
    if (starts.length === 0) return null;
    const { witness, fault } = spec.stop.aborted
      ? noWitness
      : await slots.use(() => triedWitness(spec, bug, pool, registryUrl, starts));
    return {
      bug, score: scoreOf(starts), starts, witness, trouble: null,
      fault: starts.find((start) => start.fault !== null)?.fault ?? fault,
    };
  } finally {
    await pool.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

const notHunted = (bug: KnownBug, trouble: string): BugResult =>
  ({ bug, score: scoreOf([]), starts: [], witness: null, trouble, fault: null });

async function huntFromAll(
  spec: SurveySpec, bug: KnownBug, pool: Tinypool, registryUrl: string, slots: Slots,
): Promise<readonly Start[]> {
  const seedsMax = spec.seedsMax(bug);
  const asked = Array.from({ length: spec.starts }, (_, k) => spec.from + k * seedsBetweenStarts);
  let tried = 0;
  const huntFrom = async (from: number): Promise<Start | null> => {
    let start: Start = { from, seeds: 0, events: 0, wallMs: 0, unknowns: 0, find: null, fault: null };
    while (start.seeds < seedsMax && start.find === null && start.fault === null) {
      if (spec.stop.aborted) return null;
      const task: HuntSpec = {
        registryUrl, scenario: spec.scenario, oracles: spec.oracles, from: from + start.seeds,
        count: Math.min(seedsPerTask, seedsMax - start.seeds),
      };
      const done = (await pool.run(task, { name: 'huntSeeds' })) as TimedHunt;
      tried += done.seeds;
      spec.onProgress(bug, tried);
      start = {
        from,
        seeds: start.seeds + done.seeds,
        events: start.events + done.events,
        wallMs: start.wallMs + done.wallMs,
        unknowns: start.unknowns + done.unknowns,
        find: done.find,
        fault: done.fault,
      };
    }
    return start;
  };
  const starts = await Promise.all(asked.map((from) => slots.use(() => huntFrom(from))));
  return starts.filter((start) => start !== null);
}

interface TriedWitness {
  readonly witness: Witness | null;
  readonly fault: string | null;
}

const noWitness: TriedWitness = { witness: null, fault: null };

/** What has been hunted is not lost when its witness cannot be had. */
async function triedWitness(
  spec: SurveySpec, bug: KnownBug, pool: Tinypool, registryUrl: string, starts: readonly Start[],
): Promise<TriedWitness> {
  try {
    return { witness: await witnessOf(spec, bug, pool, registryUrl, starts), fault: null };
  } catch (error) {
    return {
      witness: null,
      fault: `its witness: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    };
  }
}

/**
 * Asked before the hunt: a file that a person has to mend is no fault of the harness, and what was hunted would be in
 * vain.
 */
async function damageOfWitness({ path: patch }: KnownBug, pool: Tinypool, registryUrl: string): Promise<string | null> {
  const path = witnessPath(patch);
  if (!existsSync(path)) return null;
  try {
    const task: WitnessSpec = { registryUrl, path, text: readText(path) };
    return (await pool.run(task, { name: 'witnessTrouble' })) as string | null;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

async function witnessOf(
  spec: SurveySpec, bug: KnownBug, pool: Tinypool, registryUrl: string, starts: readonly Start[],
): Promise<Witness | null> {
  const path = witnessPath(bug.path);
  if (existsSync(path)) {
    const task: WitnessSpec = { registryUrl, path, text: readText(path) };
    return { ...((await pool.run(task, { name: 'replayWitness' })) as Witnessed), path, shrunkText: null };
  }
  if (spec.shrinkRunsMax === 0 || bug.difficulty === 'control') return null;
  let best: Witness | null = null;
  for (const seed of shortestFinds(bug.property, starts)) {
    const task: ShrinkSeedSpec = { registryUrl, scenario: spec.scenario, seed, runsMax: spec.shrinkRunsMax };
    const { text, ...witnessed } = (await pool.run(task, { name: 'shrinkSeed' })) as ShrunkSeed;
    if (best === null || witnessed.size.steps < best.size.steps) best = { ...witnessed, path, shrunkText: text };
    if (best.size.steps <= shortSteps || spec.stop.aborted) break;
  }
  return best;
}

/** In steps: short enough to be read, so that no other find is tried. */
const shortSteps = 40;
