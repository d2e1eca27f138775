/** A function of a user's that throws is told by its name and its place: no fault of the harness, and no violation. */
import { describe, expect, test } from 'vitest';
import { runChunk } from '../../../harness/campaign/campaign.ts';
import { defineScenario } from '../../../harness/own/define-scenario.ts';
import { faults } from '../../../harness/own/faults.ts';
import { named } from '../../../harness/own/named.ts';
import { SystemError } from '../../../harness/system.ts';
import { adding, counters } from './counters.ts';

const throws = (): never => {
  throw new RangeError('no such field');
};

test('what does not throw is as it was', () => {
  expect(named('it', (a: number, b: number) => a - b)(7, 2)).toBe(5);
});
test('what throws is told with its place', () => {
  expect(() => named('it', throws)()).toThrow(SystemError);
  expect(() => named('it', throws)()).toThrow(/^it threw RangeError: no such field \(at .*named\.test\.ts:11:\d+\)*$/);
  expect(() => named('it', () => { throw 'a text'; })()).toThrow(new SystemError('it threw a text'));
});
test('what says itself why it cannot be run is believed', () => {
  const why = new SystemError('too few servers');
  expect(() => named('it', () => { throw why; })()).toThrow(why);
});

describe('in a run', () => {
  test.each([
    ['the invariant "A"', { invariants: { A: { step: throws } } }],
    ['the invariant "B"', { invariants: { B: { always: throws } } }],
    ['the situation "seen"', { situations: { seen: throws } }],
    ['`settled`', { settled: throws }],
    ['`owesProgress`', { owesProgress: throws }],
    ['`role`', { role: throws }],
    ['`servers`', { servers: throws }],
  ] as const)('%s', (what, parts) => {
    const scenario = defineScenario(counters(parts as never), {
      servers: 3,
      clients: 1,
      faults: faults.swarm({ only: ['crash', 'pause'] }),
      operations: adding.mix((_random, number) => ({ op: 'add', by: number }), { each: what === '`settled`' ? 0 : 2 }),
    });
    const { undrawn, faults: ofHarness, violations } = runChunk(scenario, [1]);
    expect([ofHarness, violations]).toEqual([[], []]);
    expect(undrawn).toEqual([
      {
        seed: 1,
        detail: expect.stringMatching(
          new RegExp(
            `^seed 1: counters: ${what} threw RangeError: no such field \\(at .*named\\.test\\.ts:11:\\d+\\)*$`,
          ),
        ),
      },
    ]);
  });
});
