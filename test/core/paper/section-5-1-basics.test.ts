/** Section 5.1 of the Raft paper: basics. */
import { describe, expect, test } from 'vitest';
import { onMessage, onTimer } from '../../../core/raft/step.ts';
import { Cluster, firstClient } from '../../support/cluster.ts';
import { prop } from '../../support/property.ts';
import {
  appendEntries, follower, installSnapshot, leader, reply, requestVote, sendsNothing,
} from '../../support/raft-states.ts';
import { play, schedule } from '../../support/schedules.ts';

describe('terms and roles (section 5.1)', () => {
  prop([schedule], { numRuns: 100 })(
    'each server is leader, follower or candidate, and there is at most one leader in a term',
    (given) => {
      const leaderOf = new Map<number, number>();
      play(given, ({ servers }, id) => {
        const { role, persistent } = servers[id]!.raft;
        expect(['leader', 'follower', 'candidate']).toContain(role.kind);
        if (role.kind !== 'leader') return;
        expect(leaderOf.get(persistent.currentTerm) ?? id).toBe(id);
        leaderOf.set(persistent.currentTerm, id);
      });
    },
  );

  prop([schedule], { numRuns: 100 })(
    'the current term increases monotonically over time, across restarts too',
    (given) => {
      const terms: number[] = [];
      play(given, ({ servers }, id) => {
        const { currentTerm } = servers[id]!.raft.persistent;
        expect(currentTerm).toBeGreaterThanOrEqual(terms[id] ?? 0);
        terms[id] = currentTerm;
      });
    },
  );

  prop([schedule], { numRuns: 100 })(
    "current terms are exchanged whenever servers communicate: every message carries the sender's",
    (given) => {
      play(given, ({ servers, lastEffects }, id) => {
        for (const effect of lastEffects) {
          if (effect.kind === 'send' && 'term' in effect.message)
            expect(effect.message.term).toBe(servers[id]!.raft.persistent.currentTerm);
        }
      });
    },
  );

  test('followers are passive: they issue no requests on their own', () => {
    expect(sendsNothing(onTimer(follower({ term: 2 }), 'heartbeat'))).toBe(true);
  });

  test('a leader does not stand for election', () => {
    const raft = leader({ term: 2 });
    const step = onTimer(raft, 'election');
    expect(step.raft).toBe(raft);
    expect(sendsNothing(step)).toBe(true);
  });

  test('a request with a stale term number is rejected, each kind of it, and the reply tells the present term', () => {
    const raft = follower({ term: 5, log: [1] });
    expect(reply(onMessage(raft, 1, requestVote(4, [9, 4])), 'requestVoteReply')).toMatchObject({
      term: 5, voteGranted: false,
    });
    expect(reply(onMessage(raft, 1, appendEntries({ term: 4, prev: [1, 1] })), 'appendEntriesReply')).toMatchObject({
      term: 5, success: false,
    });
    const step = onMessage(raft, 1, installSnapshot(4, 9, 4));
    expect(reply(step, 'installSnapshotReply')).toMatchObject({ term: 5, lastIncludedIndex: 0 });
    expect(step.raft).toBe(raft);
  });

  test('the leader handles all client requests: a follower redirects the client to it', () => {
    const cluster = new Cluster(3);
    cluster.elect(2);
    cluster.ask(0, firstClient, 1, { kind: 'get', key: 'k' });
    expect(cluster.answersTo(firstClient)).toEqual([
      { kind: 'clientReply', sequence: 1, outcome: { kind: 'notLeader', leaderId: 2 } },
    ]);
    expect(cluster.server(0).raft.persistent.log.lastIndex).toBe(1);
  });

  test('servers retry RPCs that were not answered: what was lost goes out again with the next heartbeat', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    cluster.ask(0, firstClient, 1, { kind: 'put', key: 'k', value: 'v' });
    cluster.deliver(() => true);
    expect(cluster.answers).toEqual([]);
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    expect(cluster.answers.length).toBe(1);
  });
});
