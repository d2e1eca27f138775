/**
 * A new disk for a server that was taken out (core/raft/new-disk.ts): each of its rules, and what happens without it.
 * Without them all this is the wiped server that joins again, catalogue D01.
 */
import { describe, expect, test } from 'vitest';
import { raftStorage } from '../../../core/disk/storage.ts';
import { configurationOf, mayStand } from '../../../core/raft/configuration.ts';
import { Log, type Entry } from '../../../core/raft/log.ts';
import type { Change, Configuration } from '../../../core/raft/members.ts';
import { mayVote, newDisk } from '../../../core/raft/new-disk.ts';
import { applyWrite } from '../../../core/raft/persistence.ts';
import { bootRaft, type Persistent } from '../../../core/raft/state.ts';
import { decodeRaftState, encodeRaftState } from '../../../core/write-codec.ts';
import { across, Cluster, firstClient, serverConfig, type Letter } from '../../support/cluster.ts';
import { ByteFiles } from '../../../harness/world/files.ts';

const pair: Configuration = { voters: [0, 1], learners: [] };
const withLearner: Configuration = { voters: [0, 1], learners: [2] };
const all: Configuration = { voters: [0, 1, 2], learners: [] };
const puts = (configuration: Configuration, term = 1): Entry => ({
  term, command: null, configuration,
  sizeBytes: 8 + 4 * (2 + configuration.voters.length + configuration.learners.length),
});
const alone: Configuration = { voters: [0], learners: [] };
const noop: Entry = { term: 1, command: null, sizeBytes: 8 };
const disk = newDisk(2, { term: 3, founding: { index: 3, configuration: pair } });
const raftWith = (log: Log, snapshot: Persistent['snapshot'] = null) =>
  bootRaft(serverConfig(2, 3, { members: [0, 1, 2] }), { ...disk, log, snapshot });

describe('the new disk of a server', () => {
  test('holds no entry, the term in which its removal is known, and its vote in it as spent', () => {
    expect([disk.currentTerm, disk.votedFor, disk.snapshot]).toEqual([3, 2, null]);
    expect([disk.log.lastIndex, disk.log.configuration, disk.log.configurationIndex]).toEqual([0, pair, 3]);
  });

  test.each<[string, readonly Entry[], Configuration, boolean]>([
    ['nothing', [], pair, false],
    ['its earlier stay', [noop, puts(all)], pair, false],
    ['its earlier stay and its removal', [noop, puts(all), puts(pair)], pair, false],
    ['others since', [noop, puts(all), puts(pair), puts(alone)], alone, false],
    ['that it learns', [noop, puts(all), puts(pair), puts(withLearner)], withLearner, true],
  ])('whose log tells of %s', (_, entries, last, votes) => {
    const raft = raftWith(disk.log.append(entries));
    expect([configurationOf(raft), mayVote(raft), mayStand(raft)]).toEqual([last, votes, false]);
    expect(raft.persistent.log.configurationAt(2)).toEqual(entries.length > 1 ? all : undefined);
  });

  test('goes by it again when what came since is cut off', () => {
    const { log } = raftWith(disk.log.append([noop, puts(all), puts(pair), puts(withLearner)])).persistent;
    expect(log.truncateFrom(4).configuration).toEqual(pair);
  });

  test.each([
    ['before it', 2, all], ['behind it', 5, pair],
  ])('that installs a snapshot of an index %s keeps what it was told', (_, index, configuration) => {
    const snapshot = { lastIncludedIndex: index, lastIncludedTerm: 1, data: null, sizeBytes: 0, configuration };
    const { log } = applyWrite(disk, { kind: 'snapshot', snapshot });
    expect([log.configuration, log.founding, mayVote(raftWith(log, snapshot))]).toEqual([
      pair, disk.log.founding, false,
    ]);
  });

  test('comes back from its bytes, and from its files', () => {
    const held = { ...disk, log: disk.log.append([noop, puts(all)]) };
    const back = decodeRaftState(encodeRaftState(held), null);
    expect([back.log.founding, back.votedFor, back.log.lastIndex]).toEqual([disk.log.founding, 2, 2]);
    const files = new ByteFiles();
    for (const operation of raftStorage.format(held).operations) files.apply(operation);
    const recovered = raftStorage.recover(files.all());
    expect(recovered.kind === 'recovered' && encodeRaftState(recovered.durable)).toEqual(encodeRaftState(held));
  });
});

const operator = firstClient;

/** A refusal that is always answered by the same has no end. */
function deliver(cluster: Cluster, isLost: (letter: Letter) => boolean = () => false): void {
  let letters = 0;
  cluster.deliver((letter) => {
    if (++letters > 500) throw new Error('they say the same to each other without end');
    return isLost(letter);
  });
}
const elect = (cluster: Cluster, id: number, isLost: (letter: Letter) => boolean): void => {
  cluster.timer(id, 'election');
  deliver(cluster, isLost);
};

let sequence = 0;
const asks = (cluster: Cluster, leader: number, change: Change): void =>
  cluster.handle(leader, {
    kind: 'message', from: operator, message: { kind: 'clientRequest', sequence: ++sequence, operation: change },
  });
const removes = (cluster: Cluster, leader: number, server: number, isLost: (letter: Letter) => boolean): void => {
  asks(cluster, leader, { kind: 'removeServer', server });
  deliver(cluster, isLost);
  cluster.timer(leader, 'heartbeat');
  deliver(cluster, isLost);
};

/** The operator learns of `from` what the new disk of `server` must hold, or holds something else. */
function replaces(cluster: Cluster, server: number, from: number, changed: Partial<Persistent>): void {
  const { commitIndex, persistent: { currentTerm, log } } = cluster.server(from).raft;
  cluster.crash(server);
  cluster.disks[server] = {
    ...newDisk(server, { term: currentTerm, founding: log.placedAt(commitIndex)! }), ...changed,
  };
  cluster.boot(server);
}

/** At this index, what two servers hold to be committed. */
const committedAt = (cluster: Cluster, index: number, ...servers: readonly number[]) =>
  servers.map((id) => {
    const { commitIndex, persistent: { log } } = cluster.server(id).raft;
    return commitIndex < index ? null : log.termAt(index);
  });

/**
 * n0 leads term 1, of which n4 heard nothing, and n1 has answered for its entry 2. n2 leads term 2 by others, and with
 * n1, which gives up that entry, takes out n4. n0 needs one more.
 */
function leaderThatNeedsOneMore(changed: Partial<Persistent>): Cluster {
  const cluster = new Cluster(5, { members: [0, 1, 2, 3, 4] });
  elect(cluster, 0, across([4]));
  cluster.timer(0, 'heartbeat');
  deliver(cluster, across([4]));
  cluster.ask(0, operator + 1, 1, { kind: 'put', key: 'k', value: 'x' });
  deliver(cluster, across([0, 1]));
  deliver(cluster, ({ from, to }) => ![0, 1].includes(from) || ![0, 1].includes(to));
  elect(cluster, 2, across([0, 1]));
  removes(cluster, 2, 4, across([0]));
  replaces(cluster, 4, 2, changed);
  cluster.timer(0, 'heartbeat');
  deliver(cluster, ({ from, to }) => ![0, 4].includes(from) || ![0, 4].includes(to));
  return cluster;
}

describe('it begins in the term of its removal', () => {
  test('and so tells a leader of an earlier term that it is none any more', () => {
    const cluster = leaderThatNeedsOneMore({});
    expect([cluster.server(0).raft.role.kind, committedAt(cluster, 2, 0, 2)]).toEqual(['follower', [null, 2]]);
  });

  test('else that one commits what nobody else ever will', () => {
    const cluster = leaderThatNeedsOneMore({ currentTerm: 0, votedFor: null });
    expect(committedAt(cluster, 2, 0, 2)).toEqual([1, 2]);
  });
});

/** n1 was cut off before it was told anything; n0 has taken it out, and then n2, so that it is alone. */
function afterTwoRemovals(changed: Partial<Persistent>): Cluster {
  const cluster = new Cluster(3, { members: [0, 1, 2] });
  const without = across([1]);
  cluster.timer(0, 'election');
  deliver(cluster, ({ from, to, message }) => (from === 1 || to === 1) && message.kind !== 'requestVote');
  removes(cluster, 0, 1, without);
  removes(cluster, 0, 2, without);
  replaces(cluster, 2, 0, changed);
  expect(committedAt(cluster, 2, 0)).toEqual([1]);
  return cluster;
}

describe('it grants no vote before its log tells that it takes part again', () => {
  const standing = (changed: Partial<Persistent>): Cluster => {
    const cluster = afterTwoRemovals(changed);
    cluster.timer(1, 'election');
    deliver(cluster, across([0]));
    return cluster;
  };

  test('and so nobody leads who was taken out before', () => {
    expect(standing({}).server(1).raft.role.kind).toBe('candidate');
  });

  test('else that one leads, and commits other entries', () => {
    const cluster = standing({ log: Log.empty });
    expect([cluster.server(1).raft.role.kind, committedAt(cluster, 1, 0, 1)]).toEqual(['leader', [1, 2]]);
  });
});

describe('it goes by the configuration that came of its removal', () => {
  const standing = (changed: Partial<Persistent>): Cluster => {
    const cluster = afterTwoRemovals(changed);
    cluster.timer(2, 'election');
    deliver(cluster, across([0]));
    return cluster;
  };

  test('and so does not stand', () => {
    expect([standing({}).server(2).raft.role.kind, standing({}).disks[2]!.currentTerm]).toEqual(['follower', 1]);
  });

  test('else it is elected by one that was never told, and commits other entries', () => {
    const cluster = standing({ log: Log.empty });
    expect([cluster.server(2).raft.role.kind, committedAt(cluster, 1, 0, 2)]).toEqual(['leader', [1, 2]]);
  });
});
