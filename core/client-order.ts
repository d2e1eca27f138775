/**
 * Clients with several requests in flight (dissertation 6.3, "concurrent requests from a single client"), as a layer
 * around the server: a leader takes the commands of such a client in the order of their numbers, whatever the network
 * does to them. One that comes before an earlier one is held until that is in the log.
 *
 * So in every log all earlier commands of a client stand in front of each, and servers execute in the order of the log:
 * what is not above the last number of a session was executed, as of clients with one request in flight.
 */
import type { Machine } from './kv/machine.ts';
import type { ClerkMessage, ClientRequest } from './kv/messages.ts';
import type { Effect, Event, NodeId, Step } from './protocol.ts';
import type { AnyRaftMessage } from './raft/option-messages.ts';
import { NONE, type Raft } from './raft/state.ts';
import type { Write } from './raft/write.ts';
import { leaderKnownTo, refuse } from './replies.ts';
import { withEarly } from './server-fields.ts';

/** A request that came before an earlier one of its client. */
export interface EarlyRequest {
  readonly client: NodeId;
  readonly request: ClientRequest;
}

/** Of a server, what the order of its clients needs. */
export interface OrderServer {
  readonly raft: Raft;
  readonly machine: Machine;
  readonly waiting: readonly { readonly client: NodeId; readonly sequence: number }[];
  readonly early?: readonly EarlyRequest[] | undefined;
}

type Message = AnyRaftMessage | ClerkMessage;
type OrderEvent = Event<Message, never>;
type OrderStep<S> = Step<S, Effect<Message, Write, never>>;

/** Set for no time at all as soon as a request that is held may be taken: no step puts more than one into the log. */
const turnTimer = 'turn';

/** The server's step, with what is held for its turn. Without a client that has several in flight it is its alone. */
export function withOrder<S extends OrderServer>(
  server: S, event: OrderEvent, step: (server: S, event: OrderEvent) => OrderStep<S>,
): OrderStep<S> {
  if (isEarly(server, event)) return { state: holding(server, event.from, event.message), effects: NONE };
  const early = server.early ?? NONE;
  if (event.kind !== 'timer' || event.timer !== turnTimer)
    return early.length === 0 ? step(server, event) : kept(step(server, event), early, server);
  const next = early.find((one) => isInTurn(server, one));
  if (next === undefined) return { state: server, effects: NONE };
  const taken = step(server, { kind: 'message', from: next.client, message: next.request });
  return kept(taken, early.filter((one) => one !== next), null);
}

type Asking = Extract<OrderEvent, { readonly kind: 'message' }> & { readonly message: ClientRequest };

/** Who does not lead holds nothing: it sends its clients away. */
const isEarly = (server: OrderServer, event: OrderEvent): event is Asking =>
  event.kind === 'message' &&
  event.message.kind === 'clientRequest' &&
  event.message.unanswered !== undefined &&
  server.raft.role.kind === 'leader' &&
  !isInTurn(server, { client: event.from, request: event.message });

/**
 * Whether all earlier commands of the client are in the log: executed here, waiting there, or known to the client to be
 * done. A leader may have executed less than its client knows of, and commits nothing of it before it has an entry of
 * its own term: the request itself may have to be that.
 */
function isInTurn(
  { machine, waiting }: OrderServer, { client, request: { sequence, unanswered } }: EarlyRequest,
): boolean {
  let last = Math.max(machine.sessions.byClient.get(client)?.sequence ?? 0, unanswered! - 1);
  for (const one of waiting) if (one.client === client && one.sequence > last) last = one.sequence;
  return sequence <= last + 1;
}

function holding<S extends OrderServer>(server: S, client: NodeId, request: ClientRequest): S {
  const early = server.early ?? NONE;
  const isHeld = early.some((one) => one.client === client && one.request.sequence === request.sequence);
  return isHeld ? server : withEarly(server, [...early, { client, request }]);
}

/**
 * Who leads no more sends those away that it held.
 * @param before where somebody's turn had come, the timer runs
 */
function kept<S extends OrderServer>(
  { state, effects }: OrderStep<S>, early: readonly EarlyRequest[], before: S | null,
): OrderStep<S> {
  if (early.length === 0) return { state: withEarly(state, undefined), effects };
  if (state.raft.role.kind !== 'leader') {
    const leaderId = leaderKnownTo(state.raft);
    const refusals = early.map(({ client, request }) => refuse(client, request.sequence, leaderId));
    return { state: withEarly(state, undefined), effects: [...effects, ...refusals] };
  }
  const hasTurn = (server: S): boolean => early.some((one) => isInTurn(server, one));
  const isTurn = hasTurn(state) && (before === null || !hasTurn(before));
  return {
    state: withEarly(state, early),
    effects: isTurn
      ? [...effects, { kind: 'setTimer', timer: turnTimer, afterUs: { min: 0, max: 0 } }]
      : effects,
  };
}
