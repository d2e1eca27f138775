/** What the main thread and its workers say to each other: one request at a time, one reply to each. */
import type { Finding } from './findings.ts';
import type { ParameterValues } from './parameters.ts';
import type { VisitedBuffers } from './visited.ts';
import type { Walked } from './random-walk.ts';

/** Which model to make, in every worker anew: functions do not cross threads. */
export interface ModelSource {
  readonly moduleUrl: string;
  readonly name: string;
  readonly values: ParameterValues;
}

export interface WorkerSetup {
  readonly source: ModelSource;
  readonly hasSymmetry: boolean;
  /** Position of this worker's numbers in `control`. */
  readonly index: number;
  /** A stop flag, then `numbersPerWorker` numbers of every worker, for progress. */
  readonly control: SharedArrayBuffer;
}

/** Found and generated in this round, and waiting. */
export const numbersPerWorker = 3;

export type WorkerRequest =
  /** States to hold, by fingerprint: of the current level to begin with, else of the following one. */
  | {
      readonly kind: 'take';
      readonly halves: Int32Array;
      readonly start: { readonly level: number; readonly reached: readonly number[] } | null;
      readonly visited: VisitedBuffers | null;
    }
  /** States of the following level to hand over. */
  | { readonly kind: 'give'; readonly count: number }
  | {
      readonly kind: 'expand';
      readonly quota: number;
      readonly visited: VisitedBuffers | null;
      readonly next: { readonly reached: readonly number[] } | null;
    }
  | {
      readonly kind: 'walk';
      readonly seed: string;
      readonly from: number;
      readonly count: number;
      readonly maxSteps: number;
    };

export type WorkerReply =
  | { readonly kind: 'took' }
  | { readonly kind: 'gave'; readonly halves: Int32Array }
  | {
      readonly kind: 'expanded';
      readonly pause: 'level-done' | 'quota' | 'interrupted';
      /** In this round. */
      readonly found: number;
      readonly generated: number;
      readonly following: number;
      readonly waiting: number;
      readonly findings: readonly Finding[];
    }
  | ({ readonly kind: 'walked' } & Walked)
  | { readonly kind: 'failed'; readonly name: string; readonly message: string; readonly stack: string };
