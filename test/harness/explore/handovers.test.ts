/** The following level is evened out between threads, and not for a few states. */
import { expect, test } from 'vitest';
import { handovers } from '../../../harness/explore/handovers.ts';

test.each([
  ['one share has nobody to give to', [100], 1, []],
  ['equal shares stay', [100, 100], 1, []],
  ['so do those that differ by 15 of 100', [100, 85], 1, []],
  ['a quarter of the difference goes from the largest to the smallest', [100, 20], 1, [{ from: 0, to: 1, count: 20 }]],
  ['whatever place they have', [20, 60, 100], 1, [{ from: 2, to: 0, count: 20 }, { from: 2, to: 0, count: 10 }]],
  ['what was given is not given again', [100, 0, 0], 1, [{ from: 0, to: 1, count: 25 }, { from: 0, to: 2, count: 18 }]],
  ['at least one', [1, 0], 1, [{ from: 0, to: 1, count: 1 }]],
  ['a level of few states is not worth a move', [49, 0], 100, []],
  ['one of half as many as are worth sharing is', [50, 0], 100, [{ from: 0, to: 1, count: 12 }]],
])('%s', (_what, shares, least, moves) => expect(handovers(shares, least)).toEqual(moves));
