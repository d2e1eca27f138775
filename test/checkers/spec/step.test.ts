/**
 * The judge of steps against the specification's own steps: each is accepted; and each, changed in one field of what
 * the server became or of what it sent, is refused, except where docs/specification.md grants a freedom.
 */
import { describe, expect, test } from 'vitest';
import { PlainLog } from '../../../checkers/spec/log.ts';
import type { SpecMessage } from '../../../checkers/spec/message.ts';
import type { AnySpecMessage } from '../../../checkers/spec/option-message.ts';
import type { Role, SpecServer } from '../../../checkers/spec/server.ts';
import { StepJudge, type SpecStep } from '../../../checkers/spec/step.ts';
import { walkedSteps, wide, type WalkedStep } from './walks.ts';

describe("the specification's own steps are accepted", () => {
  test.each([
    ['a delivery takes over the term, elects and commits in one step', wide, 8],
    ['one action a step', { ...wide, isJoined: false }, 11],
    ['five servers', { ...wide, servers: 5 }, 8],
  ])('%s', (_, bounds, kinds) => {
    const judge = new StepJudge({ servers: bounds.servers, isPrompt: bounds.isJoined });
    const refused = new Set<string>();
    const seen = new Set<string>();
    for (const step of walkedSteps(bounds, 20, 200)) {
      seen.add(step.action.name);
      const refusal = judge.judge(step);
      if (refusal !== null) refused.add(`${step.action.name}: ${refusal.detail}`);
    }
    expect([...refused]).toEqual([]);
    expect(seen.size).toBe(kinds);
  });
});

type Mutant = readonly [what: string, step: SpecStep];

const roles: readonly Role[] = ['follower', 'candidate', 'leader'];

/** Every single change of the state behind the step. */
function* changedStates(step: WalkedStep): Generator<Mutant> {
  const { after } = step;
  const { log } = after;
  const state = (what: string, change: Partial<typeof after>): Mutant => [
    what,
    { ...step, after: { ...after, ...change } },
  ];
  for (const by of [-1, 1]) {
    yield state(`currentTerm ${by}`, { currentTerm: after.currentTerm + by });
    if (after.commitIndex + by >= 0) yield state(`commitIndex ${by}`, { commitIndex: after.commitIndex + by });
    if (log.baseIndex + by >= 0 && log.baseIndex + by <= log.lastIndex)
      yield state(`base ${by}`, { log: new PlainLog(log.all, log.baseIndex + by) });
  }
  for (const vote of [null, 0, 1, 2]) if (vote !== after.votedFor) yield state('votedFor', { votedFor: vote });
  for (const role of roles) if (role !== after.role) yield state(`role ${role}`, { role });
  yield state('log longer', {
    log: new PlainLog([...log.all, { term: after.currentTerm, command: 'nobody asked' }], log.baseIndex),
  });
  if (log.lastIndex > log.baseIndex) {
    const last = log.all.at(-1)!;
    yield state('log shorter', { log: new PlainLog(log.all.slice(0, -1), log.baseIndex) });
    yield state('last term', {
      log: new PlainLog([...log.all.slice(0, -1), { ...last, term: last.term + 1 }], log.baseIndex),
    });
    yield state('first command', {
      log: new PlainLog(
        log.all.map((entry, at) => (at === log.baseIndex ? { ...entry, command: 'another' } : entry)),
        log.baseIndex,
      ),
    });
  }
  if (after.role === 'candidate') {
    for (const id of [0, 1, 2]) {
      const has = after.votesGranted.includes(id);
      yield state('votesGranted', {
        votesGranted: has ? after.votesGranted.filter((one) => one !== id) : [...after.votesGranted, id],
      });
    }
  }
  if (after.role !== 'leader') return;
  for (const peer of [0, 1, 2].filter((id) => id !== after.id)) {
    for (const by of [-1, 1]) {
      yield state(`matchIndex ${by}`, { matchIndex: after.matchIndex.with(peer, after.matchIndex[peer]! + by) });
      yield state(`nextIndex ${by}`, { nextIndex: after.nextIndex.with(peer, after.nextIndex[peer]! + by) });
    }
  }
}

/** Every single change of a field of what was sent; an answer twice, and messages that nothing sends. */
function* changedMessages(step: WalkedStep): Generator<Mutant> {
  const { sent, after } = step;
  for (const [at, message] of sent.entries()) {
    const other = (what: string, changed: AnySpecMessage): Mutant => [
      `${message.kind} ${what}`,
      { ...step, sent: sent.with(at, changed) },
    ];
    for (const [field, value] of Object.entries(message) as [string, unknown][]) {
      if (typeof value === 'boolean') yield other(field, { ...message, [field]: !value });
      if (typeof value === 'number')
        for (const by of [-1, 1]) yield other(`${field} ${by}`, { ...message, [field]: value + by });
    }
    if (message.kind === 'AppendEntriesRequest') {
      const { entries } = message;
      yield other('entries longer', {
        ...message,
        entries: [...entries, { term: message.term, command: 'nobody asked' }],
      });
      if (entries.length > 0) {
        yield other('entries shorter', { ...message, entries: entries.slice(0, -1) });
        yield other('entries term', {
          ...message,
          entries: entries.map(({ term, command }) => ({ term: term + 1, command })),
        });
        yield other('entries command', {
          ...message,
          entries: entries.map(({ term }) => ({ term, command: 'another' })),
        });
      }
    }
    if (message.kind.endsWith('Response')) yield [`${message.kind} twice`, { ...step, sent: [...sent, message] }];
  }
  const dest = (after.id + 1) % 3;
  if (!sent.some(({ kind }) => kind === 'RequestVoteResponse')) {
    yield [
      'a vote from nowhere',
      {
        ...step,
        sent: [
          ...sent,
          { kind: 'RequestVoteResponse', term: after.currentTerm, source: after.id, dest, voteGranted: true },
        ],
      },
    ];
  }
  if (after.role !== 'leader') {
    const heartbeat: SpecMessage = {
      kind: 'AppendEntriesRequest',
      term: after.currentTerm,
      source: after.id,
      dest,
      prevLogIndex: 0,
      prevLogTerm: 0,
      entries: [],
      leaderCommit: 0,
    };
    yield ['a heartbeat of a follower', { ...step, sent: [...sent, heartbeat] }];
  }
}

const compacts = 'a server compacts what is committed whenever it likes';
const lost = 'a message may be lost, also behind UpdateTerm';
const sentToAnother =
  'what is sent twice to one peer, or to another one that needs the same, is what could be sent anyhow';

describe('what is changed in one field is refused', () => {
  /**
   * By action and change, how many of the changed steps were accepted. Whatever else was changed was refused each
   * time.
   */
  const freedoms: Readonly<Record<string, readonly [accepted: number, why: string]>> = {
    'AppendEntries: AppendEntriesRequest dest -1': [59, sentToAnother],
    'AppendEntries: AppendEntriesRequest dest 1': [58, sentToAnother],
    'AppendEntries: AppendEntriesRequest entries shorter': [137, 'a leader chooses how many entries it sends'],
    'AppendEntries: AppendEntriesRequest leaderCommit -1': [
      78,
      'commitIndex up to matchIndex, or up to the last entry sent',
    ],
    'AppendEntries: base 1': [165, compacts],
    'AppendEntries: nextIndex 1': [137, 'a leader may count on what it sends to arrive (pipelining)'],
    'ClientRequest: base 1': [31, compacts],
    'ClientRequest: log shorter': [76, 'a leader need not take a command'],
    'Compact: base -1': [71, 'nor compact'],
    'Compact: base 1': [18, compacts],
    'InstallSnapshot: InstallSnapshotRequest dest -1': [5, sentToAnother],
    'InstallSnapshot: InstallSnapshotRequest dest 1': [5, sentToAnother],
    'InstallSnapshot: base 1': [4, compacts],
    'InstallSnapshot: nextIndex 1': [31, 'a leader may count on what it sends to arrive (pipelining)'],
    'Receive: AppendEntriesResponse matchIndex -1': [280, 'a refusal may carry a hint, which is not looked at'],
    'Receive: AppendEntriesResponse matchIndex 1': [282, 'a refusal may carry a hint, which is not looked at'],
    'Receive: AppendEntriesResponse success': [16, 'entries behind one that was compacted may be refused'],
    'Receive: AppendEntriesResponse term -1': [1, 'an answer in the term from before UpdateTerm is dropped'],
    'Receive: InstallSnapshotResponse matchIndex 1': [
      19,
      'whoever has committed as much may acknowledge it, also to an old leader',
    ],
    'Receive: RequestVoteResponse voteGranted': [11, 'a vote that was given already may be refused when asked again'],
    'Receive: base 1': [763, compacts],
    'Receive: currentTerm -1': [5, lost],
    'Receive: matchIndex -1': [7, lost],
    'Receive: nextIndex -1': [331, 'a leader goes back as far as a hint says, or to behind what is acknowledged'],
    'Receive: nextIndex 1': [489, lost],
    'Restart: commitIndex 1': [12, 'commitIndex may be on disk'],
    'StepDown: base 1': [14, compacts],
    'StepDown: role leader': [32, 'a leader that hears nobody need not give up'],
    'Timeout: RequestVoteRequest dest -1': [62, sentToAnother],
    'Timeout: RequestVoteRequest dest 1': [62, sentToAnother],
    'Timeout: base 1': [17, compacts],
  };

  test('except where a freedom is granted', () => {
    const judge = new StepJudge({ servers: 3, isPrompt: true, isNoOp: () => false });
    let mutants = 0;
    const accepted = new Map<string, number>();
    for (const step of walkedSteps(wide, 20, 200)) {
      for (const [what, mutant] of [...changedStates(step), ...changedMessages(step)]) {
        mutants += 1;
        if (judge.judge(mutant) !== null) continue;
        const key = `${step.action.name}: ${what}`;
        accepted.set(key, (accepted.get(key) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(accepted)).toEqual(
      Object.fromEntries(Object.entries(freedoms).map(([key, [count]]) => [key, count])),
    );
    expect(mutants).toBe(90346);
  });
});

test('a step that a crash cut may count on what was not sent any more, in nextIndex and nowhere else (10.2.1)', () => {
  const judge = new StepJudge({ servers: 3, isPrompt: true });
  const entry = { term: 2, command: 'x' };
  const before = {
    id: 0, role: 'leader', currentTerm: 2, votedFor: 0, log: new PlainLog([{ term: 2, command: null }]), commitIndex: 0,
    votesGranted: [], nextIndex: [1, 2, 2], matchIndex: [0, 0, 0],
  } as const;
  const after = { ...before, log: new PlainLog([{ term: 2, command: null }, entry]), nextIndex: [1, 3, 2] };
  const step: SpecStep = { before, event: { kind: 'request', commands: ['x'] }, after, sent: [] };
  expect(judge.judge({ ...step, isCut: true })).toBe(null);
  expect(judge.judge(step)?.detail).toContain('nextIndex[1] is 3 and not 2');
  expect(judge.judge({ ...step, after: { ...after, matchIndex: [0, 1, 0] }, isCut: true })?.detail).toContain(
    'matchIndex[1] is 1 and not 0',
  );
});

describe('what changes nothing is granted, and nothing beside it', () => {
  const judge = new StepJudge({ servers: 3, isPrompt: true });
  const log = new PlainLog([{ term: 1, command: 'x' }]);
  const follower: SpecServer = {
    id: 0, role: 'follower', currentTerm: 2, votedFor: null, log, commitIndex: 0, votesGranted: [], nextIndex: [],
    matchIndex: [],
  };
  const says = (
    before: SpecServer, message: SpecMessage, change: Partial<SpecServer>, sent: readonly SpecMessage[],
  ): string =>
    judge.judge({ before, event: { kind: 'message', message }, after: { ...before, ...change }, sent })?.detail ??
    'granted';

  const asks = { kind: 'RequestVoteRequest', term: 2, source: 1, dest: 0, lastLogIndex: 1, lastLogTerm: 1 } as const;
  const no = { kind: 'RequestVoteResponse', term: 2, source: 0, dest: 1, voteGranted: false } as const;
  test.each([
    ['of who was given the vote already', 1, 'granted'],
    ['of whom nobody was given the vote', null, 'votedFor is null and not 1'],
  ] as const)('a request for a vote is refused %s', (_, votedFor, verdict) => {
    expect(says({ ...follower, votedFor }, asks, {}, [no])).toContain(verdict);
  });

  const appends = {
    kind: 'AppendEntriesRequest', term: 3, source: 1, dest: 0, prevLogIndex: 1, prevLogTerm: 1, entries: [],
    leaderCommit: 0,
  } as const;
  const taken = { kind: 'AppendEntriesResponse', source: 0, dest: 1, success: true, matchIndex: 1 } as const;
  test.each([
    [1, 'its term is 1, and currentTerm is 3'], [2, 'granted'], [3, 'granted'],
    [4, 'its term is 4, and currentTerm is 3'],
  ])('entries of term 3 are answered in term %i by a server of term 2', (term, verdict) => {
    expect(says(follower, appends, { currentTerm: 3 }, [{ ...taken, term }])).toContain(verdict);
  });

  const installs = {
    kind: 'InstallSnapshotRequest', term: 1, source: 1, dest: 0, lastIncludedIndex: 4, lastIncludedTerm: 1,
  } as const;
  const answer = { kind: 'InstallSnapshotResponse', term: 2, source: 0, dest: 1 } as const;
  const installed = {
    role: 'follower',
    log: new PlainLog(
      Array.from({ length: 4 }, () => ({ term: 1, command: 'x' })), 4,
    ),
    commitIndex: 4,
  } as const;
  const leads = { role: 'leader', nextIndex: [2, 2, 2], matchIndex: [0, 0, 0], votedFor: 0 } as const;
  test.each([
    ['installed by a follower', {}, installed, 4, 'granted'],
    [
      'installed by a candidate, which follows', { role: 'candidate', votedFor: 0, votesGranted: [0] }, installed, 4,
      'granted',
    ],
    ['refused', {}, {}, 0, 'granted'],
    ['acknowledged and not installed', {}, {}, 4, "the request's term 1 is not currentTerm 2"],
    ['installed by a leader', leads, installed, 4, 'nobody asked for what the leader put at index 2'],
    ['told to be committed only', {}, { commitIndex: 1 }, 4, "the request's term 1 is not currentTerm 2"],
  ] as const)('a snapshot of an earlier term is %s', (_, before, change, matchIndex, verdict) => {
    expect(says({ ...follower, ...before }, installs, change, [{ ...answer, matchIndex }])).toContain(verdict);
  });
});
