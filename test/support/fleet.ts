/** Workers of a fleet as processes, and a scenario of a user that misbehaves when it is told to. */
import { spawn, type ChildProcess } from 'node:child_process';
import { citizensModule } from './citizens.ts';
import { bin, type Ended } from './whitewater.ts';

export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended & { readonly signal: NodeJS.Signals | null }>;
}

/** `whitewater` with these words, in `folder`, with these variables. */
export function begun(folder: string, env: Readonly<Record<string, string>>, ...argv: readonly string[]): WorkerProcess {
  const child = spawn(process.execPath, [bin, ...argv], { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  return { child, ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, out, err, signal }))) };
}

/**
 * As a user writes it. `poison` ends its process at seed 7; `moody` draws by a variable, which no scenario may; `slow`
 * waits a moment at each seed, and `moody` does, too.
 */
export const fleetModule = `${citizensModule}
const good = registry.scenarios.get('good');
const scenario = (name, draw) => registry.scenarios.set(name, { ...good, name, draw });
scenario('poison', (seed) => {
  if (seed === 7) process.kill(process.pid, 'SIGKILL');
  return good.draw(seed);
});
const wait = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.env.SLOW ?? 0));
scenario('moody', (seed) => {
  wait();
  return good.draw(seed + Number(process.env.MOOD ?? 0));
});
scenario('slow', (seed) => {
  wait();
  return good.draw(seed);
});
`;
