/** Parse, call, print: what a command line ends with, whatever happens in it. */
import { expect, test } from 'vitest';
import { DrawError } from '../../../harness/campaign/draw-error.ts';
import { UsageError, type Terminal } from '../../../harness/cli/command.ts';
import { main } from '../../../harness/cli/main.ts';
import { timeLimit } from '../../../harness/cli/time-limit.ts';

async function ended(argv: readonly string[], error: Error) {
  let err = '';
  const terminal: Terminal = { out: () => {}, err: (text) => void (err += text), isTerminal: false, columns: 80, hasColor: false, interrupted: new AbortController().signal };
  return { code: await main(argv, terminal, () => Promise.reject(error)), err };
}

test.each([
  ['wrong usage', new UsageError('no such thing'), 4, /^whitewater: no such thing\n$/],
  ['a seed that cannot be drawn', new DrawError('seed 7: no'), 4, /^whitewater: seed 7: no\n$/],
  ['anything else is a fault of the harness', new TypeError('oh'), 5, /^whitewater: a fault of the harness itself, please report it:\nTypeError: oh\n +at /],
])('%s', async (_, error, code, says) => {
  expect(await ended(['scenarios'], error)).toEqual({ code, err: expect.stringMatching(says) });
});

test('a command that there is not, and none at all', async () => {
  expect((await ended(['nonsense'], new Error('x'))).code).toBe(4);
  expect((await ended([], new Error('x'))).code).toBe(4);
  expect((await ended(['fuzz', '--help'], new Error('x'))).code).toBe(0);
});

test('work ends with its time, or with Ctrl-C, or at once when that came before', async () => {
  const never = new AbortController();
  const short = timeLimit(never.signal, 1);
  await new Promise((resolve) => short.signal.addEventListener('abort', resolve));
  short.release();
  const [long, unlimited] = [timeLimit(never.signal, 1e6), timeLimit(never.signal, null)];
  expect([long.signal.aborted, unlimited.signal.aborted]).toEqual([false, false]);
  never.abort();
  expect([long.signal.aborted, unlimited.signal.aborted, timeLimit(never.signal, null).signal.aborted]).toEqual([true, true, true]);
  for (const one of [long, unlimited]) one.release();
});
