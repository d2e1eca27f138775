/** PreVote in the specification (dissertation 9.6): by hand, each rule and the mended twin of the step it refuses. */
import { describe, expect, test } from 'vitest';
import { PlainLog } from '../../../checkers/spec/log.ts';
import type { AnySpecMessage } from '../../../checkers/spec/option-message.ts';
import type { SpecServer } from '../../../checkers/spec/server.ts';
import type { SpecEvent } from '../../../checkers/spec/event.ts';
import { StepJudge, type SpecStep } from '../../../checkers/spec/step.ts';

const log = new PlainLog([{ term: 1, command: 'a' }, { term: 2, command: 'b' }]);
const follower = (more: Partial<SpecServer> = {}): SpecServer => ({
  id: 0, role: 'follower', currentTerm: 4, votedFor: null, log, commitIndex: 1, votesGranted: [], nextIndex: [],
  matchIndex: [], preVotes: null, hearsLeader: false, ...more,
});
const asking = (...preVotes: readonly number[]): SpecServer => follower({ preVotes });
const standing = (more: Partial<SpecServer> = {}): SpecServer =>
  follower({ role: 'candidate', currentTerm: 5, votedFor: 0, votesGranted: [0], ...more });
const leader = (more: Partial<SpecServer> = {}): SpecServer =>
  follower({ role: 'leader', votedFor: 0, nextIndex: [1, 3, 3], matchIndex: [0, 0, 0], ...more });

const timer: SpecEvent = { kind: 'timer' };
const heard = (message: AnySpecMessage): SpecEvent => ({ kind: 'message', message });
const asks = (more: object = {}): AnySpecMessage => ({
  kind: 'PreVoteRequest', term: 5, source: 1, dest: 0, lastLogIndex: 2, lastLogTerm: 2, ...more,
});
const answer = (voteGranted: boolean, term: number, source = 0, dest = 1): AnySpecMessage => ({
  kind: 'PreVoteResponse', term, source, dest, voteGranted,
});
const votesAsked: readonly AnySpecMessage[] = [1, 2].map((dest) => ({
  kind: 'RequestVoteRequest', term: 5, source: 0, dest, lastLogIndex: 2, lastLogTerm: 2,
}));

const judge = new StepJudge({ servers: 3, isPrompt: true, preVote: true });
type Given = Pick<SpecStep, 'before' | 'event' | 'after'> & Partial<SpecStep>;
const judged = (step: Given, by = judge): string | null => by.judge({ sent: [], ...step })?.detail ?? null;

describe('who hears no leader', () => {
  const begins: Given = { before: follower(), event: timer, after: asking(0) };

  test('asks first, in the term that it is in', () => {
    const sent = [1, 2].map((dest) => asks({ source: 0, dest }));
    expect(judged({ ...begins, sent })).toBeNull();
    const stood = { before: follower({ role: 'candidate', votedFor: 0 }), after: { ...asking(0), votedFor: 0 } };
    expect(judged({ ...begins, ...stood })).toBeNull();
    const five = new StepJudge({ servers: 5, preVote: true });
    expect(judged({ before: asking(0, 1), event: timer, after: asking(0) }, five)).toBeNull();
  });

  test('does not stand at once', () => {
    const refusal =
      'no action of Figure 2 leads from here to there; the nearest is Timeout, refused because pre-votes of {0} for term 5 are no majority of 3 (dissertation 9.6)';
    const stands: Given = { before: follower(), event: timer, after: standing(), sent: votesAsked };
    expect(judged(stands)).toBe(refusal);
    expect(judged({ ...stands, before: asking(0) })).toBe(refusal);
    expect(judged(stands, new StepJudge({ servers: 3 }))).toBeNull();
  });

  test('alone stands at once: its own pre-vote is a majority', () => {
    const alone = { nextIndex: [1], matchIndex: [0] };
    const elected = leader({ ...alone, currentTerm: 5, commitIndex: 1 });
    expect(judged({ before: follower(), event: timer, after: elected }, new StepJudge({ servers: 1, preVote: true })))
      .toBeNull();
  });

  test('has asked nobody yet', () =>
    expect(judged({ ...begins, after: asking(0, 2) })).toContain('PreVote, but preVotes is {0, 2} and not {0}'));

  test.each([
    ['its term', { currentTerm: 5 }, 'Timeout, refused because pre-votes of {0} for term 5 are no majority of 3'],
    ['its vote', { votedFor: 0 }, 'PreVote, but votedFor is 0 and not null behind it (Figure 2)'],
    ['commitIndex', { commitIndex: 2 }, 'PreVote, but commitIndex is 2 and not 1 behind it (Figure 2)'],
    ['its log', { log: new PlainLog() }, 'log'],
  ])('leaves %s as it was', (_, more, said) =>
    expect(judged({ ...begins, after: { ...asking(0), ...more } })).toContain(said));

  test('who leads does not ask, and does not stand', () => {
    expect(judged({ before: leader(), event: timer, after: asking(0) })).not.toBeNull();
    const alone = new StepJudge({ servers: 1, preVote: true });
    const one = { nextIndex: [1], matchIndex: [0] };
    expect(judged({ before: leader(one), event: timer, after: standing(one) }, alone)).toContain(
      'Timeout, refused because the server leads term 4 (section 5.2)',
    );
  });

  test.each([
    ['of the term that it is in', { term: 4 }, 'PreVote, refused because it asks for term 4, and currentTerm is 4'],
    ['with another log', { lastLogIndex: 1 }, 'the log ends at index 1 of term 2, and it ends at index 2 of term 2'],
    ['with a log of another term', { lastLogTerm: 3 }, 'the log ends at index 2 of term 3'],
    ['of somebody else', { source: 2 }, 'its source is 2, and server 0 sent it'],
    ['of nobody', { dest: 3 }, 'there is no such server'],
    ['of itself', { dest: 0 }, 'it is for its own sender'],
  ])('asks nothing %s', (_, more, said) =>
    expect(judged({ ...begins, sent: [asks({ source: 0, dest: 1, ...more })] })).toContain(said));

  test('nobody asks who does not say so', () =>
    expect(judged({ before: follower(), event: timer, after: follower(), sent: [asks({ source: 0, dest: 1 })] }))
      .toContain('PreVote, refused because the server does not ask for pre-votes'));
});

describe('who is asked', () => {
  const given = (before: SpecServer, message: AnySpecMessage, sent: readonly AnySpecMessage[]): Given => ({
    before, event: heard(message), after: before, sent,
  });

  test('grants in the term that was asked for, and keeps nothing of it', () => {
    expect(judged(given(follower(), asks(), [answer(true, 5)]))).toBeNull();
    expect(judged({ ...given(follower(), asks(), [answer(true, 5)]), after: follower({ votedFor: 1 }) })).toContain(
      'HandlePreVoteRequest, but votedFor is 1 and not null behind it (Figure 2)',
    );
    expect(judged({ ...given(follower(), asks(), []), after: follower({ currentTerm: 5 }) })).not.toBeNull();
    expect(judged(given(follower(), asks(), [answer(true, 4)]))).toContain(
      'HandlePreVoteRequest, refused because the term of the answer is 4 and not 5 (dissertation 9.6)',
    );
  });

  test.each([
    ['an earlier term', follower(), { term: 3 }, 'the term asked for is 3, and currentTerm is 4'],
    ['a vote that is given', follower({ votedFor: 2 }), { term: 4 }, 'votedFor is 2 in term 4'],
    [
      'a shorter log', follower(), { lastLogIndex: 1 },
      "the candidate's log ends at index 1 of term 2, before index 2 of term 2",
    ],
    ['a leader that is heard', follower({ hearsLeader: true }), {}, 'the server has heard the leader of term 4'],
    ['its own leadership', leader(), {}, 'the server leads term 4'],
  ])('refuses for %s, and says its own term', (_, before, more, because) => {
    const message = asks(more);
    expect(judged(given(before, message, [answer(false, 4)]))).toBeNull();
    expect(judged(given(before, message, [answer(true, message.term)]))).toContain(
      `the nearest is HandlePreVoteRequest, refused because ${because}`,
    );
    expect(judged(given(before, message, [answer(false, message.term + 2)]))).toContain('the term of the answer is');
  });

  test('grants what it could vote for in its own term', () => {
    for (const votedFor of [null, 1])
      expect(judged(given(follower({ votedFor }), asks({ term: 4 }), [answer(true, 4)]))).toBeNull();
  });

  test('refuses nothing without a reason', () =>
    expect(judged(given(follower(), asks(), [answer(false, 4)]))).toContain(
      'the pre-vote is refused, and nothing is in the way',
    ));

  test('answers whoever asked, once, and nobody else', () => {
    expect(judged(given(follower(), asks(), [answer(true, 5, 0, 2)]))).toContain('it answers no request');
    const twice = [answer(true, 5), answer(true, 5)];
    expect(judged(given(follower(), asks(), twice))).toContain('one message has one answer');
    expect(judged({ before: follower(), event: timer, after: follower(), sent: [answer(true, 5)] })).toContain(
      'it answers no request',
    );
  });

  test('is the one that it was sent to', () =>
    expect(judged(given(follower(), asks({ dest: 2 }), [answer(true, 5)]))).toContain(
      'a message for server 2 was given to server 0',
    ));
});

describe('who is told', () => {
  const five = new StepJudge({ servers: 5, isPrompt: true, preVote: true });
  const told = (message: AnySpecMessage, after: SpecServer, before = asking(0)): Given => ({
    before, event: heard(message), after,
  });

  test('counts a grant for its next term, once', () => {
    expect(judged(told(answer(true, 5, 1, 0), asking(0, 1)), five)).toBeNull();
    expect(judged(told(answer(true, 5, 1, 0), asking(0, 1), asking(0, 1)), five)).toBeNull();
    expect(judged(told(answer(true, 5, 1, 0), asking(0, 2)), five)).toContain(
      'HandlePreVoteResponse, but preVotes is {0, 2} and not {0, 1} (dissertation 9.6)',
    );
  });

  test.each([
    ['of another term', answer(true, 4, 1, 0)], ['that is a refusal', answer(false, 3, 1, 0)],
  ])('counts no answer %s', (_, message) => {
    expect(judged(told(message, asking(0)), five)).toBeNull();
    expect(judged(told(message, asking(0, 1)), five)).toContain('preVotes is {0, 1} and not {0}');
  });

  test('counts none who does not ask', () =>
    expect(judged(told(answer(true, 5, 1, 0), asking(0, 1), follower()), five)).toContain(
      "is {0, 1} and not nobody's",
    ));

  test('stands as soon as a majority would vote for it', () => {
    const told3 = told(answer(true, 5, 1, 0), standing());
    expect(judged({ ...told3, sent: votesAsked })).toBeNull();
    expect(judged(told3, five)).toContain('pre-votes of {0, 1} for term 5 are no majority of 5');
    expect(judged(told(answer(true, 5, 1, 0), asking(0, 1)))).toBe(
      'Timeout is due: pre-votes of {0, 1} are a majority, and the server does not stand (dissertation 9.6)',
    );
  });

  test('by a grant of another term does not stand', () =>
    expect(judged(told(answer(true, 4, 1, 0), standing(), asking(0)))).toContain(
      'the pre-vote is for term 4, and currentTerm is 4',
    ));

  test('counts a pre-vote as no vote', () =>
    expect(
      judged(told(answer(true, 5, 1, 0), standing({ votesGranted: [0, 1] }))),
    ).toContain('votesGranted is {0, 1} and not {0}'));

  test('by a refusal of a later term takes that over, and asks no more', () => {
    expect(judged(told(answer(false, 6, 1, 0), follower({ currentTerm: 6 })))).toBeNull();
    expect(judged(told(answer(false, 6, 1, 0), asking(0)))).toBeNull();
    expect(judged(told(answer(false, 6, 1, 0), { ...asking(0), currentTerm: 6 }))).toContain("and not nobody's");
    // A grant speaks of a term that nobody is in yet.
    expect(judged(told(answer(true, 6, 1, 0), follower({ currentTerm: 6 })))).not.toBeNull();
  });
});

describe('asking goes on', () => {
  const beat: AnySpecMessage = {
    kind: 'AppendEntriesRequest', term: 4, source: 1, dest: 0, prevLogIndex: 0, prevLogTerm: 0, entries: [],
    leaderCommit: 0,
  };
  const success: AnySpecMessage = {
    kind: 'AppendEntriesResponse', term: 4, source: 0, dest: 1, success: true, matchIndex: 0,
  };

  test('until a leader is heard', () => {
    const heardIt = { before: asking(0), event: heard(beat), sent: [success] };
    expect(judged({ ...heardIt, after: follower({ hearsLeader: true }) })).toBeNull();
    expect(judged({ ...heardIt, after: { ...asking(0), hearsLeader: true } })).toContain(
      "preVotes is {0} and not nobody's",
    );
  });

  test('behind whatever is lost, and behind a vote for somebody else', () => {
    expect(judged({ before: asking(0), event: { kind: 'other' }, after: follower() })).toContain(
      "preVotes is nobody's and not {0}",
    );
    const vote: AnySpecMessage = { ...votesAsked[0]!, term: 4, source: 1, dest: 0 } as AnySpecMessage;
    expect(judged({ before: asking(0), event: heard(vote), after: { ...asking(0), votedFor: 1 } })).toBeNull();
  });

  test('not over a restart', () => {
    const restarted = follower({ commitIndex: 0 });
    expect(judged({ before: asking(0), event: { kind: 'restart' }, after: restarted })).toBeNull();
    expect(judged({ before: asking(0), event: { kind: 'restart' }, after: { ...restarted, preVotes: [0] } })).toContain(
      "Restart, but preVotes is {0} and not nobody's",
    );
  });
});

describe('ahead of the disk', () => {
  const pipelined = new StepJudge({ servers: 3, preVote: true, checkQuorum: true, persistence: 'pipelined' });
  const old = follower({ currentTerm: 3 });
  const ahead = { disk: old, sent: 1 };

  test('a term that is only asked for, or granted, need not be there', () => {
    const begins = { before: follower(), event: timer, after: asking(0), sent: [asks({ source: 0, dest: 1 })] };
    expect(judged({ ...begins, ahead }, pipelined)).toBeNull();
    const grants = { before: follower(), event: heard(asks()), after: follower(), sent: [answer(true, 5)] };
    expect(judged({ ...grants, ahead }, pipelined)).toBeNull();
  });

  test('a refusal tells a term, which must be', () => {
    const before = follower({ votedFor: 2 });
    const refuses = { before, event: heard(asks({ term: 4 })), after: before, sent: [answer(false, 4)] };
    expect(judged({ ...refuses, ahead }, pipelined)).toContain('its term is 4, and the disk is in term 3 (Figure 2)');
    expect(judged({ ...refuses, ahead: { disk: before, sent: 1 } }, pipelined)).toBeNull();
  });
});
