/**
 * What the watch hands to the judge: of each server what it was, what it was given, what it became and sent; and what
 * it leaves out.
 */
import { describe, expect, test } from 'vitest';
import type { Abstraction } from '../../../checkers/spec/abstraction.ts';
import { PlainLog } from '../../../checkers/spec/log.ts';
import type { SpecMessage } from '../../../checkers/spec/message.ts';
import type { SpecServer } from '../../../checkers/spec/server.ts';
import type { SpecStep } from '../../../checkers/spec/step.ts';
import { SpecWatch } from '../../../checkers/spec/watch.ts';

/** A Raft whose states and messages are those of the specification; all else is a ping. */
type Given = SpecMessage | { readonly kind: 'ping' };
const isPing = (message: Given): message is { readonly kind: 'ping' } => message.kind === 'ping';
const abstraction: Abstraction<SpecServer, Given> = {
  options: { servers: 3, isPrompt: true },
  initialTerm: 4,
  mayForge: false,
  notSpecified: ['ping', 'never'],
  server: (server) => server,
  message: (_from, _to, message) => (isPing(message) ? null : message),
  event: (event) =>
    event.kind === 'message'
      ? { kind: 'notSpecified', what: 'ping' }
      : event.kind === 'request'
        ? { kind: 'other' }
        : { kind: 'timer' },
};

const server = (id: number, more: Partial<SpecServer> = {}): SpecServer => ({
  id, role: 'follower', currentTerm: 4, votedFor: null, log: new PlainLog(), commitIndex: 0, votesGranted: [],
  nextIndex: [1, 1, 1], matchIndex: [0, 0, 0], ...more,
});
const stands = (id: number): SpecServer =>
  server(id, { role: 'candidate', currentTerm: 5, votedFor: id, votesGranted: [id] });
const votesFor = (id: number, candidate: number): SpecServer => server(id, { currentTerm: 5, votedFor: candidate });
const ask = (source: number, dest: number): SpecMessage => ({
  kind: 'RequestVoteRequest', term: 5, source, dest, lastLogIndex: 0, lastLogTerm: 0,
});
const yes = (source: number, dest: number): SpecMessage => ({
  kind: 'RequestVoteResponse', term: 5, source, dest, voteGranted: true,
});
const timer = { kind: 'timer', timer: 'election' } as const;
const heard = (from: number, message: Given) => ({ kind: 'message', from, message }) as const;
const send = (to: number, message: Given) => ({ kind: 'send', to, message }) as const;
const ping = { kind: 'ping' } as const;

function watching(more: Partial<Abstraction<SpecServer, Given>> = {}): {
  readonly watch: SpecWatch;
  readonly steps: SpecStep[];
} {
  const steps: SpecStep[] = [];
  const watch = new SpecWatch({ ...abstraction, ...more } as Abstraction, (step) => void steps.push(step));
  for (const id of [0, 1, 2]) watch.booted(id, server(id));
  steps.length = 0;
  return { watch, steps };
}

test('what a server starts from with a new disk is taken as it is, once', () => {
  const { watch, steps } = watching();
  const older = server(1, { currentTerm: 2 });
  watch.diskReplaced(1);
  watch.booted(1, older);
  watch.booted(1, older);
  expect(steps.map(({ before, after }) => [before, after])).toEqual([[older, older]]);
  expect(() => watching().watch.booted(1, older)).toThrow(expect.objectContaining({ name: 'Violated' }));
});

describe('a step', () => {
  test('is told with what it was, what it was given, what it became and what it sent', () => {
    const { watch, steps } = watching();
    const [toOne, toTwo] = [ask(0, 1), ask(0, 2)];
    watch.stepped(0, stands(0), timer, [
      { kind: 'setTimer', timer: 'election', afterUs: { min: 1, max: 2 } }, send(1, toOne), send(2, toTwo),
      send(1, ping),
    ]);
    expect(steps).toEqual([{ before: server(0), event: { kind: 'timer' }, after: stands(0), sent: [toOne, toTwo] }]);
    watch.stepped(1, votesFor(1, 0), heard(0, toOne), [send(0, yes(1, 0))]);
    expect(steps[1]).toEqual({
      before: server(1), event: { kind: 'message', message: toOne }, after: votesFor(1, 0), sent: [yes(1, 0)],
    });
  });

  test('is told before it is judged', () => {
    const { watch, steps } = watching();
    expect(() => watch.stepped(0, server(0, { currentTerm: 9 }), timer, [])).toThrow(
      'n0, a timer: no action of Figure 2 leads from here to there',
    );
    expect(steps.length).toBe(1);
  });

  test('that changes nothing and says nothing is none; one that only says something is', () => {
    const { watch, steps } = watching();
    const standing = stands(0);
    watch.stepped(0, standing, timer, [send(1, ask(0, 1)), send(2, ask(0, 2))]);
    watch.stepped(0, standing, heard(1, ask(1, 0)), []);
    watch.stepped(0, standing, heard(1, ask(1, 0)), [send(1, ping)]);
    expect(steps.length).toBe(1);
    expect(() => watch.stepped(0, standing, { kind: 'request', id: 0, request: 0 }, [send(1, yes(0, 1))])).toThrow(
      'n0, nothing that Figure 2 knows: ',
    );
  });

  test('of a client is not looked at', () => {
    const { watch, steps } = watching();
    watch.booted(3, { whatever: true });
    watch.stepped(3, { whatever: true }, timer, []);
    watch.crashed(3, { event: timer, after: { whatever: true } });
    expect(steps).toEqual([]);
  });
});

describe('a message', () => {
  const asked = (): ReturnType<typeof watching> & { readonly message: SpecMessage } => {
    const made = watching();
    const message = ask(0, 1);
    made.watch.stepped(0, stands(0), timer, [send(1, message), send(2, ask(0, 2))]);
    return { ...made, message };
  };
  const nobody = 'no step that has taken effect sent the message';

  test('counts for whom it was sent to, any number of times', () => {
    const { watch, message } = asked();
    watch.stepped(1, votesFor(1, 0), heard(0, message), [send(0, yes(1, 0))]);
    expect(() => watch.stepped(1, { ...votesFor(1, 0) }, heard(0, message), [send(0, yes(1, 0))])).not.toThrow();
    expect(() => watch.stepped(2, votesFor(2, 0), heard(0, message), [send(0, yes(2, 0))])).toThrow(nobody);
  });

  test('like it is another one', () => {
    const { watch } = asked();
    expect(() => watch.stepped(1, votesFor(1, 0), heard(0, ask(0, 1)), [send(0, yes(1, 0))])).toThrow(nobody);
  });

  test('of a step that ended in a crash was never sent, and its state is not the server\'s', () => {
    const { watch, message } = asked();
    watch.crashed(1, { event: heard(0, message), after: votesFor(1, 0) });
    expect(() =>
      watch.stepped(
        0, server(0, { role: 'candidate', currentTerm: 5, votedFor: 0, votesGranted: [0, 1] }), heard(1, yes(1, 0)), [],
      ),
    ).toThrow(nobody);
  });
});

describe('a crash', () => {
  test('without a write that was kept leaves the server as it was', () => {
    const { watch, steps } = watching();
    watch.crashed(0, null);
    watch.crashed(0, { event: null, after: stands(0) });
    watch.booted(0, server(0));
    expect(steps).toEqual([{ before: server(0), event: { kind: 'restart' }, after: server(0), sent: [] }]);
  });

  test('with one is a step that sends nothing, and is held against Figure 2', () => {
    const { watch, steps } = watching();
    watch.crashed(0, { event: timer, after: stands(0) });
    expect(steps).toEqual([{ before: server(0), event: { kind: 'timer' }, after: stands(0), sent: [], isCut: true }]);
    expect(() => watch.crashed(1, { event: timer, after: server(1, { currentTerm: 9 }) })).toThrow('n1, a timer');
  });

  test('with one may be where the next start begins, or was never finished', () => {
    for (const started of [server(0, { currentTerm: 5, votedFor: 0 }), server(0)]) {
      const { watch } = watching();
      watch.crashed(0, { event: timer, after: stands(0) });
      expect(() => watch.booted(0, started)).not.toThrow();
    }
  });

  test('is forgotten by the next start: what was kept then cannot come back later', () => {
    const { watch } = watching();
    watch.crashed(0, { event: timer, after: stands(0) });
    watch.booted(0, server(0));
    expect(() => watch.booted(0, server(0, { currentTerm: 5, votedFor: 0 }))).toThrow('n0, a restart');
  });
});

describe('a server that goes on while its writes are on their way', () => {
  const pipelined = { options: { servers: 3, isPrompt: true, persistence: 'pipelined' } } as const;
  const persist = { kind: 'persist', writes: [1] } as const;
  const command = { term: 5, command: 'a' };
  const leads = (entries: readonly (typeof command)[]): SpecServer =>
    server(0, { role: 'leader', currentTerm: 5, votedFor: 0, log: new PlainLog(entries) });
  const entry = (dest: number): SpecMessage => ({
    kind: 'AppendEntriesRequest', term: 5, source: 0, dest, prevLogIndex: 0, prevLogTerm: 0, entries: [command],
    leaderCommit: 0,
  });
  const asked = { kind: 'request', id: 0, request: 'a' } as const;
  const takes = (id: number): SpecServer =>
    server(id, { currentTerm: 5, votedFor: id === 1 ? 0 : null, log: new PlainLog([command]) });
  const holdsIt = (source: number): SpecMessage => ({
    kind: 'AppendEntriesResponse', term: 5, source, dest: 0, success: true, matchIndex: 1,
  });
  /** n0 leads term 5, and all its writes are done. */
  const led = (): ReturnType<typeof watching> & { readonly leader: SpecServer } => {
    const made = watching({
      ...pipelined, event: (event) => (event.kind === 'request' ? { kind: 'request', commands: ['a'] } : timer),
    });
    const [toOne, answer, leader] = [ask(0, 1), yes(1, 0), leads([])];
    made.watch.stepped(0, stands(0), timer, [send(1, toOne)]);
    made.watch.stepped(1, votesFor(1, 0), heard(0, toOne), [send(0, answer)]);
    made.watch.stepped(0, leader, heard(1, answer), []);
    made.steps.length = 0;
    return { ...made, leader };
  };

  test('is heard before its step takes effect, and the step is judged when it does', () => {
    const { watch, steps, leader } = led();
    const [grown, letter] = [leads([command]), entry(2)];
    const effects = [send(2, letter), persist, send(1, ping)];
    watch.wentAhead(0, grown, asked, effects, [effects[0]!]);
    expect(steps).toEqual([]);
    watch.stepped(2, takes(2), heard(0, letter), [send(0, holdsIt(2))]);
    expect(steps.map(({ before }) => before.id)).toEqual([2]);
    watch.stepped(0, grown, asked, effects);
    expect(steps[1]).toEqual({
      before: leader, event: { kind: 'request', commands: ['a'] }, after: grown, sent: [letter],
      ahead: { disk: leader, sent: 1 },
    });
  });

  test('is heard of nothing that waits for a write', () => {
    const { watch } = led();
    const letter = entry(2);
    watch.wentAhead(0, leads([command]), asked, [persist, send(2, letter)], []);
    expect(() => watch.stepped(2, takes(2), heard(0, letter), [])).toThrow('no step that has taken effect sent');
  });

  test('is heard of nothing that a crash kept from leaving, and of all that left before it', () => {
    const { watch } = led();
    const [left, lost] = [entry(1), entry(2)];
    watch.wentAhead(0, leads([command]), asked, [send(1, left), send(2, lost), persist], [send(1, left)]);
    watch.crashed(0, null);
    expect(() => watch.stepped(1, takes(1), heard(0, left), [])).not.toThrow();
    expect(() => watch.stepped(2, takes(2), heard(0, lost), [])).toThrow('no step that has taken effect sent');
  });

  test('knows its disk as of the last step that took effect, however many wait', () => {
    const { watch, steps, leader } = led();
    const [one, two] = [leads([command]), leads([command, command])];
    for (const grown of [one, two]) watch.wentAhead(0, grown, asked, [persist], []);
    watch.stepped(0, one, asked, [persist]);
    const three = leads([command, command, command]);
    watch.wentAhead(0, three, asked, [persist], []);
    watch.stepped(0, two, asked, [persist]);
    watch.stepped(0, three, asked, [persist]);
    expect(steps.map(({ before, after, ahead }) => [before, after, ahead?.disk])).toEqual([
      [leader, one, leader], [one, two, leader], [two, three, one],
    ]);
  });

  test('is judged at a crash for what the crash takes', () => {
    const { watch, steps, leader } = led();
    const [one, two] = [leads([command]), leads([command, command])];
    for (const grown of [one, two]) watch.wentAhead(0, grown, asked, [persist], []);
    watch.crashed(0, null);
    expect(steps.map(({ before, after }) => [before, after])).toEqual([[leader, one], [one, two]]);
    // What nobody asked for.
    const other = led();
    other.watch.wentAhead(0, one, timer, [persist], []);
    expect(() => other.watch.crashed(0, null)).toThrow('nobody asked for what the leader put at index 1');
  });

  test('is held, for a message, against what was sent until it took the step', () => {
    const { watch } = led();
    const letter = entry(2);
    watch.wentAhead(2, takes(2), heard(0, letter), [persist], []);
    watch.wentAhead(0, leads([command]), asked, [send(2, letter), persist], [send(2, letter)]);
    expect(() => watch.stepped(2, takes(2), heard(0, letter), [persist])).toThrow('no step that has taken effect sent');
  });

  test('starts with what is on its disk: of what waited, what the crash kept, and no more', () => {
    const started = (count: number, isKept: boolean) => (): void => {
      const { watch } = led();
      const [one, two] = [leads([command]), leads([command, command])];
      for (const grown of [one, two]) watch.wentAhead(0, grown, asked, [persist], []);
      watch.crashed(0, isKept ? { event: asked, after: one } : null);
      const entries = Array.from({ length: count }, () => command);
      watch.booted(0, server(0, { currentTerm: 5, votedFor: 0, log: new PlainLog(entries) }));
    };
    for (const [count, isKept] of [[0, false], [0, true], [1, true]] as const)
      expect(started(count, isKept)).not.toThrow();
    for (const [count, isKept] of [[1, false], [2, false], [2, true]] as const)
      expect(started(count, isKept)).toThrow('the nearest is Restart');
  });

  test('forgets with the crash what waited', () => {
    const { watch, steps } = led();
    watch.wentAhead(0, leads([command]), asked, [persist], []);
    watch.crashed(0, null);
    watch.booted(0, server(0, { currentTerm: 5, votedFor: 0 }));
    steps.length = 0;
    const again = server(0, { role: 'candidate', currentTerm: 6, votedFor: 0, votesGranted: [0] });
    watch.stepped(0, again, timer, []);
    expect(steps.map(({ after, ahead }) => [after, ahead])).toEqual([[again, undefined]]);
  });

  test('may start with a write', () => {
    const { watch, steps } = watching(pipelined);
    const started = server(1);
    watch.crashed(1, null);
    watch.wentAhead(1, started, null, [persist], []);
    watch.booted(1, server(1, { currentTerm: 9 }));
    expect(steps).toEqual([{ before: server(1), event: { kind: 'restart' }, after: started, sent: [] }]);
    watch.wentAhead(1, server(1, { currentTerm: 9 }), null, [persist], []);
    expect(() => watch.crashed(1, null)).toThrow('n1, a restart');
  });

  test('and does not where the specification is not told so', () => {
    const { watch, steps } = watching();
    watch.wentAhead(0, server(0, { currentTerm: 9 }), timer, [persist], []);
    watch.crashed(0, null);
    expect(steps).toEqual([]);
  });

  test('a client is not looked at', () => {
    const { watch } = watching(pipelined);
    expect(() => watch.wentAhead(3, { whatever: true }, timer, [], [])).not.toThrow();
  });
});

test('a server that starts for the first time is blank, in the first term of its own', () => {
  expect(() => watching({ initialTerm: 3 })).toThrow('n0, a restart');
  expect(() => watching()).not.toThrow();
});

test('steps that are not specified are counted by kind, and what they made is where the next one begins', () => {
  const { watch, steps } = watching();
  watch.stepped(2, server(2, { currentTerm: 7 }), heard(0, ping), []);
  expect(watch.counts()).toEqual({ 'not specified: ping': 1, 'not specified: never': 0 });
  expect(steps).toEqual([]);
  watch.booted(2, server(2, { currentTerm: 7 }));
  expect(steps[0]!.before.currentTerm).toBe(7);
});
