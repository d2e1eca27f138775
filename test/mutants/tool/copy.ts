/** A copy of the working tree in which mutants are planted, one at a time, and taken out again. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { transpiled } from '../../../harness/bugs/transpile.ts';
import { planted, type Mutant } from './mutant.ts';

export class Copy {
  readonly folder: string;
  /** What stood where something is planted now, by path. */
  private readonly before = new Map<string, string>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Of what git knows or would take: node_modules is linked, and `dist/` made of the sources as they are. */
  static of(top: string, folder: string): Copy {
    const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      cwd: top, encoding: 'utf8', maxBuffer: 1 << 26,
    }).split('\n');
    for (const file of files) {
      if (file === '' || !existsSync(join(top, file))) continue;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      copyFileSync(join(top, file), join(folder, file));
    }
    symlinkSync(join(top, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const layer of ['core', 'checkers', 'harness', 'scenarios']) build(folder, layer);
    return new Copy(folder);
  }

  /** Another copy like this one, nothing planted. */
  twin(folder: string): Copy {
    cpSync(this.folder, folder, { recursive: true, verbatimSymlinks: true });
    return new Copy(folder);
  }

  /** @throws MutantError when the patch does not apply line by line, or what it makes is not TypeScript */
  plant(mutant: Mutant): void {
    for (const [file, text] of planted(mutant, (path) => readOrNull(join(this.folder, path)))) {
      this.before.set(file, readFileSync(join(this.folder, file), 'utf8'));
      this.write(file, text);
    }
  }

  restore(): void {
    for (const [file, text] of this.before) this.write(file, text);
    this.before.clear();
  }

  private write(file: string, text: string): void {
    const built = transpiled(file, text);
    writeFileSync(join(this.folder, file), text);
    writeFileSync(join(this.folder, builtPath(file)), built);
  }
}

function build(folder: string, layer: string): void {
  for (const entry of readdirSync(join(folder, layer), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
    const file = join(entry.parentPath, entry.name).slice(folder.length + 1);
    mkdirSync(dirname(join(folder, builtPath(file))), { recursive: true });
    writeFileSync(join(folder, builtPath(file)), transpiled(file, readFileSync(join(folder, file), 'utf8')));
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

const builtPath = (file: string): string => join('dist', file.replace(/\.ts$/, '.js'));
