import type { KvInput, KvOutput, Operation } from '../index.ts';

/** Writes all at once, and behind them a read that none of them explains: the search must try every set of them. */
export function hardHistory(writes: number, key = 'k'): Operation<KvInput, KvOutput>[] {
  const history: Operation<KvInput, KvOutput>[] = [];
  for (let i = 0; i < writes; i++) {
    history.push({
      client: 100 + i, input: { op: 'put', key, value: `${i}` }, output: {}, callTime: 0, returnTime: 100,
    });
  }
  history.push({ client: 1000, input: { op: 'get', key }, output: { value: 'x' }, callTime: 200, returnTime: 300 });
  return history;
}
