/** The causes of failures of each campaign as Redis keeps them: met, reported by one, told to somebody once. */
import type { Redis } from 'ioredis';
import type { Report } from '../report/report.ts';
import type { FleetCampaign } from './campaign.ts';
import type { Cause } from './causes.ts';
import type { Keys } from './keys.ts';
import { packed, unpacked } from './packed.ts';
import { asText, names, readAtOnce, table } from './reading.ts';

/** What became of a cause: its report, or why there is none. */
export interface Told {
  readonly report: Report | null;
  readonly note: string;
}

/** A claim to tell of a cause that is so old was made by somebody who died with it. */
export const claimMs = 90_000;

export class KeptCauses {
  private readonly redis: Redis;
  private readonly keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.redis = redis;
    this.keys = keys;
  }

  async one(id: string, key: string): Promise<Cause | null> {
    const text = await this.redis.hget(this.keys.of(id).causes, key);
    return text === null ? null : (JSON.parse(text) as Cause);
  }

  /** Those that nobody has shrunk yet. */
  async unreported(id: string): Promise<readonly string[]> {
    const { causes, reports } = this.keys.of(id);
    const [met, reported] = await readAtOnce(this.redis, [names(causes), names(reports)]);
    return met.filter((key) => !reported.includes(key));
  }

  /** The first one stays: there is one report for each cause. */
  async report(id: string, key: string, told: Told): Promise<boolean> {
    return (await this.redis.hsetnx(this.keys.of(id).reports, key, packed(told))) === 1;
  }

  /**
   * A reported cause that nobody was told of, for this asker alone; null when there is none. What was open before is no
   * news.
   */
  async claimUntold(
    { id, first }: FleetCampaign, nowMs: number,
  ): Promise<{ readonly cause: Cause; readonly told: Told } | null> {
    const keys = this.keys.of(id);
    const [reported, told] = await readAtOnce(this.redis, [names(keys.reports), table(keys.told)]);
    const claims = asText(told);
    const key = reported.find((one) => first?.told.includes(one) !== true && isForgotten(claims.get(one), nowMs));
    if (key === undefined) return null;
    // Of two that ask at once for a cause whose teller died, both may tell: better twice than never.
    if (claims.has(key)) await this.redis.hset(keys.told, key, String(nowMs));
    else if ((await this.redis.hsetnx(keys.told, key, String(nowMs))) === 0) return null;
    const [cause, bytes] = [await this.one(id, key), await this.redis.hgetBuffer(keys.reports, key)];
    return cause === null || bytes === null ? null : { cause, told: unpacked<Told>(bytes) };
  }

  async hasTold(id: string, key: string): Promise<void> {
    await this.redis.hset(this.keys.of(id).told, key, toldMark);
  }
}

/** Stands where the time of a claim stood once somebody was told. */
const toldMark = 'told';

/** Keys of the causes that somebody was told of. */
export const toldIn = (claims: ReadonlyMap<string, string>): readonly string[] =>
  [...claims].filter(([, claim]) => claim === toldMark).map(([key]) => key);

const isForgotten = (claim: string | undefined, nowMs: number): boolean =>
  claim === undefined || (claim !== toldMark && nowMs - Number(claim) > claimMs);
