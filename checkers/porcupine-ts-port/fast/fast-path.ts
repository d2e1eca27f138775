/** A method that decides some histories without search. */
import type { OrderedPartition } from '../order.ts';

export type FastVerdict =
  /** `order`: a linearization, by numbers in the partition, for those who want to see one. */
  | { readonly legal: true; order?(): readonly number[] }
  /**
   * `clash`: operations, by their number in the partition, from which the violation can be shown.
   * `within`: a part that is illegal by itself, such as all operations on one key.
   */
  | { readonly legal: false; readonly clash: readonly number[]; readonly within?: readonly number[] };

export interface FastPath<I, O> {
  /** As the verdict reports it. */
  readonly name: string;
  /** Whether it knows of operations that may or may not have happened in their interval. */
  readonly knowsOptional?: boolean;
  /** `undefined`: the history is not of the kind that the method is proved for. */
  check(part: OrderedPartition<I, O>): FastVerdict | undefined;
}

export const legalVerdict: FastVerdict = { legal: true };

/** Clashing operations, each once, without the virtual ones (below zero). */
export function clashOf(...operations: readonly number[]): FastVerdict {
  return {
    legal: false,
    clash: [...new Set(operations)].filter((operation) => operation >= 0).toSorted((a, b) => a - b),
  };
}
