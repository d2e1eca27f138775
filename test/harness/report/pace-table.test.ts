/** The pace of a campaign as a table, and what is slower than before. */
import { describe, expect, test } from 'vitest';
import { distributionOf } from '../../../harness/campaign/distribution.ts';
import { paceLines, slowerThan } from '../../../harness/report/pace-table.ts';

const hundred = (first: number) => distributionOf(Array.from({ length: 100 }, (_, i) => first + i));

describe('the table', () => {
  test('gives half, 90 and 99 % of the values, and the largest, in milliseconds or per operation', () => {
    expect(
      paceLines({
        answersUs: distributionOf([2000, 3000, 250_000]), writesPer100: distributionOf([150, 250]),
      })[0]!.split('\n'),
    ).toEqual([
      '  pace                        measured     half    90 %    99 %    most',
      '  an answer, while one leads         3  2.99 ms  250 ms  250 ms  250 ms',
      '  writes an operation                2     1.50    2.50    2.50    2.50',
    ]);
  });

  test('is not there when nothing was measured', () => expect(paceLines({})).toEqual([]));
});

describe('slower than before', () => {
  test('is what takes more than 1 % longer, quantile by quantile', () => {
    expect(slowerThan({ answersUs: hundred(100) }, { answersUs: hundred(100) })).toEqual([]);
    expect(slowerThan({ answersUs: hundred(100) }, { answersUs: hundred(50) })).toEqual([]);
    expect(slowerThan({ messagesPer100: distributionOf([200]) }, { messagesPer100: distributionOf([202]) })).toEqual(
      [],
    );
    expect(slowerThan({ messagesPer100: distributionOf([200]) }, { messagesPer100: distributionOf([203]) })).toEqual([
      'messages an operation: 50 % within 2.03, before within 2.00',
      'messages an operation: 90 % within 2.03, before within 2.00',
      'messages an operation: 99 % within 2.03, before within 2.00',
    ]);
  });

  test('one quantile alone is told', () => {
    const before = distributionOf([...Array.from({ length: 98 }, () => 5000), 5000, 5000]);
    const now = distributionOf([...Array.from({ length: 98 }, () => 5000), 9000, 9000]);
    expect(slowerThan({ answersUs: before }, { answersUs: now })).toEqual([
      'an answer, while one leads: 99 % within 8.96 ms, before within 4.99 ms',
    ]);
  });

  test('what is not measured any more is told, and what is new is not', () => {
    expect(slowerThan({ settledUs: distributionOf([1]) }, { answersUs: distributionOf([1]) })).toEqual([
      'until all is settled: it was measured before, and is not any more',
    ]);
  });
});
