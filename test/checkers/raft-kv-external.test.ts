/** What an outsider looks at: servers and not clients, those that are up, and what they still send. */
import { describe, expect, test } from 'vitest';
import { RaftKvOutsider } from '../../checkers/raft-kv-external.ts';
import type { RaftKvChecks } from '../../checkers/raft-kv.ts';
import type { Command } from '../../core/kv/command.ts';
import { apply, newMachine, type Machine } from '../../core/kv/machine.ts';
import type { Effect } from '../../core/protocol.ts';
import type { Server } from '../../core/server.ts';
import { follower, leader, leadership } from '../support/raft-states.ts';

const checks: RaftKvChecks = { servers: 3, maxRaftState: -1, noopOnElection: false, linearizabilityBudgetSteps: 1000 };
const put = (sequence: number, value: string, key = 'k'): Command => ({
  client: 3, sequence, operation: { kind: 'put', key, value },
});
const machineOf = (...commands: readonly Command[]): Machine =>
  commands.reduce<Machine>((machine, command, i) => apply(machine, i + 1, command), newMachine);
const log = [1, 1];
const serverOf = (raft: Server['raft'], machine: Machine): Server => ({
  config: null as never, raft, channel: [], waiting: [], machine,
});
const both = machineOf(put(1, 'a'), put(2, 'b'));
const follows = (id: number, machine = both, upTo = 2): Server =>
  serverOf(follower({ id, log, term: 1, commitIndex: upTo, lastApplied: upTo }), machine);
const leads = (machine = both): Server => {
  const raft = leader({ id: 0, log: [1, 1], term: 1 });
  return serverOf(
    {
      ...raft, commitIndex: 2, lastApplied: 2,
      role: { ...leadership(raft), nextIndex: [3, 3, 3], matchIndex: [2, 2, 2] },
    },
    machine,
  );
};
const tick = { kind: 'timer', timer: 'heartbeat' } as const;
const started = (...servers: readonly Server[]): RaftKvOutsider => {
  const outsider = new RaftKvOutsider(checks);
  servers.forEach((server, node) => outsider.booted(node, server));
  return outsider;
};

describe('replicas that executed as much', () => {
  test('hold the same as the first one did', () => {
    expect(() => started(follows(0), follows(1), follows(2))).not.toThrow();
    expect(() => started(follows(0), follows(1, machineOf(put(1, 'a'), put(2, 'c'))))).toThrow(
      'n1 holds k="c" after 2 entries, and n0 held "b"',
    );
    expect(() => started(follows(0), follows(1, machineOf(put(1, 'a'), put(2, 'b', 'l'))))).toThrow(
      'n1 holds k="a" after 2 entries, and n0 held "b"',
    );
    expect(() =>
      started(follows(0, machineOf(put(1, 'b'), put(2, 'x', 'l'))), follows(1, machineOf(put(1, 'b'), put(2, 'b')))),
    ).toThrow('n1 holds l=undefined after 2 entries, and n0 held "x"');
    expect(() =>
      started(follows(0, machineOf(put(1, 'b'), put(2, 'b'))), follows(1, machineOf(put(1, 'b'), put(2, 'x', 'l')))),
    ).toThrow('n1 holds l="x" after 2 entries, and n0 held undefined');
  });
  test('are compared at each step that changes the store, also with what was held long ago', () => {
    const outsider = started(follows(0, machineOf(put(1, 'a')), 1), follows(1, newMachine, 0));
    outsider.stepped(0, follows(0, machineOf(put(1, 'a')), 1), follows(0), tick, []);
    expect(() =>
      outsider.stepped(1, follows(1, newMachine, 0), follows(1, machineOf(put(1, 'z')), 1), tick, []),
    ).toThrow('n1 holds k="z" after 1 entries, and n0 held "a"');
  });
  test('clients are not among them', () => {
    const outsider = started(follows(0));
    expect(() => {
      outsider.booted(3, { client: true } as never);
      outsider.stepped(3, { client: true } as never, { client: false } as never, tick, [
        { kind: 'send', to: 0, message: { kind: 'installSnapshot' } },
      ]);
      outsider.crashed(3);
    }).not.toThrow();
  });
});

describe('the cluster is settled', () => {
  test('when all that are not lost hold the same', () => {
    expect(started(leads(), follows(1), follows(2)).unsettled()).toBeNull();
    const one = started(leads(), follows(1), follows(2));
    one.crashed(2);
    expect(one.unsettled()).toBe('n2 is down');
    one.healed([2]);
    expect(one.unsettled()).toBeNull();
    one.booted(2, follows(2));
    one.healed([]);
    expect(one.unsettled()).toBeNull();
  });
  test('as the last step of each server left it', () => {
    const behind = follows(1, machineOf(put(1, 'a')), 1);
    const outsider = started(leads(), behind, follows(2));
    expect(outsider.unsettled()).not.toBeNull();
    outsider.stepped(1, behind, follows(1), tick, []);
    expect(outsider.unsettled()).toBeNull();
  });
});

test('what a settled leader still sends is heard, when somebody is up to get it', () => {
  const sends = (to: number): readonly Effect<unknown, unknown, unknown>[] => [
    { kind: 'send', to, message: { kind: 'installSnapshot' } },
  ];
  const outsider = started(leads(), follows(1), follows(2));
  outsider.quiet.listen();
  outsider.crashed(1);
  outsider.stepped(0, leads(), leads(), tick, sends(1));
  expect(outsider.quiet.heard()).toBeNull();
  outsider.stepped(0, leads(), leads(), tick, sends(2));
  expect(outsider.quiet.heard()).toBe('n0 still sends its snapshot to n2, which lacks nothing');
  expect(outsider.counts()).toEqual({});
});

test('a state that grows beyond its bound is broken; what is not applied yet cannot be compacted', () => {
  const outsider = new RaftKvOutsider({ ...checks, maxRaftState: 60 });
  const held = (executed: number): Server =>
    serverOf(
      follower({ id: 0, log: [1, 1], term: 1, commitIndex: 2, lastApplied: 2 }),
      executed === 1 ? machineOf(put(1, 'a')) : both,
    );
  expect(() => outsider.booted(0, held(1))).not.toThrow();
  expect(() => outsider.booted(0, held(2))).toThrow(
    /^n0 keeps \d+ bytes of state and applied entries, and maxRaftState is 60$/,
  );
});
