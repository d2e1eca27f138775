/** Which finds of a bug are worth shrinking. */
import type { Start } from './score.ts';

/** Which of two runs shrinks further cannot be told beforehand, so that a few are tried. */
const findsMax = 3;

/**
 * The seeds of the shortest runs among those that break the property that the bug is said to break; of all when none
 * does.
 */
export function shortestFinds(property: string, starts: readonly Start[]): readonly number[] {
  const finds = starts.flatMap(({ find }) => (find === null ? [] : [find])).sort((a, b) => a.steps - b.steps);
  const fitting = finds.filter((find) => find.property === property);
  return (fitting.length > 0 ? fitting : finds).slice(0, findsMax).map(({ seed }) => seed);
}
