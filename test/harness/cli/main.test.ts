/** Parse, call, print: what a command line ends with, whatever happens in it. */
import { expect, test, vi } from 'vitest';
import { DrawError } from '../../../harness/campaign/draw-error.ts';
import { SystemError } from '../../../harness/system.ts';
import { UsageError, type Terminal } from '../../../harness/cli/command.ts';
import { main } from '../../../harness/cli/main.ts';
import { timeLimit } from '../../../harness/cli/time-limit.ts';

async function ended(argv: readonly string[], error: Error) {
  let err = '';
  const terminal: Terminal = {
    out: () => {}, err: (text) => void (err += text), isTerminal: false, columns: 80, hasColor: false,
    interrupted: new AbortController().signal,
  };
  return { code: await main(argv, terminal, () => Promise.reject(error)), err };
}

test.each([
  ['wrong usage', new UsageError('no such thing'), 4, /^whitewater: no such thing\n$/],
  [
    'a plan that its system cannot take', new SystemError('own: `servers` made 2 servers for a plan with 1'), 4,
    /^whitewater: own: `servers` made 2 servers for a plan with 1\n$/,
  ],
  ['a seed that cannot be drawn', new DrawError('seed 7: no'), 4, /^whitewater: seed 7: no\n$/],
  [
    'anything else is a fault of the harness', new TypeError('oh'), 5,
    /^whitewater: a fault of the harness itself, please report it:\nTypeError: oh\n +at /,
  ],
])('%s', async (_, error, code, says) => {
  expect(await ended(['scenarios'], error)).toEqual({ code, err: expect.stringMatching(says) });
});

test('a command that there is not, and none at all', async () => {
  expect((await ended(['nonsense'], new Error('x'))).code).toBe(4);
  expect((await ended([], new Error('x'))).code).toBe(4);
  expect((await ended(['fuzz', '--help'], new Error('x'))).code).toBe(0);
});

test('work ends with its time, or with Ctrl-C, or at once when that came before', () => {
  vi.useFakeTimers();
  const interruption = new AbortController();
  const [short, unlimited, released] = [
    timeLimit(interruption.signal, 100), timeLimit(interruption.signal, null), timeLimit(interruption.signal, 100),
  ];
  released.release();
  const seen = () => [short, unlimited, released].map(({ signal }) => signal.aborted);
  vi.advanceTimersByTime(99);
  expect(seen()).toEqual([false, false, false]);
  vi.advanceTimersByTime(1);
  expect(seen()).toEqual([true, false, false]);
  interruption.abort();
  expect(seen()).toEqual([true, true, false]);
  expect(timeLimit(interruption.signal, null).signal.aborted).toBe(true);
  vi.useRealTimers();
});
