/** What a campaign was to go through and did not, as a line. */
import { expect, test } from 'vitest';
import { emptyResult } from '../../../harness/campaign/campaign.ts';
import { absences, situationsLine, unfiredKinds, type Absences } from '../../../harness/campaign/required.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';
import { toy, toyPlan } from '../faults/toys.ts';

const nothing: Absences = { unreached: [], faultsNeverOn: [], faultsNeverFired: [], faultsNeverMattered: [] };
const scenario = (own: Partial<Scenario> = {}): Scenario => ({
  name: 'toy', summary: '', system: toy([]), draw: () => toyPlan(), ...own,
});
const kind = (fired: number, mattered: number, seeds = 1) => ({
  seeds, eligible: 9, fired, mattered, firstFired: null, firstMattered: null,
});

test('what was required and never met; what was on and never struck, and what struck and never mattered', () => {
  const result = {
    ...emptyResult('toy'),
    tallies: { met: { total: 1, seeds: 1, firstSeed: 1 }, never: { total: 0, seeds: 0, firstSeed: null } },
    faultKinds: { drop: kind(2, 1), crash: kind(2, 0), corrupt: kind(0, 0), pause: kind(0, 0, 0) },
  };
  expect(
    absences(
      scenario({ required: ['met', 'never', 'unheard'], requiredFaults: ['drop', 'corrupt', 'pause', 'cut'] }),
      result,
    ),
  ).toEqual({
    unreached: ['never', 'unheard'], faultsNeverOn: ['pause', 'cut'], faultsNeverFired: ['corrupt', 'pause'],
    faultsNeverMattered: ['crash'],
  });
  expect(absences(scenario(), emptyResult('toy'))).toEqual(nothing);
  expect(unfiredKinds({ a: { fired: 0 }, b: { fired: 1 } })).toEqual(['a']);
});

test('as a line; in fewer than a thousand seeds it proves nothing, which is said', () => {
  expect([situationsLine(nothing, 1), situationsLine(nothing, 1000)]).toEqual(['all reached', 'all reached']);
  const all = { unreached: ['a', 'b'], faultsNeverOn: ['c'], faultsNeverFired: ['d'], faultsNeverMattered: ['e'] };
  const line =
    'never reached: a, b; faults never switched on: c; faults on and never fired: d; faults that never mattered: e';
  expect([situationsLine(all, 1000), situationsLine(all, 999)]).toEqual([
    line, `${line}; 999 seeds are too few to tell`,
  ]);
  expect(situationsLine({ ...nothing, faultsNeverFired: ['d'] }, 5000)).toBe('faults on and never fired: d');
});
