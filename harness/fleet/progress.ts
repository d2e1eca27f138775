/** How far a campaign is, told in lines. */
import { count, duration, plural, short } from '../text/format.ts';
import { askedText, chunkCount, type FleetCampaign } from './campaign.ts';
import type { Cause } from './causes.ts';
import { firstNames } from './first.ts';

/** What a worker says of itself, every few seconds. */
export interface WorkerSays {
  readonly host: string;
  readonly pid: number;
  readonly threads: number;
  readonly campaign: string | null;
  readonly revision: string;
  /** Seeds that it has done in all, and a second. */
  readonly seeds: number;
  readonly seedsPerSecond: number;
  readonly saidMs: number;
}

export interface KnownCause {
  readonly cause: Cause;
  /** Failing seeds of it so far. */
  readonly seeds: number;
  readonly isReported: boolean;
}

export interface Progress {
  readonly campaign: FleetCampaign;
  readonly isStopped: boolean;
  readonly chunksDone: number;
  readonly seeds: number;
  readonly violations: number;
  readonly causes: readonly KnownCause[];
  /** Chunks set aside, by name, with the reason. */
  readonly aside: readonly string[];
  /** Chunks that came to two digests. */
  readonly conflicts: readonly string[];
  readonly firstDone: readonly string[];
  readonly workers: readonly WorkerSays[];
}

/** A worker that has said nothing for so long is not counted. */
export const silentMs = 15_000;

export const liveWorkers = (workers: readonly WorkerSays[], nowMs: number): readonly WorkerSays[] =>
  workers.filter(({ saidMs }) => nowMs - saidMs < silentMs);

/** Every chunk is done or set aside, and every cause told. */
export function isDone({ campaign, chunksDone, aside, causes }: Progress): boolean {
  const chunks = chunkCount(campaign);
  return chunks !== null && chunksDone + aside.length >= chunks && causes.every(({ isReported }) => isReported);
}

/** Why it is not whole; null when it is. A campaign without end is whole at any time. */
export function endedEarly({ campaign, seeds, isStopped, aside }: Progress): string | null {
  const asides = aside.length === 0 ? [] : [`${plural(aside.length, 'chunk')} set aside: ${aside.join('; ')}`];
  if (campaign.count === null) return asides[0] ?? null;
  if (seeds === campaign.count) return null;
  return [`${isStopped ? 'stopped' : 'not done yet'} after ${seeds} of ${campaign.count}`, ...asides].join('; ');
}

const workersAt = ({ id }: FleetCampaign, workers: readonly WorkerSays[], nowMs: number): readonly WorkerSays[] =>
  liveWorkers(workers, nowMs).filter(({ campaign }) => campaign === id);

/** Seeds a second. */
const rateOf = ({ campaign, workers }: Progress, nowMs: number): number =>
  workersAt(campaign, workers, nowMs).reduce((sum, one) => sum + one.seedsPerSecond, 0);

export function progressLine(progress: Progress, nowMs: number): string {
  const { campaign, seeds, causes, workers } = progress;
  const rate = rateOf(progress, nowMs);
  const left = campaign.count === null ? null : campaign.count - seeds;
  return [
    campaign.count === null ? plural(seeds, 'seed') : `${count(seeds)}/${count(campaign.count)} seeds`,
    `${short(rate)} seeds/s`,
    `${plural(progress.violations, 'failure')} of ${plural(causes.length, 'cause')}`,
    plural(liveWorkers(workers, nowMs).length, 'worker'),
    ...(left === null ? [] : [leftText(left, rate, workersAt(campaign, workers, nowMs).length)]),
  ].join('  ');
}

function leftText(left: number, rate: number, workers: number): string {
  if (left === 0) return 'no seed left';
  if (rate > 0) return `${duration((left / rate) * 1000)} left`;
  return workers === 0 ? 'nobody is at work on it' : 'no rate yet';
}

export function statusText(progress: Progress, nowMs: number): string {
  const { campaign, isStopped, causes, aside, conflicts, firstDone, workers } = progress;
  const row = (name: string, value: string): string => `  ${name.padEnd(12)}${value}`;
  const state = isStopped ? 'stopped' : isDone(progress) ? 'done' : 'under way';
  const live = liveWorkers(workers, nowMs);
  return `${[
    `${campaign.scenario}: ${askedText(campaign)}, ${state}`,
    row('campaign', campaign.id),
    row('revision', campaign.revision),
    row('progress', progressLine(progress, nowMs)),
    ...(campaign.first === null
      ? []
      : [
          row(
            'first',
            `${firstDone.length} of ${firstNames.length} done: regressions, canaries, seeds that failed before`,
          ),
        ]),
    ...live.map((one) =>
      row(
        'worker',
        `${one.host} pid ${one.pid}, ${plural(one.threads, 'thread')}: ${short(one.seedsPerSecond)} seeds/s${one.campaign === campaign.id ? '' : `, on ${one.campaign ?? 'nothing'}`}`,
      ),
    ),
    ...causes.map((known) => row('FAIL', causeLine(known))),
    ...aside.map((what) => row('SET ASIDE', what)),
    ...conflicts.map((what) => row('TWO DIGESTS', what)),
  ].join('\n')}\n`;
}

export const causeLine = ({ cause: { key, seed, property, detail }, seeds, isReported }: KnownCause): string =>
  `${key}  ${property}: ${detail} (seed ${seed}${seeds > 1 ? ` and ${count(seeds - 1)} more` : ''}${isReported ? '' : '; not shrunk yet'})`;

/** For a person: both digests of a chunk that was done twice. */
export const conflictText = (name: string, digests: string): string =>
  `${name}: done twice, with digests ${digests.replace(' ', ' and ')}`;
