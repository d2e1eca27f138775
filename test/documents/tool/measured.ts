/** Runs the built command and keeps what it says, how long it took, and the CPU that it used. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const top = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export interface Measured {
  readonly command: string;
  readonly out: string;
  /** What it wrote into the file that it was given as FILE. */
  readonly file: string;
  readonly wallMs: number;
  /** Of the process and its threads, from its start to its end. */
  readonly cpuMs: number;
}

const registryUrl = pathToFileURL(join(top, 'dist', 'scenarios', 'registry.js')).href;

/** Writes the CPU that a process used, as its last deed. */
const meter = (path: string): string =>
  `data:text/javascript,${encodeURIComponent(`import { writeFileSync } from 'node:fs';
process.on('exit', () => { const { user, system } = process.cpuUsage(); writeFileSync(${JSON.stringify(path)}, String((user + system) / 1000)); });`)}`;

/**
 * `whitewater ...` or `node FILE ...`, in a folder of its own; FILE stands for a file to be written, REGISTRY for the
 * house's. Ends with an error when the command fails.
 */
export function measured(command: string): Measured {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-figures-'));
  try {
    const [program, ...argv] = command
      .split(' ')
      .map((word) => (word === 'FILE' ? join(folder, 'file') : word === 'REGISTRY' ? registryUrl : word));
    const script =
      program === 'whitewater'
        ? [join(top, 'dist', 'scenarios', 'whitewater.js')]
        : program === 'node'
          ? [join(top, argv.shift()!)]
          : null;
    if (script === null) throw new Error(`figures are made by whitewater or node, not by ${program}`);
    const startedMs = performance.now();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--max-old-space-size=16000', '--import', meter(join(folder, 'cpu')), ...script, ...argv],
      { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    const wallMs = performance.now() - startedMs;
    // A known bug that was not found is a figure like any other.
    const isMade = status === 0 || (status === 5 && argv[0] === 'bugs');
    if (!isMade) throw new Error(`${command} ended with ${status}:\n${stderr}${stdout.slice(-2000)}`);
    return {
      command, out: stdout, file: readOr(join(folder, 'file'), ''), wallMs,
      cpuMs: Number(readOr(join(folder, 'cpu'), 'NaN')),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
