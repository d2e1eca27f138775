/** Word of a leader in the specification (dissertation 4.2.3 and 6.2), by hand. */
import { describe, expect, test } from 'vitest';
import { PlainLog } from '../../../checkers/spec/log.ts';
import type { AnySpecMessage } from '../../../checkers/spec/option-message.ts';
import type { SpecServer } from '../../../checkers/spec/server.ts';
import type { SpecEvent } from '../../../checkers/spec/event.ts';
import { StepJudge, type SpecStep } from '../../../checkers/spec/step.ts';

const server = (more: Partial<SpecServer> = {}): SpecServer => ({
  id: 0, role: 'follower', currentTerm: 4, votedFor: 1, log: new PlainLog(), commitIndex: 0, votesGranted: [],
  nextIndex: [1, 1, 1], matchIndex: [0, 0, 0], preVotes: null, hearsLeader: true, ...more,
});
const silent = (more: Partial<SpecServer> = {}): SpecServer => server({ hearsLeader: false, ...more });

const judge = new StepJudge({ servers: 3, checkQuorum: true });
type Given = Pick<SpecStep, 'before' | 'event' | 'after'> & Partial<SpecStep>;
const judged = (step: Given, by = judge): string | null => by.judge({ sent: [], ...step })?.detail ?? null;
const heard = (message: AnySpecMessage): SpecEvent => ({ kind: 'message', message });
const timer: SpecEvent = { kind: 'timer' };

describe('a request for votes', () => {
  const vote = (term: number): SpecEvent =>
    heard({ kind: 'RequestVoteRequest', term, source: 2, dest: 0, lastLogIndex: 0, lastLogTerm: 0 });
  const granted: AnySpecMessage = { kind: 'RequestVoteResponse', term: 5, source: 0, dest: 2, voteGranted: true };
  const voted = silent({ currentTerm: 5, votedFor: 2 });

  test.each([
    ['who hears a leader', server(), 'the server has heard the leader of term 4 within the least election timeout'],
    ['who leads', silent({ role: 'leader' }), 'the server leads term 4'],
  ])('is not looked at by %s: no term, no vote, no answer', (_, before, because) => {
    const refused = `the nearest is HandleRequestVoteRequest, refused because ${because} (dissertation 4.2.3)`;
    expect(judged({ before, event: vote(5), after: before })).toBeNull();
    expect(judged({ before, event: vote(5), after: voted, sent: [granted] })).toContain(refused);
    expect(judged({ before, event: vote(5), after: silent({ currentTerm: 5, votedFor: null }) })).toContain(refused);
    const no: AnySpecMessage = { ...granted, term: 4, voteGranted: false };
    expect(judged({ before, event: vote(4), after: before, sent: [no] })).toContain(refused);
  });

  test('is, without CheckQuorum, and by who hears nobody', () => {
    expect(judged({ before: server(), event: vote(5), after: voted, sent: [granted] }, new StepJudge({ servers: 3 })))
      .toBeNull();
    expect(judged({ before: silent(), event: vote(5), after: voted, sent: [granted] })).toBeNull();
    const candidate = server({ role: 'candidate', votesGranted: [0] });
    expect(judged({ before: candidate, event: vote(5), after: voted, sent: [granted] })).toBeNull();
  });
});

describe('a leader is heard', () => {
  const beat = (term: number): SpecEvent =>
    heard({
      kind: 'AppendEntriesRequest', term, source: 1, dest: 0, prevLogIndex: 0, prevLogTerm: 0, entries: [],
      leaderCommit: 0,
    });
  const yes = (term: number): AnySpecMessage => ({
    kind: 'AppendEntriesResponse', term, source: 0, dest: 1, success: true, matchIndex: 0,
  });
  const no: AnySpecMessage = { ...yes(4), success: false } as AnySpecMessage;

  test('with its word', () => {
    expect(judged({ before: silent(), event: beat(4), after: server(), sent: [yes(4)] })).toBeNull();
    expect(judged({ before: silent(), event: beat(4), after: silent(), sent: [yes(4)] })).toBe(
      'no action of Figure 2 leads from here to there; the nearest is HandleAppendEntriesRequest, refused because the leader of term 4 was heard, and is not (dissertation 4.2.3)',
    );
    const snapshot: AnySpecMessage = {
      kind: 'InstallSnapshotRequest', term: 4, source: 1, dest: 0, lastIncludedIndex: 0, lastIncludedTerm: 0,
    };
    const answer: AnySpecMessage = { kind: 'InstallSnapshotResponse', term: 4, source: 0, dest: 1, matchIndex: 0 };
    expect(judged({ before: silent(), event: heard(snapshot), after: server(), sent: [answer] })).toBeNull();
  });

  test('also of a later term', () => {
    const later = { currentTerm: 5, votedFor: null };
    expect(judged({ before: silent(), event: beat(5), after: server(later), sent: [yes(5)] })).toBeNull();
    expect(judged({ before: silent(), event: beat(5), after: silent(later), sent: [yes(5)] })).not.toBeNull();
  });

  test('not by word of an earlier one', () => {
    expect(judged({ before: silent(), event: beat(3), after: silent(), sent: [no] })).toBeNull();
    expect(judged({ before: silent(), event: beat(3), after: server(), sent: [no] })).toContain(
      'a leader is heard that said nothing',
    );
  });

  test('not when it said nothing', () => {
    for (const event of [timer, { kind: 'other' }, { kind: 'restart' }] as const)
      expect(judged({ before: silent(), event, after: server() }), event.kind).toContain(
        'a leader is heard that said nothing (dissertation 4.2.3)',
      );
    const vote = heard({ kind: 'RequestVoteRequest', term: 4, source: 1, dest: 0, lastLogIndex: 0, lastLogTerm: 0 });
    const granted: AnySpecMessage = { kind: 'RequestVoteResponse', term: 4, source: 0, dest: 1, voteGranted: true };
    expect(judged({ before: silent(), event: vote, after: server(), sent: [granted] })).not.toBeNull();
  });

  test('until a timer, a start or another term', () => {
    expect(judged({ before: server(), event: timer, after: silent() })).toBeNull();
    expect(judged({ before: server(), event: { kind: 'restart' }, after: silent() })).toBeNull();
    const refusal = heard({ kind: 'RequestVoteResponse', term: 5, source: 1, dest: 0, voteGranted: false });
    expect(judged({ before: server(), event: refusal, after: silent({ currentTerm: 5, votedFor: null }) })).toBeNull();
    expect(judged({ before: server(), event: { kind: 'other' }, after: silent() })).toBe(
      'no action of Figure 2 leads from here to there; the nearest is Contact, refused because a leader is heard no more, and no timer said so (dissertation 4.2.3)',
    );
  });

  test('of who does not say whether it hears one, nothing is asked', () => {
    const { hearsLeader, ...plain } = server();
    expect(judged({ before: plain, event: beat(4), after: plain, sent: [yes(4)] })).toBeNull();
    expect(hearsLeader).toBe(true);
  });
});
