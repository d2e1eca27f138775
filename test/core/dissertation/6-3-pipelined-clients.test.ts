/**
 * Ongaro's dissertation, 6.3: "This approach also generalizes to allow concurrent requests from a single client." Here
 * they are also executed in the order in which the client asked.
 */
import { describe, expect, test } from 'vitest';
import { pipelinedClerkProcess, type PipelinedClerk } from '../../../core/kv/pipelined-clerk.ts';
import { decodeMessage, encodeMessage } from '../../../core/codec.ts';
import type { Operation } from '../../../core/kv/command.ts';
import { apply, newMachine, type Machine } from '../../../core/kv/machine.ts';
import type { ClientRequest } from '../../../core/kv/messages.ts';
import { keptOf, type Kept } from '../../../core/kv/sessions.ts';
import { decodeSnapshot, encodeSnapshot, snapshotSizeBytes, takeSnapshot } from '../../../core/kv/snapshot.ts';
import { across, Cluster, firstClient } from '../../support/cluster.ts';

const c0 = firstClient;
const append = (number: number): Operation => ({ kind: 'append', key: 'k', value: `${number};` });
const get: Operation = { kind: 'get', key: 'k' };
const request = (sequence: number, unanswered: number, operation = append(sequence)): ClientRequest => ({
  kind: 'clientRequest', sequence, operation, unanswered,
});
const ask = (cluster: Cluster, sequence: number, unanswered = 1, { node = 0, operation = append(sequence) } = {}) =>
  cluster.handle(node, { kind: 'message', from: c0, message: request(sequence, unanswered, operation) });
const done = (sequence: number, result: string | null = null) => ({
  kind: 'clientReply', sequence, outcome: { kind: 'done', result },
});
const away = (sequence: number, leaderId: number | null) => ({
  kind: 'clientReply', sequence, outcome: { kind: 'notLeader', leaderId },
});
const valueAt = (cluster: Cluster, node = 0): string | undefined => cluster.server(node).machine.store.values.get('k');
const early = (cluster: Cluster, node = 0): readonly number[] | undefined =>
  cluster.server(node).early?.map((one) => one.request.sequence);
const sessionOf = (cluster: Cluster, node = 0) => cluster.server(node).machine.sessions.byClient.get(c0);
const lastIndex = (cluster: Cluster, node = 0): number => cluster.server(node).raft.persistent.log.lastIndex;
/** The timer for which a held request waits; none of another kind. */
const turns = (cluster: Cluster): number =>
  cluster.lastEffects.filter((effect) => effect.kind === 'setTimer' && effect.timer === 'turn').length;
function led(changed: ConstructorParameters<typeof Cluster>[1] = {}): Cluster {
  const cluster = new Cluster(3, changed);
  cluster.elect(0);
  return cluster;
}

describe('a leader takes the commands of a client in the order of their numbers', () => {
  test('one that comes before an earlier one is held until that is in the log', () => {
    const cluster = led();
    const before = lastIndex(cluster);
    ask(cluster, 2);
    expect([early(cluster), lastIndex(cluster), turns(cluster)]).toEqual([[2], before, 0]);
    ask(cluster, 1);
    expect([early(cluster), lastIndex(cluster), turns(cluster)]).toEqual([[2], before + 1, 1]);
    cluster.timer(0, 'turn');
    expect([early(cluster), lastIndex(cluster), turns(cluster)]).toEqual([undefined, before + 2, 0]);
    cluster.deliver();
    expect([valueAt(cluster), cluster.answersTo(c0)]).toEqual(['1;2;', [done(1), done(2)]]);
  });

  test('no step puts more than one of them into the log, in whatever order they came', () => {
    const cluster = led();
    for (const sequence of [4, 3, 2, 3, 1]) ask(cluster, sequence);
    for (const left of [[4, 3], [4], undefined]) {
      expect(turns(cluster)).toBe(1);
      const before = lastIndex(cluster);
      cluster.timer(0, 'turn');
      expect([early(cluster), lastIndex(cluster)]).toEqual([left, before + 1]);
    }
    cluster.deliver();
    expect(valueAt(cluster)).toBe('1;2;3;4;');
  });

  test('one that comes in turn is not held, and the timer is set once', () => {
    const cluster = led();
    for (const sequence of [1, 2]) ask(cluster, sequence);
    expect(early(cluster)).toBe(undefined);
    for (const sequence of [5, 4, 3]) ask(cluster, sequence);
    expect(turns(cluster)).toBe(1);
    cluster.timer(0, 'heartbeat');
    expect([turns(cluster), early(cluster)]).toEqual([0, [5, 4]]);
  });

  test('a held one that was asked again, and so is in the log, is held no more', () => {
    const cluster = led();
    for (const sequence of [2, 1, 2]) ask(cluster, sequence);
    const before = lastIndex(cluster);
    cluster.timer(0, 'turn');
    expect([early(cluster), lastIndex(cluster)]).toEqual([undefined, before]);
    cluster.deliver();
    expect(valueAt(cluster)).toBe('1;2;');
  });

  test('also when it is done by then: it is answered from the session', () => {
    const cluster = led();
    for (const sequence of [3, 1, 2, 3]) ask(cluster, sequence);
    cluster.deliver();
    cluster.answers.length = 0;
    cluster.timer(0, 'turn');
    expect([early(cluster), cluster.answersTo(c0)]).toEqual([undefined, [done(3)]]);
  });

  test('who leads no more sends those away that it held, as those that wait', () => {
    const cluster = led();
    ask(cluster, 1);
    ask(cluster, 3);
    cluster.letters = [];
    cluster.elect(1);
    expect([early(cluster), cluster.answersTo(c0)]).toEqual([undefined, [away(1, null), away(3, null)]]);
    cluster.timer(0, 'turn');
    expect(cluster.lastEffects).toEqual([]);
  });

  test('who does not lead holds nothing', () => {
    const cluster = led();
    cluster.deliver();
    ask(cluster, 2, 1, { node: 1 });
    expect([early(cluster, 1), cluster.answersTo(c0)]).toEqual([undefined, [away(2, 0)]]);
  });

  test('clients have an order each, and one without numbers unanswered is asked as ever', () => {
    const cluster = led();
    ask(cluster, 2);
    cluster.ask(0, c0 + 1, 7, append(7));
    cluster.deliver();
    expect([early(cluster), valueAt(cluster)]).toEqual([[2], '7;']);
  });

  test('a leader that has executed less than its client knows of takes what is next for the client', () => {
    const cluster = led({ noopOnElection: false });
    ask(cluster, 1);
    cluster.deliver(({ message }) => message.kind === 'appendEntries' && message.leaderCommit > 0);
    expect(cluster.answersTo(c0)).toEqual([done(1)]);
    cluster.crash(0);
    cluster.elect(1);
    expect(sessionOf(cluster, 1)).toBe(undefined);
    ask(cluster, 2, 2, { node: 1 });
    cluster.deliver();
    expect([early(cluster, 1), valueAt(cluster, 1)]).toEqual([undefined, '1;2;']);
  });

  test('and holds what is behind that', () => {
    const cluster = led({ noopOnElection: false });
    ask(cluster, 3, 2);
    expect(early(cluster)).toEqual([3]);
  });
});

describe('"the state machine then discards all responses for lower sequence numbers"', () => {
  const of = (machine: Machine, index: number, sequence: number, unanswered: number, operation: Operation): Machine =>
    apply(machine, index, { client: 5, sequence, operation, unanswered });
  const kept = (machine: Machine): readonly Kept[] => {
    const { earlier, sequence, result } = machine.sessions.byClient.get(5)!;
    return [...earlier!, { sequence, result }];
  };
  const numbers = (machine: Machine): readonly number[] => kept(machine).map(({ sequence }) => sequence);
  let machine = newMachine;
  for (const [i, unanswered] of [1, 1, 2, 2].entries())
    machine = of(machine, i + 1, i + 1, unanswered, i % 2 === 0 ? append(i) : get);

  test('what is not below the lowest unanswered one is kept, each with what it gave', () => {
    expect(kept(machine)).toEqual([
      { sequence: 2, result: '0;' }, { sequence: 3, result: null }, { sequence: 4, result: '0;2;' },
    ]);
  });
  test('the last one always is', () => expect(numbers(of(machine, 5, 5, 5, get))).toEqual([5]));
  test('all are while the first has no answer', () => expect(numbers(of(machine, 5, 5, 1, get))).toEqual([2, 3, 4, 5]));
  test('a repetition changes nothing, whichever it is', () => {
    for (const sequence of [1, 2, 3, 4])
      expect(of(machine, 5, sequence, 1, append(9))).toEqual({ ...machine, lastExecuted: 5 });
  });
  test('what is asked for again is found, and what is forgotten is not', () => {
    const session = machine.sessions.byClient.get(5);
    expect([1, 2, 3, 4, 5].map((sequence) => keptOf(session, sequence)?.result)).toEqual([
      undefined, '0;', null, '0;2;', undefined,
    ]);
  });

  test('a leader answers each that it keeps, and says nothing of what is older', () => {
    const cluster = led();
    ask(cluster, 1, 1, { operation: get });
    ask(cluster, 2);
    ask(cluster, 3, 2, { operation: get });
    cluster.deliver();
    cluster.answers.length = 0;
    for (const sequence of [1, 2, 3]) ask(cluster, sequence);
    expect(cluster.answersTo(c0)).toEqual([done(2), done(3, '2;')]);
  });

  test('an entry that comes twice is answered with what it gave, when a later one is done', () => {
    const cluster = led();
    ask(cluster, 1, 1, { operation: get });
    ask(cluster, 2);
    cluster.deliver(across([2]));
    cluster.crash(0);
    cluster.elect(1);
    cluster.answers.length = 0;
    // Before it has executed what it inherited.
    expect(sessionOf(cluster, 1)?.sequence).toBe(2);
    ask(cluster, 1, 1, { node: 1, operation: get });
    expect(cluster.answersTo(c0)).toEqual([done(1, '')]);
  });
});

describe('a snapshot holds every answer that a session keeps', () => {
  const full = [append(1), get, append(3)].reduce(
    (machine, operation, i) => apply(machine, i + 1, { client: 5, sequence: i + 1, operation, unanswered: 1 }),
    newMachine,
  );
  const empty = apply(newMachine, 1, { client: 5, sequence: 1, operation: get, unanswered: 1 });
  const plain = apply(newMachine, 1, { client: 5, sequence: 1, operation: get });

  test.each([['several answers', full], ['one answer', empty], ['clients of the plain kind', plain]])(
    'its bytes say it, and its size is known: %s',
    (_, machine) => {
      const snapshot = takeSnapshot(machine);
      const bytes = encodeSnapshot(snapshot);
      expect(bytes.length).toBe(snapshotSizeBytes(snapshot));
      const decoded = decodeSnapshot(bytes);
      expect(decoded.sessions.byClient.get(5)).toEqual(machine.sessions.byClient.get(5));
      expect(encodeSnapshot(decoded)).toEqual(bytes);
    },
  );
  test('without several in flight it is as it was: client, number and result', () => {
    expect(encodeSnapshot(takeSnapshot(plain)).length).toBe(4 + 4 + 4 + 4 + 5);
    expect(encodeSnapshot(takeSnapshot(empty)).length).toBe(4 + 4 + 4 + 4 + 5 + 4);
  });
  test('answers out of order, or not below the last, are no snapshot', () => {
    const bytes = encodeSnapshot(takeSnapshot(full));
    const places = [...bytes.keys()].filter((at) => bytes[at] === 1 || bytes[at] === 2);
    const refused = places.filter((at) => {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = 9;
      try {
        const read = decodeSnapshot(damaged);
        const { earlier, sequence } = read.sessions.byClient.get(5) ?? read.sessions.byClient.get(9)!;
        const all = [...earlier!.map((kept) => kept.sequence), sequence];
        return !all.every((one, i) => i === 0 || all[i - 1]! < one);
      } catch {
        return false;
      }
    });
    expect(refused).toEqual([]);
  });
  test('a restored server answers from it', () => {
    const cluster = led({ maxRaftState: 30 });
    for (const sequence of [1, 2, 3]) ask(cluster, sequence, 1, sequence === 2 ? { operation: get } : {});
    cluster.deliver();
    expect(cluster.server(0).raft.persistent.snapshot).not.toBe(null);
    cluster.crash(0);
    cluster.boot(0);
    cluster.elect(0);
    cluster.answers.length = 0;
    ask(cluster, 2);
    expect(cluster.answersTo(c0)).toEqual([done(2, '1;')]);
  });
});

test('a request says which is the lowest without an answer, in its bytes too', () => {
  const [asked, plain] = [request(7, 5), { kind: 'clientRequest', sequence: 7, operation: append(7) } as const];
  expect(decodeMessage(encodeMessage(asked))).toEqual(asked);
  expect(decodeMessage(encodeMessage(plain))).toEqual(plain);
  expect(encodeMessage(asked).length).toBe(encodeMessage(plain).length + 4);
  expect(() => encodeMessage({ ...asked, session: 3 })).toThrow(/has one request in flight/);
});

describe('the client', () => {
  const us = { min: 1, max: 1 };
  const process = pipelinedClerkProcess({ clusterSize: 3, retryUs: us, backoffUs: us });
  type Event = Parameters<typeof process.step>[1];
  const wants = (id: number): Event => ({ kind: 'request', id, request: append(id) });
  const hears = (message: object, from = 0): Event => ({ kind: 'message', from, message }) as Event;
  const retry: Event = { kind: 'timer', timer: 'retry' };
  /** Of each step: whom it asks for which numbers, with the lowest unanswered one; timers; whom it tells. */
  const play = (...events: readonly Event[]): { state: PipelinedClerk; said: readonly string[] } => {
    let state = process.boot(null).state;
    let said: readonly string[] = [];
    for (const event of events) {
      const step = process.step(state, event);
      state = step.state;
      said = step.effects.map((effect) => {
        if (effect.kind === 'send') {
          const { sequence, unanswered } = effect.message as ClientRequest;
          return `n${effect.to} ${sequence} of ${unanswered}`;
        }
        return effect.kind === 'reply' ? `told ${effect.id}` : effect.kind;
      });
    }
    return { state, said };
  };

  test('asks for each at once, under the next number', () => {
    expect(play(wants(0)).said).toEqual(['setTimer', 'n0 1 of 1']);
    expect(play(wants(0), wants(1)).said).toEqual(['n0 2 of 1']);
  });
  test('asks the next server for all of them, in their order, when nobody answers', () => {
    expect(play(wants(0), wants(1), retry).said).toEqual(['setTimer', 'n1 1 of 1', 'n1 2 of 1']);
    expect(play(retry).said).toEqual([]);
  });
  test('takes answers in any order, each once, and says what is the lowest without one', () => {
    const both = [wants(0), wants(1)];
    expect(play(...both, hears(done(2))).said).toEqual(['setTimer', 'told 1']);
    expect(play(...both, hears(done(2)), hears(done(2))).said).toEqual([]);
    expect(play(...both, hears(done(2)), wants(2)).said).toEqual(['n0 3 of 1']);
    expect(play(...both, hears(done(1)), wants(2)).said).toEqual(['n0 3 of 2']);
    expect(play(...both, hears(done(1)), hears(done(2))).said).toEqual(['cancelTimer', 'told 1']);
  });
  test('goes to whom it is sent, once for all that a server refuses', () => {
    const both = [wants(0), wants(1)];
    expect(play(...both, hears(away(1, 2))).said).toEqual(['setTimer', 'n2 1 of 1', 'n2 2 of 1']);
    expect(play(...both, hears(away(1, 2)), hears(away(2, 2))).said).toEqual([]);
    expect(play(...both, hears(away(2, null))).said).toEqual(['setTimer', 'n1 1 of 1', 'n1 2 of 1']);
    expect(play(...both, hears(done(1)), hears(away(1, 2))).said).toEqual([]);
  });
  test('waits when all servers refuse, and asks all again after an answer', () => {
    const refused = [wants(0), wants(1), hears(away(1, 1)), hears(away(1, 2), 1), hears(away(1, 0), 2)];
    expect(play(...refused).said).toEqual(['setTimer']);
    expect(play(...refused, hears(done(1), 1), hears(away(2, 2), 1)).said).toEqual(['setTimer', 'n2 2 of 2']);
  });
  test('a network that reports a loss has it ask the next server', () => {
    expect(play(wants(0), { kind: 'unreachable', node: 0 }).said).toEqual(['setTimer', 'n1 1 of 1']);
    expect(play(wants(0), { kind: 'unreachable', node: 1 }).said).toEqual([]);
    expect(play({ kind: 'unreachable', node: 0 }).said).toEqual([]);
  });
  test('the oldest is what waits', () => {
    expect(play(wants(3), wants(4)).state.pending).toEqual({ id: 3, operation: append(3), refusals: 0 });
    expect(play(wants(3), wants(4), hears(done(1))).state.pending?.id).toBe(4);
    expect(play(wants(3), hears(done(1))).state.pending).toBe(null);
  });
});
