/** Recorded histories for a benchmark of the checker: linearizable ones, the same on every machine. */
import { RandomStream } from '../../world/random.ts';

export interface HistoryShape {
  readonly name: string;
  readonly operations: number;
  readonly clients: number;
  readonly keys: number;
  /** Of this many texts: few of them repeat, and then a value does not tell who wrote it. */
  readonly values: number;
}

/** How long an operation may take, in the units of its clock. */
const longest = 40;

/**
 * As JSON lines. Each operation takes effect at one moment between its call and its return, so the history is
 * linearizable; what reads saw is what was there at theirs.
 */
export function historyOf({ name, operations, clients, keys, values }: HistoryShape): string {
  const random = new RandomStream(`history ${name}`);
  const freeAt = Array.from({ length: clients }, () => 0);
  const all = Array.from({ length: operations }, (_, at) => {
    const client = freeAt.indexOf(Math.min(...freeAt));
    const call = freeAt[client]! + 1 + random.below(3);
    const effect = call + random.below(longest);
    const end = effect + 1 + random.below(longest);
    freeAt[client] = end;
    return {
      at, client, call, effect, end, key: `k${random.below(keys)}`, isRead: random.chance(500),
      value: `v${random.below(values)}`,
    };
  });
  const store = new Map<string, string>();
  const lines: { readonly call: number; readonly text: string }[] = [];
  for (const { client, call, end, key, isRead, value } of all.toSorted((a, b) => a.effect - b.effect || a.at - b.at)) {
    if (!isRead) store.set(key, value);
    const what = isRead ? { op: 'get', key, output: store.get(key) ?? '' } : { op: 'put', key, value, output: null };
    lines.push({ call, text: JSON.stringify({ client, ...what, call, return: end }) });
  }
  return `${lines.toSorted((a, b) => a.call - b.call).map(({ text }) => text).join('\n')}\n`;
}
