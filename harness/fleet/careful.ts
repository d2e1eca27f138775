/** A chunk in a process of its own: when it ends that process, its worker lives on, and knows which seed it was at. */
import { fork } from 'node:child_process';
import type { ChunkResult } from '../campaign/campaign.ts';
import type { ChunkSpec } from '../campaign/worker.ts';

export interface CarefulSpec {
  readonly chunk: Omit<ChunkSpec, 'pulse'>;
  readonly stuckAfterMs: number;
}

/** What the process says: the seed that it begins, or the result, or what is wrong with the harness itself. */
export type CarefulSays =
  | { readonly kind: 'at'; readonly seed: number }
  | { readonly kind: 'done'; readonly result: ChunkResult }
  | { readonly kind: 'failed'; readonly stack: string };

export type CarefulEnd =
  | { readonly kind: 'done'; readonly result: ChunkResult }
  /** It was ended, for a person: by what, and at which seed. */
  | { readonly kind: 'died'; readonly how: string };

/** @throws Error for a fault of the harness itself */
export function runCareful(spec: CarefulSpec): Promise<CarefulEnd> {
  const child = fork(new URL('./careful-child.js', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let at: number | null = null;
  let said: CarefulSays | null = null;
  child.on('message', (message: CarefulSays) => {
    if (message.kind === 'at') at = message.seed;
    else said = message;
  });
  child.send(spec);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (said?.kind === 'done') return resolve(said);
      if (said?.kind === 'failed') return reject(new Error(said.stack));
      resolve({ kind: 'died', how: `${signal ?? `exit code ${code}`}${at === null ? '' : `, at seed ${at}`}` });
    });
  });
}
