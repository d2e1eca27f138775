/**
 * Tools for `Model.representative`. A representative must be truly canonical, the same for every member
 * of an orbit: with one that only often is, the number of states depends on the order of the search.
 */

/** Every order of 0..count-1; the first is the order itself. */
export function permutations(count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((shorter) =>
    Array.from({ length: count }, (_, at) => shorter.toSpliced(shorter.length - at, 0, count - 1)),
  );
}

/** Lists of equal length, by their first difference. */
export function compareLists(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((item, index) => item !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

/** The candidate whose list is least: the canonical one when the candidates are a whole orbit. */
export const leastBy = <T>(candidates: readonly T[], listed: (candidate: T) => readonly number[]): T =>
  candidates.reduce((best, other) => (compareLists(listed(other), listed(best)) < 0 ? other : best));
