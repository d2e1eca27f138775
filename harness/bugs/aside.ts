/**
 * The built project with a patched core, in a folder of its own: the same campaign runs in it as a user would run, and
 * what is under test never knows that it is tested for this.
 *
 * Only the core and what is made of it, `scenarios/`, are there anew. Checkers and harness import nothing of the core
 * but types, so they are the same modules, by a link: a process that has loaded them loads them no second time.
 */
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { KnownBug } from './known-bug.ts';
import { AsideError, patchedSources } from './patched.ts';
import { projectFolder } from './project.ts';
import { transpiled, TranspileError } from './transpile.ts';

export interface Aside {
  /** Address of the copy of a module of the built project, given the address of the original. */
  addressOf(url: string): string;
}

/**
 * Builds `bug` in `folder`, which is made anew. Strict: a patch that does not apply line by line is refused. Its types
 * are not checked here: that is one build for all of them, `type-check.ts`.
 * @throws AsideError
 */
export function buildAside(bug: KnownBug, folder: string): Aside {
  const project = projectFolder();
  const built = join(project, 'dist');
  if (!existsSync(join(built, 'scenarios')))
    throw new AsideError(`${built} is not there: build the project first (npm run build)`);
  const sources = patchedSources(bug);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'dist'), { recursive: true });
  for (const layer of ['core', 'scenarios']) {
    cpSync(join(built, layer), join(folder, 'dist', layer), {
      recursive: true, filter: (path) => !/\.(?:map|d\.ts)$/.test(path),
    });
  }
  for (const layer of ['checkers', 'harness']) symlinkSync(join(built, layer), join(folder, 'dist', layer), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(folder, asideMark), `${bug.name}\n`);
  symlinkSync(modulesOf(project), join(folder, 'node_modules'), 'junction');
  for (const [file, text] of sources)
    writeFileSync(join(folder, 'dist', file.replace(/\.ts$/, '.js')), compiled(bug, file, text));
  return { addressOf: (url) => pathToFileURL(join(folder, 'dist', pathBelow(built, url))).href };
}

/** The folder in which the package's own dependencies are found: its own, or the one it was installed into. */
function modulesOf(project: string): string {
  for (let folder = project; ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules');
    if (existsSync(join(modules, 'seedrandom'))) return modules;
    if (dirname(folder) === folder) throw new AsideError('the dependencies of this package are not installed: npm ci');
  }
}

function compiled({ path }: KnownBug, file: string, text: string): string {
  try {
    return transpiled(file, text);
  } catch (error) {
    if (error instanceof TranspileError)
      throw new AsideError(`${path}: what it makes of the core is not TypeScript: ${error.message}`);
    throw error;
  }
}

/**
 * A module of a user has no copy: only what this package ships can be run on a patched core. One that is itself beside
 * a patched core counts as the original: a gate with a bug plants its canaries in the core as it is.
 */
function pathBelow(built: string, url: string): string {
  const path = fileURLToPath(url);
  if (path.startsWith(built)) return path.slice(built.length + 1);
  const at = path.lastIndexOf(`${sep}dist${sep}`);
  if (at >= 0 && existsSync(join(path.slice(0, at), asideMark))) return path.slice(at + `${sep}dist${sep}`.length);
  throw new AsideError(`${path} is not a part of this package: known bugs are looked for with its own scenarios`);
}

/** Stands in the folder of every patched core. */
const asideMark = 'planted-bug';
