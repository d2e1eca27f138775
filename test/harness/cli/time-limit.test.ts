/** Work ends when its time is up, however long that is. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { timeLimit } from '../../../harness/cli/time-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const dayMs = 86_400_000;

/** Whether its time is up just before that moment, and at it. */
function isUpAround(budgetMs: number, atMs: number): readonly boolean[] {
  const { signal, release } = timeLimit(new AbortController().signal, budgetMs);
  vi.advanceTimersByTime(atMs - 1);
  const before = signal.aborted;
  vi.advanceTimersByTime(1);
  release();
  return [before, signal.aborted];
}

describe('the time is up', () => {
  test.each([
    ['a second', 1000], ['30 days', 30 * dayMs], ['90 days', 90 * dayMs],
  ])('after %s, and not before: a timer of Node holds 24.8 days', (_, budgetMs) => {
    expect(isUpAround(budgetMs, budgetMs)).toEqual([false, true]);
  });

  test('never without a budget, and not behind its release', () => {
    const never = timeLimit(new AbortController().signal, null);
    const released = timeLimit(new AbortController().signal, 40 * dayMs);
    vi.advanceTimersByTime(30 * dayMs);
    released.release();
    vi.advanceTimersByTime(300 * dayMs);
    expect([never.signal.aborted, released.signal.aborted, vi.getTimerCount()]).toEqual([false, false, 0]);
  });

  test('on Ctrl-C before that', () => {
    const interrupt = new AbortController();
    const { signal, release } = timeLimit(interrupt.signal, 1000);
    interrupt.abort();
    release();
    expect(signal.aborted).toBe(true);
  });
});
