/** Every test of Lab 2 and Lab 3, in both manners, and every gap: a few seeds each. `whitewater lab` runs more. */
import { describe, expect, test } from 'vitest';
import { run } from '../../../harness/run.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';
import { labScenarios } from '../../../scenarios/lab/lab-scenarios.ts';
import { labTests } from '../../../scenarios/lab/scripts.ts';
import { gapTests } from '../../../scenarios/lab-gaps/gap-tests.ts';

const of = (folder: string): readonly (readonly [string, Scenario])[] =>
  labScenarios
    .filter(({ name }) => name.startsWith(`${folder}/`))
    .map((scenario) => [scenario.name, scenario] as const);

const seeds = [1, 2];

/** Every seed passes, checks something, and is a schedule of its own. */
function mustPass({ system, draw }: Scenario): void {
  const digests = new Set<string>();
  for (const seed of seeds) {
    const { verdict, operationsCompleted, rpcs, digest } = run(system, draw(seed));
    expect({ seed, verdict }).toEqual({ seed, verdict: { kind: 'ok' } });
    expect(operationsCompleted).toBeGreaterThan(0);
    expect(rpcs!.calls).toBeGreaterThan(0);
    digests.add(digest);
  }
  expect(digests.size).toBe(seeds.length);
}

describe('on the lab\'s network', () => {
  test.each(of('lab'))('%s', (_name, scenario) => mustPass(scenario));
});

describe('on an honest network', () => {
  test.each(of('lab-honest'))('%s', (_name, scenario) => mustPass(scenario));
});

describe('what the labs leave out', () => {
  test.each(of('lab-gaps'))('%s', (_name, scenario) => mustPass(scenario));
});

describe('the list', () => {
  // Sections 3 to 7 of the catalogue, the union of the editions of 2020 to 2022, and three tests of 2023.
  test('has 3 tests of 2A, 8 and 2 of 2B, 8 of 2C, 6 and 1 of 2D, 14 of 3A and 9 of 3B', () => {
    const counts = new Map<string, number>();
    for (const { name } of labTests) counts.set(name.slice(0, 2), (counts.get(name.slice(0, 2)) ?? 0) + 1);
    expect([...counts]).toEqual([['2A', 3], ['2B', 10], ['2C', 8], ['2D', 7], ['3A', 14], ['3B', 9]]);
  });

  test('names no two tests alike', () => {
    const names = [...labTests, ...gapTests].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
