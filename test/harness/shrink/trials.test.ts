/** Which candidate is taken, and what it costs. */
import { describe, expect, test } from 'vitest';
import { run } from '../../../harness/run.ts';
import { BudgetOver, Trials } from '../../../harness/shrink/trials.ts';
import { trialOf, tryPlan, type Trial } from '../../../harness/shrink/trial.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { SystemError, type System } from '../../../harness/system.ts';
import { failingPlan, staleReads } from '../../support/broken-raft-kv.ts';

const failing = failingPlan(staleReads);
const { cause, steps } = trialOf(run(staleReads, failing, null));
const fine: Plan = { ...failing, operations: [], faults: [] };
const longer: Plan = { ...failing, seed: `${failing.seed}` };

/** In this thread, by so many servers of the queue. */
const trials = (runsMax = 100, workers = 1, told: (plan: Plan, trial: Trial) => void = () => undefined): Trials =>
  new Trials(staleReads, null, workers, { runsMax, longestSteps: Infinity, stop: new AbortController().signal }, told);

describe('the first candidate that is what is sought', () => {
  test('violates the very property that is asked for', async () => {
    expect((await trials().first([fine, failing], cause!, Infinity, 1))?.place).toBe(1);
    expect(await trials().first([fine, failing], 'Some Other Property', Infinity, 1)).toBe(null);
    expect(await trials().first([fine], cause!, Infinity, 1)).toBe(null);
  });
  test('takes no more steps than are allowed', async () => {
    expect((await trials().first([failing], cause!, steps, 1))?.trial.steps).toBe(steps);
    expect(await trials().first([failing], cause!, steps - 1, 1)).toBe(null);
  });
  test('is the first by its place, however many workers there are', async () => {
    for (const workers of [1, 2, 3]) {
      for (const expectedSteps of [1, 4000])
        expect(
          (await trials(100, workers).first([fine, failing, longer, failing], cause!, Infinity, expectedSteps))?.place,
        ).toBe(1);
    }
  });
  test('counts what was tried up to it, and nothing behind it', async () => {
    const told: Plan[] = [];
    const some = trials(100, 2, (plan) => told.push(plan));
    await some.first([fine, failing, longer], cause!, Infinity, 1);
    expect([some.runs, told]).toEqual([2, [fine, failing]]);
  });
  test('is none of which its system can make nothing', async () => {
    const choosy: System = { ...staleReads, processes(plan) {
      if (plan.clients < failing.clients) throw new SystemError('too few clients');
      return staleReads.processes(plan);
    } };
    const few: Plan = { ...failing, clients: 0, operations: [] };
    expect(tryPlan(choosy, few)).toMatchObject({ cause: null, detail: 'too few clients' });
    expect(tryPlan(choosy, failing).cause).toBe(cause);
  });
  test('is not looked for beyond the budget', async () => {
    await expect(
      trials(2).first([fine, { ...fine, stormUs: fine.stormUs + 1 }, failing], cause!, Infinity, 4000),
    ).rejects.toThrow(BudgetOver);
    expect(
      (await trials(3).first([fine, { ...fine, stormUs: fine.stormUs + 1 }, failing], cause!, Infinity, 4000))?.place,
    ).toBe(2);
    await expect(trials(0).all([fine])).rejects.toThrow(BudgetOver);
  });
});

test('a run that goes on beyond what a candidate is worth violates nothing', () => {
  expect(tryPlan(staleReads, failing, steps).cause).toBe(cause);
  expect(tryPlan(staleReads, failing, steps - 1)).toMatchObject({
    cause: null, property: null, steps: steps - 1, digest: '',
  });
});
