/**
 * The package as a user gets it: packed, and unpacked into an empty project with what it depends on beside it. The network
 * is not asked: the dependencies are those of this repository, whose versions are the same.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('../../', import.meta.url));

let tarball: string | null = null;

/** Packed once for all tests of a file; `npm run build` must have been run. */
function packed(): string {
  if (tarball !== null) return tarball;
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-pack-'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: top });
  return (tarball = join(folder, readdirSync(folder)[0]!));
}

/** An empty project that has installed the package; `example` is copied into it, with its own package.json. */
export function project(example: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-project-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'whitewater'), { recursive: true });
  execFileSync('tar', ['xzf', packed(), '--strip-components=1', '-C', join(modules, 'whitewater')]);
  for (const name of readdirSync(join(top, 'node_modules'))) {
    if (!name.startsWith('.')) link(join(top, 'node_modules', name), join(modules, name));
  }
  if (example === null) writeFileSync(join(folder, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }\n');
  else cpSync(join(top, 'scenarios', 'examples', example), folder, { recursive: true });
  return folder;
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (!existsSync(to)) symlinkSync(from, to);
}

export interface Ran {
  readonly code: number;
  readonly out: string;
}

/** What a person types behind `npx whitewater`, in that project. */
export function npxWhitewater(folder: string, ...words: readonly string[]): Ran {
  return runIn(folder, process.execPath, [join(folder, 'node_modules', 'whitewater', 'dist', 'scenarios', 'whitewater.js'), ...words]);
}

export function runIn(folder: string, command: string, words: readonly string[], env: NodeJS.ProcessEnv = process.env): Ran {
  try {
    return { code: 0, out: execFileSync(command, words, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) };
  } catch (error) {
    const { status, stdout, stderr } = error as { readonly status: number; readonly stdout: string; readonly stderr: string };
    return { code: status, out: `${stdout}${stderr}` };
  }
}
