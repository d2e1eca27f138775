/** How the following level is evened out between threads: who gives how many of its states to whom. */

/** Shares may differ by this part of the larger one before states move. */
const unevenMax = 0.15;

export interface Handover {
  /** Positions among the shares. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/**
 * In turn, from the largest share to the smallest while they differ much: one move fewer than there are shares.
 * @param shares how many states each thread holds
 * @param least a largest share below half of it is not worth a move
 */
export function handovers(shares: readonly number[], least: number): readonly Handover[] {
  const left = [...shares];
  const moves: Handover[] = [];
  while (moves.length < left.length - 1) {
    const from = left.indexOf(Math.max(...left));
    const to = left.indexOf(Math.min(...left));
    const difference = left[from]! - left[to]!;
    if (left[from]! < least / 2 || difference <= unevenMax * left[from]!) break;
    // A quarter, not half: who receives states must first make them again.
    const count = Math.max(1, Math.floor(difference / 4));
    left[from]! -= count;
    left[to]! += count;
    moves.push({ from, to, count });
  }
  return moves;
}
