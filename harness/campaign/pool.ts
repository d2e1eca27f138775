/** Runs the chunks of a campaign on worker threads. */
import { Tinypool } from 'tinypool';
import { emptyResult, merge, type ChunkResult, type DoubleCheck } from './campaign.ts';
import { runGuarded } from './guarded.ts';
import { stuckAfterMs } from './stuck.ts';

export interface CampaignSpec {
  readonly registryUrl: string;
  readonly scenario: string;
  readonly seeds: Iterable<number>;
  readonly workers: number;
  readonly doubleCheck: DoubleCheck;
  /** Everything is frozen in all runs. */
  readonly freeze: boolean;
  /** Of each worker so many histories, its first ones, are checked in two ways. */
  readonly crossCheck?: number;
  /** How long one step of the code under test may take. */
  readonly stuckAfterMs?: number;
  /** Once aborted, no further seed is begun; those under way are finished and counted. */
  readonly stop: AbortSignal;
  /** Called after each chunk with everything so far. */
  readonly onProgress: (soFar: ChunkResult) => void;
}

/** A second of work for each worker. */
export const crossCheckedHistories = 200;

/** Small enough that progress moves and an interruption is quick, large enough that handing over costs nothing. */
const seedsPerChunk = 20;

export async function runCampaign(spec: CampaignSpec): Promise<ChunkResult> {
  const pool = new Tinypool({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: spec.workers,
    maxThreads: spec.workers,
  });
  let result = emptyResult(spec.scenario);
  const chunks = chunksOf(spec.seeds);
  const serve = async (): Promise<void> => {
    while (!spec.stop.aborted) {
      const next = chunks.next();
      if (next.done === true) return;
      const done = await runGuarded(
        pool,
        {
          registryUrl: spec.registryUrl, scenario: spec.scenario, seeds: next.value, doubleCheck: spec.doubleCheck,
          freeze: spec.freeze, crossCheck: spec.crossCheck ?? crossCheckedHistories,
        },
        spec.stuckAfterMs ?? stuckAfterMs,
      );
      // Read `result` only now: the other workers have added to it in the meantime.
      result = merge(result, done);
      spec.onProgress(result);
    }
  };
  try {
    await Promise.all(Array.from({ length: spec.workers }, serve));
    return result;
  } finally {
    await pool.destroy();
  }
}

function* chunksOf(seeds: Iterable<number>): Generator<readonly number[], void> {
  let chunk: number[] = [];
  for (const seed of seeds) {
    chunk.push(seed);
    if (chunk.length < seedsPerChunk) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
