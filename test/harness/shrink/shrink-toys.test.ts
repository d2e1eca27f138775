/** What a shrinker takes and says, on systems of a few messages, where all of it is known before. */
import { describe, expect, test } from 'vitest';
import { Violated, type Observer } from '../../../checkers/checker.ts';
import { progressAfterHealing } from '../../../checkers/run-properties.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { run } from '../../../harness/run.ts';
import { NothingToShrink, shrink, type ShrinkProgress, type ShrinkSpec } from '../../../harness/shrink/shrink.ts';
import type { System } from '../../../harness/system.ts';
import { greedy, ms, pinger, toy, toyPlan } from '../faults/toys.ts';

/** n0 pings n1 at 10, 20, 30, 40 and 50 ms; `judged` is asked at each ping that n1 hears, and at the end. */
function judged(
  judge: (heard: readonly number[], plan: Plan, atEnd: boolean) => readonly [property: string, detail: string] | null,
  parts: Partial<Observer> = {},
  system: Partial<System> = {},
): System {
  return toy([pinger(), greedy], {
    observer(plan) {
      const heard: number[] = [];
      const base = toy([]).observer(plan, () => null);
      return {
        ...base,
        stepped(_node, _before, _after, event) {
          if (event.kind !== 'message') return;
          heard.push((event.message as { ping: number }).ping);
          const found = judge(heard, plan, false);
          if (found !== null) throw new Violated(...found);
        },
        finish() {
          const found = judge(heard, plan, true);
          return found === null ? { kind: 'ok' } : { kind: 'violation', property: found[0], detail: found[1] };
        },
        ...parts,
      };
    },
    ...system,
  });
}

const spec = (system: System, plan: Plan, change: Partial<ShrinkSpec> = {}): ShrinkSpec => ({
  system, registryUrl: null, plan, workers: 1, runsMax: 3000, stop: new AbortController().signal,
  onProgress: () => undefined, ...change,
});

const faults = [
  { kind: 'pause', fromUs: 0, untilUs: 5 * ms, nodes: [1] },
  { kind: 'pause', fromUs: 6 * ms, untilUs: 8 * ms, nodes: [1] },
] as const;
const third = judged((heard) => (heard.includes(3) ? ['Third Unheard', `heard ${heard.join(' ')}`] : null));

describe('what is told', () => {
  test('sizes before and after, what is violated in the plan that is left, and each needed thing once', async () => {
    const shrunk = await shrink(spec(third, toyPlan({ faults })));
    expect([shrunk.before, shrunk.after].map((size) => [size.servers, size.faults, size.fates, size.timers])).toEqual([
      [2, 2, null, null], [1, 0, 0, 0],
    ]);
    expect([shrunk.property, shrunk.detail, shrunk.plan.faults]).toEqual(['Third Unheard', 'heard 1 2 3', []]);
    expect([shrunk.endedEarly, shrunk.proof, shrunk.differs]).toEqual([
      null, { candidates: 0, byPart: { faults: 0, operations: 0, 'message fates': 0, timers: 0 } }, [],
    ]);
    expect([shrunk.before.steps, shrunk.after.steps, shrunk.trial.steps]).toEqual([
      run(third, toyPlan({ faults })).steps, run(third, shrunk.plan).steps, run(third, shrunk.plan).steps,
    ]);
  });
  test('what is needed is counted by what it is', async () => {
    const lost = judged((heard) => (heard.includes(3) && !heard.includes(2) ? ['Second Heard', ''] : null));
    const fates = [{ from: 0, to: 1, nth: 1, delaysUs: [2 * ms] }, { from: 0, to: 1, nth: 2, delaysUs: [] }];
    const shrunk = await shrink(spec(lost, toyPlan({ faults, network: { fates } })));
    expect([shrunk.proof, shrunk.before.fates, shrunk.after.fates]).toEqual([
      { candidates: 1, byPart: { faults: 0, operations: 0, 'message fates': 1, timers: 0 } }, 2, 1,
    ]);
    expect(shrunk.plan.network.fates).toEqual([{ from: 0, to: 1, nth: 2, delaysUs: [] }]);
  });
  test('a budget that is over, without a proof', async () => {
    const { endedEarly, proof } = await shrink(spec(third, toyPlan({ faults }), { runsMax: 2 }));
    expect([endedEarly, proof]).toEqual(['budget', null]);
  });
});

describe('what is refused', () => {
  const kindOf = async (system: System): Promise<readonly string[]> =>
    shrink(spec(system, toyPlan())).then(
      () => ['shrunk'], (error: unknown) => [(error as NothingToShrink).kind, (error as Error).message],
    );

  test('a plan that passes, and one of which nobody knows', async () => {
    expect(await kindOf(judged(() => null))).toEqual(['passes', 'nothing is violated']);
    expect(
      await kindOf(
        judged(() => null, { finish: () => ({ kind: 'unknown', detail: 'the budget of 3 states is used up' }) }),
      ),
    ).toEqual(['unknown', 'the budget of 3 states is used up']);
  });
  test('a plan whose two runs differ, though both fail', async () => {
    let runs = 0;
    const [kind, message] = await kindOf(
      judged((heard) => (heard.includes(3) ? ['Third Unheard', ''] : null), { counts: () => ({ runs: (runs += 1) }) }),
    );
    expect([kind, message]).toEqual(['nondeterministic', 'two runs differ in counts.runs: 1 and 2']);
  });
});

test('two runs of what is left are held against each other', async () => {
  let isDrifting = false;
  let runs = 0;
  const drifting = judged((heard) => (heard.includes(3) ? ['Third Unheard', ''] : null), {
    counts: () => ({ runs: isDrifting ? (runs += 1) : 0 }),
  });
  const { differs } = await shrink(
    spec(drifting, toyPlan(), {
      onProgress: ({ doing }: ShrinkProgress) => void (isDrifting ||= doing.startsWith('proof')),
    }),
  );
  expect(differs).toHaveLength(1);
  expect(differs[0]).toMatch(/^counts\.runs: \d+ and \d+$/);
});

describe('another defect on the way', () => {
  const modes = { odd: { mode: 1, a: 1, b: 1 }, plain: { mode: 0, a: 0, b: 0 } } as const;
  const two = judged((heard, { settings }, atEnd) => {
    const { mode, a, b } = settings as { mode: number; a: number; b: number };
    if (mode === 0) return atEnd ? ['Another One', `${a} ${b}`] : null;
    return heard.includes(3) ? ['Third Unheard', ''] : null;
  }, {}, { plainSettings: modes.plain });

  test('is told once, with the first plan that showed it; the one that is shrunk is not among them', async () => {
    const { others, property, plan } = await shrink(spec(two, toyPlan({ settings: modes.odd })));
    expect([property, (plan.settings as { mode: number }).mode]).toEqual(['Third Unheard', 1]);
    expect(others.map((other) => [other.property, other.detail])).toEqual([['Another One', '0 0']]);
    expect(run(two, others[0]!.plan).verdict).toEqual({ kind: 'violation', property: 'Another One', detail: '0 0' });
  });
  test('is never taken for the first, however short it is', async () => {
    const shorter = judged((heard, { seed }) =>
      seed.includes('~') ? ['Another One', ''] : heard.includes(3) ? ['Third Unheard', ''] : null,
    );
    const { property, plan, others } = await shrink(spec(shorter, toyPlan()));
    expect([property, plan.seed, others.map((other) => other.property)]).toEqual([
      'Third Unheard', 'toy', ['Another One'],
    ]);
  });
});

test('of several throws of the dice the shortest is taken', async () => {
  const lucky = judged((heard, { seed }) =>
    heard.includes(seed === 'toy ~3' ? 1 : seed === 'toy ~5' ? 2 : 5) ? ['Some Unheard', ''] : null,
  );
  const { plan, detail } = await shrink(spec(lucky, toyPlan()));
  expect([plan.seed, detail]).toEqual(['toy ~3', '']);
});

describe('time to settle', () => {
  const plan = toyPlan({ stormUs: 20 * ms, settleUs: 5000 * ms });
  const slow = judged((heard, _plan, atEnd) => (atEnd && heard.length > 0 ? ['Silence', ''] : null), {});
  const busyUntilFive = (): System => {
    const system = { ...slow };
    return { ...system, observer(of, durableOf) {
      const observer = system.observer(of, durableOf);
      let heard = 0;
      return { ...observer, stepped: (...step) => {
        if (step[3].kind === 'message') heard += 1;
        observer.stepped(...step);
      }, unsettled: () => (heard < 5 ? `${5 - heard} pings` : null) };
    } };
  };

  test('what is left has as much of it as the plan had: once the defect is mended it must not fail for want of time', async () => {
    const shrunk = await shrink(spec(slow, plan));
    expect([shrunk.property, shrunk.plan.settleUs]).toEqual(['Silence', 5000 * ms]);
  });
  test('candidates that had less of it and did not settle are no other defect', async () => {
    const shrunk = await shrink(spec(busyUntilFive(), plan));
    expect([
      shrunk.property, shrunk.plan.settleUs,
      shrunk.others.filter(({ property }) => property === progressAfterHealing.name),
    ]).toEqual(['Silence', 5000 * ms, []]);
  });
});
