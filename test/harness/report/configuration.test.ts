/** Where a plan's configuration differs from the plain one: that alone is told. */
import { expect, test } from 'vitest';
import { configurationOf } from '../../../harness/report/configuration.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import type { System } from '../../../harness/system.ts';
import { ms, toy, toyPlan } from '../faults/toys.ts';

const told = (plan: Plan, system: System = toy([])): readonly string[] =>
  configurationOf(system, plan).map(({ field, value, plain }) => `${field} ${value} (${plain})`);

test('of a plain plan nothing: messages take a millisecond, nothing is lost, copied or late, and disks write at once', () =>
  expect(told(toyPlan())).toEqual([]));

test('settings that are not those that the system calls plain', () => {
  const system = toy([], {
    plainSettings: { electionUs: { min: 1, max: 2 }, preVote: false, snapshot: null, names: ['a'] },
  });
  const settings = {
    electionUs: { min: 5, max: 9 }, heartbeatUs: { min: 7, max: 7 }, preVote: true, snapshot: null, names: ['a'],
    more: { deep: [1] },
  };
  expect(told(toyPlan({ settings }), system)).toEqual([
    'settings.electionUs 5..9 (1..2)', 'settings.heartbeatUs 7 (null)', 'settings.preVote true (false)',
    'settings.more {"deep":[1]} (null)',
  ]);
  expect(told(toyPlan({ settings: { preVote: false } }))).toEqual(['settings.preVote false (null)']);
  expect(
    told(
      toyPlan({ settings: { mode: 'fast', snapshot: null } }),
      toy([], { plainSettings: { mode: 'slow', snapshot: 7 } }),
    ),
  ).toEqual(['settings.mode fast (slow)', 'settings.snapshot null (7)']);
});

test('rates and delays of the network, how late is late only where something is, and never the fates of single messages', () => {
  expect(
    told(
      toyPlan({
        network: {
          delayUs: { min: ms, max: 2 * ms }, dropPer1000: 3, duplicatePer1000: 4, lateUs: { min: 5, max: 6 },
          fates: [{ from: 0, to: 1, nth: 1, delaysUs: [] }],
        },
      }),
    ),
  ).toEqual(['network.delayUs 1000..2000 (1000)', 'network.dropPer1000 3 (0)', 'network.duplicatePer1000 4 (0)']);
  expect(told(toyPlan({ network: { latePer1000: 1, lateUs: { min: 5, max: 6 } } }))).toEqual([
    'network.latePer1000 1 (0)', 'network.lateUs 5..6 (null)',
  ]);
});

test('writes that take time, and whom healing leaves out', () => {
  expect(
    told(toyPlan({ disk: { writeUs: { min: 0, max: 8 } }, healing: { kind: 'majority', nodes: [1] } as never })),
  ).toEqual(['disk.writeUs 0..8 (0)', 'healing {"kind":"majority","nodes":[1]} ({"kind":"everyone"})']);
});
