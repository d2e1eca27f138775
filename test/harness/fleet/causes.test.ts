/** One entry a cause, with one key wherever it is met. */
import { expect, test } from 'vitest';
import { causeKey, causesIn } from '../../../harness/fleet/causes.ts';
import { failureWith, resultWith } from '../../support/fleet-values.ts';

test('failures of one property are one cause: the shortest run shows it, and all are counted', () => {
  const violations = [
    failureWith({ seed: 3, step: 90 }), failureWith({ seed: 5, step: 20, detail: 'two leaders in term 8' }),
    failureWith({ seed: 9, property: 'Log Matching', detail: 'x' }),
  ];
  expect(causesIn(resultWith({ violations }), 77)).toEqual([
    {
      cause: {
        key: causeKey('Election Safety', ''), property: 'Election Safety', detail: 'two leaders in term 8', seed: 5,
        isLost: false, atMs: 77,
      },
      seeds: 2,
    },
    {
      cause: {
        key: causeKey('Log Matching', ''), property: 'Log Matching', detail: 'x', seed: 9, isLost: false, atMs: 77,
      },
      seeds: 1,
    },
  ]);
});

test('exceptions are told apart by their words, not by their numbers', () => {
  expect(causeKey('No Exception', 'n0 threw: no entry 17')).toBe(causeKey('No Exception', 'n2 threw: no entry 4'));
  expect(causeKey('No Exception', 'n0 threw: no entry 17')).not.toBe(causeKey('No Exception', 'n0 threw: no vote'));
  expect(causeKey('Election Safety', '')).toMatch(/^[0-9a-f]{8}$/);
});

test('a run that was lost with its thread is marked: there is nothing to shrink', () => {
  expect(
    causesIn(resultWith({ violations: [failureWith({ isLost: true })] }), 0).map(({ cause }) => cause.isLost),
  ).toEqual([true]);
});
