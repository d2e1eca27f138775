/** Results of chunks as one. */
import { emptyResult, merge, type ChunkResult } from '../campaign/campaign.ts';
import { unpacked } from './packed.ts';

/**
 * In the order of the chunks, as one machine would have added them up.
 * @param sum of those that were added up before; null when none were
 * @param results packed, by the number of their chunk
 */
export function summed(scenario: string, sum: Buffer | null, results: ReadonlyMap<string, Buffer>): ChunkResult {
  const inOrder = [...results]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, bytes]) => unpacked<ChunkResult>(bytes));
  return inOrder.reduce(merge, sum === null ? emptyResult(scenario) : unpacked<ChunkResult>(sum));
}
