/** What a fleet keeps in Redis beside its queue: campaigns, results, causes, reports, and who is at work. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import { emptyResult, merge, type ChunkResult } from '../campaign/campaign.ts';
import type { Facts } from '../campaign/judgement.ts';
import type { Report } from '../report/report.ts';
import { UsageError } from '../text/usage-error.ts';
import { chunkName, type FirstName, type FleetCampaign } from './campaign.ts';
import { causesIn, type Cause } from './causes.ts';
import { keysOf, type CampaignKeys, type Keys } from './keys.ts';
import { conflictText, isDone, silentMs, type KnownCause, type Progress, type WorkerSays } from './progress.ts';
import { connect } from './redis.ts';
import { foldResults, raiseNext, readAll, recordChunk } from './scripts.ts';

/** What became of a cause: its report, or why there is none. */
export interface Told {
  readonly report: Report | null;
  readonly note: string;
}

/** What was done before fresh seeds: what it says to the judge, and the result of seeds that were run again. */
export interface FirstDone {
  readonly facts: Facts;
  readonly result: ChunkResult | null;
}

/** All that is known of a campaign at one moment. */
export interface Whole {
  readonly result: ChunkResult;
  /** Chunks in it, in order. */
  readonly done: readonly number[];
  readonly progress: Progress;
  readonly reports: ReadonlyMap<string, Told>;
  readonly first: ReadonlyMap<FirstName, FirstDone>;
  /** Seeds and failures by day: `2026-01-31 seeds`. */
  readonly days: Readonly<Record<string, number>>;
  readonly lastMs: number;
  /** Threads of all workers that ever took part. */
  readonly threads: number;
}

export class Store {
  readonly redis: Redis;
  readonly keys: Keys;

  constructor(redis: Redis, fleet: string) {
    this.redis = redis;
    this.keys = keysOf(fleet);
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
    return texts.map((text) => JSON.parse(text) as FleetCampaign).sort((a, b) => a.startedMs - b.startedMs || (a.id < b.id ? -1 : 1));
  }

  /**
   * @returns `new` when it counts, `again` when it did before, and else the other digest that the chunk came to before
   */
  async record(campaign: FleetCampaign, index: number, result: ChunkResult, nowMs: number): Promise<string> {
    const keys = this.of(campaign.id);
    const counts = { seeds: result.seeds, violations: result.violations.length, events: result.events };
    const met = causesIn(result, nowMs);
    return String(await this.redis.eval(
      recordChunk, 7, keys.digests, keys.results, keys.totals, keys.days, keys.causes, keys.same, keys.conflicts,
      index, result.digest, packed(result), dayOf(nowMs), nowMs, Object.keys(counts).length, ...Object.entries(counts).flat(),
      ...met.flatMap(({ cause, seeds }) => [cause.key, JSON.stringify(cause), seeds]),
    ));
  }

  /** Puts the results of chunks into one sum when there are `least` of them, so that they take no more room. */
  async fold(id: string, least: number): Promise<void> {
    const keys = this.of(id);
    if ((await this.redis.hlen(keys.results)) < least) return;
    const [version, sum, results] = await this.read([single(keys.sumVersion), single(keys.sum), table(keys.results)]);
    const scenario = (await this.campaign(id))?.scenario;
    if (scenario === undefined) return;
    const folded = summed(scenario, sum, results);
    await this.redis.eval(foldResults, 3, keys.results, keys.sum, keys.sumVersion, version?.toString() ?? '0', packed(folded), ...results.keys());
  }

  async isChunkDone(id: string, index: number): Promise<boolean> {
    return (await this.redis.hexists(this.of(id).digests, String(index))) === 1;
  }

  /** Numbers of the chunks that nobody need run any more. */
  async settledChunks(id: string): Promise<ReadonlySet<number>> {
    const { digests, aside } = this.of(id);
    const [done, set] = await this.read([names(digests), names(aside)]);
    return new Set([...done, ...set].map(Number));
  }

  async next(id: string): Promise<number> {
    return Number((await this.redis.get(this.of(id).next)) ?? '0');
  }

  async raiseNext(id: string, index: number): Promise<void> {
    await this.redis.eval(raiseNext, 1, this.of(id).next, index);
  }

  async deaths(id: string, index: number): Promise<number> {
    return Number((await this.redis.hget(this.of(id).deaths, String(index))) ?? '0');
  }

  async died(id: string, index: number): Promise<number> {
    return this.redis.hincrby(this.of(id).deaths, String(index), 1);
  }

  async setAside(id: string, index: number, why: string): Promise<void> {
    await this.redis.hset(this.of(id).aside, String(index), why);
  }

  /** @returns chunks that were set aside; they are tried anew */
  async takeBack(id: string): Promise<readonly number[]> {
    const keys = this.of(id);
    const set = Object.keys(await this.redis.hgetall(keys.aside));
    if (set.length > 0) await this.redis.hdel(keys.deaths, ...set);
    if (set.length > 0) await this.redis.hdel(keys.aside, ...set);
    return set.map(Number);
  }

  async cause(id: string, key: string): Promise<Cause | null> {
    const text = await this.redis.hget(this.of(id).causes, key);
    return text === null ? null : (JSON.parse(text) as Cause);
  }

  /** Causes that nobody has shrunk yet. */
  async untoldCauses(id: string): Promise<readonly string[]> {
    const { causes, reports } = this.of(id);
    const [met, told] = await this.read([names(causes), names(reports)]);
    return met.filter((key) => !told.includes(key));
  }

  /** The first one stays: there is one report for each cause. */
  async report(id: string, key: string, told: Told): Promise<boolean> {
    return (await this.redis.hsetnx(this.of(id).reports, key, packed(told))) === 1;
  }

  /** A reported cause that nobody was told of, for this asker alone; null when there is none. */
  async claimUntold(id: string, nowMs: number): Promise<{ readonly cause: Cause; readonly told: Told } | null> {
    const keys = this.of(id);
    const [reported, told] = await this.read([names(keys.reports), table(keys.told)]);
    const claims = asText(told);
    const key = reported.find((one) => isForgotten(claims.get(one), nowMs));
    if (key === undefined) return null;
    // Of two that ask at once for a cause whose teller died, both may tell: better twice than never.
    if (claims.has(key)) await this.redis.hset(keys.told, key, String(nowMs));
    else if ((await this.redis.hsetnx(keys.told, key, String(nowMs))) === 0) return null;
    const [cause, bytes] = [await this.cause(id, key), await this.redis.hgetBuffer(keys.reports, key)];
    return cause === null || bytes === null ? null : { cause, told: unpacked<Told>(bytes) };
  }

  async hasTold(id: string, key: string): Promise<void> {
    await this.redis.hset(this.of(id).told, key, toldMark);
  }

  /** Somebody takes part, with so many threads. */
  async join(id: string, name: string, threads: number): Promise<void> {
    await this.redis.hset(this.of(id).hands, name, String(threads));
  }

  async recordFirst(id: string, name: FirstName, done: FirstDone): Promise<void> {
    await this.redis.hsetnx(this.of(id).first, name, packed(done));
  }

  async firstDone(id: string): Promise<readonly string[]> {
    return this.redis.hkeys(this.of(id).first);
  }

  async say(name: string, says: WorkerSays): Promise<void> {
    await this.redis.hset(this.keys.workers, name, JSON.stringify(says));
  }

  async leave(name: string): Promise<void> {
    await this.redis.hdel(this.keys.workers, name);
  }

  /** Those that have fallen silent for long are forgotten. */
  async workers(nowMs: number): Promise<readonly WorkerSays[]> {
    const said = Object.entries(await this.redis.hgetall(this.keys.workers)).map(([name, text]) => [name, JSON.parse(text) as WorkerSays] as const);
    const gone = said.filter(([, { saidMs }]) => nowMs - saidMs > 100 * silentMs).map(([name]) => name);
    if (gone.length > 0) await this.redis.hdel(this.keys.workers, ...gone);
    return said.map(([, says]) => says);
  }

  /** Nothing of it is left to be done. */
  async isEnded(campaign: FleetCampaign): Promise<boolean> {
    const progress = await this.progress(campaign, 0);
    return progress.isStopped || isDone(progress);
  }

  /** Cheap: it is asked every second. */
  async progress(campaign: FleetCampaign, nowMs: number): Promise<Progress> {
    const keys = this.of(campaign.id);
    const [isStopped, chunksDone, totals, causes, same, reports, aside, conflicts, firstDone] = await this.read([
      single(keys.isStopped), size(keys.digests), table(keys.totals), table(keys.causes), table(keys.same), names(keys.reports), table(keys.aside),
      table(keys.conflicts), names(keys.first),
    ]);
    const counted = asText(totals);
    const named = (what: ReadonlyMap<string, Buffer>, text: (name: string, says: string) => string): readonly string[] =>
      [...asText(what)].sort(([a], [b]) => Number(a) - Number(b)).map(([index, says]) => text(chunkName(campaign, Number(index)), says));
    return {
      campaign,
      isStopped: isStopped !== null,
      chunksDone,
      seeds: Number(counted.get('seeds') ?? 0),
      violations: Number(counted.get('violations') ?? 0),
      causes: knownCauses(asText(causes), asText(same), reports),
      aside: named(aside, (name, why) => `${name}: ${why}`),
      conflicts: named(conflicts, conflictText),
      firstDone,
      workers: await this.workers(nowMs),
    };
  }

  /** Everything, as of one moment. */
  async whole(campaign: FleetCampaign, nowMs: number): Promise<Whole> {
    const keys = this.of(campaign.id);
    const [sum, results, done, reports, first, days, lastMs, hands] = await this.read([
      single(keys.sum), table(keys.results), names(keys.digests), table(keys.reports), table(keys.first), table(keys.days), single(keys.totals, 'lastMs'),
      table(keys.hands),
    ]);
    const progress = await this.progress(campaign, nowMs);
    return {
      result: summed(campaign.scenario, sum, results),
      done: done.map(Number).sort((a, b) => a - b),
      progress,
      reports: new Map([...reports].map(([key, bytes]) => [key, unpacked<Told>(bytes)])),
      first: new Map([...first].map(([name, bytes]) => [name as FirstName, unpacked<FirstDone>(bytes)])),
      days: Object.fromEntries([...asText(days)].map(([name, value]) => [name, Number(value)])),
      lastMs: Number(lastMs?.toString() ?? campaign.startedMs),
      threads: [...asText(hands).values()].map(Number).reduce((all, one) => all + one, 0),
    };
  }

  private of(id: string): CampaignKeys {
    return this.keys.of(id);
  }

  /** As of one moment. */
  private async read<const T extends readonly Reading<unknown>[]>(readings: T): Promise<Answers<T>> {
    const answers = (await this.redis.callBuffer(
      'EVAL', readAll, readings.length, ...readings.map(({ key }) => key), ...readings.flatMap(({ command, field }) => [command, field]),
    )) as readonly unknown[];
    return readings.map(({ understand }, i) => understand(answers[i])) as Answers<T>;
  }
}

interface Reading<T> {
  readonly command: 'GET' | 'HGET' | 'HLEN' | 'HKEYS' | 'HGETALL';
  readonly key: string;
  readonly field: string;
  understand(answer: unknown): T;
}
type Answers<T extends readonly Reading<unknown>[]> = { [I in keyof T]: T[I] extends Reading<infer A> ? A : never };

const single = (key: string, field = ''): Reading<Buffer | null> =>
  ({ command: field === '' ? 'GET' : 'HGET', key, field, understand: (answer) => answer as Buffer | null });

const size = (key: string): Reading<number> => ({ command: 'HLEN', key, field: '', understand: Number });

const names = (key: string): Reading<readonly string[]> =>
  ({ command: 'HKEYS', key, field: '', understand: (answer) => (answer as readonly Buffer[]).map(String) });

/** By name; names and values come in turns. */
const table = (key: string): Reading<ReadonlyMap<string, Buffer>> => ({
  command: 'HGETALL',
  key,
  field: '',
  understand(answer) {
    const flat = answer as readonly Buffer[];
    return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name.toString(), flat[i + 1]!] as const] : [])));
  },
});

const asText = (bytes: ReadonlyMap<string, Buffer>): ReadonlyMap<string, string> => new Map([...bytes].map(([name, value]) => [name, value.toString()]));

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

/** In the order of the chunks, as one machine would have added them up. */
function summed(scenario: string, sum: Buffer | null, results: ReadonlyMap<string, Buffer>): ChunkResult {
  const inOrder = [...results].sort(([a], [b]) => Number(a) - Number(b)).map(([, bytes]) => unpacked<ChunkResult>(bytes));
  return inOrder.reduce(merge, sum === null ? emptyResult(scenario) : unpacked<ChunkResult>(sum));
}

function knownCauses(causes: ReadonlyMap<string, string>, same: ReadonlyMap<string, string>, reports: readonly string[]): readonly KnownCause[] {
  return [...causes.values()]
    .map((text) => JSON.parse(text) as Cause)
    .sort((a, b) => a.atMs - b.atMs || (a.key < b.key ? -1 : 1))
    .map((cause) => ({ cause, seeds: Number(same.get(cause.key) ?? 1), isReported: reports.includes(cause.key) }));
}

const packed = (value: object): Buffer => deflateRawSync(JSON.stringify(value), { level: 3 });
const unpacked = <T>(bytes: Buffer): T => JSON.parse(inflateRawSync(bytes).toString('utf8')) as T;

/** Stands where the time of a claim stood once somebody was told. */
const toldMark = 'told';
const claimMs = 60_000;
const isForgotten = (claim: string | undefined, nowMs: number): boolean => claim === undefined || (claim !== toldMark && nowMs - Number(claim) > claimMs);

/** 2026-01-31, in UTC. */
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
