/**
 * The table of `whitewater lab`: each test's verdict is its worst, what failed is told below, and the sums are over
 * all.
 */
import { describe, expect, test } from 'vitest';
import { emptyRow, type LabRow } from '../../../harness/campaign/lab.ts';
import { labJson, labTable, planKey, type LabFacts } from '../../../harness/report/lab-table.ts';

const row = (parts: Partial<LabRow> = {}): LabRow => ({
  ...emptyRow('lab/2A-1'), seeds: 10, passed: 10, virtualUs: 5_000_000, wallMs: 20, cpuMs: 40, calls: 1000,
  operations: 8, ...parts,
});
const facts = (rows: readonly LabRow[], parts: Partial<LabFacts> = {}): LabFacts => ({
  asked: '2A', rows, wallMs: 50, endedEarly: null, planPaths: new Map(), ...parts,
});
const failure = (seed: number) => ({ seed, property: 'P', detail: 'd', step: 12, atUs: 3_000_000, digest: '0' });
const wrong = {
  faults: [{ seed: 1, message: 'oops' }],
  nondeterministic: [{ seed: 2, digests: ['a', 'b'] as const, differs: ['digest: a and b'] }],
  violations: [failure(3)],
  undrawn: [{ seed: 4, detail: 'seed 4: x' }],
  unknowns: [{ seed: 5, detail: 'budget' }],
};
const verdictOf = (parts: Partial<LabRow>): string =>
  labTable(facts([row(parts)]))
    .split('\n')[1]!
    .split(/\s{2,}/)
    .at(-1)!;

test('a row holds what was measured', () => {
  expect(
    labTable(facts([row()]))
      .split('\n')
      .slice(0, 2)
      .map((line) => line.split(/\s{2,}/)),
  ).toEqual([
    ['test', 'seeds', 'virtual s', 'wall ms', 'RPCs', 'operations', 'verdict'],
    ['lab/2A-1', '10', '5.0', '20', '1,000', '8', 'ok'],
  ]);
});

test('numbers stand under each other, to the right', () => {
  expect(
    labTable(
      facts([
        row(),
        row({
          scenario: 'lab/2A-22', seeds: 1000, virtualUs: 123_456_789, wallMs: 12_345, calls: 7, operations: 12_000,
          passed: 1000,
        }),
      ]),
    )
      .split('\n')
      .slice(0, 3),
  ).toEqual([
    'test       seeds  virtual s  wall ms   RPCs  operations  verdict',
    'lab/2A-1      10        5.0       20  1,000           8  ok',
    'lab/2A-22  1,000      123.5   12,345      7      12,000  ok',
  ]);
});

test('the verdict of a test is the worst of its seeds', () => {
  const { faults, nondeterministic, violations, undrawn, unknowns } = wrong;
  expect(
    [
      { ...wrong }, { nondeterministic, violations, undrawn, unknowns }, { violations, undrawn, unknowns },
      { undrawn, unknowns }, { unknowns }, {}, { passed: 9 }, { seeds: 0, passed: 0 }, { faults },
    ].map(verdictOf),
  ).toEqual([
    'FAULT of the harness in 1', 'NOT DETERMINISTIC in 1', 'VIOLATION in 1', 'NOT RUN in 1', 'UNKNOWN in 1', 'ok',
    'NOT RUN', 'NOT RUN', 'FAULT of the harness in 1',
  ]);
});

describe('what failed is told below, three of each test', () => {
  test('each kind with its seed and how to see it again', () => {
    const lines = (parts: Partial<LabRow>): readonly string[] =>
      labTable(facts([row(parts)], { planPaths: new Map([[planKey('lab/2A-1', 5), 'a b.json']]) }))
        .split('\n')
        .slice(2, -2);
    expect(
      lines({ faults: wrong.faults, nondeterministic: wrong.nondeterministic, violations: wrong.violations }),
    ).toEqual([
      '',
      'lab/2A-1',
      '  seed 1: a fault of the harness itself: oops',
      '  seed 2: two runs differ in digest: a and b',
      '  seed 3: P: d',
      '    at step 12, virtual time 3,000.000 ms; again: whitewater replay 3 --scenario lab/2A-1',
      '',
    ]);
    expect(lines({ undrawn: wrong.undrawn, unknowns: wrong.unknowns })).toEqual([
      '', 'lab/2A-1', '  seed 4: x', "  seed 5: unknown: budget; again: whitewater replay 'a b.json'", '',
    ]);
    expect(lines({ violations: [1, 2, 3, 4, 5].map(failure) }).at(-2)).toBe(
      '  and 2 more not shown: --json FILE has all',
    );
    expect(lines({})).toEqual(['']);
  });
});

describe('the last line', () => {
  test('of runs that took no time divides by none of it', () => {
    expect(
      labTable(facts([row({ wallMs: 0, cpuMs: 0 })]))
        .split('\n')
        .at(-2),
    ).toBe(
      '2A: 10 of 10 runs of 1 test passed; 5 virtual s in 0 ms (0 times faster), 0 ms of CPU; 1,000 RPCs; 8 operations checked, 0 per CPU second',
    );
  });
  test('sums all tests', () => {
    const text = labTable(facts([row(), row({ scenario: 'lab/2A-2', passed: 7, calls: 500, operations: 1 })]));
    expect(text.split('\n').at(-2)).toBe(
      '2A: 17 of 20 runs of 2 tests passed; 10 virtual s in 40 ms (250 times faster), 80 ms of CPU; 1,500 RPCs; 9 operations checked, 113 per CPU second',
    );
  });
  test('says before it why not all was run', () =>
    expect(
      labTable(facts([row()], { endedEarly: 'interrupted after 1 of 2 runs' }))
        .split('\n')
        .at(-3),
    ).toBe('interrupted after 1 of 2 runs'));
});

test('as JSON: all of it', () => {
  const rows = [row(wrong), row({ unknowns: [...wrong.unknowns, ...wrong.unknowns] })];
  const json = JSON.parse(labJson(facts(rows, { endedEarly: 'e' }))) as { totals: Record<string, number> };
  expect(json).toMatchObject({ format: 'whitewater-lab', version: 1, asked: '2A', endedEarly: 'e', tests: rows });
  expect(json.totals).toEqual({
    tests: 2, runs: 20, passed: 20, virtualUs: 10_000_000, busyMs: 40, cpuMs: 80, calls: 2000, operations: 16,
    wallMs: 50, violations: 1, unknown: 3,
  });
});
