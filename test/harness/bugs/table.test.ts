/** A survey as a person reads it. */
import { describe, expect, test } from 'vitest';
import { cellsOf, sideBySide, summaryOf, sumRows, tableOf, type Done } from '../../../harness/bugs/table.ts';
import type { BugResult } from '../../../harness/bugs/survey.ts';
import { result, start, witness } from './results.ts';

const found = result('found', { starts: [start(3, 'P'), start(1200, 'P'), start(5, 'Q')], witness: witness('P') });
const missed = result('missed', { difficulty: 'hard', starts: [start(9, null), start(1234, null), start(2, 'P')] });
const control = result('control', { difficulty: 'control', property: 'none', starts: [start(9, null)] });
const odd = result('odd', { trouble: 'own/odd.patch: it does not apply' });

const done = (results: readonly BugResult[], oracles: Done['round']['oracles'] = 'all'): Done => ({
  round: {
    bugs: [...results, found].map(({ bug }) => bug), seedsMax: 40, starts: 3, from: 1, scenario: 'swarm', oracles,
  },
  results,
  wallMs: 61_000,
});

describe('a row', () => {
  test.each([
    [
      'one that was found',
      found,
      ['found', 'Log', 'easy', '3/3', '5', '1,200', '5.0k', '50 ms', 'P (2), 1 more', '12 steps'],
    ],
    [
      'one that most starting points did not find', missed,
      ['missed', 'Log', 'hard', '1/3', '>1,234', '>1,234', '-', '-', 'P', '-'],
    ],
    ['a control', control, ['control', 'Log', 'control', '0/1', '-', '-', '-', '-', '-', '-']],
    ['one that could not be hunted', odd, ['odd', 'Log', 'easy', '0/0', '-', '-', '-', '-', 'cannot be hunted', '-']],
    ['a witness of one step', result('one', { witness: witness('P', 1) }), expect.arrayContaining(['1 step'])],
    [
      'a witness that shows nothing', result('idle', { witness: witness(null) }),
      expect.arrayContaining(['THE WITNESS SHOWS NOTHING']),
    ],
  ])('of %s', (_what, one, cells) => expect(cellsOf(one)).toEqual(cells));

  test('stands in columns of fixed widths, numbers at their right', () => {
    const [head, row] = tableOf([found], true).split('\n');
    expect(head).toMatch(
      /^bug {37} {2}category {16} {2}difficulty {2} {2}found {3}median {6}p90 {3}events {6}wall {2}first violated {26} {2}shrunk to$/,
    );
    expect(row!.indexOf('3/3') + 3).toBe(head!.indexOf('found') + 5);
    expect(tableOf([found], false)).toBe(row);
    expect(tableOf([], true)).toBe(head);
  });
});

describe('sums', () => {
  const of = (difficulty: 'easy' | 'medium' | 'hard', ...seeds: readonly (number | null)[]): readonly BugResult[] =>
    seeds.map((one, i) =>
      result(`${difficulty}${i}`, { difficulty, starts: [start(one ?? 9, one === null ? null : 'P')] }),
    );

  test('are made for each difficulty that there is: how many are found, the middle one, and how many as soon as they should be', () => {
    expect(
      sumRows([...of('easy', 1, 10, 11), ...of('medium', 100, 101), ...of('hard', 2000, 3000, null, null)]),
    ).toEqual([
      ['easy', '3 of 3', '10', '2 within 10'], ['medium', '2 of 2', '100', '1 within 100'],
      ['hard', '2 of 4', '3,000', '1 within 2,000'],
    ]);
    expect(sumRows([...of('hard', null, null, 7), control])).toEqual([['hard', '1 of 3', '-', '1 within 2,000']]);
  });
});

describe('the summary', () => {
  test('has the sums, and nothing that is not amiss', () => {
    expect(summaryOf(done([found, control]), false)).toBe(
      '\noracles all: 2 bugs, 1m01s\n         found  median of medians      medians\n  easy  1 of 1                  5  1 within 10\n',
    );
  });

  test('names what is amiss, and why', () => {
    const loud = result('loud', {
      difficulty: 'control', property: 'none', starts: [start(1, 'P'), start(2, 'P'), start(1, 'Q', { unknowns: 2 })],
    });
    const idle = result('idle', { starts: [start(1, 'P', { unknowns: 1 })], witness: witness(null) });
    const hurt = result('hurt', { starts: [start(1, 'P')], fault: 'one\ntwo\nthree\nfour\nfive' });
    const text = summaryOf(done([result('never', { starts: [start(9, null)] }), loud, idle, hurt, odd]), true);
    expect(text).toContain('oracles all: 5 bugs of 6, interrupted, ');
    expect(text.slice(text.indexOf('\nNot found'))).toBe([
      '', 'Not found:', '  never',
      '', 'Controls that were reported:', '  loud: P (2), Q (1)',
      '', 'Witnesses that show nothing any more:', '  idle: own/x.plan.json',
      '', 'Faults of the harness itself:', '  hurt: one', '    two', '    three', '    four',
      '', 'Open verdicts:', '  loud: 2', '  idle: 1',
      '', 'Cannot be hunted:', '  odd: own/odd.patch: it does not apply', '',
    ].join('\n'));
  });
});

test('rounds with several sets of oracles stand side by side; one that was not hunted in a round is a dash', () => {
  const external = done([result('found', { starts: [start(7, 'P')] })], 'external');
  expect(
    sideBySide([done([found, missed]), { ...external, results: [{ ...external.results[0]!, bug: found.bug }] }]),
  ).toEqual([
    ['bug', 'difficulty', 'all', 'external'], ['found', 'easy', '3/3, 5', '1/1, 7'],
    ['missed', 'hard', '1/3, >1,234', '-'],
  ]);
});
