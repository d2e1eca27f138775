/** Ways that are slow or stand still, and traps: nothing is lost on them, and each thing arrives when it should. */
import { beforeEach, expect, test } from 'vitest';
import type { Trap } from '../../../harness/faults/breakable.ts';
import { Links } from '../../../harness/world/links.ts';

let posted: string[] = [];
let fired: string[] = [];
let links: Links;
beforeEach(() => {
  posted = [];
  fired = [];
  links = new Links(
    3,
    (from, to, message, delayUs, struckBy) =>
      posted.push(`${from}>${to} ${String(message)} +${delayUs}${struckBy === null ? '' : ` ${struckBy}`}`),
    (kind) => fired.push(kind),
  );
});
const pass = (from: number, to: number, message: string): void => links.pass(from, to, message, 5, null);
const trap = (wants: Trap['wants']): Trap => ({ kind: 'holdAcrossLeaderships', caught: null, wants });

test('without a fault everything passes as it is', () => {
  expect(links.isIdle).toBe(true);
  links.pass(0, 1, 'a', 5, 'late');
  expect(posted).toEqual(['0>1 a +5 late']);
});

test('a slow way adds its time, in its direction only, until it is quick again; the later fault counts', () => {
  links.slowDown(0, 1, 100, 'slowLink');
  expect(links.isIdle).toBe(false);
  pass(0, 1, 'a');
  pass(1, 0, 'b');
  links.slowDown(0, 1, 30, 'slowLink');
  pass(0, 1, 'c');
  links.speedUp(0, 1);
  pass(0, 1, 'd');
  expect([posted, fired, links.isIdle]).toEqual([
    ['0>1 a +105 slowLink', '1>0 b +5', '0>1 c +35 slowLink', '0>1 d +5'], ['slowLink', 'slowLink'], true,
  ]);
});

test('a clogged way lets go of all in its order once nothing clogs it any more', () => {
  links.clog(0, 1, 'clog');
  links.clog(0, 1, 'clog');
  pass(0, 1, 'a');
  pass(1, 0, 'b');
  pass(0, 1, 'c');
  links.unclog(0, 1);
  expect([posted, links.isIdle]).toEqual([['1>0 b +5'], false]);
  links.unclog(0, 1);
  expect([posted, fired, links.isIdle]).toEqual([
    ['1>0 b +5', '0>1 a +5 clog', '0>1 c +5 clog'], ['clog', 'clog'], true,
  ]);
});

test('a trap catches the first message that it wants, and no other; what it caught goes on once', () => {
  const one = trap((from, to) => from === 0 && to === 1);
  links.set(one);
  pass(1, 0, 'x');
  pass(0, 1, 'a');
  pass(0, 1, 'b');
  expect([posted, one.caught]).toEqual([['1>0 x +5', '0>1 b +5'], { from: 0, to: 1, message: 'a', delayUs: 5 }]);
  links.release(one);
  links.release(one);
  expect([posted.slice(2), links.isIdle]).toEqual([['0>1 a +5 holdAcrossLeaderships'], true]);
});

test('what was caught in vain counts for nothing; a trap that caught nothing lets nothing go', () => {
  const [one, other] = [trap(() => true), trap(() => false)];
  links.set(one);
  links.set(other);
  pass(0, 1, 'a');
  links.release(one, false);
  links.release(other);
  expect([posted, links.isIdle]).toEqual([['0>1 a +5'], true]);
});
