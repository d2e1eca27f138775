/** The timers of a node: one place in the queue each, put off when it comes up too early. */
import { expect, test } from 'vitest';
import { FaultAccounts } from '../../../harness/world/accounts.ts';
import { Timers, type Timer } from '../../../harness/world/timers.ts';

function timed() {
  const world = { nowUs: 0, accounts: new FaultAccounts() };
  const places: [timer: Timer, dueUs: number][] = [];
  return {
    world, places, timers: new Timers(world, (timer, dueUs) => void places.push([timer, dueUs])),
    dues: () => places.map(([, dueUs]) => dueUs),
  };
}

test('one that is set again for later keeps its place, and is put off when that comes up', () => {
  const { world, places, timers, dues } = timed();
  timers.set('a', 10, null);
  timers.set('a', 30, null);
  expect(dues()).toEqual([10]);
  world.nowUs = 10;
  expect([timers.isDue(places[0]![0], 10), dues()]).toEqual([false, [10, 30]]);
  world.nowUs = 30;
  expect([
    timers.isDue(places[0]![0], 30), timers.fires(places[0]![0], false), timers.fires(places[0]![0], false),
  ]).toEqual([true, true, false]);
});

test('one that is set again for sooner gets another place, and the old one is nothing', () => {
  const { world, places, timers, dues } = timed();
  timers.set('a', 30, null);
  timers.set('a', 10, null);
  expect(dues()).toEqual([30, 10]);
  world.nowUs = 30;
  expect([timers.isDue(places[0]![0], 30), timers.isDue(places[0]![0], 10)]).toEqual([false, true]);
});

test('one that fires once only is forgotten; any other is known by its name when it is set again', () => {
  const { world, places, timers } = timed();
  for (const [isOnce, isSame] of [[false, true], [true, false]] as const) {
    const name = `once ${isOnce}`;
    const from = places.length;
    timers.set(name, 10, null);
    world.nowUs += 10;
    const [first, dueUs] = places[from]!;
    expect([timers.isDue(first, dueUs), timers.fires(first, isOnce)]).toEqual([true, true]);
    timers.set(name, 10, null);
    expect(places[from + 1]![0] === first).toBe(isSame);
  }
});
