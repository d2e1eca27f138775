/**
 * MIT 6.5840, lab 2 of 2025 and 2026 ("Key/Value Server"), on the servers of lab 4: puts that name a version. What is
 * quoted is the page of the lab.
 */
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../core/kv/command.ts';
import { apply, newMachine, resultOf, type Machine } from '../../../core/kv/machine.ts';
import type { ClerkMessage } from '../../../core/kv/messages.ts';
import { decodeSnapshot, encodeSnapshot, snapshotSizeBytes, takeSnapshot } from '../../../core/kv/snapshot.ts';
import {
  bootVersionClerk, stepVersionClerk, versionClerkProcess, type Asked, type VersionClerk,
} from '../../../core/kv/version-clerk.ts';
import type { Change } from '../../../core/raft/members.ts';
import type { VersionedResult } from '../../../core/kv/versioned.ts';
import type { Event } from '../../../core/protocol.ts';
import { across, Cluster, firstClient } from '../../support/cluster.ts';

const key = 'k';
const get: Operation = { kind: 'getVersion', key };
const put = (version: number, value = `v${version}`): Operation => ({ kind: 'putVersion', key, value, version });
const ok = (version: number): VersionedResult => ({ told: 'OK', version });
const held = (value: string, version: number): VersionedResult => ({ told: 'OK', version, value });
const refused = (version: number): VersionedResult => ({ told: 'ErrVersion', version });
const noKey = (version = 0): VersionedResult => ({ told: 'ErrNoKey', version });

/** What one client's commands give, one after the other. */
function executed(...operations: readonly Operation[]): {
  readonly machine: Machine;
  readonly told: readonly unknown[];
} {
  let machine = newMachine;
  const told = operations.map((operation, i) => {
    machine = apply(machine, i + 1, { client: 7, sequence: i + 1, operation });
    return resultOf(machine, 7, i + 1);
  });
  return { machine, told };
}

describe('"Put installs or replaces the value only if the Put\'s version number matches the server\'s version number for the key"', () => {
  test('"if the version numbers match, the server also increments the version number of the key"', () => {
    expect(executed(put(0), put(1), get).told).toEqual([ok(0), ok(1), held('v1', 2)]);
  });
  test('"if the version numbers don\'t match, the server should return ErrVersion", and nothing is changed', () => {
    expect(executed(put(0), put(2, 'x'), get).told).toEqual([ok(0), refused(2), held('v0', 1)]);
    expect(executed(put(0), put(1), put(1, 'x'), get).told).toEqual([ok(0), ok(1), refused(1), held('v1', 2)]);
  });
  test('"a client can create a new key by invoking Put with version number 0, and the resulting version will be 1"; and no other', () => {
    expect(executed(get, put(0), get).told).toEqual([noKey(), ok(0), held('v0', 1)]);
    expect(executed(put(0), put(0, 'x'), get).told).toEqual([ok(0), refused(0), held('v0', 1)]);
  });
  test('"if the version number of the Put is larger than 0 and the key doesn\'t exist, the server should return ErrNoKey"', () => {
    expect(executed(put(3), get).told).toEqual([noKey(3), noKey()]);
  });
  test('each key has a version of its own; an empty value is a value', () => {
    expect(
      executed(put(0, ''), { kind: 'putVersion', key: 'l', value: 'x', version: 0 }, get, {
        kind: 'getVersion', key: 'l',
      }).told,
    ).toEqual([ok(0), ok(0), held('', 1), held('x', 1)]);
  });
});

describe('nobody remembers what a client asked', () => {
  test('a put that is executed again is refused for its version, and no session is kept', () => {
    let machine = apply(newMachine, 1, { client: 7, sequence: 1, operation: put(0) });
    machine = apply(machine, 2, { client: 7, sequence: 1, operation: put(0) });
    expect([resultOf(machine, 7, 1), machine.sessions.byClient.size]).toEqual([refused(0), 0]);
  });
  test('what the last entry gave is told of that entry only', () => {
    const machine = apply(newMachine, 1, { client: 7, sequence: 1, operation: put(0) });
    expect([resultOf(machine, 7, 2), resultOf(machine, 8, 1), resultOf(apply(machine, 2, null), 7, 1)]).toEqual([
      undefined, undefined, undefined,
    ]);
  });
  test('what a session keeps is told as before', () => {
    const machine = apply(newMachine, 1, { client: 7, sequence: 1, operation: { kind: 'get', key } });
    expect([resultOf(machine, 7, 1), resultOf(machine, 7, 2)]).toEqual(['', undefined]);
  });
});

describe('a snapshot holds the versions (lab 4, part C)', () => {
  const { machine } = executed(put(0), put(1), { kind: 'putVersion', key: 'l', value: 'x', version: 0 });
  const snapshot = takeSnapshot(machine);
  test('they come back from its bytes, whose number is known before', () => {
    const bytes = encodeSnapshot(snapshot);
    expect(bytes.length).toBe(snapshotSizeBytes(snapshot));
    const { store } = decodeSnapshot(bytes);
    expect([...'kl'].map((name) => [store.values.get(name), store.versions?.get(name)])).toEqual([['v1', 2], ['x', 1]]);
    expect(encodeSnapshot(decodeSnapshot(bytes))).toEqual(bytes);
  });
  test('a store without versions has the bytes that it had', () => {
    const plain = apply(newMachine, 1, { client: 7, sequence: 1, operation: { kind: 'put', key, value: 'v' } });
    expect(Buffer.from(encodeSnapshot(takeSnapshot(plain))).toString('hex')).toBe(
      '00000001000000016b000000017600000001000000070000000100',
    );
  });
  test('versions without a key are no snapshot', () => {
    expect(() => decodeSnapshot(Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0))).toThrow(
      'a snapshot has versions, and no keys',
    );
  });
});

const c0 = firstClient;
const dones = (cluster: Cluster): readonly unknown[] =>
  cluster.answersTo(c0).flatMap(({ outcome }) => (outcome.kind === 'done' ? [outcome.result] : []));

describe('on several servers', () => {
  test('a put is answered when it is committed, with what executing it gave', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    cluster.ask(0, c0, 1, put(0));
    expect(dones(cluster)).toEqual([]);
    cluster.deliver();
    cluster.ask(0, c0, 2, get);
    cluster.deliver();
    expect(dones(cluster)).toEqual([ok(0), held('v0', 1)]);
  });
  test('one that comes again while it waits is not proposed again', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    cluster.ask(0, c0, 1, put(0));
    cluster.ask(0, c0, 1, put(0));
    cluster.deliver();
    expect([dones(cluster), cluster.server(0).raft.persistent.log.lastIndex]).toEqual([[ok(0)], 2]);
  });
  test('one that comes again when it is done is executed again, and refused', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    for (let i = 0; i < 2; i++) {
      cluster.ask(0, c0, 1, put(0));
      cluster.deliver();
    }
    expect(dones(cluster)).toEqual([ok(0), refused(0)]);
  });
  test('one that an earlier leader left in the log takes effect, and its repetition is refused', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    cluster.ask(0, c0, 1, put(0));
    // n1 has the entry, and n0 does not hear so.
    cluster.deliver(({ to }) => to !== 1);
    cluster.elect(1, across([0]));
    cluster.ask(1, c0, 1, put(0));
    cluster.deliver(across([0]));
    expect(dones(cluster)).toEqual([refused(0)]);
    expect(cluster.server(1).machine.store.values.get(key)).toBe('v0');
  });
  test('a read around the log tells the version, too (dissertation 6.4)', () => {
    const cluster = new Cluster(3, { reads: ['index'] });
    cluster.elect(0);
    cluster.ask(0, c0, 1, put(0));
    cluster.deliver();
    cluster.ask(0, c0, 2, get);
    cluster.deliver();
    expect([dones(cluster), cluster.server(0).raft.persistent.log.lastIndex]).toEqual([[ok(0), held('v0', 1)], 2]);
  });
});

const config = { clusterSize: 3, retryUs: { min: 100, max: 200 }, backoffUs: { min: 10, max: 20 } };

/** A clerk in the hand of a test. */
class Hand {
  clerk: VersionClerk = bootVersionClerk(config);
  told: unknown = null;
  sent: readonly ClerkMessage[] = [];

  private does(event: Event<ClerkMessage, Asked>): this {
    const { state, effects } = stepVersionClerk(this.clerk, event);
    this.clerk = state;
    this.sent = effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []));
    this.told = effects.find((effect) => effect.kind === 'reply')?.reply ?? null;
    return this;
  }

  asks(request: Asked): this {
    return this.does({ kind: 'request', id: 1, request });
  }

  hears(result: VersionedResult): this {
    return this.does({
      kind: 'message',
      from: 0,
      message: { kind: 'clientReply', sequence: this.clerk.sequence, outcome: { kind: 'done', result } },
    });
  }

  hearsOfChange(isDone: boolean): this {
    return this.does({
      kind: 'message',
      from: 0,
      message: { kind: 'clientReply', sequence: this.clerk.sequence, outcome: { kind: 'done', result: isDone } },
    });
  }

  hearsNothing(): this {
    return this.does({ kind: 'timer', timer: 'retry' });
  }

  isRefused(): this {
    return this.does({
      kind: 'message',
      from: this.clerk.target,
      message: { kind: 'clientReply', sequence: this.clerk.sequence, outcome: { kind: 'notLeader', leaderId: null } },
    });
  }

  /** The version that its last request names. */
  get named(): unknown {
    const [message] = this.sent;
    return message?.kind === 'clientRequest' && message.operation.kind === 'putVersion'
      ? message.operation.version
      : null;
  }
}
const hand = (): Hand => new Hand();
const putSeen: Asked = { kind: 'putSeen', key, value: 'x' };

describe('the clerk: "if a Clerk receives ErrVersion for a retransmitted Put, Clerk.Put must return ErrMaybe"', () => {
  test('"if the initial Put RPC got ErrVersion, the Put was definitely not performed", and the application is told ErrVersion', () => {
    expect(hand().asks(put(3)).hears(refused(3)).told).toEqual(refused(3));
  });
  test('ErrMaybe, when it has asked again because it heard nothing', () => {
    expect(hand().asks(put(3)).hearsNothing().hears(refused(3)).told).toEqual({ told: 'ErrMaybe', version: 3 });
  });
  test('also when a server sent it away: it may have put the command into its log when it still led (lab 4)', () => {
    expect(hand().asks(put(3)).isRefused().hears(refused(3)).told).toEqual({ told: 'ErrMaybe', version: 3 });
  });
  test('every other answer is told as it is, however often it has asked', () => {
    expect([ok(3), noKey(3)].map((result) => hand().asks(put(3)).hearsNothing().hears(result).told)).toEqual([
      ok(3), noKey(3),
    ]);
    expect(hand().asks(get).hearsNothing().hears(held('x', 4)).told).toEqual(held('x', 4));
  });
  test('an operator asks for a change with the same clerk (dissertation, chapter 4), and what it is told tells of no key', () => {
    const operator = hand().asks({ kind: 'addServer', server: 2 } satisfies Change as unknown as Asked);
    expect(operator.sent).toMatchObject([{ operation: { kind: 'addServer', server: 2 } }]);
    expect(operator.hearsNothing().hearsOfChange(false).told).toBe(false);
    expect([operator.clerk.seen.size, operator.clerk.attempts]).toEqual([0, 0]);
  });
  test('each operation begins anew', () => {
    expect(hand().asks(put(3)).hearsNothing().hears(refused(3)).asks(put(4)).hears(refused(4)).told).toEqual(
      refused(4),
    );
    // Also one that begins when the one before was given up.
    expect(hand().asks(put(3)).hearsNothing().asks(put(4)).hears(refused(4)).told).toEqual(refused(4));
  });
  test('a request that the network delivers twice is beyond it: the lab\'s delivers nothing twice', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    for (let i = 0; i < 2; i++) {
      cluster.ask(0, c0, 1, put(0));
      cluster.deliver();
    }
    // The first answer is lost.
    expect(hand().asks(put(0)).hears(dones(cluster)[1] as VersionedResult).told).toEqual(refused(0));
  });
});

describe('a put that leaves the version to the clerk', () => {
  test('creates a key of which the client knows nothing', () => {
    expect(hand().asks(putSeen).named).toBe(0);
    expect(hand().asks(get).hears(noKey()).asks(putSeen).named).toBe(0);
  });
  test('names the version that was read last, or the one behind an own put', () => {
    expect(hand().asks(get).hears(held('x', 4)).asks(putSeen).named).toBe(4);
    expect(hand().asks(put(4)).hears(ok(4)).asks(putSeen).named).toBe(5);
    expect(hand().asks({ ...putSeen, key: 'l' }).hears(ok(0)).asks(putSeen).named).toBe(0);
  });
  test('is told nothing by a put that was refused, or may have been', () => {
    expect(hand().asks(get).hears(held('x', 4)).asks(putSeen).hears(refused(4)).asks(putSeen).named).toBe(4);
    expect(
      hand().asks(get).hears(held('x', 4)).asks(putSeen).hearsNothing().hears(refused(4)).asks(putSeen).named,
    ).toBe(4);
    expect(hand().asks(put(7)).hears(noKey(7)).asks(putSeen).named).toBe(0);
  });
  test('names the same one when it is asked again', () => {
    expect(hand().asks(get).hears(held('x', 4)).asks(putSeen).hearsNothing().named).toBe(4);
  });
  test('nothing of a clerk outlives a crash', () => {
    const { blank, boot, write, step } = versionClerkProcess(config);
    expect([boot(blank).state, write(blank, null as never), step]).toEqual([
      bootVersionClerk(config), null, stepVersionClerk,
    ]);
  });
});
