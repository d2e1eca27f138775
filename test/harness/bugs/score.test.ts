/** How the hunts from several starting points become one score. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { percentile, scoreOf, type Start } from '../../../harness/bugs/score.ts';
import { Slots } from '../../../harness/bugs/slots.ts';
import { asyncProp, prop } from '../../support/property.ts';

const start = (seeds: number, property: string | null): Start => ({
  from: 1, seeds, events: seeds * 100, wallMs: seeds, unknowns: 0, fault: null,
  find: property === null ? null : { seed: seeds, property, detail: '', steps: 10 },
});

describe('percentiles of seeds until found', () => {
  test('of 20 the median is the 10th and the 90th percentile the 18th (nearest rank)', () => {
    const starts = Array.from({ length: 20 }, (_, i) => start(20 - i, 'P'));
    expect(percentile(starts, 50, ({ seeds }) => seeds)).toBe(10);
    expect(percentile(starts, 90, ({ seeds }) => seeds)).toBe(18);
  });

  test('starting points that did not find it are later than all that did', () => {
    const starts = [
      ...Array.from({ length: 11 }, () => start(7, 'P')), ...Array.from({ length: 9 }, () => start(10_000, null)),
    ];
    expect(percentile(starts, 50, ({ seeds }) => seeds)).toBe(7);
    expect(percentile(starts, 90, ({ seeds }) => seeds)).toBeNull();
  });

  const anyStart = fc
    .tuple(fc.integer({ min: 1, max: 50 }), fc.boolean())
    .map(([seeds, isFound]) => start(seeds, isFound ? 'P' : null));
  prop([fc.array(anyStart, { minLength: 1 }), fc.integer({ min: 1, max: 100 }), fc.nat()])(
    'a starting point that finds it sooner never makes a percentile later',
    (starts, percent, at) => {
      const place = at % starts.length;
      const better = starts.map((one, i) => (i === place ? start(0, 'P') : one));
      const asSeeds = ({ seeds }: Start): number => seeds;
      expect(percentile(better, percent, asSeeds) ?? Infinity).toBeLessThanOrEqual(
        percentile(starts, percent, asSeeds) ?? Infinity,
      );
    },
  );

  test('properties are told with the most frequent first', () => {
    expect(scoreOf([start(1, 'A'), start(2, 'B'), start(3, 'B'), start(9, null)])).toMatchObject({
      starts: 4,
      found: 3,
      properties: [
        ['B', 2], ['A', 1],
      ],
      medianSeeds: 2,
    });
  });
});

asyncProp([fc.integer({ min: 1, max: 4 }), fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 })])(
  'no more pieces of work run at once than there are slots, and all are done',
  async (size, works) => {
    const slots = new Slots(size);
    let running = 0;
    let most = 0;
    const done = await Promise.all(
      works.map((turns, i) =>
        slots.use(async () => {
          running += 1;
          most = Math.max(most, running);
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          running -= 1;
          return i;
        }),
      ),
    );
    expect(done).toEqual(works.map((_, i) => i));
    expect(most).toBeLessThanOrEqual(size);
    expect(running).toBe(0);
  },
);

test('a slot is free again when its work is done, or failed', async () => {
  const slots = new Slots(1);
  await expect(slots.use(async () => Promise.reject(new Error('work')))).rejects.toThrow('work');
  const begun: number[] = [];
  const begin = (n: number): Promise<number> => slots.use(async () => begun.push(n));
  await Promise.race([begin(1), Promise.resolve()]);
  expect(begun).toEqual([1]);
  await Promise.race([begin(2).then(() => begin(3)), new Promise((resolve) => setImmediate(resolve))]);
  expect(begun).toEqual([1, 2, 3]);
});
