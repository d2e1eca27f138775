/**
 * The thread in which a command runs code under test, from the chunks: it is one itself, and needs no loader of
 * modules.
 */
import { fileURLToPath } from 'node:url';
import type { House } from '../cli/main.ts';
import { chunkOfTheThread, Chunks } from './chunks.ts';

const folder = fileURLToPath(new URL('../../chunks/', import.meta.url));
const { house, runInThread } = new Chunks(folder).load(chunkOfTheThread) as {
  house: House;
  runInThread(house: House): Promise<void>;
};
void runInThread(house);
