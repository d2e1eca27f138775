/** Shrinking keeps the cause, ends 1-minimal, and does not depend on who runs the candidates. */
import { describe, expect, test } from 'vitest';
import { run } from '../../../harness/run.ts';
import { frozen } from '../../../harness/shrink/freeze.ts';
import { isPlan } from '../../../harness/shrink/plan-data.ts';
import { NothingToShrink, shrink, type ShrinkSpec } from '../../../harness/shrink/shrink.ts';
import type { System } from '../../../harness/system.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import { failingPlan, forgottenVotes, staleReads } from '../../support/broken-raft-kv.ts';

const never = new AbortController().signal;
const spec = (system: System, plan: Plan, change: Partial<ShrinkSpec> = {}): ShrinkSpec => ({
  system, registryUrl: null, plan, workers: 2, runsMax: 3000, stop: never, onProgress: () => {}, ...change,
});

const propertyOf = (system: System, plan: Plan): string | null => {
  const { verdict } = run(system, plan);
  return verdict.kind === 'violation' ? verdict.property : null;
};

describe.each([['stale reads', staleReads], ['forgotten votes', forgottenVotes]])('%s', (_name, system) => {
  const plan = failingPlan(system);
  const property = propertyOf(system, plan);

  test('the same property is violated by fewer steps, and twice alike', async () => {
    const shrunk = await shrink(spec(system, plan));
    expect(shrunk.property).toBe(property);
    expect(propertyOf(system, shrunk.plan)).toBe(property);
    expect(shrunk.digests[0]).toBe(shrunk.digests[1]);
    expect(shrunk.after.steps).toBeLessThan(shrunk.before.steps);
    expect(isPlan(shrunk.plan)).toBe(true);
  });

  test('no single fault, operation, message fate or timer can be taken away from it', async () => {
    const { plan: small, proof, endedEarly } = await shrink(spec(system, plan));
    expect(endedEarly).toBe(null);
    const without = <T,>(items: readonly T[]): readonly (readonly T[])[] =>
      items.map((_, i) => items.filter((_item, j) => j !== i));
    const candidates: Plan[] = [
      ...without(small.faults).map((faults) => ({ ...small, faults })),
      ...without(small.operations).map((operations) => ({ ...small, operations })),
      ...without(small.network.fates ?? []).map((fates) => ({ ...small, network: { ...small.network, fates } })),
      ...without(small.timers ?? []).map((timers) => ({ ...small, timers })),
    ];
    expect(proof?.candidates).toBe(candidates.length);
    expect(candidates.map((candidate) => propertyOf(system, candidate)).filter((one) => one === property)).toEqual([]);
  });

  test('one worker and three come to the same plan', async () => {
    const [one, three] = await Promise.all([1, 3].map((workers) => shrink(spec(system, plan, { workers }))));
    expect(three!.plan).toEqual(one!.plan);
    expect(three!.runs).toBe(one!.runs);
  });
});

test('no candidate of more steps than the first run is taken: each run on the way and the end is no longer', async () => {
  const plan = failingPlan(staleReads);
  const {
    trial: { steps: first }, plan: small,
  } = await shrink(spec(staleReads, plan, { runsMax: 600 }));
  const seen: number[] = [];
  const { after } = await shrink(
    spec(staleReads, small, { runsMax: 600, onProgress: ({ size }) => void seen.push(size.steps) }),
  );
  expect(Math.max(after.steps, ...seen)).toBeLessThanOrEqual(first);
});

test('a budget of few candidates ends with the best plan so far, and says so', async () => {
  const plan = failingPlan(staleReads);
  const { endedEarly, plan: best, proof } = await shrink(spec(staleReads, plan, { runsMax: 5 }));
  expect(endedEarly).toBe('budget');
  expect(proof).toBe(null);
  expect(propertyOf(staleReads, best)).toBe(propertyOf(staleReads, plan));
});

test('an interruption before anything was tried leaves the plan as it was', async () => {
  const plan = failingPlan(staleReads);
  const { plan: same, endedEarly } = await shrink(spec(staleReads, plan, { stop: AbortSignal.abort() }));
  expect(endedEarly).toBe('budget');
  expect(same).toEqual(plan);
});

test('a plan that violates nothing cannot be shrunk', async () => {
  await expect(shrink(spec(raftKv, swarm.draw(42)))).rejects.toThrow(NothingToShrink);
});

test('writing down every fate changes nothing: swarm seeds without damaged or held back messages run the same', () => {
  let compared = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const plan = swarm.draw(seed);
    if (plan.network.reorderPer1000 !== undefined) continue;
    const listed = frozen(raftKv, plan);
    if (listed === null) continue;
    compared += 1;
    expect(run(raftKv, listed).digest, `seed ${seed}`).toBe(run(raftKv, plan).digest);
  }
  expect(compared).toBeGreaterThan(8);
});
