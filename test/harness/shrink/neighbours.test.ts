/** Smaller plans thrown at random: each is a plan, none is larger, and the same throws come again. */
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../harness/plan/plan.ts';
import { neighbours, type NeighbourSpec } from '../../../harness/shrink/neighbours.ts';
import { beginUs, type Data } from '../../../harness/shrink/plan-data.ts';
import { mustBeValid } from '../../../harness/plan/drawn-plan.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import { ms, toyPlan } from '../faults/toys.ts';

const drawn = Array.from({ length: 40 }, (_, i) => swarm.draw(i + 1)).find(
  ({ faults, clients, operations }) => faults.length >= 3 && clients >= 2 && operations.length >= 10,
)!;
const thrown = (parts: Partial<NeighbourSpec> = {}): readonly Plan[] => [
  ...neighbours({
    plan: drawn, original: drawn, plainSettings: raftKv.plainSettings as Data | undefined, mayResize: true, count: 300,
    round: 1, ...parts,
  }),
];
const all = thrown();

describe('of a drawn plan', () => {
  test('each of those that leave somebody to strike is valid', () => {
    for (const [i, plan] of all.entries()) expect(() => mustBeValid(i, plan, raftKv)).not.toThrow();
  });
  test('none has more of anything, and some have fewer of each', () => {
    for (const of of [
      (plan: Plan) => plan.servers, (plan: Plan) => plan.clients, (plan: Plan) => plan.faults.length,
      (plan: Plan) => plan.operations.length, (plan: Plan) => plan.stormUs,
    ]) {
      expect(Math.max(...all.map(of))).toBeLessThanOrEqual(of(drawn));
      expect(Math.min(...all.map(of))).toBeLessThan(of(drawn));
    }
  });
  test('every fault begins in the storm', () => {
    for (const { faults, stormUs } of all)
      for (const fault of faults) expect(beginUs(fault)).toBeLessThanOrEqual(stormUs);
  });
  test('the same round throws the same, another one others', () => {
    expect(thrown()).toEqual(all);
    const withoutSeeds = (plans: readonly Plan[]): readonly Plan[] => plans.map((plan) => ({ ...plan, seed: '' }));
    expect(withoutSeeds(thrown({ round: 2 }))).not.toEqual(withoutSeeds(all));
    expect(new Set(all.map(({ seed }) => seed)).size).toBe(300);
    expect(
      thrown({ plan: { ...drawn, seed: `${drawn.seed} ~1.5` }, count: 3 })
        .map(({ seed }) => seed)
        .at(1),
    ).toBe(`${drawn.seed} ~1.1`);
  });
});

test('of the faults of a plan some throws have all, and others fewer, whoever stays', () => {
  const faults = Array.from(
    { length: 6 }, (_, i) => ({ kind: 'pause', fromUs: i * ms, untilUs: (i + 1) * ms, nodes: [0] }) as const,
  );
  const plan = toyPlan({ servers: 1, faults });
  expect([...new Set(thrown({ plan, original: plan }).map((one) => one.faults.length))].sort()).toEqual([
    0, 1, 2, 3, 4, 5, 6,
  ]);
});

describe('of a plan that was shrunk before', () => {
  const clients = Array.from({ length: 4 }, (_, client) => ({ client, atUs: client, request: null }));
  const original = toyPlan({
    servers: 5, clients: 4, operations: clients, stormUs: 80 * ms, settings: { size: 64, waitUs: 64 },
    network: { dropPer1000: 100 },
  });
  const shrunk = { ...original, operations: clients.slice(0, 1), stormUs: 5 * ms };
  const some = thrown({ plan: shrunk, original, plainSettings: undefined });

  test('every other throw begins at the plan as it was at first, and each has its whole storm', () => {
    expect(some.filter((_, i) => i % 2 === 0).some(({ operations }) => operations.length > 1)).toBe(true);
    expect(some.filter((_, i) => i % 2 === 1).every(({ operations }) => operations.length <= 1)).toBe(true);
    expect([...new Set(some.map(({ stormUs }) => stormUs / ms))].sort((a, b) => a - b)).toEqual([20, 40, 80]);
  });
  test('with fewer clients the others ask what those that went had asked', () => {
    const whole = some.filter(({ operations }) => operations.length === 4);
    expect(new Set(whole.map((plan) => plan.clients))).toEqual(new Set([1, 2, 3, 4]));
  });
  test('sizes are divided, times never; and none where the property hangs on them', () => {
    const sizes = (plans: readonly Plan[]): readonly string[] =>
      [...new Set(plans.map(({ settings }) => JSON.stringify(settings)))].sort();
    expect(sizes(some)).toEqual([16, 32, 4, 64, 8].map((size) => `{"size":${size},"waitUs":64}`));
    expect(sizes(thrown({ plan: shrunk, original, plainSettings: undefined, mayResize: false }))).toEqual([
      '{"size":64,"waitUs":64}',
    ]);
  });
  test('rates are as they were or none', () => {
    expect([...new Set(some.map(({ network }) => network.dropPer1000))].sort((a, b) => a - b)).toEqual([0, 100]);
  });
});
