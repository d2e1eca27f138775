/** What a run says of a history that is not linearizable. */
import { describe, expect, test } from 'vitest';
import { History } from '../../checkers/linearizability.ts';

function historyOf(
  ...told: readonly (readonly [id: number, client: number, operation: object, result: unknown])[]
): History {
  const history = new History();
  for (const [id, client, operation, result] of told) {
    history.invoked(id, client, operation as never);
    history.returned(id, result as never);
  }
  return history;
}

const put = (value: string): object => ({ kind: 'put', key: 'k', value });
const get = { kind: 'get', key: 'k' };

describe('a history that is not linearizable', () => {
  test('the first answer that nothing explains is named, not a later one, with what the key held', () => {
    const verdict = historyOf(
      [4, 0, put('a'), null], [7, 1, get, 'a'], [8, 0, put('b'), null], [9, 1, get, 'a'], [10, 1, get, ''],
    ).judge(100_000);
    expect(verdict).toMatchObject({ kind: 'violation', property: 'Linearizability' });
    expect(verdict).toMatchObject({
      detail: expect.stringContaining(
        'key k; the first answer without a place is operation 9, get(k) -> "a": before it the key held "b"',
      ),
    });
  });
  test('one that never returned may explain it, at any later time', () => {
    const history = new History();
    history.invoked(0, 0, put('late') as never);
    history.gaveUp(0);
    for (const [id, value] of [[1, ''], [2, 'late']] as const) {
      history.invoked(id, 1, get as never);
      history.returned(id, value as never);
    }
    expect(history.judge(100_000)).toEqual({ kind: 'ok' });
    history.invoked(3, 1, get as never);
    history.returned(3, '' as never);
    expect(history.judge(100_000)).toMatchObject({
      kind: 'violation', detail: expect.stringContaining('operation 3, get(k) -> ""'),
    });
  });
});
