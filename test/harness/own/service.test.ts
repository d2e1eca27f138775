/** Ready services: what is drawn, what a plan may ask, how it is told, and what one order of answers is. */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { checkOperations } from '../../../checkers/porcupine-ts-port/index.ts';
import {
  kv, listAppend, lock, queue, register, service, type Mix, type Service,
} from '../../../harness/own/service.ts';
import { RandomStream } from '../../../harness/world/random.ts';

const drawn = <Operation>({ draw }: Mix<Operation>, count = 300): readonly Operation[] => {
  const random = new RandomStream('service');
  return Array.from({ length: count }, (_, number) => draw(random, number, number % 3));
};

describe('a mix', () => {
  test('is of so many operations of each client', () => {
    expect(kv.mix({ get: 1 }).each).toEqual([15, 15]);
    expect(kv.mix({ get: 1 }, { each: 4 }).each).toEqual([4, 4]);
    expect(queue.mix({ enqueue: 1 }, { each: [2, 9] }).each).toEqual([2, 9]);
    expect(service<number, number>().mix(() => 1).each).toEqual([15, 15]);
    expect(service<number, number>().mix(() => 1, { each: [1, 2] }).each).toEqual([1, 2]);
  });

  test('draws kinds by their weights, and none of weight 0', () => {
    const ops = drawn(kv.mix({ get: 3, put: 1, delete: 0 }), 4000).map(({ op }) => op);
    expect(new Set(ops)).toEqual(new Set(['get', 'put']));
    expect(ops.filter((op) => op === 'get').length / ops.length).toBeCloseTo(0.75, 1);
  });

  test.each([[{}], [{ get: 0 }], [{ get: -1 }]])('of %j is refused', (weights) => {
    expect(() => kv.mix(weights)).toThrow('a mix of operations needs at least one kind with a weight above 0');
  });
});

/** Each operation that is drawn is one that a plan may hold. */
const mixes: readonly [string, Service<any, any>, Mix<any>][] = [
  ['kv', kv, kv.mix({ get: 1, put: 1, append: 1, cas: 1, delete: 1 })],
  ['register', register, register.mix({ read: 1, write: 1, cas: 1 })],
  ['queue', queue, queue.mix({ enqueue: 1, dequeue: 1 })], ['lock', lock, lock.mix({ acquire: 1, release: 1 })],
  ['listAppend', listAppend, listAppend.mix({ append: 1, read: 1 })],
];
test.each(mixes)('%s: what is drawn, and what the explorer asks, a plan may ask', (_name, { schema, typical }, mix) => {
  for (const operation of drawn(mix)) expect(v.is(schema, operation), JSON.stringify(operation)).toBe(true);
  for (let client = 0; client < 3; client++)
    for (let place = 0; place < 3; place++) expect(v.is(schema, typical!(client, place))).toBe(true);
  expect(v.is(schema, { op: 'other' })).toBe(false);
  expect(v.is(schema, { ...mix.draw(new RandomStream('one'), 0, 0), more: 1 })).toBe(false);
});

describe('what is drawn', () => {
  const of = <Operation extends { readonly op: string }>(mix: Mix<Operation>, op: string): readonly Operation[] =>
    drawn(mix).filter((operation) => operation.op === op);
  const kvMix = kv.mix({ get: 1, put: 1, append: 1, cas: 1, delete: 1 }, { keys: ['a', 'b', 'c'] });

  test('has the keys that were given, x and y when none were', () => {
    expect(new Set(drawn(kvMix).map(({ key }) => key))).toEqual(new Set(['a', 'b', 'c']));
    expect(new Set(drawn(kv.mix({ get: 1 })).map(({ key }) => key))).toEqual(new Set(['x', 'y']));
    expect(new Set(drawn(listAppend.mix({ append: 1, read: 1 }, { keys: ['k'] })).map(({ key }) => key))).toEqual(
      new Set(['k']),
    );
  });

  test('is written once only: a value holds the number of its operation', () => {
    const values = [...of(kvMix, 'put'), ...of(kvMix, 'append'), ...of(kvMix, 'cas')].map(({ value }) => value);
    expect(new Set(values).size).toBe(values.length);
    expect(values.every((value) => /^\d+;$/.test(value!))).toBe(true);
    for (const mix of [register.mix({ write: 1 }), queue.mix({ enqueue: 1 }), listAppend.mix({ append: 1 })]) {
      expect(drawn<{ readonly value?: unknown }>(mix, 9).map(({ value }) => value)).toEqual([
        0, 1, 2, 3, 4, 5, 6, 7, 8,
      ]);
    }
  });

  test('expects of a compare-and-set what may be there: nothing, or what was written before', () => {
    const sets = of(kvMix, 'cas');
    expect(sets.some(({ expected }) => expected === '')).toBe(true);
    expect(sets.some(({ expected }) => expected !== '')).toBe(true);
    for (const { value, expected } of sets)
      if (expected !== '') expect(Number.parseInt(expected!, 10)).toBeLessThanOrEqual(Number.parseInt(value!, 10));
    for (const { value, expected } of of(register.mix({ cas: 1 }), 'cas'))
      expect(expected as number).toBeLessThanOrEqual(value as number);
  });

  test('has no value where it only reads, and the owner of a lock is the client', () => {
    for (const operation of [
      ...of(kvMix, 'get'), ...of(kvMix, 'delete'), ...of(register.mix({ read: 1 }), 'read'),
      ...of(queue.mix({ dequeue: 1 }), 'dequeue'),
    ])
      expect(operation).not.toHaveProperty('value');
    expect(drawn(lock.mix({ acquire: 1, release: 1 }), 6).map(({ owner }) => owner)).toEqual([0, 1, 2, 0, 1, 2]);
  });
});

test('the explorer asks one write and one read in turn, clients against each other', () => {
  const asked = ({ typical }: Service<any, any>): readonly unknown[] => [
    typical!(0, 0), typical!(0, 1), typical!(1, 0), typical!(1, 1),
  ];
  expect(asked(kv)).toEqual([
    { op: 'put', key: 'x', value: '0.0' }, { op: 'get', key: 'x' }, { op: 'get', key: 'x' },
    { op: 'put', key: 'x', value: '1.1' },
  ]);
  expect(asked(register)).toEqual([
    { op: 'write', value: 0 }, { op: 'read' }, { op: 'read' }, { op: 'write', value: 101 },
  ]);
  expect(asked(queue)).toEqual([
    { op: 'enqueue', value: 0 }, { op: 'dequeue' }, { op: 'dequeue' }, { op: 'enqueue', value: 101 },
  ]);
  expect(asked(listAppend)).toEqual([
    { op: 'append', key: 'x', value: 0 }, { op: 'read', key: 'x' }, { op: 'read', key: 'x' },
    { op: 'append', key: 'x', value: 101 },
  ]);
  expect(asked(lock)).toEqual([
    { op: 'acquire', owner: 0 }, { op: 'release', owner: 0 }, { op: 'acquire', owner: 1 }, { op: 'release', owner: 1 },
  ]);
  expect(service().typical).toBeNull();
});

test('an operation is told by its kind, then its fields', () => {
  expect(kv.describe({ op: 'cas', key: 'x', value: '1;', expected: '' })).toBe('cas key x value 1; expected ""');
  expect(service<{ readonly op: string; readonly n: number }, null>().describe({ op: 'add', n: 2 })).toBe('add n 2');
  expect(service<number, null>().describe(7)).toBe('7');
  expect(service<number, null>({ describe: (n) => `number ${n}` }).describe(7)).toBe('number 7');
});

test('a service of one\'s own has a model when it is given one', () => {
  expect(service().linearizable).toBeNull();
  expect(service({ linearizable: queue.linearizable! }).linearizable).toBe(queue.linearizable);
  expect(v.is(service().schema, { any: 'thing' })).toBe(true);
});

describe('lists by key', () => {
  const model = listAppend.linearizable!;
  const call = (
    client: number, op: 'append' | 'read', of: string | readonly string[], callTime: number, key = 'x',
  ) => ({
    client, input: op === 'append' ? { op, key, value: of as string } : { op, key },
    output: op === 'read' ? { list: of as readonly string[] } : {}, callTime, returnTime: callTime + 1,
  });
  const kindOf = (...calls: readonly ReturnType<typeof call>[]): string => checkOperations(model, calls).kind;

  test.each([
    [
      'a read sees all that was appended, in order',
      [call(0, 'append', 'a', 0), call(0, 'append', 'b', 2), call(1, 'read', ['a', 'b'], 4)], 'ok',
    ],
    [
      'not in another order', [call(0, 'append', 'a', 0), call(0, 'append', 'b', 2), call(1, 'read', ['b', 'a'], 4)],
      'illegal',
    ],
    ['not less', [call(0, 'append', 'a', 0), call(0, 'append', 'b', 2), call(1, 'read', ['a'], 4)], 'illegal'],
    ['not more', [call(0, 'append', 'a', 0), call(1, 'read', ['a', 'a'], 4)], 'illegal'],
    [
      'what is open may be seen or not', [call(0, 'append', 'a', 0), call(1, 'read', [], 1), call(1, 'read', ['a'], 3)],
      'ok',
    ],
    ['a list at a time', [call(0, 'append', 'a', 0, 'x'), call(1, 'read', [], 4, 'y')], 'ok'],
  ])('%s', (_what, calls, kind) => expect(kindOf(...calls)).toBe(kind));

  test('are told as they are asked', () => {
    expect(model.describeOperation!({ op: 'append', key: 'x', value: 1 }, {})).toBe('append(x, 1)');
    expect(model.describeOperation!({ op: 'read', key: 'x' }, { list: ['a'] })).toBe('read(x) -> ["a"]');
    expect(model.describeOperation!({ op: 'read', key: 'x' }, undefined)).toBe('read(x) -> ?');
  });
});
