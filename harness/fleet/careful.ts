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
  | { readonly kind: 'failed'; readonly message: string };

export type CarefulEnd =
  | { readonly kind: 'done'; readonly result: ChunkResult }
  /** It ended before it was done, for a person: by what, and at which seed. */
  | { readonly kind: 'died'; readonly how: string };

/** Whatever it ends by is told, and not thrown. */
export function runCareful(spec: CarefulSpec): Promise<CarefulEnd> {
  const child = fork(new URL('./careful-child.js', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let at: number | null = null;
  let said: CarefulSays | null = null;
  child.on('message', (message: CarefulSays) => {
    if (message.kind === 'at') at = message.seed;
    else said = message;
  });
  child.send(spec);
  return new Promise((resolve) => {
    const died = (how: string): void => resolve({ kind: 'died', how: `${how}${at === null ? '' : `, at seed ${at}`}` });
    child.once('error', ({ message }) => died(message));
    child.once('close', (code, signal) => {
      if (said?.kind === 'done') resolve(said);
      else died(said?.kind === 'failed' ? said.message : signal ?? `exit code ${code}`);
    });
  });
}
