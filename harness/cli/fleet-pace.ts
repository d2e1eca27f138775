/**
 * How long a worker waits until it looks about again: two seconds while it works, and less when its last task has just
 * ended.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const busyMs = 2000;
/** And so much at rest, at most. */
const restMs = 1000;
/** One task follows on another within so much time, and then nothing has ended. */
const betweenTasksMs = 25;

export class Pace {
  private inHand = 0;
  /** Doubles while there is nothing to do, so that a fleet at rest asks little of Redis. */
  private idleMs = betweenTasksMs;
  private waking = new AbortController();

  /** @param stop ends the wait, too */
  constructor(stop: AbortSignal) {
    stop.addEventListener('abort', () => this.wake());
  }

  async during<T>(task: () => Promise<T>): Promise<T> {
    this.inHand += 1;
    try {
      return await task();
    } finally {
      this.inHand -= 1;
      this.idleMs = betweenTasksMs;
      if (this.inHand === 0) setTimeout(() => this.inHand === 0 && this.wake(), betweenTasksMs);
    }
  }

  /** Ends the wait, or else the next one. */
  wake(): void {
    this.waking.abort();
  }

  async wait(): Promise<void> {
    const ms = this.inHand > 0 ? busyMs : this.idleMs;
    if (this.inHand === 0) this.idleMs = Math.min(restMs, 2 * this.idleMs);
    await sleep(ms, undefined, { signal: this.waking.signal }).catch(() => undefined);
    if (this.waking.signal.aborted) this.waking = new AbortController();
  }
}
