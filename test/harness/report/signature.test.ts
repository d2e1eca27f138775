/** What makes two failures one, and what tells them apart. */
import { describe, expect, test } from 'vitest';
import type { Account, Row } from '../../../harness/report/account.ts';
import { groupFailures, signatureOf } from '../../../harness/report/signature.ts';
import type { Plan } from '../../../harness/plan/plan.ts';

const row = (more: Partial<Row>): Row => ({
  kind: 'step', step: 1, atUs: 0, node: 0, event: 'heard n1', told: '', weight: 0, effects: [], changed: {},
  message: null, operation: null, code: null, ...more,
});
const account = (...rows: readonly Row[]): Account =>
  ({ rows, fatal: rows.length === 0 ? null : rows.length - 1 }) as unknown as Account;
const plan = (...kinds: readonly string[]): Plan => ({ faults: kinds.map((kind) => ({ kind })) }) as unknown as Plan;

const sign = ({
  property = 'Log Matching', detail = 'n0 and n1', at = account(row({})), faults = plan('crash'),
}: { property?: string; detail?: string; at?: Account; faults?: Plan } = {}): string =>
  signatureOf(property, detail, at, faults);

describe('a signature', () => {
  test('is eight hexadecimal digits, the same for the same', () => {
    expect(sign()).toMatch(/^[0-9a-f]{8}$/);
    expect(sign()).toBe(sign());
  });
  test.each([
    ['another property', sign({ property: 'Leader Completeness' })],
    ['another error that was thrown', sign({ property: 'No Exception', detail: 'TypeError: one' })],
    ['a fatal step of another kind', sign({ at: account(row({ event: 'timer election' })) })],
    ['a crash in its place', sign({ at: account(row({ kind: 'crash' })) })],
    ['another place in the code', sign({ at: account(row({ code: 'core/raft/vote.ts vote' })) })],
    ['no fatal step', sign({ at: account() })],
    ['another fault', sign({ faults: plan('partition') })],
    ['one fault more', sign({ faults: plan('crash', 'partition') })],
    ['no fault', sign({ faults: plan() })],
  ])('%s: two signatures', (_name, other) => {
    expect(other).not.toBe(sign());
  });
  test('two errors that were thrown are told apart by their words, not by their numbers', () => {
    const thrown = (detail: string): string => sign({ property: 'No Exception', detail });
    expect(thrown('TypeError: index 7')).toBe(thrown('TypeError: index 12'));
    expect(thrown('TypeError: index 7')).not.toBe(thrown('TypeError: term 7'));
  });
  test.each([
    ['another detail', sign({ detail: 'n3 and n4' })],
    ['other nodes and numbers', sign({ at: account(row({ event: 'heard n4' })) })],
    ['steps before it', sign({ at: account(row({ event: 'timer' }), row({})) })],
    ['the same fault more often', sign({ faults: plan('crash', 'crash') })],
  ])('%s: one signature', (_name, other) => {
    expect(other).toBe(sign());
  });
  test('whatever the order of the faults', () => {
    expect(sign({ faults: plan('partition', 'crash', 'partition') })).toBe(
      sign({ faults: plan('crash', 'partition') }),
    );
  });
});

test('groups: the most seeds first, of as many the lowest seed; every seed once', () => {
  const groups = groupFailures(
    [
      [8, 'c'], [5, 'b'], [4, 'a'], [9, 'a'], [2, 'b'], [10, 'c'], [11, 'a'],
    ].map(([seed, signature]) => ({ seed: seed as number, signature: signature as string })),
  );
  expect(groups).toEqual([
    { signature: 'a', seed: 4, seeds: [4, 9, 11] }, { signature: 'b', seed: 2, seeds: [2, 5] },
    { signature: 'c', seed: 8, seeds: [8, 10] },
  ]);
});
