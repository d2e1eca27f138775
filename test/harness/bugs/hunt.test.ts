/** Seed after seed, until one violates something twice in the same way. */
import { describe, expect, test } from 'vitest';
import { Violated } from '../../../checkers/checker.ts';
import { hunt } from '../../../harness/bugs/hunt.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';
import { run } from '../../../harness/run.ts';
import type { System } from '../../../harness/system.ts';
import { greedy, pinger, toy, toyPlan } from '../faults/toys.ts';

const draw = (seed: number) => toyPlan({ seed: `toy ${seed}` });
const events = run(toy([pinger(), greedy]), draw(1)).events;
const scenario = (
  finish: (seed: number) => ReturnType<ReturnType<System['observer']>['finish']>, parts: Partial<System> = {},
): Scenario => {
  const system: System = toy([pinger(), greedy], {
    observer: (plan, durableOf) => ({
      ...toy([]).observer(plan, durableOf), finish: () => finish(Number(plan.seed.slice(4))),
    }),
    ...parts,
  });
  return { name: 'toy', summary: '', system, draw };
};
const ok = { kind: 'ok' } as const;
const bad = { kind: 'violation', property: 'P', detail: 'd' } as const;

describe('a hunt', () => {
  test('ends at the first seed that violates something, and counts that one', () => {
    expect(
      hunt(
        scenario((seed) => (seed >= 12 ? bad : ok)), 'all', 10, 25,
      ),
    ).toEqual({
      seeds: 3,
      events: 3 * events,
      find: { seed: 12, property: 'P', detail: 'd', steps: run(scenario(() => ok).system, draw(12)).steps },
      unknowns: 0,
      fault: null,
    });
  });
  test('takes as many seeds as it may, the last one too', () => {
    expect(
      hunt(
        scenario(() => ok), 'all', 10, 5,
      ),
    ).toEqual({ seeds: 5, events: 5 * events, find: null, unknowns: 0, fault: null });
    expect(hunt(scenario((seed) => (seed === 14 ? bad : ok)), 'all', 10, 5).find?.seed).toBe(14);
    expect(hunt(scenario((seed) => (seed === 15 ? bad : ok)), 'all', 10, 5).find).toBeNull();
    expect(hunt(scenario((seed) => (seed === 10 ? bad : ok)), 'all', 10, 5).find?.seed).toBe(10);
  });
  test('counts what is not known, and goes on', () => {
    expect(
      hunt(
        scenario((seed) => (seed === 13 ? bad : { kind: 'unknown', detail: 'x' })), 'all', 10, 5,
      ),
    ).toMatchObject({ seeds: 4, unknowns: 3, find: { seed: 13 } });
  });
  test('ends at a fault of the harness, by its seed, and has found nothing', () => {
    const broken = scenario((seed) => {
      if (seed === 12) throw new RangeError('oops');
      return ok;
    });
    expect(hunt(broken, 'all', 10, 5)).toMatchObject({
      seeds: 3, find: null, fault: expect.stringMatching(/^seed 12: RangeError: oops/),
    });
  });
  test('a find that does not come again is none', () => {
    let runs = 0;
    expect(
      hunt(
        scenario(() => ((runs += 1) === 1 ? bad : ok)), 'all', 10, 5,
      ),
    ).toMatchObject({
      seeds: 1,
      find: null,
      fault: expect.stringMatching(/^seed 10: two runs differ in verdict\.kind: violation and ok/),
    });
  });
  test('asks an outsider when it is told so', () => {
    const outside: Partial<System> = {
      externalObserver: (plan, durableOf) => ({
        ...toy([]).observer(plan, durableOf),
        stepped() {
          throw new Violated('Outside', 'x');
        },
      }),
    };
    expect(hunt(scenario(() => ok, outside), 'external', 10, 5).find).toMatchObject({ seed: 10, property: 'Outside' });
    expect(hunt(scenario(() => ok, outside), 'all', 10, 5).find).toBeNull();
    expect(() => hunt(scenario(() => ok), 'external', 10, 5)).toThrow(TypeError);
  });
});
