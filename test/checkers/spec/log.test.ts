/** What tells two logs apart: each field, and each entry, in either direction. */
import { expect, test } from 'vitest';
import {
  differenceOfLogs, differenceWithin, PlainLog, SplicedLog, type SpecEntry,
} from '../../../checkers/spec/log.ts';

const entries: readonly SpecEntry[] = [1, 1, 2, 3, 3].map((term, i) => ({ term, command: `c${i + 1}` }));
const same = (one: unknown, other: unknown): boolean => one === other;
const log = (all: readonly SpecEntry[] = entries, baseIndex = 0): PlainLog => new PlainLog([...all], baseIndex);
const changed = (at: number, parts: Partial<SpecEntry>): readonly SpecEntry[] =>
  entries.map((entry, i) => (i === at - 1 ? { ...entry, ...parts } : entry));

test('equal logs differ in nothing, whatever they are made of', () => {
  const spliced = new SplicedLog(log(entries.slice(0, 3)), 3, entries.slice(3));
  for (const one of [log(), spliced])
    for (const other of [log(), spliced]) expect(differenceOfLogs(one, other, same)).toBeNull();
});

test('each difference is told, both ways', () => {
  const of = (expected: PlainLog, actual: PlainLog): string | null => differenceOfLogs(expected, actual, same);
  expect([of(log(entries, 2), log(entries, 3)), of(log(entries, 3), log(entries, 2))]).toEqual([
    'the log begins behind index 3, not 2', 'the log begins behind index 2, not 3',
  ]);
  const base = log(changed(3, { term: 9 }), 3);
  expect([of(log(entries, 3), base), of(base, log(entries, 3))]).toEqual([
    "the snapshot's last term is 9, not 2", "the snapshot's last term is 2, not 9",
  ]);
  expect([of(log(), log(entries.slice(0, 4))), of(log(entries.slice(0, 4)), log())]).toEqual([
    'the log ends at index 4, not 5', 'the log ends at index 5, not 4',
  ]);
  for (let at = 1; at <= 5; at++) {
    const other = log(changed(at, { term: 9 }));
    expect([of(log(), other), of(other, log())]).toEqual([
      `log[${at}].term is 9, not ${entries[at - 1]!.term}`, `log[${at}].term is ${entries[at - 1]!.term}, not 9`,
    ]);
    expect(of(log(), log(changed(at, { command: 'x' })))).toBe(`log[${at}] holds another command`);
  }
});

test('of what an action keeps and what it puts behind it, every entry is compared', () => {
  for (let kept = 0; kept <= 5; kept++) {
    const spliced = new SplicedLog(log(), kept, entries.slice(kept));
    for (let at = 1; at <= 5; at++)
      expect(differenceOfLogs(spliced, log(changed(at, { command: 'x' })), same), `${kept} ${at}`).toBe(
        `log[${at}] holds another command`,
      );
    expect(differenceWithin(spliced, log(changed(3, { command: 'x' })), 4, 5, same)).toBeNull();
  }
});

test('entries that are said to be shared are not looked at: all of them, and only if all are', () => {
  const asked: (readonly number[])[] = [];
  const sharing = Object.assign(log(changed(3, { command: 'x' })), {
    sharesWith: (_other: unknown, from: number, to: number) => {
      asked.push([from, to]);
      return to < 3;
    },
  });
  expect([differenceWithin(log(), sharing, 1, 2, same), differenceWithin(log(), sharing, 1, 5, same)]).toEqual([
    null, 'log[3] holds another command',
  ]);
  expect(asked).toEqual([[1, 2], [1, 5]]);
});
