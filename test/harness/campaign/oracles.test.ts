/** Which checks a run is held against. */
import { describe, expect, test } from 'vitest';
import type { Observer } from '../../../checkers/checker.ts';
import type { Abstraction } from '../../../checkers/spec/abstraction.ts';
import { isLookedFor, withOracles } from '../../../harness/campaign/oracles.ts';
import { toy, toyPlan } from '../faults/toys.ts';

const plan = toyPlan();
const outsider = { counts: () => ({ outside: 1 }) } as unknown as Observer;
const abstraction = {
  options: { servers: 2, isPrompt: true }, initialTerm: 0, mayForge: false, notSpecified: ['ping'],
} as unknown as Abstraction;
const system = toy([], { externalObserver: () => outsider, specification: () => abstraction });

test('all are the system as it is', () => expect(withOracles(system, 'all')).toBe(system));

describe('an outsider', () => {
  const external = withOracles(system, 'external');
  test('looks on alone: no specification beside it, and a server that throws is started again', () => {
    expect(external.observer(plan, () => null)).toBe(outsider);
    expect(external).not.toHaveProperty('specification');
    expect(external).not.toHaveProperty('externalObserver');
    expect([external.restartsAfterException, system.restartsAfterException]).toEqual([true, undefined]);
  });
  test('looks for whatever it sees', () =>
    expect([isLookedFor('external', 'Linearizability'), isLookedFor('all', 'Log Matching')]).toEqual([true, true]));
});

describe('the specification alone', () => {
  const alone = withOracles(system, 'specification');
  const observer = (): Observer => alone.observer(plan, () => null);
  test('is all that judges, and starts servers again', () => {
    expect(observer().counts()).toEqual({ 'not specified: ping': 0 });
    expect(observer().finish()).toEqual({ kind: 'ok' });
    expect(alone.restartsAfterException).toBe(true);
    expect(alone).not.toHaveProperty('specification');
    expect(isLookedFor('specification', 'Step Of The Specification')).toBe(true);
    expect(isLookedFor('specification', 'Progress After Healing')).toBe(false);
  });
  test('of a plan that it does not know sees nothing, and objects to nothing', () => {
    const unseen = withOracles({ ...system, specification: () => undefined }, 'specification').observer(
      plan, () => null,
    );
    expect(() => {
      unseen.booted(0, null, null);
      unseen.stepped(0, null, null, { kind: 'timer', timer: 't' }, []);
      unseen.crashed(0, 'no', null);
      unseen.invoked(0, 2, null);
      unseen.returned(0, 2, null);
      unseen.healed([]);
    }).not.toThrow();
    expect([unseen.finish(), unseen.counts()]).toEqual([{ kind: 'ok' }, {}]);
  });
  test('watches for a while behind the healing: a hundred times it is asked, and not settled', () => {
    const one = observer();
    const asked = Array.from({ length: 102 }, () => one.unsettled());
    expect(asked.slice(0, 100).every((text) => text === 'it is watched for a while')).toBe(true);
    expect(asked.slice(100)).toEqual([null, null]);
    expect(observer().unsettled()).toBe('it is watched for a while');
  });
});

test.each([
  ['external', 'external observer'], ['specification', 'specification'],
] as const)('%s needs what the system may lack', (oracles, what) => {
  expect(() => withOracles(toy([]), oracles)).toThrow(new TypeError(`system "toy" has no ${what}`));
});
