/** Ongaro's dissertation, 9.6: preventing disruptions when a server rejoins the cluster (Pre-Vote). */
import { describe, expect, test } from 'vitest';
import type { Raft } from '../../../core/raft/state.ts';
import { onMessage, onTimer } from '../../../core/raft/options.ts';
import { across, Cluster } from '../../support/cluster.ts';
import {
  appendEntries, follower, grantsPreVote, grantsVote, leader, reply, requestPreVote, requestVote, restartsElectionTimer,
  sendsNothing, sent, type Given,
} from '../../support/raft-states.ts';

const options = { preVote: true };
const server = (given: Given = {}): Raft => follower({ term: 2, log: [1, 2], ...given, options });
const asking = (given: Given = {}): Raft => onTimer(server(given), 'election').raft;
const hearing = (raft: Raft): Raft =>
  onMessage(raft, 2, appendEntries({ term: raft.persistent.currentTerm, prev: [0, 0] })).raft;
const preVote = (raft: Raft, from = 1, term = raft.persistent.currentTerm + 1) =>
  onMessage(raft, from, requestPreVote(term, [2, 2]));
const isGranted = (raft: Raft, from = 1, term = raft.persistent.currentTerm + 1) =>
  reply(preVote(raft, from, term), 'requestPreVoteReply').voteGranted;

describe('asking (9.6)', () => {
  test('a candidate only increments its term if it first learns that a majority would vote for it', () => {
    const step = onTimer(server({ clusterSize: 5 }), 'election');
    expect([step.raft.persistent.currentTerm, step.raft.role]).toEqual([2, { kind: 'preCandidate', votes: [0] }]);
    expect([...sent(step, 'requestPreVote').values()].map(({ term }) => term)).toEqual([3, 3, 3, 3]);
    const one = grantsPreVote(step.raft, 1);
    expect([one.raft.persistent.currentTerm, one.raft.role.kind]).toEqual([2, 'preCandidate']);
    const two = grantsPreVote(one.raft, 2);
    expect([two.raft.persistent.currentTerm, two.raft.persistent.votedFor, two.raft.role.kind]).toEqual([
      3, 0, 'candidate',
    ]);
    expect(sent(two, 'requestVote').size).toBe(4);
  });

  test('asking leaves term and vote as they are: nothing is written', () => {
    const raft = server({ votedFor: 2 });
    expect(onTimer(raft, 'election').raft.persistent).toBe(raft.persistent);
  });

  test('one that was told nothing asks again, and its term stays', () => {
    const again = onTimer(grantsPreVote(asking({ clusterSize: 5 }), 1).raft, 'election');
    expect([again.raft.persistent.currentTerm, again.raft.role]).toEqual([2, { kind: 'preCandidate', votes: [0] }]);
    expect(restartsElectionTimer(again)).toBe(true);
  });

  test('an answer that comes twice counts once', () => {
    const once = grantsPreVote(asking({ clusterSize: 5 }), 1).raft;
    expect(grantsPreVote(once, 1).raft).toBe(once);
  });

  test('a grant counts for the term that was asked for, and in the phase that asked', () => {
    const raft = asking();
    expect(onMessage(raft, 1, { kind: 'requestPreVoteReply', term: 2, voteGranted: true }).raft).toBe(raft);
    expect(onMessage(raft, 1, { kind: 'requestPreVoteReply', term: 4, voteGranted: true }).raft).toBe(raft);
    const standing = grantsPreVote(raft, 1).raft;
    expect(onMessage(standing, 2, { kind: 'requestPreVoteReply', term: 3, voteGranted: true }).raft).toBe(standing);
    expect(onMessage(standing, 2, { kind: 'requestPreVoteReply', term: 4, voteGranted: true }).raft).toBe(standing);
  });

  test('the election that follows is the one of section 5.2', () => {
    const standing = grantsPreVote(asking(), 1).raft;
    expect(grantsVote(standing, 1).raft.role.kind).toBe('leader');
  });

  test('a refusal that carries a later term ends the asking: that term is adopted', () => {
    const { raft } = onMessage(asking(), 1, { kind: 'requestPreVoteReply', term: 7, voteGranted: false });
    expect([raft.persistent.currentTerm, raft.role]).toEqual([7, { kind: 'follower', leaderId: null }]);
  });

  test('word of a leader of its term ends it too', () => {
    const { raft } = onMessage(asking(), 1, appendEntries({ term: 2, prev: [2, 2] }));
    expect(raft.role).toEqual({ kind: 'follower', leaderId: 1, hasContact: true });
  });

  test('alone in its cluster a server asks nobody and leads', () => {
    const { raft } = onTimer(server({ clusterSize: 1 }), 'election');
    expect([raft.persistent.currentTerm, raft.role.kind]).toEqual([3, 'leader']);
  });
});

describe('answering (9.6)', () => {
  test('granted: the log is up to date, and no leader has been heard for the least election timeout', () => {
    expect(isGranted(server())).toBe(true);
    expect(isGranted(server({ log: [1, 2, 2] }))).toBe(false);
    expect(isGranted(hearing(server()))).toBe(false);
    expect(isGranted(onTimer(hearing(server()), 'contact').raft)).toBe(true);
  });

  test('the least election timeout is counted from the last word of a leader', () => {
    const step = onMessage(server(), 2, appendEntries({ term: 2, prev: [0, 0] }));
    expect(step.effects).toContainEqual({
      kind: 'setTimer', timer: 'contact', afterUs: { min: 150_000, max: 150_000 },
    });
    const old = onMessage(server(), 2, appendEntries({ term: 1, prev: [0, 0] }));
    expect([
      old.raft.role.kind === 'follower' && old.raft.role.hasContact,
      old.effects.some(({ kind }) => kind === 'setTimer'),
    ]).toEqual([undefined, false]);
  });

  test('a leader grants none', () => {
    expect(isGranted(leader({ term: 2, options }))).toBe(false);
  });

  test('whoever has waited out its own election timeout hears no leader', () => {
    expect(isGranted(onTimer(hearing(server()), 'election').raft)).toBe(true);
  });

  test('it promises nothing: the server stays as it is, whatever it answers, and grants as many as ask', () => {
    for (const raft of [server(), server({ votedFor: 2 }), hearing(server()), asking(), leader({ options })]) {
      for (const from of [1, 2]) {
        const step = preVote(raft, from);
        expect(step.raft).toBe(raft);
        expect(step.effects.length).toBe(1);
      }
    }
    expect([isGranted(server(), 1), isGranted(server(), 2)]).toEqual([true, true]);
  });

  test('for the present term it is given to whom the vote could be given; for an earlier one to nobody', () => {
    expect([
      isGranted(server(), 1, 2), isGranted(server({ votedFor: 1 }), 1, 2), isGranted(server({ votedFor: 2 }), 1, 2),
    ]).toEqual([true, true, false]);
    expect(isGranted(server(), 1, 1)).toBe(false);
  });

  test('a grant carries the term that was asked for, a refusal that of the server', () => {
    expect(reply(preVote(server(), 1, 6), 'requestPreVoteReply')).toEqual({
      kind: 'requestPreVoteReply', term: 6, voteGranted: true,
    });
    expect(reply(preVote(hearing(server()), 1, 6), 'requestPreVoteReply')).toEqual({
      kind: 'requestPreVoteReply', term: 2, voteGranted: false,
    });
  });

  test('a real vote is asked for as ever, also in contact with a leader: that is for CheckQuorum', () => {
    expect(reply(onMessage(hearing(server()), 1, requestVote(3, [2, 2])), 'requestVoteReply').voteGranted).toBe(true);
  });
});

describe('what it is for (9.6)', () => {
  test('a server that was cut off comes back with the term that it left with, and deposes nobody', () => {
    const cluster = new Cluster(3, { preVote: true });
    cluster.elect(0);
    for (let i = 0; i < 5; i++) {
      cluster.timer(2, 'election');
      cluster.deliver(across([2]));
    }
    expect(cluster.server(2).raft.persistent.currentTerm).toBe(1);
    cluster.deliver();
    expect(cluster.server(0).raft.role.kind).toBe('leader');
    expect(cluster.server(0).raft.persistent.currentTerm).toBe(1);
  });

  test('without it the same server deposes a healthy leader', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    for (let i = 0; i < 5; i++) {
      cluster.timer(2, 'election');
      cluster.deliver(across([2]));
    }
    cluster.timer(2, 'election');
    cluster.deliver();
    expect(cluster.server(0).raft.role.kind).not.toBe('leader');
    expect(cluster.server(0).raft.persistent.currentTerm).toBe(7);
  });

  test('a stale letter of the past moves nobody', () => {
    expect(sendsNothing(onMessage(server(), 1, { kind: 'requestPreVoteReply', term: 3, voteGranted: true }))).toBe(
      true,
    );
  });
});
