/**
 * What makes two operations the same: a tuple of tags and values, never a text made of them. In a text a
 * value can look like a mark ("?" for "not told"), or like two values side by side; in a tuple it cannot.
 */

/** Values compared as keys of a Map: 1 is not "1", null is not undefined, 0 is -0, NaN is NaN. */
export type OperationKey = readonly (string | number | boolean | bigint | symbol | null | undefined)[];

/** In place of an output that the client was not told. */
export const untold: unique symbol = Symbol('not told');

interface Branch {
  /** The first operation whose key ends here. */
  first: number | undefined;
  next: Map<unknown, Branch> | undefined;
}

/** The first operation of each key. */
export class OperationKeys {
  readonly #root: Branch = { first: undefined, next: undefined };

  /**
   * @param manner belongs to what an operation is, beside its key
   * @returns the first operation that came with this manner and key; that is `operation` if it is the first
   */
  firstOf(manner: number, key: OperationKey, operation: number): number {
    let branch = follow(this.#root, manner);
    for (const part of key) branch = follow(branch, part);
    branch.first ??= operation;
    return branch.first;
  }
}

function follow(branch: Branch, part: unknown): Branch {
  branch.next ??= new Map();
  let next = branch.next.get(part);
  if (next === undefined) branch.next.set(part, (next = { first: undefined, next: undefined }));
  return next;
}
