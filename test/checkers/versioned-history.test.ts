/** The history of clients that get and put with versions (MIT 6.5840): what is known of an operation, and when. */
import { describe, expect, test } from 'vitest';
import { ClientHistory, explainHistoryOf, type RecordedAsked } from '../../checkers/client-history.ts';
import type { Result } from '../../core/kv/command.ts';
import type { Asked } from '../../core/kv/version-clerk.ts';
import type { VersionedResult } from '../../core/kv/versioned.ts';

const key = 'k';
const get: Asked = { kind: 'getVersion', key };
const putSeen = (value: string): Asked => ({ kind: 'putSeen', key, value });
const ok = (version: number): VersionedResult => ({ told: 'OK', version });
const found = (value: string, version: number): VersionedResult => ({ told: 'OK', version, value });

/** One client, one operation after the other; undefined for one that it gave up. */
function judged(...calls: readonly (readonly [Asked, Result | undefined])[]): unknown {
  const history = new ClientHistory();
  calls.forEach(([asked, told], id) => {
    history.invoked(id, 5, asked);
    if (told === undefined) history.gaveUp(5);
    else history.returned(id, told);
  });
  return history.judge(1000);
}

describe('a put that left the version to its clerk', () => {
  test('is one of the version that the answer names', () => {
    expect(judged([putSeen('a'), ok(0)], [putSeen('b'), ok(1)], [get, found('b', 2)])).toEqual({ kind: 'ok' });
    expect(judged([putSeen('a'), ok(0)], [putSeen('b'), ok(0)])).toMatchObject({
      kind: 'violation',
      property: 'Linearizability',
      detail: expect.stringContaining('put(k, "b", version 0) -> OK: before it the key held {"value":"a","version":1}'),
    });
  });
  test('and was given up may have taken effect with any version, or not at all', () => {
    expect(judged([putSeen('a'), ok(0)], [putSeen('b'), undefined], [get, found('b', 2)])).toEqual({ kind: 'ok' });
    expect(judged([putSeen('a'), ok(0)], [putSeen('b'), undefined], [get, found('a', 1)])).toEqual({ kind: 'ok' });
    expect(judged([putSeen('a'), ok(0)], [putSeen('b'), undefined], [get, found('b', 1)])).toMatchObject({
      kind: 'violation',
    });
  });
});

test('what a clerk made of a put is known before its answer: then an open one has one version, and a plain operation stays what it was', () => {
  const history = new ClientHistory();
  history.invoked(0, 5, putSeen('a'));
  history.named(0, { kind: 'putVersion', key, value: 'a', version: 0 });
  history.gaveUp(5);
  history.invoked(1, 5, putSeen('b'));
  history.named(1, { kind: 'putVersion', key, value: 'b', version: 0 });
  history.returned(1, ok(0));
  history.invoked(2, 5, get);
  // Of any version, it could have followed.
  history.returned(2, found('a', 2));
  expect(history.judge(1000)).toMatchObject({ kind: 'violation' });
  const plain = new ClientHistory();
  plain.invoked(0, 5, { kind: 'get', key });
  plain.named(0, { kind: 'get', key });
  plain.returned(0, '');
  expect(plain.judge(1000)).toEqual({ kind: 'ok' });
});

test('a put names its version, and ErrMaybe leaves open whether it took effect', () => {
  const put: Asked = { kind: 'putVersion', key, value: 'b', version: 1 };
  for (const seen of [found('a', 1), found('c', 2)]) {
    const others = seen.version === 1 ? [] : [[putSeen('c'), ok(1)] as const];
    expect(
      judged([putSeen('a'), ok(0)], ...others, [put, { told: 'ErrMaybe', version: 1 }], [get, seen]),
      seen.value,
    ).toMatchObject({ kind: seen.version === 1 ? 'violation' : 'ok' });
  }
  expect(judged([putSeen('a'), ok(0)], [put, { told: 'ErrMaybe', version: 1 }], [get, found('b', 2)])).toEqual({
    kind: 'ok',
  });
});

test('that of a plain store is judged by the plain store, and one of nothing is in order', () => {
  expect(judged([{ kind: 'put', key, value: 'a' }, null], [{ kind: 'get', key }, 'a'])).toEqual({ kind: 'ok' });
  expect(judged([{ kind: 'append', key, value: 'a' }, null], [{ kind: 'get', key }, ''])).toMatchObject({
    kind: 'violation',
  });
  expect(judged()).toEqual({ kind: 'ok' });
});

test('for a person: which operations cannot all have happened', () => {
  const one = (id: number, operation: Asked, result: Result | null): RecordedAsked => ({
    id, client: 3, operation, result: result === null ? null : { value: result }, callTime: 2 * id,
    returnTime: result === null ? null : 2 * id + 1,
  });
  const recorded = [one(0, putSeen('a'), ok(0)), one(1, putSeen('b'), null), one(2, get, found('a', 7))];
  expect(explainHistoryOf(recorded)).toMatchObject({ key: 'k', clash: expect.arrayContaining([2]) });
  expect(explainHistoryOf(recorded.slice(0, 2))).toBeNull();
  expect(
    explainHistoryOf([one(0, { kind: 'append', key, value: 'a' }, null), one(1, { kind: 'get', key }, 'b')]),
  ).toMatchObject({ key: 'k', blocked: 1 });
});
