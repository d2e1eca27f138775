/**
 * One chunk of seeds on a worker thread, guarded: code under test that loops for ever, exhausts the memory or
 * ends its thread costs its own seed, which is told, and none of the others.
 */
import type { Tinypool } from 'tinypool';
import { emptyResult, merge, type ChunkResult } from './campaign.ts';
import { Pulse, type Place } from './pulse.ts';
import { lookEveryMs, meaningOfLoss, nameOfPart, placeText, stuckText, StuckWatch } from './stuck.ts';
import type { ChunkSpec } from './worker.ts';

/** @throws whatever the worker threw that is no fault of the code under test */
export async function runGuarded(
  pool: Tinypool, chunk: Omit<ChunkSpec, 'pulse'>, afterMs: number,
): Promise<ChunkResult> {
  const pulse = new Pulse();
  const watch = new StuckWatch(pulse, afterMs, true);
  const end = new AbortController();
  let stuck: Place | null = null;
  const timer = setInterval(() => {
    stuck ??= watch.look(performance.now());
    if (stuck !== null || pulse.hasEnded) end.abort();
  }, lookEveryMs);
  try {
    return (await pool.run({ ...chunk, pulse: pulse.shared } satisfies ChunkSpec, {
      signal: end.signal,
    })) as ChunkResult;
  } catch (error) {
    const seed = pulse.seed;
    const lost =
      seed === null ? null : lostSeed(chunk.scenario, seed, error as NodeJS.ErrnoException, stuck, afterMs, pulse);
    if (lost === null) throw error;
    // What the thread had found so far went with it: its other seeds are run again.
    const others = chunk.seeds.filter((one) => one !== seed);
    return others.length === 0 ? lost : merge(lost, await runGuarded(pool, { ...chunk, seeds: others }, afterMs));
  } finally {
    clearInterval(timer);
  }
}

/**
 * What became of the seed at which the thread was lost; null when nothing that was given to the harness had a part in
 * it.
 */
function lostSeed(
  scenario: string, seed: number, error: NodeJS.ErrnoException, stuck: Place | null, afterMs: number,
  { place, hasEnded }: Pulse,
): ChunkResult | null {
  const one = { ...emptyResult(scenario), seeds: 1 };
  if (stuck !== null) return blamed(one, seed, stuck, 'Bounded Work', stuckText(stuck, afterMs));
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return { ...one, unknowns: [{ seed, detail: `out of memory${placeText(place)}` }] };
  if (place === null || !hasEnded) return null;
  return blamed(one, seed, place, 'No Exception', `${nameOfPart[place.part]} ended its thread${placeText(place)}`);
}

function blamed(one: ChunkResult, seed: number, { part, step }: Place, property: string, detail: string): ChunkResult {
  switch (meaningOfLoss[part]) {
    case 'violation':
      return { ...one, violations: [{ seed, property, detail, step, atUs: 0, digest: noDigest, isLost: true }] };
    case 'usage':
      return { ...one, undrawn: [{ seed, detail: `seed ${seed}: ${detail}` }] };
    case 'unknown':
      return { ...one, unknowns: [{ seed, detail }] };
  }
}

/** Of a run that never ended. */
const noDigest = '0000000000000000';
