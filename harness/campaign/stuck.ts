/** Sees, from another thread, that code under test has been inside of one step for too long. */
import type { Place, Pulse } from './pulse.ts';

/** How long one step of the code under test may take, unless told otherwise: it takes microseconds on a quiet machine. */
export const stuckAfterMs = 30_000;
/** How often it is looked. */
export const lookEveryMs = 1000;

export class StuckWatch {
  private readonly pulse: Pulse;
  private readonly afterMs: number;
  private beats = -1;
  private sinceMs = 0;

  constructor(pulse: Pulse, afterMs: number) {
    this.pulse = pulse;
    this.afterMs = afterMs;
  }

  /** Where it stands still; null while it moves, or is not inside of the code under test. */
  look(nowMs: number): Place | null {
    const { place, beats } = this.pulse;
    if (place !== null && beats === this.beats) return nowMs - this.sinceMs < this.afterMs ? null : place;
    this.beats = beats;
    this.sinceMs = nowMs;
    return null;
  }
}

/** For a person. */
export const stuckText = (place: Place, afterMs: number): string => `the code under test has not come back for ${afterMs / 1000} s${placeText(place)}: it loops`;

export const placeText = (place: Place | null): string =>
  (place === null ? '' : `, in step ${place.step}, of node ${place.node}${place.seed === null ? '' : ` of seed ${place.seed}`}`);
