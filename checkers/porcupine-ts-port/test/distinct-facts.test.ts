/** Facts of objects whose values are distinct, one history each: every method says the same. */
import { describe, expect, test } from 'vitest';
import {
  casRegisterModel, checkOperations, kvModel, priorityQueueModel, queueModel, stackModel, type Model, type Operation,
} from '../index.ts';

type Row = readonly [input: object, output: object | undefined, callTime: number, returnTime: number | null];

/** One client an operation. */
function kindsOf(model: unknown, rows: readonly Row[]): string {
  const history = rows.map(([input, output, callTime, returnTime], client): Operation<object, object> => ({
    client, input, output, callTime, returnTime,
  }));
  const kinds = (['auto', 'search', 'plain'] as const).map(
    (method) => checkOperations(model as Model<unknown, object, object>, history, { method }).kind,
  );
  return [...new Set(kinds)].join(' or ');
}

describe.each([
  ['queue', queueModel, 'enqueue', 'dequeue', 'queue-order'],
  ['stack', stackModel, 'push', 'pop', 'stack-bottoms'],
  ['priority queue', priorityQueueModel, 'insert', 'remove-min', 'priority-order'],
] as const)('%s', (_name, model, put, take, path) => {
  const puts = (value: string, call: number, end: number | null): Row => [
    { op: put, value }, end === null ? undefined : {}, call, end,
  ];
  const takes = (value: string | null, call: number, end: number): Row => [{ op: take }, { value }, call, end];
  const kind = (...rows: readonly Row[]): string => kindsOf(model, rows);

  test('goes by its fast path', () => {
    const history: Operation<object, object>[] = [
      { client: 0, input: { op: put, value: 'a' }, output: {}, callTime: 0, returnTime: 1 },
    ];
    expect(checkOperations(model as unknown as Model<unknown, object, object>, history).method).toBe(path);
  });
  test('a value is taken out once', () => {
    expect(kind(puts('a', 0, 1), takes('a', 2, 3))).toBe('ok');
    expect(kind(puts('a', 0, 1), takes('a', 2, 3), takes('a', 4, 5))).toBe('illegal');
    expect(kind(puts('a', 0, 1), takes('a', 2, 5), takes('a', 2, 5))).toBe('illegal');
  });
  test('not before its put was called, but while the put is open', () => {
    expect(kind(takes('a', 0, 1), puts('a', 2, 3))).toBe('illegal');
    expect(kind(takes('a', 0, 2), puts('a', 2, 3))).toBe('ok');
    expect(kind(takes('a', 0, 3), puts('a', 2, null))).toBe('ok');
    expect(kind(takes('a', 0, 1), puts('a', 2, null))).toBe('illegal');
  });
  test('one that nobody put in is never taken out', () => {
    expect(kind(takes('a', 0, 1))).toBe('illegal');
    expect(kind(puts('b', 0, 1), takes('a', 2, 3))).toBe('illegal');
  });
  test('nothing is found only where there may be nothing', () => {
    expect(kind(puts('a', 0, 1), takes(null, 2, 3))).toBe('illegal');
    expect(kind(puts('a', 0, 2), takes(null, 2, 3))).toBe('ok');
    expect(kind(puts('a', 0, 1), takes(null, 2, 5), takes('a', 4, 6))).toBe('ok');
    expect(kind(puts('a', 0, 1), takes(null, 2, 3), takes('a', 4, 6))).toBe('illegal');
    expect(kind(puts('a', 0, null), takes(null, 2, 3))).toBe('ok');
  });
  test('a take that returned and told nothing has taken what was there', () => {
    expect(kind(puts('a', 0, 1), [{ op: take }, undefined, 2, 3], takes('a', 4, 5))).toBe('illegal');
    expect(kind(puts('a', 0, 1), [{ op: take }, undefined, 2, null], takes('a', 4, 5))).toBe('ok');
    expect(kind(puts('a', 0, 1), [{ op: take }, undefined, 2, null], takes(null, 4, 5))).toBe('ok');
  });
});

describe('order', () => {
  const of =
    (model: unknown, put: string, take: string) =>
    (...taken: readonly string[]): string =>
      kindsOf(model, [
        ...['b', 'a', 'c'].map((value, at): Row => [{ op: put, value }, {}, at * 2, at * 2 + 1]),
        ...taken.map((value, at): Row => [{ op: take }, { value }, 10 + at * 2, 11 + at * 2]),
      ]);

  test('of what was put in one after the other, only one order comes out', () => {
    for (const [kind, right] of [
      [of(queueModel, 'enqueue', 'dequeue'), 'bac'], [of(stackModel, 'push', 'pop'), 'cab'],
      [of(priorityQueueModel, 'insert', 'remove-min'), 'abc'],
    ] as const) {
      for (const order of ['abc', 'acb', 'bac', 'bca', 'cab', 'cba'])
        expect(kind(...order)).toBe(order === right ? 'ok' : 'illegal');
    }
  });
});

describe('compare-and-set register', () => {
  const cas = (
    expected: number | null, value: number, ok: boolean | undefined, call: number, end: number | null,
  ): Row => [{ op: 'cas', expected, value }, ok === undefined ? undefined : { ok }, call, end];
  const write = (value: number, call: number, end: number | null): Row => [
    { op: 'write', value }, end === null ? undefined : {}, call, end,
  ];
  const read = (value: number | null, call: number, end: number): Row => [{ op: 'read' }, { value }, call, end];
  const kind = (...rows: readonly Row[]): string => kindsOf(casRegisterModel, rows);

  test('a value is replaced once', () => {
    expect(kind(cas(null, 1, true, 0, 9), cas(null, 2, true, 0, 9))).toBe('illegal');
    expect(kind(cas(null, 1, true, 0, 9), cas(1, 2, true, 0, 9))).toBe('ok');
  });
  test('two that each replaced the value of the other: none was first', () => {
    expect(kind(cas(2, 1, true, 0, 9), cas(1, 2, true, 0, 9))).toBe('illegal');
    expect(kind(cas(3, 1, true, 0, 9), cas(1, 2, true, 0, 9), cas(2, 3, true, 0, 9))).toBe('illegal');
  });
  test('what was replaced was there, and was written', () => {
    expect(kind(cas(7, 1, true, 0, 9))).toBe('illegal');
    expect(kind(write(7, 5, 6), cas(7, 1, true, 0, 4))).toBe('illegal');
    expect(kind(write(7, 5, null), cas(7, 1, true, 0, 5))).toBe('ok');
  });
  test('a refusal saw another value', () => {
    expect(kind(cas(null, 1, false, 0, 1))).toBe('illegal');
    expect(kind(write(2, 0, 1), cas(2, 1, false, 2, 3))).toBe('illegal');
    expect(kind(write(2, 0, 1), cas(null, 1, false, 2, 3))).toBe('ok');
    expect(kind(write(2, 0, null), cas(null, 1, false, 2, 3))).toBe('ok');
    expect(kind(write(2, 4, null), cas(null, 1, false, 2, 3))).toBe('illegal');
  });
  test('between a write and the replacing of its value no other value is read', () => {
    expect(kind(write(1, 0, 1), cas(1, 2, true, 2, 5), write(3, 3, 4), read(3, 6, 7))).toBe('ok');
    expect(kind(write(1, 0, 1), write(3, 2, 3), cas(1, 2, true, 4, 5))).toBe('illegal');
    expect(kind(write(1, 0, 1), read(1, 2, 3), cas(1, 2, true, 4, 5), read(1, 6, 7))).toBe('illegal');
  });
});

test('two reads of a value that only grew, neither of which begins the other, are told without a search', () => {
  const append = (value: string, call: number): Row => [{ op: 'append', key: 'k', value }, {}, call, 100];
  const get = (value: string, call: number): Row => [{ op: 'get', key: 'k' }, { value }, call, 100];
  const methodOf = (...rows: readonly Row[]): string => {
    const history = rows.map(([input, output, callTime, returnTime], client): Operation<object, object> => ({
      client, input, output, callTime, returnTime,
    }));
    const { kind, method } = checkOperations(kvModel as Model<unknown, object, object>, history);
    return `${kind} ${method}`;
  };
  const appends = [append('a', 0), append('a', 0), append('b', 0), append('b', 0)];
  expect(methodOf(...appends, get('ab', 1), get('b', 1))).toBe('illegal nested-reads');
  expect(methodOf(...appends, get('aab', 1), get('ab', 1))).toBe('illegal nested-reads');
  expect(methodOf(...appends, get('ab', 1), get('a', 1))).toMatch(/^ok /);
});
