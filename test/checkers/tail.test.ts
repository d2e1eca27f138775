/** Values by index of which the first are forgotten: indexes stay what they were. */
import { expect, test } from 'vitest';
import { Tail } from '../../checkers/tail.ts';

test('what is forgotten is undefined, and what is not keeps its index', () => {
  const tail = new Tail('zero');
  tail.push('one');
  tail.push('two');
  tail.set(4, 'four');
  expect([tail.firstIndex, tail.lastIndex, tail.at(0), tail.at(2), tail.at(3)]).toEqual([
    0, 4, 'zero', 'two', undefined,
  ]);
  tail.forgetBelow(2);
  tail.push('five');
  expect([tail.firstIndex, tail.lastIndex, tail.at(1), tail.at(2), tail.at(4), tail.at(5)]).toEqual([
    2, 5, undefined, 'two', 'four', 'five',
  ]);
  tail.forgetBelow(1);
  expect([tail.firstIndex, tail.at(2)]).toEqual([2, 'two']);
});
