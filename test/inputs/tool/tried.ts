/** Inputs tried in a process of their own: one that never ends is named, and the others go on. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Fault } from './answer.ts';
import type { Said } from './child.ts';

const child = fileURLToPath(new URL('./child.ts', import.meta.url));
const typescript = new URL('../../support/typescript.mjs', import.meta.url).href;

/** Longer than anything that is drawn may take, on a machine that has other things to do. */
const limitMs = 240_000;

const startTimes = 5;

/** Tries the inputs of so many seeds, each in an empty folder; each must be answered within the limit. */
export async function tried(
  from: number, count: number, onFault: (fault: Fault) => void, perInputMs = limitMs, path = child,
): Promise<void> {
  let next = from;
  while (next < from + count) next = await triedUntilLost(next, from + count - next, onFault, perInputMs, path);
}

/** @returns the seed to go on with: behind the one that was lost, or behind all */
function triedUntilLost(
  from: number, count: number, onFault: (fault: Fault) => void, perInputMs: number, path: string,
): Promise<number> {
  const process = fork(path, [String(from), String(count)], {
    execArgv: ['--import', typescript], stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let current: { readonly seed: number; readonly argv: readonly string[] } = { seed: from, argv: [] };
  let why: string | null = null;
  let err = '';
  let timer: NodeJS.Timeout | undefined;
  const wait = (perMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      why = `no answer within ${perMs / 1000} s`;
      process.kill('SIGKILL');
    }, perMs);
  };
  process.stderr!.on('data', (text: Buffer) => (err = `${err}${text.toString()}`.slice(-2000)));
  process.on('message', (said: Said) => {
    if (said.kind === 'fault') return onFault(said.fault);
    current = { seed: said.seed, argv: said.argv };
    wait(perInputMs);
  });
  // It loads the whole program first.
  wait(startTimes * perInputMs);
  return new Promise((resolve) => {
    process.once('close', (code) => {
      clearTimeout(timer);
      if (why === null && code === 0) return resolve(from + count);
      onFault({ ...current, why: why ?? `the process ended, with ${code}`, ended: { code, out: '', err } });
      resolve(current.seed + 1);
    });
  });
}
