/** Each property of Raft at its edge: what just holds, and what just does not, asked of its check alone. */
import { describe, expect, test } from 'vitest';
import { leaderCompleteness, stateMachineSafety } from '../../../checkers/raft/committed-log.ts';
import {
  leaderInContactIsKept, leaderWithoutQuorumStepsDown, preVoteChangesNothing, standsOnPreVotes,
} from '../../../checkers/raft/contact.ts';
import { persistBeforeSend } from '../../../checkers/raft/durability.ts';
import {
  electedByMajority, Elections, electionSafety, oneVotePerTerm, termMonotonic,
} from '../../../checkers/raft/elections.ts';
import { EntryBook, logMatching, logTermsNonDecreasing } from '../../../checkers/raft/entry-book.ts';
import {
  appliedInOrder, appliedIsCommitted, commitIndexMonotonic, committedIsLogged, lastAppliedMonotonic,
} from '../../../checkers/raft/indexes.ts';
import type { ClusterStep, RaftStep } from '../../../checkers/raft/raft-step.ts';
import {
  committedByMajority, leaderAppendOnly, matchIndexIsDurable, matchIndexMonotonic, nextAboveMatch, refusalIsAConflict,
  snapshotIsTaken, staleRepliesChangeNothing,
} from '../../../checkers/raft/replication.ts';
import { Log } from '../../../core/raft/log.ts';
import type { AnyRaftMessage } from '../../../core/raft/option-messages.ts';
import type { Persistent, Raft } from '../../../core/raft/state.ts';
import { entriesOf, follower, leader, persistentOf, snapshotAt, type Given } from '../../support/raft-states.ts';

/** Terms by index, behind a snapshot. */
const logOf = (terms: readonly number[], base: readonly [number, number] = [0, 0]): Log =>
  Log.startingAfter(base[0], base[1]).append(entriesOf(base[0] + 1, terms));

describe('votes and terms', () => {
  test.each([
    [5, 5, null], [5, 6, null], [5, 4, 'n1 went back from term 5 to term 4'],
  ])('term %i, then %i', (lastTerm, term, says) => expect(termMonotonic.check({ node: 1, lastTerm, term })).toBe(says));
  test.each([
    [null, null, null], [null, 0, null], [0, 0, null], [0, null, null], [0, 2, 'n1 voted for n0 and for n2 in term 5'],
    [2, 0, 'n1 voted for n2 and for n0 in term 5'],
  ])('a vote for %j, then for %j', (lastVote, vote, says) =>
    expect(oneVotePerTerm.check({ voter: 1, term: 5, lastVote, vote })).toBe(says),
  );
  test.each([
    [undefined, null], [1, null], [0, 'n0 and n1 were both elected in term 5'],
  ])('a leader, and n%s before it', (other, says) =>
    expect(electionSafety.check({ term: 5, leader: 1, other })).toBe(says),
  );
  test.each([
    [1, 1, null], [2, 3, null], [1, 3, 'n1 leads term 5 with 1 of 3 votes'],
    [2, 4, 'n1 leads term 5 with 2 of 4 votes'], [3, 4, null], [0, 1, 'n1 leads term 5 with 0 of 1 votes'],
  ])('%i votes of %i', (votes, servers, says) =>
    expect(electedByMajority.check({ term: 5, leader: 1, votes, servers })).toBe(says),
  );
  test('a leader for whom nobody voted was not elected', () => {
    const elections = new Elections(3);
    expect(() => elections.mustBeGranted({ term: 5, leader: 1, log: Log.empty })).toThrow(
      'n1 leads term 5 with 0 of 3 votes',
    );
  });
});

describe('entries', () => {
  const held = { node: 1, index: 3, term: 4, prevTerm: 4, command: 'a' };
  test.each([
    [4, null], [3, null], [5, 'n1 holds entry 3 of term 4 behind one of term 5'],
  ])('of term 4 behind one of term %i', (prevTerm, says) =>
    expect(logTermsNonDecreasing.check({ ...held, prevTerm })).toBe(says),
  );
  const another =
    'n1 holds at index 3, term 4, another entry than was seen there before, or another one in front of it';
  test.each([
    ['nothing', undefined, null], ['the same', { term: 4, prevTerm: 4, command: 'a' }, null],
    ['another command', { term: 4, prevTerm: 4, command: 'b' }, another],
    ['another one in front of it', { term: 4, prevTerm: 3, command: 'a' }, another],
  ])('where %s was seen', (_what, known, says) => expect(logMatching.check({ ...held, known })).toBe(says));
  test('are booked by index and term, those behind a snapshot too', () => {
    const book = new EntryBook();
    book.readNew(1, null, logOf([2, 3], [5, 1]));
    expect([book.find(6, 2)?.prevTerm, book.find(7, 3)?.prevTerm, book.find(7, 2), book.find(5, 1)]).toEqual([
      1, 2, undefined, undefined,
    ]);
    expect(() => book.enter(2, 7, { term: 3, command: entriesOf(7, [3])[0]!.command }, 3)).toThrow(
      'n2 holds at index 7, term 3',
    );
  });
});

describe('what is committed', () => {
  test.each([
    [4, 4, null],
    [4, 3, 'n1 committed an entry of term 4 at index 3, where an entry of term 3 was committed before'],
    [4, null, 'n1 committed index 3, term 4, an entry that no log was seen to hold'],
  ])('as term %i where term %j is', (term, known, says) =>
    expect(stateMachineSafety.check({ node: 1, index: 3, term, known })).toBe(says),
  );

  const without = 'n1 was elected in term 9 without entry 3 of term 4, which is committed';
  test.each([
    ['has it', logOf([1, 4, 4]), null], ['has another one', logOf([1, 4, 5]), without],
    ['ends before it', logOf([1, 4]), without], ['is empty', Log.empty, without],
    ['begins behind it', logOf([], [4, 5]), null], ['begins with it', logOf([], [3, 4]), null],
    ['begins with another one', logOf([], [3, 5]), without],
  ])('a new leader whose log %s', (_what, log, says) =>
    expect(leaderCompleteness.check({ election: { term: 9, leader: 1, log }, index: 3, term: 4 })).toBe(says),
  );
});

const blank: Persistent = persistentOf({});
const stepOf = (before: Raft | null, after: Raft, more: Partial<ClusterStep> = {}): ClusterStep => ({
  node: 0, before, after, durable: after.persistent, event: null, effects: [], servers: 3, durableOf: () => blank,
  lastCommitted: 0, ...more,
});

describe('commitIndex and lastApplied', () => {
  const raft = (commitIndex: number, lastApplied: number, more: Given = {}): Raft =>
    follower({ log: [1, 1, 1, 1], commitIndex, lastApplied, ...more });
  test.each([
    [2, 2, null], [2, 3, null], [2, 1, 'n0 took commitIndex back from 2 to 1'],
  ])('commitIndex %i, then %i', (from, to, says) => {
    expect(commitIndexMonotonic.check(stepOf(raft(from, 0), raft(to, 0)))).toBe(says);
    expect(commitIndexMonotonic.check(stepOf(null, raft(to, 0)))).toBeNull();
  });
  test.each([
    [2, 2, null], [2, 3, null], [2, 1, 'n0 took lastApplied back from 2 to 1'],
  ])('lastApplied %i, then %i', (from, to, says) => {
    expect(lastAppliedMonotonic.check(stepOf(raft(4, from), raft(4, to)))).toBe(says);
    expect(lastAppliedMonotonic.check(stepOf(null, raft(4, to)))).toBeNull();
  });
  test.each([
    [2, 2, null], [2, 3, 'n0 applied up to 3, committed up to 2'],
  ])('committed up to %i, applied up to %i', (commitIndex, lastApplied, says) => {
    expect(appliedIsCommitted.check(stepOf(null, raft(commitIndex, lastApplied)))).toBe(says);
  });
  test.each([
    [5, null], [6, null], [4, 'n0 has commitIndex 4 and a log from 5 to 6'],
    [7, 'n0 has commitIndex 7 and a log from 5 to 6'],
  ])('commitIndex %i and a log from 5 to 6', (commitIndex, says) => {
    expect(committedIsLogged.check(stepOf(null, { ...follower({ snapshot: [5, 1], log: [1] }), commitIndex }))).toBe(
      says,
    );
  });
  test.each([
    [2, 3, 3, null], [2, 2, 2, 'n0 had applied up to 2 and now has applied up to 2; Raft handed up 2'],
    [2, 3, 4, 'n0 had applied up to 2 and now has applied up to 3; Raft handed up 4'],
    [3, 2, 2, 'n0 had applied up to 3 and now has applied up to 2; Raft handed up 2'],
  ])('applied up to %i, then %i; handed up to %i', (from, to, lastApplied, says) =>
    expect(appliedInOrder.check({ node: 0, from, to, lastApplied })).toBe(says),
  );
});

describe('what is on the disk', () => {
  const state = { ...persistentOf({ term: 4, votedFor: 1, snapshot: [5, 1], log: [2, 3] }) };
  const says = (durable: Partial<Persistent>): string | null =>
    persistBeforeSend.check({
      ...stepOf(null, { ...follower({}), persistent: state }), durable: { ...state, ...durable },
    });
  test.each<[string, Partial<Persistent>, string | null]>([
    ['all of it', {}, null],
    ['another log with the same entries', { log: logOf([2, 3], [5, 1]) }, null],
    ['an older term', { currentTerm: 3 }, 'currentTerm 4 (it has 3)'],
    ['no vote', { votedFor: null }, 'votedFor 1 (it has null)'],
    ['no snapshot', { snapshot: null }, 'snapshot 5 (it has 0)'],
    ['another snapshot', { snapshot: snapshotAt(4, 1) }, 'snapshot 5 (it has 4)'],
    ['a log that begins elsewhere', { log: logOf([1, 2, 3], [4, 1]) }, 'log 5..7, last term 3, '],
    ['a shorter log', { log: logOf([2], [5, 1]) }, 'log 5..7, last term 3, '],
    ['a log that ends in another term', { log: logOf([2, 4], [5, 1]) }, 'log 5..7, last term 3, '],
    [
      'a log of another size',
      { log: Log.startingAfter(5, 1).append([entriesOf(6, [2])[0]!, { term: 3, command: null, sizeBytes: 8 }]) },
      'log 5..7, last term 3, ',
    ],
    ['two things less', { currentTerm: 3, votedFor: null }, 'currentTerm 4 (it has 3), votedFor 1 (it has null)'],
  ])('%s', (_what, durable, what) =>
    what === null
      ? expect(says(durable)).toBeNull()
      : expect(says(durable)).toContain(`n0 went on although its disk does not hold ${what}`),
  );
});

describe('a leader', () => {
  const leads = (nextIndex: readonly number[], matchIndex: readonly number[], given: Given = {}): Raft => ({
    ...leader({ term: 5, log: [1, 2, 2, 4], ...given }), role: { kind: 'leader', nextIndex, matchIndex },
  });
  const plain = leads([9, 5, 5], [9, 0, 0]);

  test.each([
    [1, 0, null], [3, 2, null], [2, 2, 'n0 has nextIndex 2 and matchIndex 2 for n1'],
    [2, 3, 'n0 has nextIndex 2 and matchIndex 3 for n1'],
  ])('nextIndex %i and matchIndex %i', (next, match, says) => {
    expect(nextAboveMatch.check(stepOf(plain, leads([0, next, 5], [9, match, 0])))).toBe(says);
  });
  test.each([
    [2, 2, null], [2, 3, null], [2, 1, 'n0 took matchIndex of n2 back from 2 to 1'],
  ])('matchIndex %i, then %i', (from, to, says) => {
    const before = leads([5, 5, 5], [9, 0, from]);
    expect(matchIndexMonotonic.check(stepOf(before, leads([5, 5, 5], [0, 0, to])))).toBe(says);
    expect(matchIndexMonotonic.check(stepOf(follower({ term: 5 }), leads([5, 5, 5], [0, 0, to])))).toBeNull();
    expect(
      matchIndexMonotonic.check(
        stepOf({ ...before, persistent: { ...before.persistent, currentTerm: 4 } }, leads([5, 5, 5], [0, 0, to])),
      ),
    ).toBeNull();
  });

  describe('keeps its log', () => {
    const old = leader({ term: 5, log: [1, 2, 2, 4] });
    const changed = (log: Log): string | null =>
      leaderAppendOnly.check(stepOf(old, { ...old, persistent: { ...old.persistent, log } }));
    const broken = 'n0 leads term 5 and changed its log at or before entry 4';
    test('appends to it, and gives back its beginning', () => {
      expect([
        changed(old.persistent.log), changed(old.persistent.log.append(entriesOf(5, [5]))),
        changed(old.persistent.log.compactTo(4)), changed(logOf([5], [5, 5])),
      ]).toEqual([null, null, null, null]);
    });
    test('never loses its end, nor has another one', () =>
      expect([changed(logOf([1, 2, 2])), changed(logOf([1, 2, 2, 5]))]).toEqual([broken, broken]));
    test('is asked of who led the same term before, alone', () => {
      const shorter = { ...old, persistent: { ...old.persistent, log: logOf([1]) } };
      expect(leaderAppendOnly.check(stepOf(null, shorter))).toBeNull();
      expect(leaderAppendOnly.check(stepOf({ ...old, role: { kind: 'candidate', votes: [0] } }, shorter))).toBeNull();
      expect(
        leaderAppendOnly.check(stepOf(old, { ...shorter, persistent: { ...shorter.persistent, currentTerm: 6 } })),
      ).toBeNull();
    });
  });

  describe('counts as stored', () => {
    const counts = (match: number, durable: Persistent, given: Given = {}): string | null =>
      matchIndexIsDurable.check(
        stepOf(leads([5, 5, 5], [9, 0, 1], given), leads([5, 5, 5], [9, 0, match], given), {
          durableOf: (node) => (node === 2 ? durable : blank),
        }),
      );
    const says = (match: number): string =>
      `n0 leads term 5 and counts entry ${match} as stored by n2, whose disk does not hold it`;
    const disk = (given: Given): Persistent => persistentOf({ term: 5, ...given });
    test.each<[string, number, Persistent, string | null]>([
      ['what the disk holds', 3, disk({ log: [1, 2, 2] }), null],
      ['what it does not hold', 3, disk({ log: [1, 2] }), says(3)],
      ['what it holds of another term', 3, disk({ log: [1, 2, 3] }), says(3)],
      ['no more than before', 1, disk({ log: [] }), null],
      ['what is in its snapshot', 2, disk({ snapshot: [3, 9] }), null],
      ['what its snapshot ends with', 3, disk({ snapshot: [3, 2] }), null],
      ['what its snapshot ends with in another term', 3, disk({ snapshot: [3, 1] }), says(3)],
      ['what it may have lost in a later term', 3, disk({ term: 6 }), null],
    ])('%s', (_what, match, durable, text) => expect(counts(match, durable)).toBe(text));
    test('where its own log begins behind it nothing can be said, where it begins there the terms must be the same', () => {
      const given = { log: [4], snapshot: [3, 2] as const };
      expect([
        counts(2, disk({ log: [9, 9, 2] }), given), counts(3, disk({ log: [1, 2, 2] }), given),
        counts(3, disk({ log: [1, 2, 3] }), given),
      ]).toEqual([null, null, says(3)]);
    });
    test('of who has just been elected all is new', () => {
      expect(matchIndexIsDurable.check(stepOf(follower({ term: 5 }), leads([5, 5, 5], [9, 0, 1])))).toBe(says(1));
      expect(matchIndexIsDurable.check(stepOf(null, leads([5, 5, 5], [9, 0, 0])))).toBeNull();
    });
  });

  describe('commits', () => {
    const commits = (holders: number, servers: number, more: Partial<ClusterStep> = {}): string | null => {
      const after = { ...plain, commitIndex: 3 };
      return committedByMajority.check(
        stepOf({ ...plain, commitIndex: 2 }, after, {
          servers, durableOf: (node) => persistentOf({ log: node < holders ? [1, 2, 2] : [1, 2] }), ...more,
        }),
      );
    };
    test.each([
      [2, 3, null], [1, 3, 'n0 leads term 5 and commits entry 3, which 1 of 3 disks hold'],
      [2, 4, 'n0 leads term 5 and commits entry 3, which 2 of 4 disks hold'], [3, 4, null], [1, 1, null],
    ])('what %i of %i disks hold', (holders, servers, says) => expect(commits(holders, servers)).toBe(says));
    test('what is in a snapshot is held, also at its end; an entry of another term is not', () => {
      expect(commits(0, 3, { durableOf: () => persistentOf({ snapshot: [4, 9] }) })).toBeNull();
      expect(commits(0, 3, { durableOf: () => persistentOf({ snapshot: [3, 2] }) })).toBeNull();
      expect(commits(0, 3, { durableOf: () => persistentOf({ log: [1, 2, 3] }) })).toContain('which 0 of 3 disks hold');
      expect(commits(0, 3, { durableOf: () => persistentOf({ snapshot: [3, 1] }) })).toContain(
        'which 0 of 3 disks hold',
      );
    });
    test('with pipelined writes whoever hears of it first is asked, and nobody later (10.2.1; swarm seed 9012192)', () => {
      const at = (commitIndex: number): Raft =>
        follower({ term: 5, log: [1, 2, 2], commitIndex, options: { pipelined: true } });
      const asked = (lastCommitted: number): string | null =>
        committedByMajority.check(stepOf(at(2), at(3), { lastCommitted }));
      expect([0, 2, 3].map(asked)).toEqual([
        ...new Array<string>(2).fill('n0 is in term 5 and commits entry 3, which 0 of 3 disks hold'), null,
      ]);
    });
    test('is asked of leaders that commit more, alone', () => {
      const idle = { ...follower({ log: [1, 2, 2], commitIndex: 3 }) };
      expect(committedByMajority.check(stepOf({ ...idle, commitIndex: 2 }, idle))).toBeNull();
      expect(committedByMajority.check(stepOf(null, { ...plain, commitIndex: 3 }))).toBeNull();
      expect(committedByMajority.check(stepOf({ ...plain, commitIndex: 3 }, { ...plain, commitIndex: 3 }))).toBeNull();
    });
  });
});

describe('the options', () => {
  const options = { preVote: true, checkQuorum: true };
  const heard = (from: number, message: AnyRaftMessage) =>
    ({ event: { kind: 'message', from, message } }) as Partial<ClusterStep>;
  const raft = (given: Given = {}): Raft => follower({ term: 5, options, ...given });
  const withTerm = (of: Raft, currentTerm: number, votedFor: number | null): Raft => ({
    ...of, persistent: { ...of.persistent, currentTerm, votedFor },
  });

  test.each([
    [3, 1, 'n0 stands for election in term 6 with 1 of 3 pre-votes'], [3, 2, null],
    [4, 2, 'n0 stands for election in term 6 with 2 of 4 pre-votes'], [4, 3, null], [1, 0, null],
  ])('in a cluster of %i, %i pre-votes', (clusterSize, votes, says) => {
    const before: Raft = {
      ...raft({ clusterSize }),
      role: { kind: 'preCandidate', votes: Array.from({ length: votes }, (_, voter) => voter) },
    };
    expect(standsOnPreVotes.check(stepOf(before, withTerm(before, 6, 0)))).toBe(says);
    expect(standsOnPreVotes.check(stepOf(null, withTerm(before, 6, 0)))).toBeNull();
    expect(standsOnPreVotes.check(stepOf(before, withTerm(before, 6, 1)))).toBeNull();
    expect(standsOnPreVotes.check(stepOf(before, before))).toBeNull();
  });
  test('the pre-vote that it hears just now counts, once, and only when it is granted for that term', () => {
    const before: Raft = { ...raft(), role: { kind: 'preCandidate', votes: [0] } };
    const says = (from: number, voteGranted: boolean, term = 6): string | null =>
      standsOnPreVotes.check(
        stepOf(before, withTerm(before, 6, 0), heard(from, { kind: 'requestPreVoteReply', term, voteGranted })),
      );
    const one = 'n0 stands for election in term 6 with 1 of 3 pre-votes';
    expect([says(1, true), says(0, true), says(1, false), says(1, true, 5)]).toEqual([null, one, one, one]);
  });

  describe('who is asked for a pre-vote', () => {
    const ask = heard(1, { kind: 'requestPreVote', term: 6, lastLogIndex: 0, lastLogTerm: 0 });
    const before = raft();
    test('is the same as before, and moves no timer', () => {
      expect(preVoteChangesNothing.check(stepOf(before, before, ask))).toBeNull();
      for (const after of [
        withTerm(before, 6, null), { ...before, role: { kind: 'preCandidate', votes: [0] } } as Raft,
      ]) {
        expect(preVoteChangesNothing.check(stepOf(before, after, ask))).toBe(
          'n0 is asked for a pre-vote and is another one than before',
        );
      }
      for (const kind of ['setTimer', 'cancelTimer']) {
        expect(
          preVoteChangesNothing.check(
            stepOf(before, before, { ...ask, effects: [{ kind, timer: 'election' }] as never }),
          ),
        ).toBe('n0 is asked for a pre-vote and moves a timer');
      }
      expect(
        preVoteChangesNothing.check(
          stepOf(
            before, withTerm(before, 6, null),
            heard(1, { kind: 'requestVote', term: 6, lastLogIndex: 0, lastLogTerm: 0 }),
          ),
        ),
      ).toBeNull();
    });
  });

  describe('who hears a leader', () => {
    const calm = raft();
    const inContact: Raft = { ...calm, role: { kind: 'follower', leaderId: 1, hasContact: true } };
    const check = (
      before: Raft | null, after: Raft, message: AnyRaftMessage, effects: readonly object[] = [],
    ): string | null =>
      leaderInContactIsKept.check(stepOf(before, after, { ...heard(1, message), effects: effects as never }));
    const beat: AnyRaftMessage = {
      kind: 'appendEntries', term: 5, prevLogIndex: 0, prevLogTerm: 0, entries: [], leaderCommit: 0,
    };
    test('keeps it in mind', () => {
      const forgets = 'n0 hears the leader of term 5 and does not keep it in mind';
      expect([
        check(calm, inContact, beat), check(calm, calm, beat), check(calm, calm, { ...beat, term: 4 }),
        check(null, calm, beat),
      ]).toEqual([null, forgets, null, null]);
      expect(check(calm, calm, { kind: 'heartbeat', term: 5, round: 1 })).toBe(forgets);
      expect(check(calm, calm, { kind: 'installSnapshot', term: 5, snapshot: snapshotAt(1, 1) })).toBe(forgets);
      const plain = follower({ term: 5 });
      expect(check(plain, plain, beat)).toBeNull();
    });
    test('grants no pre-vote', () => {
      const ask: AnyRaftMessage = { kind: 'requestPreVote', term: 6, lastLogIndex: 0, lastLogTerm: 0 };
      const grants = (voteGranted: boolean): readonly object[] => [
        { kind: 'send', to: 1, message: { kind: 'requestPreVoteReply', term: 6, voteGranted } },
      ];
      expect([
        check(inContact, inContact, ask, grants(true)), check(inContact, inContact, ask, grants(false)),
        check(calm, calm, ask, grants(true)),
      ]).toEqual(['n0 hears a leader and grants a pre-vote for term 6', null, null]);
    });
    test('follows no candidate, with CheckQuorum', () => {
      const ask: AnyRaftMessage = { kind: 'requestVote', term: 6, lastLogIndex: 0, lastLogTerm: 0 };
      expect(check(inContact, withTerm(inContact, 6, 1), ask)).toBe(
        'n0 hears a leader and follows a candidate into term 6',
      );
      expect([check(inContact, inContact, ask), check(calm, withTerm(calm, 6, 1), ask)]).toEqual([null, null]);
      const preVoteOnly: Raft = { ...follower({ term: 5, options: { preVote: true } }), role: inContact.role };
      expect(check(preVoteOnly, withTerm(preVoteOnly, 6, 1), ask)).toBeNull();
    });
  });

  test('a leader whose election timer fires leads no more, with CheckQuorum', () => {
    const leads = leader({ term: 5, options });
    const check = (before: Raft | null, after: Raft, timer = 'election'): string | null =>
      leaderWithoutQuorumStepsDown.check(stepOf(before, after, { event: { kind: 'timer', timer } }));
    expect(check(leads, leads)).toBe('n0 leads term 5, and no majority has answered it for an election timeout');
    expect([check(leads, raft()), check(leads, leads, 'heartbeat'), check(raft(), leads), check(null, leads)]).toEqual([
      null, null, null, null,
    ]);
    const plain = leader({ term: 5 });
    const alone = leader({ term: 5, clusterSize: 1, options });
    expect([check(plain, plain), check(alone, alone)]).toEqual([null, null]);
  });
});

describe('what is answered', () => {
  const heard = (from: number, message: AnyRaftMessage) =>
    ({ event: { kind: 'message', from, message } }) as Partial<RaftStep>;
  const sends = (to: number, message: object) => ({ kind: 'send', to, message }) as RaftStep['effects'][number];

  describe('in an earlier term changes nothing', () => {
    const before = follower({ term: 5, log: [1, 2] });
    const answers: readonly AnyRaftMessage[] = [
      { kind: 'requestVoteReply', term: 4, voteGranted: true },
      { kind: 'appendEntriesReply', term: 4, success: true, index: 1, conflictTerm: 0, conflictIndex: 0 },
      { kind: 'installSnapshotReply', term: 4, lastIncludedIndex: 1 },
    ];
    const says = (after: Raft, message: AnyRaftMessage): string | null =>
      staleRepliesChangeNothing.check(stepOf(before, after, heard(1, message)));
    const changes: readonly (readonly [string, Raft])[] = [
      ['role', { ...before, role: { kind: 'candidate', votes: [0] } }],
      ['commitIndex', { ...before, commitIndex: before.commitIndex + 1 }],
      ['term', { ...before, persistent: { ...before.persistent, currentTerm: 6 } }],
      ['vote', { ...before, persistent: { ...before.persistent, votedFor: 2 } }],
    ];
    test.each(changes)('not the %s', (_what, after) => {
      for (const message of answers) {
        expect(says(after, message)).toBe('n0 is in term 5 and acts on what n1 answered in term 4');
        expect(says(after, { ...message, term: 5 } as AnyRaftMessage)).toBeNull();
      }
    });
    test('what is applied may go on, and a request is no answer', () => {
      expect(says({ ...before, lastApplied: 0 }, answers[0]!)).toBeNull();
      expect(says(changes[0]![1], { kind: 'requestVote', term: 4, lastLogIndex: 0, lastLogTerm: 0 })).toBeNull();
      expect(staleRepliesChangeNothing.check(stepOf(null, changes[0]![1], heard(1, answers[0]!)))).toBeNull();
      expect(
        staleRepliesChangeNothing.check(
          stepOf(before, changes[0]![1], { event: { kind: 'timer', timer: 'election' } }),
        ),
      ).toBeNull();
    });
  });

  describe('to entries', () => {
    const raft = follower({ term: 5, log: [1, 2, 2, 4], commitIndex: 3 });
    const request = (prevLogIndex: number, term = 5): AnyRaftMessage => ({
      kind: 'appendEntries', term, prevLogIndex, prevLogTerm: 2, entries: [], leaderCommit: 0,
    });
    const refuses = {
      kind: 'appendEntriesReply', term: 5, success: false, index: 0, conflictTerm: 0, conflictIndex: 1,
    };
    const says = (prev: number, effects: RaftStep['effects'], term = 5): string | null =>
      refusalIsAConflict.check(stepOf(raft, raft, { ...heard(1, request(prev, term)), effects }));
    test.each([
      [4, null], [3, 'n0 has committed up to 3 and refuses what follows entry 3'],
      [2, 'n0 has committed up to 3 and refuses what follows entry 2'],
    ])('a refusal behind entry %i', (prev, text) => {
      expect(says(prev, [sends(1, refuses)])).toBe(text);
    });
    test('is looked for among what is sent to the leader of the term', () => {
      const refused = 'n0 has committed up to 3 and refuses what follows entry 2';
      expect(
        says(2, [sends(2, { kind: 'clientReply' }), sends(1, { kind: 'heartbeatReply' }), sends(1, refuses)]),
      ).toBe(refused);
      expect([
        says(2, [sends(2, refuses)]), says(2, []), says(2, [sends(1, { ...refuses, success: true })]),
        says(2, [sends(1, refuses)], 4),
      ]).toEqual([null, null, null, null]);
    });
    test('a server that has just started has committed nothing', () => {
      expect(
        refusalIsAConflict.check(stepOf(null, raft, { ...heard(1, request(0)), effects: [sends(1, refuses)] })),
      ).toContain('has committed up to 0 and refuses what follows entry 0');
    });
  });

  describe('to a snapshot', () => {
    const request: AnyRaftMessage = { kind: 'installSnapshot', term: 5, snapshot: snapshotAt(3, 2) };
    const says = (commitIndex: number, lastIncludedIndex: number): string | null => {
      const raft = follower({ term: 5, log: [1, 2, 2, 4], commitIndex });
      return snapshotIsTaken.check(
        stepOf(raft, raft, {
          ...heard(1, request), effects: [sends(1, { kind: 'installSnapshotReply', term: 5, lastIncludedIndex })],
        }),
      );
    };
    test.each([
      [3, 3, null], [4, 4, null], [4, 3, null], [2, 3, 'n0 answers a snapshot at 3 with 3, and has committed up to 2'],
      [3, 2, 'n0 answers a snapshot at 3 with 2, and has committed up to 3'],
    ])('committed up to %i, and says %i', (commitIndex, index, text) => expect(says(commitIndex, index)).toBe(text));
  });
});
