/**
 * A copy of the built project with a patched core, in a folder of its own: the same campaign runs in it
 * as a user would run, and what is under test never knows that it is tested for this.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { applyPatch } from 'diff';
import { fileOf, type KnownBug } from './known-bug.ts';

/** Says why a patched core cannot be built. */
export class AsideError extends Error {
  override readonly name = 'AsideError';
}

export interface Aside {
  readonly folder: string;
  /** Address of the copy's worker.ts: a thread that begins there knows no other core. */
  readonly workerUrl: string;
  /** Address of the copy of a module of the built project, given the address of the original. */
  addressOf(url: string): string;
}

/** Where package.json stands: this file is dist/harness/bugs/aside.js when it runs, harness/bugs/aside.ts in tests. */
export const projectFolder = (): string => {
  const here = dirname(fileURLToPath(import.meta.url));
  const up = resolve(here, '..', '..');
  return existsSync(join(up, 'package.json')) ? up : dirname(up);
};

/**
 * Builds `bug` in `folder`, which is made anew. Strict: a patch that does not apply line by line, or whose
 * core does not pass the type check, is refused.
 * @throws AsideError
 */
export async function buildAside(bug: KnownBug, folder: string): Promise<Aside> {
  const project = projectFolder();
  const built = join(project, 'dist');
  if (!existsSync(join(built, 'scenarios'))) throw new AsideError(`${built} is not there: build the project first (npm run build)`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(unplanted(project), join(folder, 'core'), { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  for (const patch of bug.patches) applyTo(folder, bug, patch);
  for (const layer of ['checkers', 'harness', 'scenarios']) {
    cpSync(join(built, layer), join(folder, 'dist', layer), { recursive: true, filter: (path) => !/\.(?:map|d\.ts)$/.test(path) });
  }
  cpSync(join(project, 'package.json'), join(folder, 'package.json'));
  symlinkSync(modulesOf(project), join(folder, 'node_modules'), 'junction');
  await compileCore(bug, project, folder);
  return {
    folder,
    workerUrl: pathToFileURL(join(folder, 'dist', 'harness', 'bugs', 'worker.js')).href,
    addressOf: (url) => pathToFileURL(join(folder, 'dist', pathBelow(built, url))).href,
  };
}

const unplantedFolder = 'core.unplanted';

/** In a copy with a bug, canaries are planted in the core as it was: they measure the harness, which is the same there. */
function unplanted(project: string): string {
  const kept = join(project, unplantedFolder);
  return existsSync(kept) ? kept : join(project, 'core');
}

/** Gives a copy what a gate in it needs: known bugs, and the core to plant them in. */
export function keepCanaries({ folder }: Aside): void {
  const project = projectFolder();
  cpSync(join(project, 'scenarios', 'bugs'), join(folder, 'scenarios', 'bugs'), { recursive: true });
  cpSync(unplanted(project), join(folder, unplantedFolder), { recursive: true });
}

/** A module of a user has no copy: only what this package ships can be run on a patched core. */
function pathBelow(built: string, url: string): string {
  const path = fileURLToPath(url);
  if (!path.startsWith(built)) throw new AsideError(`${path} is not a part of this package: known bugs are looked for with its own scenarios`);
  return path.slice(built.length + 1);
}

function applyTo(folder: string, bug: KnownBug, patch: KnownBug['patches'][number]): void {
  const file = fileOf(patch);
  const path = join(folder, file);
  if (!existsSync(path)) throw new AsideError(`${bug.path}: it changes ${file}, which is not there any more: write the patch anew`);
  // No fuzz: a patch that lands somewhere near its place may plant another bug than it says.
  const changed = applyPatch(readFileSync(path, 'utf8'), patch, { fuzzFactor: 0 });
  if (changed === false) throw new AsideError(`${bug.path}: it does not apply to ${file} any more: write the patch anew`);
  writeFileSync(path, changed);
}

/** The folder in which the package's own dependencies are found: its own, or the one it was installed into. */
function modulesOf(project: string): string {
  for (let folder = project; ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules');
    if (existsSync(join(modules, 'seedrandom'))) return modules;
    if (dirname(folder) === folder) throw new AsideError('the dependencies of this package are not installed: npm ci');
  }
}

async function compileCore({ path }: KnownBug, project: string, folder: string): Promise<void> {
  const { compilerOptions } = JSON.parse(readFileSync(join(project, 'tsconfig.json'), 'utf8')) as { compilerOptions: object };
  const config = { compilerOptions: { ...compilerOptions, noEmit: false, rootDir: '.', outDir: 'dist', types: [] }, include: ['core'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  await new Promise<void>((done, fail) => {
    execFile(process.execPath, [compiler, '-p', '.', '--pretty', 'false'], { cwd: folder }, (error, out) => {
      if (error === null) done();
      else fail(new AsideError(`${path}: the patched core does not pass the type check:\n${out.trim().split('\n').map((line) => `  ${line}`).join('\n')}`));
    });
  });
}
