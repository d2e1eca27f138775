/**
 * Whether patched cores pass the type check: one run of the compiler over all of them. Beside the core as it is stands,
 * for each bug, a folder with what its patch changes and whatever imports that; other imports find the core itself.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { temporaryFolder } from '../text/files.ts';
import type { KnownBug } from './known-bug.ts';
import { AsideError, patchedSources } from './patched.ts';
import { projectFolder } from './project.ts';

/**
 * What the compiler says of each bug that does not pass; a patch that does not apply is left to who builds it.
 * @throws AsideError when the compiler itself cannot be run, or finds something wrong with the core as it is
 */
export async function typeErrors(bugs: readonly KnownBug[]): Promise<ReadonlyMap<KnownBug, string>> {
  if (bugs.length === 0) return new Map();
  const folder = temporaryFolder('whitewater-types-');
  try {
    const project = projectFolder();
    cpSync(join(project, 'core'), join(folder, 'core'), {
      recursive: true, filter: (path) => !path.endsWith('.test.ts'),
    });
    const core = readCore(folder);
    const names = new Map<string, KnownBug>();
    for (const [i, bug] of bugs.entries()) {
      const changed = changedBy(bug);
      if (changed === null) continue;
      names.set(`bug-${i}`, bug);
      for (const file of leaningOn(changed.keys(), core))
        write(join(folder, `bug-${i}`, file), changed.get(file) ?? core.get(file)!);
    }
    const { compilerOptions } = JSON.parse(readFileSync(join(project, 'tsconfig.json'), 'utf8')) as {
      compilerOptions: object;
    };
    write(join(folder, 'package.json'), '{ "type": "module" }\n');
    write(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { ...compilerOptions, noEmit: true, types: [], rootDirs: ['.', ...names.keys()] },
        include: ['core', ...names.keys()],
      }),
    );
    return byBug(await compilerSays(folder), names);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function changedBy(bug: KnownBug): ReadonlyMap<string, string> | null {
  try {
    return patchedSources(bug);
  } catch (error) {
    if (error instanceof AsideError) return null;
    throw error;
  }
}

function readCore(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(join(folder, 'core'), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts'),
  );
  return new Map(files.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [path.slice(folder.length + 1).split('\\').join('/'), readFileSync(path, 'utf8')];
  }));
}

/** Some files, and all that import them, directly or not: an error may show where a changed type is used. */
function leaningOn(files: Iterable<string>, core: ReadonlyMap<string, string>): ReadonlySet<string> {
  const imports = new Map(
    [...core].map(([path, text]) => [
      path,
      [...text.matchAll(/\bfrom '(\.[^']+)'/g)].map((match) => posix.join(posix.dirname(path), match[1]!)),
    ]),
  );
  const found = new Set(files);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const [path, targets] of imports) if (targets.some((target) => found.has(target))) found.add(path);
  }
  return found;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Its lines; none when it is content. */
function compilerSays(folder: string): Promise<readonly string[]> {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      [compiler, '-p', '.', '--pretty', 'false'],
      { cwd: folder, maxBuffer: 1 << 26 },
      (error, out, err) => {
        if (error === null) done([]);
        else if (out.trim() === '')
          fail(new AsideError(`the compiler cannot be run: ${err.trim() === '' ? error.message : err.trim()}`));
        else done(out.trim().split('\n'));
      },
    );
  });
}

function byBug(lines: readonly string[], names: ReadonlyMap<string, KnownBug>): ReadonlyMap<KnownBug, string> {
  const errors = new Map<KnownBug, string>();
  let last: KnownBug | undefined;
  for (const line of lines) {
    const match = /^(bug-\d+)\/(.*)$/.exec(line);
    // A line that begins with white space goes on with what the one before it says.
    if (match === null && (last === undefined || !/^\s/.test(line)))
      throw new AsideError(`the compiler says of the core as it is: ${line}`);
    if (match !== null) last = names.get(match[1]!)!;
    errors.set(last!, `${errors.get(last!) ?? ''}\n  ${match?.[2] ?? line}`);
  }
  return new Map(
    [...errors].map(([bug, text]) => [bug, `${bug.path}: the patched core does not pass the type check:${text}`]),
  );
}
