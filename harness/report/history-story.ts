/** Whether the clients' history has an explanation, and what clashes where it has none. */
import type { HistoryCall, HistoryStory, System } from '../system.ts';
import type { Account } from './account.ts';

export function historyStoryOf(system: System, { operations }: Account): HistoryStory | null {
  if (system.explainHistory === undefined) return null;
  return system.explainHistory(callsOf(operations));
}

/** By the rules of the checker: a clock that ticks at each call and return, returns before calls of the same moment. */
function callsOf(operations: Account['operations']): readonly HistoryCall[] {
  const ends: { readonly us: number; readonly isCall: boolean; readonly id: number }[] = [];
  for (const { id, calledUs, returnedUs } of operations) {
    ends.push({ us: calledUs, isCall: true, id });
    if (returnedUs !== null) ends.push({ us: returnedUs, isCall: false, id });
  }
  ends.sort((a, b) => a.us - b.us || Number(a.isCall) - Number(b.isCall) || a.id - b.id);
  const calls = new Map<number, number>();
  const returns = new Map<number, number>();
  ends.forEach(({ isCall, id }, tick) => (isCall ? calls : returns).set(id, tick));
  return operations.map(({ id, client, request, reply, returnedUs }) => ({
    id, client, request,
    reply: returnedUs === null ? null : { value: reply },
    callTime: calls.get(id)!,
    returnTime: returns.get(id) ?? null,
  }));
}
