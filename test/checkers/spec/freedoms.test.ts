/** What an implementation may do beside raft.tla's actions, what it may not, and in which words that is said. */
import { describe, expect, test } from 'vitest';
import { PlainLog, type SpecEntry, type SpecLog } from '../../../checkers/spec/log.ts';
import type { AppendEntriesRequest, SpecMessage } from '../../../checkers/spec/message.ts';
import type { SpecServer } from '../../../checkers/spec/server.ts';
import type { SpecEvent } from '../../../checkers/spec/event.ts';
import { StepJudge, type JudgeOptions } from '../../../checkers/spec/step.ts';

const entries = (...terms: readonly number[]): readonly SpecEntry[] =>
  terms.map((term, at) => ({ term, command: `c${at + 1}` }));
const logOf = (...terms: readonly number[]): SpecLog => new PlainLog(entries(...terms));

const follower: SpecServer = {
  id: 0,
  role: 'follower',
  currentTerm: 3,
  votedFor: null,
  log: logOf(1, 1, 2),
  commitIndex: 1,
  votesGranted: [],
  nextIndex: [1, 1, 1],
  matchIndex: [0, 0, 0],
};
const leader: SpecServer = {
  ...follower,
  role: 'leader',
  votedFor: 0,
  votesGranted: [0, 1],
  nextIndex: [4, 4, 4],
  matchIndex: [0, 0, 0],
};
const candidate: SpecServer = { ...follower, role: 'candidate', votedFor: 0, votesGranted: [0] };

const appendRequest: AppendEntriesRequest = {
  kind: 'AppendEntriesRequest',
  term: 3,
  source: 1,
  dest: 0,
  prevLogIndex: 3,
  prevLogTerm: 2,
  entries: [],
  leaderCommit: 1,
};
const taking = (message: SpecMessage): SpecEvent => ({ kind: 'message', message });
const granted = taking({ kind: 'RequestVoteResponse', term: 3, source: 1, dest: 0, voteGranted: true });
const matched = (matchIndex: number): SpecEvent =>
  taking({ kind: 'AppendEntriesResponse', term: 3, source: 1, dest: 0, success: true, matchIndex });
const refused = taking({ kind: 'AppendEntriesResponse', term: 3, source: 1, dest: 0, success: false, matchIndex: 0 });

/** What is said of the step; null when it is allowed. */
function said(
  before: SpecServer,
  event: SpecEvent,
  change: Partial<SpecServer>,
  sent: readonly SpecMessage[] = [],
  options: Partial<JudgeOptions> = {},
): string | null {
  return (
    new StepJudge({ servers: 3, ...options }).judge({ before, event, after: { ...before, ...change }, sent })
      ?.detail ?? null
  );
}

describe('in words', () => {
  test('an entry of an older term is not committed by counting (section 5.4.2)', () => {
    const before = { ...leader, log: logOf(1, 1, 1, 1, 2, 2, 2), nextIndex: [8, 8, 8] };
    expect(said(before, matched(7), { commitIndex: 7, matchIndex: [0, 7, 0] })).toBe(
      'no action of Figure 2 leads from here to there; the nearest is AdvanceCommitIndex, refused because log[7].term = 2 is below currentTerm 3 (section 5.4.2)',
    );
  });

  test.each<[string, SpecServer, SpecEvent, Partial<SpecServer>, readonly SpecMessage[], string]>([
    [
      'a follower commits what the message did not show',
      follower,
      taking({ ...appendRequest, prevLogIndex: 2, prevLogTerm: 1, leaderCommit: 3 }),
      { commitIndex: 3 },
      [],
      'the nearest is HandleAppendEntriesRequest, but commitIndex is 3 and not 2 behind it (Figure 2)',
    ],
    [
      'a second vote',
      { ...follower, votedFor: 2 },
      taking({ kind: 'RequestVoteRequest', term: 3, source: 1, dest: 0, lastLogIndex: 3, lastLogTerm: 2 }),
      { votedFor: 1 },
      [],
      'the nearest is HandleRequestVoteRequest, refused because votedFor is 2 in term 3 (section 5.2)',
    ],
    [
      'a vote for a shorter log',
      follower,
      taking({ kind: 'RequestVoteRequest', term: 3, source: 1, dest: 0, lastLogIndex: 9, lastLogTerm: 1 }),
      { votedFor: 1 },
      [],
      "the nearest is HandleRequestVoteRequest, refused because the candidate's log ends at index 9 of term 1, before index 3 of term 2 (section 5.4.1)",
    ],
    [
      'a leader without a majority',
      candidate,
      taking({ kind: 'RequestVoteResponse', term: 3, source: 1, dest: 0, voteGranted: false }),
      { role: 'leader', nextIndex: [4, 4, 4] },
      [],
      'the nearest is BecomeLeader, refused because votesGranted = {0} in term 3 is no majority of 3 (section 5.2)',
    ],
    [
      'a follower commits by itself',
      follower,
      { kind: 'timer' },
      { commitIndex: 2 },
      [],
      'the nearest is AdvanceCommitIndex, refused because the server is a follower (section 5.3)',
    ],
    [
      'success for entries that do not fit',
      follower,
      taking({ ...appendRequest, prevLogTerm: 3 }),
      {},
      [{ kind: 'AppendEntriesResponse', term: 3, source: 0, dest: 1, success: true, matchIndex: 3 }],
      'the nearest is HandleAppendEntriesRequest, refused because log[3].term = 2 is not prevLogTerm 3 (section 5.3)',
    ],
    [
      'entries that the leader does not hold',
      leader,
      { kind: 'timer' },
      {},
      [{ ...appendRequest, source: 0, dest: 1, prevLogIndex: 2, prevLogTerm: 1, entries: entries(2) }],
      'the nearest is AppendEntries, but to 1, prevLogIndex is 2, and nextIndex is 4 (section 5.3)',
    ],
    [
      'a snapshot of what is not committed',
      follower,
      { kind: 'other' },
      { log: new PlainLog(entries(1, 1, 2), 2) },
      [],
      'the nearest is Compact, refused because index 2 is above commitIndex 1 (section 7)',
    ],
    [
      'nothing happened, and the vote is gone',
      { ...follower, votedFor: 2 },
      { kind: 'timer' },
      { votedFor: null },
      [],
      'nothing is to be done, but votedFor is null and not 2 (Figure 2)',
    ],
    [
      'the vote did not survive',
      { ...follower, votedFor: 2 },
      { kind: 'restart' },
      { votedFor: null, commitIndex: 0 },
      [],
      'the nearest is Restart, but votedFor is null and not 2 behind it (Figure 2)',
    ],
    [
      'a message of a term that the server does not take over',
      follower,
      taking({ ...appendRequest, term: 4 }),
      { log: logOf(1, 1) },
      [],
      "the nearest is HandleAppendEntriesRequest, refused because the message's term 4 is above currentTerm 3 (section 5.1)",
    ],
  ])('%s', (_, before, event, change, sent, words) => {
    expect(said(before, event, change, sent)).toBe(`no action of Figure 2 leads from here to there; ${words}`);
  });

  test('a prompt leader that does not commit (section 5.4.2)', () => {
    const before = { ...leader, log: logOf(1, 1, 2, 3), nextIndex: [5, 5, 5] };
    expect(said(before, matched(4), { matchIndex: [0, 4, 0] }, [], { isPrompt: true })).toBe(
      'AdvanceCommitIndex is due: index 4 is on 2 of 3 servers and commitIndex is 1 (section 5.4.2)',
    );
    expect(said(before, matched(4), { matchIndex: [0, 4, 0] })).toBeNull();
  });
});

describe('freedoms', () => {
  const isNoOp = (command: unknown): boolean => command === 'no-op';
  const elected = (...commands: readonly string[]): Partial<SpecServer> => ({
    role: 'leader',
    votesGranted: [0, 1],
    nextIndex: [4, 4, 4],
    matchIndex: [0, 0, 0],
    log: new PlainLog([...entries(1, 1, 2), ...commands.map((command) => ({ term: 3, command }))]),
  });

  test('a new leader appends one no-op (section 8), and nothing else', () => {
    expect(said(candidate, granted, elected('no-op'), [], { isNoOp })).toBeNull();
    expect(said(candidate, granted, elected('no-op', 'no-op'), [], { isNoOp })).toContain(
      'nobody asked for what the leader put at index 5',
    );
    expect(said(candidate, granted, elected('put'), [], { isNoOp })).toContain(
      'nobody asked for what the leader put at index 4',
    );
  });

  test('a new leader may count its no-op as the last entry', () => {
    expect(said(candidate, granted, { ...elected('no-op'), nextIndex: [5, 5, 5] }, [], { isNoOp })).toBeNull();
    expect(said(candidate, granted, { ...elected('no-op'), nextIndex: [5, 6, 5] }, [], { isNoOp })).toContain(
      'nextIndex[1] is 6 and not 4 or 5',
    );
  });

  test('commands are taken in one step, each once and in their order, or not', () => {
    const asked: SpecEvent = { kind: 'request', commands: ['x', 'y', 'z'] };
    const with3 = (...commands: readonly string[]): Partial<SpecServer> => ({
      log: new PlainLog([...entries(1, 1, 2), ...commands.map((command) => ({ term: 3, command }))]),
    });
    for (const taken of [[], ['x'], ['y'], ['x', 'z'], ['x', 'y', 'z']])
      expect(said(leader, asked, with3(...taken))).toBeNull();
    for (const taken of [['y', 'x'], ['x', 'x'], ['w']])
      expect(said(leader, asked, with3(...taken))).toContain('nobody asked');
    expect(said(follower, asked, with3('x'))).toContain(
      'the nearest is ClientRequest, refused because the server is a follower',
    );
  });

  test('several entries a message, and nextIndex ahead of the answer (pipelining)', () => {
    const before = { ...leader, nextIndex: [1, 1, 1] };
    const batch = (from: number, to: number): SpecMessage => ({
      ...appendRequest,
      source: 0,
      dest: 1,
      prevLogIndex: from - 1,
      prevLogTerm: before.log.termAt(from - 1),
      entries: entries(1, 1, 2).slice(from - 1, to),
    });
    expect(said(before, { kind: 'timer' }, {}, [batch(1, 3)])).toBeNull();
    expect(said(before, { kind: 'timer' }, { nextIndex: [1, 4, 1] }, [batch(1, 2), batch(3, 3)])).toBeNull();
    expect(said(before, { kind: 'timer' }, { nextIndex: [1, 4, 1] }, [batch(1, 2)])).toContain(
      'nextIndex[1] is 4 and not 1 or 3',
    );
    expect(said(before, { kind: 'timer' }, {}, [batch(2, 3)])).toContain('prevLogIndex is 1, and nextIndex is 1');
  });

  test('a refusal moves nextIndex down by one, or by a hint to no less than matchIndex + 1 (section 5.3)', () => {
    const before = { ...leader, matchIndex: [0, 1, 0] };
    for (const next of [4, 3, 2]) expect(said(before, refused, { nextIndex: [4, next, 4] })).toBeNull();
    for (const next of [1, 5])
      expect(said(before, refused, { nextIndex: [4, next, 4] })).toContain(`nextIndex[1] is ${next}`);
  });

  test('a snapshot that was taken counts like entries that were; nextIndex may be further already', () => {
    const before: SpecServer = { ...leader, log: new PlainLog(entries(1, 1, 2), 1) };
    const answer = (matchIndex: number): SpecEvent =>
      taking({ kind: 'InstallSnapshotResponse', term: 3, source: 1, dest: 0, matchIndex });
    for (const next of [2, 4]) {
      expect(said(before, answer(1), { matchIndex: [0, 1, 0], nextIndex: [4, next, 4] })).toBeNull();
    }
    expect(said(before, answer(1), { matchIndex: [0, 1, 0], nextIndex: [4, 3, 4] })).toContain('nextIndex[1] is 3');
    expect(said(before, answer(0), { matchIndex: [0, 1, 0] })).toContain('matchIndex[1] is 1 and not 0');
  });

  test('any message may be lost, also behind UpdateTerm; what was answered was not', () => {
    const newer = taking({ ...appendRequest, term: 5 });
    expect(said(leader, newer, {})).toBeNull();
    expect(said(leader, newer, { role: 'follower', currentTerm: 5, votedFor: null })).toBeNull();
    expect(said(leader, newer, { role: 'follower', currentTerm: 5 })).toContain('votedFor is 0 and not null');
    const answer: SpecMessage = {
      kind: 'AppendEntriesResponse',
      term: 3,
      source: 0,
      dest: 1,
      success: true,
      matchIndex: 3,
    };
    expect(said(leader, newer, {}, [answer])).not.toBeNull();
  });

  test('entries of which a part is held already: only what conflicts is cut (section 5.3)', () => {
    const message = taking({ ...appendRequest, prevLogIndex: 1, prevLogTerm: 1, entries: entries(0, 1).slice(1) });
    expect(said(follower, message, {})).toBeNull();
    expect(said(follower, message, { log: logOf(1, 1) })).toContain('the log ends at index 2, not 3');
  });

  test('a leader that hears no majority may give up (dissertation 6.2), a follower has nothing to give up', () => {
    expect(said(leader, { kind: 'timer' }, { role: 'follower' })).toBeNull();
    expect(said(candidate, { kind: 'timer' }, { role: 'follower' })).toContain(
      'the role is follower and not candidate',
    );
  });
});

describe('a step costs what it changed', () => {
  /** Counts how often it is read. */
  class WatchedLog implements SpecLog {
    static reads = 0;
    readonly baseIndex = 0;
    readonly baseTerm = 0;
    readonly lastIndex: number;
    constructor(lastIndex: number) {
      this.lastIndex = lastIndex;
    }
    termAt(index: number): number {
      WatchedLog.reads += 1;
      return index === 0 ? 0 : 1;
    }
    commandAt(index: number): unknown {
      WatchedLog.reads += 1;
      return index;
    }
    sharesWith(other: SpecLog): boolean {
      return other instanceof WatchedLog;
    }
  }

  test.each([1_000, 1_000_000])('two entries behind a log of %i: a handful of reads', (length) => {
    WatchedLog.reads = 0;
    const before = { ...follower, log: new WatchedLog(length), commitIndex: 1 };
    const message = {
      ...appendRequest,
      prevLogIndex: length,
      prevLogTerm: 1,
      entries: [length + 1, length + 2].map((command) => ({ term: 1, command })),
    };
    expect(said(before, taking(message), { log: new WatchedLog(length + 2) })).toBeNull();
    expect(WatchedLog.reads).toBe(5);
  });
});
