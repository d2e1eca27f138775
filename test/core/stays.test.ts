/** Answers of a server's earlier stay: drmingdrmer/raft-rejoin-bug, the catalogue's M04. */
import { describe, expect, test } from 'vitest';
import type { Change } from '../../core/raft/members.ts';
import { blankPersistent } from '../../core/raft/state.ts';
import type { ServerConfig } from '../../core/server.ts';
import { across, Cluster, firstClient, type Letter } from '../support/cluster.ts';

const operator = firstClient;
const add: Change = { kind: 'addServer', server: 2 };
const remove: Change = { kind: 'removeServer', server: 2 };

const asks = (cluster: Cluster, sequence: number, change: Change): void =>
  cluster.handle(0, {
    kind: 'message', from: operator, message: { kind: 'clientRequest', sequence, operation: change },
  });
const put = (cluster: Cluster, sequence: number): void =>
  cluster.ask(0, operator + 1, sequence, { kind: 'put', key: 'k', value: `${sequence}` });

/**
 * What is under way arrives, and what is committed is told; letters that `isLost` names are lost. A refusal that is
 * always answered by the same has no end.
 */
function beat(cluster: Cluster, isLost: (letter: Letter) => boolean = () => false): void {
  let letters = 0;
  const counted = (letter: Letter): boolean => {
    if (++letters > 500) throw new Error('n0 and n2 say the same to each other without end');
    return isLost(letter);
  };
  cluster.deliver(counted);
  cluster.timer(0, 'heartbeat');
  cluster.deliver(counted);
}

function leaderOf(cluster: Cluster) {
  const { role } = cluster.server(0).raft;
  if (role.kind !== 'leader') throw new Error('n0 leads no more');
  return role;
}

const matchOf = (cluster: Cluster): number => leaderOf(cluster).matchIndex[2]!;
const toldOf = (cluster: Cluster) => cluster.answersTo(operator).map(({ outcome }) => outcome);
const done = { kind: 'done', result: true };

/**
 * n0 leads n1 and n2. n2 answers to a put, and what it says stays under way; it is taken out, its disk is replaced, and
 * it is let in again, cut off from its leader for now.
 */
function rejoined(
  isDiskReplaced: boolean, changed: Partial<ServerConfig> = {},
): { readonly cluster: Cluster; readonly late: readonly Letter[] } {
  const cluster = new Cluster(3, { members: [0, 1, 2], ...changed });
  cluster.elect(0);
  beat(cluster);
  const late: Letter[] = [];
  const answersOfTwo = (letter: Letter): boolean => {
    if (letter.from === 2) late.push(letter);
    return letter.from === 2;
  };
  put(cluster, 1);
  beat(cluster, answersOfTwo);
  asks(cluster, 1, remove);
  beat(cluster, answersOfTwo);
  expect(toldOf(cluster)).toEqual([done]);
  cluster.crash(2);
  if (isDiskReplaced) cluster.disks[2] = blankPersistent;
  cluster.boot(2);
  asks(cluster, 2, add);
  beat(cluster, across([2]));
  return { cluster, late };
}

const arrives = (cluster: Cluster, { from, to, message }: Letter): void =>
  cluster.handle(to, { kind: 'message', from, message });

describe.each([
  ['a blank disk', true], ['the disk that it had', false],
])('a server that comes again with %s', (_, isDiskReplaced) => {
  test('is not taken to hold what it acknowledged before it left', () => {
    const { cluster, late } = rejoined(isDiskReplaced);
    const before = cluster.server(0);
    expect(late.map(({ message }) => 'index' in message && message.index)).toEqual([2, 2]);
    for (const letter of late) arrives(cluster, letter);
    expect([matchOf(cluster), cluster.server(0)]).toEqual([0, before]);
  });

  test('is caught up all the same, and told of', () => {
    const { cluster, late } = rejoined(isDiskReplaced);
    for (const letter of late) arrives(cluster, letter);
    for (let beats = 0; beats < 5; beats++) beat(cluster);
    expect([toldOf(cluster), matchOf(cluster)]).toEqual([
      [done, done], cluster.server(2).raft.persistent.log.lastIndex,
    ]);
  });
});

test('each request says in which stay, and each answer what its request said', () => {
  const { cluster } = rejoined(true);
  const said: unknown[] = [];
  beat(cluster, ({ from, to, message }) => {
    if ('stay' in message || from === 2 || to === 2)
      said.push([message.kind, 'stay' in message ? message.stay : 'none']);
    return false;
  });
  expect(new Set(said.map((one) => JSON.stringify(one)))).toEqual(
    new Set(['["appendEntries",1]', '["appendEntriesReply",1]']),
  );
  expect(leaderOf(cluster).office?.departures).toEqual([0, 0, 1]);
});

test('who left once more is in its third stay', () => {
  const { cluster } = rejoined(false);
  for (let beats = 0; beats < 5; beats++) beat(cluster);
  asks(cluster, 3, remove);
  beat(cluster);
  asks(cluster, 4, add);
  cluster.timer(0, 'heartbeat');
  expect(
    cluster.letters.flatMap(({ to, message }) => (to === 2 && message.kind === 'appendEntries' ? [message.stay] : [])),
  ).toContain(2);
  expect(leaderOf(cluster).office?.departures).toEqual([0, 0, 2]);
});

test('a request of an earlier stay is answered as one', () => {
  const { cluster, late } = rejoined(true);
  const [old] = late;
  arrives(cluster, {
    from: 0,
    to: 2,
    message: { kind: 'appendEntries', term: 1, prevLogIndex: 0, prevLogTerm: 0, entries: [], leaderCommit: 0 },
  });
  expect(
    cluster.lastEffects.flatMap((effect) => (effect.kind === 'send' ? [Object.keys(effect.message)] : [])),
  ).toEqual([Object.keys(old!.message)]);
});

test('a later term is heard, whatever it answers (5.1)', () => {
  const { cluster } = rejoined(true);
  arrives(cluster, {
    from: 2,
    to: 0,
    message: { kind: 'appendEntriesReply', term: 7, success: false, index: 0, conflictTerm: 0, conflictIndex: 0 },
  });
  expect([cluster.server(0).raft.role.kind, cluster.server(0).raft.persistent.currentTerm]).toEqual(['follower', 7]);
});

test('a next leader, to whom nobody has come again, counts from its own beginning', () => {
  const { cluster } = rejoined(false);
  for (let beats = 0; beats < 5; beats++) beat(cluster);
  cluster.elect(1);
  cluster.timer(1, 'heartbeat');
  expect(cluster.letters.filter(({ message }) => 'stay' in message)).toEqual([]);
});

test.each([['a snapshot', {}], ['its chunks', { snapshotChunkBytes: 8 }]])('%s, too, is of a stay', (_, changed) => {
  const { cluster } = rejoined(true, { maxRaftState: 60, ...changed });
  for (let sequence = 2; sequence <= 4; sequence++) {
    put(cluster, sequence);
    beat(cluster, across([2]));
  }
  const kinds = new Set<string>();
  for (let beats = 0; beats < 8; beats++) {
    beat(cluster, ({ from, to, message }) => {
      if (from === 2 || to === 2) kinds.add(`${message.kind} ${'stay' in message ? message.stay : 'none'}`);
      return false;
    });
  }
  const isChunked = 'snapshotChunkBytes' in changed;
  expect([...kinds].sort()).toEqual([
    'appendEntries 1', 'appendEntriesReply 1',
    ...(isChunked ? ['installChunk 1', 'installChunkReply 1'] : ['installSnapshot 1']), 'installSnapshotReply 1',
  ]);
  expect(matchOf(cluster)).toBe(cluster.server(2).raft.persistent.log.lastIndex);
});
