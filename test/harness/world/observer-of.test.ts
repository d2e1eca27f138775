/** Who looks at a run. */
import { expect, test } from 'vitest';
import { HeldToSpecification } from '../../../checkers/held-to-specification.ts';
import type { Abstraction } from '../../../checkers/spec/abstraction.ts';
import type { Observer } from '../../../checkers/checker.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { observerOf } from '../../../harness/world/observer-of.ts';
import { toy, toyPlan } from '../faults/toys.ts';

const own = { counts: () => ({ own: 1 }) } as unknown as Observer;
const abstraction = {
  options: { servers: 3, isPrompt: true }, initialTerm: 0, mayForge: false, notSpecified: ['ping'],
} as unknown as Abstraction;
const asked: Plan[] = [];
const seen = (more: Partial<Plan>, specification?: (plan: Plan) => Abstraction | undefined): Observer =>
  observerOf(
    toy([], { observer: () => own, ...(specification === undefined ? {} : { specification }) }),
    toyPlan(more),
    () => null,
  );

test('the system\'s own observer, told the plan and the disks', () => {
  const [plan, durableOf] = [toyPlan({}), (): unknown => null];
  const given: unknown[] = [];
  expect(observerOf(toy([], { observer: (...all) => (given.push(...all), own) }), plan, durableOf)).toBe(own);
  expect(given).toEqual([plan, durableOf]);
});

test('with the specification beside it when the system has one for this plan', () => {
  const both = seen({ seed: 'x' }, (plan) => (asked.push(plan), abstraction));
  expect(both).toBeInstanceOf(HeldToSpecification);
  expect(both.counts()).toEqual({ own: 1, 'not specified: ping': 0 });
  expect(asked.map(({ seed }) => seed)).toEqual(['x']);
  expect(seen({}, () => undefined)).toBe(own);
});

test('but not when the plan turns it off', () => expect(seen({ specification: 'off' }, () => abstraction)).toBe(own));
