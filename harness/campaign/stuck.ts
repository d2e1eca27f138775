/** Sees, from another thread, that a run has stood still for too long, and where. */
import type { Part, Place, Pulse } from './pulse.ts';

/**
 * How long one step of the code under test may take, unless told otherwise: it takes microseconds on a quiet machine.
 */
export const stuckAfterMs = 30_000;
/** How often it is looked. */
export const lookEveryMs = 1000;

/**
 * So many times as long may take what is long by its nature: an observer checks a whole history at the end, and the
 * harness itself runs between two steps.
 */
const longTimes = 10;
const isLong: ReadonlySet<Part> = new Set(['observer', 'outside']);

const limitMsOf = ({ part }: Place, afterMs: number): number => (isLong.has(part) ? longTimes * afterMs : afterMs);

export class StuckWatch {
  private readonly pulse: Pulse;
  private readonly afterMs: number;
  private readonly mustMove: boolean;
  private beats = -1;
  private sinceMs = 0;

  /** @param mustMove whether the thread has nothing to wait for: outside of the code under test it must go on too */
  constructor(pulse: Pulse, afterMs: number, mustMove = false) {
    this.pulse = pulse;
    this.afterMs = afterMs;
    this.mustMove = mustMove;
  }

  /** Where it stands still; null while it moves, or waits. */
  look(nowMs: number): Place | null {
    const { beats } = this.pulse;
    const place = this.mustMove ? this.pulse.anyPlace : this.pulse.place;
    if (place !== null && beats === this.beats)
      return nowMs - this.sinceMs < limitMsOf(place, this.afterMs) ? null : place;
    this.beats = beats;
    this.sinceMs = nowMs;
    return null;
  }
}

/**
 * What it means that a part never came back: steps and disks are what is judged, a draw and a module are input, and who
 * judges leaves it open.
 */
export const meaningOfLoss: Readonly<Record<Part, 'violation' | 'usage' | 'unknown'>> = {
  step: 'violation', storage: 'violation', draw: 'usage', load: 'usage', processes: 'unknown', observer: 'unknown',
  outside: 'unknown',
};

export const nameOfPart: Readonly<Record<Part, string>> = {
  step: 'the code under test',
  storage: "the system's storage",
  draw: 'the draw of the scenario',
  processes: "the system's `processes`",
  observer: 'the observer',
  load: 'the module that is being loaded',
  outside: 'what stands between two steps (a function of the system, or the harness)',
};

/** For a person. */
export const stuckText = (place: Place, afterMs: number): string =>
  `${nameOfPart[place.part]} has not come back for ${limitMsOf(place, afterMs) / 1000} s${placeText(place)}: it loops`;

export function placeText(place: Place | null): string {
  if (place === null) return '';
  const { node, seed, step } = place;
  const of = seed === null ? '' : `${node === null ? ', of' : ' of'} seed ${seed}`;
  if (node !== null) return `, in step ${step}, of node ${node}${of}`;
  return step === 0 ? of : `, behind step ${step}${of.replace(', of', ' of')}`;
}
