/**
 * Where a server goes on while its writes are on their way (dissertation 10.2.1): by hand, each rule of
 * checkers/spec/pipelining.ts and the mended twin of the step that it refuses.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PlainLog } from '../../../checkers/spec/log.ts';
import type { SpecMessage } from '../../../checkers/spec/message.ts';
import { countsItsDisk, knowsItsDisk, pipelinedRules } from '../../../checkers/spec/pipelining.ts';
import { allRules } from '../../../checkers/spec/receive.ts';
import type { SpecServer } from '../../../checkers/spec/server.ts';
import type { SpecEvent } from '../../../checkers/spec/event.ts';
import { StepJudge, type SpecStep } from '../../../checkers/spec/step.ts';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { RaftSpec, type Bounds } from '../../../scenarios/protocols/raft-spec-model.ts';
import { walkedSteps, wide } from './walks.ts';

const [a, b, c] = ['a', 'b', 'c'].map((command) => ({ term: 2, command }));
const entries = [a!, b!, c!];
/** Three entries of its term, of which two others hold the first. */
const leader = (more: Partial<SpecServer> = {}): SpecServer => ({
  id: 0, role: 'leader', currentTerm: 2, votedFor: 0, log: new PlainLog(entries), commitIndex: 1, votesGranted: [],
  nextIndex: [1, 4, 4], matchIndex: [1, 1, 1], ...more,
});
const follower = (more: Partial<SpecServer> = {}): SpecServer => ({
  ...leader(), id: 1, role: 'follower', votedFor: null, log: new PlainLog(), commitIndex: 0, ...more,
});
const holding = (count: number, of: SpecServer = leader()): SpecServer => ({
  ...of, log: new PlainLog(entries.slice(0, count)),
});
const timer: SpecEvent = { kind: 'timer' };
const heard = (message: SpecMessage): SpecEvent => ({ kind: 'message', message });
const holds = (source: number, matchIndex: number): SpecMessage => ({
  kind: 'AppendEntriesResponse', term: 2, source, dest: 0, success: true, matchIndex,
});

const judge = new StepJudge({ servers: 3, isPrompt: true, persistence: 'pipelined' });
type Given = Partial<SpecStep> & Pick<SpecStep, 'before' | 'event' | 'after'>;
const judged = (step: Given, disk?: SpecServer, left = 0): string | null =>
  judge.judge({ sent: [], ...step, ...(disk === undefined ? {} : { ahead: { disk, sent: left } }) })?.detail ?? null;

interface Finding {
  /** Beside two servers, an election, a restart and a value. */
  readonly more: Partial<Bounds>;
  /** What is broken without the rule, by the shortest path; nothing where nothing leans on it. */
  readonly property: string;
  readonly actions: number;
  /** The action that the judge names. */
  readonly seenAs: string | null;
}

const findings: Readonly<Record<string, Finding>> = {
  [countsItsDisk.name]: {
    more: {}, property: 'Committed Entries Are On A Majority', actions: 12, seenAs: 'AdvanceCommitIndex',
  },
  [knowsItsDisk.name]: { more: {}, property: '', actions: 0, seenAs: null },
  'SendAhead: the term is on the disk': {
    more: { values: 2 }, property: 'Log Matching', actions: 11, seenAs: 'SendAhead',
  },
  'SendAhead: the vote is on the disk': {
    more: { servers: 3, values: 0, isJoined: false }, property: 'Votes Are True', actions: 7, seenAs: 'SendAhead',
  },
  'SendAhead: what is acknowledged is on the disk': {
    more: {}, property: 'Match Index Is True', actions: 10, seenAs: 'SendAhead',
  },
};

const rowOf = ({ property, actions }: Finding): string =>
  property === ''
    ? 'safe: only what is due leans on it, and the model has nothing that is due'
    : `${property}: a path of ${actions} actions`;

describe('a leader counts itself for what its disk holds', () => {
  /** n1 says that it holds entry 2: with the leader that is a majority. */
  const told: Given = {
    before: leader(), event: heard(holds(1, 2)), after: leader({ matchIndex: [1, 2, 1], commitIndex: 2 }),
  };

  test('not for an entry that is on its way there', () => {
    expect(judged(told, holding(1))).toBe(
      'no action of Figure 2 leads from here to there; the nearest is AdvanceCommitIndex, refused because index 2 is on 2 of 3 servers with the leader, whose disk ends at index 1 (dissertation 10.2.1)',
    );
    expect(judged(told, holding(2))).toBeNull();
  });

  test('and not for another one that its disk has there', () => {
    const other = { ...leader(), log: new PlainLog([a!, { term: 1, command: 'x' }]) };
    expect(judged(told, other)).toContain('AdvanceCommitIndex, refused because index 2 is on 2 of 3');
  });

  test('others alone commit what its disk does not hold', () => {
    const before = leader({ matchIndex: [1, 2, 1] });
    const after = leader({ matchIndex: [1, 2, 2], commitIndex: 2 });
    expect(judged({ before, event: heard(holds(2, 2)), after }, holding(1))).toBeNull();
  });

  test('what is behind a snapshot, here or there, is on every disk', () => {
    const compacted = { ...told, after: { ...told.after, log: new PlainLog(entries, 2) } };
    expect(judged(compacted, { ...holding(2), log: new PlainLog([a!, b!], 2) })).toBeNull();
  });
});

describe('a leader that hears of its disk', () => {
  const before = leader({ matchIndex: [1, 2, 1] });
  const hears = (own: number, commitIndex: number): Given => ({
    before, event: timer, after: leader({ matchIndex: [own, 2, 1], commitIndex }),
  });

  test('counts itself from then on, and at once', () => {
    expect(judged(hears(2, 2), holding(2))).toBeNull();
    expect(judged(hears(2, 1), holding(2))).toBe(
      'AdvanceCommitIndex is due: index 2 is on 2 of 3 servers and commitIndex is 1 (section 5.4.2)',
    );
    expect(judged(hears(1, 1), holding(2))).toBeNull();
  });

  test('hears of no more than its disk holds', () => {
    expect(judged(hears(3, 2), holding(2))).toBe(
      'no action of Figure 2 leads from here to there; the nearest is Persisted, refused because its own matchIndex is 3, and its disk ends at index 2 (dissertation 10.2.1)',
    );
    // Nothing is on its way: the disk holds the log, and no more.
    expect(judged(hears(3, 2))).toBeNull();
    expect(judged({ ...hears(4, 2) })).toContain('its own matchIndex is 4, and its disk ends at index 3');
  });

  test('of a follower that is nobody\'s business', () =>
    expect(
      judged({ before: follower(), event: timer, after: follower({ matchIndex: [9, 9, 9] }) }, follower()),
    ).toBeNull());

  test('where writes are not pipelined, its own matchIndex is not read', () => {
    const plain = new StepJudge({ servers: 3, isPrompt: true });
    const after = leader({ matchIndex: [9, 1, 1] });
    expect(plain.judge({ before: leader(), event: timer, after, sent: [] })).toBeNull();
  });
});

describe('what leaves ahead of the disk', () => {
  const [before, after] = [leader(), leader({ nextIndex: [1, 4, 4] })];
  const request: SpecMessage = {
    kind: 'AppendEntriesRequest', term: 2, source: 0, dest: 1, prevLogIndex: 3, prevLogTerm: 2, entries: [],
    leaderCommit: 1,
  };
  const sends: Given = { before, event: timer, after, sent: [request] };

  test('a leader sends entries that its disk does not hold', () => {
    const grown = leader({ log: new PlainLog([...entries, { term: 2, command: 'd' }]), nextIndex: [1, 5, 4] });
    const appends: Given = {
      before, event: { kind: 'request', commands: ['d'] }, after: grown,
      sent: [{ ...request, entries: [{ term: 2, command: 'd' }] }],
    };
    expect(judged(appends, holding(1), 1)).toBeNull();
  });

  test('a term that is on its disk, or nobody hears of it', () => {
    const early = { ...leader(), currentTerm: 1, votedFor: null };
    expect(judged(sends, early, 1)).toBe(
      'no action of Figure 2 leads from here to there; the nearest is SendAhead, refused because AppendEntriesRequest to 1 leaves ahead of the disk: its term is 2, and the disk is in term 1 (Figure 2)',
    );
    // Behind its writes.
    expect(judged(sends, early, 0)).toBeNull();
    expect(judged(sends, leader(), 1)).toBeNull();
  });

  const vote: Given = {
    before: follower(),
    event: heard({ kind: 'RequestVoteRequest', term: 2, source: 2, dest: 1, lastLogIndex: 0, lastLogTerm: 0 }),
    after: follower({ votedFor: 2 }),
    sent: [{ kind: 'RequestVoteResponse', term: 2, source: 1, dest: 2, voteGranted: true }],
  };

  test('a vote that is on its disk', () => {
    expect(judged(vote, follower(), 1)).toContain(
      'SendAhead, refused because RequestVoteResponse to 2 leaves ahead of the disk: it grants a vote, and on the disk votedFor is null in term 2 (Figure 2)',
    );
    expect(judged(vote, follower({ votedFor: 2 }), 1)).toBeNull();
    expect(judged(vote, follower(), 0)).toBeNull();
  });

  test('a vote that is refused says nothing of the disk but its term', () => {
    const [voted, voters] = [follower({ votedFor: 0 }), follower({ votedFor: 0 })];
    const refused: SpecMessage = { kind: 'RequestVoteResponse', term: 2, source: 1, dest: 2, voteGranted: false };
    expect(judged({ ...vote, before: voted, after: voters, sent: [refused] }, follower(), 1)).toBeNull();
  });

  const taken: Given = {
    before: follower(),
    event: heard({ ...request, source: 0, prevLogIndex: 0, prevLogTerm: 0, entries: [a!, b!], leaderCommit: 0 }),
    after: follower({ log: new PlainLog([a!, b!]) }),
    sent: [{ ...holds(1, 2) }],
  };

  test('what it acknowledges is on its disk', () => {
    expect(judged(taken, holding(1, follower()), 1)).toContain(
      'SendAhead, refused because AppendEntriesResponse to 0 leaves ahead of the disk: it acknowledges index 2, and the disk ends at index 1 (Figure 2)',
    );
    expect(judged(taken, holding(2, follower()), 1)).toBeNull();
    expect(judged(taken, holding(1, follower()), 0)).toBeNull();
  });

  test('so is a snapshot', () => {
    const installs: Given = {
      before: follower(),
      event: heard({
        kind: 'InstallSnapshotRequest', term: 2, source: 0, dest: 1, lastIncludedIndex: 2, lastIncludedTerm: 2,
      }),
      after: follower({ log: new PlainLog([a!, b!], 2), commitIndex: 2 }),
      sent: [{ kind: 'InstallSnapshotResponse', term: 2, source: 1, dest: 0, matchIndex: 2 }],
    };
    expect(judged(installs, holding(1, follower()), 1)).toContain('it acknowledges index 2, and the disk ends at');
    expect(judged(installs, { ...follower(), log: new PlainLog([a!, b!], 2) }, 1)).toBeNull();
  });

  test('a refusal acknowledges nothing', () => {
    const far: SpecMessage = { ...request, source: 0, dest: 1 };
    const no: SpecMessage = { ...holds(1, 0), success: false } as SpecMessage;
    expect(judged({ before: follower(), event: heard(far), after: follower(), sent: [no] }, follower(), 1)).toBeNull();
  });
});

test('each of these rules has a name of its own', () => {
  const names = [...allRules, ...pipelinedRules].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe('the model in which servers go on while they write', () => {
  const small: Bounds = {
    ...wide, servers: 2, elections: 1, restarts: 1, values: 1, isEager: true, hasSnapshots: false, hasStepDown: false,
    isPipelined: true,
  };
  const shortest = async (more: Partial<Bounds>, without: string) => {
    const result = await breadthFirst(new RaftSpec({ ...small, ...more, without: [without] }), { clock: () => 0 });
    const broken = result.properties.filter(({ verdict }) => verdict === 'violated');
    return [result.end, broken.map(({ name }) => name).join(', '), broken[0]?.path?.actions.length ?? 0];
  };

  test.each(Object.entries(findings))('without the rule "%s"', async (name, { more, property, actions }) => {
    expect(await shortest(more, name)).toEqual([property === '' ? 'closed' : 'violation', property, actions]);
    expect(await shortest(more, '')).toEqual(['closed', '', 0]);
  });

  /** The first step of random walks of the model that the judge, which has all rules, refuses. */
  const refused = (without: string, isJoined: boolean): string | null => {
    const bounds = { ...wide, isPipelined: true, isJoined, without: [without] };
    const judge = new StepJudge({ servers: 3, isPrompt: isJoined, persistence: 'pipelined' });
    for (const step of walkedSteps(bounds, 20, 200)) {
      const refusal = judge.judge(step);
      if (refusal !== null) return refusal.action;
    }
    return null;
  };

  test('does what the judge of steps accepts', () =>
    expect([refused('', true), refused('', false)]).toEqual([null, null]));

  test.each(Object.entries(findings))('without the rule "%s" it does what the judge refuses', (name, { seenAs }) =>
    expect(refused(name, false)).toBe(seenAs),
  );
});

test('docs/specification.md has the table', () => {
  const lines = readFileSync(new URL('../../../docs/specification.md', import.meta.url), 'utf8').split('\n');
  expect(lines.filter((line) => /^\| (Figure 2|dissertation [\d.]+) \| /.test(line))).toEqual(
    pipelinedRules.map(({ name, section }) => `| ${section} | ${name} | ${rowOf(findings[name]!)} |`),
  );
});
