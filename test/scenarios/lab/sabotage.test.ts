/**
 * Every assertion of the labs can fail: each test here breaks one thing in the plan or the system and
 * names the property that must notice, by the lab test that states it.
 */
import { describe, expect, test } from 'vitest';
import { Violated } from '../../../checkers/checker.ts';
import type { ClerkMessage } from '../../../core/kv/messages.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { run } from '../../../harness/run.ts';
import type { AnyEffect, AnyProcess, System } from '../../../harness/system.ts';
import { appendsMustBeOnceInOrder, piece } from '../../../scenarios/lab/appends.ts';
import { labScenarios } from '../../../scenarios/lab/lab-scenarios.ts';

const scenario = (name: string) => labScenarios.find((one) => one.name === name)!;

type Sabotage = (plan: Plan, system: System) => { readonly plan?: Plan; readonly system?: System };

const settings =
  (changed: object): Sabotage =>
  (plan) => ({ plan: { ...plan, settings: { ...(plan.settings as object), ...changed } } });

const withProcesses = (change: (process: AnyProcess, node: number) => AnyProcess): Sabotage => (_plan, system) => ({
  system: { ...system, processes: (plan) => system.processes(plan).map(change) },
});

/** Every step's effects as this function leaves them. */
const withEffects = (change: (effects: readonly AnyEffect[], node: number) => readonly AnyEffect[]): Sabotage =>
  withProcesses((process, node) => ({
    ...process,
    step(state, event) {
      const step = process.step(state, event);
      return { state: step.state, effects: change(step.effects, node) };
    },
  }));

const without = (kind: string): Sabotage =>
  withEffects((effects) =>
    effects.filter((effect) => effect.kind !== 'send' || (effect.message as { kind: string }).kind !== kind),
  );

/** Replies to clients that tell of another value than the server meant. */
const withReads = (change: (value: string) => string): Sabotage => withEffects((effects) => effects.map((effect) => {
  if (effect.kind !== 'send') return effect;
  const message = effect.message as ClerkMessage;
  if (message.kind !== 'clientReply' || message.outcome.kind !== 'done' || typeof message.outcome.result !== 'string')
    return effect;
  return { ...effect, message: { ...message, outcome: { kind: 'done', result: change(message.outcome.result) } } };
}));

/** Observers look into every step; without them the tests' own assertions and the history are left. */
const unobserved: Sabotage = (_plan, system) => ({
  system: {
    ...system,
    observer(plan, durableOf) {
      const observer = system.observer(plan, durableOf);
      return {
        ...observer, booted: () => {}, stepped: () => {}, crashed: () => {}, healed: () => {}, invoked: () => {},
        returned: () => {}, unsettled: () => null, finish: () => ({ kind: 'ok' }), counts: () => ({}),
      };
    },
  },
});

function verdictOf(name: string, sabotages: readonly Sabotage[]): string {
  let { system } = scenario(name);
  let plan = scenario(name).draw(1);
  for (const sabotage of sabotages) {
    const changed = sabotage(plan, system);
    plan = changed.plan ?? plan;
    system = changed.system ?? system;
  }
  const { verdict } = run(system, plan);
  return verdict.kind === 'violation' ? verdict.property : verdict.kind;
}

const cases: readonly (readonly [string, string, string, readonly Sabotage[]])[] = [
  ['nobody answers a vote', 'lab/2A-1-InitialElection', 'Leader Elected', [without('requestVoteReply')]],
  ['leaders keep silent', 'lab/2A-1-InitialElection', 'Term Is Stable', [without('appendEntries')]],
  ['a no-op takes the first index', 'lab/2B-1-BasicAgree', 'Index Of Agreement', [settings({ noopOnElection: true })]],
  [
    'every message is twice as long',
    'lab/2B-2-RPCBytes',
    'RPC Bytes',
    [
      (_plan, system) => ({
        system: { ...system, rpc: { ...system.rpc!, sizeBytes: (message) => 2 * system.rpc!.sizeBytes(message) } },
      }),
    ],
  ],
  ['followers never answer', 'lab/2B-3-FailAgree', 'Agreement', [without('appendEntriesReply')]],
  ['heartbeats come every 2 ms', 'lab/2B-8-Count', 'Calls To Elect', [settings({ heartbeatUs: 2000 })]],
  ['a heartbeat every 30 ms', 'lab/2B-8-Count', 'Idle Calls', [settings({ heartbeatUs: 30_000 })]],
  [
    'every request is sent twice',
    'lab/2B-8-Count',
    'Calls For A Batch',
    [
      withEffects((effects) =>
        effects.flatMap((effect) =>
          effect.kind === 'send' && (effect.message as { kind: string }).kind === 'appendEntries'
            ? [effect, effect]
            : [effect],
        ),
      ),
    ],
  ],
  ['no snapshots are taken', 'lab/2D-1-SnapshotBasic', 'State Size', [settings({ snapshotEvery: 0 })]],
  ['no snapshots are taken', 'lab/2D-7-SnapshotInit', 'Snapshot Survives', [settings({ snapshotEvery: 0 })]],
  ['snapshots are taken where none may be', 'lab/3A-1-Basic', 'Snapshot Size', [settings({ maxRaftState: 1000 })]],
  ['no snapshots are taken', 'lab/3B-2-SnapshotSize', 'State Size', [settings({ maxRaftState: -1 })]],
  ['no snapshots are taken', 'lab/3B-4-SnapshotRecover', 'State Size', [settings({ maxRaftState: -1 })]],
  ['no snapshots are taken', 'lab/3B-1-SnapshotRPC', 'Snapshot Installed', [settings({ maxRaftState: -1 })]],
  [
    'every write takes 40 ms', 'lab/3A-2-Speed', 'Speed',
    [(plan) => ({ plan: { ...plan, disk: { writeUs: { min: 40_000, max: 40_000 } } } })],
  ],
  [
    'every write takes 40 ms', 'lab/3B-2-SnapshotSize', 'Speed',
    [(plan) => ({ plan: { ...plan, disk: { writeUs: { min: 40_000, max: 40_000 } } } })],
  ],
  ['the test has a second', 'lab/3A-1-Basic', 'Time Limit', [(plan) => ({ plan: { ...plan, stormUs: 1_000_000 } })]],
  [
    'reads lose their last character', 'lab/3A-1-Basic', 'Own Writes',
    [unobserved, withReads((value) => value.slice(0, -1))],
  ],
  [
    'reads lose their last character', 'lab/3A-6-OnePartition', 'Value Read',
    [unobserved, withReads((value) => value.slice(0, -1))],
  ],
  [
    'reads of a large value lose their first append', 'lab/3A-2-Speed', 'Every Append Once In Order',
    [unobserved, withReads((value) => value.slice(piece(0, 0).length))],
  ],
  [
    'reads of shared keys are empty', 'lab/3A-14-PersistPartitionUnreliableLinearizable', 'Acknowledged Result',
    [withReads(() => '')],
  ],
];

describe('an assertion of the labs fails when', () => {
  test.each(cases)('%s: %s says %s', (_what, name, property, sabotages) => {
    expect(verdictOf(name, sabotages)).toBe(property);
  });

  test('and none does when nothing is broken', () => {
    expect([...new Set(cases.map(([, name]) => name))].filter((name) => verdictOf(name, []) !== 'ok')).toEqual([]);
  });
});

describe('appends of one client', () => {
  const value = [0, 1, 2].map((counter) => `${piece(7, counter)}${piece(8, counter)}`).join('');
  const property = (appends: number, text: string): string => {
    try {
      appendsMustBeOnceInOrder(7, appends, text);
      return 'ok';
    } catch (error) {
      return (error as Violated).property;
    }
  };

  test.each([
    ['ok', 3, value],
    ['ok', 0, ''],
    ['Every Append', 4, value],
    ['Every Append', 3, value.replace(piece(7, 1), '')],
    ['Exactly Once', 3, value + piece(7, 1)],
    ['Order Of Appends', 2, piece(7, 1) + piece(7, 0)],
  ])('%s: %i appends in %j', (expected, appends, text) => expect(property(appends, text)).toBe(expected));
});
