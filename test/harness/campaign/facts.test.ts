/** What results say to the judge: nothing that is wrong in them is left out. */
import { describe, expect, test } from 'vitest';
import { emptyResult, merge, type ChunkResult } from '../../../harness/campaign/campaign.ts';
import { factsOfAbsences, factsOfRegressions, factsOfSeeds, factsOfVerdict } from '../../../harness/campaign/facts.ts';
import { judge } from '../../../harness/campaign/judgement.ts';
import type { Regression } from '../../../harness/campaign/regressions.ts';
import { absences, seedsForSituations, situationsLine } from '../../../harness/campaign/required.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';
import { faultKinds } from '../../../harness/plan/fault-kinds.ts';
import { swarm } from '../../../scenarios/swarm.ts';

const digits = '0123456789abcdef';
const passed: ChunkResult = { ...emptyResult('toy'), seeds: 1, passed: 1 };
const failing = { seed: 4, property: 'Election Safety', detail: 'two leaders', step: 7, atUs: 9, digest: digits };
const one = (what: Partial<ChunkResult>): ChunkResult => ({ ...emptyResult('toy'), seeds: 1, ...what });

const violation = one({ violations: [failing] });
const unknown = one({ unknowns: [{ seed: 5, detail: 'the budget is over' }] });
const fault = one({ faults: [{ seed: 6, message: 'Error: no such thing' }] });
const undrawn = one({ undrawn: [{ seed: 8, detail: 'seed 8: faults[0].nodes: expected a list' }] });
const fickle = one({
  passed: 1,
  nondeterministic: [{ seed: 7, digests: [digits, digits], differs: ['endUs: 1 and 2'], where: '' }],
});

describe('seeds', () => {
  test.each<readonly [string, ChunkResult, number, string]>([
    ['all passed', passed, 0, 'everything that was asked was run, and passed'],
    ['a violation', violation, 1, '1 violation: toy seed 4: Election Safety: two leaders'],
    ['an unknown', unknown, 2, '1 verdict unknown: toy seed 5: the budget is over'],
    ['two runs that differ', fickle, 3, '1 run not the same when run again: toy seed 7: endUs: 1 and 2'],
    [
      'a seed that cannot be drawn', undrawn, 4,
      '1 seed that could not be run: toy: seed 8: faults[0].nodes: expected a list',
    ],
    [
      'a fault of the harness', fault, 5,
      '1 run ended by a fault of the harness itself: toy seed 6: Error: no such thing',
    ],
    ['none', emptyResult('toy'), 2, '1 thing not looked at: no seed of toy was run'],
    [
      'one that is lost', one({}), 5,
      'the books of the harness do not balance: toy: 1 seeds were run, and 0 are accounted for',
    ],
    [
      'one that is counted twice', one({ passed: 1, violations: [failing] }), 5,
      'the books of the harness do not balance: toy: 1 seeds were run, and 2 are accounted for',
    ],
  ])('%s', (_, result, code, line) => {
    expect(judge(factsOfSeeds(result))).toMatchObject({ code, line });
    // And beside seeds that passed, before and behind them.
    if (result.seeds > 0) {
      expect(judge(factsOfSeeds(merge(passed, result))).code).toBe(code);
      expect(judge(factsOfSeeds(merge(result, passed))).code).toBe(code);
    }
  });

  test('all together: the worst decides, and nothing is left out', () => {
    const { code, others } = judge(factsOfSeeds([violation, unknown, fault, undrawn, fickle].reduce(merge)));
    expect(code).toBe(5);
    expect(others.map((line) => line.split(':')[0])).toEqual([
      '1 run not the same when run again', '1 violation', '1 seed that could not be run', '1 verdict unknown',
    ]);
  });
});

test.each([
  [{ kind: 'ok' }, [], 0],
  [{ kind: 'violation', property: 'P', detail: 'd' }, [], 1],
  [{ kind: 'unknown', detail: 'd' }, [], 2],
  [{ kind: 'ok' }, ['endUs: 1 and 2'], 3],
  [{ kind: 'violation', property: 'P', detail: 'd' }, ['endUs: 1 and 2'], 3],
] as const)('one run that was made twice: %j, differing in %j, is %i', (verdict, differs, code) => {
  expect(judge(factsOfVerdict('seed 1', verdict, differs)).code).toBe(code);
});

describe('regressions', () => {
  const regression = (outcome: Regression['outcome']): Regression => ({
    path: 'r/a.json', showed: 'P: d', outcome, detail: outcome === 'passed' ? '' : 'why',
  });
  test.each([
    ['passed', 0], ['violation', 1], ['doesNotFit', 1], ['unknown', 2], ['nondeterministic', 3],
  ] as const)('one that is %s', (outcome, code) => {
    expect(judge(factsOfRegressions([regression('passed'), regression(outcome)], 'r')).code).toBe(code);
  });

  test('none at all is said, and is no pass', () => {
    expect(judge(factsOfRegressions([], 'r'))).toMatchObject({
      code: 2,
      line: '1 thing not looked at: no regression, for there is no plan in r/ (`whitewater pin` keeps one there)',
    });
  });
});

test('the swarm must switch on every kind of fault but those that break what Raft rests on', () => {
  const left = faultKinds.filter((kind) => !swarm.requiredFaults!.includes(kind));
  expect(left).toEqual(['lyingFsync', 'uncheckedCorruption']);
});

describe('what a campaign must have gone through', () => {
  const tally = (total: number) => ({ total, seeds: total, firstSeed: total > 0 ? 1 : null });
  const kind = (fired: number, mattered: number) => ({
    seeds: 1, eligible: 9, fired, mattered, firstFired: fired > 0 ? 1 : null, firstMattered: mattered > 0 ? 1 : null,
  });
  const scenario = {
    name: 'toy', required: ['leadersElected', 'snapshotsInstalled'], requiredFaults: ['drop', 'crash'],
  } as unknown as Scenario;
  const full: ChunkResult = {
    ...emptyResult('toy'), seeds: seedsForSituations, passed: seedsForSituations,
    tallies: { leadersElected: tally(3), snapshotsInstalled: tally(1) },
    faultKinds: { drop: kind(2, 1), crash: kind(1, 1) },
  };
  const without: readonly (readonly [string, Partial<ChunkResult>, string])[] = [
    [
      'a situation that was never reached', { tallies: { ...full.tallies, snapshotsInstalled: tally(0) } },
      '1 situation never reached: snapshotsInstalled',
    ],
    [
      'a situation that nobody counted', { tallies: { leadersElected: tally(1) } },
      '1 situation never reached: snapshotsInstalled',
    ],
    [
      'a kind of fault that was never on', { faultKinds: { drop: kind(2, 1) } },
      '1 kind of fault never switched on: crash',
    ],
    [
      'a kind of fault that never fired', { faultKinds: { ...full.faultKinds, crash: kind(0, 0) } },
      '1 kind of fault on and never fired: crash',
    ],
    [
      'a kind of fault that never mattered', { faultKinds: { ...full.faultKinds, crash: kind(5, 0) } },
      '1 kind of fault fired and never mattered: crash',
    ],
    [
      'a kind of fault that nobody required and that never mattered',
      { faultKinds: { ...full.faultKinds, late: kind(5, 0) } }, '1 kind of fault fired and never mattered: late',
    ],
  ];

  test('all of it is a pass', () => {
    expect(judge({ ...factsOfAbsences(scenario, full), done: 1 }).code).toBe(0);
    expect(situationsLine(absences(scenario, full), full.seeds)).toBe('all reached');
  });

  test.each(without)('%s fails it, by name', (_, change, line) => {
    const result = { ...full, ...change };
    expect(judge({ ...factsOfAbsences(scenario, result), done: 1 })).toMatchObject({ code: 1, line });
    expect(situationsLine(absences(scenario, result), result.seeds)).toMatch(/^(faults )?(on and )?(that )?never /);
  });

  test.each(without)('%s in too few seeds proves nothing, which is no pass', (_, change) => {
    const result = { ...full, ...change, seeds: seedsForSituations - 1 };
    expect(judge({ ...factsOfAbsences(scenario, result), done: 1 }).code).toBe(2);
    expect(situationsLine(absences(scenario, result), result.seeds)).toContain('; 999 seeds are too few to tell');
  });
});
