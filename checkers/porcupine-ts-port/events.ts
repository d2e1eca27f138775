/** A history as events: calls and returns in the order in which they were seen. */
import { HistoryError, type Operation } from './operation.ts';

export interface CallEvent<I> {
  readonly kind: 'call';
  readonly client: number;
  readonly input: I;
  /** Pairs a return with its call. Left out: the client's open operation is meant. */
  readonly id?: number | string;
}

export interface ReturnEvent<O> {
  readonly kind: 'return';
  readonly client: number;
  /** `undefined`: the client gave up, and the outcome is unknown. */
  readonly output: O | undefined;
  readonly id?: number | string;
}

export type HistoryEvent<I, O> = CallEvent<I> | ReturnEvent<O>;

/**
 * Events take the times 0, 1, 2 and so on. A call without a return is of unknown outcome, and so is one
 * whose return has no output: it stays open to the end, and its client may call again.
 * @throws HistoryError for a return without a call, an id used twice, or a call of a client whose last
 *   operation is still open
 */
export function operationsFromEvents<I, O>(events: readonly HistoryEvent<I, O>[]): Operation<I, O>[] {
  const operations: Operation<I, O>[] = [];
  const openOfClient = new Map<
    number,
    { readonly operation: number; readonly id: number | string | undefined; readonly event: number }
  >();
  const usedIds = new Set<number | string>();
  for (let at = 0; at < events.length; at++) {
    const event = events[at]!;
    const open = openOfClient.get(event.client);
    if (event.kind === 'call') {
      if (open !== undefined) {
        throw new HistoryError(
          `event ${at}: client ${event.client} calls while its operation called in event ${open.event} is still open: ` +
            'a client has one operation open at a time; if it gave up, add a return without an output before',
          at,
        );
      }
      if (event.id !== undefined && usedIds.has(event.id))
        throw new HistoryError(`event ${at}: the id ${event.id} was used before`, at);
      if (event.id !== undefined) usedIds.add(event.id);
      openOfClient.set(event.client, { operation: operations.length, id: event.id, event: at });
      operations.push({ client: event.client, input: event.input, output: undefined, callTime: at, returnTime: null });
      continue;
    }
    if (open === undefined)
      throw new HistoryError(`event ${at}: client ${event.client} returns, and has no operation open`, at);
    if (event.id !== undefined && event.id !== open.id) {
      throw new HistoryError(
        `event ${at}: the return names id ${event.id}, and client ${event.client} has ${open.id ?? 'an operation without id'} open`,
        at,
      );
    }
    openOfClient.delete(event.client);
    if (event.output === undefined) continue;
    operations[open.operation] = { ...operations[open.operation]!, output: event.output, returnTime: at };
  }
  return operations;
}
