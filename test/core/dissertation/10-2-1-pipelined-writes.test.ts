/**
 * Ongaro's dissertation, 10.2.1: a leader writes its entries while its followers write theirs, and counts itself when
 * its own disk holds them.
 */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../core/protocol.ts';
import { onTimer } from '../../../core/raft/options.ts';
import { isWritten, pipelined } from '../../../core/raft/pipelining.ts';
import { propose } from '../../../core/raft/replication.ts';
import type { Change } from '../../../core/raft/members.ts';
import type { Raft, RaftEffect } from '../../../core/raft/state.ts';
import type { Write } from '../../../core/raft/write.ts';
import { across, Cluster, firstClient } from '../../support/cluster.ts';
import { accepts, entryOf, follower, leader, type Given } from '../../support/raft-states.ts';

const options = { pipelined: true };
const leading = (given: Given = {}): Raft => leader({ term: 2, ...given, options });
/** A leader of term 2 with one entry more than its disk is known to hold. */
function proposing(given: Given = {}): { readonly raft: Raft; readonly effects: readonly RaftEffect[] } {
  const raft = leading(given);
  const entry = entryOf(2, raft.persistent.log.lastIndex + 1);
  return propose(raft, entry.command, entry.sizeBytes);
}

describe('an entry commits', () => {
  test('through the others alone, before its own disk has it', () => {
    const { raft } = proposing();
    const one = accepts(raft, 1, 1).raft;
    expect(one.commitIndex).toBe(0);
    expect(accepts(one, 2, 1).raft.commitIndex).toBe(1);
  });

  test('through its own disk and one other of three, whichever is first', () => {
    const { raft } = proposing();
    expect(onTimer(accepts(raft, 1, 1).raft, 'durable 2 1').raft.commitIndex).toBe(1);
    const written = onTimer(raft, 'durable 2 1').raft;
    expect(written.commitIndex).toBe(0);
    expect(accepts(written, 1, 1).raft.commitIndex).toBe(1);
  });

  test('alone in its cluster when its disk has it, and not before', () => {
    const { raft } = proposing({ clusterSize: 1 });
    expect(raft.commitIndex).toBe(0);
    expect(onTimer(raft, 'durable 2 1').raft.commitIndex).toBe(1);
  });

  test('as ever without the option', () => {
    const plain = leader({ term: 2, log: [2] });
    expect(accepts(plain, 1, 1).raft.commitIndex).toBe(1);
  });
});

describe('that the disk holds an entry', () => {
  test('counts for the leadership in which it was appended', () => {
    const { raft } = proposing();
    const acked = accepts(raft, 1, 1).raft;
    for (const stale of ['durable 1 1', 'durable 3 1']) expect(onTimer(acked, stale).raft).toBe(acked);
    expect(onTimer(follower({ term: 2, log: [2], options }), 'durable 2 1').raft.commitIndex).toBe(0);
  });

  test('is known up to the last that was told, in whatever order', () => {
    const second = onTimer(proposing({ log: [2] }).raft, 'durable 2 2').raft;
    expect(onTimer(second, 'durable 2 1').raft).toBe(second);
    expect(accepts(second, 1, 1).raft.commitIndex).toBe(1);
  });

  test('is told by a timer that is named for it', () =>
    expect([isWritten('durable 2 1'), isWritten('election')]).toEqual([true, false]));
});

describe('the order of a step', () => {
  const send = (kind: string): Effect<{ kind: string }, Write, never> => ({ kind: 'send', to: 1, message: { kind } });
  const timer: Effect<never, Write, never> = { kind: 'setTimer', timer: 'heartbeat', afterUs: { min: 1, max: 1 } };
  const append = { kind: 'persist', writes: [{ kind: 'truncate', from: 3 }] } as const;
  const shown = (before: Raft, after: Raft, effects: readonly Effect<{ kind: string }, Write, never>[]): string =>
    pipelined(before, after, effects).map((effect) => {
      if (effect.kind === 'send') return effect.message.kind;
      return effect.kind === 'persist'
        ? `persist ${effect.writes.length}`
        : effect.kind === 'setTimer'
          ? effect.timer
          : effect.kind;
    }).join(', ');
  const all = [
    append, timer, send('appendEntries'), send('installSnapshot'), send('heartbeat'), send('clientReply'),
    send('requestVoteReply'),
  ];

  test('of a leader: its entries and heartbeats in front, answers behind', () => {
    const raft = leading();
    expect(shown(raft, raft, all)).toBe(
      'heartbeat, appendEntries, installSnapshot, heartbeat, persist 1, clientReply, requestVoteReply',
    );
  });

  test('of one that appended: and its own disk is told behind', () => {
    const { raft } = proposing();
    expect(shown(leading(), raft, [append, send('appendEntries')])).toBe('appendEntries, persist 1, durable 2 1');
  });

  test('of anybody else: timers alone in front', () => {
    const raft = follower({ term: 2 });
    expect(shown(raft, raft, all)).toBe(
      'heartbeat, persist 1, appendEntries, installSnapshot, heartbeat, clientReply, requestVoteReply',
    );
  });

  test('of one that is elected in the same step as its term is written: nothing goes in front of that', () => {
    expect(shown(follower({ term: 1 }), leading(), all)).toBe(
      'heartbeat, persist 1, appendEntries, installSnapshot, heartbeat, clientReply, requestVoteReply',
    );
  });

  test('what writes nothing waits for the writes before it, and what only sets timers for none', () => {
    const raft = follower({ term: 2 });
    expect(shown(raft, raft, [send('appendEntriesReply')])).toBe('persist 0, appendEntriesReply');
    expect(shown(raft, raft, [timer])).toBe('heartbeat');
  });
});

describe('where servers come and go (chapter 4)', () => {
  const operator = firstClient;
  const isOf = (kind: Change['kind'], ...servers: readonly number[]): Change =>
    kind === 'replaceServers' ? { kind, voters: servers, learners: [] } : { kind, server: servers[0]! };

  /** n0 leads these, its no-op is committed everywhere, and it is asked for a change, which it has put into its log. */
  function changing(size: number, members: readonly number[], change: Change): Cluster {
    const cluster = new Cluster(size, { ...options, members });
    cluster.elect(0);
    cluster.timer(0, 'durable 1 1');
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    cluster.handle(0, {
      kind: 'message', from: operator, message: { kind: 'clientRequest', sequence: 1, operation: change },
    });
    return cluster;
  }

  const raftOf = (cluster: Cluster) => cluster.server(0).raft;
  const votersOf = (cluster: Cluster) => raftOf(cluster).persistent.log.configuration?.voters;
  const write = (cluster: Cluster): void => cluster.timer(0, `durable 1 ${raftOf(cluster).persistent.log.lastIndex}`);
  const isCommitted = (cluster: Cluster): boolean => {
    const { commitIndex, persistent: { log } } = raftOf(cluster);
    return commitIndex === log.lastIndex;
  };

  test('a configuration counts when it is appended, before its own disk has it: by the new one, its disk among them', () => {
    const cluster = changing(3, [0, 1, 2], isOf('removeServer', 2));
    expect(votersOf(cluster)).toEqual([0, 1]);
    cluster.deliver(across([2]));
    expect(isCommitted(cluster)).toBe(false);
    write(cluster);
    expect(isCommitted(cluster)).toBe(true);
  });

  test('a leader that is to leave does not count its own disk (4.2.2)', () => {
    const cluster = changing(3, [0, 1, 2], isOf('removeServer', 0));
    const held = cluster.letters.filter(({ to }) => to === 2);
    cluster.deliver(across([2]));
    write(cluster);
    expect([isCommitted(cluster), raftOf(cluster).role.kind]).toEqual([false, 'leader']);
    cluster.letters = [...held];
    cluster.deliver();
    expect([isCommitted(cluster), raftOf(cluster).role.kind]).toEqual([true, 'follower']);
  });

  test('alone it commits when its disk has it, and not when it is appended', () => {
    const cluster = changing(2, [0, 1], isOf('removeServer', 1));
    expect([votersOf(cluster), isCommitted(cluster)]).toEqual([[0], false]);
    write(cluster);
    expect(isCommitted(cluster)).toBe(true);
  });

  test('while it is joint its disk counts in the old set, and the new one is not enough (4.3)', () => {
    const cluster = changing(3, [0, 1, 2], isOf('replaceServers', 1, 2));
    const held = cluster.letters.filter(({ to }) => to === 2);
    cluster.deliver(across([2]));
    write(cluster);
    expect(isCommitted(cluster)).toBe(false);
    cluster.letters = [...held];
    cluster.deliver();
    expect(votersOf(cluster)).toEqual([1, 2]);
    expect(raftOf(cluster).persistent.log.configuration?.outgoing).toBeUndefined();
  });

  test('a crash takes what its disk lacks, and the configuration before counts again, though others have the new one', () => {
    const cluster = changing(3, [0, 1, 2], isOf('removeServer', 2));
    cluster.disks[0] = { ...cluster.disks[0]!, log: cluster.disks[0]!.log.truncateFrom(2) };
    cluster.deliver(({ to }) => to === 0);
    cluster.crash(0);
    cluster.boot(0);
    expect([votersOf(cluster), cluster.server(1).raft.persistent.log.configuration?.voters]).toEqual([
      undefined, [0, 1],
    ]);
    cluster.timer(1, 'election');
    cluster.deliver();
    expect(cluster.server(1).raft.role.kind).toBe('leader');
  });
});
