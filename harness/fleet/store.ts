/** What a fleet keeps in Redis beside its queue: campaigns, and the results of their chunks. */
import type { Redis } from 'ioredis';
import type { ChunkResult } from '../campaign/campaign.ts';
import { UsageError } from '../text/usage-error.ts';
import type { FleetCampaign } from './campaign.ts';
import { causesIn, type Met } from './causes.ts';
import { firstNames, type FirstDone, type FirstName } from './first.ts';
import { KeptCauses } from './kept-causes.ts';
import { keysOf, type CampaignKeys, type Keys } from './keys.ts';
import { packed } from './packed.ts';
import { names, readAtOnce, single, size, table } from './reading.ts';
import { connect } from './redis.ts';
import { Roster } from './roster.ts';
import { foldResults, raiseNext, recordChunk, recordFirst, setAside } from './scripts.ts';
import { summed } from './sum.ts';

export class Store {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly causes: KeptCauses;
  readonly roster: Roster;

  constructor(redis: Redis, fleet: string) {
    this.redis = redis;
    this.keys = keysOf(fleet);
    this.causes = new KeptCauses(redis, this.keys);
    this.roster = new Roster(redis, this.keys);
  }

  /** Makes it the one that workers take. What is there of it already stays. */
  async begin(campaign: FleetCampaign): Promise<FleetCampaign> {
    await this.redis.hsetnx(this.keys.campaigns, campaign.id, JSON.stringify(campaign));
    await this.redis.del(this.of(campaign.id).isStopped);
    await this.redis.set(this.keys.current, campaign.id);
    return (await this.campaign(campaign.id))!;
  }

  async stop(id: string): Promise<void> {
    await this.redis.set(this.of(id).isStopped, '1');
  }

  /** Takes away all that is known of it. */
  async forget(id: string): Promise<void> {
    if ((await this.redis.get(this.keys.current)) === id) await this.redis.del(this.keys.current);
    await this.redis.del(...Object.values(this.of(id)));
    await this.redis.hdel(this.keys.campaigns, id);
  }

  async current(): Promise<FleetCampaign | null> {
    const id = await this.redis.get(this.keys.current);
    return id === null ? null : this.campaign(id);
  }

  async campaign(id: string): Promise<FleetCampaign | null> {
    const text = await this.redis.hget(this.keys.campaigns, id);
    return text === null ? null : (JSON.parse(text) as FleetCampaign);
  }

  /** All of them, the oldest first. */
  async campaigns(): Promise<readonly FleetCampaign[]> {
    const texts = Object.values(await this.redis.hgetall(this.keys.campaigns));
    return texts
      .map((text) => JSON.parse(text) as FleetCampaign)
      .sort((a, b) => a.startedMs - b.startedMs || (a.id < b.id ? -1 : 1));
  }

  /**
   * @returns `new` when it counts, `again` when it did before, and else the other digest that the chunk came to before
   */
  async record(campaign: FleetCampaign, index: number, result: ChunkResult, nowMs: number): Promise<string> {
    const keys = this.of(campaign.id);
    const counts = { seeds: result.seeds, violations: result.violations.length, events: result.events };
    return String(
      await this.redis.eval(
        recordChunk, 8, keys.digests, keys.results, keys.totals, keys.days, keys.causes, keys.same, keys.conflicts,
        keys.aside, index, result.digest, packed(result), dayOf(nowMs), nowMs, Object.keys(counts).length,
        ...Object.entries(counts).flat(), ...argumentsOf(causesIn(result, nowMs)),
      ),
    );
  }

  /** Puts the results of chunks into one sum when there are `least` of them, so that they take no more room. */
  async fold(id: string, least: number): Promise<void> {
    const keys = this.of(id);
    if ((await this.redis.hlen(keys.results)) < least) return;
    const [version, sum, results] = await readAtOnce(this.redis, [
      single(keys.sumVersion), single(keys.sum), table(keys.results),
    ]);
    const scenario = (await this.campaign(id))?.scenario;
    if (scenario === undefined) return;
    const folded = summed(scenario, sum, results);
    await this.redis.eval(
      foldResults, 3, keys.results, keys.sum, keys.sumVersion, version?.toString() ?? '0', packed(folded),
      ...results.keys(),
    );
  }

  async isChunkDone(id: string, index: number): Promise<boolean> {
    return (await this.redis.hexists(this.of(id).digests, String(index))) === 1;
  }

  /** Numbers of the chunks that nobody need run any more. */
  async settledChunks(id: string): Promise<ReadonlySet<number>> {
    const { digests, aside } = this.of(id);
    const [done, set] = await readAtOnce(this.redis, [names(digests), names(aside)]);
    return new Set([...done, ...set].map(Number));
  }

  /** The first chunk that was never put into the queue. */
  async next(id: string): Promise<number> {
    return Number((await this.redis.get(this.of(id).next)) ?? '0');
  }

  /** How many tasks the queue should hold: what was put there, or is to be, and has come to nothing yet. */
  async owed({ id, first: hasFirst }: FleetCampaign): Promise<number> {
    const keys = this.of(id);
    const [next, done, aside, causes, reports, first] = await readAtOnce(this.redis, [
      single(keys.next), size(keys.digests), size(keys.aside), size(keys.causes), size(keys.reports), size(keys.first),
    ]);
    return (
      Number(next?.toString() ?? '0') -
      done -
      aside +
      causes -
      reports +
      (hasFirst === null ? 0 : firstNames.length - first)
    );
  }

  /** It only ever grows. @returns what it is now */
  async raiseNext(id: string, index: number): Promise<number> {
    return Number(await this.redis.eval(raiseNext, 1, this.of(id).next, index));
  }

  async deaths(id: string, index: number): Promise<number> {
    return Number((await this.redis.hget(this.of(id).deaths, String(index))) ?? '0');
  }

  async died(id: string, index: number): Promise<number> {
    return this.redis.hincrby(this.of(id).deaths, String(index), 1);
  }

  async setAside(id: string, index: number, why: string): Promise<void> {
    const { digests, aside } = this.of(id);
    await this.redis.eval(setAside, 2, digests, aside, index, why);
  }

  /** @returns chunks that were set aside; they are tried anew */
  async takeBack(id: string): Promise<readonly number[]> {
    const keys = this.of(id);
    const set = Object.keys(await this.redis.hgetall(keys.aside));
    if (set.length > 0) await this.redis.hdel(keys.deaths, ...set);
    if (set.length > 0) await this.redis.hdel(keys.aside, ...set);
    return set.map(Number);
  }

  /** Counts once, whoever does it; what failed in it is a cause like any other. */
  async recordFirst(id: string, name: FirstName, done: FirstDone, nowMs: number): Promise<void> {
    const { first, causes, same } = this.of(id);
    await this.redis.eval(
      recordFirst, 3, first, causes, same, name, packed(done),
      ...argumentsOf(done.result === null ? [] : causesIn(done.result, nowMs)),
    );
  }

  async firstDone(id: string): Promise<readonly string[]> {
    return this.redis.hkeys(this.of(id).first);
  }

  private of(id: string): CampaignKeys {
    return this.keys.of(id);
  }
}

export interface OpenStore {
  readonly store: Store;
  /** Host and port, for a person. */
  readonly name: string;
  readonly keepsFile: boolean;
  close(): void;
}

/** @throws UsageError */
export async function openStore(url: string, fleet: string): Promise<OpenStore> {
  if (!/^[\w.-]+$/.test(fleet)) throw new UsageError(`--fleet takes letters, digits, dots and dashes, not "${fleet}"`);
  const { redis, name, keepsFile } = await connect(url);
  return { store: new Store(redis, fleet), name, keepsFile, close: () => redis.disconnect() };
}

/** As the scripts take them: key, cause and seeds of each. */
const argumentsOf = (met: readonly Met[]): readonly (string | number)[] =>
  met.flatMap(({ cause, seeds }) => [cause.key, JSON.stringify(cause), seeds]);

/** 2026-01-31, in UTC. */
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
