/** Ongaro's dissertation, 6.3: "Implementing linearizable semantics", where sessions expire. */
import { describe, expect, test } from 'vitest';
import { stepSessionClerk, type SessionClerk } from '../../../core/kv/session-clerk.ts';
import { bootClerk } from '../../../core/kv/clerk.ts';
import type { Operation } from '../../../core/kv/command.ts';
import { apply, newMachine, type Machine } from '../../../core/kv/machine.ts';
import type { ClerkMessage } from '../../../core/kv/messages.ts';
import { decodeSnapshot, encodeSnapshot, snapshotSizeBytes, takeSnapshot } from '../../../core/kv/snapshot.ts';
import { across, Cluster, firstClient } from '../../support/cluster.ts';

const c0 = firstClient;
const c1 = firstClient + 1;
const append: Operation = { kind: 'append', key: 'k', value: 'x;' };
const nothing: Operation = { kind: 'get', key: '' };
const expiryUs = 200_000;
/** n0 leads, and its heartbeat is every 50 ms. */
function led(): Cluster {
  const cluster = new Cluster(3, { sessionExpiryUs: expiryUs });
  cluster.elect(0);
  return cluster;
}
const told = (cluster: Cluster, client = c0): readonly ClerkMessage[] => cluster.answersTo(client);
const asks = (
  cluster: Cluster, sequence: number, session: number, { client = c0, node = 0 } = {},
): ClerkMessage | undefined => {
  const before = told(cluster, client).length;
  cluster.ask(node, client, sequence, session === 0 ? nothing : append, session);
  cluster.deliver();
  return told(cluster, client)[before];
};
const begin = (cluster: Cluster, sequence = 1, client = c0): number =>
  (asks(cluster, sequence, 0, { client }) as { session: number }).session;
const passes = (cluster: Cluster, heartbeats: number, node = 0): void => {
  for (let i = 0; i < heartbeats; i++) {
    cluster.timer(node, 'heartbeat');
    cluster.deliver();
  }
};
const valueAt = (cluster: Cluster, node = 0): string | undefined => cluster.server(node).machine.store.values.get('k');
const done = (sequence: number) => ({ kind: 'clientReply', sequence, outcome: { kind: 'done', result: null } });
const ended = (sequence: number) => ({ kind: 'sessionReply', sequence, session: null });
const sessionOf = (cluster: Cluster, client = c0, node = 0) =>
  cluster.server(node).machine.sessions.byClient.get(client);

describe('registration: "the leader appends a register command to its log, and the index of it is the client\'s identity"', () => {
  test('it is answered when it is applied, and executes nothing', () => {
    const cluster = led();
    cluster.ask(0, c0, 1, nothing, 0);
    expect(told(cluster)).toEqual([]);
    cluster.deliver();
    expect(told(cluster)).toEqual([{ kind: 'sessionReply', sequence: 1, session: 2 }]);
    expect([valueAt(cluster), sessionOf(cluster)]).toEqual([
      undefined, { sequence: 0, result: null, began: { id: 2, bySequence: 1, activeUs: 0 } },
    ]);
  });

  test('one that comes again gives the same session', () => {
    const cluster = led();
    expect([begin(cluster), begin(cluster)]).toEqual([2, 2]);
    expect(sessionOf(cluster)?.began?.id).toBe(2);
  });

  test('one from before the present session begins none, and nobody is told of one', () => {
    const cluster = led();
    begin(cluster, 1);
    const later = begin(cluster, 4);
    expect(asks(cluster, 3, 0)?.kind).not.toBe('sessionReply');
    expect(sessionOf(cluster)?.began?.id).toBe(later);
  });

  test('a command without a session is not executed, also as the first of its client', () => {
    const cluster = led();
    expect(asks(cluster, 1, 7)).toEqual(ended(1));
    expect(valueAt(cluster)).toBe(undefined);
  });
});

describe('"the servers need to agree on when to expire a client\'s session"', () => {
  test('by the time in the entries, which the leader counts in its heartbeats', () => {
    const cluster = led();
    begin(cluster);
    passes(cluster, 3);
    begin(cluster, 1, c1);
    passes(cluster, 1);
    expect([0, 1, 2].map((node) => cluster.server(node).machine.sessions.timeUs)).toEqual([150_000, 150_000, 150_000]);
  });

  test('a session lasts as long as it is used: so long since its last command, and not longer', () => {
    const cluster = led();
    const session = begin(cluster);
    for (let sequence = 1; sequence <= 3; sequence++) {
      passes(cluster, 4);
      expect(asks(cluster, sequence, session)).toEqual(done(sequence));
    }
    passes(cluster, 5);
    expect(asks(cluster, 4, session)).toEqual(ended(4));
    expect([valueAt(cluster), sessionOf(cluster)]).toEqual(['x;x;x;', undefined]);
  });

  test('it ends at the same entry everywhere, whoever asks, and is gone from the snapshot', () => {
    const cluster = led();
    begin(cluster);
    passes(cluster, 5);
    begin(cluster, 1, c1);
    passes(cluster, 1);
    for (const node of [0, 1, 2]) {
      expect(sessionOf(cluster, c0, node)).toBe(undefined);
      expect(cluster.server(node).machine.sessions.byClient.size).toBe(1);
    }
    expect(encodeSnapshot(takeSnapshot(cluster.server(1).machine))).toEqual(
      encodeSnapshot(takeSnapshot(cluster.server(0).machine)),
    );
  });

  test('a new leader goes on with the time of its log, whatever it counted itself', () => {
    const cluster = led();
    const session = begin(cluster);
    passes(cluster, 4);
    expect(asks(cluster, 1, session)).toEqual(done(1));
    cluster.elect(1);
    expect(cluster.server(1).clock).toEqual({ term: 2, timeUs: 200_000 });
    expect(cluster.server(0).clock).toBe(undefined);
    passes(cluster, 4, 1);
    expect(asks(cluster, 2, session, { node: 1 })).toEqual(done(2));
    passes(cluster, 5, 1);
    expect(asks(cluster, 3, session, { node: 1 })).toEqual(ended(3));
  });

  test('also where the log is compacted, and behind a restart', () => {
    const cluster = new Cluster(3, { sessionExpiryUs: expiryUs, maxRaftState: 30 });
    cluster.elect(0);
    const session = begin(cluster);
    passes(cluster, 3);
    expect(asks(cluster, 1, session)).toEqual(done(1));
    passes(cluster, 1);
    for (const node of [0, 1, 2]) {
      cluster.crash(node);
      cluster.boot(node);
    }
    cluster.elect(2);
    expect([cluster.server(2).raft.persistent.log.baseIndex > 2, cluster.server(2).clock]).toEqual([
      true, { term: 2, timeUs: 150_000 },
    ]);
    passes(cluster, 1, 2);
    expect(sessionOf(cluster, c0, 2)).toEqual({
      sequence: 1, result: null, began: { id: session, bySequence: 1, activeUs: 150_000 },
    });
  });
});

describe('a command is executed once at most', () => {
  test('a repetition within the session is answered from it, and counts as a sign of life', () => {
    const cluster = led();
    const session = begin(cluster);
    asks(cluster, 1, session);
    expect(asks(cluster, 1, session)).toEqual(done(1));
    expect(valueAt(cluster)).toBe('x;');
  });

  test('a late copy of what an ended session executed is not executed again, also when its client has begun another one', () => {
    const cluster = led();
    const session = begin(cluster);
    asks(cluster, 1, session);
    passes(cluster, 5);
    const next = begin(cluster, 2);
    expect(next).not.toBe(session);
    cluster.elect(1, across([]));
    expect(asks(cluster, 1, session, { node: 1 })).not.toEqual(undefined);
    expect(asks(cluster, 2, session, { node: 1 })).toEqual(ended(2));
    expect(valueAt(cluster, 1)).toBe('x;');
  });

  test('nor is a late registration a way back: it begins a session that no old command names', () => {
    const apply1 = (machine: Machine, index: number, sequence: number, session: number, timeUs: number): Machine =>
      apply(machine, index, {
        client: 5, sequence, operation: append, inSession: { session, timeUs, activeSinceUs: Math.max(0, timeUs - 10) },
      });
    let machine = apply1(newMachine, 1, 1, 0, 0);
    machine = apply1(machine, 2, 1, 1, 0);
    machine = apply1(machine, 3, 1, 0, 50);
    expect(machine.sessions.byClient.get(5)?.began?.id).toBe(3);
    machine = apply1(machine, 4, 1, 1, 50);
    expect(machine.store.values.get('k')).toBe('x;');
  });

  test('time never goes back: an entry of a leader that counts less ends nothing and moves nothing', () => {
    const first = apply(newMachine, 1, {
      client: 5, sequence: 1, operation: nothing, inSession: { session: 0, timeUs: 90, activeSinceUs: 80 },
    });
    const second = apply(first, 2, {
      client: 6, sequence: 1, operation: nothing, inSession: { session: 0, timeUs: 20, activeSinceUs: 10 },
    });
    expect([
      second.sessions.timeUs, second.sessions.byClient.get(6)?.began?.activeUs, second.sessions.byClient.size,
    ]).toEqual([90, 90, 2]);
  });
});

describe('a snapshot holds when sessions began and were active last, in the order of clients', () => {
  const at =
    (client: number, index: number, timeUs: number) =>
    (machine: Machine): Machine =>
      apply(machine, index, {
        client, sequence: 1, operation: nothing, inSession: { session: 0, timeUs, activeSinceUs: 0 },
      });
  const one = [at(7, 1, 10), at(5, 2, 20)].reduce((machine, step) => step(machine), newMachine);

  test('its byte form comes back, and its size is known', () => {
    const bytes = encodeSnapshot(takeSnapshot(one));
    expect(encodeSnapshot(decodeSnapshot(bytes))).toEqual(bytes);
    expect(decodeSnapshot(bytes).sessions).toMatchObject({ timeUs: 20, sizeBytes: one.sessions.sizeBytes });
    expect(snapshotSizeBytes(takeSnapshot(one))).toBe(bytes.length);
    expect(decodeSnapshot(bytes).sessions.byClient.get(7)).toEqual({
      sequence: 0, result: null, began: { id: 1, bySequence: 1, activeUs: 10 },
    });
  });
});

describe('the client', () => {
  const config = { clusterSize: 3, retryUs: { min: 1, max: 1 }, backoffUs: { min: 2, max: 2 } };
  const asked = stepSessionClerk(bootClerk(config), { kind: 'request', id: 9, request: append });
  const hears = (clerk: SessionClerk, message: ClerkMessage, from = 0) =>
    stepSessionClerk(clerk, { kind: 'message', from, message });
  const request = (sequence: number, session: number, operation: Operation) => ({
    kind: 'clientRequest', sequence, operation, session,
  });
  const sends = ({ effects }: ReturnType<typeof hears>) =>
    effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []));
  const inSession = hears(asked.state, { kind: 'sessionReply', sequence: 1, session: 4 });

  test('registers before it asks, and then asks in its session', () => {
    expect(sends(asked)).toEqual([request(1, 0, nothing)]);
    expect([sends(inSession), inSession.state.session]).toEqual([[request(1, 4, append)], 4]);
    const finished = hears(inSession.state, {
      kind: 'clientReply', sequence: 1, outcome: { kind: 'done', result: null },
    });
    expect([finished.effects.at(-1), finished.state.session]).toEqual([{ kind: 'reply', id: 9, reply: null }, 4]);
    expect(sends(stepSessionClerk(finished.state, { kind: 'request', id: 10, request: append }))).toEqual([
      request(2, 4, append),
    ]);
  });

  test('"the client is told": it does not ask again what may have been done, and begins another session with its next operation', () => {
    const over = hears(inSession.state, { kind: 'sessionReply', sequence: 1, session: null });
    expect(over.effects).toEqual([
      { kind: 'cancelTimer', timer: 'retry' }, { kind: 'reply', id: 9, reply: { kind: 'expired' } },
    ]);
    expect([over.state.session, over.state.pending]).toEqual([undefined, null]);
    expect(sends(stepSessionClerk(over.state, { kind: 'request', id: 10, request: append }))).toEqual([
      request(2, 0, nothing),
    ]);
  });

  test('answers to something else, or a second time, are old news', () => {
    for (const message of [
      { kind: 'sessionReply', sequence: 1, session: 5 }, { kind: 'sessionReply', sequence: 9, session: null },
    ] as const) {
      expect(hears(inSession.state, message)).toEqual({ state: inSession.state, effects: [] });
    }
    expect(hears(asked.state, { kind: 'sessionReply', sequence: 1, session: null })).toEqual({
      state: asked.state, effects: [],
    });
    expect(hears(bootClerk(config), { kind: 'sessionReply', sequence: 0, session: 3 }).effects).toEqual([]);
  });

  test('without an answer it tries the next server, in the session or for one', () => {
    expect(sends(stepSessionClerk(asked.state, { kind: 'timer', timer: 'retry' }))).toEqual([request(1, 0, nothing)]);
    expect(sends(stepSessionClerk(inSession.state, { kind: 'timer', timer: 'retry' }))).toEqual([
      request(1, 4, append),
    ]);
  });
});

test('without the option requests, entries and sessions are those of the paper', () => {
  const cluster = new Cluster(3);
  cluster.elect(0);
  cluster.ask(0, c0, 1, append);
  cluster.deliver();
  expect([sessionOf(cluster), cluster.server(0).clock, cluster.server(0).machine.sessions.timeUs]).toEqual([
    { sequence: 1, result: null }, undefined, undefined,
  ]);
});
