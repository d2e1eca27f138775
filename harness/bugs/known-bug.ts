/**
 * A known bug as a file: a head of fields, an empty line, and a unified diff of the core.
 *
 * The core has no switches: what is wrong with it is written beside it, as what a person would change.
 */
import { parsePatch, type StructuredPatch } from 'diff';

export type Difficulty = 'easy' | 'medium' | 'hard' | 'control';

export interface KnownBug {
  /** The file's name without its ending. */
  readonly name: string;
  readonly path: string;
  readonly title: string;
  /** Its number in the catalogue it was taken from. */
  readonly id: string;
  readonly category: string;
  /** A `control` breaks nothing: it must not be reported. */
  readonly difficulty: Difficulty;
  readonly source: string;
  /** What its witness breaks; of a control, what may be reported although nothing is broken, or `none`. */
  readonly property: string;
  readonly note: string | null;
  /** Every gate must find it within so many seeds; null for most. */
  readonly canarySeeds: number | null;
  readonly patches: readonly StructuredPatch[];
}

/** Says what is wrong with a bug's file, and in which line. */
export class BugFileError extends Error {
  override readonly name = 'BugFileError';
}

const required = ['Title', 'Id', 'Category', 'Difficulty', 'Source', 'Property'] as const;
const optional = ['Note', 'Canary'] as const;
const difficulties: readonly string[] = ['easy', 'medium', 'hard', 'control'] satisfies readonly Difficulty[];

/** @throws BugFileError */
export function parseBug(path: string, text: string): KnownBug {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => line.startsWith('diff --git ') || line.startsWith('--- '));
  if (begin < 0)
    throw new BugFileError(
      `${path}: there is no diff in it; expected a head, an empty line, and what \`git diff\` prints`,
    );
  const head = readHead(path, lines.slice(0, begin));
  const field = (name: (typeof required)[number]): string => {
    const value = head.get(name);
    if (value === undefined)
      throw new BugFileError(`${path}:1: the head has no "${name}:"; it needs ${required.join(', ')}`);
    return value;
  };
  const difficulty = field('Difficulty');
  if (!difficulties.includes(difficulty))
    throw new BugFileError(`${path}: Difficulty is "${difficulty}"; expected one of ${difficulties.join(', ')}`);
  const canary = head.get('Canary') ?? null;
  if (canary !== null && !/^[1-9]\d{0,5}$/.test(canary))
    throw new BugFileError(
      `${path}: Canary is "${canary}"; expected the number of seeds within which it must be found`,
    );
  return {
    name: path.replace(/^.*[/\\]/, '').replace(/\.patch$/, ''),
    path,
    title: field('Title'),
    id: field('Id'),
    category: field('Category'),
    difficulty: difficulty as Difficulty,
    source: field('Source'),
    property: field('Property'),
    note: head.get('Note') ?? null,
    canarySeeds: canary === null ? null : Number(canary),
    patches: readDiff(path, lines.slice(begin).join('\n')),
  };
}

function readHead(path: string, lines: readonly string[]): ReadonlyMap<string, string> {
  const known: readonly string[] = [...required, ...optional];
  const head = new Map<string, string>();
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const match = /^([A-Z][a-z]+): (.+)$/.exec(line);
    if (match === null || !known.includes(match[1]!))
      throw new BugFileError(
        `${path}:${i + 1}: "${line}" is no field of the head; expected "Name: text" with one of ${known.join(', ')}`,
      );
    if (head.has(match[1]!)) throw new BugFileError(`${path}:${i + 1}: "${match[1]}" is given twice`);
    head.set(match[1]!, match[2]!.trim());
  });
  return head;
}

function readDiff(path: string, text: string): readonly StructuredPatch[] {
  let patches: StructuredPatch[];
  try {
    patches = parsePatch(text).filter(({ hunks }) => hunks.length > 0);
  } catch (error) {
    throw new BugFileError(
      `${path}: the diff cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (patches.length === 0) throw new BugFileError(`${path}: the diff changes nothing`);
  for (const patch of patches) {
    const file = fileOf(patch);
    if (!/^core\/[\w./-]+\.ts$/.test(file) || file.includes('..'))
      throw new BugFileError(`${path}: the diff changes ${file}; a known bug changes files of core/ and nothing else`);
    if (patch.oldFileName === '/dev/null' || patch.newFileName === '/dev/null')
      throw new BugFileError(`${path}: the diff creates or removes ${file}; a known bug changes what is there`);
  }
  return patches;
}

/** `core/raft/log.ts`, without what git puts in front of it. */
export const fileOf = ({ oldFileName, newFileName }: StructuredPatch): string =>
  (newFileName === undefined || newFileName === '/dev/null' ? oldFileName ?? '' : newFileName).replace(/^[ab]\//, '');
