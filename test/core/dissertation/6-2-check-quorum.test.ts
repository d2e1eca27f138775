/**
 * Ongaro's dissertation, 6.2 and 4.2.3: a leader without a majority steps down, and one with a majority is not deposed.
 */
import { describe, expect, test } from 'vitest';
import type { Raft } from '../../../core/raft/state.ts';
import { onMessage, onTimer } from '../../../core/raft/options.ts';
import { across, Cluster } from '../../support/cluster.ts';
import {
  accepts, appendEntries, follower, leader, refuses, reply, requestVote, restartsElectionTimer, sendsNothing,
  type Given,
} from '../../support/raft-states.ts';

const options = { checkQuorum: true };
const leading = (given: Given = {}): Raft => leader({ term: 2, ...given, options });
const hearing = (): Raft => onMessage(follower({ term: 2, options }), 2, appendEntries({ term: 2, prev: [0, 0] })).raft;

describe('a leader that no majority answers for an election timeout steps down (6.2)', () => {
  test('when its timer fires: its term and its vote stay', () => {
    const before = leading();
    const { raft, effects } = onTimer(before, 'election');
    expect(raft.role).toEqual({ kind: 'follower', leaderId: null });
    expect(raft.persistent).toBe(before.persistent);
    expect(restartsElectionTimer({ raft, effects })).toBe(true);
  });

  test('the time begins when it is elected, and again whenever a majority has answered', () => {
    const elected = onMessage(onTimer(follower({ term: 1, options }), 'election').raft, 1, {
      kind: 'requestVoteReply', term: 2, voteGranted: true,
    });
    expect(restartsElectionTimer(elected)).toBe(true);
    expect(restartsElectionTimer(accepts(leading(), 1, 0))).toBe(true);
  });

  test.each([
    [3, 1], [4, 2], [5, 2], [6, 3], [7, 3],
  ])('of %i servers, %i others make a majority with it', (clusterSize, others) => {
    let raft = leading({ clusterSize });
    for (let peer = 1; peer <= others; peer++) {
      const step = accepts(raft, peer, 0);
      expect(restartsElectionTimer(step)).toBe(peer === others);
      raft = step.raft;
    }
    expect(restartsElectionTimer(accepts(raft, 1, 0))).toBe(others === 1);
  });

  test('one that answers twice is one', () => {
    const once = accepts(leading({ clusterSize: 5 }), 1, 0).raft;
    expect(restartsElectionTimer(accepts(once, 1, 0))).toBe(false);
    expect(restartsElectionTimer(accepts(once, 2, 0))).toBe(true);
  });

  test('a refusal is an answer as well; an answer of an earlier term is none', () => {
    expect(restartsElectionTimer(refuses(leading({ log: [1, 1] }), 1, 1))).toBe(true);
    const stale = onMessage(leading(), 1, {
      kind: 'appendEntriesReply', term: 1, success: true, index: 0, conflictTerm: 0, conflictIndex: 0,
    });
    expect(restartsElectionTimer(stale)).toBe(false);
  });

  test('what was answered counts once, also when entries are stored by it', () => {
    const five = leading({ clusterSize: 5, term: 2, log: [2] });
    const one = accepts(five, 1, 1).raft;
    expect(one.role).toMatchObject({ office: { heard: [1] }, matchIndex: [0, 1, 0, 0, 0] });
    const two = accepts(one, 2, 1).raft;
    expect([two.commitIndex, two.role]).toMatchObject([1, { office: { heard: [] } }]);
  });

  test('alone it is its own majority', () => {
    expect(onTimer(leading({ clusterSize: 1 }), 'election').raft.role.kind).toBe('leader');
  });

  test('its clients are told to look elsewhere', () => {
    const cluster = new Cluster(3, options);
    cluster.elect(0);
    cluster.ask(0, 100, 1, { kind: 'put', key: 'k', value: 'v' });
    cluster.deliver(across([0]));
    cluster.timer(0, 'election');
    expect(cluster.answersTo(100).map(({ outcome }) => outcome)).toEqual([{ kind: 'notLeader', leaderId: null }]);
  });

  test('without CheckQuorum it leads on', () => {
    expect(onTimer(leader({ term: 2 }), 'election').raft.role.kind).toBe('leader');
  });
});

describe('who hears a leader within the least election timeout lets nobody depose it (4.2.3)', () => {
  test('a request for a vote is not answered, and its term not adopted', () => {
    const raft = hearing();
    const step = onMessage(raft, 1, requestVote(9, [9, 9]));
    expect(step.raft).toBe(raft);
    expect(sendsNothing(step)).toBe(true);
  });

  test('a leader does not hear of it either, as long as its followers answer', () => {
    const raft = leading();
    expect(onMessage(raft, 1, requestVote(9, [9, 9])).raft).toBe(raft);
    const stepped = onTimer(raft, 'election').raft;
    expect(onMessage(stepped, 1, requestVote(9, [9, 9])).raft.persistent.currentTerm).toBe(9);
  });

  test('when the least election timeout is over, the vote is given as ever', () => {
    const { raft } = onTimer(hearing(), 'contact');
    expect(reply(onMessage(raft, 1, requestVote(9, [9, 9])), 'requestVoteReply').voteGranted).toBe(true);
  });

  test('a server of a later term that hears this leader tells it so: the leader steps down, and nobody is stuck', () => {
    const cluster = new Cluster(3, { preVote: true, checkQuorum: true });
    cluster.elect(0);
    // It stood for election twice before the others had a leader.
    const late = cluster.server(2);
    const ahead = {
      ...late.raft, persistent: { ...late.raft.persistent, currentTerm: 5, votedFor: 2 },
      role: { kind: 'follower', leaderId: null } as const,
    };
    cluster.servers[2] = { ...late, raft: ahead };
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    expect([cluster.server(0).raft.role.kind, cluster.server(0).raft.persistent.currentTerm]).toEqual(['follower', 5]);
    cluster.timer(0, 'election');
    cluster.timer(1, 'contact');
    cluster.timer(0, 'election');
    cluster.deliver();
    expect([0, 1, 2].map((id) => cluster.server(id).raft.persistent.currentTerm)).toEqual([6, 6, 6]);
    expect(cluster.server(0).raft.role.kind).toBe('leader');
  });
});
