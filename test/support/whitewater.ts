/**
 * Runs the built command: in a process of its own, as a person does, or in this one. What a process adds (streams,
 * signals, threads, exit codes that reach the shell) has tests of its own; all others are about what a command says and
 * decides, and a process for each cost half of the suite's time: Node's start, and code that is never warm.
 */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildAside } from '../../harness/bugs/aside.ts';
import { findBugs } from '../../harness/bugs/catalogue.ts';
import { BugFileError } from '../../harness/bugs/known-bug.ts';
import { AsideError } from '../../harness/bugs/patched.ts';
import { exitCode, type Terminal } from '../../harness/cli/command.ts';
import { plantedText } from '../../harness/cli/with-bug.ts';
import { bugVariable } from '../../harness/text/own-command.ts';
import { commonFolderVariable } from './common-folder.ts';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The executable, for tests that spawn it in a way of their own. */
export const bin = fileURLToPath(new URL('../../dist/scenarios/whitewater.js', import.meta.url));

/** Address of the built registry of the house, as the command line knows it. */
export const builtRegistryUrl = new URL('../../dist/scenarios/registry.js', import.meta.url).href;

/** `folder`: where it runs, and so where `failures/` would appear. */
export const spawned = (folder: string, ...argv: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [bin, ...argv], { cwd: folder, maxBuffer: 1 << 26 }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, out, err });
    });
  });

/** The same, sent Ctrl-C as soon as it shows progress. */
export const interrupted = (folder: string, ...argv: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, ...argv], { cwd: folder });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => {
      if (err === '') child.kill('SIGINT');
      err += text.toString();
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });

/** The command line in this process, one after another: the folder in which a process works is one for all of it. */
let last: Promise<unknown> = Promise.resolve();

export function whitewater(folder: string, ...argv: readonly string[]): Promise<Ended> {
  const ended = last.then(() => here(folder, argv));
  last = ended.catch(() => undefined);
  return ended;
}

/** The command line that a build at another place has, in this process, in turn with all others. */
export function commandLineOf(build: string, folder: string, argv: readonly string[]): Promise<Ended> {
  const ended = last.then(() => here(folder, argv, build));
  last = ended.catch(() => undefined);
  return ended;
}

const dist = fileURLToPath(new URL('../../dist', import.meta.url));

async function here(folder: string, argv: readonly string[], build = dist): Promise<Ended> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await beside(argv, build).ended;
  } finally {
    process.chdir(before);
  }
}

export interface Running {
  readonly ended: Promise<Ended>;
  /** As Ctrl-C does. */
  interrupt(): void;
}

/** The command line in this process, beside others: all of them work in the folder in which this process does. */
export function beside(argv: readonly string[], build = dist): Running {
  const texts = { out: '', err: '' };
  const interruption = new AbortController();
  const terminal: Terminal = {
    out: (text) => void (texts.out += text),
    err: (text) => void (texts.err += text),
    isTerminal: false, columns: 80, hasColor: false,
    interrupted: interruption.signal,
  };
  const [word, bug, ...command] = argv;
  const isPlanted = word === '--bug' && command.length > 0;
  const run = async (): Promise<Ended> => {
    const { main } = (await import(
      pathToFileURL(join(build, 'harness', 'cli', 'main.js')).href
    )) as typeof import('../../harness/cli/main.ts');
    try {
      const url = isPlanted
        ? plantedRegistry(bug!, terminal)
        : pathToFileURL(join(build, 'scenarios', 'registry.js')).href;
      if (isPlanted) process.env[bugVariable] = bug!;
      return {
        code: await main(
          isPlanted ? command : argv, terminal, async () => ((await import(url)) as Registered).registry,
        ),
        ...texts,
      };
    } catch (error) {
      if (!(error instanceof BugFileError || error instanceof AsideError)) throw error;
      return { code: exitCode.usage, out: '', err: `whitewater: ${error.message}\n` };
    } finally {
      delete process.env[bugVariable];
    }
  };
  return { ended: run(), interrupt: () => interruption.abort() };
}

type Registered = typeof import('../../scenarios/registry.ts');

/**
 * Addresses of registries on a core with a known bug of the house, each built once for all command lines of a worker.
 */
const planted = new Map<string, string>();

/** What `--bug` does before the command begins. */
function plantedRegistry(name: string, terminal: Terminal): string {
  const [bug] = findBugs([name]);
  if (bug === undefined) throw new Error(`there is no known bug ${name}`);
  terminal.err(plantedText(bug));
  const known = planted.get(name);
  if (known !== undefined) return known;
  const { addressOf } = buildAside(bug, join(process.env[commonFolderVariable]!, String(process.pid), bug.name));
  planted.set(name, addressOf(builtRegistryUrl));
  return addressOf(builtRegistryUrl);
}
