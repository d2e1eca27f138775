/** A plan that shows a bug, made as small as it gets, beside its patch: the proof that the bug can be found. */
import type { Plan } from '../plan/plan.ts';

/** The name of the witness of a patch. */
export const witnessPath = (patchPath: string): string => patchPath.replace(/\.patch$/, '.plan.json');

export interface WitnessSize {
  readonly servers: number;
  readonly clients: number;
  readonly operations: number;
  readonly faults: number;
  readonly steps: number;
}

export const sizeOf = ({ servers, clients, operations, faults }: Plan, steps: number): WitnessSize => ({
  servers, clients, operations: operations.length, faults: faults.length, steps,
});
