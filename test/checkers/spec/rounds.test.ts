/** Reads around the log in the specification (dissertation 6.4 and 6.4.1), by hand. */
import { describe, expect, test } from 'vitest';
import type { SpecEvent } from '../../../checkers/spec/event.ts';
import { PlainLog } from '../../../checkers/spec/log.ts';
import type { AnySpecMessage } from '../../../checkers/spec/option-message.ts';
import type { Rounds, SpecServer, WaitingRead } from '../../../checkers/spec/server.ts';
import { StepJudge, type SpecStep } from '../../../checkers/spec/step.ts';

const log = new PlainLog([{ term: 1, command: 'a' }, { term: 4, command: 'b' }]);
const read: WaitingRead = { read: '7.1', by: 1, index: 2, round: 3 };
const leader = (rounds: Partial<Rounds> = {}, more: Partial<SpecServer> = {}): SpecServer => ({
  id: 0, role: 'leader', currentTerm: 4, votedFor: 0, log, commitIndex: 2, votesGranted: [], nextIndex: [1, 3, 3],
  matchIndex: [0, 2, 2], rounds: { begun: 2, answered: [0, 2, 1], reads: [], leased: [], ...rounds }, ...more,
});
const follower = (more: Partial<SpecServer> = {}): SpecServer => ({
  id: 0, role: 'follower', currentTerm: 4, votedFor: null, log, commitIndex: 2, votesGranted: [], nextIndex: [],
  matchIndex: [], hearsLeader: false, ...more,
});
const hearing = (more: Partial<SpecServer> = {}): SpecServer => follower({ hearsLeader: true, ...more });

const judge = new StepJudge({ servers: 3, rounds: true, checkQuorum: true });
type Given = Pick<SpecStep, 'before' | 'event' | 'after'> & Partial<SpecStep>;
const judged = (step: Given, by = judge): string | null => by.judge({ sent: [], ...step })?.detail ?? null;
const heard = (message: AnySpecMessage): SpecEvent => ({ kind: 'message', message });
const timer: SpecEvent = { kind: 'timer' };
const beat = (term: number, round = 5): AnySpecMessage => ({
  kind: 'HeartbeatRequest', term, source: 1, dest: 0, round,
});
const answer = (term: number, round: number, source = 0, dest = 1): AnySpecMessage => ({
  kind: 'HeartbeatResponse', term, source, dest, round,
});

describe('who hears a round', () => {
  test('follows its leader and says so, and nothing else changes', () => {
    const standing = follower({ role: 'candidate', votedFor: 0, votesGranted: [0] });
    const told = { event: heard(beat(4)), sent: [answer(4, 5)] };
    expect(judged({ ...told, before: follower(), after: hearing() })).toBeNull();
    expect(judged({ ...told, before: standing, after: hearing({ votedFor: 0 }) })).toBeNull();
    expect(judged({ ...told, before: follower(), after: hearing({ votedFor: 1 }) })).toContain(
      'HandleHeartbeatRequest, but votedFor is 1 and not null behind it (Figure 2)',
    );
    expect(judged({ ...told, before: follower(), after: hearing({ commitIndex: 3 }) })).not.toBeNull();
    expect(judged({ ...told, before: follower(), after: follower() })).toContain('the leader of term 4 was heard');
    expect(judged({ ...told, before: standing, after: standing })).not.toBeNull();
  });

  test('takes over a later term, and tells a leader of an earlier one its own', () => {
    const later = { event: heard(beat(5)), after: hearing({ currentTerm: 5 }), sent: [answer(5, 5)] };
    expect(judged({ before: follower(), ...later })).toBeNull();
    const late = { before: follower(), event: heard(beat(3)), after: follower() };
    expect(judged({ ...late, sent: [answer(4, 0)] })).toBeNull();
    expect(judged({ ...late, sent: [answer(4, 5)] })).toBe(
      'no action of Figure 2 leads from here to there; the nearest is HandleHeartbeatRequest, refused because the answer is for round 5 and not 0 (dissertation 6.4)',
    );
  });

  test('may never have heard it: then it answers nothing', () => {
    expect(judged({ before: follower(), event: heard(beat(4)), after: follower() })).toBeNull();
    expect(judged({ before: leader(), event: heard(beat(4)), after: leader(), sent: [answer(4, 5)] })).toContain(
      'HandleHeartbeatRequest, refused because the server leads term 4 itself (section 5.2)',
    );
  });

  test.each([
    ['another round', answer(4, 6), 'the answer is for round 6 and not 5'],
    ['somebody else', answer(4, 5, 0, 2), 'it answers no round'],
    ['another term', answer(3, 5), 'its term is 3, and currentTerm is 4'],
  ])('does not answer %s', (_, message, said) =>
    expect(judged({ before: hearing(), event: heard(beat(4)), after: hearing(), sent: [message] })).toContain(said));

  test('answers once, and nobody who did not ask', () => {
    const twice = { before: hearing(), event: heard(beat(4)), after: hearing(), sent: [answer(4, 5), answer(4, 5)] };
    expect(judged(twice)).toContain('one message has one answer');
    expect(judged({ before: hearing(), event: timer, after: hearing(), sent: [answer(4, 5)] })).toContain(
      'it answers no round',
    );
  });
});

describe('a leader', () => {
  const sends = (round: number): AnySpecMessage => ({ ...beat(4, round), source: 0, dest: 1 });

  test('begins one round after the other, and sends the last one', () => {
    expect(judged({ before: leader(), event: timer, after: leader({ begun: 3 }), sent: [sends(3)] })).toBeNull();
    expect(judged({ before: leader(), event: timer, after: leader({ begun: 4 }) })).toContain(
      'the last round was 2 and is 4 (dissertation 6.4)',
    );
    expect(judged({ before: leader(), event: timer, after: leader(), sent: [sends(3)] })).toContain(
      'Heartbeat, refused because it is of round 3, and the last one is 2',
    );
    expect(judged({ before: hearing(), event: timer, after: hearing(), sent: [sends(3)] })).toContain(
      'Heartbeat, refused because the server is a follower',
    );
    const none = leader({ begun: 0, answered: [0, 0, 0] });
    expect(judged({ before: none, event: timer, after: none, sent: [sends(0)] })).toContain('it is of round 0');
  });

  test('counts an answer for its round', () => {
    const told = { before: leader(), event: heard(answer(4, 2, 2, 0)) };
    expect(judged({ ...told, after: leader({ answered: [0, 2, 2] }) })).toBeNull();
    expect(judged({ ...told, after: leader() })).toBeNull();
    for (const answered of [[0, 3, 2], [0, 2, 3], [0, 2, 0]])
      expect(judged({ ...told, after: leader({ answered }) }), `${answered}`).toContain(
        'the nearest is HandleHeartbeatResponse, refused because round',
      );
  });

  test('counts it for its sender', () => {
    const begun = { begun: 3 };
    const told = { before: leader(begun), event: heard(answer(4, 3, 2, 0)) };
    expect(judged({ ...told, after: leader({ ...begun, answered: [0, 2, 3] }) })).toBeNull();
    expect(judged({ ...told, after: leader({ ...begun, answered: [0, 3, 1] }) })).toContain('round 3 is answered by 1');
  });

  test('counts none of an earlier term, none that is late, and none out of nothing', () => {
    const counted = leader({ answered: [0, 2, 2] });
    const said = 'is answered by 2';
    expect(judged({ before: leader(), event: heard(answer(3, 2, 2, 0)), after: counted })).toContain(said);
    expect(judged({ before: leader(), event: timer, after: counted })).toContain('is answered by 2');
    expect(judged({ before: counted, event: heard(answer(4, 1, 2, 0)), after: leader() })).toContain(said);
  });

  test('just elected has begun none', () => {
    const before = follower({ role: 'candidate', votedFor: 0, votesGranted: [0, 1] });
    const event = heard({ kind: 'RequestVoteResponse', term: 4, source: 1, dest: 0, voteGranted: true });
    const elected = { matchIndex: [0, 0, 0] };
    const none = { begun: 0, answered: [0, 0, 0] };
    expect(judged({ before, event, after: leader(none, elected) })).toBeNull();
    expect(judged({ before, event, after: leader({ ...none, answered: [0, 1, 0] }, elected) })).not.toBeNull();
    expect(judged({ before, event, after: leader({ ...none, begun: 2 }, elected) })).not.toBeNull();
  });

  test('by an answer of a later term leads no more', () =>
    expect(judged({ before: leader(), event: heard(answer(5, 0, 2, 0)), after: follower({ currentTerm: 5 }) }))
      .toBeNull());
});

describe('a read', () => {
  const asks = heard({ kind: 'ReadIndexRequest', term: 4, source: 1, dest: 0, read: '7.1' });
  const noted = (more: Partial<WaitingRead> = {}): SpecServer => leader({ reads: [{ ...read, ...more }] });

  test('notes commitIndex, and waits for a round that begins later', () => {
    expect(judged({ before: leader(), event: asks, after: noted() })).toBeNull();
    expect(judged({ before: leader(), event: asks, after: noted({ index: 1 }) })).toContain(
      'ReadIndex, refused because index 1 is noted, and commitIndex is 2 (dissertation 6.4)',
    );
    expect(judged({ before: leader(), event: asks, after: noted({ round: 2 }) })).toContain(
      'it waits for round 2, and round 2 had begun',
    );
  });

  test('is noted when somebody asks, who is to answer it', () => {
    const refused = 'ReadIndex, refused because server 1 is to answer a read, and it did not ask';
    expect(judged({ before: leader(), event: timer, after: noted() })).toContain(refused);
    const request: SpecEvent = { kind: 'request', commands: ['get'] };
    expect(judged({ before: leader(), event: request, after: noted() })).toContain(refused);
    expect(judged({ before: leader(), event: request, after: noted({ by: 0 }) })).toBeNull();
    expect(judged({ before: leader(), event: asks, after: noted({ by: 2 }) })).toContain('server 2 is to answer');
  });

  test('not before an entry of the term is committed', () => {
    const early = { commitIndex: 1, matchIndex: [0, 0, 0] };
    expect(
      judged({ before: leader({}, early), event: asks, after: leader({ reads: [{ ...read, index: 1 }] }, early) }),
    ).toContain('log[1].term = 1 is below currentTerm 4');
  });

  test('waits until a majority has answered its round', () => {
    const waiting = leader({ begun: 3, reads: [read] });
    const told = { before: waiting, event: heard(answer(4, 3, 2, 0)) };
    expect(judged({ ...told, after: leader({ begun: 3, answered: [0, 2, 3] }) })).toBeNull();
    expect(judged({ ...told, after: leader({ begun: 3, answered: [0, 2, 1] }) })).toContain(
      'a read waits no more for round 3, which 1 of 3 servers have answered',
    );
    const five = new StepJudge({ servers: 5, rounds: true });
    expect(judged({ ...told, after: leader({ begun: 3, answered: [0, 2, 3] }) }, five)).toContain('2 of 5 servers');
  });

  test('keeps what was noted', () => {
    const before = leader({ begun: 3, reads: [read] });
    for (const more of [{ index: 1 }, { round: 2 }, { by: 2 }])
      expect(judged({ before, event: timer, after: leader({ begun: 3, reads: [{ ...read, ...more }] }) })).not
        .toBeNull();
    // As often as it was asked.
    const twice = leader({ begun: 3, reads: [read, read] });
    expect(judged({ before: twice, event: timer, after: twice })).toBeNull();
    expect(judged({ before: twice, event: timer, after: before })).toContain('a read waits no more for round 3');
  });

  test('that waited for word of the lease may wait for a round, with what it noted', () => {
    const before = leader({ leased: [{ ...read, index: 1, round: 0 }] });
    expect(judged({ before, event: timer, after: noted({ index: 1 }) })).toBeNull();
    // Or with what is committed by now (swarm seed 1587).
    expect(judged({ before, event: timer, after: noted({ index: 2 }) })).toBeNull();
    expect(judged({ before, event: timer, after: noted({ index: 0 }) })).toContain('index 0 is noted');
    expect(judged({ before: leader(), event: timer, after: noted({ index: 1 }) })).toContain('it did not ask');
  });

  const told: AnySpecMessage = { kind: 'ReadIndexResponse', term: 4, source: 0, dest: 1, read: '7.1', index: 2 };
  test('is told what was noted, by who leads', () => {
    const confirmed = {
      before: leader({ begun: 3, reads: [read] }), event: heard(answer(4, 3, 2, 0)),
      after: leader({ begun: 3, answered: [0, 2, 3] }),
    };
    expect(judged({ ...confirmed, sent: [told] })).toBeNull();
    for (const more of [{ index: 1 }, { dest: 2 }, { read: '7.2' }])
      expect(judged({ ...confirmed, sent: [{ ...told, ...more }] })).toContain(
        'ReadIndexResponse, refused because no read of',
      );
    expect(judged({ before: hearing(), event: timer, after: hearing(), sent: [told] })).toContain(
      'ReadIndexResponse, refused because the server is a follower',
    );
    // While it waits nobody knows whether the leader still led.
    const { before } = confirmed;
    expect(judged({ before, event: timer, after: before, sent: [told] })).toContain('waits no more');
    const leased = leader({ leased: [read] });
    expect(judged({ before: leased, event: timer, after: leader(), sent: [told] })).toBeNull();
  });

  test('and its answer change nothing', () => {
    const event = heard({ ...told, source: 1, dest: 0 });
    expect(judged({ before: hearing(), event, after: hearing({ commitIndex: 1 }) })).not.toBeNull();
    expect(judged({ before: hearing(), event: asks, after: hearing() })).toBeNull();
  });
});

describe('where there are leases, what was promised holds', () => {
  const leases = new StepJudge({ servers: 3, rounds: true, checkQuorum: true, lease: { initialTerm: 0 } });
  const restart: SpecEvent = { kind: 'restart' };
  const started = { commitIndex: 0 };

  test('over a restart, but for who was in no term yet', () => {
    for (const before of [follower(), hearing(), leader()]) {
      expect(judged({ before, event: restart, after: hearing({ ...started, votedFor: before.votedFor }) }, leases))
        .toBeNull();
      expect(judged({ before, event: restart, after: follower({ ...started, votedFor: before.votedFor }) }, leases))
        .toContain('a leader is heard no more, and no timer said so (dissertation 6.4.1)');
    }
    const blank = follower({ currentTerm: 0 });
    expect(judged({ before: blank, event: restart, after: { ...blank, ...started } }, leases)).toBeNull();
    expect(judged({ before: blank, event: restart, after: hearing({ ...started, currentTerm: 0 }) }, leases)).toContain(
      'a leader is heard that said nothing',
    );
  });

  test('in a later term, too, until a timer says that it is over', () => {
    const event = heard(answer(5, 0, 2, 0));
    expect(judged({ before: hearing(), event, after: hearing({ currentTerm: 5 }) }, leases)).toBeNull();
    expect(judged({ before: hearing(), event, after: follower({ currentTerm: 5 }) }, leases)).toContain('6.4.1');
    expect(judged({ before: hearing(), event, after: follower({ currentTerm: 5 }) })).toBeNull();
    expect(judged({ before: hearing(), event: timer, after: follower() }, leases)).toBeNull();
  });
});
