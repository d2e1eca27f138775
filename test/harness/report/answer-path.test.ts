/** How an answer came to be: from where the client heard it, back by the senders of the messages. */
import { describe, expect, test } from 'vitest';
import type { Account, Row } from '../../../harness/report/account.ts';
import { answerPath, clashingAnswers, heardOf } from '../../../harness/report/answer-path.ts';

const row = (message: number | null = null, operation: number | null = null): Row =>
  ({ message, operation }) as unknown as Row;
const account = (rows: readonly Row[], ...sentBy: readonly (number | null)[]): Account =>
  ({ rows, messages: sentBy.map((by) => ({ sentBy: by })) }) as unknown as Account;
/**
 * 0: c0 asks for 7; 1: a server takes it and answers; 2: c0 hears; 3: c1 asks for 8; 4: a server answers; 5: c1 hears;
 * 6: c1 hears once more.
 */
const asked = account([row(null, 7), row(0), row(1, 7), row(null, 8), row(2), row(3, 8), row(4, 8)], 0, 1, 3, 4, null);
const story = (clash: readonly number[], blocked: number | null = null) => ({
  key: null, why: '', clash, longest: [], blocked,
});

describe('the path of an answer', () => {
  test('begins where it was heard last, and goes back to where it began', () =>
    expect(answerPath(asked, 7)).toEqual([2, 1, 0]));
  test('ends where nobody is known to have sent it', () => expect(answerPath(asked, 8)).toEqual([6]));
  test('is empty where there is no answer, or no operation', () => {
    expect([answerPath(asked, 9), answerPath(asked, null), answerPath(account([row(null, 7)]), 7)]).toEqual([
      [], [], [],
    ]);
  });
  test('has eight steps at most', () => {
    const rows = Array.from({ length: 12 }, (_, i) => row(i === 0 ? null : i - 1, i === 11 ? 7 : null));
    expect(answerPath(account(rows, ...Array.from({ length: 11 }, (_, i) => i)), 7)).toEqual([
      11, 10, 9, 8, 7, 6, 5, 4,
    ]);
  });
  test('of an answer in the very first row is that row', () =>
    expect(answerPath(account([row(0, 7)], null), 7)).toEqual([0]));
});

describe('what clashes', () => {
  const many = account(
    [row(0, 1), row(1, 2), row(2, 3), row(3, 4), row(4, 5), row(5, 6), row(6)], null, 6, 6, 6, 6, 6, null,
  );
  test('is told by its answer and who gave it, of the last four beside the one without a place', () => {
    expect(clashingAnswers(many, story([1, 2, 3, 4, 5, 6], 6))).toEqual([1, 6, 2, 6, 3, 6, 4, 6]);
    expect(clashingAnswers(asked, story([7, 8], 8))).toEqual([2, 1]);
    expect(clashingAnswers(asked, story([7, 9]))).toEqual([2, 1]);
  });
  test('was heard where its clients heard it, of those that heard', () => {
    expect(heardOf(asked, story([8, 9, 7]))).toEqual([6, 2]);
    expect(heardOf(account([row(0, 7)], null), story([7]))).toEqual([0]);
  });
});
