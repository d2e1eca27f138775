/** States as lines: all of the first one, and of each later one what changed. */
import { describe, expect, test } from 'vitest';
import { allLines, changedLines, type Described } from '../../../harness/text/difference.ts';

describe('all of a state', () => {
  test.each<[Described, readonly string[]]>([
    [7, ['state: 7']],
    ['up', ['state: up']],
    [[], ['state: empty']],
    [['a', 'b'], ['state: [a, b]']],
    [[1, null, true], ['state: [1, null, true]']],
    [{ n0: { term: 1, votes: [0, 1] }, n1: 'down' }, ['n0.term: 1', 'n0.votes: [0, 1]', 'n1: down']],
    [{ log: [{ term: 1 }, { term: 2 }] }, ['log[0].term: 1', 'log[1].term: 2']],
    [{ lists: [['a'], []] }, ['lists[0]: [a]', 'lists[1]: empty']],
    [{ mixed: ['a', { b: 1 }] }, ['mixed[0]: a', 'mixed[1].b: 1']],
  ])('%j', (value, lines) => expect(allLines(value)).toEqual(lines));
});

describe('what changed', () => {
  test.each<[string, Described, Described, readonly string[]]>([
    ['nothing', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ['a value', { n0: { term: 1, vote: null } }, { n0: { term: 2, vote: null } }, ['n0.term: 1 -> 2']],
    ['the whole', 1, 'down', ['state: 1 -> down']],
    ['what a record had', { a: 1, b: 2 }, { a: 1 }, ['b: 2 -> nothing']],
    ['what it has now', { a: 1 }, { a: 1, b: { c: [1] } }, ['b: nothing -> {c [1]}']],
    ['another kind of value', { n0: { term: 1 } }, { n0: 'down' }, ['n0: {term 1} -> down']],
    ['a list of numbers, place by place', { match: [0, 1, 2] }, { match: [0, 3, 2] }, ['match[1]: 1 -> 3']],
    [
      'a list of records, place by place', { log: [{ term: 1 }, { term: 2 }] }, { log: [{ term: 1 }, { term: 3 }] },
      ['log[1].term: 2 -> 3'],
    ],
    ['a list that grew', { letters: ['a', 'b'] }, { letters: ['a', 'b', 'c'] }, ['letters: + c']],
    ['a list that shrank', { letters: ['a', 'b', 'c'] }, { letters: ['a', 'c'] }, ['letters: - b']],
    ['a list that lost and gained', { letters: ['a', 'b', 'c'] }, { letters: ['d', 'c'] }, ['letters: - a, - b, + d']],
    ['one of two equal ones', { letters: ['a', 'a'] }, { letters: ['a'] }, ['letters: - a']],
    [
      'a list of texts of which one is another', { letters: ['a', 'b'] }, { letters: ['a', 'c'] },
      ['letters: - b, + c'],
    ],
    [
      'a list of texts of which several are others', { letters: ['a', 'b', 'c'] }, { letters: ['a', 'd', 'e'] },
      ['letters[1]: b -> d', 'letters[2]: c -> e'],
    ],
    ['a list in another order', { letters: ['a', 'b'] }, { letters: ['b', 'a'] }, ['letters: in another order']],
    ['a list where there was something else', { a: [1] }, { a: { b: 1 } }, ['a: [1] -> {b 1}']],
    ['a list of nothing', { a: [] }, { a: [1] }, ['a: + 1']],
    ['records in a list that grew', { a: [{ b: 1 }] }, { a: [{ b: 1 }, { b: 2, c: [] }] }, ['a: + {b 2, c empty}']],
  ])('%s', (_what, before, after, lines) => expect(changedLines(before, after)).toEqual(lines));
  test('of nothing at first', () => expect(changedLines(undefined, { a: 1 })).toEqual(['state: nothing -> {a 1}']));
});
