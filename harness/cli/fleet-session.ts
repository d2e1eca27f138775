/** One worker at one campaign: it takes tasks, and looks about beside them. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Tinypool } from 'tinypool';
import type { FoundScenario } from '../campaign/registry.ts';
import type { FleetCampaign } from '../fleet/campaign.ts';
import { isDone, progressLine } from '../fleet/progress.ts';
import { feed, openQueue, openWorker, type TaskJob, type TaskQueue } from '../fleet/queue.ts';
import { refusalText } from '../fleet/redis.ts';
import type { OpenStore, Store } from '../fleet/store.ts';
import { progressOf } from '../fleet/whole.ts';
import { UsageError, type Context } from './command.ts';
import { Teller } from './fleet-hook.ts';
import { Pace } from './fleet-pace.ts';
import { FleetTasks } from './fleet-tasks.ts';
import { StatusLine } from './status-line.ts';

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

/** Results that wait for being added up. */
const foldedAtLeast = 500;
/** The rate is that of so many of the last milliseconds. */
const rateMs = 20_000;
/** One that is refused by Redis cannot end its tasks: whoever comes next finds them. */
const closeRefusedMs = 1000;

export class FleetSession {
  private readonly asked: SessionAsked;
  private readonly store: Store;
  private readonly pool: Tinypool;
  private readonly status: StatusLine;
  private readonly pace: Pace;
  private readonly teller: Teller | null;
  private end: SessionEnd | null = null;
  private error: Error | null = null;
  private seeds = 0;
  private readonly counted: { readonly atMs: number; readonly seeds: number }[] = [];

  constructor(asked: SessionAsked) {
    const { open, campaign, context: { terminal }, threads, onFailure } = asked;
    this.asked = asked;
    this.store = open.store;
    this.pool = new Tinypool({
      filename: new URL('../campaign/worker.js', import.meta.url).href, minThreads: threads, maxThreads: threads,
    });
    this.status = new StatusLine(terminal, 100, performance.now());
    this.pace = new Pace(terminal.interrupted);
    this.teller = onFailure === null ? null : new Teller(onFailure, this.store, campaign, terminal);
  }

  /** @throws UsageError when Redis takes no more; anything else is a fault of the harness */
  async run(): Promise<SessionEnd> {
    const { open: { name }, campaign, found, context, threads, lostAfterMs, me } = this.asked;
    const { redis, keys } = this.store;
    await this.store.roster.join(campaign.id, me, threads);
    const queue = await openQueue(redis, keys.queues, campaign);
    const tasks = new FleetTasks({
      store: this.store, name, campaign, found, context, threads, pool: this.pool, queue,
      isEnding: () => this.end !== null || this.error !== null || context.terminal.interrupted.aborted,
      onCounted: (seeds) => void (this.seeds += seeds),
      onDiffers: (what) => this.ends({ kind: 'differs', what }),
    });
    const worker = await openWorker({
      redis, prefix: keys.queues, campaign, threads, lostAfterMs,
      work: (job, token) => this.pace.during(() => this.worked(tasks, job, token)),
      // Of most that the queue says nothing comes: a lock that is lost is one of a task that is done twice.
      onError: (error) => this.fail(this.refused(error)),
    });
    try {
      while (this.end === null && this.error === null) await this.look(queue);
    } finally {
      this.status.clear();
      await Promise.race([worker.close(this.error !== null), ...(this.error === null ? [] : [sleep(closeRefusedMs)])]);
      await this.pool.destroy();
    }
    if (this.error !== null) throw this.error;
    // Also of what came of the last tasks.
    await this.teller?.ended();
    return this.end!;
  }

  private async worked(tasks: FleetTasks, job: TaskJob, token: string): Promise<void> {
    try {
      await tasks.work(job, token);
    } catch (error) {
      // That is how the queue is told that a task was put back.
      if (error instanceof Error && error.name !== 'WaitingError') this.fail(this.refused(error) ?? error);
      throw error;
    }
  }

  /** What it means when Redis takes no more; null for any other error. */
  private refused(error: Error): UsageError | null {
    const refusal = refusalText(this.asked.open.name, error);
    return refusal === null ? null : new UsageError(refusal);
  }

  private fail(error: Error | null): void {
    this.error ??= error;
    if (error !== null) this.pace.wake();
  }

  private ends(end: SessionEnd): void {
    this.end ??= end;
    this.pace.wake();
  }

  /** What is done again and again beside the tasks. */
  private async look(queue: TaskQueue): Promise<void> {
    const { campaign, context: { terminal }, me, threads } = this.asked;
    const { store } = this;
    const nowMs = Date.now();
    await store.roster.say(me, {
      host: hostname(), pid: process.pid, threads, campaign: campaign.id, revision: campaign.revision,
      seeds: this.seeds, seedsPerSecond: this.rate(nowMs), saidMs: nowMs,
    });
    await feed(store, queue, campaign);
    await store.fold(campaign.id, foldedAtLeast);
    this.teller?.look();
    const progress = await progressOf(store, campaign, nowMs);
    this.status.show(performance.now(), () => progressLine(progress, nowMs));
    if (progress.isStopped) this.ends({ kind: 'stopped' });
    else if (isDone(progress)) this.ends({ kind: 'done' });
    else if ((await store.current())?.id !== campaign.id) this.ends({ kind: 'superseded' });
    if (terminal.interrupted.aborted) this.ends({ kind: 'interrupted' });
    if (this.end === null && this.error === null) await this.pace.wait();
  }

  /** Seeds a second. */
  private rate(nowMs: number): number {
    this.counted.push({ atMs: nowMs, seeds: this.seeds });
    while (nowMs - this.counted[0]!.atMs > rateMs) this.counted.shift();
    const [oldest] = this.counted;
    return (this.seeds - oldest!.seeds) / Math.max(1, (nowMs - oldest!.atMs) / 1000);
  }
}
