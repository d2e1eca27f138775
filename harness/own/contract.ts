/** What a user writes of a protocol: servers and clients as core/protocol.ts has them, with less to say. */
import type { Effect, NodeId, Process, Step } from '../../core/protocol.ts';
import { rangeOf, type Span } from './duration.ts';

/** What a client asks of a server; the server knows who asked by `from`. */
export interface Request<Operation> {
  readonly kind: 'request';
  /** Counts the operations of this client from 1: a retry bears the same number. */
  readonly sequence: number;
  readonly operation: Operation;
}

/** The answer to a request, by its number. */
export interface Response<Reply> {
  readonly kind: 'response';
  readonly sequence: number;
  readonly reply: Reply;
}

/** "Not I": the client asks `to` next, or another one when nobody is known. */
export interface Redirect {
  readonly kind: 'redirect';
  readonly sequence: number;
  readonly to: NodeId | null;
}

/** What can happen to a server. */
export type ServerEvent<Message> =
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: Message }
  | { readonly kind: 'timer'; readonly timer: string };

/** What a server can ask for. */
export type ServerEffect<Message, Write = never> = Exclude<Effect<Message, Write, never>, { readonly kind: 'reply' }>;
export type ServerStep<State, Message, Write = never> = Step<State, ServerEffect<Message, Write>>;

/**
 * A server: pure functions, as in core/protocol.ts.
 * @typeParam In what it may be sent, requests of clients among it
 * @typeParam Out what it sends, responses among it
 */
export interface Server<State, In, Out, Durable = null, Write = Durable> {
  /** What its disk holds before anything was written. Without it, the server keeps nothing. */
  readonly blank?: Durable;
  boot(durable: Durable): ServerStep<State, Out, Write>;
  step(state: State, event: ServerEvent<In>): ServerStep<State, Out, Write>;
  /** What the disk holds once this write is on it; without it, the write takes the place of all that was there. */
  write?(durable: Durable, write: Write): Durable;
}

/**
 * A server or a client that is a process of core/protocol.ts already. It is told everything that can happen: also what
 * a script asks of a server directly, and on the lab's network that an exchange failed.
 */
export interface WholeProcess<State, Message, Durable = any, Write = Durable> {
  readonly process: Process<State, Message, Write, Durable, any, any>;
}

/** A client of your own, in the place of the ready one. */
export interface Client<State, In, Out, Operation, Reply> {
  boot(): Step<State, Effect<Out, never, Reply>>;
  step(
    state: State,
    event: ServerEvent<In> | { readonly kind: 'request'; readonly id: number; readonly request: Operation },
  ): Step<State, Effect<Out, never, Reply>>;
}

export const send = <Message,>(
  to: NodeId, message: Message,
): { readonly kind: 'send'; readonly to: NodeId; readonly message: Message } => ({ kind: 'send', to, message });

/** Everything written is durable before what stands behind it happens. */
export const persist = <Write,>(
  ...writes: readonly Write[]
): { readonly kind: 'persist'; readonly writes: readonly Write[] } => ({ kind: 'persist', writes });

/** Sets a timer, or sets it anew: `timer('tick', ['50ms', '100ms'])`. */
export const timer = (
  name: string, after: Span,
): {
  readonly kind: 'setTimer';
  readonly timer: string;
  readonly afterUs: { readonly min: number; readonly max: number };
} => ({ kind: 'setTimer', timer: name, afterUs: rangeOf(after) });

export const cancel = (name: string): { readonly kind: 'cancelTimer'; readonly timer: string } => ({
  kind: 'cancelTimer', timer: name,
});

/** Answers a client's request. */
export const respond = <Reply,>(
  client: NodeId, sequence: number, reply: Reply,
): { readonly kind: 'send'; readonly to: NodeId; readonly message: Response<Reply> } => ({
  kind: 'send', to: client, message: { kind: 'response', sequence, reply },
});

/** Sends a client on to another server. */
export const redirect = (
  client: NodeId, sequence: number, to: NodeId | null,
): { readonly kind: 'send'; readonly to: NodeId; readonly message: Redirect } => ({
  kind: 'send', to: client, message: { kind: 'redirect', sequence, to },
});
