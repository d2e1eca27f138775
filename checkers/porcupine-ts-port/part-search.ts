/** A search over one partition that can be interrupted at every step. */

export type SearchOutcome = 'ok' | 'illegal' | 'paused' | 'memory';

export interface PartSearch {
  readonly steps: number;
  /** Bytes held now, and the most held at once so far. */
  readonly sizeBytes: number;
  readonly peakBytes: number;
  /** The last return that it came to. */
  readonly furthestReturn: number;
  /** Goes on for at most `maxSteps` further steps and within `maxBytes`; may be called again after `paused`. */
  run(maxSteps: number, maxBytes: number): SearchOutcome;
}
