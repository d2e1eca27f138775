/** A built tree of the project: this one, and another revision that is built aside and removed again. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../text/usage-error.ts';
import type { Git } from './git.ts';

export interface Tree {
  readonly folder: string;
  /** For a person, such as "97d70e0". */
  readonly name: string;
  /** The same with date and subject. */
  readonly told: string;
}

const layers = ['core', 'checkers', 'harness', 'scenarios'];

/** @throws UsageError when a source is newer than what was built of it, or was never built */
export function mustBeBuilt(folder: string): void {
  const stale = sourcesIn(folder).find((path) => {
    const built = join(folder, 'dist', path.replace(/\.ts$/, '.js'));
    return !existsSync(built) || statSync(built).mtimeMs < statSync(join(folder, path)).mtimeMs;
  });
  if (stale !== undefined) throw new UsageError(`the build is older than ${stale}: npm run build`);
}

const sourcesIn = (folder: string): readonly string[] =>
  layers
    .flatMap((layer) =>
      readdirSync(join(folder, layer), { recursive: true, encoding: 'utf8' }).map((path) => `${layer}/${path}`),
    )
    .filter(
      (path) =>
        path.endsWith('.ts') &&
        !path.endsWith('.d.ts') &&
        !notBuilt.some((folder) => path.startsWith(folder)) &&
        !path.includes('/dist/'),
    );

/** What tsconfig.build.json leaves out. */
const notBuilt = ['checkers/porcupine-ts-port/test/', 'scenarios/examples/'];

/**
 * The sources of a commit in a new folder, built with the packages that its lockfile names.
 * @param present the tree whose packages are used where they are the same
 * @throws UsageError when it cannot be built
 */
export function builtAside(
  git: Git, commit: string, folder: string, present: string, say: (text: string) => void,
): void {
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, '..', 'sources.tar');
  if (git.tried('archive', '--format=tar', '--output', archive, commit) === null)
    throw new UsageError(`git cannot write the sources of ${commit}`);
  mustRun('tar', ['-xf', archive, '-C', folder], folder, 'unpacked');
  const lock = readLock(folder);
  if (lock === null || readLock(present) === null)
    throw new UsageError(`${commit} has no package-lock.json: it cannot be built as it was`);
  if (isCovered(lock, readLock(present)!))
    symlinkSync(realpathSync(join(present, 'node_modules')), join(folder, 'node_modules'), 'junction');
  else {
    say('its packages are others: npm ci\n');
    mustRun('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder, 'given its packages');
  }
  mustRun('npm', ['run', 'build'], folder, 'built');
}

/** What a lockfile says of each package, by its place in `node_modules`. */
export type Lock = Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>>;

function readLock(folder: string): Lock | null {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as { packages: Lock }).packages;
  } catch {
    return null;
  }
}

/** Whether every package of a lockfile is in another one too, in the same version. */
export const isCovered = (lock: Lock, present: Lock): boolean =>
  Object.entries(lock).every(([place, { version }]) => place === '' || present[place]?.version === version);

function mustRun(program: string, argv: readonly string[], cwd: string, what: string): void {
  const { status, stdout, stderr, error } = spawnSync(program, argv, {
    cwd, encoding: 'utf8', shell: process.platform === 'win32', maxBuffer: 1 << 28,
  });
  if (status === 0) return;
  const last = `${stdout ?? ''}${stderr ?? ''}`.trimEnd().split('\n').slice(-5).join('\n');
  throw new UsageError(
    `the other revision cannot be ${what}: ${error?.message ?? `${program} ${argv.join(' ')} ended with ${status}`}\n${last}`,
  );
}
