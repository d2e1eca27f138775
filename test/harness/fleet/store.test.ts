/**
 * What a fleet keeps in a real Redis: a chunk counts once, sums lose nothing, and whoever dies in between leaves it
 * whole.
 */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { merge } from '../../../harness/campaign/campaign.ts';
import { causeKey } from '../../../harness/fleet/causes.ts';
import { openStore, Store, type OpenStore } from '../../../harness/fleet/store.ts';
import { isEnded, progressOf, wholeOf } from '../../../harness/fleet/whole.ts';
import { campaignWith, causeWith, failureWith, resultWith } from '../../support/fleet-values.ts';
import { redisPath, RedisServer, withoutRedis } from '../../support/redis.ts';

const chunk = (seed: number, own = {}) =>
  resultWith({
    seeds: 10, passed: 10, events: 5, digest: `00000000000000${seed.toString(16).padStart(2, '0')}`, ...own,
  });
const noon = Date.UTC(2026, 0, 31, 12);

describe.skipIf(redisPath === null)(`a fleet in Redis${withoutRedis}`, () => {
  let server: RedisServer;
  let open: OpenStore;
  let store: Store;
  let made = 0;
  beforeAll(async () => {
    server = await RedisServer.started();
    open = await openStore(server.url, 'test');
    store = open.store;
  });
  afterAll(async () => {
    open?.close();
    await server?.end();
  });
  /** A campaign that no other test has touched. */
  const begun = async (own = {}) => store.begin(campaignWith({ id: `c${made++}`, chunkSeeds: 10, count: 100, ...own }));

  test('it knows where it is, and that a file is kept', () =>
    expect([open.name, open.keepsFile]).toEqual([`127.0.0.1:${server.port}`, true]));

  test('a chunk counts once, and its second digest is compared with the first', async () => {
    const campaign = await begun();
    expect(await store.record(campaign, 3, chunk(1), noon)).toBe('new');
    expect(await store.record(campaign, 3, chunk(1), noon)).toBe('again');
    expect(await store.record(campaign, 3, chunk(2), noon)).toBe('0000000000000001');
    const { result, done, progress, days } = await wholeOf(store, campaign, noon);
    expect([result.seeds, result.digest, done]).toEqual([10, '0000000000000001', [3]]);
    expect([progress.seeds, progress.chunksDone]).toEqual([10, 1]);
    expect(progress.conflicts).toEqual([
      `seeds 31 to 40 of swarm at 0.1.0+aa.bb: done twice, with digests 0000000000000001 and 0000000000000002`,
    ]);
    expect(days).toEqual({ '2026-01-31 seeds': 10, '2026-01-31 violations': 0, '2026-01-31 events': 5 });
  });

  test('of many that hand in the same chunk at once one counts', async () => {
    const campaign = await begun();
    const said = await Promise.all(Array.from({ length: 20 }, () => store.record(campaign, 0, chunk(1), noon)));
    expect(said.filter((one) => one === 'new').length).toBe(1);
    expect((await progressOf(store, campaign, noon)).seeds).toBe(10);
  });

  test('whatever is added up, and by however many at once, the whole stays the same', async () => {
    const campaign = await begun();
    const chunks = Array.from({ length: 10 }, (_, i) =>
      chunk(i + 1, { tallies: { elected: { total: i, seeds: i, firstSeed: i === 0 ? null : i * 10 } } }),
    );
    for (const [i, result] of chunks.entries()) {
      await store.record(campaign, i, result, noon);
      if (i % 3 === 2)
        await Promise.all([store.fold(campaign.id, 2), store.fold(campaign.id, 2), store.fold(campaign.id, 2)]);
    }
    expect(await store.redis.hlen(store.keys.of(campaign.id).results)).toBe(1);
    const { result, done } = await wholeOf(store, campaign, noon);
    expect(result).toEqual(chunks.reduce(merge));
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await store.record(campaign, 0, chunk(1), noon)).toBe('again');
    expect((await wholeOf(store, campaign, noon)).result.seeds).toBe(100);
  });

  test('one who adds up from what he read a while ago changes nothing: what came in since would be lost', async () => {
    const campaign = await begun();
    await store.record(campaign, 0, chunk(1), noon);
    let goOn = (): void => undefined;
    const isHeld = new Promise<void>((resolve) => (goOn = resolve));
    let hasRead = (): void => undefined;
    const reading = new Promise<void>((resolve) => (hasRead = resolve));
    /** Between what it read and what it writes it is held. */
    class SlowStore extends Store {
      override async campaign(id: string) {
        hasRead();
        await isHeld;
        return super.campaign(id);
      }
    }
    const slow = new SlowStore(open.store.redis, 'test').fold(campaign.id, 1);
    await reading;
    await store.record(campaign, 1, chunk(2), noon);
    await store.fold(campaign.id, 1);
    goOn();
    await slow;
    expect((await wholeOf(store, campaign, noon)).result).toEqual(merge(chunk(1), chunk(2)));
  });

  test('a cause is met once, its seeds are counted, and its first report stays', async () => {
    const campaign = await begun();
    await store.record(campaign, 0, chunk(1, { passed: 9, violations: [failureWith({ seed: 7 })] }), noon);
    await store.record(
      campaign,
      1,
      chunk(2, { passed: 8, violations: [failureWith({ seed: 12 }), failureWith({ seed: 15, step: 1 })] }),
      noon + 1,
    );
    await store.record(
      campaign,
      1,
      chunk(2, { passed: 8, violations: [failureWith({ seed: 12 }), failureWith({ seed: 15, step: 1 })] }),
      noon + 2,
    );
    const [key] = await store.causes.unreported(campaign.id);
    expect((await progressOf(store, campaign, noon)).causes).toEqual([
      { cause: causeWith({ key: key!, atMs: noon }), seeds: 3, isReported: false },
    ]);
    expect(await store.causes.report(campaign.id, key!, { report: null, note: 'first' })).toBe(true);
    expect(await store.causes.report(campaign.id, key!, { report: null, note: 'second' })).toBe(false);
    expect(await store.causes.unreported(campaign.id)).toEqual([]);
    expect((await wholeOf(store, campaign, noon)).reports.get(key!)).toEqual({ report: null, note: 'first' });
  });

  test('a cause is claimed by one teller; of one that died without telling it, by another', async () => {
    const campaign = await begun();
    await store.record(campaign, 0, chunk(1, { passed: 9, violations: [failureWith()] }), noon);
    const [key] = await store.causes.unreported(campaign.id);
    expect(await store.causes.claimUntold(campaign, noon)).toBeNull();
    await store.causes.report(campaign.id, key!, { report: null, note: '' });
    const claims = await Promise.all([1, 2, 3].map(() => store.causes.claimUntold(campaign, noon)));
    expect(claims.filter((claim) => claim !== null).length).toBe(1);
    expect(await store.causes.claimUntold(campaign, noon + 90_000)).toBeNull();
    expect((await store.causes.claimUntold(campaign, noon + 90_001))?.cause.key).toBe(key);
    await store.causes.hasTold(campaign.id, key!);
    expect(await store.causes.claimUntold(campaign, noon + 1e9)).toBeNull();
  });

  test('chunks set aside are settled, until they are taken back', async () => {
    const campaign = await begun();
    expect(await store.died(campaign.id, 4)).toBe(1);
    expect(await store.died(campaign.id, 4)).toBe(2);
    await store.setAside(campaign.id, 4, 'it ended the process');
    await store.record(campaign, 2, chunk(1), noon);
    expect([...(await store.settledChunks(campaign.id))].sort()).toEqual([2, 4]);
    expect((await progressOf(store, campaign, noon)).aside).toEqual([
      'seeds 41 to 50 of swarm at 0.1.0+aa.bb: it ended the process',
    ]);
    expect(await store.takeBack(campaign.id)).toEqual([4]);
    expect([await store.deaths(campaign.id, 4), [...(await store.settledChunks(campaign.id))]]).toEqual([0, [2]]);
  });

  test('chunks set aside, and those of two digests, are named in the order of their seeds', async () => {
    const campaign = await begun({ count: 1000 });
    for (const index of [10, 9, 2]) {
      await store.setAside(campaign.id, index, `why ${index}`);
      await store.record(campaign, index + 20, chunk(1), noon);
      await store.record(campaign, index + 20, chunk(2), noon);
    }
    const { aside, conflicts } = await progressOf(store, campaign, noon);
    const seedsOf = (told: readonly string[]) => told.map((one) => one.split(' of ')[0]);
    expect([seedsOf(aside), seedsOf(conflicts)]).toEqual([
      ['seeds 21 to 30', 'seeds 91 to 100', 'seeds 101 to 110'],
      ['seeds 221 to 230', 'seeds 291 to 300', 'seeds 301 to 310'],
    ]);
    expect((await wholeOf(store, campaign, noon)).done).toEqual([22, 29, 30]);
  });

  test('when the last chunk came in, and how many threads ever took part', async () => {
    const campaign = await begun({ startedMs: noon - 7 });
    expect(await wholeOf(store, campaign, noon)).toMatchObject({ lastMs: noon - 7, threads: 0 });
    await store.record(campaign, 0, chunk(1), noon);
    await store.record(campaign, 1, chunk(2), noon + 5);
    // What is handed in again is no news.
    await store.record(campaign, 1, chunk(2), noon + 9);
    for (const [name, threads] of [
      ['a', 2], ['b', 3], ['a', 4],
    ] as const)
      await store.roster.join(campaign.id, name, threads);
    expect(await wholeOf(store, campaign, noon)).toMatchObject({ lastMs: noon + 5, threads: 7 });
  });

  test('causes stand in the order in which they were met, and of one moment by their key', async () => {
    const campaign = await begun();
    const failing = (...properties: readonly string[]) => ({
      passed: 0, violations: properties.map((property, seed) => failureWith({ property, seed })),
    });
    await store.record(campaign, 0, chunk(1, failing('Late')), noon + 5);
    await store.record(campaign, 1, chunk(2, failing('A', 'B', 'C')), noon);
    const { causes } = await progressOf(store, campaign, noon);
    expect(causes.map(({ cause }) => cause.property).at(-1)).toBe('Late');
    expect(causes.slice(0, 3).map(({ cause }) => cause.key)).toEqual(
      ['A', 'B', 'C'].map((property) => causeKey(property, '')).sort(),
    );
  });

  test('campaigns are listed by their beginning, and of one moment by their name', async () => {
    const own = new Store(store.redis, 'another-fleet');
    for (const [id, startedMs] of [
      ['late', 30], ['b', 20], ['a', 20], ['early', 10],
    ] as const)
      await own.begin(campaignWith({ id, startedMs }));
    expect((await own.campaigns()).map(({ id }) => id)).toEqual(['early', 'a', 'b', 'late']);
    expect((await own.current())?.id).toBe('early');
  });

  test('one that was set aside and is done after all is done, and nothing that is done is set aside', async () => {
    const campaign = await begun();
    await store.setAside(campaign.id, 4, 'it ended the process');
    await store.record(campaign, 4, chunk(1), noon);
    await store.setAside(campaign.id, 4, 'it ended the process');
    expect(await progressOf(store, campaign, noon)).toMatchObject({ aside: [], chunksDone: 1 });
  });

  test('what stands before fresh seeds counts once, and what failed in it is a cause; its seeds are not those of the campaign', async () => {
    const campaign = await begun({ first: { failing: [7], told: [] } });
    const done = { facts: { done: 1 }, result: chunk(1, { seeds: 1, passed: 0, violations: [failureWith()] }) };
    await Promise.all([1, 2].map(() => store.recordFirst(campaign.id, 'failing', done, noon)));
    const { progress, first } = await wholeOf(store, campaign, noon);
    expect(progress).toMatchObject({ seeds: 0, firstDone: ['failing'], causes: [{ seeds: 1, isReported: false }] });
    expect(first.get('failing')).toEqual(done);
  });

  test('nobody is told of a cause that was open before', async () => {
    const key = causeKey('Election Safety', '');
    const campaign = await begun({ first: { failing: [7], told: [key] } });
    await store.record(
      campaign,
      0,
      chunk(1, { passed: 8, violations: [failureWith(), failureWith({ property: 'Log Matching', seed: 8 })] }),
      noon,
    );
    for (const one of await store.causes.unreported(campaign.id))
      await store.causes.report(campaign.id, one, { report: null, note: '' });
    expect((await store.causes.claimUntold(campaign, noon))?.cause.property).toBe('Log Matching');
    expect(await store.causes.claimUntold(campaign, noon)).toBeNull();
  });

  test('the next chunk only ever grows', async () => {
    const campaign = await begun();
    expect(await store.next(campaign.id)).toBe(0);
    await store.raiseNext(campaign.id, 12);
    await store.raiseNext(campaign.id, 7);
    expect(await store.next(campaign.id)).toBe(12);
  });

  test('begun again it is the one that was begun, no longer stopped; forgotten it is gone', async () => {
    const campaign = await begun({ from: 5 });
    await store.stop(campaign.id);
    expect(await isEnded(store, campaign)).toBe(true);
    expect(await store.begin({ ...campaign, from: 900 })).toEqual(campaign);
    expect([await isEnded(store, campaign), await store.current()]).toEqual([false, campaign]);
    await store.record(campaign, 0, chunk(1), noon);
    await store.forget(campaign.id);
    expect([await store.campaign(campaign.id), await store.current()]).toEqual([null, null]);
    expect((await store.redis.keys(`*${campaign.id}:*`))).toEqual([]);
  });

  test('workers are known while they speak, and forgotten long after', async () => {
    const says = { host: 'h', pid: 1, threads: 2, campaign: null, revision: 'r', seeds: 0, seedsPerSecond: 0 };
    await store.roster.say('old', { ...says, saidMs: noon - 1_500_001 });
    await store.roster.say('quiet', { ...says, saidMs: noon - 1_500_000 });
    await store.roster.say('new', { ...says, saidMs: noon });
    await store.roster.all(noon);
    expect((await store.roster.all(noon)).map(({ saidMs }) => saidMs).sort()).toEqual([noon - 1_500_000, noon]);
    await store.roster.leave('quiet');
    expect(await store.roster.all(noon)).toEqual([{ ...says, saidMs: noon }]);
    await store.roster.leave('new');
    expect(await store.roster.all(noon)).toEqual([]);
  });

  test('a full Redis refuses a result whole, and takes it when it has room again', async () => {
    const campaign = await begun();
    const admin = new Redis(server.url);
    await admin.config('SET', 'maxmemory', '1');
    await expect(store.record(campaign, 0, chunk(1, { passed: 9, violations: [failureWith()] }), noon)).rejects.toThrow(
      'OOM command not allowed',
    );
    expect(await progressOf(store, campaign, noon)).toMatchObject({ seeds: 0, chunksDone: 0, causes: [] });
    await admin.config('SET', 'maxmemory', '0');
    expect(await store.record(campaign, 0, chunk(1, { passed: 9, violations: [failureWith()] }), noon)).toBe('new');
    expect(await progressOf(store, campaign, noon)).toMatchObject({ seeds: 10, chunksDone: 1, violations: 1 });
    admin.disconnect();
  });
});
