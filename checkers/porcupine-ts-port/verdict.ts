/** What a check found, and what it may spend. */

export type VerdictKind = 'ok' | 'illegal' | 'unknown';

/** Why a check ended without an answer. */
export type UnknownReason =
  | 'steps' | 'memory' | 'time' | 'aborted'
  /** A fast path and the search say different things: see `difference`. One of them is wrong. */
  | 'disagreement';

/** An `AbortSignal`, of which no more than this is looked at. */
export interface StopSignal {
  readonly aborted: boolean;
}

export interface CheckOptions {
  /** Steps over all partitions together; over it the verdict is `unknown`. Default 200 million. */
  readonly budgetSteps?: number;
  /** Bytes held at once by all searches together; over it the verdict is `unknown`. Default 512 MiB. */
  readonly memoryBytes?: number;
  /** Looked at between slices of the search: before the first one too. */
  readonly signal?: StopSignal;
  /**
   * `auto` (default): a fast path for each partition that has one, else the search with prunings.
   * `search`: the search with prunings. `plain`: Porcupine's own search, step for step, every partition to
   * its end.
   */
  readonly method?: 'auto' | 'search' | 'plain';
  /** A convenience: a budget in steps gives the same verdict everywhere, a time does not. Needs `clock`. */
  readonly timeoutMs?: number;
  /** Milliseconds from any origin, such as `() => performance.now()`. */
  readonly clock?: () => number;
  /**
   * Operations, by index, in an order that may explain the history (for instance that of a replicated
   * log). It is verified; where it does not hold, the history is checked as without it. Operations of
   * unknown outcome may be left out.
   */
  readonly orderHint?: readonly number[];
  /**
   * Steps for a second look: the general search goes over what a fast path or a hint decided, partition by
   * partition, until they are used up. Where it finds the opposite the verdict is `unknown`, and names the difference.
   */
  readonly crossCheckSteps?: number;
  /**
   * Of an illegal history: whether it keeps weaker promises (`Verdict.weaker`), within the same budgets once more, and
   * at most 2 million steps.
   */
  readonly weaker?: boolean;
  /**
   * Goes on behind the first illegal partition, for as many steps as were taken and two million more, and
   * names the others that are found (`illegalPartitions`).
   */
  readonly everyIllegal?: boolean;
}

/** What two methods say of the same operations. */
export interface Difference {
  readonly key: string | number | undefined;
  /** Indexes into the history. */
  readonly operations: readonly number[];
  readonly method: string;
  /** What that method said; the search found the opposite. */
  readonly said: 'ok' | 'illegal';
}

export interface CrossCheck {
  /** Partitions of which the search found the same. */
  readonly confirmed: number;
  /** Partitions for which its steps or its memory did not suffice. */
  readonly undecided: number;
  readonly steps: number;
}

export interface IllegalPartition {
  /** `undefined` for an object that is not split. */
  readonly key: string | number | undefined;
  /**
   * Operations that are illegal by themselves, as indexes into the history, in the order of their calls:
   * those of the partition or, where a method found the fault in a part of it, of that part.
   */
  readonly operations: readonly number[];
  /** From a fast path: the few operations that clash. */
  readonly clash?: readonly number[];
  /** From the search: the operation whose return no order came past. Up to there, or a little later, is the fault. */
  readonly suspect?: number;
}

/**
 * Weaker promises, of a history that is not linearizable; `unknown` where the budget did not suffice, or no method
 * applies.
 */
export interface Weaker {
  /** One order of all operations explains everything, and keeps the order of each client. */
  readonly sequential: VerdictKind;
  /** Of registers and stores of them whose values are distinct: see `weaker/sessions.ts`. */
  readonly readYourWrites: VerdictKind;
  readonly monotonicReads: VerdictKind;
  readonly writesFollowReads: VerdictKind;
  /** Taken beside those of the verdict. */
  readonly steps: number;
}

export interface Verdict {
  readonly kind: VerdictKind;
  /** The ways that were taken, joined by `+`: `search`, `plain`, `order-hint`, or the name of a fast path. */
  readonly method: string;
  /** Calls of the model's step function that searches asked for, whether answered from memory or not. */
  readonly steps: number;
  /** The most bytes that searches held at once: seen configurations, states, bookkeeping. */
  readonly peakBytes: number;
  readonly partitions: number;
  /** The first partition found illegal. */
  readonly illegalPartition?: IllegalPartition;
  /** Every partition found illegal, in the order in which they were found; more than one only if that was asked for. */
  readonly illegalPartitions?: readonly IllegalPartition[];
  /** Of an illegal history: partitions that were neither found ok nor illegal before the check ended. */
  readonly undecidedPartitions?: number;
  /** Only of an illegal history, and when asked for. */
  readonly weaker?: Weaker;
  /** Only after a cross-check. */
  readonly crossCheck?: CrossCheck;
  /** Only when `reason` is `disagreement`. */
  readonly difference?: Difference;
  /** Only when `kind` is `unknown`. */
  readonly reason?: UnknownReason;
}

/** How far a check has come. */
export interface Progress {
  readonly steps: number;
  readonly partitions: number;
  readonly partitionsDone: number;
  readonly bytes: number;
}
