/** Plans that once failed: which are run, and what each comes to. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Verdict } from '../../../checkers/verdict.ts';
import { regressionFiles, runRegression } from '../../../harness/campaign/regressions.ts';
import { printPlan } from '../../../harness/plan/plan-file.ts';
import { greedy, pinger, toy, toyPlan } from '../faults/toys.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-regressions-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'b.json');
writeFileSync(path, printPlan(toyPlan({ showed: 'P: d' })));
for (const name of ['c.json', 'a.json', 'notes.txt']) writeFileSync(join(folder, name), '');

test('the plans of a folder are all of its plans, by name; of no folder there are none', () => {
  expect(regressionFiles(folder)).toEqual(['a.json', 'b.json', 'c.json'].map((name) => join(folder, name)));
  expect(regressionFiles(join(folder, 'none'))).toEqual([]);
});

describe('a regression', () => {
  const ends = (verdict: Verdict) => {
    const plain = toy([pinger(), greedy]);
    return runRegression(
      path,
      new Map([
        [
          'toy',
          { ...plain, observer: (plan, durableOf) => ({ ...plain.observer(plan, durableOf), finish: () => verdict }) },
        ],
      ]),
    );
  };
  test('that passes', () =>
    expect(ends({ kind: 'ok' })).toEqual({ path, showed: 'P: d', outcome: 'passed', detail: '' }));
  test('that fails again', () =>
    expect(ends({ kind: 'violation', property: 'Q', detail: 'e' })).toEqual({
      path, showed: 'P: d', outcome: 'violation', detail: 'Q: e',
    }));
  test('a regression that nobody knows of is no pass', () =>
    expect(ends({ kind: 'unknown', detail: 'u' })).toEqual({ path, showed: 'P: d', outcome: 'unknown', detail: 'u' }));
  test('that does not fit any more', () =>
    expect(runRegression(path, new Map())).toMatchObject({
      outcome: 'doesNotFit', detail: expect.stringContaining('there is no system "toy"'),
    }));
});
