/** What each kind of fact means: README.md's table of exit codes, row by row. */
import { describe, expect, test } from 'vitest';
import {
  exitCode, judge, judgementText, together, type FactName, type Facts,
} from '../../../harness/campaign/judgement.ts';
import { fc, prop } from '../../support/property.ts';

/** In the order of precedence: the first that is there decides. The compiler sees to it that no kind is left out. */
const rows: Readonly<Record<FactName, readonly [number, string]>> = {
  checkerDisagreements: [5, '1 check and the general search disagree: x'],
  harnessFaults: [5, '1 run ended by a fault of the harness itself: x'],
  unbalanced: [5, 'the books of the harness do not balance: x'],
  worldsApart: [5, '1 counterexample of the explorer that the simulator does not find: x'],
  notFound: [5, '1 known bug not found: x'],
  falseAlarms: [5, '1 control reported, which breaks nothing: x'],
  idleWitnesses: [5, '1 witness of a known bug that shows nothing any more: x'],
  nondeterministic: [3, '1 run not the same when run again: x'],
  violations: [1, '1 violation: x'],
  regressionsFailing: [1, '1 regression failing again: x'],
  regressionsNotFitting: [1, '1 regression not fitting any more: x'],
  unreached: [1, '1 situation never reached: x'],
  faultsNeverOn: [1, '1 kind of fault never switched on: x'],
  faultsNeverFired: [1, '1 kind of fault on and never fired: x'],
  faultsNeverMattered: [1, '1 kind of fault fired and never mattered: x'],
  slower: [1, '1 measure of pace worse than in the baseline: x'],
  undrawn: [4, '1 seed that could not be run: x'],
  notHunted: [4, '1 known bug that cannot be hunted: x'],
  shardsForeign: [4, '1 shard of another campaign: x'],
  shardsDoubled: [4, '1 shard given twice: x'],
  unwritten: [4, '1 file that could not be written: x'],
  unknowns: [2, '1 verdict unknown: x'],
  shardsMissing: [2, '1 part of the campaign missing: x'],
  tooFewSeeds: [2, '1 thing not seen, in too few seeds to tell: x'],
  notClosed: [2, 'the space is not closed: x'],
  interrupted: [2, 'interrupted before it was done: x'],
  idle: [2, '1 thing not looked at: x'],
};
const table = (Object.entries(rows) as [FactName, readonly [number, string]][]).map(
  ([name, [code, line]]) => [name, code, line] as const,
);
const names = table.map(([name]) => name);
const factsWith = (present: readonly FactName[]): Facts => ({
  done: 10, ...Object.fromEntries(present.map((name) => [name, ['x']])),
});

describe('one fact, and nothing else', () => {
  test.each(table)('%s ends with code %i', (name, code, line) => {
    expect(judge(factsWith([name]))).toEqual({ code, line, others: [] });
  });

  test('all of them at once are told, none is left out', () => {
    const { line, others } = judge(factsWith(names));
    expect([line, ...others]).toEqual(table.map(([, , says]) => says));
  });
});

describe('a pass', () => {
  test('is when something was run and nothing is wrong', () => {
    expect(judge({ done: 1 })).toEqual({ code: 0, line: 'everything that was asked was run, and passed', others: [] });
    expect(judge({ done: 1, violations: [], interrupted: [] }).code).toBe(0);
  });

  test('is not when nothing was run at all', () => {
    expect(judge({ done: 0 })).toEqual({ code: 2, line: 'nothing was run at all', others: [] });
  });

  prop([fc.subarray(names, { minLength: 1 })])('is never when any fact is there', (present) => {
    expect(judge(factsWith(present)).code).not.toBe(exitCode.pass);
  });
});

describe('several facts', () => {
  prop([fc.subarray(names, { minLength: 1 })])(
    'the first of the table decides, and all others are told in its order',
    (present) => {
      const { code, line, others } = judge(factsWith(present));
      const rows = table.filter(([name]) => present.includes(name));
      expect(code).toBe(rows[0]![1]);
      expect([line, ...others]).toEqual(rows.map(([, , says]) => says));
    },
  );

  prop([fc.shuffledSubarray(names)])('the order in which they come in makes no difference', (present) => {
    expect(judge(factsWith(present))).toEqual(judge(factsWith(names.filter((name) => present.includes(name)))));
  });

  test('from several places are one set: lists one after the other, what was done in all', () => {
    expect(together([{ done: 2, violations: ['a'], unknowns: ['u'] }, { done: 3, violations: ['b'], idle: [] }]))
      .toEqual({ done: 5, violations: ['a', 'b'], unknowns: ['u'] });
    expect(together([])).toEqual({ done: 0 });
  });
});

describe('the line', () => {
  test('counts, and names the first three by their first lines', () => {
    expect(judge({ done: 9, violations: ['a\nmore', 'b', 'c', 'd', 'e'] }).line).toBe(
      '5 violations: a; b; c; and 2 more',
    );
    expect(judge({ done: 9, notHunted: ['a', 'b'] }).line).toBe('2 known bugs that cannot be hunted: a; b');
  });

  test('stands below a summary with the exit code, and with all else that is wrong; a pass needs none', () => {
    expect(judgementText(judge({ done: 9, violations: ['a'], interrupted: ['b'] })))
      .toBe('  exit code 1: 1 violation: a\n  also: interrupted before it was done: b\n');
    expect(judgementText(judge({ done: 9 }))).toBe('');
  });
});
