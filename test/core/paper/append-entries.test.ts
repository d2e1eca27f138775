/** Figure 2 of the Raft paper: the box "AppendEntries RPC". */
import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../../../core/assert.ts';
import { onMessage, onTimer } from '../../../core/raft/step.ts';
import type { Raft } from '../../../core/raft/state.ts';
import { fc, prop } from '../../support/property.ts';
import {
  accepts, appendEntries, candidate, follower, leader, leaderKnowing, proposes, reply, restartsElectionTimer, sent,
  termsOf,
} from '../../support/raft-states.ts';

type Append = Parameters<typeof appendEntries>[0];

const receives = (raft: Raft, request: Append) => onMessage(raft, 1, appendEntries(request));

describe('AppendEntries: arguments', () => {
  test('a leader sends its term, the index and term in front of the new entries, the entries, and its commitIndex', () => {
    const raft = accepts(proposes(leader({ clusterSize: 3, log: [1, 1], term: 3 }), 2), 2, 3).raft;
    const { kind, ...request } = sent(onTimer(raft, 'heartbeat'), 'appendEntries').get(1)!;
    expect(kind).toBe('appendEntries');
    expect({ ...request, entries: request.entries.map((entry) => entry.term) }).toEqual({
      term: 3, prevLogIndex: 2, prevLogTerm: 1, entries: [3, 3], leaderCommit: 3,
    });
  });

  test('the entries are empty for a heartbeat', () => {
    const raft = leaderKnowing({ clusterSize: 2, log: [1], term: 1 }, { 1: 1 });
    expect(sent(onTimer(raft, 'heartbeat'), 'appendEntries').get(1)!.entries).toEqual([]);
  });

  test('may carry more than one entry for efficiency, and no more than the limit', () => {
    const raft = proposes(leader({ clusterSize: 2, term: 1, entriesPerMessageMax: 3 }), 5);
    expect(sent(onTimer(raft, 'heartbeat'), 'appendEntries').get(1)!.entries.length).toBe(3);
  });
});

describe('AppendEntries: results', () => {
  test('the reply carries currentTerm, for the leader to update itself', () => {
    expect(reply(receives(follower({ term: 7 }), { term: 3, prev: [0, 0] }), 'appendEntriesReply').term).toBe(7);
    expect(reply(receives(follower({ term: 3 }), { term: 7, prev: [0, 0] }), 'appendEntriesReply').term).toBe(7);
  });

  test('success is true if the follower contained an entry matching prevLogIndex and prevLogTerm', () => {
    const step = receives(follower({ log: [1, 2] }), { term: 2, prev: [2, 2], entries: [2] });
    expect(reply(step, 'appendEntriesReply')).toMatchObject({ success: true, index: 3 });
  });
});

describe('AppendEntries: receiver implementation', () => {
  test('1. replies false if term < currentTerm (section 5.1), and changes nothing', () => {
    const raft = follower({ term: 3, log: [1, 1] });
    const step = receives(raft, { term: 2, prev: [2, 1], entries: [2], commit: 2 });
    expect(reply(step, 'appendEntriesReply').success).toBe(false);
    expect(step.raft).toBe(raft);
    expect(restartsElectionTimer(step)).toBe(false);
  });

  test('2. replies false if the log has no entry at prevLogIndex (section 5.3)', () => {
    const step = receives(follower({ log: [1, 1] }), { term: 1, prev: [3, 1], entries: [1] });
    expect(reply(step, 'appendEntriesReply').success).toBe(false);
    expect(termsOf(step.raft)).toEqual([1, 1]);
  });

  test('2. replies false if the entry at prevLogIndex has another term than prevLogTerm (section 5.3)', () => {
    const step = receives(follower({ log: [1, 1], term: 3 }), { term: 3, prev: [2, 2], entries: [3] });
    expect(reply(step, 'appendEntriesReply').success).toBe(false);
    expect(termsOf(step.raft)).toEqual([1, 1]);
  });

  test('3. an entry that conflicts with a new one (same index, different terms) is deleted, and all that follow it (section 5.3)', () => {
    const step = receives(follower({ log: [1, 1, 2, 2, 2], term: 3 }), { term: 3, prev: [2, 1], entries: [3] });
    expect(termsOf(step.raft)).toEqual([1, 1, 3]);
    expect(reply(step, 'appendEntriesReply')).toMatchObject({ success: true, index: 3 });
  });

  test('3. the conflict may stand in the middle of the new entries', () => {
    const step = receives(follower({ log: [1, 1, 2, 2, 2], term: 4 }), { term: 4, prev: [1, 1], entries: [1, 2, 3] });
    expect(termsOf(step.raft)).toEqual([1, 1, 2, 3]);
  });

  test('3. without a conflict nothing is deleted: a delayed request may end before the log does', () => {
    const raft = follower({ log: [1, 1, 1, 1] });
    for (const entries of [[], [1], [1, 1]]) {
      const step = receives(raft, { term: 1, prev: [1, 1], entries });
      expect(termsOf(step.raft)).toEqual([1, 1, 1, 1]);
      expect(step.raft.persistent).toBe(raft.persistent);
    }
  });

  test('4. appends any new entries not already in the log', () => {
    expect(termsOf(receives(follower({ log: [1, 1] }), { term: 2, prev: [1, 1], entries: [1, 2, 2] }).raft)).toEqual([
      1, 1, 2, 2,
    ]);
    expect(termsOf(receives(follower({}), { term: 1, prev: [0, 0], entries: [1, 1] }).raft)).toEqual([1, 1]);
  });

  test('5. if leaderCommit > commitIndex, sets commitIndex to leaderCommit', () => {
    expect(receives(follower({ log: [1, 1, 1] }), { term: 1, prev: [3, 1], commit: 2 }).raft.commitIndex).toBe(2);
  });

  test('5. or to the index of the last new entry, if that is smaller', () => {
    expect(receives(follower({ log: [1] }), { term: 1, prev: [1, 1], entries: [1], commit: 9 }).raft.commitIndex).toBe(
      2,
    );
  });

  test('5. the last new entry is the last that this request proved equal, not the last of the log', () => {
    // Entries 3 and 4 may be of a leader that was deposed: that entry 4 is committed says nothing of ours.
    const step = receives(follower({ log: [1, 1, 2, 2], term: 3 }), { term: 3, prev: [2, 1], commit: 4 });
    expect(step.raft.commitIndex).toBe(2);
  });

  test('5. a smaller leaderCommit never takes commitIndex back', () => {
    expect(
      receives(follower({ log: [1, 1, 1], commitIndex: 3 }), { term: 1, prev: [3, 1], commit: 1 }).raft.commitIndex,
    ).toBe(3);
    expect(
      receives(follower({ log: [1, 1, 1], commitIndex: 3 }), { term: 1, prev: [1, 1], commit: 3 }).raft.commitIndex,
    ).toBe(3);
  });

  test('5. a refused request commits nothing', () => {
    expect(receives(follower({ log: [1, 1], term: 3 }), { term: 3, prev: [2, 2], commit: 2 }).raft.commitIndex).toBe(0);
  });

  test('an entry that is committed is never given up: a leader that asks for it is at fault', () => {
    expect(() =>
      receives(follower({ log: [1, 1], term: 2, commitIndex: 2 }), { term: 2, prev: [1, 1], entries: [2] }),
    ).toThrow(AssertionFailed);
  });

  test('two leaders of one term cannot be (Election Safety): a leader that hears of another is at fault', () => {
    expect(() => receives(leader({ term: 2 }), { term: 2, prev: [0, 0] })).toThrow(AssertionFailed);
  });

  prop(
    [
      fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 8 }), fc.nat(), fc.nat(),
    ],
    { numRuns: 1000 },
  )(
    "from any two logs: what is accepted makes the follower's log equal to the leader's up to the last new entry",
    (mine, theirs, place, count) => {
      const own = mine.toSorted();
      const leaders = theirs.toSorted();
      const prev = place % (leaders.length + 1);
      const entries = leaders.slice(prev, prev + (count % 4));
      const step = receives(follower({ log: own, term: 3 }), {
        term: 3, prev: [prev, leaders[prev - 1] ?? 0], entries,
      });
      const isConsistent = prev === 0 || own[prev - 1] === leaders[prev - 1];
      expect(reply(step, 'appendEntriesReply').success).toBe(isConsistent);
      if (!isConsistent) {
        expect(termsOf(step.raft)).toEqual(own);
        return;
      }
      const overlap = own.slice(prev, prev + entries.length);
      const conflicts = overlap.some((term, i) => term !== entries[i]);
      const kept = conflicts || own.length <= prev + entries.length ? [] : own.slice(prev + entries.length);
      expect(termsOf(step.raft)).toEqual([...own.slice(0, prev), ...entries, ...kept]);
    },
  );

  prop([fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 6 }), fc.array(fc.constant(3), { maxLength: 3 })], {
    numRuns: 300,
  })('is idempotent: the same request again changes nothing (section 5.5)', (terms, entries) => {
    const own = terms.toSorted();
    const request: Append = { term: 3, prev: [own.length, own.at(-1) ?? 0], entries, commit: own.length };
    const once = receives(follower({ log: own, term: 3 }), request).raft;
    expect(receives(once, request).raft).toBe(once);
  });
});

test('a candidate handles AppendEntries of its own term as a follower does', () => {
  const step = receives(candidate({ log: [1, 1], term: 2 }), { term: 2, prev: [2, 1], entries: [2], commit: 1 });
  expect(step.raft.role).toEqual({ kind: 'follower', leaderId: 1 });
  expect([termsOf(step.raft), step.raft.commitIndex]).toEqual([[1, 1, 2], 1]);
});
