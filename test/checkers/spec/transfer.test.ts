/** Leadership transfer in the specification (dissertation 3.10), by hand. */
import { describe, expect, test } from 'vitest';
import type { SpecEvent } from '../../../checkers/spec/event.ts';
import { PlainLog } from '../../../checkers/spec/log.ts';
import type { AnySpecMessage } from '../../../checkers/spec/option-message.ts';
import type { SpecServer } from '../../../checkers/spec/server.ts';
import { StepJudge, type SpecStep } from '../../../checkers/spec/step.ts';

const [a, b] = [{ term: 4, command: 'a' }, { term: 4, command: 'b' }];
const log = new PlainLog([a]);
const leader = (transferTo: number | null, more: Partial<SpecServer> = {}): SpecServer => ({
  id: 0, role: 'leader', currentTerm: 4, votedFor: 0, log, commitIndex: 1, votesGranted: [], nextIndex: [1, 2, 2],
  matchIndex: [0, 1, 1], transferTo, ...more,
});
const follower = (more: Partial<SpecServer> = {}): SpecServer => ({
  id: 0, role: 'follower', currentTerm: 4, votedFor: null, log, commitIndex: 1, votesGranted: [], nextIndex: [],
  matchIndex: [], ...more,
});
const candidate = (more: Partial<SpecServer> = {}): SpecServer =>
  follower({ role: 'candidate', currentTerm: 5, votedFor: 0, votesGranted: [0], ...more });

const judge = new StepJudge({ servers: 3, isPrompt: true, preVote: true, checkQuorum: true, transfer: true });
type Given = Pick<SpecStep, 'before' | 'event' | 'after'> & Partial<SpecStep>;
const judged = (step: Given, by = judge): string | null => by.judge({ sent: [], ...step })?.detail ?? null;
const heard = (message: AnySpecMessage): SpecEvent => ({ kind: 'message', message });
const timer: SpecEvent = { kind: 'timer' };
const now = (source: number, dest: number, term = 4): AnySpecMessage => ({ kind: 'TimeoutNow', term, source, dest });

describe('a leader', () => {
  test('begins to hand over when it is asked to, to whom it is asked', () => {
    const event: SpecEvent = { kind: 'transfer', to: 1 };
    expect(judged({ before: leader(null), event, after: leader(1) })).toBeNull();
    expect(judged({ before: leader(null), event, after: leader(null) })).toBeNull();
    expect(judged({ before: leader(null), event, after: leader(2) })).toBe(
      'no action of Figure 2 leads from here to there; the nearest is Transfer, refused because the server hands over to 2 (dissertation 3.10)',
    );
    for (const to of [0, 3])
      expect(judged({ before: leader(null), event: { kind: 'transfer', to }, after: leader(to) }), `${to}`).toContain(
        `the server hands over to ${to}`,
      );
    expect(judged({ before: leader(null), event: timer, after: leader(1) })).toContain('the server hands over to 1');
    expect(judged({ before: follower(), event, after: follower() })).toBeNull();
  });

  test('takes no commands meanwhile', () => {
    const grown = { log: new PlainLog([a, b]) };
    const event: SpecEvent = { kind: 'request', commands: ['b'] };
    expect(judged({ before: leader(null), event, after: leader(null, grown) })).toBeNull();
    expect(judged({ before: leader(1), event, after: leader(1, grown) })).toBe(
      'no action of Figure 2 leads from here to there; the nearest is ClientRequest, refused because the server hands over to 1 (dissertation 3.10)',
    );
    expect(judged({ before: leader(1), event, after: leader(1) })).toBeNull();
  });

  test('goes on as before when a timer says so, and not before', () => {
    expect(judged({ before: leader(1), event: timer, after: leader(null) })).toBeNull();
    expect(judged({ before: leader(1), event: { kind: 'other' }, after: leader(null) })).toContain(
      'Transfer, refused because the server hands over to 1 no more',
    );
    const later: AnySpecMessage = { kind: 'RequestVoteResponse', term: 5, source: 1, dest: 0, voteGranted: false };
    expect(judged({ before: leader(1), event: heard(later), after: follower({ currentTerm: 5 }) })).toBeNull();
  });

  test('tells the other one to stand as soon as that holds its log', () => {
    const tells = (after: SpecServer, to = 1): Given => ({
      before: leader(1, { matchIndex: after.matchIndex, log: after.log }), event: timer, after, sent: [now(0, to)],
    });
    expect(judged(tells(leader(1)))).toBeNull();
    // What it was told behind the timer that ends the transfer.
    expect(judged(tells(leader(null)))).toBeNull();
    expect(judged(tells(leader(1, { matchIndex: [0, 0, 1] })))).toContain(
      'TimeoutNow, refused because matchIndex[1] is 0, and the log ends at index 1',
    );
    expect(judged(tells(leader(1), 2))).toContain('TimeoutNow, refused because the server hands over to 1');
    expect(judged({ before: leader(null), event: timer, after: leader(null), sent: [now(0, 1)] })).toContain(
      'the server hands over to nobody',
    );
    expect(judged({ before: follower(), event: timer, after: follower(), sent: [now(0, 1)] })).toContain(
      'TimeoutNow, refused because the server is a follower',
    );
    expect(judged({ ...tells(leader(1)), sent: [now(0, 1, 3)] })).toContain('its term is 3, and currentTerm is 4');
  });
});

describe('who is told', () => {
  const told = (after: SpecServer, term = 4, before = follower()): Given => ({
    before, event: heard(now(1, 0, term)), after,
  });
  const wish = (isWished: boolean): AnySpecMessage => ({
    kind: 'RequestVoteRequest', term: 5, source: 0, dest: 1, lastLogIndex: 1, lastLogTerm: 4,
    ...(isWished ? { isWished: true as const } : {}),
  });

  test('stands at once, whatever PreVote says', () => {
    expect(judged({ ...told(candidate()), sent: [wish(true)] })).toBeNull();
    expect(judged({ ...told(candidate()), sent: [wish(false)] })).toBeNull();
    expect(judged(told(follower()))).toBeNull();
  });

  test('takes over a later term first', () => {
    expect(judged(told(candidate({ currentTerm: 6 }), 5))).toBeNull();
    expect(judged(told(follower({ currentTerm: 5 }), 5))).toBeNull();
    expect(judged(told(candidate(), 5))).not.toBeNull();
  });

  test('by a leader of an earlier term does not', () =>
    expect(judged(told(candidate(), 3))).toContain(
      "Timeout, refused because the message's term 3 is not currentTerm 4 (dissertation 3.10)",
    ));

  test('does not while it leads itself', () =>
    expect(judged(told(candidate(), 4, leader(null)))).toContain('the server leads term 4'));

  test('says that its leader wishes it, and nobody else does', () => {
    const standing = candidate();
    expect(judged({ before: standing, event: timer, after: standing, sent: [wish(true)] })).toContain(
      'RequestVote, refused because no leader has told the server to stand',
    );
    const asks = { before: follower({ preVotes: [0] }), after: candidate() };
    const granted: AnySpecMessage = { kind: 'PreVoteResponse', term: 5, source: 1, dest: 0, voteGranted: true };
    expect(judged({ ...asks, event: heard(granted), sent: [wish(true)] })).toContain('no leader has told the server');
    expect(judged({ ...asks, event: heard(granted), sent: [wish(false)] })).toBeNull();
  });
});

test('a request for votes that a leader wished is looked at by who hears that leader', () => {
  const before = follower({ hearsLeader: true });
  const asked: AnySpecMessage = {
    kind: 'RequestVoteRequest', term: 5, source: 1, dest: 0, lastLogIndex: 1, lastLogTerm: 4, isWished: true,
  };
  const yes: AnySpecMessage = { kind: 'RequestVoteResponse', term: 5, source: 0, dest: 1, voteGranted: true };
  const after = follower({ currentTerm: 5, votedFor: 1, hearsLeader: false });
  expect(judged({ before, event: heard(asked), after, sent: [yes] })).toBeNull();
  const { isWished, ...plain } = asked;
  expect(isWished).toBe(true);
  expect(judged({ before, event: heard(plain), after, sent: [yes] })).toContain('has heard the leader of term 4');
});
