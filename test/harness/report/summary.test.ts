/** A campaign told as text: every kind of finding is told, counted, and what is left out is said. */
import { describe, expect, test } from 'vitest';
import { emptyResult, type ChunkResult, type Failure } from '../../../harness/campaign/campaign.ts';
import { summaryText, type CampaignFacts } from '../../../harness/report/summary.ts';

const failure = (seed: number, property = 'P', detail = 'd'): Failure => ({
  seed, property, detail, step: 1234, atUs: 5_000_007, digest: '0',
});
const told = (result: Partial<ChunkResult>, facts: Partial<CampaignFacts> = {}): readonly string[] =>
  summaryText({
    result: { ...emptyResult('swarm'), seeds: 20, passed: 20, ...result }, holds: [], asked: 'seeds 1 to 20',
    workers: 2, wallMs: 4000, endedEarly: null, replayOptions: '', planPaths: new Map(), ...facts,
  }).split('\n');
const rest = (lines: readonly string[], from: string): readonly string[] =>
  lines.slice(lines.findIndex((line) => line.startsWith(from)));

describe('a campaign in which all is well', () => {
  const lines = told({
    operations: 12_345,
    events: 80_000,
    virtualUs: 61_000_000,
    trivial: 3,
    doubleChecked: 4,
    digest: 'abc',
    tallies: { snapshotsTaken: { total: 7, seeds: 2, firstSeed: 5 }, allDown: { total: 0, seeds: 0, firstSeed: null } },
  });

  test('says what was asked, what was done, and how fast', () => {
    expect(lines[0]).toBe('swarm: 20 seeds run (seeds 1 to 20)');
    const row = (name: string): string | undefined => lines.find((line) => line.startsWith(`  ${name} `))?.slice(36);
    expect([
      row('operations'), row('seeds without any operation'), row('seeds run twice'), row('events'), row('digest'),
      row('time'),
    ]).toEqual([
      '12,345 answered and checked', '3', '4 and compared', '80,000 in 1m01s of virtual time', 'abc',
      '4.0 s on 2 workers: 5 seeds/s, 20k events/s',
    ]);
  });
  test('and what was reached, how often, in how many seeds and first where; and what never', () => {
    expect(
      rest(lines, '  reached')
        .slice(0, 3)
        .map((line) => line.trim().split(/\s{2,}/)),
    ).toEqual([
      ['reached', 'times', 'in seeds'], ['snapshots taken', '7', '2 of 20, first 5'], ['all down', '0', 'never'],
    ]);
  });
  test('and that it passed', () => {
    expect(lines.slice(-2)).toEqual([`  ${'verdict'.padEnd(34)}20 passed, 0 violated, 0 unknown`, '']);
    expect(lines.join('\n')).not.toMatch(/FAIL|UNKNOWN|NOT RUN|FAULT/);
  });
  test('or that it was ended early', () =>
    expect(told({}, { endedEarly: 'time is up' })).toContain('swarm: 20 seeds run (seeds 1 to 20; time is up)'));
});

describe('faults', () => {
  const tally = (fired: number, mattered: number) => ({
    seeds: 3, eligible: 900, fired, mattered, firstFired: fired > 0 ? 2 : null, firstMattered: mattered > 0 ? 4 : null,
  });

  test('each kind with its counts, in the order of the kinds, and one that never fired is named', () => {
    const lines = told({ faultKinds: { crash: tally(5, 0), drop: tally(30, 20), slowWrite: tally(0, 0) } });
    expect(
      rest(lines, '  fault')
        .slice(0, 4)
        .map((line) => line.trim().split(/\s{2,}/)),
    ).toEqual([
      ['fault', 'on in, of 20', 'eligible', 'fired', 'mattered', 'mattered in seed'],
      ['drop', '3', '900', '30', '20', 'first 4'], ['crash', '3', '900', '5', '0', 'never'],
      ['slow write', '3', '900', '0', '0', 'never'],
    ]);
    expect(lines).toContain('  NEVER FIRED although switched on: slow write');
    // Numbers stand under each other, to the right; words to the left.
    expect(rest(lines, '  fault').slice(0, 4)).toEqual([
      '  fault       on in, of 20  eligible  fired  mattered  mattered in seed',
      '  drop                   3       900     30        20  first 4',
      '  crash                  3       900      5         0  never',
      '  slow write             3       900      0         0  never',
    ]);
    expect(told({ faultKinds: { drop: tally(1, 0) } }).join('\n')).not.toContain('NEVER FIRED');
  });
});

describe('what went wrong', () => {
  test('a violation: at the beginning, and in full with the ways to see it again', () => {
    const lines = told(
      { passed: 19, violations: [failure(7)] },
      { replayOptions: ' --scenario own', planPaths: new Map([[7, 'failures/swarm-7.plan.json']]) },
    );
    expect(lines[0]).toBe('FAIL  swarm  seed 7: P (told in full below)');
    expect(rest(lines.slice(1), 'FAIL').slice(0, 7)).toEqual([
      'FAIL  swarm  seed 7', '  P: d', '  at step 1,234, virtual time 5,000.007 ms',
      '  replay  npx whitewater replay 7 --scenario own', '  explain npx whitewater report 7 --scenario own',
      '  plan    failures/swarm-7.plan.json', '',
    ]);
    expect(lines.at(-2)).toBe(`  ${'verdict'.padEnd(34)}19 passed, 1 violated, 0 unknown`);
  });
  test('seeds of one cause are counted, other causes told; what is more than ten is listed by its seeds', () => {
    const same = told({ violations: [failure(3), failure(1), failure(2)] });
    expect(same.filter((line) => line.startsWith('FAIL'))).toHaveLength(2);
    expect(same.find((line) => line.startsWith('  same'))).toMatch(/^ {2}same {4}in 3 seeds: /);
    const many = told({ violations: Array.from({ length: 12 }, (_, i) => failure(i + 1, `P${'abcdefghijkl'[i]!}`)) });
    expect(many.filter((line) => line.startsWith('FAIL  swarm'))).toHaveLength(20);
    expect(many.filter((line) => line.startsWith('...'))).toEqual([
      '... and 2 more causes: its seeds are listed below, and --json has all',
      '... and 2 more failing seeds of 2 more causes: 11 12',
    ]);
  });
  test.each<readonly [string, Partial<ChunkResult>, string, string]>([
    [
      'unknown', { unknowns: Array.from({ length: 12 }, (_, i) => ({ seed: i + 1, detail: 'budget' })) },
      'UNKNOWN  seed 1: budget', '... and 2 more unknown: 11 12',
    ],
    [
      'not run',
      { undrawn: Array.from({ length: 12 }, (_, i) => ({ seed: i + 1, detail: `seed ${i + 1}: x` })) },
      'NOT RUN  seed 1: x',
      '... and 2 more seeds not run: 11 12',
    ],
    [
      'not deterministic',
      {
        nondeterministic: Array.from({ length: 12 }, (_, i) => ({
          seed: i + 1, digests: ['a', 'b'] as const, differs: ['digest: a and b'], where: 'at step 1',
        })),
      },
      'NONDETERMINISTIC  seed 1: two runs differ in digest: a and b',
      '... and 2 more seeds whose two runs differ: 11 12',
    ],
  ])('%s seeds: ten in full, the others by number, and all in the verdict', (what, result, first, more) => {
    const lines = told(result);
    expect(lines).toContain(first);
    expect(lines).toContain(more);
    expect(lines.filter((line) => line.startsWith(first.split('  ')[0]!))).toHaveLength(10);
    expect(lines.at(-2)).toContain(`12 ${what}`);
  });
  test('one of each is told as well, and stands in the verdict by its number', () => {
    const lines = told(
      {
        violations: [failure(1)],
        unknowns: [{ seed: 2, detail: 'budget' }],
        nondeterministic: [{ seed: 3, digests: ['a', 'b'], differs: ['digest: a and b'], where: 'at step 1' }],
        undrawn: [{ seed: 4, detail: 'seed 4: x' }],
        faults: [{ seed: 5, message: 'oops' }],
        passed: 15,
      },
      { endedEarly: 'time is up' },
    );
    expect(rest(lines.slice(1), 'NONDETERMINISTIC')).toEqual([
      'NONDETERMINISTIC  seed 3: two runs differ in digest: a and b',
      '  at step 1',
      '',
      'UNKNOWN  seed 2: budget',
      '',
      'NOT RUN  seed 4: x',
      '',
      'HARNESS FAULT  seed 5: oops',
      '',
      `  ${'verdict'.padEnd(34)}15 passed, 1 violated, 1 unknown, 1 not deterministic, 1 not run, 1 ended by a fault of the harness, time is up`,
      '',
    ]);
  });
  test('ten of each are all told: nothing is left out, and nothing is said of it', () => {
    const ten = Array.from({ length: 10 }, (_, i) => i + 1);
    const lines = told({
      violations: ten.map((seed) => failure(seed, `P${seed}`)),
      unknowns: ten.map((seed) => ({ seed, detail: 'budget' })),
      undrawn: ten.map((seed) => ({ seed, detail: `seed ${seed}: x` })),
      nondeterministic: ten.map((seed) => ({ seed, digests: ['a', 'b'] as const, differs: [], where: '' })),
    });
    expect(lines.filter((line) => line.startsWith('...'))).toEqual([]);
    expect(
      told({ violations: Array.from({ length: 50 }, (_, i) => failure(i + 1)) }).find((line) =>
        line.startsWith('  same'),
      ),
    ).toMatch(/ 49 50$/);
  });
  test('every fault of the harness', () => {
    const lines = told({ faults: Array.from({ length: 12 }, (_, i) => ({ seed: i + 1, message: 'oops' })) });
    expect(lines.filter((line) => line.startsWith('HARNESS FAULT'))).toHaveLength(12);
    expect(lines.at(-2)).toContain('12 ended by a fault of the harness');
  });
  test('more than fifty seeds are not listed, and how many that are is said', () => {
    const lines = told({ violations: Array.from({ length: 60 }, (_, i) => failure(i + 1)) });
    expect(lines.find((line) => line.startsWith('  same'))).toMatch(/ 50 \(and 10 that only --json lists\)$/);
  });
});
