/** How long a timer runs when a plan lists it, and when it does not; and what is told of one that chance chose. */
import { describe, expect, test } from 'vitest';
import type { TimerFate } from '../../../harness/plan/fates.ts';
import { ListedTimers, ToldTimers } from '../../../harness/world/timer-choice.ts';

const range = { min: 100, max: 200 };

describe('listed timers', () => {
  const fates: readonly TimerFate[] = [
    { node: 1, timer: 'a', nth: 2, afterUs: 150 }, { node: 0, timer: 'a', nth: 1, afterUs: 199 },
    { node: 1, timer: 'b', nth: 1, afterUs: 999 }, { node: 1, timer: 'b', nth: 2, afterUs: 1 },
  ];
  test('run as the list says, by the name of the timer and how often it was set, within the range that the node asks for', () => {
    const timers = new ListedTimers(fates, 1, 4);
    expect([timers.in(range, 'a'), timers.in(range, 'a'), timers.in(range, 'a')]).toEqual([125, 150, 125]);
    expect([timers.in(range, 'b'), timers.in(range, 'b'), timers.in(range, 'b')]).toEqual([200, 100, 125]);
  });
  test('those not listed run for a time of the node\'s own, in equal steps from the least', () => {
    expect([0, 1, 2, 3].map((node) => new ListedTimers([], node, 4).in(range, 'a'))).toEqual([100, 125, 150, 175]);
    expect([0, 1, 2].map((node) => new ListedTimers([], node, 3).in({ min: 7, max: 7 }, 'a'))).toEqual([7, 7, 7]);
  });
});

test('of timers that chance chooses each is told, with its number, where there was a choice', () => {
  const told: TimerFate[] = [];
  let next = 100;
  const timers = new ToldTimers({ in: ({ min }) => Math.max(min, next++) }, 3, (fate) => void told.push(fate));
  expect([
    timers.in(range, 'a'), timers.in({ min: 5, max: 5 }, 'a'), timers.in({ min: 5, max: 6 }, 'a'),
    timers.in(range, 'b'),
  ]).toEqual([100, 101, 102, 103]);
  expect(told).toEqual([
    { node: 3, timer: 'a', nth: 1, afterUs: 100 }, { node: 3, timer: 'a', nth: 3, afterUs: 102 },
    { node: 3, timer: 'b', nth: 1, afterUs: 103 },
  ]);
});
