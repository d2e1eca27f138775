/** Figure 2 of the Raft paper: the box "RequestVote RPC", and the election restriction of section 5.4.1. */
import { describe, expect, test } from 'vitest';
import type { Raft } from '../../../core/raft/state.ts';
import { onMessage } from '../../../core/raft/step.ts';
import { fc, prop } from '../../support/property.ts';
import {
  candidate, clusterSizes, follower, leader, peersOf, reply, requestVote, restartsElectionTimer, sent,
  standsForElection,
} from '../../support/raft-states.ts';

type Last = readonly [index: number, term: number];

const asks = (raft: Raft, from: number, term: number, last: Last) => onMessage(raft, from, requestVote(term, last));
const isGranted = (raft: Raft, from: number, term: number, last: Last): boolean =>
  reply(asks(raft, from, term, last), 'requestVoteReply').voteGranted;

describe('RequestVote: arguments', () => {
  test.each(clusterSizes)(
    "of %i servers: the candidate's term, and index and term of its last log entry, to every other",
    (clusterSize) => {
      const step = standsForElection({ clusterSize, log: [1, 2, 2], term: 4 });
      const requests = sent(step, 'requestVote');
      expect([...requests.keys()]).toEqual(peersOf(step.raft));
      for (const request of requests.values()) expect(request).toEqual(requestVote(4, [3, 2]));
    },
  );

  test('behind a snapshot without entries: its lastIncludedIndex and lastIncludedTerm (section 7)', () => {
    expect(sent(standsForElection({ snapshot: [9, 2] }), 'requestVote').get(1)).toEqual(requestVote(3, [9, 2]));
  });
});

describe('RequestVote: results', () => {
  test('the reply carries currentTerm, for the candidate to update itself', () => {
    expect(reply(asks(follower({ term: 5 }), 1, 4, [0, 0]), 'requestVoteReply').term).toBe(5);
    expect(reply(asks(follower({ term: 5 }), 1, 6, [0, 0]), 'requestVoteReply').term).toBe(6);
  });
});

describe('RequestVote: receiver implementation', () => {
  test('1. replies false if term < currentTerm (section 5.1), and changes nothing', () => {
    const raft = follower({ term: 5, log: [1] });
    const step = asks(raft, 1, 4, [9, 4]);
    expect(reply(step, 'requestVoteReply').voteGranted).toBe(false);
    expect(step.raft).toBe(raft);
  });

  test('2. grants the vote if votedFor is null and the log is up to date (sections 5.2, 5.4)', () => {
    const step = asks(follower({ term: 3, log: [1] }), 2, 3, [1, 1]);
    expect(reply(step, 'requestVoteReply').voteGranted).toBe(true);
    expect(step.raft.persistent.votedFor).toBe(2);
  });

  test('2. grants it again to the candidate that has it: the first reply may be lost', () => {
    const raft = follower({ term: 3, votedFor: 2 });
    const step = asks(raft, 2, 3, [0, 0]);
    expect(reply(step, 'requestVoteReply').voteGranted).toBe(true);
    expect(step.raft).toBe(raft);
  });

  test('2. refuses it to any other candidate of that term', () => {
    const step = asks(follower({ term: 3, votedFor: 2 }), 1, 3, [9, 2]);
    expect(reply(step, 'requestVoteReply').voteGranted).toBe(false);
    expect(step.raft.persistent.votedFor).toBe(2);
  });

  test('2. a vote of an earlier term does not bind in a later one', () => {
    expect(isGranted(follower({ term: 3, votedFor: 2 }), 1, 4, [0, 0])).toBe(true);
  });

  test('2. candidates and leaders have voted for themselves, and refuse their own term', () => {
    for (const raft of [candidate({ term: 3 }), leader({ term: 3 })]) expect(isGranted(raft, 1, 3, [9, 2])).toBe(false);
  });

  test('2. candidates and leaders grant a later term as anybody does', () => {
    for (const raft of [candidate({ term: 3 }), leader({ term: 3 })]) {
      const step = asks(raft, 1, 4, [9, 2]);
      expect(reply(step, 'requestVoteReply').voteGranted).toBe(true);
      expect(step.raft.role.kind).toBe('follower');
    }
  });
});

describe('the election restriction (section 5.4.1)', () => {
  const own: Last = [3, 2];
  const voter = follower({ log: [1, 2, 2], term: 5 });

  test.each<[string, Last, boolean]>([
    ['a later last term wins, though its log is shorter', [1, 3], true],
    ['an earlier last term loses, though its log is longer', [9, 1], false],
    ['with equal terms the longer log wins', [4, 2], true],
    ['with equal terms the shorter log loses', [2, 2], false],
    ['an equal log is up to date', own, true],
    ['an empty log loses against any entry', [0, 0], false],
  ])('%s', (_, last, wins) => expect(isGranted(voter, 1, 5, last)).toBe(wins));

  prop(
    [
      fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 }),
    ],
    { numRuns: 1000 },
  )('of two servers at least one can vote for the other; both can only if their last entries are alike', (a, b) => {
    const one = follower({ log: a.toSorted(), term: 5 });
    const other = follower({ log: b.toSorted(), term: 5 });
    const lastOf = ({ persistent: { log } }: Raft): Last => [log.lastIndex, log.lastTerm];
    const grants = [isGranted(one, 1, 5, lastOf(other)), isGranted(other, 1, 5, lastOf(one))];
    const alike = lastOf(one).join() === lastOf(other).join();
    expect(grants.filter(Boolean).length).toBe(alike ? 2 : 1);
  });

  test('a refused candidate with a later term still moves the voter to that term, without a vote', () => {
    const step = asks(voter, 1, 8, [1, 1]);
    expect(reply(step, 'requestVoteReply')).toEqual({ kind: 'requestVoteReply', term: 8, voteGranted: false });
    expect([step.raft.persistent.currentTerm, step.raft.persistent.votedFor]).toEqual([8, null]);
  });

  test('a refused candidate does not put off the voter\'s own election', () => {
    expect(restartsElectionTimer(asks(voter, 1, 8, [1, 1]))).toBe(false);
  });

  test('only a snapshot, without entries behind it, is as up to date as its last included entry (section 7)', () => {
    const compacted = follower({ snapshot: [7, 3], term: 5 });
    expect([
      isGranted(compacted, 1, 5, [7, 3]), isGranted(compacted, 1, 5, [6, 3]), isGranted(compacted, 1, 5, [6, 4]),
    ]).toEqual([true, false, true]);
  });
});
