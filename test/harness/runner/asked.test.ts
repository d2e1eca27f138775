/** How much a test looks at: its own words, and the environment's before them. */
import { describe, expect, test } from 'vitest';
import { boundsAsked, seedsAsked, statesAsked } from '../../../harness/runner/asked.ts';

describe('seeds', () => {
  test('without a word a hundred, from 1', () => {
    expect(seedsAsked({}, {})).toEqual({ from: 1, count: 100, shard: 1, of: 1 });
  });

  test('the test says how many, and the environment goes before it', () => {
    expect(seedsAsked({ seeds: 50, from: 7 }, {})).toEqual({ from: 7, count: 50, shard: 1, of: 1 });
    expect(
      seedsAsked(
        { seeds: 50, from: 7 }, { WHITEWATER_SEEDS: '50000', WHITEWATER_FROM: '3000001', WHITEWATER_SHARD: '2/8' },
      ),
    ).toEqual({ from: 3_000_001, count: 50_000, shard: 2, of: 8 });
  });

  test('an empty variable is none: so workflows pass on what nobody gave', () => {
    expect(seedsAsked({ seeds: 5 }, { WHITEWATER_SEEDS: '', WHITEWATER_FROM: '', WHITEWATER_SHARD: '' })).toEqual({
      from: 1, count: 5, shard: 1, of: 1,
    });
  });

  test.each([
    [{ WHITEWATER_SEEDS: 'many' }, 'WHITEWATER_SEEDS takes a whole number from 1 to 1099511627776, not "many"'],
    [{ WHITEWATER_SEEDS: '0' }, 'WHITEWATER_SEEDS takes a whole number from 1'],
    [{ WHITEWATER_FROM: '-1' }, 'WHITEWATER_FROM takes a whole number from 0'],
    [{ WHITEWATER_SHARD: '3/2' }, 'WHITEWATER_SHARD takes I/N with I from 1 to N, such as 2/8, not "3/2"'],
  ])('%j is said to be wrong, by its name', (env, says) => {
    expect(() => seedsAsked({}, env)).toThrow(says);
  });

  test('so is an option', () => {
    expect(() => seedsAsked({ seeds: 1.5 }, {})).toThrow(
      'seeds takes a whole number from 1 to 1099511627776, not "1.5"',
    );
  });
});

describe('states', () => {
  test('all of them, unless the test or the environment says how many are enough', () => {
    expect(statesAsked({}, {})).toBe(null);
    expect(statesAsked({ states: 2000 }, {})).toBe(2000);
    expect(statesAsked({ states: 2000 }, { WHITEWATER_STATES: '5' })).toBe(5);
    expect(statesAsked({ states: 2000 }, { WHITEWATER_STATES: 'all' })).toBe(null);
    expect(() => statesAsked({}, { WHITEWATER_STATES: 'some' })).toThrow('WHITEWATER_STATES takes a whole number');
  });
});

describe('time and threads', () => {
  test('no limit, this thread, and the folder of the commands', () => {
    expect(boundsAsked({}, {})).toEqual({ budgetMs: null, workers: 1, folder: 'failures' });
  });

  test('the environment goes before the test', () => {
    expect(boundsAsked({ time: '10s', workers: 2, folder: 'out' }, {})).toEqual({
      budgetMs: 10_000, workers: 2, folder: 'out',
    });
    expect(
      boundsAsked({ time: '10s', workers: 2 }, { WHITEWATER_TIME_BUDGET: '1h', WHITEWATER_WORKERS: '7' }),
    ).toMatchObject({ budgetMs: 3_600_000, workers: 7 });
  });

  test.each([
    [
      { WHITEWATER_TIME_BUDGET: 'soon' },
      'WHITEWATER_TIME_BUDGET takes a duration such as 500ms, 10s, 5m or 1h, not "soon"',
    ],
    [{ WHITEWATER_WORKERS: '0' }, 'WHITEWATER_WORKERS takes a whole number from 1 to 256, not "0"'],
  ])('%j is said to be wrong, by its name', (env, says) => {
    expect(() => boundsAsked({}, env)).toThrow(says);
  });
});
