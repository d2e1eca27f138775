/** When servers have converged, and what is missing when they have not. */
import { describe, expect, test } from 'vitest';
import { missingForConvergence } from '../../checkers/progress.ts';
import { RaftKvOutsider } from '../../checkers/raft-kv-external.ts';
import { RaftKvObserver } from '../../checkers/raft-kv.ts';
import { RaftLogObserver } from '../../checkers/raft-log.ts';
import { Vector } from '../../core/immutable/vector.ts';
import type { Configuration } from '../../core/raft/members.ts';
import { newMachine } from '../../core/kv/machine.ts';
import type { LogServer } from '../../core/log-server.ts';
import { blankPersistent, type Raft, type Role } from '../../core/raft/state.ts';
import type { Server } from '../../core/server.ts';
import { Log } from '../../core/raft/log.ts';
import { configOf } from '../support/raft-states.ts';
import { entryAt, leads } from './support/stage.ts';

const follower: Role = { kind: 'follower', leaderId: 0 };
const leader = leads([0, 0, 0]);

const raftOf = (role: Role, logged: number, commitIndex: number): Raft => ({
  config: configOf({ clusterSize: 3 }),
  commitIndex,
  lastApplied: 0,
  role,
  persistent: {
    ...blankPersistent, currentTerm: 1,
    log: Log.empty.append(Array.from({ length: logged }, (_, at) => entryAt(at + 1, 1))),
  },
});

const server = (role: Role, logged: number, commitIndex: number, lastExecuted: number): Server => ({
  config: null as never, raft: raftOf(role, logged, commitIndex), channel: [], waiting: [],
  machine: { ...newMachine, lastExecuted },
});

const missing = (servers: readonly (Server | null)[], noop = true, lost: readonly number[] = []) =>
  missingForConvergence(servers, noop, new Set(lost));

describe('convergence of the store', () => {
  const led = server(leader, 2, 2, 2);
  const followed = server(follower, 2, 2, 2);

  test('one leads, and all have executed all that is logged', () => {
    expect(missing([led, followed, followed])).toBeNull();
  });

  test.each([
    ['nobody leads', [followed, followed, followed], '0 servers lead'],
    ['two lead', [led, led, followed], '2 servers lead'],
    ['one is down', [led, null, followed], 'n1 is down'],
    ['one has executed less', [led, followed, server(follower, 2, 2, 1)], 'n2 has executed up to 1 of 2'],
    [
      'the leader itself has executed less', [server(leader, 2, 2, 1), followed, followed],
      'n0 has executed up to 1 of 2',
    ],
    [
      'something is logged and not executed', [led, followed, server(follower, 3, 2, 2)],
      'n0 has executed up to 2 of 3',
    ],
    [
      'one has executed more than anybody has logged', [led, followed, server(follower, 2, 2, 3)],
      'n2 has executed up to 3 of 2',
    ],
  ])('%s', (_, servers, expected) => expect(missing(servers)).toBe(expected));

  test('nothing is owed of a server that is down for good, and all of one that is not', () => {
    expect(missing([led, null, followed], true, [1])).toBeNull();
    expect(missing([led, null, null], true, [1])).toBe('n2 is down');
    expect(missing([led, followed, server(follower, 2, 2, 0)], true, [2])).toBeNull();
  });

  test('where servers come and go, something is owed of those alone who take part as the leader sees it (dissertation, 4.1)', () => {
    const of = (
      { raft, ...rest }: Server, members: readonly number[], learners: readonly number[] = [],
      configuration: Configuration = { voters: members, learners },
    ): Server => {
      const log = raft.persistent.log.append([{ ...entryAt(3, 1), configuration }]);
      return {
        ...rest,
        raft: {
          ...raft, commitIndex: 3, config: { ...raft.config, members: [0, 1, 2] },
          persistent: { ...raft.persistent, log },
        },
        machine: { ...newMachine, lastExecuted: 3 },
      };
    };
    const stale = server(follower, 5, 2, 2);
    const joint = { voters: [0, 1], learners: [], outgoing: { voters: [0], learnersNext: [] } };
    expect(missing([of(led, [0, 1]), of(followed, [0, 1]), stale])).toBeNull();
    expect(missing([of(led, [0, 1]), of(followed, [0, 1]), null])).toBeNull();
    expect(missing([of(led, [0, 1], [], joint), of(followed, [0, 1], [], joint), null])).toBe(
      'the configuration is joint: {n0 n1 and n0}',
    );
    expect(missing([of(led, [0, 1]), stale, stale])).toBe('n0 has executed up to 3 of 5');
    expect(missing([of(led, [0, 1], [2]), of(followed, [0, 1], [2]), null])).toBe('n2 is down');
  });

  test('without a no-op, what the leader knows to be committed is owed, and more is no harm', () => {
    const behind = server(leader, 3, 1, 1);
    expect(missing([behind, server(follower, 3, 2, 2), server(follower, 3, 1, 1)], false)).toBeNull();
    expect(missing([behind, server(follower, 3, 1, 0), followed], false)).toBe('n1 has executed up to 0 of 1');
  });
});

describe.each([
  ['the simulator', () => new RaftKvObserver(checks, () => blankPersistent)],
  ['an outsider', () => new RaftKvOutsider(checks)],
] as const)('%s', (_, observerOf) => {
  const started = server(follower, 0, 0, 0);
  const led: Server = { ...started, raft: { ...started.raft, role: leader } };
  const seen = (): ReturnType<typeof observerOf> => {
    const observer = observerOf();
    for (const node of [0, 1, 2]) observer.booted(node, node === 0 ? led : started, started.raft.persistent);
    return observer;
  };

  test('asks its own servers, as they are now', () => {
    const observer = seen();
    expect(observer.unsettled()).toBeNull();
    observer.crashed(1, 'no', null);
    expect(observer.unsettled()).toBe('n1 is down');
    observer.healed([1]);
    expect(observer.unsettled()).toBeNull();
    observer.healed([]);
    expect(observer.unsettled()).toBe('n1 is down');
    observer.crashed(0, 'no', null);
    expect(observer.unsettled()).toBe('0 servers lead');
  });

  test('sees who no longer leads', () => {
    const observer = observerOf();
    for (const node of [0, 1, 2]) observer.booted(node, started, started.raft.persistent);
    expect(observer.unsettled()).toBe('0 servers lead');
  });
});

const checks = { servers: 3, maxRaftState: -1, noopOnElection: true, linearizabilityBudgetSteps: 1000 };

describe('Lab 2', () => {
  const logServer = (role: Role): LogServer => ({
    config: null as never, raft: raftOf(role, 0, 0), applied: { commands: Vector.startingAt(1), sizeBytes: 0 },
  });

  test('one leads, all are up', () => {
    const observer = new RaftLogObserver(2, () => blankPersistent);
    const boots = (node: number, one: LogServer) => observer.booted(node, one, one.raft.persistent);
    expect(observer.unsettled()).toBe('0 servers lead');
    boots(0, logServer(leader));
    expect(observer.unsettled()).toBe('n1 is down');
    boots(1, logServer(follower));
    expect(observer.unsettled()).toBeNull();
    observer.crashed(0, 'no');
    expect(observer.unsettled()).toBe('0 servers lead');
  });

  test('what is committed anywhere is applied everywhere', () => {
    const observer = new RaftLogObserver(2, () => raftOf(leader, 1, 1).persistent);
    const { persistent } = raftOf(leader, 1, 1);
    const applied = { commands: Vector.startingAt<never>(1).append([entryAt(1, 1).command as never]), sizeBytes: 0 };
    const at = (role: Role, hasApplied: boolean): LogServer => ({
      config: null as never,
      raft: { ...raftOf(role, 1, hasApplied ? 1 : 0), persistent, lastApplied: hasApplied ? 1 : 0 },
      applied: hasApplied ? applied : { commands: Vector.startingAt(1), sizeBytes: 0 },
    });
    const down = new RaftLogObserver(2, () => persistent);
    for (const one of [observer, down]) {
      one.booted(0, at(leader, true), persistent);
      one.booted(1, at(follower, one === observer), persistent);
    }
    expect(observer.unsettled()).toBeNull();
    expect(down.unsettled()).toBe('n1 has applied up to 0 of 1');
  });
});
