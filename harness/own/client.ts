/**
 * The ready client: it asks one server, and another one when no answer comes or when it is sent on, always under the
 * same number, until it has its answer or gives up. Nothing of it is durable.
 */
import type { Effect, NodeId, Range, Step } from '../../core/protocol.ts';
import type { Client, Redirect, Request, Response } from './contract.ts';

export interface ReadyClient<Operation> {
  readonly sequence: number;
  /** Place of the server that was asked last among those that may be asked. */
  readonly target: number;
  /** Servers that sent it on since the last wait: when all have, another round at once would not help. */
  readonly refusals: number;
  readonly pending: { readonly id: number; readonly operation: Operation } | null;
}

export interface ReadyClientOptions {
  readonly retryUs: Range;
  /** Whom it asks, the likeliest first. */
  readonly asks: readonly NodeId[];
}

type ClientStep<Operation, Reply> = Step<ReadyClient<Operation>, Effect<Request<Operation>, never, Reply>>;

export function readyClient<Operation, Reply>({
  retryUs, asks,
}: ReadyClientOptions): Client<
  ReadyClient<Operation>,
  Response<Reply> | Redirect,
  Request<Operation>,
  Operation,
  Reply
> {
  const retry = { kind: 'setTimer', timer: 'retry', afterUs: retryUs } as const;
  const ask = (
    { sequence, pending }: ReadyClient<Operation>, target: number, refusals: number,
  ): ClientStep<Operation, Reply> => ({
    state: { sequence, target, refusals, pending },
    effects: [
      retry,
      { kind: 'send', to: asks[target]!, message: { kind: 'request', sequence, operation: pending!.operation } },
    ],
  });
  const next = ({ target }: ReadyClient<Operation>): number => (target + 1) % asks.length;
  const stay = (state: ReadyClient<Operation>): ClientStep<Operation, Reply> => ({ state, effects: [] });

  function onRedirect(state: ReadyClient<Operation>, to: NodeId | null): ClientStep<Operation, Reply> {
    const { sequence, refusals, pending } = state;
    if (refusals + 1 >= asks.length)
      return { state: { sequence, target: next(state), refusals: 0, pending }, effects: [retry] };
    const known = to === null ? -1 : asks.indexOf(to);
    return ask(state, known < 0 ? next(state) : known, refusals + 1);
  }

  return {
    boot: () => stay({ sequence: 0, target: 0, refusals: 0, pending: null }),
    step(state, event) {
      if (event.kind === 'request') {
        const { sequence, target } = state;
        return ask(
          { sequence: sequence + 1, target, refusals: 0, pending: { id: event.id, operation: event.request } },
          target,
          0,
        );
      }
      const { pending, sequence, target } = state;
      if (pending === null) return stay(state);
      if (event.kind === 'timer') return ask(state, next(state), 0);
      const { message, from } = event;
      // An answer to something older, or a second one.
      if (message.sequence !== sequence) return stay(state);
      if (message.kind === 'response') {
        const place = asks.indexOf(from);
        const told: ReadyClient<Operation> = {
          sequence, target: place < 0 ? target : place, refusals: 0, pending: null,
        };
        return {
          state: told,
          effects: [
            { kind: 'cancelTimer', timer: 'retry' }, { kind: 'reply', id: pending.id, reply: message.reply },
          ],
        };
      }
      return message.kind === 'redirect' && from === asks[target] ? onRedirect(state, message.to) : stay(state);
    },
  };
}
