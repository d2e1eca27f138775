/** The key/value server as the notes of MIT 6.824 Lab 3 ask for it, item by item. */
import { describe, expect, test } from 'vitest';
import { encodeSnapshot, decodeSnapshot, type MachineSnapshot } from '../../../core/kv/snapshot.ts';
import type { Operation } from '../../../core/kv/command.ts';
import { persistedSizeBytes } from '../../../core/raft/persistence.ts';
import { stepServer, type Server } from '../../../core/server.ts';
import { across, Cluster, firstClient } from '../../support/cluster.ts';

const put = (value: string): Operation => ({ kind: 'put', key: 'k', value });
const append = (value: string): Operation => ({ kind: 'append', key: 'k', value });
const get: Operation = { kind: 'get', key: 'k' };

function elected(size: number, changed: ConstructorParameters<typeof Cluster>[1] = {}): Cluster {
  const cluster = new Cluster(size, changed);
  cluster.elect(0);
  return cluster;
}

/** Every server learns of everything that is committed. */
function settle(cluster: Cluster, leader = 0): void {
  for (let i = 0; i < 3; i++) {
    cluster.timer(leader, 'heartbeat');
    cluster.deliver();
  }
}

function appendsMany(cluster: Cluster, count: number, lost: Parameters<Cluster['deliver']>[0] = () => false): void {
  for (let sequence = 1; sequence <= count; sequence++) {
    cluster.ask(0, firstClient, sequence, append(`${sequence};`));
    cluster.deliver(lost);
  }
}

const valueAt = (cluster: Cluster, id: number): string | undefined => cluster.server(id).machine.store.values.get('k');
const baseOf = (server: Server): number => server.raft.persistent.log.baseIndex;
const numbers = (count: number): string => Array.from({ length: count }, (_, i) => `${i + 1};`).join('');

describe('maxRaftState (Lab 3B)', () => {
  test('over it, the server makes a snapshot at the entry that it has just applied, and hands it to Raft', () => {
    const cluster = elected(1, { maxRaftState: 100 });
    const sizes: number[] = [];
    for (let sequence = 1; sequence <= 30; sequence++) {
      cluster.ask(0, firstClient, sequence, put('v'));
      const { raft, machine } = cluster.server(0);
      sizes.push(persistedSizeBytes(raft.persistent));
      if (baseOf(cluster.server(0)) === machine.lastExecuted)
        expect(raft.persistent.snapshot!.lastIncludedIndex).toBe(sequence + 1);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    expect(cluster.server(0).machine.lastExecuted).toBe(31);
    expect(baseOf(cluster.server(0))).toBeGreaterThan(20);
  });

  test('the comparison comes after each applied entry: a batch of them is compacted on its way, not at its end', () => {
    // 12 entries arrive committed at once; with a limit of 0 each of them is a snapshot of its own, the last one stays.
    const cluster = elected(3, { maxRaftState: 0 });
    appendsMany(cluster, 12, ({ to }) => to === 2);
    for (const id of [0, 1])
      expect(persistedSizeBytes(cluster.server(id).raft.persistent)).toBeLessThanOrEqual(16 + 60);
    expect(baseOf(cluster.server(0))).toBe(cluster.server(0).machine.lastExecuted);
  });

  test('it is compared with the size of Raft\'s state without the snapshot: a large store alone takes none', () => {
    const cluster = elected(1, { maxRaftState: 200 });
    cluster.ask(0, firstClient, 1, put('x'.repeat(5000)));
    const taken = baseOf(cluster.server(0));
    expect(taken).toBe(2);
    cluster.ask(0, firstClient, 2, get);
    expect(baseOf(cluster.server(0))).toBe(taken);
  });

  test('exactly at the limit no snapshot is taken, one byte below it one is', () => {
    const sizeWith = (maxRaftState: number): number => {
      const cluster = elected(1, { maxRaftState });
      cluster.ask(0, firstClient, 1, put('v'));
      return baseOf(cluster.server(0));
    };
    const full = elected(1);
    full.ask(0, firstClient, 1, put('v'));
    const size = persistedSizeBytes(full.server(0).raft.persistent);
    expect([sizeWith(size), sizeWith(size - 1)]).toEqual([0, 2]);
  });

  test('-1 switches snapshots off, however large the log grows', () => {
    const cluster = elected(1, { maxRaftState: -1 });
    appendsMany(cluster, 500);
    expect(cluster.server(0).raft.persistent.snapshot).toBeNull();
    expect(cluster.server(0).raft.persistent.log.lastIndex).toBe(501);
  });

  test('the snapshot and the shorter log are in one persist, in front of everything that is sent', () => {
    const cluster = elected(1, { maxRaftState: 50 });
    cluster.ask(0, firstClient, 1, put('some value'));
    const [first, ...rest] = cluster.lastEffects;
    expect(first).toMatchObject({ kind: 'persist', writes: [{ kind: 'snapshot' }] });
    expect(rest.map(({ kind }) => kind)).not.toContain('persist');
    expect(cluster.disks[0]).toEqual(cluster.server(0).raft.persistent);
  });
});

describe('restart (Lab 3B)', () => {
  test('the server installs the stored snapshot first, before any message arrives, and only then replays the log', () => {
    const cluster = elected(1, { maxRaftState: 150 });
    appendsMany(cluster, 22);
    const before = cluster.server(0);
    const base = baseOf(before);
    expect([base > 0, base < before.raft.persistent.log.lastIndex]).toEqual([true, true]);
    cluster.crash(0);
    cluster.boot(0);
    expect(cluster.server(0).machine.lastExecuted).toBe(base);
    const restored = valueAt(cluster, 0)!;
    expect(numbers(22).startsWith(restored)).toBe(true);
    cluster.elect(0);
    expect(valueAt(cluster, 0)).toBe(numbers(22));
  });

  test('without a snapshot the machine is empty until the log commits again', () => {
    const cluster = elected(1);
    appendsMany(cluster, 5);
    cluster.boot(0);
    expect([cluster.server(0).machine.lastExecuted, valueAt(cluster, 0)]).toEqual([0, undefined]);
    cluster.elect(0);
    expect(valueAt(cluster, 0)).toBe(numbers(5));
  });

  test('nobody forgets anything when all servers restart at once', () => {
    const cluster = elected(3, { maxRaftState: 200 });
    appendsMany(cluster, 30);
    for (const id of [0, 1, 2]) cluster.boot(id);
    cluster.letters = [];
    cluster.elect(1);
    settle(cluster, 1);
    for (const id of [0, 1, 2]) expect(valueAt(cluster, id)).toBe(numbers(30));
  });
});

describe('snapshots between servers (Lab 3B)', () => {
  test('a follower that is behind the leader\'s oldest entry gets the snapshot, then the entries', () => {
    const cluster = elected(3, { maxRaftState: 200 });
    const kinds: string[] = [];
    appendsMany(cluster, 30, ({ to }) => to === 2);
    expect(valueAt(cluster, 2)).toBeUndefined();
    cluster.timer(0, 'heartbeat');
    cluster.deliver(({ to, message }) => {
      if (to === 2) kinds.push(message.kind);
      return false;
    });
    settle(cluster);
    expect(kinds).toContain('installSnapshot');
    expect(kinds.lastIndexOf('appendEntries')).toBeGreaterThan(kinds.indexOf('installSnapshot'));
    expect(valueAt(cluster, 2)).toBe(numbers(30));
    expect(cluster.server(2).machine.lastExecuted).toBe(cluster.server(0).machine.lastExecuted);
  });

  test('an installed snapshot reaches the service through the same ordered channel as entries', () => {
    // The service takes one delivery at a time and rests in between, so that the channel fills.
    const cluster = elected(3, { maxRaftState: -1, applyBatchMax: 1 });
    const work = (id: number): void => { while (cluster.server(id).channel.length > 0) cluster.timer(id, 'apply'); };
    for (let sequence = 1; sequence <= 6; sequence++) {
      cluster.ask(0, firstClient, sequence, append(`${sequence};`));
      cluster.deliver(({ to }) => to === 1);
      work(0);
    }
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    const held = cluster
      .server(1)
      .channel.map((one) => (one.kind === 'entry' ? one.index : -one.snapshot.lastIncludedIndex));
    expect(held.length).toBeGreaterThan(1);
    const { machine } = cluster.server(0);
    const data: MachineSnapshot = { store: machine.store, sessions: machine.sessions };
    const bytes = encodeSnapshot(data);
    // A snapshot that reaches beyond what the channel holds queues up behind it.
    const { raft } = cluster.server(1);
    const index = raft.persistent.log.lastIndex + 3;
    const term = raft.persistent.currentTerm;
    cluster.handle(1, {
      kind: 'message',
      from: 0,
      message: {
        kind: 'installSnapshot',
        term,
        snapshot: {
          lastIncludedIndex: index, lastIncludedTerm: term, data: decodeSnapshot(bytes), sizeBytes: bytes.length,
        },
      },
    });
    expect(
      cluster.server(1).channel.map((one) => (one.kind === 'entry' ? one.index : -one.snapshot.lastIncludedIndex)),
    ).toEqual([...held, -index]);
    work(1);
    expect([cluster.server(1).machine.lastExecuted, valueAt(cluster, 1)]).toEqual([index, numbers(6)]);
  });

  test('sessions travel inside the snapshot: a command that it covers is not executed again where it was installed', () => {
    const cluster = elected(3, { maxRaftState: 0 });
    appendsMany(cluster, 10, ({ to }) => to === 2);
    settle(cluster);
    expect(baseOf(cluster.server(2))).toBeGreaterThan(1);
    cluster.elect(2);
    settle(cluster, 2);
    cluster.ask(2, firstClient, 10, append('10;'));
    cluster.deliver();
    settle(cluster, 2);
    for (const id of [0, 1, 2]) expect(valueAt(cluster, id)).toBe(numbers(10));
  });

  test('and so does the last reply: a retry across an install gets the answer that was lost', () => {
    const cluster = elected(3, { maxRaftState: 0 });
    cluster.ask(0, firstClient, 1, { kind: 'cas', key: 'k', expected: '', value: 'v' });
    cluster.deliver(({ to }) => to === 2);
    settle(cluster);
    cluster.elect(2);
    settle(cluster, 2);
    cluster.answers.length = 0;
    cluster.ask(2, firstClient, 1, { kind: 'cas', key: 'k', expected: '', value: 'v' });
    expect(cluster.answersTo(firstClient)).toEqual([
      { kind: 'clientReply', sequence: 1, outcome: { kind: 'done', result: true } },
    ]);
  });
});

describe('each command takes effect exactly once, whatever the client resends (Lab 3A)', () => {
  test.each<[string, Operation, string]>([
    ['put', put('a'), 'a'], ['append', append('a'), 'a'],
    ['cas', { kind: 'cas', key: 'k', expected: '', value: 'a' }, 'a'],
  ])('%s', (_, operation, expected) => {
    const cluster = elected(3);
    for (let i = 0; i < 3; i++) {
      cluster.ask(0, firstClient, 1, operation);
      cluster.deliver();
    }
    settle(cluster);
    for (const id of [0, 1, 2]) expect(valueAt(cluster, id)).toBe(expected);
    const results = cluster.answersTo(firstClient).map(({ outcome }) => outcome);
    expect(new Set(results.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  });

  test('a command that two leaders put into the log is executed at its first place only', () => {
    const cluster = elected(3);
    cluster.ask(0, firstClient, 1, append('a'));
    cluster.deliver(({ message }) => message.kind === 'appendEntriesReply');
    cluster.timer(1, 'election');
    cluster.deliver(({ to, message }) => message.kind === 'appendEntries' && to !== 1);
    expect(cluster.server(1).raft.role.kind).toBe('leader');
    cluster.ask(1, firstClient, 1, append('a'));
    settle(cluster, 1);
    const { log } = cluster.server(1).raft.persistent;
    const commands = log.from(1, 10).filter(({ command }) => command !== null);
    expect(commands.length).toBe(2);
    for (const id of [0, 1, 2]) expect(valueAt(cluster, id)).toBe('a');
    expect(cluster.answersTo(firstClient).filter(({ outcome }) => outcome.kind === 'done').length).toBe(1);
  });

  test('a retry while the command is under way is not proposed again', () => {
    const cluster = elected(3);
    for (let i = 0; i < 5; i++) cluster.ask(0, firstClient, 1, append('a'));
    expect(cluster.server(0).raft.persistent.log.lastIndex).toBe(2);
  });

  test('an answer to an older command of the client is not sent any more', () => {
    const cluster = elected(1);
    appendsMany(cluster, 2);
    cluster.answers.length = 0;
    cluster.ask(0, firstClient, 1, append('1;'));
    expect(cluster.answers).toEqual([]);
  });

  test('two clients with the same sequence number are not taken for one another', () => {
    const cluster = elected(1);
    cluster.ask(0, firstClient, 1, append('a'));
    cluster.ask(0, firstClient + 1, 1, append('b'));
    expect(valueAt(cluster, 0)).toBe('ab');
  });
});

describe('a leader that was deposed (Lab 3A)', () => {
  test('answers no read from its own store while it cannot reach a majority', () => {
    const cluster = elected(3);
    cluster.ask(0, firstClient, 1, put('old'));
    cluster.deliver();
    cluster.timer(1, 'election');
    cluster.deliver(across([0]));
    expect(cluster.server(1).raft.role.kind).toBe('leader');
    cluster.ask(1, firstClient + 1, 1, put('new'));
    cluster.deliver(across([0]));
    expect(cluster.server(0).raft.role.kind).toBe('leader');
    cluster.ask(0, firstClient + 2, 1, get);
    cluster.deliver(across([0]));
    expect(cluster.answersTo(firstClient + 2)).toEqual([]);
  });

  test('tells its waiting clients so, once it knows, and names the new leader', () => {
    const cluster = elected(3);
    cluster.timer(1, 'election');
    cluster.deliver(across([0]));
    cluster.ask(0, firstClient, 1, get);
    cluster.deliver(across([0]));
    expect(cluster.answersTo(firstClient)).toEqual([]);
    settle(cluster, 1);
    expect(cluster.answersTo(firstClient)).toEqual([
      { kind: 'clientReply', sequence: 1, outcome: { kind: 'notLeader', leaderId: 1 } },
    ]);
    expect(cluster.server(0).waiting).toEqual([]);
  });

  test('answers nobody when another command is committed at the index it gave out', () => {
    const cluster = elected(3);
    cluster.ask(0, firstClient, 1, put('lost'));
    cluster.letters = [];
    cluster.elect(1, across([0]));
    cluster.ask(1, firstClient + 1, 1, put('kept'));
    settle(cluster, 1);
    expect(cluster.answersTo(firstClient).map(({ outcome }) => outcome.kind)).toEqual(['notLeader']);
    expect(cluster.answersTo(firstClient + 1)).toEqual([
      { kind: 'clientReply', sequence: 1, outcome: { kind: 'done', result: null } },
    ]);
    for (const id of [0, 1, 2]) expect(valueAt(cluster, id)).toBe('kept');
  });

  test('steps down when it hears of a later term only, and then redirects without a hint', () => {
    const cluster = elected(3);
    cluster.handle(0, {
      kind: 'message', from: 2, message: { kind: 'requestVote', term: 9, lastLogIndex: 0, lastLogTerm: 0 },
    });
    cluster.ask(0, firstClient, 1, get);
    expect(cluster.answersTo(firstClient)).toEqual([
      { kind: 'clientReply', sequence: 1, outcome: { kind: 'notLeader', leaderId: null } },
    ]);
  });
});

describe('reads', () => {
  test('a get goes through the log: it sees every write that was answered before it', () => {
    const cluster = elected(3);
    cluster.ask(0, firstClient, 1, put('v'));
    cluster.deliver();
    cluster.ask(0, firstClient + 1, 1, get);
    expect(cluster.answersTo(firstClient + 1)).toEqual([]);
    cluster.deliver();
    expect(cluster.answersTo(firstClient + 1)).toEqual([
      { kind: 'clientReply', sequence: 1, outcome: { kind: 'done', result: 'v' } },
    ]);
  });

  test('a server is asked through messages only', () => {
    expect(() => stepServer(elected(1).server(0), { kind: 'request', id: 1, request: null as never })).toThrow(
      TypeError,
    );
  });
});
