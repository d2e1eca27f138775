/**
 * The command in a few files beside the hundreds that it is made of. Node takes half a millisecond of CPU a module, and
 * compiles every function anew in each process: so what the package itself brings is bundled when it is built, with
 * what V8 made of it (`make-chunks.ts`). Each chunk is a script that is given `require`, as modules once were.
 *
 * Only the house is in them. A module of a user imports the package file by file, and two copies of one class are two
 * classes: whoever may load such a module loads all of it file by file (`house.ts`).
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';

/** The first chunk of the main thread, and that of the thread that runs code under test. */
export const chunkOfTheCommand = 'command-line.cjs';
export const chunkOfTheThread = 'thread-line.cjs';
/** The files below `dist/` that are in the chunks, one a line. */
export const listOfFiles = 'files.txt';

type Wrapped = (
  exports: object, require: (name: string) => unknown, module: { exports: object }, file: string, folder: string,
) => void;

interface Chunk {
  readonly module: { exports: object };
  readonly script: Script;
}

export class Chunks {
  private readonly loaded = new Map<string, Chunk>();
  private readonly requireBuiltIn = createRequire(import.meta.url);
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Where a thread begins that is loaded from chunks as well. */
  get threadUrl(): URL {
    return pathToFileURL(join(this.folder, 'thread.cjs'));
  }

  /** What a chunk exports; its name is that of its file. */
  load(name: string): object {
    const had = this.loaded.get(name);
    if (had !== undefined) return had.module.exports;
    const file = join(this.folder, name);
    const cachedData = readIfThere(`${file}${cacheEnding}`);
    const script = new Script(
      `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`,
      {
        filename: file, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
        ...(cachedData !== null && { cachedData }),
      },
    );
    const module = { exports: {} };
    this.loaded.set(name, { module, script });
    (script.runInThisContext() as Wrapped)(
      module.exports, (wanted) => this.required(wanted), module, file, this.folder,
    );
    return module.exports;
  }

  /** Keeps what V8 has compiled of each chunk by now. Another version of Node refuses it, and compiles by itself. */
  writeCaches(): void {
    for (const [name, { script }] of this.loaded)
      writeFileSync(join(this.folder, `${name}${cacheEnding}`), script.createCachedData());
  }

  private required(wanted: string): unknown {
    return wanted.startsWith('./') ? this.load(wanted.slice('./'.length)) : this.requireBuiltIn(wanted);
  }
}

/**
 * Null where there are none, or where any of the files that they were made of is newer or gone.
 * @param url of the module in `scenarios/` that asks: a copy with a patched core has no chunks, and uses no others
 */
export function chunksBeside(url: string): Chunks | null {
  const folder = fileURLToPath(new URL('../chunks/', url));
  const chunk = statSync(join(folder, chunkOfTheCommand), { throwIfNoEntry: false });
  const made = readIfThere(join(folder, listOfFiles))?.toString('utf8');
  if (chunk === undefined || made === undefined) return null;
  const isOld = (file: string): boolean =>
    (statSync(join(folder, '..', file), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > chunk.mtimeMs;
  return made.split('\n').some(isOld) ? null : new Chunks(folder);
}

const cacheEnding = '.cache';

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
