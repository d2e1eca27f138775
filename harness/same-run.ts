/** Whether two runs are the same: asked of one function, over whole records, by everybody who runs a plan twice. */
import type { RunRecord } from './run.ts';

export interface Sameness {
  readonly isSame: boolean;
  /** What differs, as `field: one and other`: verdict, digest, counts, faults and all else that a record holds. */
  readonly differs: readonly string[];
}

/** @throws TypeError when both are one object: a run that is held against itself is always the same */
export function sameRun(a: RunRecord, b: RunRecord): Sameness {
  if (a === b) throw new TypeError('a run was compared with itself; run the plan again');
  const differs = differencesOf('', a, b);
  return { isSame: differs.length === 0, differs };
}

/** What two runs give in two words, for a line of text. */
export const differsText = (differs: readonly string[]): string =>
  `two runs differ in ${differs.slice(0, told).join('; ')}${differs.length > told ? `; and ${differs.length - told} more` : ''}`;

const told = 4;

function differencesOf(path: string, a: unknown, b: unknown): readonly string[] {
  if (Object.is(a, b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return [`${path}: ${String(a)} and ${String(b)}`];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.flatMap((name) =>
    differencesOf(
      path === '' ? name : `${path}.${name}`, (a as Record<string, unknown>)[name],
      (b as Record<string, unknown>)[name],
    ),
  );
}
