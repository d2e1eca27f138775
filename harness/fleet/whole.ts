/** What is known of a campaign: how far it is, and all of it. */
import type { ChunkResult } from '../campaign/campaign.ts';
import { chunkName, type FleetCampaign } from './campaign.ts';
import type { Cause } from './causes.ts';
import type { FirstDone, FirstName } from './first.ts';
import { toldIn, type Told } from './kept-causes.ts';
import { unpacked } from './packed.ts';
import { conflictText, isDone, type KnownCause, type Progress } from './progress.ts';
import { asText, names, readAtOnce, single, size, table } from './reading.ts';
import type { Store } from './store.ts';
import { summed } from './sum.ts';

/** All that is known of a campaign at one moment. */
export interface Whole {
  readonly result: ChunkResult;
  /** Chunks in it, in order. */
  readonly done: readonly number[];
  readonly progress: Progress;
  readonly reports: ReadonlyMap<string, Told>;
  /** Keys of the causes that somebody was told of. */
  readonly told: readonly string[];
  readonly first: ReadonlyMap<FirstName, FirstDone>;
  /** Seeds and failures by day: `2026-01-31 seeds`. */
  readonly days: Readonly<Record<string, number>>;
  readonly lastMs: number;
  /** Threads of all workers that ever took part. */
  readonly threads: number;
}

/** Cheap: it is asked every second. */
export async function progressOf(
  { redis, keys: all, roster }: Store, campaign: FleetCampaign, nowMs: number,
): Promise<Progress> {
  const keys = all.of(campaign.id);
  const [isStopped, chunksDone, totals, causes, same, reports, aside, conflicts, firstDone] = await readAtOnce(redis, [
    single(keys.isStopped), size(keys.digests), table(keys.totals), table(keys.causes), table(keys.same),
    names(keys.reports), table(keys.aside), table(keys.conflicts), names(keys.first),
  ]);
  const counted = asText(totals);
  const named = (what: ReadonlyMap<string, Buffer>, text: (name: string, says: string) => string): readonly string[] =>
    [...asText(what)]
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([index, says]) => text(chunkName(campaign, Number(index)), says));
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
    workers: await roster.all(nowMs),
  };
}

/** Nothing of it is left to be done. */
export async function isEnded(store: Store, campaign: FleetCampaign): Promise<boolean> {
  const progress = await progressOf(store, campaign, 0);
  return progress.isStopped || isDone(progress);
}

/** Everything, as of one moment. */
export async function wholeOf(store: Store, campaign: FleetCampaign, nowMs: number): Promise<Whole> {
  const keys = store.keys.of(campaign.id);
  const [sum, results, done, reports, told, first, days, lastMs, hands] = await readAtOnce(store.redis, [
    single(keys.sum), table(keys.results), names(keys.digests), table(keys.reports), table(keys.told),
    table(keys.first), table(keys.days), single(keys.totals, 'lastMs'), table(keys.hands),
  ]);
  return {
    result: summed(campaign.scenario, sum, results),
    done: done.map(Number).sort((a, b) => a - b),
    progress: await progressOf(store, campaign, nowMs),
    reports: new Map([...reports].map(([key, bytes]) => [key, unpacked<Told>(bytes)])),
    told: toldIn(asText(told)),
    first: new Map([...first].map(([name, bytes]) => [name as FirstName, unpacked<FirstDone>(bytes)])),
    days: Object.fromEntries([...asText(days)].map(([name, value]) => [name, Number(value)])),
    lastMs: Number(lastMs?.toString() ?? campaign.startedMs),
    threads: [...asText(hands).values()].map(Number).reduce((all, one) => all + one, 0),
  };
}

function knownCauses(
  causes: ReadonlyMap<string, string>, same: ReadonlyMap<string, string>, reports: readonly string[],
): readonly KnownCause[] {
  return [...causes.values()]
    .map((text) => JSON.parse(text) as Cause)
    .sort((a, b) => a.atMs - b.atMs || (a.key < b.key ? -1 : 1))
    .map((cause) => ({ cause, seeds: Number(same.get(cause.key) ?? 1), isReported: reports.includes(cause.key) }));
}
