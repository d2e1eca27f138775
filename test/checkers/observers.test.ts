/** What observers of the store hand on to the check of the history, and how they see a server that is alone. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { KeptStep } from '../../checkers/checker.ts';
import { Violated } from '../../checkers/checker.ts';
import { History } from '../../checkers/linearizability.ts';
import { RaftKvOutsider } from '../../checkers/raft-kv-external.ts';
import { RaftKvObserver, type RaftKvChecks } from '../../checkers/raft-kv.ts';
import { apply, newMachine, type Machine } from '../../core/kv/machine.ts';
import type { Command, Operation } from '../../core/kv/command.ts';
import type { Effect, Event } from '../../core/protocol.ts';
import { takeSnapshot } from '../../core/kv/snapshot.ts';
import { Log } from '../../core/raft/log.ts';
import { blankPersistent, type Persistent, type Raft } from '../../core/raft/state.ts';
import type { Server, ServerMessage } from '../../core/server.ts';
import { configOf } from '../support/raft-states.ts';
import { entryAt, leads } from './support/stage.ts';

const checks: RaftKvChecks = { servers: 3, maxRaftState: -1, noopOnElection: true, linearizabilityBudgetSteps: 1000 };
const append: Operation = { kind: 'append', key: 'x', value: 'a' };
afterEach(() => { vi.restoreAllMocks(); });

describe.each([
  ['the simulator', (given: RaftKvChecks) => new RaftKvObserver(given, () => blankPersistent)],
  ['an outsider', (given: RaftKvChecks) => new RaftKvOutsider(given)],
] as const)('%s', (_, observerOf) => {
  test('who gave up an operation goes on as another client', () => {
    const judged = vi.spyOn(History.prototype, 'judge');
    const observer = observerOf(checks);
    observer.invoked(0, 3, append);
    observer.invoked(1, 4, append);
    observer.gaveUp(0);
    observer.invoked(2, 3, append);
    observer.invoked(5, 4, append);
    expect(observer.finish()).toEqual({ kind: 'ok' });
    expect((judged.mock.contexts[0] as History).list().map(({ client, returnTime }) => [client, returnTime])).toEqual([
      [3, null], [4, null], [-1, null], [4, null],
    ]);
  });

  test('the budget is that which was given, and an end at it is unknown', () => {
    const judged = vi.spyOn(History.prototype, 'judge').mockReturnValue({ kind: 'unknown', detail: 'enough' });
    for (const linearizabilityBudgetSteps of [1, 77]) {
      const observer = observerOf({ ...checks, linearizabilityBudgetSteps });
      expect(observer.finish()).toEqual({ kind: 'unknown', detail: 'enough' });
      expect(judged).toHaveBeenLastCalledWith(linearizabilityBudgetSteps);
    }
  });

  test('a violation that the history shows is the verdict', () => {
    const verdict = { kind: 'violation', property: 'Linearizability', detail: 'no' } as const;
    vi.spyOn(History.prototype, 'judge').mockReturnValue(verdict);
    expect(observerOf(checks).finish()).toBe(verdict);
  });
});

/** Server 0 without any other; client 1 asks it. */
describe('a server that is alone in its cluster, and appends, commits and compacts in one step', () => {
  const put = (value: string, sequence = 1): Command => ({
    client: 1, sequence, operation: { kind: 'put', key: 'x', value },
  });
  const asks = ({ client, sequence, operation }: Command): Event<ServerMessage, never> =>
    ({ kind: 'message', from: client, message: { kind: 'clientRequest', sequence, operation } });
  const leading: Raft = {
    config: configOf({ clusterSize: 1 }), commitIndex: 0, lastApplied: 0, role: leads([0]),
    persistent: { ...blankPersistent, currentTerm: 1, votedFor: 0 },
  };
  const before: Server = { config: null as never, raft: leading, channel: [], waiting: [], machine: newMachine };

  /** Behind these commands, all of them compacted. */
  function behind(...commands: readonly Command[]): Server {
    const machine = commands.reduce<Machine>((held, command, place) => apply(held, place + 1, command), newMachine);
    const last = commands.length;
    const persistent: Persistent = {
      ...leading.persistent,
      log: Log.startingAfter(last, 1),
      snapshot: { lastIncludedIndex: last, lastIncludedTerm: 1, data: takeSnapshot(machine), sizeBytes: 1 },
    };
    return { ...before, raft: { ...leading, persistent, commitIndex: last, lastApplied: last }, machine };
  }

  function started(): { observer: RaftKvObserver; disk: { held: Persistent } } {
    const disk = { held: before.raft.persistent };
    const observer = new RaftKvObserver({ ...checks, servers: 1 }, () => disk.held);
    // Its vote for itself comes with the start, else nobody elected it.
    observer.booted(0, { ...before, raft: { ...leading, role: { kind: 'follower', leaderId: null } } }, disk.held);
    return { observer, disk };
  }

  const violatedBy = (act: () => void): string => {
    try {
      act();
    } catch (error) {
      if (error instanceof Violated) return error.property;
      throw error;
    }
    return 'ok';
  };

  const step = (
    after: Server, event: Event<ServerMessage, never>, effects: readonly Effect<unknown, unknown, unknown>[] = [],
    from: Server = before,
  ): string =>
    violatedBy(() => {
      const { observer, disk } = started();
      disk.held = after.raft.persistent;
      observer.stepped(0, from, after, event, effects);
    });

  /** Its write is all that came to be; then it starts from its disk. */
  const keptStep = (after: Server, event: Event<ServerMessage, never> | null, from: Server = after): string =>
    violatedBy(() => {
      const { observer, disk } = started();
      observer.crashed(0, 'writeKept', { event, after } as KeptStep<Server, ServerMessage>);
      disk.held = from.raft.persistent;
      observer.booted(0, { ...from, raft: { ...from.raft, role: { kind: 'follower', leaderId: null } } }, disk.held);
    });

  test('what was asked tells what it holds', () => {
    expect(step(behind(put('a')), asks(put('a')))).toBe('ok');
    expect(step(behind(put('b')), asks(put('a')))).toBe('Snapshot Equals Prefix');
    expect(step(behind(put('a')), { kind: 'timer', timer: 'any' as never })).toBe('Snapshot Equals Prefix');
    expect(step(behind(put('a', 2)), asks(put('a')))).toBe('Snapshot Equals Prefix');
  });

  test('so does what was held for its turn, and is held no more', () => {
    const asked = { ...put('a'), unanswered: 1 };
    const request = (sequence: number) =>
      ({ kind: 'clientRequest', sequence, operation: asked.operation, unanswered: 1 }) as const;
    const [held, other] = [1, 3].map((sequence) => ({ client: 1, request: request(sequence) }));
    const holding: Server = { ...before, early: [other!, held!] };
    const left: Server = { ...behind(asked), early: [other!] };
    const turn = { kind: 'timer', timer: 'turn' } as const;
    expect(step(left, turn, [], holding)).toBe('ok');
    expect(step(left, { kind: 'timer', timer: 'any' as never }, [], holding)).toBe('Snapshot Equals Prefix');
    expect(step({ ...left, early: [held!] }, turn, [], holding)).not.toBe('ok');
  });

  test('one entry is all that one request asks for', () => {
    expect(step(behind(put('a'), put('b', 2)), asks(put('a')))).toBe('State Machine Safety');
  });

  test('a write that a crash kept is known as well', () => {
    expect(keptStep(behind(put('a')), asks(put('a')))).toBe('ok');
    expect(keptStep(behind(put('a')), asks(put('a')), behind(put('b')))).toBe('Equal Replicas');
    expect(keptStep(behind(put('a')), null)).toBe('State Machine Safety');
  });

  test('what the log shows itself is read from the log', () => {
    const persistent: Persistent = {
      ...leading.persistent, log: Log.empty.append([entryAt(1, { term: 1, command: put('a') })]),
    };
    const after: Server = {
      ...before, raft: { ...leading, persistent, commitIndex: 1, lastApplied: 1 },
      machine: apply(newMachine, 1, put('a')),
    };
    const answer = {
      kind: 'send', to: put('a').client,
      message: { kind: 'clientReply', sequence: 1, outcome: { kind: 'done', result: null } },
    } as const;
    expect(step(after, { kind: 'timer', timer: 'any' as never }, [answer])).toBe('ok');
    expect(step(after, { kind: 'timer', timer: 'any' as never })).toBe('Responds After Applied');
  });
});
