/** Arbitrary changes of the membership by joint consensus: section 6 of the paper, and Ongaro's dissertation, 4.3. */
import { describe, expect, test } from 'vitest';
import type { Replacement } from '../../../core/raft/members.ts';
import { withOffice } from '../../../core/raft/state.ts';
import type { ServerConfig } from '../../../core/server.ts';
import { across, Cluster, firstClient, type Letter } from '../../support/cluster.ts';

const operator = firstClient;
const client = firstClient + 1;
const replace = (voters: readonly number[], ...learners: readonly number[]): Replacement => ({
  kind: 'replaceServers', voters, learners,
});
const none = (): boolean => false;

/** So many servers, of which the members take part; n0 leads, and its no-op is committed everywhere. */
function clusterOf(size: number, members: readonly number[], changed: Partial<ServerConfig> = {}): Cluster {
  const cluster = new Cluster(size, { members, ...changed });
  cluster.elect(0);
  beat(cluster);
  return cluster;
}

/** What has come since is answered, and what is committed is told. */
function beat(cluster: Cluster, isLost: (letter: Letter) => boolean = none, leader = 0): void {
  cluster.deliver(isLost);
  cluster.timer(leader, 'heartbeat');
  cluster.deliver(isLost);
}

const asks = (cluster: Cluster, sequence: number, change: Replacement, of = 0): void =>
  cluster.handle(of, {
    kind: 'message', from: operator, message: { kind: 'clientRequest', sequence, operation: change },
  });
const put = (cluster: Cluster, sequence: number, of = 0): void =>
  cluster.ask(of, client, sequence, { kind: 'put', key: 'k', value: `${sequence}` });
const raftOf = (cluster: Cluster, node = 0) => cluster.server(node).raft;
const logOf = (cluster: Cluster, node = 0) => raftOf(cluster, node).persistent.log;
const configurationOf = (cluster: Cluster, node = 0) => logOf(cluster, node).configuration;
const told = (cluster: Cluster) => cluster.answersTo(operator).map(({ sequence, outcome }) => [sequence, outcome]);
const done = { kind: 'done', result: true };
const givenUp = { kind: 'done', result: false };
const of = (voters: readonly number[], ...learners: readonly number[]) => ({ voters, learners });
const joint = (voters: readonly number[], old: readonly number[], ...learnersNext: readonly number[]) => ({
  voters, learners: [], outgoing: { voters: old, learnersNext },
});
const roleOf = (cluster: Cluster, node: number) => raftOf(cluster, node).role.kind;

const isJoint = ({ message }: Letter): boolean =>
  message.kind === 'appendEntries' &&
  message.entries.some(({ configuration }) => configuration?.outgoing !== undefined);

/**
 * n0 to n2 took part, n2 to n4 come for them, and hold what there is: the joint configuration is in the log of n0
 * alone.
 */
function entering(changed: Partial<ServerConfig> = {}): Cluster {
  const cluster = clusterOf(5, [0, 1, 2], changed);
  asks(cluster, 1, replace([2, 3, 4]));
  // Who comes is caught up meanwhile.
  beat(cluster, isJoint);
  expect([configurationOf(cluster), [1, 2, 3, 4].map((node) => configurationOf(cluster, node)?.outgoing)]).toEqual([
    joint([2, 3, 4], [0, 1, 2]), [undefined, undefined, undefined, undefined],
  ]);
  return cluster;
}

describe('one request, any set of servers', () => {
  test('who comes learns first, as one at a time does (4.2.1); then the configuration is joint, then it is the new one, and the operator is told', () => {
    const cluster = clusterOf(5, [0, 1, 2]);
    asks(cluster, 1, replace([0, 3, 4]));
    for (let beats = 0; beats < 4; beats++) beat(cluster);
    const log = logOf(cluster);
    const logged = log
      .from(1, log.lastIndex)
      .flatMap(({ configuration }) => (configuration === undefined ? [] : [configuration]));
    expect(logged).toEqual([of([0, 1, 2], 3, 4), joint([0, 3, 4], [0, 1, 2]), of([0, 3, 4])]);
    expect([told(cluster), [0, 3, 4].map((node) => configurationOf(cluster, node))]).toEqual([
      [[1, done]], [0, 3, 4].map(() => of([0, 3, 4])),
    ]);
  });

  test('a voter that is to learn votes while it is joint: the two never mix ("learners next", etcd)', () => {
    const cluster = clusterOf(4, [0, 1, 2]);
    asks(cluster, 1, replace([0, 3], 2));
    beat(cluster, isJoint);
    expect(configurationOf(cluster)).toEqual(joint([0, 3], [0, 1, 2], 2));
    beat(cluster);
    beat(cluster);
    expect([configurationOf(cluster), configurationOf(cluster, 2), told(cluster)]).toEqual([
      of([0, 3], 2), of([0, 3], 2), [[1, done]],
    ]);
  });

  test('who voted and is not named takes no part any more, and is sent nothing', () => {
    const cluster = clusterOf(4, [0, 1, 2]);
    asks(cluster, 1, replace([0, 3]));
    for (let beats = 0; beats < 3; beats++) beat(cluster);
    put(cluster, 1);
    expect(cluster.letters.map(({ to }) => to)).toEqual([3]);
  });

  test('learners alone come and go by one entry: nobody else decides', () => {
    const cluster = clusterOf(4, [0, 1]);
    for (const [sequence, learners] of [[1, [2, 3]], [2, [3]]] as const) {
      asks(cluster, sequence, replace([0, 1], ...learners));
      expect(configurationOf(cluster)).toEqual(of([0, 1], ...learners));
      beat(cluster);
      beat(cluster);
    }
    expect(told(cluster)).toEqual([[1, done], [2, done]]);
  });

  test('who is far behind is waited for, all of them, and after ten rounds it is given up: the voters are those of before', () => {
    const cluster = clusterOf(5, [0, 1, 2]);
    asks(cluster, 1, replace([0, 3, 4]));
    beat(cluster, across([4]));
    for (let round = 1; round <= 10; round++) {
      expect(told(cluster)).toEqual([]);
      cluster.timer(0, 'catchUp');
    }
    expect([told(cluster), configurationOf(cluster)]).toEqual([[[1, givenUp]], of([0, 1, 2], 3, 4)]);
  });

  test('what is so is done; nobody at all, somebody unknown, or one who votes and learns is refused', () => {
    const cluster = clusterOf(3, [0, 1, 2]);
    asks(cluster, 1, replace([2, 1, 0]));
    beat(cluster);
    for (const [sequence, wish] of [
      [2, replace([])], [3, replace([0, 3])], [4, replace([0, 1], 1)], [5, replace([0, 0])],
    ] as const)
      asks(cluster, sequence, wish);
    expect(told(cluster)).toEqual([[1, done], [2, givenUp], [3, givenUp], [4, givenUp], [5, givenUp]]);
  });

  test('another change waits until it is left', () => {
    const cluster = entering();
    cluster.handle(0, {
      kind: 'message',
      from: operator + 5,
      message: { kind: 'clientRequest', sequence: 1, operation: { kind: 'removeServer', server: 4 } },
    });
    expect(configurationOf(cluster)).toEqual(joint([2, 3, 4], [0, 1, 2]));
  });
});

describe('"Agreement (for elections and entry commitment) requires separate majorities from both the old and new configurations" (section 6)', () => {
  test.each([
    ['all of the old one are not enough', [0, 1, 2], false], ['nor all of the new one', [0, 2, 3, 4], false],
    ['a majority of each is', [0, 1, 3, 4], true], ['one that is in both counts in both', [0, 2, 3], true],
  ])('an entry: %s', (_, side, isCommitted) => {
    const cluster = entering();
    // n0 and n2 are two of the old ones: where only the new ones must be, n2 hears nothing of it.
    const reached = isCommitted || !side.includes(3) ? side : [0, 3, 4];
    const index = logOf(cluster).lastIndex;
    cluster.timer(0, 'heartbeat');
    cluster.deliver(across(reached));
    expect(raftOf(cluster).commitIndex >= index).toBe(isCommitted);
  });

  test.each([
    ['of the old one alone', [0, 1, 2], 'candidate'], ['of the new one alone', [0, 3, 4], 'candidate'],
    ['of each', [0, 1, 3, 4], 'leader'], ['with one that is in both', [0, 2, 3], 'leader'],
  ])('an election: votes %s', (_, side, role) => {
    const cluster = entering();
    cluster.crash(0);
    cluster.boot(0);
    cluster.timer(0, 'election');
    expect(cluster.letters.filter(({ message }) => message.kind === 'requestVote').map(({ to }) => to)).toEqual([
      1, 2, 3, 4,
    ]);
    cluster.deliver(
      (letter) =>
        across(side)(letter) || (letter.message.kind !== 'requestVote' && letter.message.kind !== 'requestVoteReply'),
    );
    expect(roleOf(cluster, 0)).toBe(role);
  });

  test('pre-votes, in the same way (9.6)', () => {
    for (const [side, role] of [
      [[0, 3, 4], 'preCandidate'], [[0, 2, 3], 'candidate'],
    ] as const) {
      const cluster = entering({ preVote: true });
      cluster.crash(0);
      cluster.boot(0);
      for (const node of [1, 2, 3, 4]) cluster.timer(node, 'contact');
      cluster.timer(0, 'election');
      cluster.deliver((letter) => across(side)(letter) || !letter.message.kind.startsWith('requestPreVote'));
      expect(roleOf(cluster, 0)).toBe(role);
    }
  });

  test('CheckQuorum: a leader that only one of the two answers has lost its majority (6.2)', () => {
    for (const [others, isQuorum] of [
      [[1, 2], false], [[3, 4], false], [[1, 3], false], [[2, 3], true],
    ] as const) {
      const cluster = entering({ checkQuorum: true });
      const server = cluster.server(0);
      cluster.servers[0] = { ...server, raft: withOffice(server.raft, { heard: [] }) };
      for (const from of others)
        cluster.handle(0, {
          kind: 'message',
          from,
          message: { kind: 'appendEntriesReply', term: 1, success: false, index: 0, conflictTerm: 0, conflictIndex: 1 },
        });
      expect(cluster.lastEffects.some((effect) => effect.kind === 'setTimer' && effect.timer === 'election')).toBe(
        isQuorum,
      );
    }
  });

  test('ReadIndex: a round that only the new servers answer confirms nothing (6.4)', () => {
    for (const [side, answers] of [
      [[0, 3, 4], 0], [[0, 2, 3], 1],
    ] as const) {
      const cluster = entering({ reads: ['index'] });
      cluster.ask(0, client, 1, { kind: 'get', key: 'k' });
      cluster.deliver((letter) => across(side)(letter) || !letter.message.kind.startsWith('heartbeat'));
      expect(cluster.answersTo(client)).toHaveLength(answers);
    }
  });
});

describe('a joint configuration is one of the log, as others are', () => {
  test('"a server always uses the latest configuration in its log, regardless of whether the entry is committed" (section 6)', () => {
    const cluster = entering();
    cluster.timer(0, 'heartbeat');
    cluster.deliver(across([0, 4]));
    expect([1, 4].map((node) => configurationOf(cluster, node))).toEqual([
      of([0, 1, 2], 3, 4), joint([2, 3, 4], [0, 1, 2]),
    ]);
    cluster.letters = [];
    cluster.timer(4, 'election');
    expect(cluster.letters.map(({ to }) => to)).toEqual([0, 1, 2, 3]);
  });

  test('cut off with its entry, the one before counts again', () => {
    const cluster = entering();
    cluster.letters = [];
    cluster.elect(1, across([0]));
    beat(cluster, none, 1);
    expect([0, 1, 2].map((node) => configurationOf(cluster, node))).toEqual([0, 1, 2].map(() => of([0, 1, 2], 3, 4)));
  });

  test('both sets are in the snapshot, and go with it and through a restart', () => {
    const cluster = entering({ maxRaftState: 50 });
    const isLeft = ({ message }: Letter): boolean =>
      message.kind === 'appendEntries' &&
      message.entries.some(({ configuration }) => configuration !== undefined && configuration.outgoing === undefined);
    const oneIsAway = (letter: Letter): boolean => isLeft(letter) || across([4])(letter);
    beat(cluster, oneIsAway);
    beat(cluster, oneIsAway);
    expect(raftOf(cluster).persistent.snapshot?.configuration).toEqual(joint([2, 3, 4], [0, 1, 2]));
    cluster.timer(0, 'heartbeat');
    cluster.deliver(isLeft);
    cluster.crash(4);
    cluster.boot(4);
    expect([raftOf(cluster, 4).persistent.snapshot?.configuration, configurationOf(cluster, 4)]).toEqual([
      joint([2, 3, 4], [0, 1, 2]), joint([2, 3, 4], [0, 1, 2]),
    ]);
  });
});

describe('"Once C_old,new has been committed ... it is now safe for the leader to create a log entry describing C_new" (section 6)', () => {
  test('not before, and then without being asked', () => {
    const cluster = entering();
    const { lastIndex } = logOf(cluster);
    beat(cluster, across([0, 3, 4]));
    expect([configurationOf(cluster)?.outgoing !== undefined, logOf(cluster).lastIndex]).toEqual([true, lastIndex]);
    cluster.timer(0, 'heartbeat');
    cluster.deliver(({ message }) => message.kind === 'appendEntries' && message.prevLogIndex >= lastIndex);
    expect([configurationOf(cluster), logOf(cluster).lastIndex]).toEqual([of([2, 3, 4]), lastIndex + 1]);
  });

  test.each([
    ['a no-op of its own', true], ['an entry that it appends for that', false],
  ])('a new leader that finds it in its log commits it with %s, and leaves it', (_, noopOnElection) => {
    const cluster = entering({ noopOnElection });
    cluster.timer(0, 'heartbeat');
    cluster.deliver(({ from, message }) => from !== 0 && message.kind === 'appendEntriesReply');
    cluster.crash(0);
    cluster.elect(3, ({ message }) => message.kind === 'appendEntries');
    expect(configurationOf(cluster, 3)).toEqual(joint([2, 3, 4], [0, 1, 2]));
    for (let beats = 0; beats < 3; beats++) beat(cluster, none, 3);
    expect([2, 3, 4].map((node) => configurationOf(cluster, node))).toEqual([2, 3, 4].map(() => of([2, 3, 4])));
    expect(raftOf(cluster, 3).commitIndex).toBe(logOf(cluster, 3).lastIndex);
  });
});

describe('"Any server from either configuration may serve as leader" (section 6)', () => {
  test('one of the old one too, while it is joint', () => {
    const cluster = entering();
    cluster.timer(0, 'heartbeat');
    cluster.deliver(({ message }) => message.kind === 'appendEntriesReply');
    cluster.crash(0);
    cluster.elect(1, ({ message }) => message.kind === 'appendEntries');
    expect(roleOf(cluster, 1)).toBe('leader');
  });

  test('"the leader steps down (returns to follower state) once it has committed the C_new log entry", and not before', () => {
    const cluster = entering();
    const { lastIndex } = logOf(cluster);
    cluster.timer(0, 'heartbeat');
    cluster.deliver(
      ({ from, message }) => from !== 0 && message.kind === 'appendEntriesReply' && message.index > lastIndex,
    );
    expect([roleOf(cluster, 0), configurationOf(cluster), raftOf(cluster).commitIndex]).toEqual([
      'leader', of([2, 3, 4]), lastIndex,
    ]);
    put(cluster, 1);
    // "It replicates log entries but does not count itself in majorities."
    cluster.deliver(across([0, 1, 2]));
    expect([roleOf(cluster, 0), raftOf(cluster).commitIndex]).toEqual(['leader', lastIndex]);
    beat(cluster);
    expect([roleOf(cluster, 0), raftOf(cluster).commitIndex > lastIndex]).toEqual(['follower', true]);
    expect(told(cluster)).toEqual([[1, { kind: 'notLeader', leaderId: null }]]);
  });

  test('who was in the old one only and knows that it is left stands no more; its successor tells the operator', () => {
    const cluster = entering();
    for (let beats = 0; beats < 3; beats++) beat(cluster);
    cluster.timer(0, 'election');
    expect(roleOf(cluster, 0)).toBe('follower');
    cluster.elect(3);
    asks(cluster, 1, replace([2, 3, 4]), 3);
    beat(cluster, none, 3);
    expect(told(cluster).at(-1)).toEqual([1, done]);
  });

  test('a leader that is to learn leads no more when that is committed, and learns', () => {
    const cluster = clusterOf(3, [0, 1]);
    asks(cluster, 1, replace([1, 2], 0));
    for (let beats = 0; beats < 3; beats++) beat(cluster);
    expect([roleOf(cluster, 0), configurationOf(cluster)]).toEqual(['follower', of([1, 2], 0)]);
    cluster.elect(1);
    put(cluster, 1, 1);
    beat(cluster, none, 1);
    expect(logOf(cluster).lastIndex).toBe(logOf(cluster, 1).lastIndex);
  });
});
