/** A method that decides some histories without search. */
import type { OrderedPartition } from '../order.ts';

export type FastVerdict =
  | { readonly legal: true }
  /** Operations, by their number in the partition, from which the violation can be shown. */
  | { readonly legal: false; readonly clash: readonly number[] };

export interface FastPath<I, O> {
  /** As the verdict reports it. */
  readonly name: string;
  /** `undefined`: the history is not of the kind that the method is proved for. */
  check(part: OrderedPartition<I, O>): FastVerdict | undefined;
}

export const legalVerdict: FastVerdict = { legal: true };

/** Clashing operations, each once, without the virtual ones (below zero). */
export function clashOf(...operations: readonly number[]): FastVerdict {
  return { legal: false, clash: [...new Set(operations)].filter((operation) => operation >= 0).toSorted((a, b) => a - b) };
}
