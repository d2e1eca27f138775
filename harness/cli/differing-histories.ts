/** Histories of which two ways of checking say different things: written whole, for whoever mends the checker. */
import { join } from 'node:path';
import type { ChunkResult } from '../campaign/campaign.ts';
import { writeWhole } from '../text/files.ts';
import type { Kept } from './kept.ts';

/** As many as anybody will look at: one fault of the checker shows in many seeds. */
const savedHistories = 10;

/** Writes them into the folder. @returns a line about each, empty where there is none */
export function saveDifferingHistories(folder: string, { scenario, faults }: ChunkResult, kept: Kept): string {
  const differing = faults.flatMap(({ seed, history }) => (history === undefined ? [] : [{ seed, history }]));
  return differing.slice(0, savedHistories).map(({ seed, history }) => {
    const path = join(folder, `${scenario.replaceAll('/', '-')}-${seed}.history.jsonl`);
    const where = kept.write(() => writeWhole(path, history))
      ? `its history: ${path} (whitewater check ${path} --cross-check 1)`
      : 'its history could not be written';
    return `seed ${seed}: two ways of checking differ; ${where}\n`;
  }).join('');
}
