/** Who is at work in a fleet, as each said last. */
import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { silentMs, type WorkerSays } from './progress.ts';

export class Roster {
  private readonly redis: Redis;
  private readonly keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.redis = redis;
    this.keys = keys;
  }

  /** Somebody takes part in a campaign, with so many threads. */
  async join(id: string, name: string, threads: number): Promise<void> {
    await this.redis.hset(this.keys.of(id).hands, name, String(threads));
  }

  async say(name: string, says: WorkerSays): Promise<void> {
    await this.redis.hset(this.keys.workers, name, JSON.stringify(says));
  }

  async leave(name: string): Promise<void> {
    await this.redis.hdel(this.keys.workers, name);
  }

  /** Those that have fallen silent for long are forgotten. */
  async all(nowMs: number): Promise<readonly WorkerSays[]> {
    const said = Object.entries(await this.redis.hgetall(this.keys.workers)).map(
      ([name, text]) => [name, JSON.parse(text) as WorkerSays] as const,
    );
    const gone = said.filter(([, { saidMs }]) => nowMs - saidMs > 100 * silentMs).map(([name]) => name);
    if (gone.length > 0) await this.redis.hdel(this.keys.workers, ...gone);
    return said.map(([, says]) => says);
  }
}
