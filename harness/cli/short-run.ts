/**
 * Flags of V8 for a command that ends within a second or two: what a long one gains by is never earned back in it. They
 * change no result, and a version of V8 that does not know one ignores it. They are the whole process's, and so are set
 * only where the command is all of it: in a thread of its own, and not in somebody's test.
 *
 * None of them is of the collector: `--single-threaded-gc` ends the process when it comes while a helper marks.
 */
import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

const set = (flag: string): void => {
  if (!isMainThread) setFlagsFromString(flag);
};

/** For some ten thousand steps: with a fifth of V8's limit of inlining `lab 3B` takes a quarter less CPU. */
export const spareTheInliner = (): void => set('--max-inlined-bytecode-size-cumulative=200');

/** For one run or two: a function must be called more often before it is worth compiling it twice. */
export const spareTheCompiler = (): void => set('--interrupt-budget=1000000');
