/** How many walks are made, what is counted, and how a search by walks ends. */
import { expect, test } from 'vitest';
import type { Model } from '../../../harness/explore/model.ts';
import { randomSearch } from '../../../harness/explore/random-search.ts';

/** Counts up for ever; breaks at `bad`. */
const counter = (bad = -1): Model<number, number> => ({
  initialStates: () => [0],
  actions: () => [1],
  next: (state, by) => state + by,
  fingerprint: (state, hasher) => hasher.int(state),
  describeAction: String,
  describeState: (state) => state,
  properties: [
    {
      kind: 'always', name: 'not there',
      check: (state) => (state === bad ? { verdict: 'violation', detail: 'there' } : null),
    },
  ],
});

test.each([1, 63, 64, 65, 100, 200])(
  '%i walks of three steps: each state on them is generated once, and the longest has four',
  async (walks) => {
    const result = await randomSearch(counter(), { clock: () => 0, seed: '1', walks, maxSteps: 3 });
    expect(result).toMatchObject({
      end: 'walks-done', distinct: null, generated: 4 * walks, depth: 4, visitedBytes: 0, workers: 1,
      strategy: 'random',
    });
  },
);

test('a violation ends it: what would have been walked behind it is not counted', async () => {
  expect(await randomSearch(counter(2), { clock: () => 0, seed: '1', walks: 100, maxSteps: 9 })).toMatchObject({
    end: 'violation', generated: 3, depth: 3,
  });
});

test('progress is told when there was time for it, with the walks that are left; an interruption ends it behind a round', async () => {
  let nowMs = 0;
  const stop = new AbortController();
  const told: (readonly number[])[] = [];
  const result = await randomSearch(counter(), {
    clock: () => (nowMs += 150),
    seed: '1',
    walks: 1000,
    maxSteps: 3,
    signal: stop.signal,
    onProgress({ queue, generated, depth, distinct }) {
      told.push([queue, generated, depth, distinct]);
      if (told.length === 2) stop.abort();
    },
  });
  expect(told).toEqual([
    [872, 512, 4, 0], [744, 1024, 4, 0],
  ]);
  expect([result.end, result.generated]).toEqual(['interrupted', 1024]);
});

test('one that is interrupted before it begins has walked nothing', async () => {
  expect(
    await randomSearch(counter(), { clock: () => 0, seed: '1', walks: 9, maxSteps: 3, signal: AbortSignal.abort() }),
  ).toMatchObject({ end: 'interrupted', generated: 0 });
});

test('several threads need to know where the model is from', async () => {
  await expect(
    randomSearch(counter(), { clock: () => 0, seed: '1', walks: 9, maxSteps: 3, workers: 2 }),
  ).rejects.toThrow('walks on several threads need the source of the model');
});
