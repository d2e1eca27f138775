/** What must hold of a plan, drawn or from a file: each rule with a plan that breaks it, and one that just does not. */
import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { drawPlan } from '../../../harness/campaign/draw.ts';
import { DrawError } from '../../../harness/campaign/draw-error.ts';
import { mustBeValid } from '../../../harness/plan/drawn-plan.ts';
import { faultKindsOf } from '../../../harness/plan/switched-on.ts';
import type { Fault } from '../../../harness/plan/fault.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';
import { echo, ms, toy, toyPlan } from '../faults/toys.ts';

const system = {
  ...toy([echo]),
  settings: v.strictObject({}),
  request: v.nullable(v.number()),
  requestProblem: (request: unknown, settings: unknown) =>
    request === 13 && settings !== undefined ? '13 brings bad luck' : null,
  scripts: new Map([['good', () => undefined as never]]),
};
const flags = { reliable: true, longDelays: false, longReordering: false };
const check = (parts: Record<string, unknown>): string => {
  try {
    mustBeValid(7, { ...toyPlan({ servers: 3, clients: 2 }), ...parts } as unknown as Plan, system);
    return 'valid';
  } catch (error) {
    return (error as Error).message.replace('seed 7: ', '');
  }
};
const operation = { client: 0, atUs: 0, request: null };
const pause = (nodes: unknown): Fault => ({ kind: 'pause', fromUs: 0, untilUs: 1, nodes: nodes as number[] });
const crash = (nodes: readonly number[]): Fault => ({ kind: 'crash', atUs: 0, restartUs: 1, nodes, moment: 'now' });

describe('a plan', () => {
  test.each<readonly [string, Record<string, unknown>, string]>([
    ['as it should be', {}, 'valid'],
    ['with a field that there is not', { colour: 'red' }, 'colour: Invalid key: Expected never but received "colour"'],
    ['of another format', { format: 'plan' }, 'format: expected "whitewater-plan"'],
    ['of another version', { version: 2 }, 'version: expected version 1'],
    ['of another system', { system: 'raft' }, 'system: the plan is for system "raft", and its scenario runs "toy"'],
    [
      'with settings that the system does not have', { settings: { fast: true } },
      'settings.fast: Invalid key: Expected never but received "fast"',
    ],
    ['of no server', { servers: 0 }, 'servers: expected at least 1'],
    ['of eight servers', { servers: 8 }, 'servers: expected at most 7'],
    [
      'with a rate above all', { network: { ...toyPlan().network, dropPer1000: 1001 } },
      'network.dropPer1000: expected at most 1000',
    ],
    [
      'with a range that is none', { network: { ...toyPlan().network, delayUs: { min: 2, max: 1 } } },
      'network.delayUs: expected min to be at most max',
    ],
    ['with a storm of longer than an hour', { stormUs: 3_600_000_001 }, 'stormUs: expected at most 3600000000'],
    ['whose last client asks', { operations: [{ ...operation, client: 1 }] }, 'valid'],
    [
      'with a client that there is not', { operations: [{ ...operation, client: 2 }] },
      'operations[0].client: there are 2 clients, counted from 0',
    ],
    [
      'whose client comes back as one that there is not',
      { operations: [{ ...operation, crash: { afterUs: 1, as: 2, downUs: 0 } }] },
      'operations[0].crash.as: there are 2 clients, counted from 0',
    ],
    ['whose client comes back', { operations: [{ ...operation, crash: { afterUs: 1, as: 1, downUs: 0 } }] }, 'valid'],
    [
      'whose client comes back as itself',
      { operations: [{ ...operation, crash: { afterUs: 1, as: 0, downUs: 0 } }] },
      'operations[0].crash.as: client 0 has operations of its own; name one that has none, and count it in `clients`',
    ],
    [
      'whose client comes back twice as the same',
      {
        operations: [
          { ...operation, crash: { afterUs: 1, as: 1, downUs: 0 } },
          { ...operation, crash: { afterUs: 1, as: 1, downUs: 0 } },
        ],
      },
      'operations[1].crash.as: operation 0 has a client come back as 1, too; nobody comes back as somebody else',
    ],
    [
      'whose client asks nothing again', { operations: [{ ...operation, again: false }] },
      'operations[0].again: expected true, or no such field',
    ],
    [
      'with a request that the system does not know', { operations: [operation, { ...operation, request: 'x' }] },
      'operations[1].request: Invalid type: Expected number but received "x"',
    ],
    [
      'with a request that does not go with the settings', { operations: [operation, { ...operation, request: 13 }] },
      'operations[1].request: 13 brings bad luck',
    ],
    ['whose last node pauses', { faults: [pause([4])] }, 'valid'],
    [
      'with a fault on a node that there is not', { faults: [pause([5])] },
      'faults[0]: it names node 5; there are 5, counted from 0',
    ],
    ['whose last server crashes', { faults: [crash([2])] }, 'valid'],
    [
      'whose client crashes', { faults: [pause([0]), crash([3])] },
      'faults[1]: it names node 3; a fault of kind "crash" strikes the 3 servers only',
    ],
    ['whose last server stays down', { healing: { kind: 'minorityDown', nodes: [2] } }, 'valid'],
    [
      'whose client stays down', { healing: { kind: 'minorityDown', nodes: [3] } },
      'healing.nodes: it names node 3; there are 3 servers, counted from 0',
    ],
    ['whose first server stays in trouble', { healing: { kind: 'minorityInTrouble', nodes: [0] } }, 'valid'],
    [
      'whose client stays in trouble', { healing: { kind: 'minorityInTrouble', nodes: [3] } },
      'healing.nodes: it names node 3; there are 3 servers, counted from 0',
    ],
    [
      'with more trouble than a majority', { healing: { kind: 'minorityInTrouble', nodes: [0, 2] } },
      'healing.nodes: it names 2 of 3 servers; trouble may go on for fewer than half of them',
    ],
    [
      'with trouble of half', { servers: 2, healing: { kind: 'minorityInTrouble', nodes: [1] } },
      'healing.nodes: it names 1 of 2 servers; trouble may go on for fewer than half of them',
    ],
    [
      'whose network stays poor',
      { network: { ...toyPlan().network, lasting: { dropPer1000: 50, duplicatePer1000: 50, tailUs: 5000 } } },
      'valid',
    ],
    [
      'whose network stays bad',
      { network: { ...toyPlan().network, lasting: { dropPer1000: 51, duplicatePer1000: 0, tailUs: 0 } } },
      'network.lasting.dropPer1000: expected at most 50',
    ],
    [
      'with a fate from nowhere',
      { network: { ...toyPlan().network, fates: [{ from: 5, to: 0, nth: 1, delaysUs: [] }] } },
      'network.fates[0].from: it names node 5; there are 5, counted from 0',
    ],
    [
      'with a fate to nowhere',
      { network: { ...toyPlan().network, fates: [{ from: 0, to: 5, nth: 1, delaysUs: [] }] } },
      'network.fates[0].to: it names node 5; there are 5, counted from 0',
    ],
    [
      'with fates that lose a message and copy another',
      {
        network: {
          ...toyPlan().network,
          fates: [
            { from: 0, to: 1, nth: 1, delaysUs: [] }, { from: 1, to: 0, nth: 2, delaysUs: [0, 3_600_000_000] },
          ],
        },
      },
      'valid',
    ],
    [
      'with a fate of no message',
      { network: { ...toyPlan().network, fates: [{ from: 0, to: 1, nth: 0, delaysUs: [] }] } },
      'network.fates[0].nth: expected at least 1',
    ],
    [
      'with a fate of half a microsecond',
      { network: { ...toyPlan().network, fates: [{ from: 0, to: 1, nth: 1, delaysUs: [0.5] }] } },
      'network.fates[0].delaysUs[0]: expected whole microseconds',
    ],
    [
      'with a fate of years',
      { network: { ...toyPlan().network, fates: [{ from: 0, to: 1, nth: 1, delaysUs: [3_600_000_001] }] } },
      'network.fates[0].delaysUs[0]: expected at most an hour',
    ],
    [
      'with a timer of no name', { timers: [{ node: 0, timer: 1, nth: 1, afterUs: 1 }] },
      'timers[0].timer: expected the name of a timer',
    ],
    [
      'with a timer that is set at no time', { timers: [{ node: 0, timer: 'a', nth: 0, afterUs: 1 }] },
      'timers[0].nth: expected at least 1',
    ],
    ['with a fault that is aimed at the leader', { faults: [pause('leader')] }, 'valid'],
    ['with a fault of a whole hour', { faults: [{ ...pause([0]), untilUs: 3_600_000_000 }] }, 'valid'],
    [
      'with a timer of nobody', { timers: [{ node: 5, timer: 'a', nth: 1, afterUs: 1 }] },
      'timers[0].node: it names node 5; there are 5, counted from 0',
    ],
    ['with a script that there is', { script: 'good', network: { ...toyPlan().network, lab: flags } }, 'valid'],
    [
      'with a script that there is not',
      { script: 'bad', network: { ...toyPlan().network, lab: flags } },
      'script: system "toy" has no script "bad"; `whitewater scenarios` lists those of the labs',
    ],
    [
      'with a script on a network that cannot be steered', { script: 'good' },
      'network: a plan with a script needs `lab`: { reliable, longDelays, longReordering }',
    ],
  ])('%s', (_, parts, says) => expect(check(parts)).toBe(says));
});

describe('a fault', () => {
  test.each<readonly [unknown, string]>([
    [{ kind: 'quake' }, 'faults[0].kind: expected a fault of kind partition, '],
    [pause('everybody'), 'faults[0].nodes: expected node ids or "leader"'],
    [{ ...pause([0]), untilUs: -1 }, 'faults[0].untilUs: expected at least 0'],
    [{ ...pause([0]), untilUs: 3_600_000_001 }, 'faults[0].untilUs: expected at most an hour'],
    [{ ...pause([0]), fromUs: 0.5 }, 'faults[0].fromUs: expected whole microseconds'],
    [pause([-1]), 'faults[0].nodes: expected node ids or "leader"'],
    [{ kind: 'cut', fromUs: 0, untilUs: 1, from: -1, to: 0 }, 'faults[0].from: expected at least 0'],
    [
      { ...crash([0]), moment: 'soon' },
      'faults[0].moment: expected "now", "writeLost", "writeKept", "answered", "sending" or "recovering"',
    ],
    [
      { kind: 'clockRate', fromUs: 0, untilUs: 1, nodes: [0], ratePer1000: 99 },
      'faults[0].ratePer1000: expected at least 100',
    ],
    [
      { kind: 'isolation', fromUs: 0, untilUs: 1, nodes: [0], direction: 'up' },
      'faults[0].direction: expected "both", "inbound" or "outbound"',
    ],
    [
      { kind: 'crashLoop', fromUs: 0, untilUs: 1, nodes: [0], downUs: 999, upUs: 1000 },
      'faults[0].downUs: expected at least 1000',
    ],
    [
      { kind: 'swizzle', fromUs: 0, untilUs: 1, nodes: [0, 1], release: [1], everyUs: 1 },
      'faults[0]: expected `release` to list the same nodes',
    ],
  ])('%j', (fault, says) => expect(check({ faults: [fault] })).toContain(says));
});

describe('drawing', () => {
  const scenario = (draw: (seed: number) => unknown): Scenario => ({
    name: 'own', summary: '', system, draw: draw as Scenario['draw'],
  });

  test('gives the plan as it was drawn', () => {
    const plan = toyPlan({ seed: 'x' });
    expect(drawPlan(scenario(() => plan), 7)).toBe(plan);
  });
  test('a plan that is wrong is the scenario\'s fault, with seed and field', () => {
    expect(() =>
      drawPlan(
        scenario(() => toyPlan({ faults: [crash([2])] })), 7,
      ),
    ).toThrow(new DrawError('seed 7: faults[0]: it names node 2; a fault of kind "crash" strikes the 2 servers only'));
    expect(() => drawPlan(scenario(() => undefined), 7)).toThrow(/^seed 7: the plan: /);
  });
  test('so is a function that throws, with the place in its code', () => {
    expect(() => drawPlan(scenario((seed) => {
      throw new RangeError(`not ${seed}`);
    }), 7)).toThrow(/^seed 7: the drawing function of own threw RangeError: not 7 \(at .*valid-plan\.test\.ts/);
  });
});

describe('which kinds of fault a plan switches on', () => {
  const on = (parts: Parameters<typeof toyPlan>[0]): string => [...faultKindsOf(toyPlan(parts))].join(' ');
  const spanned = { fromUs: 0, untilUs: 1 };
  test.each<readonly [Parameters<typeof toyPlan>[0], string]>([
    [{}, ''],
    [{ network: { dropPer1000: 1 } }, 'drop'],
    [{ network: { duplicatePer1000: 1 } }, 'duplicate'],
    [{ network: { latePer1000: 1 } }, 'late'],
    [{ network: { replay: { per1000: 1, afterUs: { min: 0, max: 0 } } } }, 'replay'],
    [{ network: { replay: { per1000: 0, afterUs: { min: 0, max: 0 } } } }, ''],
    [{ network: { tailUs: 1 } }, 'exponentialDelay'],
    [{ network: { reorderPer1000: 1 } }, 'reorder'],
    [{ network: { corruptPer1000: 1 } }, 'corrupt'],
    [{ network: { corruptPer1000: 1, checksums: false } }, 'uncheckedCorruption'],
    [{ network: { checksums: false } }, ''],
    [{ network: { dropPer1000: 1, fates: [] } }, ''],
    [{ network: { dropPer1000: 1, manner: 'lab' } }, ''],
    [{ network: { dropPer1000: 1, lab: flags } }, ''],
    [{ disk: { writeUs: { min: 0, max: 1 } } }, 'slowWrite'],
    [{ disk: { bytes: true, tornPer1000: 5 } }, ''],
    [{ disk: { bytes: true }, faults: [crash([0])] }, 'crash lostTail'],
    [{ disk: { bytes: true, tornPer1000: 1 }, faults: [crash([0])] }, 'crash lostTail tornRecord tornSnapshot'],
    [{ disk: { bytes: true, failedLeavesPer1000: 1 } }, ''],
    [
      { disk: { bytes: true, failedLeavesPer1000: 0 }, faults: [{ kind: 'failedWrite', ...spanned, nodes: [0] }] },
      'failedWrite',
    ],
    [
      { disk: { bytes: true, failedLeavesPer1000: 1 }, faults: [{ kind: 'failedWrite', ...spanned, nodes: [0] }] },
      'failedWrite failedWriteLeft',
    ],
    [
      { disk: { bytes: true, failedLeavesPer1000: 1 }, faults: [{ kind: 'diskFull', ...spanned, nodes: [0] }] },
      'diskFull failedWriteLeft',
    ],
    [
      {
        disk: { bytes: true, failedLeavesPer1000: 1, lostPagesPer1000: 1 },
        faults: [{ kind: 'failedWrite', ...spanned, nodes: [0] }],
      },
      'failedWrite failedWriteLeft lostPages',
    ],
    [
      { disk: { bytes: true, lostPagesPer1000: 1 }, faults: [{ kind: 'failedWrite', ...spanned, nodes: [0] }] },
      'failedWrite',
    ],
    [{ disk: { recoverUs: { min: 0, max: 1 } } }, ''],
    [{ disk: { recoverUs: { min: 0, max: 1 } }, faults: [crash([0])] }, 'crash crashInRecovery'],
    [{ faults: [{ ...crash([0]), moment: 'recovering' } as Fault] }, 'crashInRecovery'],
    [{ faults: [{ ...crash([0]), moment: 'sending' } as Fault] }, 'crashInSends'],
    [{ faults: [{ ...crash([0]), moment: 'writeLost' } as Fault] }, 'crashWriteLost'],
    [{ faults: [{ ...crash([0]), moment: 'writeKept' } as Fault] }, 'crashWriteKept'],
    [{ faults: [{ ...crash([0]), moment: 'answered' } as Fault] }, 'crash'],
    [{ faults: [{ kind: 'stall', ...spanned, nodes: [0], byUs: 1 }] }, 'stalledWrite'],
    [{ faults: [{ kind: 'partition', ...spanned, groups: [[0], [1]] }] }, 'partition'],
    [
      {
        faults: [
          {
            kind: 'partition',
            ...spanned,
            groups: [
              [0, 1], [1, 2],
            ],
          },
        ],
      },
      'bridge',
    ],
    [
      {
        faults: [
          {
            kind: 'partition',
            ...spanned,
            groups: [
              [0, 1], [1, 2], [2, 0],
            ],
          },
        ],
      },
      'ring',
    ],
    [{ faults: [{ kind: 'damagedDisk', atUs: 0, restartUs: 1, nodes: [0], damage: 'bitRot', part: 0 }] }, 'bitRot'],
    [{ operations: [{ ...operation, giveUpUs: 1 * ms, load: ['burst', 'hotKeys'] }] }, 'giveUp burst hotKeys'],
    [{ operations: [{ ...operation, crash: { afterUs: 1, as: 1, downUs: 0 } }] }, 'clientCrash'],
  ])('%j: %s', (parts, kinds) => expect(on(parts)).toBe(kinds));
});
