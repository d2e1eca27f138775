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
