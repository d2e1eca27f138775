/**
 * A command in a thread of its own, and the thread that watches it. Code under test may loop for ever, exhaust
 * the memory or end its process: the watcher still hears Ctrl-C, says what became of the command and where it
 * was, and ends with an exit code of the table.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { asWatched, Pulse, watchThisThread, type Place } from '../campaign/pulse.ts';
import { lookEveryMs, meaningOfLoss, placeText, stuckAfterMs, stuckText, StuckWatch } from '../campaign/stuck.ts';
import { exitCode, type ExitCode, type Terminal } from './command.ts';
import { commands } from './commands.ts';
import { main, type House } from './main.ts';

type Told =
  | { readonly kind: 'out' | 'err'; readonly text: string }
  | { readonly kind: 'ended'; readonly code: ExitCode };

interface Start {
  readonly argv: readonly string[];
  readonly pulse: SharedArrayBuffer;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly hasColor: boolean;
}

/** What the thread is told: the first Ctrl-C. */
const interrupt = 'interrupt';

/** How long a command may take. */
interface Patience {
  /** For one step of the code under test. */
  readonly stuckAfterMs: number;
  /** To end by itself once it is interrupted: long enough for a busy machine, for a second Ctrl-C ends it at once. */
  readonly graceMs: number;
  readonly lookEveryMs: number;
}

const usualPatience: Patience = { stuckAfterMs, graceMs: 60_000, lookEveryMs };

/** `threadUrl`: a module that calls `runInThread`. */
export function runWatched(
  argv: readonly string[], threadUrl: URL, terminal: Terminal, patience = usualPatience,
): Promise<ExitCode> {
  const pulse = new Pulse();
  const { isTerminal, columns, hasColor } = terminal;
  const start: Start = { argv, pulse: pulse.shared, isTerminal, columns, hasColor };
  const worker = new Worker(threadUrl, { workerData: start, argv: [...argv] });
  return new Promise((resolve) => {
    let code: ExitCode | null = null;
    let interruptedMs: number | null = null;
    const watch = new StuckWatch(pulse, patience.stuckAfterMs);
    const timer = setInterval(() => {
      const nowMs = performance.now();
      const stuck = watch.look(nowMs);
      if (stuck !== null) return finish(exitCode[meaningOfLoss[stuck.part]], stuckText(stuck, patience.stuckAfterMs));
      if (interruptedMs !== null && nowMs - interruptedMs > patience.graceMs) {
        finish(
          exitCode.unknown,
          `did not end within ${patience.graceMs / 1000} s of being interrupted${placeText(pulse.place)}`,
        );
      }
    }, patience.lookEveryMs);
    const finish = (last: ExitCode, text: string | null): void => {
      if (code !== null) return;
      code = last;
      clearInterval(timer);
      if (text !== null) terminal.err(`whitewater: ${text}\n`);
      void worker.terminate().then(() => resolve(last));
    };
    terminal.interrupted.addEventListener('abort', () => {
      interruptedMs = performance.now();
      worker.postMessage(interrupt);
    });
    worker.on('message', (told: Told) => {
      if (told.kind === 'ended') finish(told.code, null);
      else terminal[told.kind](told.text);
    });
    worker.on('error', (error: NodeJS.ErrnoException) => finish(...blamed(error, argv, pulse)));
    worker.on('exit', (status) => finish(exitCode.usage, endText(argv, status, pulse.place)));
  });
}

/** A thread that ends without a word was ended by what it had loaded. */
function endText(argv: readonly string[], status: number, place: Place | null): string {
  if (place !== null && place.part !== 'load')
    return `the code under test ended the process with process.exit(${status})${placeText(place)}: a protocol is a pure function`;
  const modules = argv.filter((word) => /\.[mc]?[jt]s(?:#.*)?$/.test(word));
  const who =
    modules.length === 0 ? 'a module that was loaded' : modules.map((word) => word.replace(/#.*$/, '')).join(' or ');
  return status === unsettledStatus
    ? `${who} never finishes loading: a top-level await in it is never settled`
    : `${who} ended the process with process.exit(${status}) while it was loaded`;
}

/** Node's exit status for a top-level await that nothing can settle any more. */
const unsettledStatus = 13;

function blamed(error: NodeJS.ErrnoException, [name]: readonly string[], pulse: Pulse): readonly [ExitCode, string] {
  const code = commands.find((one) => one.name === name)?.outOfMemory ?? exitCode.unknown;
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return [code, `out of memory${placeText(pulse.place)}: more heap: NODE_OPTIONS=--max-old-space-size=8192`];
  return [exitCode.harnessFault, `a fault of the harness itself, please report it:\n${error.stack ?? String(error)}`];
}

/** In the thread: runs the command line, with a terminal that is the watcher's. */
export async function runInThread(house: House): Promise<void> {
  const { argv, pulse, isTerminal, columns, hasColor } = workerData as Start;
  const port = parentPort!;
  const interruption = new AbortController();
  const tell = (told: Told): void => port.postMessage(told);
  port.on('message', () => interruption.abort());
  port.unref();
  const terminal: Terminal = {
    out: (text) => tell({ kind: 'out', text }),
    err: (text) => tell({ kind: 'err', text }),
    isTerminal, columns, hasColor,
    interrupted: interruption.signal,
  };
  watchThisThread(new Pulse(pulse));
  tell({ kind: 'ended', code: await main(argv, terminal, async (needsModels) => asWatched(await house(needsModels))) });
}
