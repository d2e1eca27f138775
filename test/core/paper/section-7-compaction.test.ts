/** Section 7 of the Raft paper: log compaction, and Figure 13: the InstallSnapshot RPC. */
import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../../../core/assert.ts';
import type { LogIndex, Term } from '../../../core/raft/log.ts';
import { deliver } from '../../../core/raft/delivery.ts';
import { applyWrite, changes } from '../../../core/raft/persistence.ts';
import { propose } from '../../../core/raft/replication.ts';
import { compact } from '../../../core/raft/snapshot.ts';
import type { Raft } from '../../../core/raft/state.ts';
import { onMessage, onTimer } from '../../../core/raft/step.ts';
import { fc, prop } from '../../support/property.ts';
import {
  appendEntries, entryOf, follower, installSnapshot, leader, leadership, reply, restartsElectionTimer, sent, snapshotAt,
  termsOf, type Given,
} from '../../support/raft-states.ts';

const receives = (raft: Raft, index: LogIndex, lastIncludedTerm: Term, term = 5) =>
  onMessage(raft, 1, installSnapshot(term, index, lastIncludedTerm));

const snapshotsItself = (raft: Raft, index: LogIndex): Raft => {
  const { data, sizeBytes } = snapshotAt(index, 0);
  return compact(raft, index, data, sizeBytes);
};

/** What a snapshot stands for, and what is left behind it. */
const whatIsKept = (raft: Raft): unknown => {
  const { log, snapshot } = raft.persistent;
  return {
    snapshot: [snapshot?.lastIncludedIndex, snapshot?.lastIncludedTerm], base: [log.baseIndex, log.baseTerm],
    entries: termsOf(raft),
  };
};

describe('taking a snapshot (section 7, Figure 12)', () => {
  test('it holds the index and term of the last entry that it replaces', () => {
    expect(whatIsKept(snapshotsItself(follower({ log: [1, 1, 2, 3, 3], commitIndex: 5 }), 3)))
      .toEqual({ snapshot: [3, 2], base: [3, 2], entries: [3, 3] });
  });

  test('it covers committed and applied entries only', () => {
    expect(() => snapshotsItself(follower({ log: [1, 1, 1], commitIndex: 3, lastApplied: 1 }), 2)).toThrow(
      AssertionFailed,
    );
    expect(() => snapshotsItself(follower({ log: [1, 1, 1], commitIndex: 1 }), 2)).toThrow(AssertionFailed);
  });

  test('all log entries up through lastIncludedIndex are deleted, and any prior snapshot', () => {
    const once = snapshotsItself(follower({ log: [1, 1, 1, 1], commitIndex: 4 }), 2);
    const twice = snapshotsItself(once, 4);
    expect(whatIsKept(twice)).toEqual({ snapshot: [4, 1], base: [4, 1], entries: [] });
    expect(() => twice.persistent.log.at(4)).toThrow(AssertionFailed);
  });

  test('one that reaches no further than the present one changes nothing', () => {
    const raft = snapshotsItself(follower({ log: [1, 1, 1], commitIndex: 3 }), 2);
    expect(snapshotsItself(raft, 2)).toBe(raft);
    expect(snapshotsItself(raft, 1)).toBe(raft);
  });

  test('each server takes it independently, leader or follower, and it changes nothing else', () => {
    const raft = follower({ term: 4, votedFor: 2, log: [1, 1, 2], commitIndex: 3 });
    const { persistent, commitIndex, lastApplied, role } = snapshotsItself(raft, 2);
    expect([persistent.currentTerm, persistent.votedFor, commitIndex, lastApplied, role]).toEqual([
      4, 2, 3, 3, raft.role,
    ]);
  });

  test('the consistency check of the first entry behind it uses lastIncludedIndex and lastIncludedTerm', () => {
    const raft = follower({ snapshot: [4, 2], term: 5 });
    const accepted = onMessage(raft, 1, appendEntries({ term: 5, prev: [4, 2], entries: [5] }));
    expect(reply(accepted, 'appendEntriesReply')).toMatchObject({ success: true, index: 5 });
    expect(termsOf(accepted.raft)).toEqual([5]);
  });

  test('entries that the snapshot stands for are not appended again', () => {
    const raft = follower({ snapshot: [4, 2], log: [2], term: 5 });
    const step = onMessage(raft, 1, appendEntries({ term: 5, prev: [2, 1], entries: [1, 2, 2, 5] }));
    expect(reply(step, 'appendEntriesReply')).toMatchObject({ success: true, index: 6 });
    expect(whatIsKept(step.raft)).toEqual({ snapshot: [4, 2], base: [4, 2], entries: [2, 5] });
  });

  test('a request that ends inside the snapshot is accepted: what was compacted is committed', () => {
    const raft = follower({ snapshot: [4, 2], term: 5 });
    expect(
      reply(onMessage(raft, 1, appendEntries({ term: 5, prev: [1, 1], entries: [1] })), 'appendEntriesReply'),
    ).toMatchObject({ success: true, index: 2 });
  });
});

describe('sending a snapshot (section 7)', () => {
  const compacted: Given = { clusterSize: 3, snapshot: [6, 2], log: [3, 3], term: 4 };
  const lags = (to: LogIndex): Raft => onMessage(leader(compacted), 1, {
    kind: 'appendEntriesReply', term: 4, success: false, index: 8, conflictTerm: 0, conflictIndex: to,
  }).raft;

  test('the leader sends it when it has already discarded the next log entry that it needs to send', () => {
    const step = onTimer(lags(6), 'heartbeat');
    expect(sent(step, 'installSnapshot').get(1)).toEqual({
      kind: 'installSnapshot', term: 4, snapshot: leader(compacted).persistent.snapshot,
    });
    expect(sent(step, 'appendEntries').has(1)).toBe(false);
  });

  test('and not while it still has that entry', () => {
    const step = onTimer(lags(7), 'heartbeat');
    expect(sent(step, 'appendEntries').get(1)).toEqual(
      appendEntries({ term: 4, prev: [6, 2], entries: [3, 3], commit: 6 }),
    );
    expect(sent(step, 'installSnapshot').size).toBe(0);
  });

  test('at once when the follower\'s refusal shows it', () => {
    const step = onMessage(leader(compacted), 1, {
      kind: 'appendEntriesReply', term: 4, success: false, index: 8, conflictTerm: 0, conflictIndex: 2,
    });
    expect(reply(step, 'installSnapshot').snapshot.lastIncludedIndex).toBe(6);
  });

  test('then the entries behind it, when the follower has taken it', () => {
    const step = onMessage(lags(2), 1, { kind: 'installSnapshotReply', term: 4, lastIncludedIndex: 6 });
    const { nextIndex, matchIndex } = leadership(step.raft);
    expect([nextIndex[1], matchIndex[1]]).toEqual([7, 6]);
    expect(reply(step, 'appendEntries')).toEqual(appendEntries({ term: 4, prev: [6, 2], entries: [3, 3], commit: 6 }));
  });

  test('a proposal does not send it once more: the next heartbeat does', () => {
    const { command, sizeBytes } = entryOf(4, 9);
    const step = propose(lags(2), command, sizeBytes);
    expect(sent(step, 'installSnapshot').size).toBe(0);
    expect([...sent(step, 'appendEntries').keys()]).toEqual([2]);
  });

  test('a reply that took nothing counts for nothing', () => {
    const raft = lags(2);
    expect(onMessage(raft, 1, { kind: 'installSnapshotReply', term: 4, lastIncludedIndex: 0 }).raft).toBe(raft);
  });
});

describe('Figure 13: InstallSnapshot, receiver implementation', () => {
  test('1. replies immediately if term < currentTerm, takes nothing and acknowledges nothing', () => {
    const raft = follower({ term: 6, log: [1] });
    const step = receives(raft, 9, 4, 5);
    expect(reply(step, 'installSnapshotReply')).toEqual({
      kind: 'installSnapshotReply', term: 6, lastIncludedIndex: 0,
    });
    expect(step.raft).toBe(raft);
    expect(restartsElectionTimer(step)).toBe(false);
  });

  test('results: currentTerm, for the leader to update itself', () => {
    expect(reply(receives(follower({ term: 2 }), 4, 2, 5), 'installSnapshotReply')).toEqual({
      kind: 'installSnapshotReply', term: 5, lastIncludedIndex: 4,
    });
  });

  test('the sender is the leader: clients can be redirected to it, and the election timer starts anew', () => {
    const step = receives(follower({ term: 5 }), 4, 2);
    expect(step.raft.role).toEqual({ kind: 'follower', leaderId: 1 });
    expect(restartsElectionTimer(step)).toBe(true);
  });

  test('5. saves the snapshot and discards any existing one with a smaller index', () => {
    const { persistent } = receives(follower({ snapshot: [3, 1], term: 5 }), 7, 4).raft;
    expect([persistent.snapshot?.lastIncludedIndex, persistent.snapshot?.lastIncludedTerm]).toEqual([7, 4]);
  });

  test('6. if an entry has the same index and term as its last included entry, retains the entries that follow it and replies', () => {
    const step = receives(follower({ log: [1, 1, 2, 2, 3], term: 5 }), 3, 2);
    expect(whatIsKept(step.raft)).toEqual({ snapshot: [3, 2], base: [3, 2], entries: [2, 3] });
    expect(reply(step, 'installSnapshotReply').lastIncludedIndex).toBe(3);
  });

  test('6. but the entries that the snapshot covers are deleted', () => {
    const step = receives(follower({ log: [1, 1, 2, 2, 3], term: 5 }), 3, 2);
    expect(() => step.raft.persistent.log.at(3)).toThrow(AssertionFailed);
  });

  test('7. discards the entire log if the entry there has another term: the suffix conflicts', () => {
    const step = receives(follower({ log: [1, 1, 2, 2, 2], term: 5 }), 3, 4);
    expect(whatIsKept(step.raft)).toEqual({ snapshot: [3, 4], base: [3, 4], entries: [] });
  });

  test('7. discards the entire log if it ends before the snapshot does', () => {
    expect(whatIsKept(receives(follower({ log: [1, 1], term: 5 }), 6, 4).raft)).toEqual({
      snapshot: [6, 4], base: [6, 4], entries: [],
    });
  });

  test('8. resets the state machine with the snapshot\'s contents: it is handed up before any entry behind it', () => {
    const { raft } = receives(follower({ log: [1, 1, 2, 2, 3], commitIndex: 1, term: 5 }), 3, 2);
    expect(raft.commitIndex).toBe(3);
    const more = onMessage(raft, 1, appendEntries({ term: 5, prev: [5, 3], commit: 5 })).raft;
    expect(
      deliver(more, 10).deliveries.map((one) => (one.kind === 'snapshot' ? one.snapshot.lastIncludedIndex : one.index)),
    ).toEqual([3, 4, 5]);
    expect(deliver(more, 10).deliveries[0]!.kind).toBe('snapshot');
  });

  test('8. entries that the snapshot covers are not handed up behind it', () => {
    const { raft } = receives(follower({ log: [1, 1, 2, 2, 3], commitIndex: 1, term: 5 }), 3, 2);
    expect(deliver(raft, 10).deliveries.map(({ kind }) => kind)).toEqual(['snapshot']);
    expect(deliver(raft, 10).raft.lastApplied).toBe(3);
  });

  test('state and snapshot are one atomic write, the cut of the log with them (SaveStateAndSnapshot)', () => {
    for (const [given, index, term] of [
      [{ log: [1, 1, 2, 2, 2], term: 5 }, 3, 4], [{ log: [1, 1, 2, 2, 3], term: 5 }, 3, 2], [{ term: 2 }, 9, 4],
    ] as const) {
      const before = follower(given);
      const { raft } = receives(before, index, term);
      const disk = changes(before.persistent, raft.persistent).reduce(applyWrite, before.persistent);
      expect(disk).toEqual(raft.persistent);
    }
  });

  test('a leader that is sent one by another of its own term is at fault (Election Safety)', () => {
    expect(() => receives(leader({ term: 5 }), 3, 2)).toThrow(AssertionFailed);
  });
});

describe('snapshots that are old, repeated or out of order', () => {
  test('one that ends at or before commitIndex changes neither log, commitIndex, lastApplied nor the stored snapshot', () => {
    const raft = follower({ snapshot: [4, 2], log: [3, 3, 3], commitIndex: 6, term: 5 });
    for (const [index, term] of [
      [2, 1], [4, 2], [6, 3],
    ] as const) {
      const step = receives(raft, index, term);
      expect(step.raft.persistent).toBe(raft.persistent);
      expect([step.raft.commitIndex, step.raft.lastApplied]).toEqual([6, 6]);
    }
  });

  test('and is acknowledged for what it proves: the log agrees with the leader\'s up to there', () => {
    const raft = follower({ snapshot: [4, 2], log: [3, 3, 3], commitIndex: 6, term: 5 });
    expect(reply(receives(raft, 2, 1), 'installSnapshotReply').lastIncludedIndex).toBe(2);
  });

  test('the same one twice is installed once', () => {
    const once = receives(follower({ log: [1], term: 5 }), 6, 4).raft;
    const again = receives(once, 6, 4);
    expect(again.raft.persistent).toBe(once.persistent);
    expect(deliver(again.raft, 10).deliveries.length).toBe(1);
  });

  test('once handed up, a snapshot is not handed up again', () => {
    const handed = deliver(receives(follower({ term: 5 }), 6, 4).raft, 10).raft;
    expect(deliver(receives(handed, 6, 4).raft, 10).deliveries).toEqual([]);
  });

  const arrivals = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom('snapshot' as const, 'entries' as const)),
    { maxLength: 15 },
  );
  prop([arrivals], { numRuns: 1000 })(
    "in any order, with entries between them: nothing moves back and the follower holds the leader's log",
    (events) => {
      // The leader's log: entry i has the term of its third of the log.
      const termAt = (index: LogIndex): Term => (index === 0 ? 0 : Math.ceil(index / 4));
      let raft = follower({ log: [1, 1, 1, 1, 1, 1, 1], commitIndex: 4, term: 5 });
      for (const [index, kind] of events) {
        const before = raft;
        const message =
          kind === 'snapshot'
            ? installSnapshot(5, index, termAt(index))
            : appendEntries({ term: 5, prev: [index - 1, termAt(index - 1)], entries: [termAt(index)], commit: index });
        raft = deliver(onMessage(raft, 1, message).raft, 3).raft;
        expect(raft.commitIndex).toBeGreaterThanOrEqual(before.commitIndex);
        expect(raft.lastApplied).toBeGreaterThanOrEqual(before.lastApplied);
        expect(raft.persistent.log.baseIndex).toBeGreaterThanOrEqual(before.persistent.log.baseIndex);
        expect(raft.persistent.snapshot?.lastIncludedIndex ?? 0).toBe(raft.persistent.log.baseIndex);
        for (let at = raft.persistent.log.baseIndex; at <= raft.commitIndex; at++)
          expect(raft.persistent.log.termAt(at)).toBe(termAt(at));
      }
    },
  );
});
