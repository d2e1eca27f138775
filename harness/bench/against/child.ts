/**
 * Runs a program to its end in a process of its own, and tells what it took: the processor's time, its memory, what it
 * allocated.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CpuProfile } from './layers.ts';

export interface Taken {
  /** Of the whole process with its threads, from its start to its end: user and system. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** The largest resident set. */
  readonly peakBytes: number;
  /** What it wrote into the file that it was given as FILE. */
  readonly file: string;
  readonly out: string;
  /** One for each thread; empty unless it was asked for. */
  readonly profiles: readonly CpuProfile[];
}

export interface Ask {
  /** Of Node: a program and its arguments, in which FILE stands for a file that it is to write. */
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly isProfiled?: boolean;
  readonly tracesCollections?: boolean;
}

/** A program that was measured and did not do its work. */
export class ChildError extends Error {
  override readonly name = 'ChildError';
}

/** What a process writes as its last deed. CommonJS, which costs the least to load. */
const meter = `if (require('node:worker_threads').isMainThread) process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  require('node:fs').writeFileSync(process.env.WHITEWATER_METER, JSON.stringify({ cpuMs: (user + system) / 1000, peakBytes: maxRSS * 1024 }));
});
`;
/** The explorer's largest models fill more than Node takes by default. */
const heapMib = 12_000;
const lastCharacters = 2000;

export class Children {
  private readonly folder: string;
  private readonly signal: AbortSignal;
  private running: ChildProcess | null = null;
  private count = 0;

  /** @param folder for its files; whoever made it removes it. @param signal ends the child that runs */
  constructor(folder: string, signal: AbortSignal) {
    this.folder = folder;
    this.signal = signal;
    writeFileSync(join(folder, 'meter.cjs'), meter);
    signal.addEventListener('abort', () => this.running?.kill('SIGKILL'));
  }

  /** @throws ChildError when it does not end with 0 */
  async run({ argv, cwd, isProfiled = false, tracesCollections = false }: Ask): Promise<Taken> {
    const folder = join(this.folder, `child-${this.count++}`);
    mkdirSync(folder);
    const file = join(folder, 'file');
    const given = argv.map((word) => (word === 'FILE' ? file : word));
    const options = [
      `--max-old-space-size=${heapMib}`, '--require', join(this.folder, 'meter.cjs'),
      ...(isProfiled ? ['--cpu-prof', '--cpu-prof-dir', join(folder, 'profiles')] : []),
      ...(tracesCollections ? ['--trace-gc-nvp'] : []),
    ];
    const env = { ...process.env, WHITEWATER_METER: join(folder, 'meter.json') };
    const startedMs = performance.now();
    const { code, out, err } = await this.ended(
      spawn(process.execPath, [...options, ...given], { cwd: cwd ?? folder, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    const wallMs = performance.now() - startedMs;
    if (code !== 0)
      throw new ChildError(`node ${given.join(' ')} ended with ${code}:\n${`${err}${out}`.slice(-lastCharacters)}`);
    const metered = JSON.parse(readFileSync(env.WHITEWATER_METER, 'utf8')) as Pick<Taken, 'cpuMs' | 'peakBytes'>;
    const profiles = isProfiled ? profilesIn(join(folder, 'profiles')) : [];
    const taken = { ...metered, wallMs, file: argv.includes('FILE') ? readFileSync(file, 'utf8') : '', out, profiles };
    rmSync(folder, { recursive: true, force: true });
    return taken;
  }

  private ended(child: ChildProcess): Promise<{ code: number | string; out: string; err: string }> {
    this.running = child;
    if (this.signal.aborted) child.kill('SIGKILL');
    let out = '';
    let err = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => void (out += text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => void (err += text));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        this.running = null;
        resolve({ code: code ?? signal!, out, err });
      });
    });
  }
}

const profilesIn = (folder: string): readonly CpuProfile[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile);
