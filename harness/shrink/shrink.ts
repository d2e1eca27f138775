/**
 * Shrinks a plan that fails: the same property stays violated in no more steps than at first, and at the end no fault,
 * operation or message fate can be taken away without losing that. So what was shrunk never grows when it is shrunk
 * again.
 */
import type { Plan } from '../plan/plan.ts';
import { run } from '../run.ts';
import { differsText, sameRun } from '../same-run.ts';
import type { System } from '../system.ts';
import { causeOf, progressProperties } from './cause.ts';
import { canFreeze, frozen } from './freeze.ts';
import {
  closerMoments, cutTail, fateList, faultList, fewerClients, fewerServers, keepsPace, operationList, plainerSettings,
  plainerWorld, reseeded, rounderTimes, scaledTimes, shorterTimes, slowerSettings, smallerParts, timerList,
  type ListPart,
} from './passes.ts';
import { neighbours } from './neighbours.ts';
import type { Data } from './plan-data.ts';
import { trialOf, tryPlan, type Trial } from './trial.ts';
import { BudgetOver, Trials } from './trials.ts';

export interface ShrinkSpec {
  readonly system: System;
  /** Address of the module from which workers load the system; null runs everything in this thread. */
  readonly registryUrl: string | null;
  readonly plan: Plan;
  readonly workers: number;
  readonly runsMax: number;
  readonly stop: AbortSignal;
  readonly onProgress: (progress: ShrinkProgress) => void;
}

export interface ShrinkProgress {
  /** What is being tried, such as "fewer faults". */
  readonly doing: string;
  readonly runs: number;
  readonly size: PlanSize;
}

/** How large a plan and its run are. */
export interface PlanSize {
  readonly servers: number;
  readonly clients: number;
  readonly operations: number;
  readonly faults: number;
  /** Message fates and timers listed; null while chance decides. */
  readonly fates: number | null;
  readonly timers: number | null;
  readonly steps: number;
  readonly events: number;
  readonly virtualUs: number;
}

export interface OtherViolation {
  readonly property: string;
  readonly detail: string;
  /** The first plan that showed it. */
  readonly plan: Plan;
}

export interface Shrunk {
  readonly property: string;
  readonly detail: string;
  readonly plan: Plan;
  readonly trial: Trial;
  readonly before: PlanSize;
  readonly after: PlanSize;
  /** Candidates tried in all. */
  readonly runs: number;
  /** Why it ended early; null when nothing more could be taken away. */
  readonly endedEarly: 'budget' | null;
  /** Of the last pass, which took away one fault, operation, fate or timer at a time, and found each needed. */
  readonly proof: Proof | null;
  readonly others: readonly OtherViolation[];
  /** The digests of the two runs that were made of the shrunk plan. */
  readonly digests: readonly [string, string];
  /** What differs between the two; empty when all is well. */
  readonly differs: readonly string[];
}

export interface Proof {
  readonly candidates: number;
  readonly byPart: Readonly<Record<string, number>>;
}

/** Says why a plan cannot be shrunk: it does not fail, or not each time. */
export class NothingToShrink extends Error {
  override readonly name = 'NothingToShrink';
  readonly kind: 'passes' | 'unknown' | 'nondeterministic';

  constructor(kind: NothingToShrink['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** @throws NothingToShrink */
export async function shrink(spec: ShrinkSpec): Promise<Shrunk> {
  const record = run(spec.system, spec.plan);
  const { isSame, differs } = sameRun(record, run(spec.system, spec.plan));
  if (!isSame) throw new NothingToShrink('nondeterministic', differsText(differs));
  const first = trialOf(record);
  if (first.cause === null || first.property === null) {
    throw first.detail === ''
      ? new NothingToShrink('passes', 'nothing is violated')
      : new NothingToShrink('unknown', first.detail);
  }
  const search = new ShrinkSearch(spec, first, first.cause, first.property);
  return search.run();
}

/** A candidate may take three times as many steps as the run before it was shrunk, and these. */
const sparedSteps = 5000;
const throwsOfTheDice = 48;
const neighboursTried = 1500;
/** Steps that one round of throws may take, about. */
const neighbourSteps = 1_500_000;
/** A run that a person reads in one go needs no leaps. */
const shortEnoughSteps = 60;

class ShrinkSearch {
  private readonly spec: ShrinkSpec;
  private readonly cause: string;
  private readonly property: string;
  private readonly needsProgress: boolean;
  private readonly trials: Trials;
  private readonly before: PlanSize;
  private readonly others = new Map<string, OtherViolation>();
  private plan: Plan;
  private trial: Trial;
  private proof: Proof | null = null;
  private leaps = 1;

  constructor(spec: ShrinkSpec, trial: Trial, cause: string, property: string) {
    this.spec = spec;
    this.cause = cause;
    this.property = property;
    this.needsProgress = progressProperties.has(property);
    this.plan = spec.plan;
    this.trial = trial;
    this.before = sizeOf(spec.plan, trial);
    this.trials = new Trials(
      spec.system, spec.registryUrl, spec.workers,
      { runsMax: spec.runsMax, stop: spec.stop, longestSteps: 3 * trial.steps + sparedSteps },
      (plan, other) => this.note(plan, other),
    );
  }

  async run(): Promise<Shrunk> {
    let endedEarly: Shrunk['endedEarly'] = null;
    try {
      await this.shrinkAll();
    } catch (error) {
      if (!(error instanceof BudgetOver)) throw error;
      endedEarly = 'budget';
      this.patient();
    } finally {
      await this.trials.close();
    }
    const { system } = this.spec;
    const record = run(system, this.plan);
    const again = run(system, this.plan);
    const verified = trialOf(record);
    return {
      property: this.property,
      detail: verified.detail,
      plan: this.plan,
      trial: verified,
      before: this.before,
      after: sizeOf(this.plan, verified),
      runs: this.trials.runs,
      endedEarly,
      proof: this.proof,
      others: [...this.others.values()],
      digests: [record.digest, again.digest],
      differs: sameRun(record, again).differs,
    };
  }

  private async shrinkAll(): Promise<void> {
    await this.greedy('an earlier end', () => cutTail(this.plan, this.trial.endUs, this.needsProgress));
    await this.leap();
    await this.toFixpoint(() => this.roughRound(), 2);
    await this.reseed();
    await this.leap();
    await this.toFixpoint(() => this.roughRound(), 4);
    await this.greedy('shorter times', () => scaledTimes(this.plan), true);
    await this.freeze();
    do {
      await this.toFixpoint(() => this.fineRound(), 8);
    } while (!(await this.prove()));
  }

  /** While chance still decides the fates: what takes the most away first. */
  private async roughRound(): Promise<void> {
    await this.shorten(faultList);
    await this.shorten(operationList);
    await this.greedy('a plainer world', () => plainerWorld(this.plan));
    await this.settings();
    await this.greedy('fewer servers', () => fewerServers(this.plan));
    await this.greedy('fewer clients', () => fewerClients(this.plan));
    await this.greedy('an earlier end', () => cutTail(this.plan, this.trial.endUs, this.needsProgress));
  }

  private async fineRound(): Promise<void> {
    await this.shorten(fateList);
    await this.shorten(timerList);
    await this.shorten(faultList);
    await this.shorten(operationList);
    await this.greedy('fewer servers', () => fewerServers(this.plan));
    await this.greedy('fewer clients', () => fewerClients(this.plan));
    await this.settings();
    if (!this.needsProgress) await this.greedy('slower settings', () => slowerSettings(this.plan), true, -1);
    await this.greedy('a plainer world', () => plainerWorld(this.plan));
    await this.greedy('smaller faults', () => smallerParts(this.plan));
    await this.greedy('an earlier end', () => cutTail(this.plan, this.trial.endUs, this.needsProgress));
    await this.times();
    await this.greedy('rounder times', () => rounderTimes(this.plan), true);
  }

  private async settings(): Promise<void> {
    await this.greedy('plainer settings', () => plainerSettings(this.plan, this.plainSettings()));
  }

  private plainSettings(): Data | undefined {
    return this.spec.system.plainSettings as Data | undefined;
  }

  private async times(): Promise<void> {
    await this.greedy('shorter times', () => closerMoments(this.plan), true);
    await this.greedy('shorter times', () => shorterTimes(this.plan), true);
  }

  /** The shortest of several throws of the dice, if it is much shorter. */
  private async reseed(): Promise<void> {
    if (!canFreeze(this.plan)) return;
    this.tell('another throw of the dice');
    const plans = reseeded(this.plan, throwsOfTheDice);
    const trials = await this.trials.all(plans);
    let best = -1;
    let fewest = Math.floor(this.trial.steps * 0.8);
    trials.forEach((trial, i) => {
      if (trial.cause !== this.cause || trial.steps >= fewest) return;
      best = i;
      fewest = trial.steps;
    });
    if (best >= 0) this.take(plans[best]!, trials[best]!);
  }

  /** To a much smaller plan nearby, as long as there is one. */
  private async leap(): Promise<void> {
    for (; this.trial.steps > shortEnoughSteps; this.leaps++) {
      this.tell('a smaller plan nearby');
      const plans = neighbours({
        plan: this.plan, original: this.spec.plan, plainSettings: this.plainSettings(), mayResize: !this.needsProgress,
        count: Math.min(neighboursTried, Math.ceil(neighbourSteps / this.trial.steps)), round: this.leaps,
      });
      const found = await this.trials.first(
        this.paced(plans), this.cause, Math.floor(this.trial.steps * 0.7), this.trial.steps,
      );
      if (found === null) return;
      this.take(found.plan, found.trial);
    }
  }

  private async freeze(): Promise<void> {
    if (!canFreeze(this.plan) || this.plan.network.fates !== undefined) return;
    const plan = frozen(this.spec.system, this.plan);
    if (plan === null) return;
    const found = await this.trials.first([plan], this.cause, this.before.steps, this.trial.steps);
    if (found !== null) this.take(found.plan, found.trial);
  }

  /** Delta debugging (Zeller and Hildebrandt 2002), going on behind what was taken away. */
  private async shorten(part: ListPart): Promise<void> {
    for (let chunk = part.of(this.plan).length; chunk >= 1; chunk = chunk === 1 ? 0 : (chunk + 1) >> 1) {
      let at = 0;
      while (at < part.of(this.plan).length) {
        const items = part.of(this.plan);
        const starts: number[] = [];
        for (let start = at; start < items.length; start += chunk) starts.push(start);
        const candidates = starts.map((start) =>
          part.put(
            this.plan, items.filter((_, i) => i < start || i >= start + chunk),
          ),
        );
        this.tell(`fewer ${part.name}`);
        const found = await this.trials.first(candidates, this.cause, this.before.steps, this.trial.steps);
        if (found === null) break;
        at = starts[found.place]!;
        this.take(found.plan, found.trial);
      }
    }
  }

  /**
   * Takes candidates as long as there are any that will do.
   * @param keepsShort whether a candidate may have no more steps than there are now, plus `slackSteps`
   */
  private async greedy(
    doing: string, candidates: () => Iterable<Plan>, keepsShort = false, slackSteps = 0,
  ): Promise<void> {
    let from = 0;
    for (;;) {
      this.tell(doing);
      const stepsMax = keepsShort ? Math.min(this.trial.steps + slackSteps, this.before.steps) : this.before.steps;
      const all = [...this.paced(candidates())];
      const start = Math.min(from, all.length);
      // On from where the last one was taken: what is before it was refused a moment ago.
      const found = await this.trials.first(
        all.slice(start).concat(all.slice(0, start)), this.cause, stepsMax, this.trial.steps,
      );
      if (found === null) return;
      from = (start + found.place) % Math.max(1, all.length);
      this.take(found.plan, found.trial);
    }
  }

  private *paced(plans: Iterable<Plan>): Generator<Plan, void> {
    for (const plan of plans) if (keepsPace(this.spec.plan, plan)) yield plan;
  }

  private async toFixpoint(round: () => Promise<void>, roundsMax: number): Promise<void> {
    for (let i = 0; i < roundsMax; i++) {
      const before = this.plan;
      await round();
      if (this.plan === before) return;
    }
  }

  /** Tries to take away each single thing once more; false when something could go after all. */
  private async prove(): Promise<boolean> {
    this.patient();
    const byPart: Record<string, number> = {};
    let candidates = 0;
    for (const part of [faultList, operationList, fateList, timerList]) {
      const items = part.of(this.plan);
      const plans = items.map((_, i) =>
        part.put(
          this.plan, items.filter((_, j) => j !== i),
        ),
      );
      this.tell(`proof: each of the ${part.name} is needed`);
      const found = await this.trials.first(plans, this.cause, this.before.steps, this.trial.steps, false);
      if (found !== null) {
        this.take(found.plan, found.trial);
        return false;
      }
      byPart[part.name] = plans.length;
      candidates += plans.length;
    }
    this.proof = { candidates, byPart };
    return true;
  }

  /**
   * Candidates are given no more time to settle than the violation takes. The result gets back what the
   * plan had: once the defect is mended it must not fail for want of time.
   */
  private patient(): void {
    const { settleUs } = this.spec.plan;
    if (this.plan.settleUs === settleUs || this.needsProgress) return;
    const plan = { ...this.plan, settleUs };
    const trial = tryPlan(this.spec.system, plan);
    if (trial.cause === this.cause && trial.steps <= this.before.steps) this.take(plan, trial);
  }

  private take(plan: Plan, trial: Trial): void {
    this.plan = plan;
    this.trial = trial;
  }

  /** A violation of something else is kept: it may be a second defect. */
  private note(plan: Plan, { cause, property, detail }: Trial): void {
    if (cause === null || property === null || cause === this.cause || this.others.has(cause)) return;
    // Less time than the plan gave it is no proof that there is no progress.
    if (progressProperties.has(property) && plan.settleUs < this.spec.plan.settleUs) return;
    this.others.set(causeOf(property, detail), { property, detail, plan });
  }

  private tell(doing: string): void {
    this.spec.onProgress({ doing, runs: this.trials.runs, size: sizeOf(this.plan, this.trial) });
  }
}

export const sizeOf = (plan: Plan, trial: Pick<Trial, 'steps' | 'events' | 'endUs'>): PlanSize => ({
  servers: plan.servers,
  clients: plan.clients,
  operations: plan.operations.length,
  faults: plan.faults.length,
  fates: plan.network.fates?.length ?? null,
  timers: plan.timers?.length ?? null,
  steps: trial.steps,
  events: trial.events,
  virtualUs: trial.endUs,
});
