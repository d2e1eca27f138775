/** Ongaro's dissertation, 6.4.1: using clocks to reduce messaging for read-only queries. */
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../core/kv/command.ts';
import { leaseUs } from '../../../core/raft/lease.ts';
import type { Change } from '../../../core/raft/members.ts';
import type { ServerConfig } from '../../../core/server.ts';
import { across, Cluster, clusterThatWrote, firstClient, serverConfig, type Letter } from '../../support/cluster.ts';

const get: Operation = { kind: 'get', key: 'k' };
const put: Operation = { kind: 'put', key: 'k', value: 'v' };
const c0 = firstClient;
/** The least election timeout is 150 ms, and clocks may differ by a quarter: 90 ms. */
const options: Partial<ServerConfig> = {
  reads: ['lease'], checkQuorum: true, lease: { promiseUs: 150_000, driftPer1000: 250 },
};
const done = { kind: 'done', result: 'v' };
const outcomes = (cluster: Cluster) => cluster.answersTo(c0).map(({ outcome }) => outcome);
/** n0 leads, all hold that k is v, and a majority has answered round 1. */
const leased = (size = 3, changed: Partial<ServerConfig> = {}): Cluster =>
  clusterThatWrote(size, { ...options, ...changed }, put);
/** Asks, and lets the moment come that is asked for. */
const read = (cluster: Cluster, sequence = 1): void => {
  cluster.ask(0, c0, sequence, get);
  cluster.timer(0, 'leaseRead');
};
const isRound = ({ message }: Letter): boolean => message.kind === 'heartbeat' || message.kind === 'heartbeatReply';
const hasContact = (cluster: Cluster, node: number) =>
  cluster.server(node).raft.role.kind === 'follower' &&
  (cluster.server(node).raft.role as { hasContact?: true }).hasContact === true;
const votes = (cluster: Cluster, node: number, term: number): boolean => {
  cluster.handle(node, {
    kind: 'message', from: 2, message: { kind: 'requestVote', term, lastLogIndex: 99, lastLogTerm: 99 },
  });
  return cluster.lastEffects.some(
    (effect) => effect.kind === 'send' && effect.message.kind === 'requestVoteReply' && effect.message.voteGranted,
  );
};

describe('the leader extends its lease to start plus election timeout by clock drift bound', () => {
  test('from the moment at which its heartbeats were sent: with them, and with no answer', () => {
    const cluster = leased();
    cluster.timer(0, 'heartbeat');
    expect(cluster.lastEffects).toContainEqual({
      kind: 'setTimer', timer: 'lease2', afterUs: { min: 90_000, max: 90_000 },
    });
    const { letters } = cluster;
    cluster.letters = [];
    for (const { from, to, message } of letters) {
      if (!isRound({ from, to, message })) continue;
      cluster.handle(0, { kind: 'message', from: to, message: { kind: 'heartbeatReply', term: 1, round: 2 } });
      expect(cluster.lastEffects.some(({ kind }) => kind === 'setTimer')).toBe(true);
      expect(cluster.lastEffects.some((effect) => effect.kind === 'setTimer' && effect.timer.startsWith('lease'))).toBe(
        false,
      );
    }
  });

  test.each([
    [0, 150_000], [100, 122_727], [250, 90_000], [500, 50_000], [999, 75],
  ])('clocks that may be wrong by %i in 1000: %i us', (driftPer1000, us) => {
    expect(leaseUs({ ...serverConfig(0, 3, options), lease: { promiseUs: 150_000, driftPer1000 } })).toBe(us);
  });

  test('there is none where no server keeps from voting (CheckQuorum), and none that was not asked for', () => {
    expect(leaseUs(serverConfig(0, 3, { ...options, checkQuorum: false }))).toBeNull();
    expect(leaseUs(serverConfig(0, 3, { checkQuorum: true }))).toBeNull();
  });
});

describe('during the lease the leader replies to read-only queries without additional communication', () => {
  test('no letter, no entry', () => {
    const cluster = leased();
    const { lastIndex } = cluster.server(0).raft.persistent.log;
    read(cluster);
    expect([outcomes(cluster), cluster.letters, cluster.server(0).raft.persistent.log.lastIndex]).toEqual([
      [done], [], lastIndex,
    ]);
  });

  test('it answers in a moment of its own, when all has been heard that was due: a question that waited is older than the end of the lease', () => {
    const cluster = leased();
    cluster.ask(0, c0, 1, get);
    expect([outcomes(cluster), cluster.lastEffects]).toEqual([
      [], [{ kind: 'setTimer', timer: 'leaseRead', afterUs: { min: 0, max: 0 } }],
    ]);
    cluster.timer(0, 'lease1');
    cluster.timer(0, 'leaseRead');
    expect([outcomes(cluster), cluster.letters.every(isRound), cluster.letters.length]).toEqual([[], true, 2]);
    cluster.deliver();
    expect(outcomes(cluster)).toEqual([done]);
  });

  test('when it is over, a read takes a round (6.4)', () => {
    const cluster = leased();
    cluster.timer(0, 'lease1');
    cluster.ask(0, c0, 1, get);
    expect([outcomes(cluster), cluster.letters.length]).toEqual([[], 2]);
    cluster.deliver();
    expect(outcomes(cluster)).toEqual([done]);
  });

  test.each([
    [3, 1], [4, 2], [5, 2],
  ])('of %i servers, %i others make a lease with the leader, and one less does not', (size, others) => {
    const beyond =
      (count: number) =>
      (letter: Letter): boolean =>
        isRound(letter) && Math.max(letter.to, letter.from) > count;
    for (const [count, isHeld] of [
      [others - 1, false], [others, true],
    ] as const) {
      const cluster = leased(size);
      cluster.timer(0, 'lease1');
      cluster.timer(0, 'heartbeat');
      cluster.deliver(beyond(count));
      read(cluster);
      expect(outcomes(cluster).length === 1).toBe(isHeld);
    }
  });

  test('each heartbeat begins one, and the end of an earlier one ends no later one', () => {
    const cluster = leased();
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    cluster.timer(0, 'lease1');
    read(cluster);
    expect(outcomes(cluster)).toEqual([done]);
  });

  test('of nine rounds the first has no timer any more, and is over', () => {
    const cluster = leased();
    cluster.timer(0, 'lease1');
    for (let i = 0; i < 8; i++) {
      cluster.timer(0, 'heartbeat');
      cluster.deliver(isRound);
    }
    expect(cluster.server(0).raft.role).toMatchObject({ office: { rounds: { begun: 9, expired: 1 } } });
    cluster.timer(0, 'lease1');
    expect(cluster.server(0).raft.role).toMatchObject({ office: { rounds: { begun: 9, expired: 9 } } });
  });

  test('alone in its cluster a leader has one by itself', () => {
    const cluster = leased(1);
    read(cluster);
    expect(outcomes(cluster)).toEqual([done]);
  });

  test('a follower asks its leader for an index, as ever', () => {
    const cluster = leased();
    cluster.ask(1, c0, 1, get);
    expect(cluster.letters.map(({ message }) => message.kind)).toEqual(['readIndex']);
    cluster.deliver();
    expect(outcomes(cluster)).toEqual([done]);
  });

  test('a leader that is deposed in that moment tells its readers to look elsewhere', () => {
    const cluster = leased();
    cluster.ask(0, c0, 1, get);
    cluster.handle(0, { kind: 'message', from: 1, message: { kind: 'heartbeat', term: 7, round: 1 } });
    expect(outcomes(cluster)).toEqual([{ kind: 'notLeader', leaderId: 1 }]);
    cluster.timer(0, 'leaseRead');
    expect(outcomes(cluster).length).toBe(1);
  });
});

describe('servers keep what they promised', () => {
  test('who has heard the leader gives nobody its vote before the least election timeout is over', () => {
    const cluster = leased();
    expect(votes(cluster, 1, 9)).toBe(false);
    cluster.timer(1, 'contact');
    expect(votes(cluster, 1, 9)).toBe(true);
  });

  test('nor does one that has started again: it may have promised something and does not know', () => {
    const cluster = leased();
    cluster.crash(1);
    cluster.boot(1);
    expect(cluster.lastEffects).toContainEqual({
      kind: 'setTimer', timer: 'contact', afterUs: { min: 150_000, max: 150_000 },
    });
    expect([hasContact(cluster, 1), votes(cluster, 1, 9)]).toEqual([true, false]);
    cluster.timer(1, 'contact');
    expect(votes(cluster, 1, 9)).toBe(true);
  });

  test('who starts for the first time has promised nothing', () => {
    expect(hasContact(new Cluster(3, options), 1)).toBe(false);
  });

  test('nor does one that hears of a later term by the way', () => {
    const cluster = leased();
    cluster.handle(1, { kind: 'message', from: 2, message: { kind: 'requestVoteReply', term: 8, voteGranted: false } });
    expect([cluster.server(1).raft.persistent.currentTerm, cluster.server(1).raft.role]).toEqual([
      8, { kind: 'follower', leaderId: null, hasContact: true },
    ]);
    expect(votes(cluster, 1, 9)).toBe(false);
  });

  test('without leases a restart, and a later term, forget it: the paper asks for no more', () => {
    const cluster = leased(3, { reads: ['index'], lease: undefined as never });
    cluster.handle(1, { kind: 'message', from: 2, message: { kind: 'requestVoteReply', term: 8, voteGranted: false } });
    expect(hasContact(cluster, 1)).toBe(false);
    cluster.crash(2);
    cluster.boot(2);
    expect(hasContact(cluster, 2)).toBe(false);
  });
});

describe('a leader that hands over gives its lease up (3.10)', () => {
  const passing = { transfer: true };
  const wish = (cluster: Cluster): void =>
    cluster.handle(0, { kind: 'message', from: 0, message: { kind: 'transferLeadership', term: 0, to: 1 } });

  test('when it tells the other one to stand for election', () => {
    const cluster = leased(3, passing);
    wish(cluster);
    cluster.letters = [];
    read(cluster);
    expect([outcomes(cluster), cluster.letters.length]).toEqual([[], 2]);
  });

  test('for the rest of its term: what it told may come late, when the transfer was given up', () => {
    const cluster = leased(3, passing);
    wish(cluster);
    const told = cluster.letters.filter(({ message }) => message.kind === 'timeoutNow');
    cluster.letters = [];
    cluster.timer(0, 'transfer');
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    for (const { from, to, message } of told) cluster.handle(to, { kind: 'message', from, message });
    cluster.deliver(across([0]));
    expect([0, 1].map((id) => cluster.server(id).raft.role.kind)).toEqual(['leader', 'leader']);
    read(cluster);
    expect(outcomes(cluster)).toEqual([]);
  });

  test('a read that waits for its moment meanwhile takes a round', () => {
    const cluster = leased(3, passing);
    cluster.ask(0, c0, 1, get);
    wish(cluster);
    cluster.timer(0, 'leaseRead');
    expect(outcomes(cluster)).toEqual([]);
  });
});

describe('where servers come and go the majority is that of the last configuration, from when it is in the log (4.1)', () => {
  const operator = firstClient + 1;
  const isConfiguration = ({ message }: Letter): boolean =>
    message.kind === 'appendEntries' && message.entries.some(({ configuration }) => configuration !== undefined);
  const configurationOf = (cluster: Cluster) => cluster.server(0).raft.persistent.log.configuration;

  /** These take part, and the leader has in its log, and not committed, what makes these voters of them. */
  function changing(members: readonly number[], change: Change, voters: readonly number[]): Cluster {
    const cluster = leased(5, { members });
    cluster.handle(0, {
      kind: 'message', from: operator, message: { kind: 'clientRequest', sequence: 1, operation: change },
    });
    for (let round = 1; configurationOf(cluster)?.voters.join() !== voters.join(); round++) {
      if (round > 3) throw new Error('the leader changes nothing');
      cluster.deliver(
        (letter) => isConfiguration(letter) && configurationOf(cluster)?.voters.join() === voters.join(),
      );
      cluster.timer(0, 'heartbeat');
    }
    cluster.letters = [];
    return cluster;
  }

  /** Each lease is over; of a new round these answer. */
  function isHeldBy(cluster: Cluster, servers: readonly number[]): boolean {
    for (let slot = 0; slot < 8; slot++) cluster.timer(0, `lease${slot}`);
    cluster.timer(0, 'heartbeat');
    cluster.deliver((letter) => !isRound(letter) || !servers.includes(Math.max(letter.from, letter.to)));
    read(cluster);
    return outcomes(cluster).length === 1;
  }

  const all = [0, 1, 2];
  const replaced: Change = { kind: 'replaceServers', voters: [0, 3, 4], learners: [] };
  test.each<readonly [string, readonly number[], Change, readonly number[], readonly number[], readonly number[]]>([
    ['one that comes counts: of four, three', all, { kind: 'addServer', server: 3 }, [0, 1, 2, 3], [1], [1, 3]],
    ['one that goes does not: of two, two', all, { kind: 'removeServer', server: 2 }, [0, 1], [2], [1]],
    ['a learner counts for nothing', [0, 1], { kind: 'addLearner', server: 2 }, [0, 1], [2], [1]],
    ['a leader that is to leave does not count itself (4.2.2)', all, { kind: 'removeServer', server: 0 }, [1, 2], [1],
      [1, 2]],
    ['of two sets the new one is not enough (4.3)', all, replaced, [0, 3, 4], [3, 4], [1, 3]],
    ['nor is the old one', all, replaced, [0, 3, 4], [1, 2], [2, 4]],
  ])('%s', (_what, members, change, voters, tooFew, enough) => {
    expect(isHeldBy(changing(members, change, voters), tooFew)).toBe(false);
    expect(isHeldBy(changing(members, change, voters), enough)).toBe(true);
  });

  test('a lease that fewer made is none any more when the configuration with more is in the log', () => {
    const cluster = changing(all, { kind: 'addServer', server: 3 }, [0, 1, 2, 3]);
    expect(isHeldBy(cluster, [1])).toBe(false);
    const before = leased(5, { members: all });
    expect(isHeldBy(before, [1])).toBe(true);
  });

  test('alone a leader has one by itself, until another one is to vote', () => {
    const cluster = leased(5, { members: [0] });
    expect(isHeldBy(cluster, [])).toBe(true);
    expect(isHeldBy(changing([0], { kind: 'addServer', server: 1 }, [0, 1]), [])).toBe(false);
  });
});
