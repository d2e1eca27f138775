/**
 * Ongaro's dissertation, chapter 4: cluster membership changes, one server at a time, with the correction of July 2015.
 */
import { describe, expect, test } from 'vitest';
import type { ServerConfig } from '../../../core/server.ts';
import type { Change } from '../../../core/raft/members.ts';
import { across, Cluster, firstClient, type Letter } from '../../support/cluster.ts';

const operator = firstClient;
const client = firstClient + 1;
const add = (server: number): Change => ({ kind: 'addServer', server });
const remove = (server: number): Change => ({ kind: 'removeServer', server });
const learn = (server: number): Change => ({ kind: 'addLearner', server });

/** So many servers, of which the members take part; n0 leads, and its no-op is committed everywhere. */
function clusterOf(size: number, members: readonly number[], changed: Partial<ServerConfig> = {}): Cluster {
  const cluster = new Cluster(size, { members, ...changed });
  cluster.elect(0);
  beat(cluster);
  return cluster;
}

/** What has come since is answered, and what is committed is told. */
function beat(cluster: Cluster, isLost: (letter: Letter) => boolean = () => false, leader = 0): void {
  cluster.deliver(isLost);
  cluster.timer(leader, 'heartbeat');
  cluster.deliver(isLost);
}

const asks = (cluster: Cluster, sequence: number, change: Change, of = 0): void =>
  cluster.handle(of, {
    kind: 'message', from: operator, message: { kind: 'clientRequest', sequence, operation: change },
  });
const put = (cluster: Cluster, sequence: number, of = 0): void =>
  cluster.ask(of, client, sequence, { kind: 'put', key: 'k', value: `${sequence}` });
const raftOf = (cluster: Cluster, node = 0) => cluster.server(node).raft;
const configurationOf = (cluster: Cluster, node = 0) => raftOf(cluster, node).persistent.log.configuration;
const told = (cluster: Cluster) => cluster.answersTo(operator).map(({ sequence, outcome }) => [sequence, outcome]);
const done = { kind: 'done', result: true };
const of = (voters: readonly number[], ...learners: readonly number[]) => ({ voters, learners });
const roleOf = (cluster: Cluster, node: number) => raftOf(cluster, node).role.kind;

describe('a server that comes (4.2.1)', () => {
  test('is a learner first, gets the log, and is a voter when it holds it; then the operator is told', () => {
    const cluster = clusterOf(4, [0, 1, 2]);
    asks(cluster, 1, add(3));
    expect([configurationOf(cluster), told(cluster)]).toEqual([of([0, 1, 2], 3), []]);
    beat(cluster);
    beat(cluster);
    expect([0, 1, 2, 3].map((node) => configurationOf(cluster, node))).toEqual(
      [0, 1, 2, 3].map(() => of([0, 1, 2, 3])),
    );
    beat(cluster);
    expect(told(cluster)).toEqual([[1, done]]);
  });

  test('a learner counts for no majority: what it holds, and its vote', () => {
    const cluster = clusterOf(4, [0, 1, 2]);
    asks(cluster, 1, learn(3));
    beat(cluster);
    const { commitIndex } = raftOf(cluster);
    put(cluster, 1);
    beat(cluster, across([0, 3]));
    expect([raftOf(cluster).commitIndex, raftOf(cluster, 3).persistent.log.lastIndex]).toEqual([
      commitIndex, commitIndex + 1,
    ]);
    cluster.timer(1, 'election');
    expect(cluster.letters.filter(({ message }) => message.kind === 'requestVote').map(({ to }) => to)).toEqual([0, 2]);
  });

  test('a learner stands for no election', () => {
    const cluster = clusterOf(4, [0, 1, 2]);
    asks(cluster, 1, learn(3));
    beat(cluster);
    expect(told(cluster)).toEqual([[1, done]]);
    cluster.timer(3, 'election');
    expect([roleOf(cluster, 3), raftOf(cluster, 3).persistent.currentTerm, cluster.letters]).toEqual([
      'follower', 1, [],
    ]);
  });

  test('whoever has not come yet is sent nothing, and does nothing by itself', () => {
    const cluster = clusterOf(4, [0, 1, 2]);
    cluster.timer(3, 'election');
    put(cluster, 1);
    expect([roleOf(cluster, 3), cluster.letters.some(({ to }) => to === 3)]).toEqual(['follower', false]);
  });

  test('one that is slow gets another round, up to where the log ends then', () => {
    const cluster = clusterOf(4, [0, 1, 2]);
    asks(cluster, 1, add(3));
    beat(cluster, across([3]));
    cluster.timer(0, 'catchUp');
    expect(raftOf(cluster).role).toMatchObject({ office: { catchUp: { servers: [3], rounds: 2, isLate: true } } });
    put(cluster, 1);
    expect(raftOf(cluster).role).toMatchObject({ office: { catchUp: { upTo: 2 } } });
    beat(cluster);
    expect(configurationOf(cluster)).toEqual(of([0, 1, 2, 3]));
  });

  test('after ten of them the leader gives up: it stays a learner, and the operator is told', () => {
    const cluster = clusterOf(4, [0, 1, 2]);
    asks(cluster, 1, add(3));
    beat(cluster, across([3]));
    for (let round = 1; round <= 10; round++) {
      expect(told(cluster)).toEqual([]);
      cluster.timer(0, 'catchUp');
    }
    expect([told(cluster), configurationOf(cluster)]).toEqual([
      [[1, { kind: 'done', result: false }]], of([0, 1, 2], 3),
    ]);
    beat(cluster);
    asks(cluster, 2, add(3));
    beat(cluster);
    expect(configurationOf(cluster)).toEqual(of([0, 1, 2, 3]));
  });

  test('who asks again keeps its place: two that ask in turns for servers that are down are both told within ten rounds (swarm 406575)', () => {
    const cluster = clusterOf(5, [0, 1, 2]);
    const others = operator + 5;
    const answers = () => [operator, others].map((one) => cluster.answersTo(one).map(({ outcome }) => outcome));
    for (let round = 1; round <= 20; round++) {
      for (const [place, from] of [operator, others].entries()) {
        if (answers()[place]!.length > 0) continue;
        cluster.handle(0, {
          kind: 'message', from, message: { kind: 'clientRequest', sequence: 1, operation: add(3 + place) },
        });
      }
      beat(cluster, across([3, 4]));
      cluster.timer(0, 'catchUp');
    }
    const givenUp = { kind: 'done', result: false };
    expect(answers()).toEqual([[givenUp], [givenUp]]);
    expect(configurationOf(cluster)).toEqual(of([0, 1, 2], 3, 4));
  });

  test('a request that comes late takes nothing from the one behind it', () => {
    const cluster = clusterOf(4, [0, 1, 2]);
    asks(cluster, 2, add(3));
    asks(cluster, 1, remove(3));
    for (let beats = 0; beats < 3; beats++) beat(cluster);
    expect(told(cluster)).toEqual([[2, done]]);
  });

  test('what is so already is done, when an entry behind the asking is committed', () => {
    const cluster = clusterOf(4, [0, 1, 2]);
    for (const [sequence, change] of [[1, add(2)], [2, remove(3)]] as const) {
      const { lastIndex } = raftOf(cluster).persistent.log;
      asks(cluster, sequence, change);
      expect([told(cluster).length, raftOf(cluster).persistent.log.lastIndex]).toEqual([sequence - 1, lastIndex + 1]);
      beat(cluster);
      expect(told(cluster).at(-1)).toEqual([sequence, done]);
      expect(raftOf(cluster).persistent.log.lastIndex).toBe(lastIndex + 1);
    }
  });

  test('who was taken out, and leads an earlier term still, tells nobody that it takes part', () => {
    const cluster = clusterOf(3, [0, 1, 2]);
    const cutOff = across([0]);
    cluster.timer(1, 'election');
    cluster.deliver(cutOff);
    beat(cluster, cutOff, 1);
    asks(cluster, 1, remove(0), 1);
    beat(cluster, cutOff, 1);
    expect([roleOf(cluster, 0), roleOf(cluster, 1), told(cluster)]).toEqual(['leader', 'leader', [[1, done]]]);
    asks(cluster, 2, add(0));
    beat(cluster, cutOff);
    expect(told(cluster)).toEqual([[1, done]]);
  });
});

describe('a configuration takes effect when it is in the log, committed or not (4.1)', () => {
  test('the leader counts by it from then on', () => {
    const cluster = clusterOf(4, [0, 1, 2, 3]);
    asks(cluster, 1, remove(3));
    beat(cluster, across([0, 1]));
    expect([configurationOf(cluster), raftOf(cluster).commitIndex]).toEqual([of([0, 1, 2]), 2]);
  });

  test('a follower that holds it stands by it; cut off with its entry, it stands by the one before', () => {
    const cluster = clusterOf(4, [0, 1, 2]);
    asks(cluster, 1, learn(3));
    cluster.deliver(across([0, 1]));
    expect([configurationOf(cluster, 1), configurationOf(cluster, 2)]).toEqual([of([0, 1, 2], 3), undefined]);
    const alone = clusterOf(3, [0, 1, 2]);
    asks(alone, 1, remove(2));
    alone.deliver(across([0]));
    expect(configurationOf(alone)).toEqual(of([0, 1]));
    alone.elect(1, across([0]));
    beat(alone, () => false, 1);
    expect([configurationOf(alone), roleOf(alone, 0)]).toEqual([undefined, 'follower']);
  });

  test('it is in the snapshot, and goes with it', () => {
    const cluster = clusterOf(4, [0, 1, 2], { maxRaftState: 40 });
    asks(cluster, 1, learn(3));
    beat(cluster, across([3]));
    put(cluster, 1);
    beat(cluster, across([3]));
    const { persistent: { log, snapshot } } = raftOf(cluster);
    expect([log.baseIndex > 2, snapshot?.configuration]).toEqual([true, of([0, 1, 2], 3)]);
    beat(cluster);
    expect([configurationOf(cluster, 3), raftOf(cluster, 3).persistent.snapshot?.configuration]).toEqual([
      of([0, 1, 2], 3), of([0, 1, 2], 3),
    ]);
    cluster.crash(3);
    cluster.boot(3);
    expect(configurationOf(cluster, 3)).toEqual(of([0, 1, 2], 3));
  });

  test('a snapshot holds the configuration of its end, and not one behind it', () => {
    const cluster = clusterOf(3, [0, 1, 2], { maxRaftState: 60 });
    put(cluster, 1);
    asks(cluster, 1, remove(2));
    cluster.deliver(
      ({ message }) =>
        message.kind === 'appendEntries' && message.entries.some(({ configuration }) => configuration !== undefined),
    );
    const { persistent: { log, snapshot } } = raftOf(cluster);
    expect([log.baseIndex, snapshot?.configuration, log.configuration]).toEqual([2, undefined, of([0, 1])]);
  });
});

describe('one change at a time (4.1)', () => {
  test('the second waits until the first is committed', () => {
    const cluster = clusterOf(4, [0, 1, 2, 3]);
    asks(cluster, 1, remove(3));
    cluster.handle(0, {
      kind: 'message', from: operator + 5, message: { kind: 'clientRequest', sequence: 1, operation: remove(2) },
    });
    expect(configurationOf(cluster)).toEqual(of([0, 1, 2]));
    beat(cluster);
    beat(cluster);
    expect(configurationOf(cluster)).toEqual(of([0, 1]));
  });

  test('and a new leader waits until an entry of its own term is committed (Ongaro, raft-dev, July 2015)', () => {
    const cluster = clusterOf(4, [0, 1, 2, 3]);
    cluster.elect(1, ({ message }) => message.kind === 'appendEntries');
    asks(cluster, 1, remove(3), 1);
    cluster.timer(1, 'heartbeat');
    expect(configurationOf(cluster, 1)).toBeUndefined();
    cluster.deliver();
    expect(configurationOf(cluster, 1)).toEqual(of([0, 1, 2]));
  });

  test('one that appends nothing when it is elected appends for that', () => {
    const cluster = clusterOf(3, [0, 1, 2], { noopOnElection: false });
    expect(raftOf(cluster).persistent.log.lastIndex).toBe(0);
    asks(cluster, 1, remove(2));
    expect([raftOf(cluster).persistent.log.lastIndex, configurationOf(cluster)]).toEqual([1, undefined]);
    beat(cluster);
    expect(configurationOf(cluster)).toEqual(of([0, 1]));
  });

  test('the last voter stays, and nobody comes whom the plan does not name', () => {
    const cluster = clusterOf(2, [0]);
    asks(cluster, 1, remove(0));
    asks(cluster, 2, add(2));
    expect(told(cluster)).toEqual([[1, { kind: 'done', result: false }], [2, { kind: 'done', result: false }]]);
  });
});

test('a leader that is alone from now on confirms by itself the reads that wait for others (6.4; swarm 6000015)', () => {
  const cluster = clusterOf(2, [0, 1], { reads: ['index'] });
  cluster.ask(0, client, 1, { kind: 'get', key: 'k' });
  asks(cluster, 1, remove(1));
  expect(cluster.answersTo(client)).toEqual([]);
  cluster.timer(0, 'heartbeat');
  expect(cluster.answersTo(client)).toHaveLength(1);
});

describe('a leader that goes (4.2.2)', () => {
  test('leads until that is committed, without counting itself, and no longer', () => {
    const cluster = clusterOf(3, [0, 1, 2]);
    asks(cluster, 1, remove(0));
    cluster.deliver(across([2]));
    expect([roleOf(cluster, 0), raftOf(cluster).commitIndex]).toEqual(['leader', 1]);
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    expect([roleOf(cluster, 0), raftOf(cluster).commitIndex]).toEqual(['follower', 2]);
    expect(told(cluster)).toEqual([[1, { kind: 'notLeader', leaderId: null }]]);
  });

  test('its successor tells the operator, and it stands no more', () => {
    const cluster = clusterOf(3, [0, 1, 2]);
    asks(cluster, 1, remove(0));
    cluster.deliver();
    cluster.elect(1);
    beat(cluster, () => false, 1);
    asks(cluster, 1, remove(0), 1);
    beat(cluster, () => false, 1);
    expect(told(cluster).at(-1)).toEqual([1, done]);
    cluster.timer(0, 'election');
    expect(roleOf(cluster, 0)).toBe('follower');
  });

  test('one that goes, and whose going only it has logged, is needed still: it stands, without a vote of its own (Figure 4.6)', () => {
    const cluster = clusterOf(2, [0, 1]);
    asks(cluster, 1, remove(0));
    cluster.letters = [];
    cluster.crash(0);
    cluster.boot(0);
    cluster.timer(1, 'election');
    cluster.deliver();
    // Its log is shorter: n0, which holds the entry, does not vote for it.
    expect(roleOf(cluster, 1)).toBe('candidate');
    cluster.timer(0, 'election');
    expect([roleOf(cluster, 0), raftOf(cluster).persistent.currentTerm]).toEqual(['candidate', 3]);
    cluster.deliver();
    expect([roleOf(cluster, 0), configurationOf(cluster, 1), raftOf(cluster).commitIndex]).toEqual([
      'follower', of([1]), 3,
    ]);
  });
});

describe('a server that was taken out (4.2.3)', () => {
  test('is sent nothing any more, does not know it, and stands for election', () => {
    const cluster = clusterOf(4, [0, 1, 2, 3]);
    asks(cluster, 1, remove(3));
    beat(cluster);
    expect([configurationOf(cluster, 3), told(cluster)]).toEqual([undefined, [[1, done]]]);
    cluster.timer(3, 'election');
    cluster.deliver();
    expect([roleOf(cluster, 3), roleOf(cluster, 0), raftOf(cluster, 3).persistent.currentTerm]).toEqual([
      'candidate', 'follower', 2,
    ]);
  });

  test.each([
    ['PreVote', { preVote: true }], ['CheckQuorum', { checkQuorum: true }],
  ])('and with %s deposes nobody', (_, options) => {
    const cluster = clusterOf(4, [0, 1, 2, 3], options);
    asks(cluster, 1, remove(3));
    beat(cluster);
    cluster.timer(3, 'contact');
    cluster.timer(3, 'election');
    cluster.deliver();
    expect([roleOf(cluster, 0), raftOf(cluster).persistent.currentTerm]).toEqual(['leader', 1]);
  });

  test('what it says of its log is of no use to the leader', () => {
    const cluster = clusterOf(4, [0, 1, 2, 3]);
    put(cluster, 1);
    asks(cluster, 1, remove(3));
    const before = raftOf(cluster).role;
    cluster.handle(0, {
      kind: 'message',
      from: 3,
      message: { kind: 'appendEntriesReply', term: 1, success: true, index: 2, conflictTerm: 0, conflictIndex: 0 },
    });
    expect(raftOf(cluster).role).toBe(before);
  });

  test('taken in again, nothing is known of what it stores', () => {
    const cluster = clusterOf(4, [0, 1, 2, 3]);
    asks(cluster, 1, remove(3));
    beat(cluster);
    asks(cluster, 2, learn(3));
    expect(raftOf(cluster).role).toMatchObject({ matchIndex: [0, 2, 2, 0], nextIndex: [1, 3, 3, 3] });
  });
});

test('an answer to an earlier term is no occasion to go on with a change (5.1)', () => {
  const cluster = clusterOf(3, [0, 1, 2]);
  cluster.elect(1);
  beat(cluster, () => false, 1);
  cluster.servers[1] = {
    ...cluster.server(1), changing: [{ client: operator, sequence: 1, change: remove(2), askedAt: 2 }],
  };
  const { role } = raftOf(cluster, 1);
  const answers = (term: number) =>
    cluster.handle(1, {
      kind: 'message',
      from: 0,
      message: { kind: 'appendEntriesReply', term, success: true, index: 2, conflictTerm: 0, conflictIndex: 0 },
    });
  answers(1);
  expect(raftOf(cluster, 1).role).toBe(role);
  answers(2);
  expect(configurationOf(cluster, 1)).toEqual(of([0, 1]));
});

test('who does not lead says who does, or nothing', () => {
  const cluster = clusterOf(3, [0, 1, 2]);
  asks(cluster, 1, remove(2), 1);
  expect(told(cluster)).toEqual([[1, { kind: 'notLeader', leaderId: 0 }]]);
});

test('without the option nobody comes or goes', () => {
  const cluster = new Cluster(3);
  cluster.elect(0);
  asks(cluster, 1, remove(2));
  expect([told(cluster), configurationOf(cluster)]).toEqual([[[1, { kind: 'done', result: false }]], undefined]);
});

describe('beside other options', () => {
  test('in chunks goes who takes part, too', () => {
    const cluster = clusterOf(4, [0, 1, 2], { maxRaftState: 60, snapshotChunkBytes: 8 });
    asks(cluster, 1, learn(3));
    for (let sequence = 1; sequence <= 4; sequence++) {
      put(cluster, sequence);
      beat(cluster, across([3]));
    }
    const { snapshot } = raftOf(cluster).persistent;
    expect(snapshot?.configuration).toEqual(of([0, 1, 2], 3));
    for (let beats = 0; beats < 4; beats++) beat(cluster, ({ message }) => message.kind === 'installSnapshot');
    expect(raftOf(cluster, 3).persistent.snapshot).toEqual(snapshot);
  });

  test('a server that left is sent no chunk more', () => {
    const cluster = clusterOf(3, [0, 1, 2], { maxRaftState: 60, snapshotChunkBytes: 8 });
    for (let sequence = 1; sequence <= 4; sequence++) {
      put(cluster, sequence);
      beat(cluster, across([2]));
    }
    cluster.timer(0, 'heartbeat');
    expect(cluster.server(0).transfers?.outgoing.map(({ to }) => to)).toEqual([2]);
    asks(cluster, 1, remove(2));
    expect(cluster.server(0).transfers?.outgoing).toEqual([]);
  });

  test('a window is of those who take part, and begins anew for whoever comes', () => {
    const cluster = clusterOf(3, [0, 1], { window: 4 });
    put(cluster, 1);
    expect(cluster.letters.map(({ to }) => to)).toEqual([1]);
    beat(cluster);
    asks(cluster, 1, learn(2));
    beat(cluster);
    beat(cluster);
    asks(cluster, 2, remove(2));
    beat(cluster);
    asks(cluster, 3, learn(2));
    const { role } = raftOf(cluster);
    expect(role.kind === 'leader' && role.office?.flows?.[2]).toEqual({
      state: 'probe', inFlight: [raftOf(cluster).persistent.log.lastIndex],
    });
  });
});
