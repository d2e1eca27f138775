/**
 * How long a command waits for a Redis that has gone away: commands to it wait for as long as it takes, and somebody
 * must end that.
 */
import type { OpenStore } from '../fleet/store.ts';
import { duration } from '../text/format.ts';
import { UsageError, type Terminal } from './command.ts';

const lookEveryMs = 100;

export class Away {
  /** Never fulfilled; rejected with what is told to a person. */
  readonly givesUp: Promise<never>;
  private readonly timer: NodeJS.Timeout;
  private sinceMs: number | null = null;

  /** Gives up after so many milliseconds, and at Ctrl-C. */
  constructor({ store: { redis }, name }: OpenStore, giveUpMs: number, { interrupted }: Terminal) {
    redis.on('close', () => (this.sinceMs ??= performance.now()));
    redis.on('ready', () => (this.sinceMs = null));
    let reject: (error: Error) => void;
    this.givesUp = new Promise((_, no) => (reject = no));
    // The wait for it may have ended in another way by then.
    this.givesUp.catch(() => undefined);
    this.timer = setInterval(() => {
      if (this.sinceMs === null) return;
      const awayMs = performance.now() - this.sinceMs;
      if (awayMs > giveUpMs || interrupted.aborted) {
        reject(
          new UsageError(
            `no Redis at ${name} for ${duration(Math.min(awayMs, giveUpMs))}: what was done is kept there, and what was not is done by others`,
          ),
        );
      }
    }, lookEveryMs);
  }

  release(): void {
    clearInterval(this.timer);
  }
}
