/**
 * Log Matching (Figure 3) by induction: each new entry agrees with the book, and so does what stands behind a new base.
 */
import { describe, expect, test } from 'vitest';
import { EntryBook } from '../../checkers/raft/entry-book.ts';
import { Log, type Entry } from '../../core/raft/log.ts';

const entry = (term: number, command: string): Entry => ({ term, command, sizeBytes: 1 });
const [a, b, c] = [entry(1, 'a'), entry(1, 'b'), entry(2, 'c')];
const whole = Log.empty.append([a, b, c]);

function read(...logs: readonly Log[]): void {
  const book = new EntryBook();
  book.readNew(0, null, whole);
  logs.forEach((log, i) => book.readNew(1, i === 0 ? null : logs[i - 1]!, log));
}

describe('what stands behind a new base', () => {
  /** As after a snapshot up to entry 1, of that term, whatever stood there before. */
  const basedOn = (term: number): Log => Log.startingAfter(1, term).append([b, c]);

  test('that is the entry in front of it in every log passes (Figure 13, rule 6)', () => {
    expect(() => read(whole, whole.compactTo(1))).not.toThrow();
    expect(() => read(whole, basedOn(1))).not.toThrow();
  });

  test('that is of another term breaks Log Matching, although no entry is new', () => {
    expect(() => read(whole, basedOn(0))).toThrow(
      'n1 holds at index 2, term 1, another entry than was seen there before, or another one in front of it',
    );
  });

  test('that is of a later term breaks the order of terms (5.4)', () => {
    expect(() => read(whole, basedOn(2))).toThrow('n1 holds entry 2 of term 1 behind one of term 2');
  });

  test('with nothing behind it there is nothing to look at', () => {
    expect(() => read(whole, Log.startingAfter(3, 9))).not.toThrow();
  });
});

describe('a new entry', () => {
  test('that is another one of the same index and term breaks Log Matching', () => {
    expect(() => read(Log.empty.append([a, entry(1, 'x')]))).toThrow('n1 holds at index 2, term 1, another entry');
  });

  test('behind another one breaks it, wherever the difference is', () => {
    expect(() => read(Log.empty.append([a, entry(2, 'x')]), Log.empty.append([a, entry(2, 'x'), c]))).toThrow(
      'n1 holds at index 3, term 2, another entry',
    );
  });
});

describe('what every server has compacted', () => {
  test('is forgotten, and what stands behind it is held as before', () => {
    const book = new EntryBook();
    book.readNew(0, null, whole);
    book.forgetBelow(2);
    expect([book.find(1, 1), book.find(2, 1)?.command]).toEqual([undefined, 'b']);
    expect(() => book.readNew(1, null, Log.empty.append([entry(1, 'x')]))).not.toThrow();
    expect(() => book.readNew(1, null, Log.startingAfter(1, 1).append([entry(1, 'x')]))).toThrow(
      'n1 holds at index 2, term 1, another entry',
    );
  });
});
