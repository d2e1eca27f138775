/** Work that ends when its time is up or on Ctrl-C, whichever is first. */

export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Lets go of the timer: to be called when the work is done. */
  release(): void;
}

/** 24.8 days: asked for a longer one, a timer of Node fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * A timer of our own: a signal of `AbortSignal.timeout` that nothing but `AbortSignal.any` holds may be
 * collected by Node 20 before it fires, and then the time is never up.
 * @param budgetMs null for no limit
 */
export function timeLimit(interrupted: AbortSignal, budgetMs: number | null): TimeLimit {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  if (interrupted.aborted) end();
  interrupted.addEventListener('abort', end);
  let timer: NodeJS.Timeout | null = null;
  const wait = (leftMs: number): void => {
    timer = setTimeout(
      () => (leftMs > longestTimerMs ? wait(leftMs - longestTimerMs) : end()), Math.min(leftMs, longestTimerMs),
    );
  };
  if (budgetMs !== null) wait(budgetMs);
  return {
    signal: controller.signal,
    release: () => {
      interrupted.removeEventListener('abort', end);
      if (timer !== null) clearTimeout(timer);
    },
  };
}
