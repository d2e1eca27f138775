/** What befell each message and timer, written down: exact on systems whose every message is known. */
import { describe, expect, test } from 'vitest';
import { calmFlags } from '../../../harness/plan/lab-flags.ts';
import { run } from '../../../harness/run.ts';
import { canFreeze, frozen } from '../../../harness/shrink/freeze.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { codec, deaf, greedy, ms, pinger, toy, toyPlan } from '../faults/toys.ts';

const system = toy([pinger(), greedy], { codec });
const fatesOf = (plan: Plan): readonly string[] =>
  frozen(system, plan)!.network.fates!.map(
    ({ from, to, nth, delaysUs }) => `${from}>${to} ${nth}: ${delaysUs.map((us) => us / ms).join(' ')}`,
  );

describe('the fates of five messages, sent at 10, 20, 30, 40 and 50 ms', () => {
  test('each by its way and its number from 1', () =>
    expect(fatesOf(toyPlan())).toEqual([1, 2, 3, 4, 5].map((nth) => `0>1 ${nth}: 1`)));
  test('lost ones arrive at no time, copied ones at two', () => {
    expect(fatesOf(toyPlan({ network: { dropPer1000: 1000 } }))).toEqual([1, 2, 3, 4, 5].map((nth) => `0>1 ${nth}: `));
    expect(fatesOf(toyPlan({ network: { duplicatePer1000: 1000 } }))).toEqual(
      [1, 2, 3, 4, 5].map((nth) => `0>1 ${nth}: 1 1`),
    );
  });
  test('one that is held back until the next is sent takes as long as from its own sending', () => {
    expect(fatesOf(toyPlan({ network: { reorderPer1000: 1000 } }))).toEqual([
      '0>1 1: 12.001', '0>1 2: 1', '0>1 3: 12.001', '0>1 4: 1', '0>1 5: 51',
    ]);
  });
  test('those into a closed way have none, and are counted', () => {
    const cut = toyPlan({ faults: [{ kind: 'cut', fromUs: 15 * ms, untilUs: 35 * ms, from: 0, to: 1 }] });
    expect(fatesOf(cut)).toEqual(['0>1 1: 1', '0>1 4: 1', '0>1 5: 1']);
    expect(run(system, frozen(system, cut)!).digest).toBe(run(system, cut).digest);
  });
});

test('of damaged messages no list can say what was in them', () => {
  const damaged = toyPlan({ network: { corruptPer1000: 1000, checksums: false } });
  expect(frozen(system, damaged)).toBeNull();
});

test('each timer that has a choice is listed, and each of a fixed time is not', () => {
  const drawn = toy([
    {
      ...pinger(),
      boot: () => ({
        state: { sent: 0 }, effects: [{ kind: 'setTimer', timer: 'go', afterUs: { min: 10 * ms, max: 11 * ms } }],
      }),
    },
    deaf,
  ]);
  const timers = frozen(drawn, toyPlan())!.timers!;
  expect(timers.map(({ node, timer, nth }) => `${node} ${timer} ${nth}`)).toEqual(['0 go 1']);
  expect(timers[0]!.afterUs).toBeGreaterThanOrEqual(10 * ms);
  expect(frozen(system, toyPlan())!.timers).toEqual([]);
});

test('rates go, for they would be used no more; delays, disk, faults and the rest stay', () => {
  const plan = toyPlan({
    network: {
      dropPer1000: 1, duplicatePer1000: 2, latePer1000: 3, tailUs: 4, reorderPer1000: 5,
      replay: { per1000: 6, afterUs: { min: 0, max: 0 } }, manner: 'honest',
    },
    faults: [{ kind: 'pause', fromUs: 0, untilUs: 1, nodes: [0] }],
  });
  const { network, timers, ...rest } = frozen(system, plan)!;
  const { network: { delayUs, lateUs }, ...others } = plan;
  expect(Object.keys(network).sort()).toEqual([
    'delayUs', 'dropPer1000', 'duplicatePer1000', 'fates', 'latePer1000', 'lateUs', 'manner',
  ]);
  expect([
    network.delayUs, network.lateUs, network.dropPer1000, network.duplicatePer1000, network.latePer1000, network.manner,
    timers,
  ]).toEqual([delayUs, lateUs, 0, 0, 0, 'honest', []]);
  expect(rest).toEqual(others);
});

test('the lab\'s network and a steered one decide otherwise: their fates cannot be listed', () => {
  expect(
    [
      toyPlan(), toyPlan({ network: { manner: 'honest' } }), toyPlan({ network: { manner: 'lab' } }),
      toyPlan({ network: { manner: 'lab', lab: calmFlags } }), toyPlan({ network: { lab: calmFlags } }),
    ].map(canFreeze),
  ).toEqual([true, true, false, false, false]);
});
