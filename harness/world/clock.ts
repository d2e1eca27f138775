/** The clock of a node: how much longer or shorter its timers run than they should. */
import type { FaultKind } from '../plan/fault-kinds.ts';

export interface Clock {
  /** 1000 is right; at 500 a timer fires after half of its time. */
  readonly ratePer1000: number;
  readonly kind: FaultKind;
}

export const stretched = (afterUs: number, { ratePer1000 }: Clock): number =>
  Math.floor((afterUs * ratePer1000) / 1000);
