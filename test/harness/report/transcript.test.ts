/** The rows that tell how it came to the violation: what it depends on, and of that what weighs most. */
import { describe, expect, test } from 'vitest';
import type { Account, Row } from '../../../harness/report/account.ts';
import { causalPast, rootsOf } from '../../../harness/report/causality.ts';
import { transcriptOf } from '../../../harness/report/transcript.ts';

const row = (node: number | null, weight = 0, message: number | null = null, kind: Row['kind'] = 'step'): Row => ({
  kind, step: 0, atUs: 0, node, event: '', told: '', weight, effects: [], changed: {}, message, operation: null,
  code: null,
});
const mail = (from: number, to: number, sentBy: number | null): Account['messages'][number] => ({
  from, to, nth: 1, what: '', sentUs: 0, sentBy, dueUs: [], takenBy: [], fate: 'delivered',
});
const account = (
  rows: readonly Row[], messages: Account['messages'] = [], fatal: number | null = rows.length - 1,
): Account => ({
  nodes: ['n0', 'n1', 'n2'], servers: 3, rows, messages, operations: [], faults: [], endUs: 0, stormUs: 0, lanes: null,
  fatal,
});

describe('what a row depends on (Lamport 1978)', () => {
  // 0: n0   1: n1   2: n2   3: n0 sends   4: a fault   5: n1 hears it   6: n2   7: a fault
  const some = account(
    [row(0), row(1), row(2), row(0), row(null), row(1, 0, 0), row(2), row(null)], [mail(0, 1, 3)], 5,
  );
  test('is what its node did before, what its message was sent by, and every fault up to it', () => {
    expect(causalPast(some, [5])).toEqual([0, 1, 3, 4, 5]);
    expect(causalPast(some, [2])).toEqual([2]);
    expect(causalPast(some, [5, 6])).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
  test('and not what was sent by nobody', () =>
    expect(causalPast(account([row(0), row(1, 0, 0)], [mail(0, 1, null)]), [1])).toEqual([1]));
});

describe('what a violation hangs on', () => {
  const some = account([row(0, 3), row(1, 4), row(1, 2), row(2, 3), row(0, 5), row(1, 5)], [], 4);
  test('the fatal row, and of the other nodes that the verdict names the last row of note up to it', () => {
    expect(rootsOf(some, 'n0 and n1 differ')).toEqual([4, 1]);
    expect(rootsOf(some, 'n2, n1 and n7')).toEqual([4, 3, 1]);
    expect(rootsOf(some, 'xn1 n12')).toEqual([4]);
  });
  test('without one, the last row', () =>
    expect([rootsOf({ ...some, fatal: null }, 'n1'), rootsOf(account([], [], null), '')]).toEqual([[5], []]));
});

describe('the transcript', () => {
  test('holds witnesses and the fatal row always, then who sent what was heard, and what weighs most', () => {
    const rows = [row(0, 1), row(1, 1), ...Array.from({ length: 20 }, () => row(0, 2)), row(0, 0), row(1, 5, 0)];
    const { rows: shown, outOf } = transcriptOf(account(rows, [mail(0, 1, 22)]), '', [0, 3]);
    expect([shown, outOf]).toEqual([[0, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23], 24]);
    expect(shown).toHaveLength(15);
  });
  test('leaves out rows of no weight, and rows that the violation does not depend on', () => {
    const rows = [row(0, 1), row(2, 4), row(0, 0), row(0, 3), row(0, 5)];
    expect(transcriptOf(account(rows), '', [])).toEqual({ rows: [0, 3, 4], outOf: 4 });
  });
  test('holds the sender of the sender, and no more', () => {
    const rows = [row(2), row(1, 0, 0), row(0, 0, 1), row(1, 5, 2)];
    expect(transcriptOf(account(rows, [mail(2, 1, 0), mail(1, 0, 1), mail(0, 1, 2)]), '', []).rows).toEqual([1, 2, 3]);
  });
  test('holds all witnesses, even when they are more than it has room for', () => {
    const rows = Array.from({ length: 30 }, () => row(0, 3));
    expect(transcriptOf(account(rows), '', Array.from({ length: 20 }, (_, i) => i)).rows).toHaveLength(21);
  });
});
