/**
 * The process of a chunk that is suspected: it says which seed it begins, one after the other, and ends with its
 * parent.
 */
import { Tinypool } from 'tinypool';
import { emptyResult, merge } from '../campaign/campaign.ts';
import { runGuarded } from '../campaign/guarded.ts';
import type { CarefulSays, CarefulSpec } from './careful.ts';

const say = (says: CarefulSays): Promise<void> =>
  new Promise((resolve) => process.send!(says, undefined, undefined, () => resolve()));

process.once('disconnect', () => process.exit());
process.once('message', (spec: CarefulSpec) => {
  void run(spec)
    .then(say, (error: unknown) =>
      say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
    )
    .then(() => process.exit());
});

async function run({ chunk, stuckAfterMs }: CarefulSpec): Promise<CarefulSays> {
  const pool = new Tinypool({
    filename: new URL('../campaign/worker.js', import.meta.url).href, minThreads: 1, maxThreads: 1,
  });
  let result = emptyResult(chunk.scenario);
  for (const seed of chunk.seeds) {
    await say({ kind: 'at', seed });
    result = merge(result, await runGuarded(pool, { ...chunk, seeds: [seed] }, stuckAfterMs));
  }
  return { kind: 'done', result };
}
