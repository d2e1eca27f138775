/** Figure 2 of the Raft paper: the box "State", and what is durable when. */
import { describe, expect, test } from 'vitest';
import { bootRaft, blankPersistent, type Raft } from '../../../core/raft/state.ts';
import { Cluster, firstClient } from '../../support/cluster.ts';
import { prop } from '../../support/property.ts';
import { candidate, clusterSizes, configOf, follower, leader, leadership, peersOf } from '../../support/raft-states.ts';
import { play, schedule } from '../../support/schedules.ts';

const booted = (): Raft => bootRaft(configOf({}), blankPersistent);

describe('persistent state on all servers', () => {
  test('currentTerm is 0 on first boot', () => expect(booted().persistent.currentTerm).toBe(0));
  test('votedFor is null on first boot', () => expect(booted().persistent.votedFor).toBeNull());
  test('the log is empty on first boot, and its first index is 1', () => {
    const { log } = booted().persistent;
    expect([log.lastIndex, log.lastTerm]).toEqual([0, 0]);
    const { log: grown } = follower({ log: [1] }).persistent;
    expect([grown.lastIndex, grown.at(1).term]).toEqual([1, 1]);
  });

  test('currentTerm, votedFor and the log are what a restarted server knows', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    cluster.ask(0, firstClient, 1, { kind: 'put', key: 'a', value: '1' });
    cluster.deliver();
    const before = cluster.server(1).raft.persistent;
    cluster.crash(1);
    cluster.boot(1);
    const after = cluster.server(1).raft.persistent;
    expect([after.currentTerm, after.votedFor, after.log.lastIndex, after.log.lastTerm]).toEqual([1, 0, 2, 1]);
    expect(after).toEqual(before);
  });

  prop([schedule], { numRuns: 100 })(
    'is updated on stable storage before responding to RPCs: persist stands before every send',
    (given) => {
      play(given, (cluster) => {
        const kinds = cluster.lastEffects.map((effect) => effect.kind);
        expect(kinds.lastIndexOf('persist')).toBeLessThanOrEqual(0);
      });
    },
  );

  test('a granted vote, and an accepted entry, are written before they are acknowledged', () => {
    const cluster = new Cluster(3);
    cluster.handle(1, {
      kind: 'message', from: 0, message: { kind: 'requestVote', term: 1, lastLogIndex: 0, lastLogTerm: 0 },
    });
    expect(cluster.lastEffects[0]).toEqual({
      kind: 'persist', writes: [{ kind: 'hardState', currentTerm: 1, votedFor: 0 }],
    });
    expect(cluster.lastEffects.at(-1)).toMatchObject({
      kind: 'send', to: 0, message: { kind: 'requestVoteReply', voteGranted: true },
    });
    const entries = [{ term: 1, command: null, sizeBytes: 8 }];
    cluster.handle(1, {
      kind: 'message',
      from: 0,
      message: { kind: 'appendEntries', term: 1, prevLogIndex: 0, prevLogTerm: 0, entries, leaderCommit: 0 },
    });
    expect(cluster.lastEffects[0]).toEqual({ kind: 'persist', writes: [{ kind: 'append', from: 1, entries }] });
    expect(cluster.lastEffects.at(-1)).toMatchObject({
      kind: 'send', to: 0, message: { kind: 'appendEntriesReply', success: true, index: 1 },
    });
  });

  test('a server that crashes after it has voted does not vote for another in that term', () => {
    const cluster = new Cluster(3);
    const asks = (from: number): void =>
      cluster.handle(1, {
        kind: 'message', from, message: { kind: 'requestVote', term: 1, lastLogIndex: 0, lastLogTerm: 0 },
      });
    asks(0);
    cluster.crash(1);
    cluster.boot(1);
    asks(2);
    expect(cluster.letters.filter(({ from }) => from === 1).map(({ to, message }) => [to, message])).toEqual([
      [0, { kind: 'requestVoteReply', term: 1, voteGranted: true }],
      [2, { kind: 'requestVoteReply', term: 1, voteGranted: false }],
    ]);
  });

  test('nor does one that had been in that term for a while when it voted', () => {
    const cluster = new Cluster(3);
    const asks = (from: number, lastLogIndex: number): void =>
      cluster.handle(1, {
        kind: 'message', from, message: { kind: 'requestVote', term: 1, lastLogIndex, lastLogTerm: lastLogIndex },
      });
    cluster.handle(1, {
      kind: 'message',
      from: 2,
      message: { kind: 'appendEntriesReply', term: 1, success: true, index: 0, conflictTerm: 0, conflictIndex: 0 },
    });
    expect([cluster.disks[1]!.currentTerm, cluster.disks[1]!.votedFor]).toEqual([1, null]);
    asks(0, 0);
    expect(cluster.lastEffects[0]).toEqual({
      kind: 'persist', writes: [{ kind: 'hardState', currentTerm: 1, votedFor: 0 }],
    });
    cluster.crash(1);
    cluster.boot(1);
    asks(2, 5);
    expect(cluster.lastEffects.at(-1)).toMatchObject({
      to: 2, message: { kind: 'requestVoteReply', voteGranted: false },
    });
  });

  test('a candidate that crashes has voted for itself, and grants that term to nobody else', () => {
    const cluster = new Cluster(3);
    cluster.timer(0, 'election');
    cluster.boot(0);
    cluster.handle(0, {
      kind: 'message', from: 2, message: { kind: 'requestVote', term: 1, lastLogIndex: 0, lastLogTerm: 0 },
    });
    expect(cluster.lastEffects.at(-1)).toMatchObject({
      message: { kind: 'requestVoteReply', term: 1, voteGranted: false },
    });
  });
});

describe('volatile state on all servers', () => {
  test('commitIndex is 0 on boot', () => expect(booted().commitIndex).toBe(0));
  test('lastApplied is 0 on boot', () => expect(booted().lastApplied).toBe(0));
  test('commitIndex starts at lastIncludedIndex on a boot with a snapshot (section 7)', () => {
    expect(follower({ snapshot: [5, 2], log: [2, 2] }).commitIndex).toBe(5);
  });
});

describe('volatile state on leaders, reinitialized after election', () => {
  test.each(clusterSizes)(
    "of %i servers: nextIndex is the leader's last log index + 1, matchIndex is 0",
    (clusterSize) => {
      const elected = leader({ clusterSize, log: [1, 1, 2], term: 3 });
      const { nextIndex, matchIndex } = leadership(elected);
      for (const peer of peersOf(elected)) expect([nextIndex[peer], matchIndex[peer]]).toEqual([4, 0]);
      expect([nextIndex.length, matchIndex.length]).toEqual([clusterSize, clusterSize]);
    },
  );

  test('only a leader has them', () => {
    expect(Object.keys(candidate({ log: [1] }).role)).not.toContain('nextIndex');
    expect(Object.keys(follower({ log: [1] }).role)).not.toContain('matchIndex');
  });
});
