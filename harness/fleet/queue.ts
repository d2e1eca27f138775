/** The queue of a campaign, on BullMQ: what is put into it, and when. Loads BullMQ only when asked. */
import type { Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { chunkCount, chunkName, missingChunks, type FleetCampaign } from './campaign.ts';
import { firstNames, type FirstName } from './first.ts';
import { loaded } from './redis.ts';
import type { Store } from './store.ts';

export type Task =
  | { readonly kind: 'chunk'; readonly index: number }
  /** Shrinks the failure that showed this cause first, and reports it. */
  | { readonly kind: 'cause'; readonly key: string }
  | { readonly kind: 'first'; readonly name: FirstName };

export type TaskJob = Job<Task, void>;
export type TaskQueue = Queue<Task, void>;
export type TaskWorker = Worker<Task, void>;

/**
 * Chunks in the queue beyond which no more are put there: a campaign of millions takes no more room than a small one.
 */
const waitingMost = 2000;
/** Below so many, more are put there. */
const waitingLeast = 1000;
const addedAtOnce = 500;

export async function openQueue(redis: Redis, prefix: string, { id }: FleetCampaign): Promise<TaskQueue> {
  const { Queue } = await loaded(() => import('bullmq'));
  const queue: TaskQueue = new Queue(id, { connection: redis, prefix });
  queue.on('error', () => undefined);
  return queue;
}

export interface WorkerAsked {
  readonly redis: Redis;
  readonly prefix: string;
  readonly campaign: FleetCampaign;
  readonly threads: number;
  /** A worker that is not heard of for so long is taken for dead, and its tasks are given to others. */
  readonly lostAfterMs: number;
  readonly work: (job: TaskJob, token: string) => Promise<void>;
  readonly onError: (error: Error) => void;
}

export async function openWorker({
  redis, prefix, campaign, threads, lostAfterMs, work, onError,
}: WorkerAsked): Promise<TaskWorker> {
  const { Worker } = await loaded(() => import('bullmq'));
  const worker: TaskWorker = new Worker(campaign.id, async (job: TaskJob, token?: string) => work(job, token ?? ''), {
    connection: redis,
    prefix,
    // One more is in hand than there are threads: none of them waits while the next task is asked for.
    concurrency: threads + 1,
    lockDuration: lostAfterMs,
    stalledInterval: Math.max(500, Math.floor(lostAfterMs / 2)),
    // How often a task may end its process is counted by us: most of those who died with it had no part in it.
    maxStalledCount: 1_000_000,
    drainDelay: 2,
    // After a lost connection: by itself it rests a quarter of a minute.
    runRetryDelay: 500,
  });
  worker.on('error', onError);
  return worker;
}

/** The task is put back as if it had never been taken. Throws what tells BullMQ so. */
export async function putBack(job: TaskJob, token: string): Promise<never> {
  const { WaitingError } = await loaded(() => import('bullmq'));
  await job.moveToWait(token);
  throw new WaitingError();
}

/** Nothing of a task that has ended stays: what came of it stands in the store. */
const kept = { removeOnComplete: true, removeOnFail: true, attempts: 3 } as const;

/** In front of all others: failures are looked at while fresh seeds go on, and what is first is first. */
const ahead = { ...kept, lifo: true } as const;

/** The same task has the same name, and is there once: one that is there already stays as it is. */
const nameOf = {
  cause: (key: string): string => `cause-${key}`,
  chunk: (index: number): string => `chunk-${index}`,
  first: (name: FirstName): string => `first-${name}`,
} as const;

export async function addCauses(queue: TaskQueue, keys: readonly string[]): Promise<void> {
  await queue.addBulk(
    keys.map((key) => ({
      name: `cause ${key}`, data: { kind: 'cause', key }, opts: { ...ahead, jobId: nameOf.cause(key) },
    })),
  );
}

async function addChunks(queue: TaskQueue, campaign: FleetCampaign, indexes: readonly number[]): Promise<void> {
  await queue.addBulk(
    indexes.map((index) => ({
      name: chunkName(campaign, index), data: { kind: 'chunk', index }, opts: { ...kept, jobId: nameOf.chunk(index) },
    })),
  );
}

async function addFirst(queue: TaskQueue, names: readonly FirstName[]): Promise<void> {
  await queue.addBulk(
    [...names]
      .reverse()
      .map((name) => ({ name, data: { kind: 'first', name }, opts: { ...ahead, jobId: nameOf.first(name) } })),
  );
}

/**
 * Puts into the queue what is next, and again what got lost on its way: a task may be there twice, because its result
 * counts once. Anybody may call this at any time.
 */
export async function feed(store: Store, queue: TaskQueue, campaign: FleetCampaign): Promise<void> {
  const { waiting = 0, active = 0 } = await queue.getJobCounts('waiting', 'active');
  // The queue is looked at first: what is done in between leaves less that is owed.
  if ((await store.owed(campaign)) > waiting + active) await addLost(store, queue, campaign);
  if (waiting < waitingLeast) await addNext(store, queue, campaign, waitingMost - waiting);
}

async function addNext(store: Store, queue: TaskQueue, campaign: FleetCampaign, room: number): Promise<void> {
  const end = chunkCount(campaign) ?? Infinity;
  let from = await store.next(campaign.id);
  for (let left = room; left > 0 && from < end; left -= addedAtOnce) {
    const until = Math.min(from + addedAtOnce, end);
    // Put there first and noted afterwards: who dies in between leaves chunks that are put there again.
    await addChunks(queue, campaign, Array.from({ length: until - from }, (_, i) => from + i));
    from = await store.raiseNext(campaign.id, until);
  }
}

/**
 * Whatever has no result and is not in the queue either: Redis forgot it when it was restarted, or who was to put it
 * there died.
 */
async function addLost(store: Store, queue: TaskQueue, campaign: FleetCampaign): Promise<void> {
  const settled = await store.settledChunks(campaign.id);
  const chunks = missingChunks(await store.next(campaign.id), (index) => settled.has(index), waitingMost + addedAtOnce);
  await addChunks(queue, campaign, await notIn(store, queue, chunks, nameOf.chunk));
  await addCauses(queue, await notIn(store, queue, await store.causes.unreported(campaign.id), nameOf.cause));
  if (campaign.first === null) return;
  const done = await store.firstDone(campaign.id);
  await addFirst(queue, await notIn(store, queue, firstNames.filter((name) => !done.includes(name)), nameOf.first));
}

async function notIn<T>(
  { redis }: Store, queue: TaskQueue, tasks: readonly T[], named: (task: T) => string,
): Promise<readonly T[]> {
  if (tasks.length === 0) return [];
  const asked = redis.pipeline();
  for (const task of tasks) asked.exists(queue.toKey(named(task)));
  const answers = await asked.exec();
  return tasks.filter((_, i) => answers?.[i]?.[1] === 0);
}
