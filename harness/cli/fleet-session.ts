/** One worker at one campaign: the tasks that it takes, and what it does beside them every second. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Tinypool } from 'tinypool';
import type { ChunkResult } from '../campaign/campaign.ts';
import { factsOfRegressions, factsOfSeeds } from '../campaign/facts.ts';
import { runGuarded } from '../campaign/guarded.ts';
import type { Facts } from '../campaign/judgement.ts';
import type { FoundScenario } from '../campaign/registry.ts';
import { regressionFiles, runRegression, type Regression } from '../campaign/regressions.ts';
import { runCanaries } from '../bugs/canary.ts';
import { chunkName, seedsOfChunk, type FirstName, type FleetCampaign } from '../fleet/campaign.ts';
import { runCareful } from '../fleet/careful.ts';
import type { Cause } from '../fleet/causes.ts';
import { conflictText, isDone, progressLine } from '../fleet/progress.ts';
import { addCauses, feed, openQueue, openWorker, putBack, type TaskJob, type TaskQueue } from '../fleet/queue.ts';
import { refusalText } from '../fleet/redis.ts';
import type { FirstDone, OpenStore, Store, Told } from '../fleet/store.ts';
import { NothingToShrink } from '../shrink/shrink.ts';
import { plural } from '../text/format.ts';
import { UsageError, type Context } from './command.ts';
import { tellOfFailures } from './fleet-hook.ts';
import { factsOfCanaries } from './gate.ts';
import { regressionsFolder } from './pin.ts';
import { reportOf } from './report.ts';
import { noLimitRuns, shrinkSubject } from './shrink.ts';
import { StatusLine } from './status-line.ts';
import { findSubject } from './subject.ts';

export interface SessionAsked {
  readonly open: OpenStore;
  readonly campaign: FleetCampaign;
  readonly found: FoundScenario;
  readonly context: Context;
  /** The name under which this worker is known. */
  readonly me: string;
  readonly threads: number;
  readonly lostAfterMs: number;
  readonly onFailure: string | null;
}

export type SessionEnd =
  | { readonly kind: 'done' | 'stopped' | 'superseded' | 'interrupted' }
  /** A chunk came to two digests. */
  | { readonly kind: 'differs'; readonly what: string };

const lookEveryMs = 1000;
const shrinkBudgetMs = 20_000;
/** A chunk that ended the process that ran it so often is set aside. */
const deathsMost = 3;
/** Results that wait for being added up. */
const foldedAtLeast = 500;
/** The rate is that of so many of the last seconds. */
const rateSeconds = 20;

export class FleetSession {
  private readonly asked: SessionAsked;
  private readonly store: Store;
  private readonly pool: Tinypool;
  private readonly status: StatusLine;
  private end: SessionEnd | null = null;
  private error: Error | null = null;
  private seeds = 0;
  private readonly seedsAt: number[] = [];

  constructor(asked: SessionAsked) {
    this.asked = asked;
    this.store = asked.open.store;
    this.pool = new Tinypool({ filename: new URL('../campaign/worker.js', import.meta.url).href, minThreads: asked.threads, maxThreads: asked.threads });
    this.status = new StatusLine(asked.context.terminal, 100, performance.now());
  }

  /** @throws UsageError when Redis takes no more; anything else is a fault of the harness */
  async run(): Promise<SessionEnd> {
    const { open, campaign, threads, lostAfterMs, me } = this.asked;
    const { redis, keys } = this.store;
    await this.store.join(campaign.id, me, threads);
    const queue = await openQueue(redis, keys.queues, campaign);
    const worker = await openWorker({
      redis, prefix: keys.queues, campaign, threads, lostAfterMs,
      work: (job, token) => this.work(job, token, queue),
      onError: (error) => this.fail(refusalText(open.name, error) === null ? null : error),
    });
    try {
      while (this.end === null && this.error === null) await this.look(queue);
    } finally {
      this.status.clear();
      // One that is refused by Redis cannot end its tasks: whoever comes next finds them.
      await Promise.race([worker.close(this.error !== null), ...(this.error === null ? [] : [sleep(lookEveryMs)])]);
      await this.pool.destroy();
    }
    if (this.error !== null) throw this.error;
    return this.end!;
  }

  private fail(error: Error | null): void {
    this.error ??= error;
  }

  /** What is done every second beside the tasks. */
  private async look(queue: TaskQueue): Promise<void> {
    const { campaign, context: { terminal }, me, threads, onFailure } = this.asked;
    const { store } = this;
    this.seedsAt.push(this.seeds);
    if (this.seedsAt.length > rateSeconds) this.seedsAt.shift();
    const nowMs = Date.now();
    const seedsPerSecond = (this.seeds - this.seedsAt[0]!) / Math.max(1, this.seedsAt.length - 1);
    await store.say(me, { host: hostname(), pid: process.pid, threads, campaign: campaign.id, revision: campaign.revision, seeds: this.seeds, seedsPerSecond, saidMs: nowMs });
    await feed(store, queue, campaign);
    await store.fold(campaign.id, foldedAtLeast);
    if (onFailure !== null) await tellOfFailures(onFailure, store, campaign, terminal);
    const progress = await store.progress(campaign, nowMs);
    this.status.show(performance.now(), () => progressLine(progress, nowMs));
    if (progress.isStopped) this.end ??= { kind: 'stopped' };
    else if (isDone(progress)) this.end ??= { kind: 'done' };
    else if ((await store.current())?.id !== campaign.id) this.end ??= { kind: 'superseded' };
    if (terminal.interrupted.aborted) this.end ??= { kind: 'interrupted' };
    if (this.end === null && this.error === null) await sleep(lookEveryMs, undefined, { signal: terminal.interrupted }).catch(() => undefined);
  }

  private async work(job: TaskJob, token: string, queue: TaskQueue): Promise<void> {
    const task = job.data;
    try {
      switch (task.kind) {
        case 'chunk': return await this.chunk(task.index, job, queue);
        case 'cause': return await this.cause(task.key, job, token);
        case 'first': return await this.first(task.name, job, token);
      }
    } catch (error) {
      if (!(error instanceof Error) || error.name === 'WaitingError') throw error;
      const refusal = refusalText(this.asked.open.name, error);
      this.fail(refusal === null ? error : new UsageError(refusal));
      throw error;
    }
  }

  private async chunk(index: number, job: TaskJob, queue: TaskQueue): Promise<void> {
    const { campaign } = this.asked;
    const { store } = this;
    if (await store.isChunkDone(campaign.id, index)) return;
    const result = await this.resultOf(index, job);
    if (result === null) return;
    const said = await store.record(campaign, index, result, Date.now());
    if (said === 'new') {
      this.seeds += result.seeds;
      if (result.violations.length > 0) await addCauses(queue, await store.untoldCauses(campaign.id));
    } else if (said !== 'again') {
      this.end = { kind: 'differs', what: conflictText(chunkName(campaign, index), `${said} ${result.digest}`) };
    }
  }

  /** Null for a chunk that is set aside now. One that was lost with its worker is run in a process of its own. */
  private async resultOf(index: number, { stalledCounter }: TaskJob): Promise<ChunkResult | null> {
    const { campaign } = this.asked;
    const { store } = this;
    const lost = stalledCounter > 0 ? 1 : 0;
    let deaths = (await store.deaths(campaign.id, index)) + lost;
    if (deaths === 0) return runGuarded(this.pool, this.chunkSpec(seedsOfChunk(campaign, index)), campaign.stuckAfterMs);
    let how = '';
    while (deaths < deathsMost) {
      const end = await runCareful({ chunk: this.chunkSpec(seedsOfChunk(campaign, index)), stuckAfterMs: campaign.stuckAfterMs });
      if (end.kind === 'done') return end.result;
      how = ` (${end.how})`;
      deaths = (await store.died(campaign.id, index)) + lost;
    }
    await store.setAside(campaign.id, index, `it ended the process that ran it ${plural(deaths, 'time')}${how}`);
    return null;
  }

  private chunkSpec(seeds: readonly number[]) {
    const { found, campaign: { scenario, doubleCheck, freeze, crossCheck } } = this.asked;
    return { registryUrl: found.url, scenario, seeds, doubleCheck, freeze, crossCheck };
  }

  private async cause(key: string, job: TaskJob, token: string): Promise<void> {
    const { campaign, context: { terminal } } = this.asked;
    const { store } = this;
    const cause = await store.cause(campaign.id, key);
    if (cause === null || !(await store.untoldCauses(campaign.id)).includes(key)) return;
    const told = await this.toldOf(cause, job);
    // What was cut short by Ctrl-C is done better by another.
    if (terminal.interrupted.aborted) return putBack(job, token);
    await store.report(campaign.id, key, told);
  }

  private async toldOf({ seed, isLost }: Cause, { stalledCounter }: TaskJob): Promise<Told> {
    const { campaign: { asked }, context } = this.asked;
    if (isLost) return { report: null, note: 'its run ended its thread, so there is none to shrink' };
    if (stalledCounter >= deathsMost) return { report: null, note: `whoever shrank it ended with it ${plural(stalledCounter, 'time')}` };
    const quiet: Context = { ...context, terminal: { ...context.terminal, err: () => undefined, isTerminal: false } };
    const subject = await findSubject(String(seed), asked, quiet);
    const shrunk = await shrinkSubject(subject, { workers: 1, runsMax: noLimitRuns, budgetMs: shrinkBudgetMs }, quiet.terminal);
    return { report: reportOf(subject, shrunk instanceof NothingToShrink ? null : shrunk, 'failures'), note: '' };
  }

  private async first(name: FirstName, job: TaskJob, token: string): Promise<void> {
    const { campaign, context: { terminal } } = this.asked;
    const { store } = this;
    if ((await store.firstDone(campaign.id)).includes(name)) return;
    const done = await this.firstDone(name);
    if (terminal.interrupted.aborted) return putBack(job, token);
    await store.recordFirst(campaign.id, name, done);
  }

  private async firstDone(name: FirstName): Promise<FirstDone> {
    const { campaign, found, context: { terminal, registry } } = this.asked;
    const nothing: Facts = { done: 0 };
    switch (name) {
      case 'regressions': {
        const systems = new Map([...registry.systems, [found.scenario.system.name, found.scenario.system]]);
        const regressions: Regression[] = [];
        for (const path of regressionFiles(regressionsFolder)) {
          regressions.push(runRegression(path, systems));
          // Between two of them the queue is told that this worker lives.
          await sleep(0);
        }
        return { facts: regressions.length === 0 ? nothing : factsOfRegressions(regressions, regressionsFolder), result: null };
      }
      case 'canaries':
        // Known bugs are those of the house: planted in its core, they say nothing of a module of a user.
        return { facts: found.url === registry.url ? factsOfCanaries(await runCanaries(registry.url, 1, terminal.interrupted)) : nothing, result: null };
      case 'failing': {
        const seeds = campaign.first?.failing ?? [];
        if (seeds.length === 0) return { facts: nothing, result: null };
        const result = await runGuarded(this.pool, this.chunkSpec(seeds), campaign.stuckAfterMs);
        return { facts: factsOfSeeds(result), result };
      }
    }
  }
}
