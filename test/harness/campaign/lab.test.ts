/** What one seed adds to the row of a lab's test, whatever it came to. */
import { describe, expect, test } from 'vitest';
import type { Observer } from '../../../checkers/checker.ts';
import { emptyRow, withSeed, type LabRow } from '../../../harness/campaign/lab.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';
import { sumOfDigests } from '../../../harness/digest.ts';
import { run } from '../../../harness/run.ts';
import { SystemError } from '../../../harness/system.ts';
import { labScenarios } from '../../../scenarios/lab/lab-scenarios.ts';
import { client, echo, ms, toy, toyPlan } from '../faults/toys.ts';

const serving = toyPlan({ servers: 1, clients: 1, operations: [{ client: 0, atUs: 10 * ms, request: null }] });
const scenario = (own: Partial<Observer> = {}, draw: Scenario['draw'] = () => serving): Scenario => {
  const plain = toy([echo, client]);
  return {
    name: 'toy',
    summary: '',
    system: { ...plain, observer: (plan, durableOf) => ({ ...plain.observer(plan, durableOf), ...own }) },
    draw,
  };
};
const meter = <T>(body: () => T) => ({ value: body(), wallMs: 7, cpuMs: 3 });
const zeros = '0000000000000000';
/** A row in which nothing is 0, so that what is added is told from what is put in its place. */
const before: LabRow = {
  ...emptyRow('toy'), seeds: 10, passed: 9, virtualUs: 5, wallMs: 100, cpuMs: 50, calls: 4, callBytes: 6, operations: 2,
  events: 8, unknowns: [{ seed: 1, detail: 'old' }],
};
const after = (one: Scenario, seed = 5): LabRow => withSeed(before, one, seed, meter);

describe('a seed', () => {
  const { digest, events, steps } = run(scenario().system, serving);
  const counted = {
    ...before, seeds: 11, virtualUs: 5 + 100 * ms, wallMs: 107, cpuMs: 53, operations: 3, events: 8 + events,
    digest: sumOfDigests([zeros, digest]),
  };

  test('that passes', () => expect(after(scenario())).toEqual({ ...counted, passed: 10 }));
  test('an unknown, which is no pass', () => {
    expect(after(scenario({ finish: () => ({ kind: 'unknown', detail: 'd' }) }))).toEqual({
      ...counted,
      unknowns: [
        { seed: 1, detail: 'old' }, { seed: 5, detail: 'd' },
      ],
    });
  });
  test('that is a violation', () => {
    expect(after(scenario({ finish: () => ({ kind: 'violation', property: 'P', detail: 'd' }) }))).toEqual({
      ...counted,
      violations: [{ seed: 5, property: 'P', detail: 'd', step: steps, atUs: 100 * ms, digest }],
    });
  });
  test('a violation whose second run is another', () => {
    let runs = 0;
    const counting = scenario({ finish: () => ({ kind: 'violation', property: 'P', detail: `${(runs += 1)}` }) });
    const { violations, nondeterministic } = after(counting);
    expect(violations).toMatchObject([{ detail: '1' }]);
    expect(nondeterministic).toEqual([{ seed: 5, digests: [digest, digest], differs: ['verdict.detail: 1 and 3'] }]);
  });
  test('a fault of the harness, one whose system is at fault, and one that cannot be drawn, whose time counts and nothing else', () => {
    const timed = { ...before, seeds: 11, wallMs: 107, cpuMs: 53 };
    expect(
      after(
        scenario({
          finish: () => {
            throw new TypeError('no');
          },
        }),
      ),
    ).toEqual({ ...timed, faults: [{ seed: 5, message: expect.stringMatching(/^TypeError: no\n/) }] });
    expect(
      after(
        scenario({
          finish: () => {
            throw new SystemError('the invariant "x" threw RangeError: no');
          },
        }),
      ),
    ).toEqual({ ...timed, undrawn: [{ seed: 5, detail: 'seed 5: the invariant "x" threw RangeError: no' }] });
    expect(after(scenario({}, () => ({ ...serving, servers: 9 })))).toEqual({
      ...timed, undrawn: [{ seed: 5, detail: 'seed 5: servers: expected at most 7' }],
    });
  });
});

test('calls and their bytes are those of the lab’s network', () => {
  const basic = labScenarios.find(({ name }) => name === 'lab/2B-1-BasicAgree')!;
  const { rpcs } = run(basic.system, basic.draw(3));
  const { calls, callBytes } = withSeed(before, basic, 3, meter);
  expect([calls, callBytes]).toEqual([4 + rpcs!.calls, 6 + rpcs!.bytes]);
  expect(rpcs!.bytes).toBeGreaterThan(rpcs!.calls);
});
