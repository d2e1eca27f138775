/** Seeds that are not told one by one are counted, and it is said where all of them are. */
import { expect, test } from 'vitest';
import type { Failure } from '../../../harness/campaign/campaign.ts';
import { leftOutText } from '../../../harness/cli/report-failures.ts';

const failures = (count: number): readonly Failure[] =>
  Array.from({ length: count }, (_, i) => ({
    seed: i + 1, property: 'Log Matching', detail: '', step: 1, atUs: 0, digest: '0'.repeat(16),
  }));

test.each([
  [0, ''],
  [1, '  1 more failing seed not shrunk: 1\n'],
  [20, '  20 more failing seeds not shrunk: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20\n'],
  [
    23,
    '  23 more failing seeds not shrunk: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 and 3 more not listed: the results as JSON have all\n',
  ],
])('%i of them', (count, text) => expect(leftOutText(failures(count))).toBe(text));
