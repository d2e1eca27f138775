/**
 * Groups of operations that must stand together in every linearization, and whether they can be put in
 * a row: Gibbons and Korach, "Testing shared memories" (1997).
 *
 * A group's earliest return and latest call are given in ranks (see `OrderedPartition`): a return of rank
 * r is before a call of floor f exactly when r < f. Group A must come before group B when A's earliest
 * return is before B's latest call. A row exists exactly when no two groups must each come before the
 * other; that is: no two forward zones (earliest return before latest call) overlap, and no backward
 * zone lies inside a forward one.
 */

export interface Group {
  readonly earliestReturn: number;
  readonly earliestReturnOf: number;
  readonly latestCall: number;
  readonly latestCallOf: number;
  /** The caller's own number for the group. */
  readonly id: number;
}

const left = (group: Group): number => Math.min(group.earliestReturn, group.latestCall);
const isForward = (group: Group): boolean => group.earliestReturn < group.latestCall;

/** The groups in an order that keeps real time, or two that must each come before the other. */
export function putInRow(groups: Group[]): { readonly clash: readonly [Group, Group] } | undefined {
  // At equal left ends a backward zone first: nothing asks for the other way round.
  groups.sort((a, b) => left(a) - left(b) || Number(isForward(a)) - Number(isForward(b)));
  let forward: Group | undefined;
  for (const group of groups) {
    if (
      forward !== undefined &&
      group.earliestReturn < forward.latestCall &&
      forward.earliestReturn < group.latestCall
    ) {
      return { clash: [forward, group] };
    }
    // Forward zones met so far do not overlap, so the last one reaches furthest.
    if (isForward(group)) forward = group;
  }
  return undefined;
}
