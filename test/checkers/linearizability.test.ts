/** The verdict on a history: ok, a violation, or unknown; and what counts as an operation of whom. */
import { describe, expect, test } from 'vitest';
import {
  explainKvHistory, History, inputOf, outputOf, type RecordedOperation,
} from '../../checkers/linearizability.ts';
import type { PlainOperation as Operation, PlainResult as Result } from '../../core/kv/command.ts';

const put = (value: string): Operation => ({ kind: 'put', key: 'x', value });
const get: Operation = { kind: 'get', key: 'x' };
const append: Operation = { kind: 'append', key: 'x', value: 'a' };

/** `[client, operation, result]`, one after the other; without a result the operation stays open. */
function historyOf(...calls: readonly (readonly [client: number, operation: Operation, result?: Result])[]): History {
  const history = new History();
  calls.forEach(([client, operation, result], id) => {
    history.invoked(id, client, operation);
    if (result !== undefined) history.returned(id, result);
  });
  return history;
}

describe('the verdict', () => {
  test('a read of what was written is ok', () => {
    expect(historyOf([0, put('a'), null], [1, get, 'a']).judge(1000)).toEqual({ kind: 'ok' });
  });

  test('a read of what was overwritten before it began is a violation, with its key', () => {
    expect(historyOf([0, put('a'), null], [0, put('b'), null], [1, get, 'a']).judge(1000)).toEqual({
      kind: 'violation',
      property: 'Linearizability',
      detail:
        'no order of the operations explains what the clients were told: key x; the first answer without a place is operation 2, get(x) -> "a": before it the key held "b"',
    });
  });

  test('a write that was never answered may have taken effect, or not', () => {
    expect(historyOf([0, put('a')], [1, get, 'a']).judge(1000).kind).toBe('ok');
    expect(historyOf([0, put('a')], [1, get, '']).judge(1000).kind).toBe('ok');
    expect(historyOf([0, put('a')], [1, get, 'b']).judge(1000).kind).toBe('violation');
  });

  test('operations that overlap may take effect in any order; one after the other they may not', () => {
    const overlapping = new History();
    overlapping.invoked(0, 0, put('a'));
    overlapping.invoked(1, 1, get);
    overlapping.returned(0, null);
    overlapping.returned(1, '');
    expect(overlapping.judge(1000).kind).toBe('ok');
    expect(historyOf([0, put('a'), null], [1, get, '']).judge(1000).kind).toBe('violation');
  });

  test('a budget that is reached is unknown, whatever the truth is, and says what to do', () => {
    const history = new History();
    const open = 9;
    for (let id = 0; id < open; id++) history.invoked(id, id, append);
    history.invoked(open, open, get);
    history.returned(open, 'aaab');
    const verdict = history.judge(1);
    expect(verdict.kind).toBe('unknown');
    expect((verdict as { detail: string }).detail).toMatch(
      /^the linearizability check ended at its budget of \d+ steps \(.+\); raise it$/,
    );
  });

  test('who gave up an operation may begin another one, and the first stays open', () => {
    const history = new History();
    history.invoked(0, 0, put('a'));
    history.gaveUp(0);
    history.invoked(1, 0, get);
    history.returned(1, '');
    history.gaveUp(0);
    history.invoked(2, 0, get);
    history.returned(2, 'a');
    expect(history.judge(1000)).toEqual({ kind: 'ok' });
    expect(history.list().map(({ client }) => client)).toEqual([0, -1, -2]);
  });
});

describe('calls as the checker takes them', () => {
  test('every kind of operation and result', () => {
    expect(inputOf(get)).toEqual({ op: 'get', key: 'x' });
    expect(inputOf(put('a'))).toEqual({ op: 'put', key: 'x', value: 'a' });
    expect(inputOf(append)).toEqual({ op: 'append', key: 'x', value: 'a' });
    expect(inputOf({ kind: 'cas', key: 'x', expected: 'a', value: 'b' })).toEqual({
      op: 'cas', key: 'x', expected: 'a', value: 'b',
    });
    expect([outputOf('a'), outputOf(true), outputOf(false), outputOf(null)]).toEqual([
      { value: 'a' }, { ok: true }, { ok: false }, {},
    ]);
  });
});

describe('why a history is not linearizable', () => {
  const recorded = (
    id: number, operation: Operation, result: Result | undefined, callTime: number,
  ): RecordedOperation => ({
    id, client: 0, operation, result: result === undefined ? null : { value: result }, callTime,
    returnTime: result === undefined ? null : callTime + 1,
  });

  test('nothing is told of one that is', () => {
    expect(explainKvHistory([recorded(7, put('a'), null, 1), recorded(8, get, 'a', 3)])).toBeNull();
  });

  test('the operations that clash, by their ids', () => {
    const told = explainKvHistory([recorded(7, put('a'), null, 1), recorded(8, get, 'b', 3)])!;
    expect(told.key).toBe('x');
    expect(told.clash).toContain(8);
    expect(told.why.length).toBeGreaterThan(10);
  });

  test('an operation without an answer does not keep its client from the next one', () => {
    expect(explainKvHistory([recorded(7, put('a'), undefined, 1), recorded(8, get, 'a', 3)])).toBeNull();
  });
});

describe('a history that is cut where nothing is open', () => {
  /** The state at the cut is x = `held`, by what all replicas hold. */
  const cutAt = (history: History, held: string) => history.cut(1000, [[get, held]], [[put(held), null]]);

  test('goes on from the state at the cut', () => {
    const history = historyOf([0, put('a'), null], [0, append, null]);
    expect(cutAt(history, 'aa')).toEqual({ kind: 'ok' });
    history.invoked(0, 1, get);
    history.returned(0, 'aa');
    expect(history.judge(1000)).toEqual({ kind: 'ok' });
    expect(history.list().length).toBe(2);
  });

  test('a read behind the cut of what was overwritten before it is a violation', () => {
    const history = historyOf([0, put('a'), null], [0, put('b'), null]);
    expect(cutAt(history, 'b')).toEqual({ kind: 'ok' });
    history.invoked(0, 1, get);
    history.returned(0, 'a');
    expect(history.judge(1000)).toEqual({
      kind: 'violation',
      property: 'Linearizability',
      detail:
        'no order of the operations explains what the clients were told: key x; the first answer without a place is operation 0, get(x) -> "a": before it the key held "b"',
    });
  });

  test('a write that was acknowledged and is not in the state at the cut is a violation', () => {
    expect(cutAt(historyOf([0, put('a'), null], [0, put('b'), null]), 'a').kind).toBe('violation');
  });

  test('of two writes at once the state at the cut says which was the later one, and it stays so behind the cut', () => {
    const history = new History();
    history.invoked(0, 0, put('a'));
    history.invoked(1, 1, put('b'));
    history.returned(0, null);
    history.returned(1, null);
    expect(cutAt(history, 'a').kind).toBe('ok');
    history.invoked(0, 0, get);
    history.returned(0, 'b');
    expect(history.judge(1000).kind).toBe('violation');
  });

  test('with an operation open, or given up, it is not cut', () => {
    expect(() => cutAt(historyOf([0, put('a')]), '')).toThrow('a history is cut only where no operation is open');
    const given = historyOf([0, put('a'), null]);
    given.gaveUp(0);
    expect(() => cutAt(given, 'a')).toThrow('a history is cut only where no operation is open');
  });
});

describe('a client with several operations open', () => {
  /** c0 appends and reads, and the read is answered first. */
  const both = (read: Result): History => {
    const history = new History();
    history.invoked(0, 0, append);
    history.invoked(1, 0, get);
    history.returned(1, read);
    history.returned(0, null);
    history.invoked(2, 0, get);
    history.returned(2, 'a');
    return history;
  };
  test('counts as several, in whatever order they are answered', () => {
    for (const read of ['', 'a']) expect(both(read).judge(1000)).toEqual({ kind: 'ok' });
    expect(both('b').judge(1000)).toMatchObject({ kind: 'violation' });
  });
  test('also where a recorded history is explained', () => {
    const recorded = (read: Result): readonly RecordedOperation[] => [
      { id: 0, client: 0, operation: append, result: { value: null }, callTime: 1, returnTime: 4 },
      { id: 1, client: 0, operation: get, result: { value: read }, callTime: 2, returnTime: 3 },
    ];
    expect(explainKvHistory(recorded('a'))).toBe(null);
    expect(explainKvHistory(recorded('b'))).toMatchObject({ key: 'x', blocked: 1 });
  });
});
