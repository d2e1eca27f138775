/** Which finds of a bug are worth shrinking: those of the shortest runs that break what the bug is said to break. */
import { expect, test } from 'vitest';
import type { Start } from '../../../harness/bugs/score.ts';
import { shortestFinds } from '../../../harness/bugs/shortest-finds.ts';

/** The seed is that of the find. */
const found = (seed: number, steps: number, property = 'P'): Start =>
  ({ from: 1, seeds: 1, events: 1, wallMs: 1, unknowns: 0, find: { seed, property, detail: 'd', steps }, fault: null });
const notFound: Start = { ...found(0, 0), find: null };

test('the shortest first, three of them', () => {
  expect(
    shortestFinds('P', [found(1, 400), found(2, 200), notFound, found(3, 500), found(4, 100), found(5, 300)]),
  ).toEqual([4, 2, 5]);
});

test('one that breaks something else is left out, however short it is', () => {
  expect(shortestFinds('P', [found(1, 10, 'Q'), found(2, 200)])).toEqual([2]);
});

test('of all when none breaks it; none when nothing was found', () => {
  expect(shortestFinds('P', [found(1, 20, 'Q'), found(2, 10, 'R')])).toEqual([2, 1]);
  expect(shortestFinds('P', [notFound])).toEqual([]);
});
