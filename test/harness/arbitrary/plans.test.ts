/** Plans of a scenario as fast-check draws and shrinks them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plans } from '../../../harness/arbitrary/plans.ts';
import {
  defineScenario, defineSystem, faults, oneOf, respond, service, type Request, type Response, type Server,
} from '../../../harness/own/index.ts';
import { drawPlan } from '../../../harness/campaign/draw.ts';
import { run } from '../../../harness/run.ts';
import { swarm } from '../../../scenarios/swarm.ts';

const asking = service<string, string>();

/** Answers what it is asked, which with the bug it must do four times at most. */
const system = defineSystem<{ readonly answers: number }, never>()({
  name: 'asked',
  settings: { bug: oneOf('none', 'fifth') },
  service: asking,
  servers: ({ servers }): readonly Server<{ readonly answers: number }, Request<string>, Response<string>>[] =>
    Array.from({ length: servers }, () => ({
      boot: () => ({ state: { answers: 0 }, effects: [] }),
      step: ({ answers }, event) =>
        event.kind === 'message'
          ? { state: { answers: answers + 1 }, effects: [respond(event.from, event.message.sequence, 'yes')] }
          : { state: { answers }, effects: [] },
    })),
  invariants: {
    'At Most Four': {
      always: ({ servers, settings }) =>
        settings.bug !== 'none' && servers.some((state) => (state?.answers ?? 0) > 4) ? 'five answers' : null,
    },
  },
});
const scenario = defineScenario(system, {
  servers: [1, 5], clients: [1, 4], faults: faults.swarm({ without: ['disk'] }),
  operations: asking.mix(() => 'ask', { each: [0, 8] }), settings: { bug: 'fifth' },
});

const passes = (plan: ReturnType<typeof scenario.draw>): boolean => run(system, plan).verdict.kind === 'ok';

test('are the plans of seeds: the same numbers give the same ones', () => {
  const drawn = fc.sample(plans(scenario), { seed: 1, numRuns: 20 });
  expect(fc.sample(plans(scenario), { seed: 1, numRuns: 20 })).toEqual(drawn);
  for (const plan of drawn) expect(drawPlan(scenario, Number(plan.seed.split(' ').at(-1)))).toEqual(plan);
  expect(new Set(drawn.map(({ servers }) => servers)).size).toBeGreaterThan(3);
});

describe('shrinking', () => {
  const shrunk = fc.check(fc.property(plans(scenario), passes), { seed: 1, numRuns: 200 });
  const [plan] = shrunk.counterexample!;

  test('leaves as many operations, servers and clients as it takes, and no fault', () => {
    const { servers, clients, operations, faults: struck } = plan;
    expect([servers, clients, operations.length, struck]).toEqual([1, 1, 5, []]);
    expect(passes(plan)).toBe(false);
  });

  test('leaves a plain network, and round times', () => {
    expect(plan.network).toEqual({
      delayUs: { min: 1000, max: 1000 }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0,
      lateUs: { min: 0, max: 0 },
    });
    expect(plan.operations.map(({ atUs }) => atUs)).toEqual([0, 0, 0, 0, 0]);
  });

  test('ends, and goes through plans only', () => {
    expect(shrunk.numShrinks).toBeGreaterThan(10);
    expect(shrunk.numShrinks).toBeLessThan(400);
  });

  test('of a plan that was given and not drawn', () => {
    const [given] = fc.sample(plans(scenario), { seed: 1, numRuns: 60 }).filter((one) => !passes(one));
    const { counterexample } = fc.check(fc.property(plans(scenario), passes), {
      seed: 2, numRuns: 1, examples: [[given!]],
    });
    expect(counterexample![0]!.operations.length).toBe(5);
  });
});

test('of Raft with its store as well', () => {
  const { counterexample } = fc.check(
    fc.property(plans(swarm), ({ servers, operations }) => servers < 3 || operations.length < 4),
    { seed: 1 },
  );
  const [plan] = counterexample!;
  expect([plan.servers, plan.operations.length, plan.faults.length]).toEqual([3, 4, 0]);
});
