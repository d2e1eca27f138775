/**
 * The steps of the plain search on histories of our own. The small ones are counted by hand; those in files
 * were counted by this search when it took exactly Porcupine's steps on all the shared histories, and pin
 * it from then on.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  checkOperations, kvModel, registerModel, type KvInput, type KvOutput, type Operation, type RegisterInput,
  type RegisterOutput,
} from '../index.ts';
import { loadHistory, ownFolder } from './shared-histories.ts';

const write = (
  client: number, value: number, callTime: number, returnTime: number | null,
): Operation<RegisterInput, RegisterOutput> => ({
  client,
  input: { op: 'write', value },
  output: returnTime === null ? undefined : {},
  callTime,
  returnTime,
});
const read = (
  client: number, value: number | null, callTime: number, returnTime: number,
): Operation<RegisterInput, RegisterOutput> => ({
  client,
  input: { op: 'read' },
  output: { value },
  callTime,
  returnTime,
});
const plain = (history: readonly Operation<RegisterInput, RegisterOutput>[]): { kind: string; steps: number } => {
  const { kind, steps } = checkOperations(registerModel, history, { method: 'plain' });
  return { kind, steps };
};

describe('steps counted by hand', () => {
  test('one after the other: one step each', () => {
    expect(plain([write(0, 1, 0, 1), read(0, 1, 2, 3), write(0, 2, 4, 5)])).toEqual({ kind: 'ok', steps: 3 });
  });

  test('a stale read: each operation once, and the read is refused', () => {
    expect(plain([write(0, 1, 0, 1), write(0, 2, 2, 3), read(1, 1, 4, 5)])).toEqual({ kind: 'illegal', steps: 3 });
  });

  test('two writes and a read at once: the second order is the right one', () => {
    // write 1; write 2 behind it; read 1 refused; back: read 1 after write 1; write 2.
    expect(plain([write(0, 1, 0, 9), write(1, 2, 1, 9), read(2, 1, 2, 9)])).toEqual({ kind: 'ok', steps: 5 });
  });

  test('two writes at once and a read that nobody can answer', () => {
    // w1, w2, r refused | w1, r refused | w2, w1, r refused | w2, r refused | r refused; as the list goes:
    // w1 (1), w2 (2), r (3), back to w1: r (4), back: w2 (5), w1 (6), r (7), back to w2: r (8), back: r (9).
    expect(plain([write(0, 1, 0, 9), write(1, 2, 1, 9), read(2, 3, 2, 9)])).toEqual({ kind: 'illegal', steps: 9 });
  });

  test('of unknown outcome: placed at the end, in the order of the calls', () => {
    // w1 (1), w2 (2), r refused (3), back to w1: r (4), back: w2 (5), w1 (6), r (7), back to w2: r (8), back:
    // r is legal (9), and then w1 (10) and w2 (11) in the order of their calls.
    expect(plain([write(0, 1, 0, null), write(1, 2, 1, null), read(2, null, 2, 3)])).toEqual({ kind: 'ok', steps: 11 });
  });

  test('calls at one time stay in the order given', () => {
    // w1, w2 and then the read of 2: placed in the order given; the other way round w2 is taken back once.
    expect(plain([write(0, 1, 0, 9), write(1, 2, 0, 9), read(2, 2, 0, 9)])).toEqual({ kind: 'ok', steps: 3 });
    expect(plain([write(1, 2, 0, 9), write(0, 1, 0, 9), read(2, 2, 0, 9)])).toEqual({ kind: 'ok', steps: 5 });
  });

  test('partitions: the sum over all of them, also when the first is illegal', () => {
    const get = (key: string, value: string, callTime: number): Operation<KvInput, KvOutput> => ({
      client: 0,
      input: { op: 'get', key },
      output: { value },
      callTime,
      returnTime: callTime + 1,
    });
    const history = [get('a', 'x', 0), get('b', '', 2), get('b', '', 4), get('c', 'x', 6)];
    expect(checkOperations(kvModel, history, { method: 'plain' })).toMatchObject({
      kind: 'illegal', steps: 4, partitions: 3,
    });
  });
});

describe('steps pinned on histories of our own', () => {
  test.each([
    ['register-ok.jsonl', 'cas-register', 'ok', 469],
    ['register-illegal.jsonl', 'cas-register', 'illegal', 4930],
    ['unique-ok.jsonl', 'kv', 'ok', 427],
    ['unique-illegal.jsonl', 'kv', 'illegal', 1865],
    ['repeat-ok.jsonl', 'kv', 'ok', 1563],
    ['repeat-illegal.jsonl', 'kv', 'illegal', 2229],
  ] as const)('%s by %s', (file, model, kind, steps) => {
    const history = loadHistory(join(ownFolder, file), model);
    expect(checkOperations(history.model, history.operations, { method: 'plain' })).toMatchObject({ kind, steps });
  });
});
