/** What befalls a message follows from its fate alone; each question about it has an answer of its own. */
import { describe, expect, test } from 'vitest';
import { answer, exponential, isStruck, within } from '../../../harness/world/fate.ts';
import { RandomStream, RandomStreams } from '../../../harness/world/random.ts';
import { fc, prop } from '../../support/property.ts';

const fates = Array.from({ length: 20_000 }, (_, i) => answer(i, 77));
const shareOf = (holds: (fate: number) => boolean): number =>
  Math.round((1000 * fates.filter(holds).length) / fates.length);

describe('the answers to a fate', () => {
  test('are those of MurmurHash3\'s finisher over the fate and the salt', () => {
    expect([answer(0, 0), answer(1, 0), answer(0, 1), answer(0xdeadbeef, 5)]).toEqual([
      0, 1364076727, 301794027, 3686748550,
    ]);
    expect(new Set(Array.from({ length: 10 }, (_, salt) => answer(0xdeadbeef, salt))).size).toBe(10);
  });
  test.each([
    [0, 0], [200, 10], [500, 10], [1000, 0],
  ])('at a rate of %i in 1000, so many are struck, give or take %i', (per1000, off) => {
    expect(Math.abs(shareOf((fate) => isStruck(fate, 3, per1000)) - per1000)).toBeLessThanOrEqual(off);
  });
  test('a rate of 1 in 1000 strikes, and one of 999 spares', () => {
    expect([fates.some((fate) => isStruck(fate, 3, 1)), fates.every((fate) => isStruck(fate, 3, 999))]).toEqual([
      true, false,
    ]);
  });
  test('to one question tell nothing of another: of the half that one strikes, another strikes half', () => {
    expect(Math.abs(shareOf((fate) => isStruck(fate, 1, 500) && isStruck(fate, 2, 500)) - 250)).toBeLessThan(20);
  });
  test('within a range are each of its numbers, both ends included', () => {
    expect([...new Set(fates.map((fate) => within(fate, 4, { min: 7, max: 10 })))].sort((a, b) => a - b)).toEqual([
      7, 8, 9, 10,
    ]);
  });
});

describe('exponential delays', () => {
  const delays = fates.map((fate) => exponential(fate, 100_000));
  const above = (bound: number): number =>
    Math.round((1000 * delays.filter((delay) => delay > bound).length) / delays.length);

  test('have the mean that is asked for, within 2 in 100', () => {
    expect(Math.abs(delays.reduce((sum, delay) => sum + delay, 0) / delays.length - 100_000)).toBeLessThan(2000);
  });
  test('are above the mean 368 times in 1000, above its double 135 times, above five times of it 7 times (e to the -1, -2, -5)', () => {
    for (const [times, share] of [
      [1, 368], [2, 135], [5, 7],
    ] as const)
      expect(Math.abs(above(times * 100_000) - share), `${times}`).toBeLessThanOrEqual(12 / times);
  });
  prop([fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 60_000_000 })])(
    'are whole numbers from 0 to 23 times the mean',
    (draw, mean) => {
      const delay = exponential(draw, mean);
      expect(Number.isInteger(delay) && delay >= 0 && delay <= 23 * mean).toBe(true);
    },
  );
  prop([fc.integer({ min: 1, max: 0xffffffff })])('the greater the number drawn, the shorter', (draw) => {
    expect(exponential(draw, 1_000_000)).toBeLessThanOrEqual(exponential(draw - 1, 1_000_000));
  });
});

describe('a random stream', () => {
  const streams = new RandomStreams('seed');
  const many = <T>(draw: (stream: RandomStream) => T): readonly T[] => {
    const stream = streams.stream('many');
    return Array.from({ length: 10_000 }, () => draw(stream));
  };

  test('is its seed and name, whatever else is drawn', () => {
    const first = streams.stream('a').uint32();
    streams.stream('b').uint32();
    expect(streams.stream('a').uint32()).toBe(first);
    expect(new Set([first, streams.stream('b').uint32(), new RandomStreams('other').stream('a').uint32()]).size).toBe(
      3,
    );
  });
  test('a chance of 0 in 1000 never comes, one of 1000 always, one of 250 a quarter of the time', () => {
    const counts = [0, 250, 1000].map((per1000) => many((stream) => stream.chance(per1000)).filter(Boolean).length);
    expect([counts[0], counts[2]]).toEqual([0, 10_000]);
    expect(Math.abs(counts[1]! - 2500)).toBeLessThan(150);
  });
  test('below a bound and in a range is each number, and no other', () => {
    const sorted = (numbers: readonly number[]): readonly number[] => [...new Set(numbers)].sort((a, b) => a - b);
    expect(sorted(many((stream) => stream.below(3)))).toEqual([0, 1, 2]);
    expect(sorted(many((stream) => stream.in({ min: 4, max: 6 })))).toEqual([4, 5, 6]);
    expect(sorted(many((stream) => stream.pick([1, 2, 9])))).toEqual([1, 2, 9]);
  });
  test('by weights: in their proportion, and never what weighs 0', () => {
    const drawn = many((stream) =>
      stream.weighted([
        [0, 'never'], [1, 'one'], [0, 'never'], [3, 'three'], [0, 'never'],
      ]),
    );
    expect(drawn).not.toContain('never');
    expect(Math.abs(drawn.filter((one) => one === 'one').length - 2500)).toBeLessThan(150);
    expect(() => streams.stream('x').weighted([[0, 'a']])).toThrow();
  });
  test('shuffles into each order about as often, and leaves the list as it was', () => {
    const list = [1, 2, 3] as const;
    const orders = new Map<string, number>();
    for (const order of many((stream) => stream.shuffled(list).join('')))
      orders.set(order, (orders.get(order) ?? 0) + 1);
    expect([...orders.keys()].sort()).toEqual(['123', '132', '213', '231', '312', '321']);
    for (const count of orders.values()) expect(Math.abs(count - 1667)).toBeLessThan(130);
    expect(list).toEqual([1, 2, 3]);
  });
});
