/** Many things of Redis, read as of one moment. */
import type { Redis } from 'ioredis';
import { readAll } from './scripts.ts';

/** What is read, and what its answer means. */
export interface Reading<T> {
  readonly command: 'GET' | 'HGET' | 'HLEN' | 'HKEYS' | 'HGETALL';
  readonly key: string;
  readonly field: string;
  understand(answer: unknown): T;
}
type Answers<T extends readonly Reading<unknown>[]> = { [I in keyof T]: T[I] extends Reading<infer A> ? A : never };

export const single = (key: string, field = ''): Reading<Buffer | null> =>
  ({ command: field === '' ? 'GET' : 'HGET', key, field, understand: (answer) => answer as Buffer | null });

export const size = (key: string): Reading<number> => ({ command: 'HLEN', key, field: '', understand: Number });

export const names = (key: string): Reading<readonly string[]> =>
  ({ command: 'HKEYS', key, field: '', understand: (answer) => (answer as readonly Buffer[]).map(String) });

/** By name; names and values come in turns. */
export const table = (key: string): Reading<ReadonlyMap<string, Buffer>> => ({
  command: 'HGETALL',
  key,
  field: '',
  understand(answer) {
    const flat = answer as readonly Buffer[];
    return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name.toString(), flat[i + 1]!] as const] : [])));
  },
});

export const asText = (bytes: ReadonlyMap<string, Buffer>): ReadonlyMap<string, string> =>
  new Map([...bytes].map(([name, value]) => [name, value.toString()]));

export async function readAtOnce<const T extends readonly Reading<unknown>[]>(
  redis: Redis, readings: T,
): Promise<Answers<T>> {
  const answers = (await redis.callBuffer(
    'EVAL', readAll, readings.length, ...readings.map(({ key }) => key),
    ...readings.flatMap(({ command, field }) => [command, field]),
  )) as readonly unknown[];
  return readings.map(({ understand }, i) => understand(answers[i])) as Answers<T>;
}
