/**
 * Runs the built command: in a process of its own, as a person does, or in this one. What a process adds (streams,
 * signals, threads, exit codes that reach the shell) has tests of its own; all others are about what a command says and
 * decides, and a process for each cost half of the suite's time: Node's start, and code that is never warm.
 */
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

async function here(folder: string, argv: readonly string[]): Promise<Ended> {
  const isPlanted = argv[0] === '--bug' && argv.length > 2;
  const texts = { out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => void (texts.out += text),
    err: (text) => void (texts.err += text),
    isTerminal: false, columns: 80, hasColor: false,
    interrupted: new AbortController().signal,
  };
  const before = process.cwd();
  process.chdir(folder);
  try {
    const planted = isPlanted ? await plantedCore(argv[1]!) : null;
    if (planted !== null) process.env[planted.variable] = argv[1]!;
    if (planted !== null) terminal.err(planted.says);
    const { main } = (await import(built('harness/cli/main.js'))) as typeof import('../../harness/cli/main.ts');
    const code = await main(planted === null ? argv : argv.slice(2), terminal, registryAt(planted?.registryUrl ?? builtRegistryUrl));
    return { code, ...texts };
  } finally {
    delete process.env['WHITEWATER_BUG'];
    process.chdir(before);
  }
}

type Terminal = import('../../harness/cli/command.ts').Terminal;
type House = import('../../harness/cli/main.ts').House;

const built = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href;
const registryAt = (url: string): House => async () => ((await import(url)) as typeof import('../../scenarios/registry.ts')).registry;

interface Planted {
  readonly registryUrl: string;
  /** What `--bug` says before the command begins. */
  readonly says: string;
  readonly variable: string;
}

const planted = new Map<string, Planted>();

/** The built project on a core with a known bug of the house: made once for all command lines of a worker. */
async function plantedCore(name: string): Promise<Planted> {
  const known = planted.get(name);
  if (known !== undefined) return known;
  const { buildAside } = (await import(built('harness/bugs/aside.js'))) as typeof import('../../harness/bugs/aside.ts');
  const { findBugs } = (await import(built('harness/bugs/catalogue.js'))) as typeof import('../../harness/bugs/catalogue.ts');
  const { bugVariable } = (await import(built('harness/text/own-command.js'))) as typeof import('../../harness/text/own-command.ts');
  const [bug] = findBugs([name]);
  if (bug === undefined) throw new Error(`there is no known bug ${name}`);
  const { addressOf } = buildAside(bug, join(process.env[commonFolderVariable]!, String(process.pid), bug.name));
  const made: Planted = { registryUrl: addressOf(builtRegistryUrl), says: `with a planted bug: ${bug.id} ${bug.title}\n`, variable: bugVariable };
  planted.set(name, made);
  return made;
}
