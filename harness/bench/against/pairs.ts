/**
 * What pairs of readings say: both revisions are read in turns, and each reading is held against its neighbour, so that
 * a machine that grows slower meanwhile slows both. The median of such ratios is the figure, their range its doubt.
 */

/** Which of two readings of a metric is the better one. */
export type Better = 'more' | 'less';

export interface Comparison {
  /** Medians. */
  readonly here: number;
  readonly other: number;
  /** How many times as good this tree is, pair by pair: above 1 it is the better one. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Of an even number of them the lower of the two in the middle: a value that was measured. @throws RangeError of none
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('there is no median of nothing');
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1]!;
}

/**
 * @param here readings of this tree; those of the other revision stand at the same places. @throws RangeError when one
 * is alone
 */
export function compared(here: readonly number[], other: readonly number[], better: Better): Comparison {
  if (here.length !== other.length)
    throw new RangeError(`${here.length} readings cannot be held against ${other.length}`);
  const ratios = here.map((value, at) => timesAsGood(value, other[at]!, better));
  return {
    here: median(here), other: median(other), median: median(ratios), least: Math.min(...ratios),
    most: Math.max(...ratios),
  };
}

/** Two zeros are equally good. */
function timesAsGood(here: number, other: number, better: Better): number {
  if (here === other) return 1;
  return better === 'more' ? here / other : other / here;
}

/** A single pair may be anything on a busy machine: the median decides. */
export const isBelow = ({ median }: Comparison, floor: number): boolean => median < floor;

/** Who is read first, turn by turn: each is first as often as the other. */
export const orderOf = <T,>(pair: number, here: T, other: T): readonly [T, T] =>
  pair % 2 === 0 ? [here, other] : [other, here];
