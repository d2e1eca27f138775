/**
 * When a worker looks about: soon after its last task has ended, not between two tasks, and ever more rarely while it
 * rests.
 */
import { expect, test } from 'vitest';
import { Pace } from '../../../harness/cli/fleet-pace.ts';

const sleep = (ms: number): Promise<'goes on'> => new Promise((resolve) => setTimeout(() => resolve('goes on'), ms));
const waited = (pace: Pace): Promise<'woken'> => pace.wait().then(() => 'woken');
/** Begins a task. @returns what ends it */
function begun(pace: Pace): () => void {
  let end: (() => void) | null = null;
  void pace.during(() => new Promise<void>((resolve) => (end = resolve)));
  return () => end!();
}

test('while a task is in hand it waits, and is woken when the last one has ended', async () => {
  const pace = new Pace(new AbortController().signal);
  const ends = [begun(pace), begun(pace)];
  const wait = waited(pace);
  ends[0]!();
  expect(await Promise.race([wait, sleep(150)])).toBe('goes on');
  ends[1]!();
  expect(await Promise.race([wait, sleep(600)])).toBe('woken');
});

test('a task that follows on another is no rest', async () => {
  const pace = new Pace(new AbortController().signal);
  const wait = waited(pace);
  expect(await wait).toBe('woken');
  const first = begun(pace);
  const busy = waited(pace);
  first();
  await Promise.resolve();
  const second = begun(pace);
  expect(await Promise.race([busy, sleep(200)])).toBe('goes on');
  second();
});

test('at rest each wait is twice the one before', async () => {
  const pace = new Pace(new AbortController().signal);
  const startedMs = performance.now();
  for (let i = 0; i < 4; i++) await pace.wait();
  // 25 + 50 + 100 + 200; timers may be a millisecond early.
  expect(performance.now() - startedMs).toBeGreaterThan(370);
});

test('Ctrl-C and a call end the wait; a call that comes before it ends the next', async () => {
  const stop = new AbortController();
  const pace = new Pace(stop.signal);
  const end = begun(pace);
  pace.wake();
  expect(await Promise.race([waited(pace), sleep(500)])).toBe('woken');
  const wait = waited(pace);
  stop.abort();
  expect(await Promise.race([wait, sleep(500)])).toBe('woken');
  end();
});
