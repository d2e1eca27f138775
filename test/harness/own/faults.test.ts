/** What befalls the plans of a scenario: families and kinds of faults, with and without. */
import { describe, expect, test } from 'vitest';
import { assumptionBreaking, faultKinds } from '../../../harness/plan/fault-kinds.ts';
import { diskKinds, faults } from '../../../harness/own/faults.ts';

const kindsOf = (choice: { readonly kinds: ReadonlySet<string> }): readonly string[] => [...choice.kinds].sort();
const all = kindsOf(faults.swarm());

describe('the swarm of a system', () => {
  test('has every kind but what breaks assumptions, and what asks for keys, sessions, snapshots or the metadata of a format', () => {
    expect(faultKinds.filter((kind) => !all.includes(kind))).toEqual([
      'damagedMetadata',
      'missingSnapshot',
      'hotKeys',
      'largeValues',
      'endlessSessions',
      'holdAcrossLeaderships',
      'isolateUntilSnapshot',
      'compactDuringInstall',
      ...assumptionBreaking,
      // What an operator wishes is told to a system that can be asked.
      'handOver',
      // Asks for numbers of clients that nobody has.
      'clientCrash',
      'replacedDisk',
    ]);
  });

  test('of some families and kinds has nothing but these', () => {
    expect(kindsOf(faults.swarm({ only: ['clocks', 'drop'] }))).toEqual([
      'clockDrift', 'clockJump', 'clockRate', 'drop',
    ]);
    expect(kindsOf(faults.swarm({ only: [] }))).toEqual([]);
  });

  test('without some has all the others', () => {
    expect(kindsOf(faults.swarm({ without: ['links', 'gone'] }))).toEqual(
      all.filter((kind) => !['slowLink', 'clog', 'swizzle', 'gone'].includes(kind)),
    );
    expect(kindsOf(faults.swarm({ only: ['clocks'], without: ['clockJump'] }))).toEqual(['clockDrift', 'clockRate']);
  });

  test('knows who must never be lost', () => {
    expect([...faults.swarm({ neverLost: [0, 2] }).neverLost]).toEqual([0, 2]);
    expect([...faults.swarm().neverLost]).toEqual([]);
  });

  test.each([['only'], ['without']])('%s: a name that is none is refused', (list) => {
    expect(() => faults.swarm({ [list]: ['drop', 'toString'] })).toThrow(
      'there is no fault "toString"; families are network, cuts, links, processes, disk, clocks, clients, kinds stand in docs/fault-model.md',
    );
  });
});

test('none is none', () => expect(kindsOf(faults.none)).toEqual([]));

test('what strikes only who writes', () => {
  expect([...diskKinds].sort()).toEqual([
    'bitRot', 'crashInRecovery', 'crashWriteKept', 'crashWriteLost', 'diskFull', 'failedWrite', 'failedWriteLeft',
    'lostPages', 'lostTail', 'misdirectedWrite', 'slowWrite', 'staleRead', 'stalledWrite', 'tornRecord', 'tornSnapshot',
  ]);
});
