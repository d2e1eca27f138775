/**
 * What a worker does with the tasks of a campaign: chunks of seeds, causes of failures, and what stands before fresh
 * seeds.
 */
import type { Tinypool } from 'tinypool';
import { Slots } from '../bugs/slots.ts';
import type { ChunkResult } from '../campaign/campaign.ts';
import { runGuarded } from '../campaign/guarded.ts';
import type { FoundScenario } from '../campaign/registry.ts';
import { chunkName, seedsOfChunk, type FleetCampaign } from '../fleet/campaign.ts';
import { runCareful, type CarefulEnd } from '../fleet/careful.ts';
import type { Cause } from '../fleet/causes.ts';
import type { FirstName } from '../fleet/first.ts';
import type { Told } from '../fleet/kept-causes.ts';
import { conflictText } from '../fleet/progress.ts';
import { addCauses, putBack, type TaskJob, type TaskQueue } from '../fleet/queue.ts';
import { refusalText } from '../fleet/redis.ts';
import type { Store } from '../fleet/store.ts';
import { NothingToShrink } from '../shrink/shrink.ts';
import { plural } from '../text/format.ts';
import type { Context } from './command.ts';
import { runFirst } from './fleet-first.ts';
import { reportOf } from './report.ts';
import { noLimitRuns, shrinkSubject } from './shrink.ts';
import { findSubject } from './subject.ts';

export interface TasksAsked {
  readonly store: Store;
  /** Of Redis, for a person. */
  readonly name: string;
  readonly campaign: FleetCampaign;
  readonly found: FoundScenario;
  readonly context: Context;
  readonly threads: number;
  readonly pool: Tinypool;
  readonly queue: TaskQueue;
  /** No further task is begun. */
  readonly isEnding: () => boolean;
  readonly onCounted: (seeds: number) => void;
  /** A chunk came to two digests. */
  readonly onDiffers: (what: string) => void;
}

/** A chunk that ended the process that ran it so often, or could not be run by so many workers, is set aside. */
const deathsMost = 3;
/**
 * So often may a task be lost with its worker: most that die with it had no part in it, for others were killed beside
 * it.
 */
const lossesMost = 8;
const shrinkBudgetMs = 20_000;

export class FleetTasks {
  private readonly asked: TasksAsked;
  /**
   * A task more than there are threads is in hand, so that none of them waits for Redis; it does not run before one is
   * free.
   */
  private readonly slots: Slots;

  constructor(asked: TasksAsked) {
    this.asked = asked;
    this.slots = new Slots(asked.threads);
  }

  /** @throws what Redis says when it takes no more, and faults of the harness */
  async work(job: TaskJob, token: string): Promise<void> {
    const task = job.data;
    switch (task.kind) {
      case 'chunk': return this.chunk(task.index, job, token);
      case 'cause': return this.cause(task.key, job, token);
      case 'first': return this.first(task.name, job, token);
    }
  }

  /** Runs when a thread is free. @returns null when it was not begun: others do it */
  private whenFree<T>(work: () => Promise<T>): Promise<T | null> {
    return this.slots.use(async () => (this.asked.isEnding() ? null : work()));
  }

  private async chunk(index: number, job: TaskJob, token: string): Promise<void> {
    const { campaign, store, queue, onCounted, onDiffers } = this.asked;
    if (await store.isChunkDone(campaign.id, index)) return;
    const end = await this.whenFree(() => this.endOf(index, job));
    if (end === null) return putBack(job, token);
    if (end.kind === 'aside') return store.setAside(campaign.id, index, end.why);
    const { result } = end;
    const said = await store.record(campaign, index, result, Date.now());
    if (said === 'new') {
      onCounted(result.seeds);
      if (result.violations.length > 0) await addCauses(queue, await store.causes.unreported(campaign.id));
    } else if (said !== 'again') {
      onDiffers(conflictText(chunkName(campaign, index), `${said} ${result.digest}`));
    }
  }

  /** One that was lost with its worker is run in a process of its own. */
  private async endOf(index: number, { stalledCounter }: TaskJob): Promise<ChunkEnd> {
    const { campaign: { id }, store } = this.asked;
    if (stalledCounter >= lossesMost)
      return { kind: 'aside', why: `it was lost with its worker ${plural(stalledCounter, 'time')}` };
    const lost = stalledCounter > 0 ? 1 : 0;
    let deaths = (await store.deaths(id, index)) + lost;
    if (deaths === 0) return this.ranHere(index);
    let how = '';
    while (deaths < deathsMost) {
      const end = await this.ranAlone(index);
      if (end.kind === 'done') return end;
      how = ` (${end.how})`;
      deaths = (await store.died(id, index)) + lost;
    }
    return { kind: 'aside', why: `it ended the process that ran it ${plural(deaths, 'time')}${how}` };
  }

  /** What goes wrong with the harness itself is noted: it must not end one worker of the fleet after the other. */
  private async ranHere(index: number): Promise<ChunkEnd> {
    const { campaign, store, pool } = this.asked;
    try {
      return {
        kind: 'done',
        result: await runGuarded(pool, this.chunkSpec(seedsOfChunk(campaign, index)), campaign.stuckAfterMs),
      };
    } catch (error) {
      await store.died(campaign.id, index);
      throw error;
    }
  }

  private ranAlone(index: number): Promise<CarefulEnd> {
    const { campaign } = this.asked;
    return runCareful({ chunk: this.chunkSpec(seedsOfChunk(campaign, index)), stuckAfterMs: campaign.stuckAfterMs });
  }

  private chunkSpec(seeds: readonly number[]) {
    const { found, campaign: { scenario, doubleCheck, freeze, crossCheck } } = this.asked;
    return { registryUrl: found.url, scenario, seeds, doubleCheck, freeze, crossCheck };
  }

  private async cause(key: string, job: TaskJob, token: string): Promise<void> {
    const { campaign: { id }, context: { terminal }, store: { causes } } = this.asked;
    const cause = await causes.one(id, key);
    if (cause === null || !(await causes.unreported(id)).includes(key)) return;
    const told = await this.whenFree(() => this.toldOf(cause, job));
    // What was cut short by Ctrl-C is done better by another.
    if (told === null || terminal.interrupted.aborted) return putBack(job, token);
    await causes.report(id, key, told);
  }

  /** Never throws for what is wrong with this cause alone: the campaign is not done before it is told of each. */
  private async toldOf({ seed, isLost }: Cause, { stalledCounter }: TaskJob): Promise<Told> {
    const { campaign: { asked }, context, name } = this.asked;
    if (isLost) return { report: null, note: 'its run ended its thread, so there is none to shrink' };
    if (stalledCounter >= deathsMost)
      return { report: null, note: `whoever shrank it ended with it ${plural(stalledCounter, 'time')}` };
    const quiet: Context = { ...context, terminal: { ...context.terminal, err: () => undefined, isTerminal: false } };
    try {
      const subject = await findSubject(String(seed), asked, quiet);
      const shrunk = await shrinkSubject(
        subject, { workers: 1, runsMax: noLimitRuns, budgetMs: shrinkBudgetMs }, quiet.terminal,
      );
      return { report: reportOf(subject, shrunk instanceof NothingToShrink ? null : shrunk, 'failures'), note: '' };
    } catch (error) {
      if (!(error instanceof Error) || refusalText(name, error) !== null) throw error;
      return { report: null, note: `it could not be shrunk and told: ${error.message}` };
    }
  }

  private async first(name: FirstName, job: TaskJob, token: string): Promise<void> {
    const { campaign, found, context, store, pool, queue } = this.asked;
    const { id, stuckAfterMs } = campaign;
    if ((await store.firstDone(id)).includes(name)) return;
    const runSeeds = (seeds: readonly number[]): Promise<ChunkResult> =>
      runGuarded(pool, this.chunkSpec(seeds), stuckAfterMs);
    const done = await this.whenFree(() => runFirst(name, { campaign, found, context, runSeeds }));
    if (done === null || context.terminal.interrupted.aborted) return putBack(job, token);
    await store.recordFirst(id, name, done, Date.now());
    await addCauses(queue, await store.causes.unreported(id));
  }
}

type ChunkEnd =
  | { readonly kind: 'done'; readonly result: ChunkResult }
  | { readonly kind: 'aside'; readonly why: string };
