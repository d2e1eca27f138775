/** What each ready model allows, as sequential facts; both history forms; models of one's own. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  casRegisterModel,
  checkEvents,
  checkOperations,
  counterModel,
  HistoryError,
  illegal,
  kvModel,
  kvUnpartitionedModel,
  type KvInput,
  type KvOutput,
  lockModel,
  models,
  operationsFromEvents,
  perKey,
  priorityQueueModel,
  queueModel,
  registerModel,
  setModel,
  stackModel,
  toDeterministic,
  versionedKvModel,
  type HistoryEvent,
  type Model,
  type NondeterministicModel,
  type Operation,
  type VersionedKvInput,
  type VersionedKvOutput,
} from '../index.ts';
import { isLinearizable } from './brute-force.ts';
import { kvObject } from './objects.ts';
import { randomHistory, tapes } from './random-history.ts';

/** One client, one operation after the other; every method says the same, or what they say is shown. */
function inTurn<S, I, O>(model: Model<S, I, O>, ...pairs: readonly (readonly [I, O | undefined])[]): string {
  const history = pairs.map(([input, output], i): Operation<I, O> => ({
    client: 0, input, output, callTime: i * 2, returnTime: i * 2 + 1,
  }));
  const kinds = new Set(
    (['auto', 'search', 'plain'] as const).map((method) => checkOperations(model, history, { method }).kind),
  );
  return [...kinds].join(' or ');
}

describe('ready models, one operation after the other', () => {
  test('register: absent at first, then what was written last', () => {
    expect(
      inTurn(
        registerModel, [{ op: 'read' }, { value: null }], [{ op: 'write', value: 1 }, {}],
        [{ op: 'read' }, { value: 1 }],
      ),
    ).toBe('ok');
    expect(inTurn(registerModel, [{ op: 'write', value: 1 }, {}], [{ op: 'read' }, { value: null }])).toBe('illegal');
  });
  test('compare-and-set register: applied exactly when the value is the expected one', () => {
    expect(
      inTurn(
        casRegisterModel, [{ op: 'cas', expected: null, value: 1 }, { ok: true }],
        [{ op: 'cas', expected: 2, value: 3 }, { ok: false }],
      ),
    ).toBe('ok');
    expect(
      inTurn(casRegisterModel, [{ op: 'write', value: 1 }, {}], [{ op: 'cas', expected: 1, value: 2 }, { ok: false }]),
    ).toBe('illegal');
    expect(
      inTurn(casRegisterModel, [{ op: 'write', value: 1 }, {}], [{ op: 'cas', expected: 2, value: 2 }, { ok: true }]),
    ).toBe('illegal');
  });
  test('key/value: a missing key reads as the empty text, for get, append and cas alike', () => {
    for (const model of [kvModel, kvUnpartitionedModel]) {
      expect(
        inTurn(
          model as typeof kvModel,
          [{ op: 'get', key: 'a' }, { value: '' }],
          [{ op: 'cas', key: 'a', expected: '', value: 'x' }, { ok: true }],
          [{ op: 'append', key: 'a', value: 'y' }, {}],
          [{ op: 'append', key: 'b', value: 'z' }, {}],
          [{ op: 'get', key: 'a' }, { value: 'xy' }],
          [{ op: 'delete', key: 'a' }, {}],
          [{ op: 'get', key: 'a' }, { value: '' }],
          [{ op: 'get', key: 'b' }, { value: 'z' }],
        ),
      ).toBe('ok');
      expect(
        inTurn(
          model as typeof kvModel, [{ op: 'put', key: 'a', value: 'x' }, {}], [{ op: 'get', key: 'b' }, { value: 'x' }],
        ),
      ).toBe('illegal');
      const put = [{ op: 'put', key: 'a', value: 'x' }, {}] as const;
      const cas = (expected: string, ok: boolean): readonly [KvInput, KvOutput] => [
        { op: 'cas', key: 'a', expected, value: 'y' }, { ok },
      ];
      for (const [expected, ok, then] of [['x', true, 'y'], ['z', false, 'x']] as const) {
        expect(
          inTurn(model as typeof kvModel, put, cas(expected, ok), [{ op: 'get', key: 'a' }, { value: then }]),
        ).toBe('ok');
        expect(
          inTurn(model as typeof kvModel, put, cas(expected, ok), [
            { op: 'get', key: 'a' }, { value: then === 'x' ? 'y' : 'x' },
          ]),
        ).toBe('illegal');
        expect(inTurn(model as typeof kvModel, put, cas(expected, !ok))).toBe('illegal');
      }
      expect(
        inTurn(
          model as typeof kvModel, put, [{ op: 'delete', key: 'a' }, {}], [{ op: 'get', key: 'a' }, { value: 'x' }],
        ),
      ).toBe('illegal');
    }
  });
  describe('key/value with versions (MIT 6.5840, lab 2 of 2025)', () => {
    const put = (
      version: number, err?: VersionedKvOutput['err'], value = `v${version}`,
    ): readonly [VersionedKvInput, VersionedKvOutput] => [
      { op: 'put', key: 'a', value, version }, err === undefined ? {} : { err },
    ];
    const get = (value: string, version: number): readonly [VersionedKvInput, VersionedKvOutput] => [
      { op: 'get', key: 'a' }, { value, version },
    ];
    const noKey = [{ op: 'get', key: 'a' }, { err: 'ErrNoKey' }] as const;

    test('a put with version 0 creates a key, and its version is then 1', () => {
      expect(inTurn(versionedKvModel, noKey, put(0), get('v0', 1))).toBe('ok');
      expect(inTurn(versionedKvModel, put(0), get('v0', 0))).toBe('illegal');
      expect(inTurn(versionedKvModel, put(0), noKey)).toBe('illegal');
    });
    test('a put succeeds only where its version matches, and raises it by one', () => {
      expect(inTurn(versionedKvModel, put(0), put(1), put(2), get('v2', 3))).toBe('ok');
      expect(inTurn(versionedKvModel, put(0), put(0, 'OK', 'again'))).toBe('illegal');
      expect(inTurn(versionedKvModel, put(0), put(2))).toBe('illegal');
    });
    test('one that does not match is told ErrVersion and changes nothing', () => {
      expect(inTurn(versionedKvModel, put(0), put(0, 'ErrVersion', 'again'), put(5, 'ErrVersion'), get('v0', 1))).toBe(
        'ok',
      );
      expect(inTurn(versionedKvModel, put(0), put(1, 'ErrVersion'))).toBe('illegal');
      expect(inTurn(versionedKvModel, put(0), put(0, 'ErrVersion', 'again'), get('again', 2))).toBe('illegal');
    });
    test('one of a version above 0 where there is no key is told ErrNoKey', () => {
      expect(inTurn(versionedKvModel, put(1, 'ErrNoKey'), noKey)).toBe('ok');
      expect(inTurn(versionedKvModel, put(0, 'ErrNoKey'))).toBe('illegal');
      expect(inTurn(versionedKvModel, put(1, 'ErrVersion'))).toBe('illegal');
      expect(inTurn(versionedKvModel, put(0), put(2, 'ErrNoKey'))).toBe('illegal');
    });
    test('ErrMaybe: it happened, or its version did not match', () => {
      expect(inTurn(versionedKvModel, put(0, 'ErrMaybe'), get('v0', 1))).toBe('ok');
      expect(inTurn(versionedKvModel, put(0), put(0, 'ErrMaybe', 'again'), get('v0', 1))).toBe('ok');
      // Whoever finds no key is told so.
      expect(inTurn(versionedKvModel, put(1, 'ErrMaybe'))).toBe('illegal');
      // Where it matched, it happened.
      expect(inTurn(versionedKvModel, put(0, 'ErrMaybe'), noKey)).toBe('illegal');
    });
    test('the outcome of one that never returned is open, whatever its version', () => {
      const open: Operation<VersionedKvInput, VersionedKvOutput> = {
        client: 1, input: { op: 'put', key: 'a', value: 'x' }, output: undefined, callTime: 0, returnTime: null,
      };
      const reads = (value: string, version: number): Operation<VersionedKvInput, VersionedKvOutput> => ({
        client: 2, input: { op: 'get', key: 'a' }, output: { value, version }, callTime: 5, returnTime: 6,
      });
      const first: Operation<VersionedKvInput, VersionedKvOutput> = {
        client: 2, input: put(0)[0], output: {}, callTime: 1, returnTime: 2,
      };
      expect(
        [reads('x', 2), reads('v0', 1), reads('x', 1), reads('x', 3)].map(
          (read) => checkOperations(versionedKvModel, [open, first, read]).kind,
        ),
      ).toEqual(['ok', 'ok', 'illegal', 'illegal']);
    });
    test('reads tell a person what was told', () => {
      const { describeOperation, describeState } = versionedKvModel;
      expect(
        [put(3, 'ErrMaybe'), get('x', 2), noKey].map(([input, output]) => describeOperation!(input, output)),
      ).toEqual(['put(a, "v3", version 3) -> ErrMaybe', 'get(a) -> "x", version 2', 'get(a) -> ErrNoKey']);
      expect([
        describeOperation!({ op: 'put', key: 'a' }, undefined), describeOperation!({ op: 'get', key: 'a' }, undefined),
      ]).toEqual(['put(a, "", version ?) -> ?', 'get(a) -> ?']);
      expect([describeState!({ value: '', version: 0 }), describeState!({ value: 'x', version: 2 })]).toEqual([
        'no key', '"x", version 2',
      ]);
    });
    test('nobody is told ErrVersion for a get', () => {
      expect(() =>
        checkOperations(versionedKvModel, [
          { client: 0, input: { op: 'get', key: 'a' }, output: { err: 'ErrVersion' }, callTime: 0, returnTime: 1 },
        ]),
      ).toThrow('in its output "err" must be OK, ErrNoKey, or left out');
    });
  });
  test('set: elements once, whatever their order in a read', () => {
    expect(
      inTurn(
        setModel, [{ op: 'add', value: 2 }, {}], [{ op: 'add', value: 10 }, {}], [{ op: 'read' }, { values: [10, 2] }],
      ),
    ).toBe('ok');
    expect(inTurn(setModel, [{ op: 'add', value: 2 }, {}], [{ op: 'read' }, { values: [2, 2] }])).toBe('illegal');
    expect(inTurn(setModel, [{ op: 'add', value: 1 }, { ok: true }], [{ op: 'add', value: 1 }, { ok: true }])).toBe(
      'illegal',
    );
    expect(
      inTurn(
        setModel, [{ op: 'add', value: 1 }, {}], [{ op: 'remove', value: 1 }, { ok: true }],
        [{ op: 'contains', value: 1 }, { ok: false }],
      ),
    ).toBe('ok');
  });
  test('set: add, remove and contains say what was there', () => {
    for (const [op, whenThere, whenNot] of [
      ['add', false, true], ['remove', true, false], ['contains', true, false],
    ] as const) {
      for (const ok of [true, false]) {
        expect(inTurn(setModel, [{ op, value: 1 }, { ok }])).toBe(ok === whenNot ? 'ok' : 'illegal');
        expect(inTurn(setModel, [{ op: 'add', value: 1 }, {}], [{ op, value: 1 }, { ok }])).toBe(
          ok === whenThere ? 'ok' : 'illegal',
        );
      }
    }
  });
  test('queue: first in, first out; null when empty', () => {
    const [a, b] = [{ op: 'enqueue', value: 'a' } as const, { op: 'enqueue', value: 'b' } as const];
    expect(
      inTurn(
        queueModel, [a, {}], [b, {}], [{ op: 'dequeue' }, { value: 'a' }], [{ op: 'dequeue' }, { value: 'b' }],
        [{ op: 'dequeue' }, { value: null }],
      ),
    ).toBe('ok');
    expect(inTurn(queueModel, [a, {}], [b, {}], [{ op: 'dequeue' }, { value: 'b' }])).toBe('illegal');
    expect(inTurn(queueModel, [a, {}], [{ op: 'dequeue' }, { value: null }])).toBe('illegal');
  });
  test('stack: last in, first out; null when empty', () => {
    const [a, b] = [{ op: 'push', value: 'a' } as const, { op: 'push', value: 'b' } as const];
    expect(
      inTurn(
        stackModel, [a, {}], [b, {}], [{ op: 'pop' }, { value: 'b' }], [{ op: 'pop' }, { value: 'a' }],
        [{ op: 'pop' }, { value: null }],
      ),
    ).toBe('ok');
    expect(inTurn(stackModel, [a, {}], [b, {}], [{ op: 'pop' }, { value: 'a' }])).toBe('illegal');
  });
  test('priority queue: the smallest first, numbers before texts; null when empty', () => {
    const insert = (value: number | string) => [{ op: 'insert', value }, {}] as const;
    const take = (value: number | string | null) => [{ op: 'remove-min' }, { value }] as const;
    expect(
      inTurn(
        priorityQueueModel, insert(2), insert('a'), insert(1), insert(2), take(1), take(2), take(2), take('a'),
        take(null),
      ),
    ).toBe('ok');
    expect(inTurn(priorityQueueModel, insert(2), insert(1), take(2))).toBe('illegal');
    expect(inTurn(priorityQueueModel, insert(10), insert(9), take(10))).toBe('illegal');
    expect(inTurn(priorityQueueModel, insert('a'), insert(1), take('a'))).toBe('illegal');
    expect(inTurn(priorityQueueModel, insert(1), take(null))).toBe('illegal');
    expect(inTurn(priorityQueueModel, take(1))).toBe('illegal');
  });
  test('lock: one holder; only the holder releases', () => {
    const acquire = (owner: string) => ({ op: 'acquire', owner }) as const;
    const release = (owner: string) => ({ op: 'release', owner }) as const;
    expect(
      inTurn(
        lockModel, [acquire('a'), { ok: true }], [acquire('b'), { ok: false }], [release('b'), { ok: false }],
        [release('a'), {}], [acquire('b'), {}],
      ),
    ).toBe('ok');
    expect(inTurn(lockModel, [acquire('a'), {}], [acquire('b'), {}])).toBe('illegal');
    expect(inTurn(lockModel, [acquire('a'), {}], [acquire('a'), {}])).toBe('illegal');
    expect(inTurn(lockModel, [acquire('a'), {}], [release('b'), {}])).toBe('illegal');
    expect(inTurn(lockModel, [acquire('a'), {}], [release('a'), { ok: false }])).toBe('illegal');
    expect(inTurn(lockModel, [acquire('a'), {}], [acquire('b'), undefined], [release('a'), {}])).toBe('ok');
  });
  test('counter: the sum of what was added', () => {
    expect(
      inTurn(
        counterModel, [{ op: 'add' }, {}], [{ op: 'add', value: -3 }, { value: -2 }], [{ op: 'read' }, { value: -2 }],
      ),
    ).toBe('ok');
    expect(inTurn(counterModel, [{ op: 'add' }, {}], [{ op: 'read' }, { value: 2 }])).toBe('illegal');
    expect(inTurn(counterModel, [{ op: 'add' }, { value: 0 }])).toBe('illegal');
    expect(inTurn(counterModel, [{ op: 'add', value: 2 }, undefined], [{ op: 'read' }, { value: 2 }])).toBe('ok');
  });
  test('each goes by the name under which it is listed, and says what an operation it lacks is', () => {
    for (const [name, model] of Object.entries(models)) expect(model.name).toBe(name);
    expect(() => inTurn(kvModel, [{ op: 'incr', key: 'a' } as never, {}])).toThrow('no operation "incr"');
  });
});

describe('outcomes that are unknown', () => {
  const write = (value: number, returnTime: number | null): Operation<never, never> =>
    ({ client: value, input: { op: 'write', value }, output: {}, callTime: 0, returnTime }) as never;
  const read = (value: number | null, at: number): Operation<never, never> =>
    ({ client: 9, input: { op: 'read' }, output: { value }, callTime: at, returnTime: at + 1 }) as never;
  const kindOf = (...history: Operation<never, never>[]): string =>
    checkOperations(registerModel as never, history).kind;

  test('it may take effect at any time after its call, or never, and once', () => {
    expect(kindOf(write(1, null), read(null, 5))).toBe('ok');
    expect(kindOf(write(1, null), read(null, 5), read(1, 500))).toBe('ok');
    expect(kindOf(write(1, null), read(1, 5), read(null, 7))).toBe('illegal');
    expect(kindOf(write(1, null), write(2, 3), read(1, 5), read(2, 7))).toBe('illegal');
  });
  test('of a compare-and-set, both outcomes: applied where the value is the expected one, and else not', () => {
    const cas = (expected: string): readonly [KvInput, undefined] => [
      { op: 'cas', key: 'k', expected, value: 'b' }, undefined,
    ];
    const put = [{ op: 'put', key: 'k', value: 'a' }, {}] as const;
    const get = (value: string): readonly [KvInput, KvOutput] => [{ op: 'get', key: 'k' }, { value }];
    expect(inTurn(kvModel, put, cas('a'), get('b'))).toBe('ok');
    expect(inTurn(kvModel, put, cas('a'), get('a'))).toBe('illegal');
    expect(inTurn(kvModel, put, cas('c'), get('a'))).toBe('ok');
    expect(inTurn(kvModel, put, cas('c'), get('b'))).toBe('illegal');
  });
  test('returned without telling: it happened, and any answer is right', () => {
    expect(
      inTurn(casRegisterModel, [{ op: 'cas', expected: null, value: 1 }, undefined], [{ op: 'read' }, { value: null }]),
    ).toBe('illegal');
    expect(
      inTurn(casRegisterModel, [{ op: 'cas', expected: 5, value: 1 }, undefined], [{ op: 'read' }, { value: null }]),
    ).toBe('ok');
    expect(
      inTurn(
        registerModel, [{ op: 'write', value: 1 }, undefined], [{ op: 'read' }, undefined],
        [{ op: 'read' }, { value: 1 }],
      ),
    ).toBe('ok');
  });
  test('what stands as the output of one that never returned is not believed', () => {
    const told = { client: 1, input: { op: 'read' }, output: { value: 7 }, callTime: 0, returnTime: null } as never;
    const refused = {
      client: 1, input: { op: 'cas', expected: null, value: 1 }, output: { ok: false }, callTime: 0, returnTime: null,
    } as never;
    for (const method of ['auto', 'search', 'plain'] as const) {
      expect(checkOperations(registerModel as never, [told], { method }).kind).toBe('ok');
      expect(checkOperations(casRegisterModel as never, [refused, read(1, 5)], { method }).kind).toBe('ok');
    }
  });
  test('a client that gave up may go on, also under its own number', () => {
    const again = { client: 1, input: { op: 'write', value: 3 }, output: {}, callTime: 4, returnTime: 5 } as never;
    expect(kindOf(write(1, null), again, read(1, 6))).toBe('ok');
  });
});

describe('what cannot be a history', () => {
  const at = (client: number, callTime: number, returnTime: number | null): Operation<never, never> =>
    ({ client, input: { op: 'read' }, output: { value: null }, callTime, returnTime }) as never;
  const errorOf = (...history: Operation<never, never>[]): unknown => {
    try {
      checkOperations(registerModel as never, history);
      return undefined;
    } catch (error) {
      return error;
    }
  };

  test('overlapping operations of one client', () => {
    const error = errorOf(at(1, 0, 5), at(2, 1, 3), at(1, 4, 6));
    expect(error).toBeInstanceOf(HistoryError);
    expect((error as HistoryError).index).toBe(2);
    expect((error as HistoryError).message).toContain('operation 2 (client 1, called at 4) overlaps operation 0');
  });
  test('also when they come in another order, or one of unknown outcome lies between', () => {
    expect(errorOf(at(1, 4, 6), at(1, 0, 5))).toBeInstanceOf(HistoryError);
    expect(errorOf(at(1, 0, 9), at(1, 4, null))).toBeInstanceOf(HistoryError);
    expect(errorOf(at(1, 0, null), at(1, 4, 9), at(1, 5, 6))).toBeInstanceOf(HistoryError);
  });
  test('but one may end in the instant in which the next begins: intervals are closed', () => {
    expect(errorOf(at(1, 0, 5), at(1, 5, 6))).toBeUndefined();
    // And so a write that is called in the instant in which a read returns may come before it.
    const read = { client: 1, input: { op: 'read' }, output: { value: 7 }, callTime: 0, returnTime: 5 } as never;
    const write = (callTime: number) =>
      ({ client: 2, input: { op: 'write', value: 7 }, output: {}, callTime, returnTime: 9 }) as never;
    for (const method of ['auto', 'search', 'plain'] as const) {
      expect(checkOperations(registerModel as never, [read, write(5)], { method }).kind).toBe('ok');
      expect(checkOperations(registerModel as never, [read, write(6)], { method }).kind).toBe('illegal');
    }
  });
  test('a return before its call, and times that are no numbers', () => {
    expect(String(errorOf(at(1, 5, 4)))).toContain('before its call');
    expect(String(errorOf(at(1, Number.NaN, 4)))).toContain('call time');
    expect(String(errorOf(at(1, 0, Infinity)))).toContain('return time');
  });
});

describe('events', () => {
  const call = (client: number, input: object): HistoryEvent<never, never> =>
    ({ kind: 'call', client, input }) as never;
  const ret = (client: number, output?: object): HistoryEvent<never, never> =>
    ({ kind: 'return', client, output }) as never;

  test('pair up by client; without a return, or with one that tells nothing, the outcome is unknown', () => {
    const events = [
      call(1, { op: 'write', value: 1 }), call(2, { op: 'write', value: 2 }), ret(2), call(2, { op: 'read' }),
      ret(2, { value: 2 }),
    ];
    expect(operationsFromEvents(events)).toEqual([
      { client: 1, input: { op: 'write', value: 1 }, output: undefined, callTime: 0, returnTime: null },
      { client: 2, input: { op: 'write', value: 2 }, output: undefined, callTime: 1, returnTime: null },
      { client: 2, input: { op: 'read' }, output: { value: 2 }, callTime: 3, returnTime: 4 },
    ]);
    expect(checkEvents(registerModel as never, events).kind).toBe('ok');
  });
  test('that do not pair up are an error that names the event', () => {
    expect(() => operationsFromEvents([call(1, {}), call(1, {})])).toThrow(/event 1: client 1 calls while/);
    expect(() => operationsFromEvents([ret(1, {})])).toThrow(/event 0: client 1 returns, and has no operation open/);
    expect(() =>
      operationsFromEvents([
        { kind: 'call', client: 1, input: 0, id: 'a' }, { kind: 'return', client: 1, output: 0, id: 'b' },
      ]),
    ).toThrow(/names id b/);
    expect(() =>
      operationsFromEvents([
        { kind: 'call', client: 1, input: 0, id: 1 }, { kind: 'return', client: 1, output: 0, id: 1 },
        { kind: 'call', client: 1, input: 0, id: 1 },
      ]),
    ).toThrow(/used before/);
  });
  test('give the verdict of the operations that they are', () => {
    fc.assert(
      fc.property(tapes(60), (numbers) => {
        const history = randomHistory(
          kvObject({ keys: 1, ops: ['get', 'put', 'append'], unique: false }), numbers, 8, 5,
        );
        const marks = history.flatMap((operation, index) => [
          { time: operation.callTime, order: 0, index },
          ...(operation.returnTime === null ? [] : [{ time: operation.returnTime, order: 1, index }]),
        ]);
        marks.sort((a, b) => a.time - b.time || a.order - b.order || a.index - b.index);
        const events = marks.map(({ order, index }): HistoryEvent<never, never> => {
          const { input, output } = history[index]!;
          return (
            order === 0 ? { kind: 'call', client: index, input } : { kind: 'return', client: index, output }
          ) as never;
        });
        expect(checkEvents(kvModel as never, events).kind).toBe(checkOperations(kvModel, history).kind);
      }),
      { numRuns: 1000, seed: 5 },
    );
  });
});

describe('nondeterministic models', () => {
  /** A register that may lose a write. */
  const lossy: NondeterministicModel<number, { op: 'read' | 'write'; value?: number }, { value?: number }> = {
    name: 'lossy register',
    init: () => [0],
    step: (state, { op, value = 0 }, output) =>
      op === 'write' ? [state, value] : output === undefined || output.value === state ? [state] : [],
  };

  test('a step may lead to several states, and a read then tells which', () => {
    const model = toDeterministic(lossy);
    expect(inTurn(model, [{ op: 'write', value: 1 }, {}], [{ op: 'read' }, { value: 0 }])).toBe('ok');
    expect(inTurn(model, [{ op: 'write', value: 1 }, {}], [{ op: 'read' }, { value: 1 }])).toBe('ok');
    expect(
      inTurn(model, [{ op: 'write', value: 1 }, {}], [{ op: 'read' }, { value: 1 }], [{ op: 'read' }, { value: 0 }]),
    ).toBe('illegal');
  });
  test('agree with trying every state, with and without equal and hash', () => {
    const states: Model<readonly number[], { op: 'read' | 'write'; value?: number }, { value?: number }> = {
      name: 'sets by hand',
      init: () => [0],
      step(from, input, output) {
        const next = [...new Set(from.flatMap((state) => lossy.step(state, input, output)))];
        return next.length === 0 ? illegal : next;
      },
    };
    const variants = [
      toDeterministic(lossy), toDeterministic({ ...lossy, equal: (a, b) => a === b, hash: (state) => state }),
      toDeterministic({ ...lossy, equal: (a, b) => a === b }),
    ];
    const object = () => {
      let state = 0;
      return {
        input: (tape: { next(below: number): number }) =>
          tape.next(2) === 0 ? { op: 'read' as const } : { op: 'write' as const, value: tape.next(3) },
        apply: ({ op, value = 0 }: { op: 'read' | 'write'; value?: number }) => {
          if (op === 'write' && value > 0) state = value;
          return op === 'read' ? { value: state } : {};
        },
        lie: (_input: unknown, output: { value?: number }, tape: { next(below: number): number }) =>
          output.value === undefined ? output : { value: tape.next(3) },
      };
    };
    const kinds = { true: 0, false: 0 };
    fc.assert(
      fc.property(tapes(50), (numbers) => {
        const history = randomHistory(object(), numbers, 6, 6);
        const isLegal = isLinearizable(states, history);
        kinds[`${isLegal}`]++;
        for (const model of variants) expect(checkOperations(model, history).kind).toBe(isLegal ? 'ok' : 'illegal');
      }),
      { numRuns: 2000, seed: 6 },
    );
    expect(Math.min(kinds.true, kinds.false)).toBeGreaterThan(50);
  });
});

describe('models of one’s own', () => {
  test('states are compared by content, whatever their shape', () => {
    const bag: Model<{ readonly seen: ReadonlySet<string>; readonly last?: string }, string, null> = {
      name: 'bag',
      init: () => ({ seen: new Set() }),
      step: (state, input) => ({ last: input, seen: new Set([...state.seen, input]) }),
    };
    // 2^10 sets by 10 last ones at most: were states told apart by identity, 10! orders would be tried.
    const history = Array.from({ length: 10 }, (_, client) => ({
      client, input: 'abcdefghij'[client]!, output: null, callTime: 0, returnTime: 9,
    }));
    const stuck = {
      ...bag,
      step: (state: { readonly seen: ReadonlySet<string> }, input: string) =>
        input === '!' ? illegal : bag.step(state, input, null),
    };
    const verdict = checkOperations(stuck, [
      ...history, { client: 11, input: '!', output: null, callTime: 0, returnTime: 9 },
    ]);
    expect(verdict.kind).toBe('illegal');
    expect(verdict.steps).toBeLessThan(10 * 1024 * 11);
  });
  test('a state without content to compare is an error that says what to do', () => {
    const model: Model<unknown, null, null> = { name: 'odd', init: () => ({ at: () => 0 }), step: (state) => state };
    expect(() =>
      checkOperations(model, [{ client: 0, input: null, output: null, callTime: 0, returnTime: 1 }]),
    ).toThrow(/give the model an equal function/);
  });
  test('per key: each key is an object of its own', () => {
    const model = perKey(registerModel);
    const one = (key: string) => ({ key, input: { op: 'write', value: 1 } as const });
    expect(
      inTurn(
        model, [one('a'), {}], [{ key: 'b', input: { op: 'read' } }, { value: null }],
        [{ key: 'a', input: { op: 'read' } }, { value: 1 }],
      ),
    ).toBe('ok');
    expect(inTurn(model, [one('a'), {}], [{ key: 'a', input: { op: 'read' } }, { value: null }])).toBe('illegal');
    // Each key for itself, wherever it stands; 1 and "1" are two.
    for (const key of ['a', 'b', 'c']) {
      const rows = ['a', 'b', 'c'].flatMap(
        (other) =>
          [
            [one(other), {}], [{ key: other, input: { op: 'read' } }, { value: other === key ? 2 : 1 }],
          ] as const,
      );
      expect(inTurn(model, ...rows)).toBe('illegal');
    }
    expect(
      inTurn(
        model, [{ key: 1, input: { op: 'write', value: 1 } }, {}],
        [{ key: '1', input: { op: 'read' } }, { value: null }],
      ),
    ).toBe('ok');
  });
  test('per key: operations that the object does not have are refused, and so are keys that are none', () => {
    const model = perKey(registerModel);
    expect(() => inTurn(model, [{ key: 'a', input: { op: 'incr' } as never }, {}])).toThrow('no operation "incr"');
    expect(() => inTurn(model, [{ key: 'a', input: { op: 'read' } }, { value: {} as never }])).toThrow(
      'in its output "value" must be',
    );
    expect(() => inTurn(model, [{ key: null as never, input: { op: 'read' } }, {}])).toThrow(
      'its key a text or a number',
    );
  });
});

describe('an order hint', () => {
  const history: Operation<never, never>[] = [
    { client: 0, input: { op: 'write', value: 1 }, output: {}, callTime: 0, returnTime: 9 },
    { client: 1, input: { op: 'write', value: 1 }, output: {}, callTime: 0, returnTime: 9 },
    { client: 2, input: { op: 'read' }, output: { value: 1 }, callTime: 10, returnTime: 11 },
    { client: 3, input: { op: 'write', value: 7 }, output: undefined, callTime: 0, returnTime: null },
  ] as never;
  const by = (...orderHint: number[]): string => checkOperations(registerModel as never, history, { orderHint }).method;

  test('that holds decides; operations of unknown outcome may be left out', () => {
    expect(by(0, 1, 2)).toBe('order-hint');
    expect(by(3, 1, 0, 2)).toBe('order-hint');
  });
  test('must keep real time, whatever its steps say', () => {
    const written = [
      { client: 0, input: { op: 'write', value: 1 }, output: {}, callTime: 0, returnTime: 1 },
      { client: 1, input: { op: 'read' }, output: { value: null }, callTime: 2, returnTime: 3 },
    ] as never;
    expect(checkOperations(registerModel as never, written, { orderHint: [1, 0] }).kind).toBe('illegal');
    expect(checkOperations(registerModel as never, written, { orderHint: [1] }).kind).toBe('illegal');
  });
  test('must explain every key, for one proves nothing of another', () => {
    const of = (key: string, value: string): Operation<KvInput, KvOutput>[] => [
      { client: 0, input: { op: 'put', key, value: 'a' }, output: {}, callTime: 0, returnTime: 1 },
      { client: 0, input: { op: 'get', key }, output: { value }, callTime: 2, returnTime: 3 },
    ].map((one, at) => ({ ...one, client: key.charCodeAt(0) * 2 + at }) as Operation<KvInput, KvOutput>);
    for (const [first, second] of [['a', 'b'], ['b', 'a']] as const) {
      const wrong = checkOperations(kvModel, [...of('x', first), ...of('y', second)], { orderHint: [0, 1, 2, 3] });
      expect([wrong.kind, wrong.method]).toEqual(['illegal', 'chains']);
    }
    expect(checkOperations(kvModel, [...of('x', 'a'), ...of('y', 'a')], { orderHint: [0, 1, 2, 3] }).method).toBe(
      'order-hint',
    );
  });
  test('that does not hold is no proof of anything', () => {
    for (const hint of [[0, 1, 3, 2], [2, 0, 1], [0, 2], [0, 0, 1, 2], [9, 0, 1, 2]]) {
      expect(by(...hint)).toBe('lazy-writes');
      expect(checkOperations(registerModel as never, history, { orderHint: hint }).kind).toBe('ok');
    }
  });
});
