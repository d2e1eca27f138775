/** A mutant as a file: what breaks, which test must see it, and the change, one idea. */
import { applyPatch, parsePatch, type StructuredPatch } from 'diff';
import { AskedWrongly } from '../../support/tool.ts';

/** A test file, and of its tests those whose full name has `named` in it; all of them for null. */
export interface Watcher {
  readonly file: string;
  readonly named: string | null;
}

export interface Mutant {
  /** The file's name without its ending. */
  readonly name: string;
  readonly path: string;
  /** One sentence. */
  readonly breaks: string;
  /** Each of them must see it. */
  readonly watchers: readonly Watcher[];
  /** Why nothing can see it; null for most. */
  readonly equivalent: string | null;
  readonly patches: readonly StructuredPatch[];
}

/** Says what is wrong with a mutant's file, and in which line. */
export class MutantError extends AskedWrongly {
  override readonly name = 'MutantError';
}

/** @throws MutantError */
export function parseMutant(path: string, text: string): Mutant {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => line.startsWith('diff --git ') || line.startsWith('--- '));
  if (begin < 0)
    throw new MutantError(
      `${path}: there is no diff in it; expected a head, an empty line, and what \`git diff\` prints`,
    );
  const head = readHead(path, lines.slice(0, begin));
  const one = (name: string): string | null => {
    const values = head.filter(([field]) => field === name).map(([, value]) => value);
    if (values.length > 1) throw new MutantError(`${path}:1: "${name}" is given twice`);
    return values[0] ?? null;
  };
  const breaks = one('Breaks');
  if (breaks === null)
    throw new MutantError(`${path}:1: the head has no "Breaks:"; say in a sentence what is wrong then`);
  const watchers = head.filter(([field]) => field === 'Test').map(([, value]) => watcherOf(value));
  if (watchers.length === 0)
    throw new MutantError(`${path}:1: the head has no "Test:"; name the test file that must see it`);
  return {
    name: path.replace(/^.*[/\\]/, '').replace(/\.patch$/, ''),
    path,
    breaks,
    watchers,
    equivalent: one('Equivalent'),
    patches: readDiff(path, lines.slice(begin).join('\n')),
  };
}

function readHead(path: string, lines: readonly string[]): readonly (readonly [field: string, value: string])[] {
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    const match = /^(Breaks|Test|Equivalent): (\S.*)$/.exec(line);
    if (match === null)
      throw new MutantError(
        `${path}:${i + 1}: "${line}" is no field of the head; expected Breaks, Test or Equivalent, a colon, a space and text`,
      );
    return [[match[1]!, match[2]!.trim()] as const];
  });
}

/** `test/a.test.ts` or `test/a.test.ts: part of a test's name`. */
function watcherOf(value: string): Watcher {
  const match = /^(\S+?\.test\.ts)(?:: (.+))?$/.exec(value);
  return match === null ? { file: value, named: null } : { file: match[1]!, named: match[2] ?? null };
}

function readDiff(path: string, text: string): readonly StructuredPatch[] {
  let patches: StructuredPatch[];
  try {
    patches = parsePatch(text).filter(({ hunks }) => hunks.length > 0);
  } catch (error) {
    throw new MutantError(
      `${path}: the diff cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (patches.length === 0) throw new MutantError(`${path}: the diff changes nothing`);
  for (const patch of patches) {
    const file = fileOf(patch);
    if (
      !/^(?:harness|checkers|scenarios)\/[\w./-]+\.ts$/.test(file) ||
      file.includes('..') ||
      file.includes('/test/')
    ) {
      throw new MutantError(
        `${path}: the diff changes ${file}; a mutant changes sources of harness/, checkers/ or scenarios/ (a defect of core/ is a known bug: scenarios/bugs/)`,
      );
    }
    if (patch.oldFileName === '/dev/null' || patch.newFileName === '/dev/null')
      throw new MutantError(`${path}: the diff creates or removes ${file}; a mutant changes what is there`);
  }
  return patches;
}

/** `harness/run.ts`, without what git puts in front of it. */
export const fileOf = ({ oldFileName, newFileName }: StructuredPatch): string =>
  (newFileName === undefined || newFileName === '/dev/null' ? oldFileName ?? '' : newFileName).replace(/^[ab]\//, '');

/**
 * What the changed files hold then, by path.
 * @param read the text of a file by its path from the top of the repository; null when there is none
 * @throws MutantError when the patch does not apply line by line
 */
export function planted({ path, patches }: Mutant, read: (file: string) => string | null): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const patch of patches) {
    const file = fileOf(patch);
    const text = texts.get(file) ?? read(file);
    if (text === null) throw new MutantError(`${path}: it changes ${file}, which is not there any more: write it anew`);
    // No fuzz: a patch that lands somewhere near its place may plant another defect than it says.
    const changed = applyPatch(text, patch, { fuzzFactor: 0 });
    if (changed === false) throw new MutantError(`${path}: it does not apply to ${file} any more: write it anew`);
    texts.set(file, changed);
  }
  return texts;
}
