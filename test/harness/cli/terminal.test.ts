/** What becomes of the streams never changes the verdict. */
import { EventEmitter } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { processTerminal } from '../../../harness/cli/terminal.ts';

/** A stream that fails at its second write. */
class Stream extends EventEmitter {
  readonly written: string[] = [];
  readonly isTTY = false;
  readonly code: string;
  constructor(code = '') {
    super();
    this.code = code;
  }
  write(text: string): void {
    this.written.push(text);
    if (this.code !== '' && this.written.length >= 2)
      this.emit('error', Object.assign(new Error(this.code), { code: this.code }));
  }
}
const listeners = { SIGINT: process.listeners('SIGINT'), SIGTERM: process.listeners('SIGTERM') };
afterEach(() => {
  vi.restoreAllMocks();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    for (const one of process.listeners(signal))
      if (!listeners[signal].includes(one)) process.removeListener(signal, one);
});

function terminalOn(out: Stream, err: Stream) {
  vi.spyOn(process, 'stdout', 'get').mockReturnValue(out as never);
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(err as never);
  return processTerminal();
}

test('a reader that goes away is no failure, and nothing is said of it', () => {
  const [out, err] = [new Stream('EPIPE'), new Stream()];
  const terminal = terminalOn(out, err);
  for (const text of ['a', 'b', 'c']) terminal.out(text);
  expect([out.written, err.written]).toEqual([['a', 'b'], []]);
});

test('another failure of the standard output is told once', () => {
  const [out, err] = [new Stream('ENOSPC'), new Stream()];
  const terminal = terminalOn(out, err);
  for (const text of ['a', 'b', 'c']) terminal.out(text);
  out.emit('error', Object.assign(new Error('again'), { code: 'EIO' }));
  expect([out.written, err.written.length]).toEqual([['a', 'b'], 1]);
  expect(err.written[0]).toMatch(/^whitewater: cannot write to the standard output: .+\n$/);
});

test('the first Ctrl-C interrupts; a second Ctrl-C ends the process, with no pass', () => {
  const terminal = terminalOn(new Stream(), new Stream());
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never);
  const own = process.listeners('SIGINT').at(-1)!;
  expect(terminal.interrupted.aborted).toBe(false);
  own('SIGINT');
  expect([terminal.interrupted.aborted, exit.mock.calls]).toEqual([true, []]);
  own('SIGINT');
  expect(exit.mock.calls).toEqual([[2]]);
});
