/** A model says, as plain functions, what the object under test may answer when nothing is concurrent. */

import type { RegisterView } from './fast/register-view.ts';
import type { FastPath } from './fast/fast-path.ts';
import type { OperationKey } from './operation-key.ts';
import type { OrderedPartition } from './order.ts';
import type { PartSearch } from './part-search.ts';

/** What `step` returns when the operation cannot happen in this state, or not with this output. */
export const illegal: unique symbol = Symbol('illegal');
export type Illegal = typeof illegal;

/** A search that knows more of the object than its step function tells. */
export interface OwnSearch<I, O> {
  /** As the verdict reports it. */
  readonly name: string;
  /** `undefined`: the partition is not of the kind that it is made for. */
  begin(part: OrderedPartition<I, O>): PartSearch | undefined;
}

/** What a deterministic and a nondeterministic model have in common. */
export interface ModelBase<S, I, O> {
  readonly name: string;
  /**
   * Operations with different keys never influence each other (the object is composed of independent
   * ones, such as the keys of a store), so that each part is checked alone (Herlihy and Wing's locality;
   * Horn and Kroening's P-compositionality). `undefined`: this operation touches all of them, and a
   * history that holds such an operation is not split.
   */
  partition?(input: I): string | number | undefined;
  /** Without it, states are compared by value: primitives by `Object.is`, arrays and records by content. */
  equal?(a: S, b: S): boolean;
  /** Any integer; equal states must have equal hashes. Taken only together with `equal`. */
  hash?(state: S): number;
  /**
   * True when the operation leaves every state in which it is legal as it was (a read; a failed
   * compare-and-set). Such an operation can be placed as soon as it is legal, without trying the others.
   * Saying true wrongly gives wrong verdicts; leaving the function out costs only time.
   */
  readOnly?(input: I, output: O | undefined): boolean;
  /**
   * True when the operation is legal in every state whatever it is told (a write): a monitor need not remember in
   * which state it took effect. Saying true wrongly gives wrong verdicts; leaving the function out costs only time.
   */
  isBlind?(input: I): boolean;
  /**
   * Operations with equal keys are the same to `step` in every state. Then only the one that must
   * return first is tried. Without it, or where it gives `undefined`, an operation is its own.
   * An output that was not told must be told from every output that could be: see `untold`.
   */
  operationKey?(input: I, output: O | undefined): OperationKey | undefined;
  /**
   * What is wrong with an operation of a history, in words, such as that this model has none of its name; `undefined`:
   * nothing. Asked for every operation before any method looks at it.
   * @param output `undefined` when the outcome is unknown
   */
  problemOf?(input: I, output: O | undefined): string | undefined;
  /**
   * True when arrays of two whose first is a boolean are states. Without it such an array is taken for Porcupine's
   * (ok, state), and refused: read as a state, it would make every operation legal.
   */
  readonly pairStates?: boolean;
  /** How its operations read as those of a register, by key: for the session guarantees. */
  readonly registerView?: RegisterView<I, O>;
  /** Tried in order on each partition before the search; the first that applies decides. */
  readonly fastPaths?: readonly FastPath<I, O>[];
  /** In place of the general search, for the partitions that it takes; unless one of the general ones is asked for. */
  readonly ownSearch?: OwnSearch<I, O>;
  /**
   * An equivalent model with fewer states for one partition, where the operations that it holds allow
   * one. The search takes it in place of this model; `undefined` where there is none.
   */
  condense?(part: OrderedPartition<I, O>): Condensation<I, O> | undefined;
  /** Bytes that one state holds in memory, for the memory budget. Without it, an estimate. */
  sizeBytes?(state: S): number;
  describeOperation?(input: I, output: O | undefined): string;
  describeState?(state: S): string;
  /** A line about a partition, by its key: shown above its picture. */
  describeMetadata?(key: string | number): string;
}

/** A deterministic model: pure, total functions over immutable states. */
export interface Model<S, I, O> extends ModelBase<S, I, O> {
  init(): S;
  /**
   * The state after the operation, or `illegal`.
   * @param output what the client was told; `undefined` when the outcome is unknown, and then any
   *   output is right: the operation is legal when some output would be
   */
  step(state: S, input: I, output: O | undefined): S | Illegal;
  /**
   * The same object as a composition of independent ones: a model with a `partition`. It is checked in this one's place
   * unless a search of this one is asked for (Herlihy and Wing 1990: a history of several objects is
   * linearizable exactly when that of each object is).
   */
  readonly byLocality?: Model<unknown, I, O>;
}

/** What `condense` gives. Its states are its own affair. */
export interface Condensation<I, O> {
  readonly model: Model<unknown, I, O>;
  /** True for a state in which no read of known output can be legal any more, now or later. */
  isBlind?(state: unknown): boolean;
}
