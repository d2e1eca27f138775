/** What a survey says to the judge: each thing that keeps it from passing, and nothing that does not. */
import { describe, expect, test } from 'vitest';
import { factsOfSurvey } from '../../../harness/bugs/facts.ts';
import { judge, type Facts } from '../../../harness/campaign/judgement.ts';
import { result, start, witness } from './results.ts';

const found = result('found', { starts: [start(3, 'P'), start(9, null)], witness: witness('P') });
const missed = result('missed', { starts: [start(9, null)] });
const control = result('silent', { difficulty: 'control', property: 'none', starts: [start(9, null)] });

/** The facts that say something. */
const said = (facts: Facts): Partial<Facts> =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => !Array.isArray(value) || value.length > 0));

describe('a survey', () => {
  test('of bugs that were found and controls that were not reported passes', () => {
    const facts = factsOfSurvey('all', [found, control], false);
    expect(said(facts)).toEqual({ done: 2 });
    expect(judge(facts).code).toBe(0);
  });

  test.each([
    ['a bug that was not found', factsOfSurvey('all', [found, missed], false), { done: 2, notFound: ['missed'] }, 5],
    [
      'a bug that could not be hunted', factsOfSurvey('all', [result('odd', { trouble: 'it does not apply' })], false),
      { done: 1, notHunted: ['odd: it does not apply'] }, 4,
    ],
    [
      'a witness that shows nothing',
      factsOfSurvey('all', [result('idle', { starts: [start(1, 'P')], witness: witness(null) })], false),
      { done: 1, idleWitnesses: ['idle'] },
      5,
    ],
    [
      'a fault of the harness',
      factsOfSurvey('all', [result('hurt', { starts: [start(1, 'P')], fault: 'seed 3: RangeError' })], false),
      { done: 1, harnessFaults: ['hurt: seed 3: RangeError'] },
      5,
    ],
    ['an interruption', factsOfSurvey('all', [found], true), { done: 1, interrupted: ['1 bug hunted'] }, 2],
  ])('with %s does not', (_what, facts, expected, code) => {
    expect(said(facts)).toEqual(expected);
    expect(judge(facts).code).toBe(code);
  });

  test('with fewer oracles need not find everything', () => {
    for (const oracles of ['external', 'specification'] as const)
      expect(said(factsOfSurvey(oracles, [missed], false))).toEqual({ done: 1 });
  });
});

describe('a control that is reported', () => {
  const reported = (property: string, ...shown: readonly string[]) =>
    result('loud', { difficulty: 'control', property, starts: shown.map((one) => start(1, one)) });
  test.each([
    ['although it breaks nothing', 'none', ['P'], 'all', ['loud']],
    ['as its head says', 'P, Q', ['Q', 'P'], 'all', []],
    ['as its head says, and in another way', 'P, Q', ['Q', 'R'], 'all', ['loud']],
    ['as its head says, by an outsider', 'P', ['P'], 'external', ['loud']],
    ['as its head says, by the specification alone', 'P', ['P'], 'specification', []],
    ['in another way than its head says, by the specification alone', 'none', ['P'], 'specification', ['loud']],
  ] as const)('%s', (_what, property, shown, oracles, alarms) => {
    expect(factsOfSurvey(oracles, [reported(property, ...shown)], false).falseAlarms).toEqual(alarms);
  });
});
