/** Snapshots in chunks in the specification (Figure 13), by hand. */
import { describe, expect, test } from 'vitest';
import type { SpecEvent } from '../../../checkers/spec/event.ts';
import { PlainLog } from '../../../checkers/spec/log.ts';
import type { AnySpecMessage } from '../../../checkers/spec/option-message.ts';
import type { SpecServer } from '../../../checkers/spec/server.ts';
import { StepJudge, type SpecStep } from '../../../checkers/spec/step.ts';

const entries = [1, 1, 2].map((term) => ({ term, command: `c${term}` }));
const follower = (more: Partial<SpecServer> = {}): SpecServer => ({
  id: 0, role: 'follower', currentTerm: 4, votedFor: null, log: new PlainLog(), commitIndex: 0, votesGranted: [],
  nextIndex: [], matchIndex: [], hearsLeader: false, ...more,
});
const hearing = (more: Partial<SpecServer> = {}): SpecServer => follower({ hearsLeader: true, ...more });
const installed = (more: Partial<SpecServer> = {}): SpecServer =>
  hearing({ log: new PlainLog(entries.slice(0, 2), 2), commitIndex: 2, ...more });
const leader = (more: Partial<SpecServer> = {}): SpecServer =>
  follower({
    role: 'leader', votedFor: 0, log: new PlainLog(entries, 2), commitIndex: 2, nextIndex: [1, 2, 4],
    matchIndex: [0, 0, 0], ...more,
  });

const judge = new StepJudge({ servers: 3, chunks: true, checkQuorum: true });
type Given = Pick<SpecStep, 'before' | 'event' | 'after'> & Partial<SpecStep>;
const judged = (step: Given): string | null => judge.judge({ sent: [], ...step })?.detail ?? null;
const heard = (message: AnySpecMessage): SpecEvent => ({ kind: 'message', message });
const timer: SpecEvent = { kind: 'timer' };
const chunk = (isDone: boolean, more: object = {}): AnySpecMessage => ({
  kind: 'InstallChunkRequest', term: 4, source: 1, dest: 0, lastIncludedIndex: 2, lastIncludedTerm: 1, isDone, ...more,
});
const stored = (more: object = {}): AnySpecMessage => ({
  kind: 'InstallChunkResponse', term: 4, source: 0, dest: 1, ...more,
});
const whole = (matchIndex = 2): AnySpecMessage => ({
  kind: 'InstallSnapshotResponse', term: 4, source: 0, dest: 1, matchIndex,
});

describe('a chunk', () => {
  const part: Given = { before: follower(), event: heard(chunk(false)), after: hearing(), sent: [stored()] };

  test('is word of a leader, and installs nothing', () => {
    expect(judged(part)).toBeNull();
    expect(judged({ ...part, before: follower({ role: 'candidate' }) })).toBeNull();
    expect(judged({ ...part, after: follower() })).toContain('the leader of term 4 was heard, and is not');
    expect(judged({ ...part, after: installed(), sent: [whole()] })).toContain(
      'Compact, refused because index 2 is above commitIndex 0',
    );
    expect(judged({ ...part, sent: [whole()] })).toContain('it answers no request');
  });

  test('of a later term is taken over with it; of an earlier one it is refused', () => {
    const later = { event: heard(chunk(false, { term: 5 })), after: hearing({ currentTerm: 5 }) };
    expect(judged({ before: follower(), ...later, sent: [stored({ term: 5 })] })).toBeNull();
    const late = { before: follower(), event: heard(chunk(true, { term: 3 })), after: follower() };
    expect(judged({ ...late, sent: [stored()] })).toBeNull();
    expect(judged({ ...late, sent: [whole(0)] })).toBeNull();
    expect(judged({ ...late, sent: [whole()] })).not.toBeNull();
    expect(judged({ ...late, after: installed() })).not.toBeNull();
  });

  test('that is lost is not answered', () => {
    expect(judged({ before: follower(), event: part.event, after: follower() })).toBeNull();
    expect(judged({ before: leader(), event: part.event, after: leader(), sent: [stored()] })).toContain(
      'the server leads term 4 itself',
    );
  });

  test('has one answer, to who sent it', () => {
    expect(judged({ ...part, sent: [stored(), stored()] })).toContain('one message has one answer');
    expect(judged({ ...part, sent: [stored({ dest: 2 })] })).toContain(
      'HandleInstallChunkRequest, refused because it answers no chunk that installed nothing (Figure 13)',
    );
    expect(judged({ before: hearing(), event: timer, after: hearing(), sent: [stored()] })).toContain(
      'it answers no chunk',
    );
  });
});

describe('the last chunk', () => {
  const last: Given = { before: follower(), event: heard(chunk(true)), after: installed(), sent: [whole()] };

  test('installs the snapshot, as a whole one does', () => {
    expect(judged(last)).toBeNull();
    expect(judged({ ...last, after: installed({ commitIndex: 1 }) })).not.toBeNull();
    expect(judged({ ...last, after: installed({ log: new PlainLog(entries, 2) }) })).not.toBeNull();
    expect(judged({ ...last, sent: [stored()] })).not.toBeNull();
    expect(judged({ ...last, sent: [whole(1)] })).not.toBeNull();
  });

  test('installs nothing where a part is missing', () =>
    expect(judged({ ...last, after: hearing(), sent: [stored()] })).toBeNull());

  test('of what is committed already is acknowledged, as any chunk of that is', () => {
    const has = { log: new PlainLog(entries), commitIndex: 2 };
    for (const isDone of [true, false])
      expect(judged({ before: follower(has), event: heard(chunk(isDone)), after: hearing(has), sent: [whole()] }))
        .toBeNull();
  });
});

describe('who leads', () => {
  const sends = (more: object, after = leader()): Given => ({
    before: leader({ nextIndex: [1, 2, 4] }), event: timer, after,
    sent: [chunk(false, { source: 0, dest: 1, ...more })],
  });

  test('sends its snapshot, or goes on with the one before, to who lacks it', () => {
    expect(judged(sends({}))).toBeNull();
    expect(judged(sends({ lastIncludedIndex: 1 }))).toBeNull();
    // And may count on its arrival.
    expect(judged(sends({}, leader({ nextIndex: [1, 3, 4] })))).toBeNull();
  });

  test.each([
    ['a later one', { lastIncludedIndex: 3, lastIncludedTerm: 2 }, 'the last one ends at index 2 of term 1'],
    ['one of another term', { lastIncludedTerm: 2 }, 'it is of a snapshot up to index 2 of term 2'],
    ['none', { lastIncludedIndex: 0 }, 'it is of a snapshot up to index 0'],
    ['one of another term than its own', { term: 3 }, 'its term is 3, and currentTerm is 4'],
  ])('sends not %s', (_, more, said) => expect(judged(sends(more))).toContain(said));

  test('sends nothing to who is known to hold it', () => {
    const matched = { matchIndex: [0, 2, 0], nextIndex: [1, 3, 4] };
    expect(judged({ ...sends({}, leader(matched)), before: leader(matched) })).toContain(
      'InstallChunk, refused because matchIndex[1] is 2, and it covers index 2 (section 7)',
    );
  });

  test('alone sends chunks', () =>
    expect(judged({ before: hearing(), event: timer, after: hearing(), sent: [chunk(false, { source: 0, dest: 1 })] }))
      .toContain('InstallChunk, refused because the server is a follower'));

  test('learns no more from an answer than its term', () => {
    const event = heard(stored({ source: 1, dest: 0 }));
    expect(judged({ before: leader(), event, after: leader() })).toBeNull();
    expect(judged({ before: leader(), event, after: leader({ matchIndex: [0, 1, 0] }) })).not.toBeNull();
    const later = heard(stored({ source: 1, dest: 0, term: 5 }));
    const after = follower({ ...leader(), role: 'follower', currentTerm: 5, votedFor: null });
    expect(judged({ before: leader(), event: later, after })).toBeNull();
  });
});
