/** What the queue of a campaign holds, and in which order; whatever it forgot is put there again. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FleetCampaign } from '../../../harness/fleet/campaign.ts';
import { feed, openQueue, openWorker, type Task, type TaskQueue } from '../../../harness/fleet/queue.ts';
import { openStore, type OpenStore, type Store } from '../../../harness/fleet/store.ts';
import { campaignWith, failureWith, resultWith } from '../../support/fleet-values.ts';
import { redisPath, RedisServer, withoutRedis } from '../../support/redis.ts';

const nothing = { facts: { done: 0 }, result: null };
const failed = resultWith({ seeds: 10, passed: 9, violations: [failureWith()], digest: '00000000000000aa' });

describe.skipIf(redisPath === null)(`the queue of a campaign${withoutRedis}`, () => {
  let server: RedisServer;
  let open: OpenStore;
  let store: Store;
  let queue: TaskQueue;
  let made = 0;
  beforeAll(async () => {
    server = await RedisServer.started();
    open = await openStore(server.url, 'test');
    store = open.store;
  });
  afterEach(() => queue.close());
  afterAll(async () => {
    open?.close();
    await server?.end();
  });

  async function begun(own: Partial<FleetCampaign>): Promise<FleetCampaign> {
    const campaign = await store.begin(campaignWith({ id: `c${made++}`, chunkSeeds: 10, count: 100, ...own }));
    queue = await openQueue(store.redis, store.keys.queues, campaign);
    await feed(store, queue, campaign);
    return campaign;
  }
  const held = async (): Promise<readonly string[]> => (await queue.getWaiting()).map(({ id }) => id!);

  test('holds all chunks of a small campaign, each once, however often it is fed', async () => {
    const campaign = await begun({});
    await Promise.all([1, 2, 3].map(() => feed(store, queue, campaign)));
    expect([...(await held())].sort()).toEqual(Array.from({ length: 10 }, (_, i) => `chunk-${i}`));
  });

  test('holds some two thousand chunks of a large one at a time, and is filled up below a thousand', async () => {
    const campaign = await begun({ count: null });
    expect(await queue.getWaitingCount()).toBe(2000);
    for (let i = 0; i < 1000; i++) await queue.remove(`chunk-${i}`);
    await store.redis.hset(
      store.keys.of(campaign.id).digests, Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [i, 'x'])),
    );
    await feed(store, queue, campaign);
    expect(await queue.getWaitingCount()).toBe(1000);
    await queue.remove('chunk-1000');
    await store.redis.hset(store.keys.of(campaign.id).digests, '1000', 'x');
    await feed(store, queue, campaign);
    expect([await queue.getWaitingCount(), await store.next(campaign.id)]).toEqual([2499, 3500]);
  });

  test('puts what stands before fresh seeds in front of them, in its order, and causes in front of all', async () => {
    const campaign = await begun({ first: { failing: [], told: [] } });
    await store.record(campaign, 9, failed, 0);
    await queue.remove('chunk-9');
    await feed(store, queue, campaign);
    const taken: string[] = [];
    const worker = await openWorker({
      redis: store.redis, prefix: store.keys.queues, campaign, threads: 0, lostAfterMs: 30_000,
      onError(error) {
        throw error;
      },
      work: async ({ data }) => void taken.push(textOf(data)),
    });
    while (taken.length < 6) await new Promise((wait) => setTimeout(wait, 5));
    await worker.close();
    expect(taken.slice(0, 6)).toEqual([
      expect.stringMatching(/^cause \w{8}$/), 'first regressions', 'first canaries', 'first failing', 'chunk 0',
      'chunk 1',
    ]);
  });

  test('what it forgot is put there again, also when the campaign has no end: a chunk, a cause, what stands first', async () => {
    const campaign = await begun({ count: null, first: { failing: [], told: [] } });
    await store.record(campaign, 5, failed, 0);
    await queue.remove('chunk-5');
    await feed(store, queue, campaign);
    const [key] = await store.causes.unreported(campaign.id);
    const forgotten = ['chunk-7', 'chunk-1999', `cause-${key}`, 'first-canaries'];
    const before = await queue.getWaitingCount();
    // One after the other: each alone is missed.
    for (const id of forgotten) {
      expect(await queue.remove(id), id).toBe(1);
      await feed(store, queue, campaign);
      expect(await held()).toContain(id);
    }
    expect(await queue.getWaitingCount()).toBe(before);
  });

  test('what is done, set aside or reported is not put there again', async () => {
    const campaign = await begun({ first: { failing: [], told: [] } });
    await store.record(campaign, 5, failed, 0);
    await store.setAside(campaign.id, 6, 'it ended the process');
    await store.recordFirst(campaign.id, 'canaries', nothing, 0);
    const [key] = await store.causes.unreported(campaign.id);
    await store.causes.report(campaign.id, key!, { report: null, note: '' });
    for (const id of ['chunk-5', 'chunk-6', 'first-canaries', 'chunk-8']) await queue.remove(id);
    await feed(store, queue, campaign);
    expect([...(await held())].sort()).toEqual([
      ...[0, 1, 2, 3, 4, 7, 8, 9].map((i) => `chunk-${i}`), 'first-failing', 'first-regressions',
    ]);
    expect(await store.owed(campaign)).toBe(10);
  });
});

const textOf = (task: Task): string =>
  task.kind === 'chunk' ? `chunk ${task.index}` : task.kind === 'cause' ? `cause ${task.key}` : `first ${task.name}`;
