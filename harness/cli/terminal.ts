/** The process's own terminal. */
import { exitCode, type Terminal } from './command.ts';

/** The first Ctrl-C asks for a clean end, the second one ends the process. */
export function processTerminal(): Terminal {
  const interruption = new AbortController();
  process.on('SIGINT', () => {
    if (interruption.signal.aborted) process.exit(exitCode.unknown);
    interruption.abort();
  });
  process.on('SIGTERM', () => interruption.abort());
  // A reader that has seen enough (a pager, head) closes the pipe: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCode.pass);
    throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
    hasColor: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
    interrupted: interruption.signal,
  };
}
