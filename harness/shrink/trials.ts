/**
 * Runs candidates on worker threads. The first one, by its place in the list, that is what is sought
 * is taken, whoever was quicker: so a result does not depend on the number of workers.
 */
import { Tinypool } from 'tinypool';
import { Digest } from '../digest.ts';
import type { Plan } from '../plan/plan.ts';
import { tryPlan, type Trial } from './trial.ts';
import type { System } from '../system.ts';
import type { TrialSpec } from './worker.ts';

export interface TrialLimits {
  readonly runsMax: number;
  /** A candidate that takes more steps is given up. */
  readonly longestSteps: number;
  /** Once aborted, no further candidate is begun. */
  readonly stop: AbortSignal;
}

/** Thrown when the budget is used up: what was found so far stands. */
export class BudgetOver extends Error {
  override readonly name = 'BudgetOver';
}

export interface Found {
  readonly place: number;
  readonly plan: Plan;
  readonly trial: Trial;
}

/** How many steps of candidates go to a worker at a time: enough that handing them over costs little. */
const stepsPerBatch = 4000;
const batchMax = 16;

export class Trials {
  /** Candidates tried: those before the one taken, and itself. */
  runs = 0;
  private readonly pool: Tinypool | null;
  private readonly workers: number;
  private readonly system: System;
  private readonly registryUrl: string | null;
  private readonly limits: TrialLimits;
  private readonly onTrial: (plan: Plan, trial: Trial) => void;
  /** Candidates that were tried and were not what is sought. */
  private readonly refused = new Set<string>();

  /** @param registryUrl of the module that has the system; null runs everything in this thread */
  constructor(
    system: System, registryUrl: string | null, workers: number, limits: TrialLimits,
    onTrial: (plan: Plan, trial: Trial) => void,
  ) {
    this.system = system;
    this.registryUrl = registryUrl;
    this.workers = workers;
    this.limits = limits;
    this.onTrial = onTrial;
    this.pool =
      registryUrl === null
        ? null
        : new Tinypool({
            filename: new URL('./worker.js', import.meta.url).href,
            minThreads: workers,
            maxThreads: workers,
          });
  }

  async close(): Promise<void> {
    await this.pool?.destroy();
  }

  /**
   * The first candidate that violates `cause` in at most `stepsMax` steps; null when none does.
   * @param expectedSteps of one run, by which candidates are dealt out
   * @param isKnownSkipped false to run again what was refused before: for proofs
   * @throws BudgetOver
   */
  async first(
    plans: Iterable<Plan>, cause: string, stepsMax: number, expectedSteps: number, isKnownSkipped = true,
  ): Promise<Found | null> {
    const queue = this.numbered(plans, cause, stepsMax, isKnownSkipped);
    const size = Math.max(1, Math.min(batchMax, Math.floor(stepsPerBatch / Math.max(1, expectedSteps))));
    let found: Found | null = null;
    let tried = 0;
    const seen: (readonly [number, Plan, Trial])[] = [];
    const serve = async (): Promise<void> => {
      for (;;) {
        if (found !== null) return;
        this.mustHaveBudget(tried);
        const batch = take(queue, size);
        if (batch.length === 0) return;
        const trials = await this.run(
          batch.map(([, plan]) => plan), { cause, stepsMax },
        );
        tried += trials.length;
        trials.forEach((trial, i) => {
          const [place, plan] = batch[i]!;
          seen.push([place, plan, trial]);
          if (trial.cause === cause && trial.steps <= stepsMax && (found === null || place < found.place))
            found = { place, plan, trial };
        });
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: this.workers }, serve));
    const chosen = found as Found | null;
    // What ran beyond the one taken does not count: it depends on the number of workers.
    for (const [place, plan, trial] of seen.sort(([a], [b]) => a - b)) {
      if (chosen !== null && place > chosen.place) break;
      this.runs += 1;
      this.onTrial(plan, trial);
      if (place !== chosen?.place) this.refused.add(nameOf(plan, cause, stepsMax));
    }
    for (const end of ends)
      if (end.status === 'rejected' && (chosen === null || !(end.reason instanceof BudgetOver))) throw end.reason;
    return chosen;
  }

  /** All of them, in their order. @throws BudgetOver */
  async all(plans: readonly Plan[]): Promise<readonly Trial[]> {
    this.mustHaveBudget(0);
    const size = Math.ceil(plans.length / (this.workers * 4));
    const batches: (readonly Plan[])[] = [];
    for (let at = 0; at < plans.length; at += size) batches.push(plans.slice(at, at + size));
    const trials = (await Promise.all(batches.map((batch) => this.run(batch, null)))).flat();
    trials.forEach((trial, i) => this.onTrial(plans[i]!, trial));
    this.runs += trials.length;
    return trials;
  }

  private mustHaveBudget(underWay: number): void {
    if (this.limits.stop.aborted || this.runs + underWay >= this.limits.runsMax)
      throw new BudgetOver('the budget is used up');
  }

  private async run(plans: readonly Plan[], until: TrialSpec['until']): Promise<readonly Trial[]> {
    if (this.pool !== null && this.registryUrl !== null) {
      const spec: TrialSpec = { registryUrl: this.registryUrl, plans, longest: this.limits.longestSteps, until };
      return (await this.pool.run(spec)) as readonly Trial[];
    }
    // Lets a Ctrl-C through between two batches.
    await new Promise((resolve) => setImmediate(resolve));
    return plans.map((plan) => tryPlan(this.system, plan, this.limits.longestSteps));
  }

  private *numbered(
    plans: Iterable<Plan>, cause: string, stepsMax: number, isKnownSkipped: boolean,
  ): Generator<readonly [number, Plan], void> {
    let place = 0;
    for (const plan of plans) {
      if (!isKnownSkipped || !this.refused.has(nameOf(plan, cause, stepsMax))) yield [place, plan];
      place += 1;
    }
  }
}

function take<T>(from: Iterator<T>, size: number): readonly T[] {
  const taken: T[] = [];
  while (taken.length < size) {
    const next = from.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

/** What was refused for few steps may do for more. */
function nameOf(plan: Plan, cause: string, stepsMax: number): string {
  const digest = new Digest();
  digest.string(cause);
  digest.number(Math.min(stepsMax, 2 ** 40));
  digest.string(JSON.stringify(plan));
  return digest.hex();
}
