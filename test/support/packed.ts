/**
 * The package as a user gets it: packed, and unpacked into an empty project with what it depends on beside it. The
 * network is not asked: the dependencies are those of this repository, whose versions are the same.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLineOf } from './whitewater.ts';

const top = fileURLToPath(new URL('../../', import.meta.url));

let installed: string | null = null;

/**
 * A folder with the package and what it depends on in its node_modules: packed and unpacked once for all tests of a
 * worker. `npm run build` must have been run.
 */
function modules(): string {
  if (installed !== null) return installed;
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-packed-'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: top });
  const tarball = join(folder, readdirSync(folder)[0]!);
  const into = join(folder, 'node_modules');
  mkdirSync(join(into, 'whitewater'), { recursive: true });
  execFileSync('tar', ['xzf', tarball, '--strip-components=1', '-C', join(into, 'whitewater')]);
  for (const name of readdirSync(join(top, 'node_modules'))) {
    if (!name.startsWith('.')) link(join(top, 'node_modules', name), join(into, name));
  }
  return (installed = into);
}

/** An empty project that has the package; `example` is copied into it, with its own package.json. */
export function project(example: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-project-'));
  symlinkSync(modules(), join(folder, 'node_modules'));
  if (example === null)
    writeFileSync(join(folder, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }\n');
  else
    cpSync(join(top, 'scenarios', 'examples', example), folder, {
      recursive: true, filter: (path) => !path.endsWith('/node_modules') && !path.endsWith('/failures'),
    });
  return folder;
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (!existsSync(to)) symlinkSync(from, to);
}

/** The same in this process: Node's start, and code that is never warm, is most of what a short command takes. */
export async function inProject(folder: string, ...words: readonly string[]): Promise<Ran> {
  const { code, out, err } = await commandLineOf(join(modules(), 'whitewater', 'dist'), folder, words);
  return { code: code!, out: `${out}${err}` };
}

export interface Ran {
  readonly code: number;
  readonly out: string;
}

/** What a person types behind `npx whitewater`, in that project. */
export function npxWhitewater(folder: string, ...words: readonly string[]): Ran {
  return runIn(folder, process.execPath, [
    join(folder, 'node_modules', 'whitewater', 'dist', 'scenarios', 'whitewater.js'), ...words,
  ]);
}

export function runIn(
  folder: string, command: string, words: readonly string[], env: NodeJS.ProcessEnv = process.env,
): Ran {
  try {
    return {
      code: 0,
      out: execFileSync(command, words, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    };
  } catch (error) {
    const { status, stdout, stderr } = error as {
      readonly status: number;
      readonly stdout: string;
      readonly stderr: string;
    };
    return { code: status, out: `${stdout}${stderr}` };
  }
}
