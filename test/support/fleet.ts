/** Workers of a fleet as processes, and a scenario of a user that misbehaves when it is told to. */
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { citizensModule } from './citizens.ts';
import { bin, type Ended } from './whitewater.ts';

export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended & { readonly signal: NodeJS.Signals | null }>;
}

/** `whitewater` with these words, in `folder`, with these variables. */
export function begun(
  folder: string,
  env: Readonly<Record<string, string>>,
  ...argv: readonly string[]
): WorkerProcess {
  const child = spawn(process.execPath, [bin, ...argv], {
    cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, ended: endOf(child) };
}

function endOf(child: ChildProcessByStdio<null, Readable, Readable>): WorkerProcess['ended'] {
  let out = '';
  let err = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, out, err, signal })));
}

const built = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href;


/** Several command lines in one process, one after the other, with these variables: what each ended with, and wrote. */
export async function inOneProcess(
  folder: string,
  env: Readonly<Record<string, string>>,
  ...commands: readonly (readonly string[])[]
): Promise<readonly Ended[]> {
  const script = `const { main } = await import(${JSON.stringify(built('harness/cli/main.js'))});
const all = [];
for (const argv of ${JSON.stringify(commands)}) {
  const said = { out: '', err: '' };
  const terminal = { out: (text) => void (said.out += text), err: (text) => void (said.err += text), isTerminal: false, columns: 80, hasColor: false, interrupted: new AbortController().signal };
  all.push({ code: await main(argv, terminal, async () => (await import(${JSON.stringify(built('scenarios/registry.js'))})).registry), ...said });
}
process.stdout.write(JSON.stringify(all));
process.exit(0);`;
  // Not given to `node -e`: its threads would run it again.
  const file = join(folder, 'commands.mjs');
  writeFileSync(file, script);
  const child = spawn(process.execPath, [file], {
    cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { out, err } = await endOf(child);
  if (out === '') throw new Error(err);
  return JSON.parse(out) as readonly Ended[];
}

/**
 * As a user writes it. `poison` ends its process at seed 7; `moody` draws by a variable, which no scenario may; `slow`
 * waits a moment at each seed, and `moody` does, too. A worker that is GREEDY has no memory left when it has loaded it.
 */
export const fleetModule = `${citizensModule}
import { threadId } from 'node:worker_threads';
if (process.env.GREEDY !== undefined && threadId === 1) for (const all = [];;) all.push(new Array(1000).fill(all.length));
const good = registry.scenarios.get('good');
const scenario = (name, draw) => registry.scenarios.set(name, { ...good, name, draw });
scenario('poison', (seed) => {
  if (seed === 7) process.kill(process.pid, 'SIGKILL');
  return good.draw(seed);
});
const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
scenario('moody', (seed) => {
  wait(50);
  return good.draw(seed + Number(process.env.MOOD ?? 0));
});
scenario('slow', (seed) => {
  wait(20);
  return good.draw(seed);
});
`;
