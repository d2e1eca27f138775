/** The store as it must be: what was found equal once is not compared again, and anything else is. */
import { describe, expect, test } from 'vitest';
import { ReplicatedStore } from '../../checkers/replicated-store.ts';
import type { Command } from '../../core/kv/command.ts';
import { apply, newMachine, type Machine } from '../../core/kv/machine.ts';
import { noSessions } from '../../core/kv/sessions.ts';
import { takeSnapshot } from '../../core/kv/snapshot.ts';
import { emptyStore } from '../../core/kv/store.ts';

const put = (sequence: number, value: string): Command => ({
  client: 3, sequence, operation: { kind: 'put', key: 'k', value },
});

/** A model of the commands, and what a server holds behind each of them. */
function after(...commands: readonly (Command | null)[]): {
  readonly model: ReplicatedStore;
  readonly held: readonly Machine[];
} {
  const model = new ReplicatedStore(3);
  const held: Machine[] = [newMachine];
  commands.forEach((command, i) => {
    model.execute(i + 1, command);
    held.push(apply(held[i]!, i + 1, command));
  });
  return { model, held };
}

describe('a whole comparison', () => {
  test('finds what a server and its snapshot hold equal, at each index', () => {
    const { model, held } = after(put(1, 'a'), null, put(2, 'b'));
    for (const index of [1, 2, 3, 1]) {
      expect(model.difference('n0', 0, index, held[index]!)).toBeNull();
      expect(model.difference('the snapshot of n0', 0, index, takeSnapshot(held[index]!))).toBeNull();
    }
  });

  test('finds what was equal at one index different at another', () => {
    const { model, held } = after(put(1, 'a'), put(2, 'b'));
    expect(model.difference('n0', 0, 1, held[1]!)).toBeNull();
    expect(model.difference('n0', 0, 2, held[1]!)).toBe('n0 holds k="a" at index 2, where it must be "b"');
  });

  test('finds other values beside sessions that were equal', () => {
    const { model, held } = after(put(1, 'a'));
    expect(model.difference('n0', 0, 1, held[1]!)).toBeNull();
    expect(model.difference('n0', 0, 1, { ...held[1]!, store: emptyStore })).toBe(
      'n0 holds k=nothing at index 1, where it must be "a"',
    );
  });

  test('finds other sessions beside values that were equal', () => {
    const { model, held } = after(put(1, 'a'));
    expect(model.difference('n0', 0, 1, held[1]!)).toBeNull();
    expect(model.difference('n0', 0, 1, { ...held[1]!, sessions: noSessions })).toContain(
      'n0 holds session nothing of c0 at index 1',
    );
  });

  test('finds a difference again and again', () => {
    const { model, held } = after(put(1, 'a'), put(2, 'b'));
    const says = 'n0 holds k="b" at index 1, where it must be "a"';
    expect([model.difference('n0', 0, 1, held[2]!), model.difference('n0', 0, 1, held[2]!)]).toEqual([says, says]);
  });
});

/** One client, n3 and so c0, and another, n4. */
const did = (client: number, sequence: number, operation: Command['operation']): Command => ({
  client, sequence, operation,
});
const modelOf = (...commands: readonly (Command | null)[]): ReplicatedStore => after(...commands).model;
const told = (model: ReplicatedStore, client: number, sequence: number, result: string | boolean | null) => (): void =>
  model.acknowledged(client, sequence, result);

describe('what commands make', () => {
  const key = 'k';
  test.each<[string, readonly Command['operation'][], string | undefined, string | boolean | null]>([
    ['a put writes', [{ kind: 'put', key, value: 'a' }], 'a', null],
    [
      'the later put',
      [
        { kind: 'put', key, value: 'a' }, { kind: 'put', key, value: 'b' },
      ],
      'b',
      null,
    ],
    ['an append to nothing', [{ kind: 'append', key, value: 'a' }], 'a', null],
    [
      'an append',
      [
        { kind: 'put', key, value: 'a' }, { kind: 'append', key, value: 'b' },
      ],
      'ab',
      null,
    ],
    ['a get of nothing', [{ kind: 'get', key }], undefined, ''],
    [
      'a get',
      [
        { kind: 'put', key, value: 'a' }, { kind: 'get', key },
      ],
      'a',
      'a',
    ],
    [
      'a cas that fits',
      [
        { kind: 'put', key, value: 'a' }, { kind: 'cas', key, expected: 'a', value: 'b' },
      ],
      'b',
      true,
    ],
    [
      'a cas that does not',
      [
        { kind: 'put', key, value: 'a' }, { kind: 'cas', key, expected: 'c', value: 'b' },
      ],
      'a',
      false,
    ],
    ['a cas of nothing', [{ kind: 'cas', key, expected: '', value: 'b' }], 'b', true],
  ])('%s', (_what, operations, value, result) => {
    const model = modelOf(...operations.map((operation, i) => did(3, i + 1, operation)));
    const { values, sessions } = model.at(operations.length);
    expect([values.get(key), sessions.get(3)]).toEqual([value, { sequence: operations.length, result }]);
    expect(model.committedUpTo).toBe(operations.length);
  });

  test('twice is once, and counted; each client has its own numbers; a no-op makes nothing', () => {
    const model = modelOf(
      did(3, 1, { kind: 'append', key, value: 'a' }), null, did(3, 1, { kind: 'append', key, value: 'a' }),
      did(4, 1, { kind: 'append', key, value: 'b' }), did(4, 3, { kind: 'append', key, value: 'c' }),
      did(4, 2, { kind: 'append', key, value: 'd' }),
    );
    expect([model.at(6).values.get(key), model.repetitions]).toEqual(['abc', 2]);
    expect([...model.at(4).values, ...model.at(4).sessions.keys()]).toEqual([[key, 'ab'], 3, 4]);
    expect([model.at(0).values.size, model.at(1).sessions.get(4), model.at(6).sessions.get(4)?.sequence]).toEqual([
      0, undefined, 3,
    ]);
    expect(modelOf().repetitions).toBe(0);
  });
});

describe('a client may be told', () => {
  const model = modelOf(put(1, 'a'), did(3, 2, { kind: 'get', key: 'k' }));
  test('what its last command gave, and of an older one anything that is done', () => {
    expect([told(model, 3, 2, 'a'), told(model, 3, 1, null)].map((tell) => tell())).toEqual([undefined, undefined]);
  });
  test.each([
    ['another answer', 3, 2, 'b', 'c0 was told "b" for its command 2, which gave "a"'],
    ['of what is not committed', 3, 3, 'a', 'c0 was told that its command 3 is done, which is not committed'],
    ['of what nobody committed', 4, 1, null, 'c1 was told that its command 1 is done, which is not committed'],
  ])('not %s', (_what, client, sequence, result, says) => expect(told(model, client, sequence, result)).toThrow(says));
});

describe('a read around the log', () => {
  const model = modelOf(put(1, 'a'), put(2, 'b'), null);
  const read = (index: number, result: string, atLeast = index, more: object = {}) =>
    model.differenceInRead({ client: 4, sequence: 7, key: 'k', result, index, atLeast, ...more });
  test('shows the state of its index, which is no older than what was committed when it was asked', () => {
    expect([read(1, 'a'), read(2, 'b'), read(3, 'b', 2), read(2, '', 2, { key: 'other' })]).toEqual([
      null, null, null, null,
    ]);
    expect(read(1, 'a', 2)).toBe(
      'c1 was told "a" for its read 7 of k, as it was at index 1: when it asked, 2 entries were committed',
    );
    expect(read(1, 'b')).toBe('c1 was told "b" for its read 7 of k, which was "a" at index 1');
    expect(read(2, '', 2)).toBe('c1 was told "" for its read 7 of k, which was "b" at index 2');
  });
  test('that was answered from the log is told by its session', () => {
    const logged = modelOf(put(1, 'a'), did(4, 7, { kind: 'get', key: 'k' }), put(2, 'b'));
    expect(logged.differenceInRead({ client: 4, sequence: 7, key: 'k', result: 'a', index: 3, atLeast: 1 })).toBeNull();
    expect(logged.differenceInRead({ client: 4, sequence: 8, key: 'k', result: 'a', index: 3, atLeast: 1 })).toContain(
      'which was "b" at index 3',
    );
  });
});

describe('what is held since an index that was right', () => {
  const commands = [put(1, 'a'), did(4, 1, { kind: 'put', key: 'l', value: 'x' }), null, put(2, 'b')];
  const { model, held } = after(...commands);
  test('is what the entries between touch', () => {
    for (const from of [0, 1, 2, 3]) expect(model.difference('n0', from, 4, held[4]!)).toBeNull();
    expect(model.difference('n0', 1, 4, held[3]!)).toBe('n0 holds k="a" at index 4, where it must be "b"');
    expect(model.difference('n0', 1, 2, { ...held[2]!, sessions: held[1]!.sessions })).toContain(
      'n0 holds session nothing of c1 at index 2, where it must be {',
    );
    // What they do not touch was looked at before.
    expect(
      model.difference('n0', 2, 4, { ...held[4]!, store: after(commands[0]!, commands[3]!).held[2]!.store }),
    ).toBeNull();
  });
  test('is nothing beyond what is committed', () => {
    expect([model.difference('n0', 0, 5, held[4]!), model.difference('n0', 4, 5, held[4]!)]).toEqual([
      'n0 holds the state of index 5, and only 4 entries are committed',
      'n0 holds the state of index 5, and only 4 entries are committed',
    ]);
  });
});

test('more than there must be is told by its number', () => {
  const { model } = after(put(1, 'a'));
  const more = after(put(1, 'a'), did(4, 1, { kind: 'put', key: 'l', value: 'x' })).held[2]!;
  const none = after(put(1, 'a')).held[1]!;
  expect(model.difference('n0', 0, 1, { ...none, store: more.store })).toBe(
    'n0 holds 2 keys at index 1, where there must be 1',
  );
  expect(model.difference('n0', 0, 1, { ...none, sessions: more.sessions })).toBe(
    'n0 holds 2 sessions at index 1, where there must be 1',
  );
});

describe('sessions that expire', () => {
  const inSession = (client: number, sequence: number, session: number, timeUs = 0, activeSinceUs = 0): Command => ({
    client, sequence, operation: { kind: 'append', key: 'k', value: 'x' },
    inSession: { session, timeUs, activeSinceUs },
  });
  /** c0 begins a session and appends in it; then c1 begins one, when c0 has been silent for too long. */
  const both = [inSession(3, 1, 0), inSession(3, 1, 1, 10), inSession(4, 1, 0, 90, 50)];

  test('end at the same entry in the model as at a server, which is held against each entry alone too', () => {
    const { model, held } = after(...both, inSession(3, 2, 1, 95, 50));
    for (let index = 1; index <= 4; index++) {
      expect(model.difference('n0', 0, index, held[index]!)).toBeNull();
      expect(model.difference('n0', index - 1, index, held[index]!)).toBeNull();
    }
    expect(model.sessionCounts).toEqual({ begun: 2, ended: 1, refused: 1 });
  });

  test('a server that keeps one which has ended is found, by an entry of another client', () => {
    const { model, held } = after(...both);
    const kept = {
      ...held[3]!,
      sessions: {
        ...held[3]!.sessions, byClient: held[3]!.sessions.byClient.set(3, held[2]!.sessions.byClient.get(3)!),
      },
    };
    expect(model.difference('n0', 2, 3, kept)).toContain(
      'n0 holds session {"sequence":1,"result":null,"began":{"id":1,"bySequence":1,"activeUs":10}} of c0 at index 3, where it must be nothing',
    );
  });

  test('so is one that says another time of a session', () => {
    const { model, held } = after(...both);
    const { byClient } = held[2]!.sessions;
    for (const wrong of [{ id: 2 }, { bySequence: 2 }, { activeUs: 11 }]) {
      const session = { ...byClient.get(3)!, began: { ...byClient.get(3)!.began!, ...wrong } };
      expect(
        model.difference('n0', 0, 2, {
          ...held[2]!, sessions: { ...held[2]!.sessions, byClient: byClient.set(3, session) },
        }),
      ).toContain('n0 holds session');
    }
  });

  test('one that executes a command of an ended session is found', () => {
    const { model, held } = after(...both, inSession(3, 2, 1, 95, 50));
    expect(model.difference('n0', 0, 4, held[4]!)).toBeNull();
    expect(held[4]!.store.values.get('k')).toBe('x');
    expect(model.at(4).values.get('k')).toBe('x');
  });

  test('repetitions, of registrations too, change nothing but when a client was active', () => {
    const { model, held } = after(
      inSession(3, 1, 0), inSession(3, 1, 0, 20), inSession(3, 1, 1, 30), inSession(3, 1, 1, 40),
    );
    expect([model.repetitions, model.at(4).sessions.get(3)?.began]).toEqual([
      2, { id: 1, bySequence: 1, activeUs: 40 },
    ]);
    expect(model.difference('n0', 0, 4, held[4]!)).toBeNull();
  });

  test('what a client is told of its last command holds in whichever session it was', () => {
    const { model } = after(...both);
    expect(told(model, 3, 1, null)).not.toThrow();
    expect(told(model, 3, 2, null)).toThrow('c0 was told that its command 2 is done, which is not committed');
  });
});

describe('what every server has compacted', () => {
  test('is asked for no more; the state from there on is held as before', () => {
    const { model, held } = after(put(1, 'a'), put(2, 'b'), put(3, 'c'));
    model.forgetBelow(2);
    expect([2, 3].map((index) => model.difference('n0', 0, index, held[index]!))).toEqual([null, null]);
    expect(model.difference('n0', 0, 2, held[3]!)).toContain('n0 holds k="c" at index 2, where it must be "b"');
    expect(model.at(2).values).toEqual(new Map([['k', 'b']]));
  });

  test('a server that is back there has lost what was on its disk', () => {
    const { model, held } = after(put(1, 'a'), put(2, 'b'), put(3, 'c'));
    model.forgetBelow(2);
    expect(model.difference('n0', 0, 1, held[1]!)).toBe(
      'n0 holds the state of index 1, and every server had compacted its log up to 2',
    );
  });
});

describe('with versions (MIT 6.5840), a client may be told', () => {
  const get: Command['operation'] = { kind: 'getVersion', key: 'k' };
  const model = modelOf(
    did(3, 1, get), did(4, 1, { kind: 'putVersion', key: 'k', value: 'a', version: 0 }), did(3, 1, get),
    did(4, 1, { kind: 'putVersion', key: 'k', value: 'a', version: 0 }),
  );
  const tells = (client: number, result: Parameters<ReplicatedStore['acknowledged']>[2]) => (): void =>
    model.acknowledged(client, 1, result);
  test('what any execution of its command gave: of a get both, of a put that was refused later ErrMaybe', () => {
    expect([model.gaveOf(3, 1), model.gaveOf(4, 1)]).toEqual([
      [
        { told: 'ErrNoKey', version: 0 }, { told: 'OK', version: 1, value: 'a' },
      ],
      [
        { told: 'OK', version: 0 }, { told: 'ErrVersion', version: 0 },
      ],
    ]);
    for (const result of [
      { told: 'ErrNoKey', version: 0 }, { told: 'OK', version: 1, value: 'a' },
    ] as const)
      expect(tells(3, result)).not.toThrow();
    for (const told of ['OK', 'ErrMaybe'] as const) expect(tells(4, { told, version: 0 })).not.toThrow();
  });
  test('not that a put was refused which took effect', () => {
    expect(tells(4, { told: 'ErrVersion', version: 0 })).toThrow(
      'c1 was told ErrVersion for its put 1, which had taken effect',
    );
  });
  test('the state at an index tells versions, too', () =>
    expect([[...model.at(1).versions], [...model.at(4).versions]]).toEqual([[], [['k', 1]]]));
});
