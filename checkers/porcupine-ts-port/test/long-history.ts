/** Long histories of one key whose values repeat. */
import type { KvInput, KvOutput, Operation } from '../index.ts';

/** Ten clients, eight values, half of it reads; near the end one read of a value that was overwritten before. */
export function longHistoryWithStaleRead(count: number): {
  readonly history: Operation<KvInput, KvOutput>[];
  readonly stale: number;
} {
  const clients = 10;
  const history: Operation<KvInput, KvOutput>[] = [];
  const open: ({ index: number; applied: boolean; output: KvOutput } | undefined)[] = Array.from(
    { length: clients }, () => undefined,
  );
  let x = 1;
  const next = (below: number): number => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
  let state = '';
  for (let time = 0; history.length < count || open.some((one) => one !== undefined); time++) {
    const client = next(clients);
    const one = open[client];
    if (one === undefined) {
      if (history.length >= count) continue;
      const input: KvInput = next(2) === 0 ? { op: 'get', key: 'k' } : { op: 'put', key: 'k', value: `v${next(8)}` };
      open[client] = { index: history.length, applied: false, output: {} };
      history.push({ client, input, output: undefined, callTime: time, returnTime: null });
    } else if (!one.applied) {
      const { input } = history[one.index]!;
      one.applied = true;
      if (input.op === 'put') state = input.value!;
      else one.output = { value: state };
    } else {
      history[one.index] = { ...history[one.index]!, output: one.output, returnTime: time };
      open[client] = undefined;
    }
  }
  for (let stale = count - 20; stale < count; stale++) {
    const value = longOverwritten(history, stale);
    if (value === undefined) continue;
    history[stale] = { ...history[stale]!, output: { value } };
    return { history, stale };
  }
  throw new Error('no read near the end can be made stale');
}

/** A value of which every put had returned before another put was called that returned before this read. */
function longOverwritten(history: readonly Operation<KvInput, KvOutput>[], read: number): string | undefined {
  const { input, callTime, returnTime } = history[read]!;
  if (input.op !== 'get') return undefined;
  const puts = history.filter((one) => one.input.op === 'put' && one.callTime <= returnTime!);
  const lastCall = Math.max(...puts.flatMap((one) => (one.returnTime! < callTime ? [one.callTime] : [])));
  const lastReturns = new Map(puts.map((one) => [one.input.value!, 0]));
  for (const one of puts)
    lastReturns.set(one.input.value!, Math.max(lastReturns.get(one.input.value!)!, one.returnTime!));
  return [...lastReturns].find(([, time]) => time < lastCall)?.[0];
}
