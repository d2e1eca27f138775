/** Ongaro's dissertation, 6.4: processing read-only queries more efficiently (ReadIndex). */
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../core/kv/command.ts';
import type { ServerConfig } from '../../../core/server.ts';
import { across, Cluster, clusterThatWrote, firstClient, type Letter } from '../../support/cluster.ts';

const get: Operation = { kind: 'get', key: 'k' };
const put: Operation = { kind: 'put', key: 'k', value: 'v' };
const c0 = firstClient;
const c1 = firstClient + 1;
const options: Partial<ServerConfig> = { reads: ['index'] };
/** n0 leads, and all hold that k is v. */
const written = (size = 3, changed: Partial<ServerConfig> = {}): Cluster =>
  clusterThatWrote(size, { ...options, ...changed }, put);
const outcomes = (cluster: Cluster, client = c0) => cluster.answersTo(client).map(({ outcome }) => outcome);
const done = { kind: 'done', result: 'v' };
const logOf = (cluster: Cluster, node = 0) => cluster.server(node).raft.persistent.log.lastIndex;
const isRound = ({ message }: Letter): boolean => message.kind === 'heartbeat' || message.kind === 'heartbeatReply';

describe('a read around the log (6.4)', () => {
  test('it is answered once a majority has answered a round of heartbeats, and no entry is appended', () => {
    const cluster = written();
    const before = logOf(cluster);
    cluster.ask(0, c0, 1, get);
    expect(outcomes(cluster)).toEqual([]);
    expect(cluster.letters.map(({ to, message }) => [to, message])).toEqual(
      [1, 2].map((to) => [to, { kind: 'heartbeat', term: 1, round: 1 }]),
    );
    cluster.deliver();
    expect(outcomes(cluster)).toEqual([done]);
    expect(logOf(cluster)).toBe(before);
  });

  test.each([
    [3, 1], [4, 2], [5, 2],
  ])('of %i servers, %i others make a majority with the leader, and one less does not', (size, others) => {
    const cluster = written(size);
    cluster.ask(0, c0, 1, get);
    const beyond =
      (count: number) =>
      ({ to, from }: Letter): boolean =>
        Math.max(to, from) > count;
    const letters = cluster.letters.slice();
    cluster.deliver(beyond(others - 1));
    expect(outcomes(cluster)).toEqual([]);
    cluster.letters = letters;
    cluster.deliver(beyond(others));
    expect(outcomes(cluster)).toEqual([done]);
  });

  test('answers to a round that began before the read was asked confirm nothing', () => {
    const cluster = written();
    cluster.ask(0, c1, 2, get);
    const early = cluster.letters.slice();
    cluster.letters = [];
    cluster.ask(0, c0, 1, get);
    expect(cluster.letters).toEqual([]);
    cluster.letters = early;
    const isFirst = ({ message }: Letter): boolean =>
      !isRound({ from: 0, to: 0, message }) || (message as { round: number }).round === 1;
    cluster.deliver((letter) => !isFirst(letter));
    expect([outcomes(cluster, c1).at(-1), outcomes(cluster)]).toEqual([done, []]);
    expect(cluster.server(0).raft.role).toMatchObject({ office: { rounds: { begun: 2 } } });
  });

  test('reads that come while a round is under way share the next one', () => {
    const cluster = written(3, { reads: ['index'] });
    for (let client = 0; client < 5; client++) cluster.ask(0, c0 + 2 + client, 1, get);
    cluster.deliver();
    expect(cluster.server(0).raft.role).toMatchObject({ office: { rounds: { begun: 2, reads: [], confirmed: [] } } });
    for (let client = 0; client < 5; client++) expect(outcomes(cluster, c0 + 2 + client)).toEqual([done]);
  });

  test('letters of a round may be lost: the next heartbeat begins another', () => {
    const cluster = written();
    cluster.ask(0, c0, 1, get);
    cluster.deliver(isRound);
    expect(outcomes(cluster)).toEqual([]);
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    expect(outcomes(cluster)).toEqual([done]);
  });

  test('before an entry of its own term is committed, a leader reads through the log (step 1)', () => {
    const cluster = written();
    cluster.elect(1, ({ message }) => message.kind === 'appendEntriesReply');
    const before = logOf(cluster, 1);
    cluster.ask(1, c0, 1, get);
    expect(logOf(cluster, 1)).toBe(before + 1);
    cluster.timer(1, 'heartbeat');
    cluster.deliver();
    expect(outcomes(cluster)).toEqual([done]);
  });

  test('a leader that was deposed and does not know it answers nobody', () => {
    const cluster = written();
    cluster.elect(1, across([0]));
    cluster.letters = [];
    cluster.ask(0, c0, 1, get);
    cluster.deliver(across([0]));
    expect([cluster.server(0).raft.role.kind, outcomes(cluster)]).toEqual(['leader', []]);
  });

  test('when it learns of it, its readers are told to look elsewhere', () => {
    const cluster = written();
    cluster.ask(0, c0, 1, get);
    cluster.letters = [];
    cluster.elect(1, across([0]));
    cluster.timer(1, 'heartbeat');
    cluster.deliver();
    expect(outcomes(cluster)).toEqual([{ kind: 'notLeader', leaderId: 1 }]);
  });

  test('a follower asks its leader, and answers when it has executed that far', () => {
    const cluster = written();
    cluster.ask(0, c1, 2, { kind: 'put', key: 'k', value: 'w' });
    cluster.deliver(({ to, message }) => message.kind === 'appendEntries' && to === 2);
    cluster.ask(2, c0, 1, get);
    cluster.deliver(({ message }) => message.kind === 'appendEntries');
    expect([outcomes(cluster), cluster.server(2).reading]).toMatchObject([[], [{ client: c0, sequence: 1, index: 3 }]]);
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    expect(outcomes(cluster)).toEqual([{ kind: 'done', result: 'w' }]);
  });

  test('a follower that has just started knows no leader and answers nobody', () => {
    const cluster = written();
    cluster.crash(2);
    cluster.boot(2);
    cluster.ask(2, c0, 1, get);
    cluster.deliver();
    expect(outcomes(cluster)).toEqual([{ kind: 'notLeader', leaderId: null }]);
  });

  test('alone in its cluster a leader is its own majority', () => {
    const cluster = written(1);
    cluster.ask(0, c0, 1, get);
    expect(outcomes(cluster)).toEqual([done]);
  });

  test('kinds of reads take turns by their number; what is no read goes through the log', () => {
    const cluster = written(3, { reads: ['log', 'index'] });
    const before = logOf(cluster);
    cluster.ask(0, c0, 1, get);
    cluster.deliver();
    expect(logOf(cluster)).toBe(before);
    cluster.ask(0, c0, 2, get);
    cluster.deliver();
    expect(logOf(cluster)).toBe(before + 1);
    cluster.ask(0, c0, 3, put);
    expect(logOf(cluster)).toBe(before + 2);
  });
});

describe('a heartbeat of a round (6.4)', () => {
  test('is word of the leader: the election timer starts anew, and its term is adopted', () => {
    const cluster = written();
    cluster.handle(2, { kind: 'message', from: 1, message: { kind: 'heartbeat', term: 7, round: 3 } });
    expect([cluster.server(2).raft.persistent.currentTerm, cluster.server(2).raft.role]).toEqual([
      7, { kind: 'follower', leaderId: 1 },
    ]);
    expect(cluster.lastEffects).toContainEqual({
      kind: 'setTimer', timer: 'election', afterUs: { min: 150_000, max: 300_000 },
    });
    expect(cluster.letters.at(-1)!.message).toEqual({ kind: 'heartbeatReply', term: 7, round: 3 });
  });

  test('of an earlier term is answered with the term alone', () => {
    const cluster = written();
    cluster.handle(2, { kind: 'message', from: 1, message: { kind: 'heartbeat', term: 0, round: 3 } });
    expect(cluster.letters.at(-1)!.message).toEqual({ kind: 'heartbeatReply', term: 1, round: 0 });
  });
});
