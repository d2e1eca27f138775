/** What a check found, and what it may spend. */

export type VerdictKind = 'ok' | 'illegal' | 'unknown';

/** Why a check ended without an answer. */
export type UnknownReason = 'steps' | 'memory' | 'time' | 'aborted';

export interface CheckOptions {
  /** Steps over all partitions together. Default 200 million. */
  readonly budgetSteps?: number;
  /** Bytes held at once by all searches. Default 512 MiB. Over it the verdict is `unknown`. */
  readonly memoryBytes?: number;
  readonly signal?: AbortSignal;
  /** `auto` takes a fast path where one applies; `search` the pruned search; `plain` Porcupine's, step for step. */
  readonly method?: 'auto' | 'search' | 'plain';
  /** A convenience: the budget in steps is the one that gives the same verdict everywhere. Needs `clock`. */
  readonly timeoutMs?: number;
  /** Milliseconds from any origin, such as `() => performance.now()`. */
  readonly clock?: () => number;
}

export interface Verdict {
  readonly kind: VerdictKind;
  /** `search`, `plain`, or the names of the fast paths that were taken, joined by `+`. */
  readonly method: string;
  readonly steps: number;
  /** The most bytes that the check held at once, as it accounts for them. */
  readonly peakBytes: number;
  /** The first partition found illegal; the key is undefined for an object of one part. */
  readonly illegalPartition?: { readonly key: string | number | undefined };
  /** Only when `kind` is `unknown`. */
  readonly reason?: UnknownReason;
}
