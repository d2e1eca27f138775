/** The process's own terminal. */
import { reasonOf } from '../text/files.ts';
import { exitCode, type Terminal } from './command.ts';
import { followParent } from './parent.ts';

/**
 * The first Ctrl-C asks for a clean end, the second one ends the process.
 *
 * What becomes of the streams never changes the verdict: a reader that has seen enough (a pager, head), a full
 * device or a closed stream takes what is written away, and the work goes on to its exit code.
 */
export function processTerminal(): Terminal {
  const interruption = new AbortController();
  process.on('SIGINT', () => {
    if (interruption.signal.aborted) process.exit(exitCode.unknown);
    interruption.abort();
  });
  process.on('SIGTERM', () => interruption.abort());
  // The terminal is closed: what was begun is ended as for any other, and what was made for it is taken away.
  process.on('SIGHUP', () => interruption.abort());
  followParent(() => interruption.abort());
  const err = writer(process.stderr, () => {});
  const out = writer(process.stdout, (error) => {
    if (error.code !== 'EPIPE') err(`whitewater: cannot write to the standard output: ${reasonOf(error)}\n`);
  });
  return {
    out,
    err,
    isTerminal: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
    hasColor: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
    interrupted: interruption.signal,
  };
}

/** Writes until the stream fails; `onFailure` is told of the first failure, and nothing is written behind it. */
function writer(stream: NodeJS.WriteStream, onFailure: (error: NodeJS.ErrnoException) => void): (text: string) => void {
  let isBroken = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (isBroken) return;
    isBroken = true;
    onFailure(error);
  });
  return (text) => {
    if (!isBroken) stream.write(text);
  };
}
