/**
 * A register under test by clients that put and then get: what the register models share. Each client
 * puts its own value at one server and then gets from the next. Messages are unordered, delivered once,
 * and never lost.
 */
import { StructuralHasher } from '../../harness/explore/fingerprint.ts';
import { linearizability, type ClientHistory } from '../../harness/explore/linearizable.ts';
import type { Described, Model, Property } from '../../harness/explore/model.ts';
import { illegal, type Model as Sequential } from '../../checkers/porcupine-ts-port/index.ts';

export type Value = string | null;
/** Requests are numbered so that no two of a run are alike. */
export type ClientMessage =
  | { readonly kind: 'Put'; readonly request: number; readonly value: Value }
  | { readonly kind: 'PutOk'; readonly request: number }
  | { readonly kind: 'Get'; readonly request: number }
  | { readonly kind: 'GetOk'; readonly request: number; readonly value: Value };

export interface Envelope<Message> {
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

/** What a server does with a message; `null` when it neither changes nor sends anything. */
export type Handler<Server, Message> = (
  server: Server,
  self: number,
  from: number,
  message: Message,
) => { readonly server: Server; readonly sends: readonly Envelope<Message>[] } | null;

type Input = { readonly kind: 'put'; readonly value: Value } | { readonly kind: 'get' };
type Output = Value;

interface Client {
  /** The request it waits for; 0 when it has stopped. */
  readonly awaiting: number;
  readonly history: ClientHistory<Input, Output> | null;
}

export interface RegisterState<Server, Message> {
  readonly servers: readonly Server[];
  readonly clients: readonly Client[];
  readonly network: readonly Envelope<Message>[];
}

const register: Sequential<unknown, Input, Output> = {
  name: 'register',
  init: () => null,
  step(state, input, output) {
    if (input.kind === 'put') return input.value;
    return output === undefined || output === state ? state : illegal;
  },
  describeOperation: (input, output) => (input.kind === 'put' ? `put ${input.value}` : `get -> ${output === undefined ? '?' : (output ?? 'none')}`),
};

export interface RegisterBounds {
  readonly clients: number;
  readonly servers: number;
  readonly hasHistory: boolean;
}

export function registerModel<Server, Message extends { readonly kind: string }>(
  { clients: clientCount, servers: serverCount, hasHistory }: RegisterBounds,
  initialServer: (self: number) => Server,
  handle: Handler<Server, Message | ClientMessage>,
): Model<RegisterState<Server, Message | ClientMessage>, Envelope<Message | ClientMessage>> {
  type Any = Message | ClientMessage;
  type State = RegisterState<Server, Any>;
  const hasher = new StructuralHasher();
  const clientIds = Array.from({ length: clientCount }, (_, k) => k);
  const node = (id: number): string => (id < serverCount ? `server ${id}` : `client ${id}`);
  const without = (network: readonly Envelope<Any>[], taken: Envelope<Any>): readonly Envelope<Any>[] => network.filter((one) => one !== taken);

  function initial(): State {
    const put = (k: number): ClientMessage => ({ kind: 'Put', request: serverCount + k, value: String.fromCharCode(65 + k) });
    return {
      servers: Array.from({ length: serverCount }, (_, self) => initialServer(self)),
      clients: clientIds.map((k) => {
        const input: Input = { kind: 'put', value: String.fromCharCode(65 + k) };
        const history = hasHistory ? { completed: [], inFlight: { input, before: clientIds.map(() => 0) } } : null;
        return { awaiting: serverCount + k, history };
      }),
      network: clientIds.map((k) => ({ from: serverCount + k, to: (serverCount + k) % serverCount, message: put(k) as Any })),
    };
  }

  function toClient(state: State, envelope: Envelope<Any>): State | null {
    const message = envelope.message as ClientMessage;
    const k = envelope.to - serverCount;
    const { awaiting, history } = state.clients[k]!;
    if (message.request !== awaiting) return null;
    const isPut = message.kind === 'PutOk';
    const completed = history === null ? [] : [...history.completed, { ...history.inFlight!, output: message.kind === 'GetOk' ? message.value : null }];
    const before = state.clients.map((client, other) => (other === k ? 0 : (client.history?.completed.length ?? 0)));
    const inFlight = isPut ? { input: { kind: 'get' } as const, before } : null;
    const request = isPut ? 2 * envelope.to : 0;
    const clients = state.clients.with(k, { awaiting: request, history: history === null ? null : { completed, inFlight } });
    const rest = without(state.network, envelope);
    const get: Envelope<Any> = { from: envelope.to, to: (envelope.to + 1) % serverCount, message: { kind: 'Get', request } };
    return { servers: state.servers, clients, network: isPut ? [...rest, get] : rest };
  }

  const property: Property<State, unknown> = linearizability<State, Input, Output>(register, (state) => state.clients.map((client) => client.history!));
  return {
    initialStates: () => [initial()],
    actions: (state) => state.network,
    next(state, envelope) {
      if (envelope.to >= serverCount) return toClient(state, envelope);
      const step = handle(state.servers[envelope.to]!, envelope.to, envelope.from, envelope.message);
      if (step === null) return null;
      const network = [...without(state.network, envelope), ...step.sends];
      return { servers: state.servers.with(envelope.to, step.server), clients: state.clients, network };
    },
    fingerprint(state, into) {
      for (const server of state.servers) hasher.feed(server, into);
      for (const client of state.clients) hasher.feed(client, into);
      // A sum, because the network has no order; equal messages in flight count as often as they are there.
      let [lo, hi] = [0, 0];
      for (const envelope of state.network) {
        const part = hasher.partOf(envelope);
        lo = (lo + part.lo) | 0;
        hi = (hi + part.hi) | 0;
      }
      into.part({ lo, hi });
    },
    properties: [
      ...(hasHistory ? [property] : []),
      { kind: 'sometimes', name: 'every client is done', reached: (state) => state.clients.every((client) => client.awaiting === 0) },
    ],
    kindOf: ({ message }) => message.kind,
    describeAction: ({ from, to, message }) => `${node(from)} -> ${node(to)}: ${describeMessage(message)}`,
    describeState: ({ servers, clients, network }) => ({
      servers: servers as readonly Described[],
      clients: clients.map(({ awaiting, history }) => ({ awaiting: awaiting || null, ...(history === null ? {} : { history: history as unknown as Described }) })),
      network: network.map(({ from, to, message }) => `${node(from)} -> ${node(to)}: ${describeMessage(message)}`),
    }),
  };
}

function describeMessage(message: { readonly kind: string }): string {
  const fields = Object.entries(message).filter(([name]) => name !== 'kind');
  return `${message.kind}(${fields.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(', ')})`;
}
