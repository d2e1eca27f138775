/**
 * A register under test by clients that put and then get: what the register models share. Each client
 * puts its own value at one server and then gets from the next. Messages are unordered, delivered once,
 * and never lost.
 */
import { Interner, type Interned } from '../../harness/explore/interner.ts';
import { linearizability, type ClientHistory } from '../../harness/explore/linearizable.ts';
import type { Model, Property } from '../../harness/explore/model.ts';
import type { Described } from '../../harness/text/difference.ts';
import { illegal, type Model as Sequential } from '../../checkers/porcupine-ts-port/model.ts';

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

interface Client {
  /** The request it waits for; 0 when it has stopped. */
  readonly awaiting: number;
  readonly history: ClientHistory<Input, Value> | null;
}

/** Equal parts are one object that carries its hash, so that a step hashes only the parts that it made. */
export interface RegisterState<Server, Message> {
  readonly servers: readonly Interned<Server>[];
  readonly clients: readonly Interned<Client>[];
  readonly network: readonly Interned<Envelope<Message>>[];
}

const register: Sequential<unknown, Input, Value> = {
  name: 'register',
  init: () => null,
  step(state, input, output) {
    if (input.kind === 'put') return input.value;
    return output === undefined || output === state ? state : illegal;
  },
  describeOperation: (input, output) =>
    input.kind === 'put' ? `put ${input.value}` : `get -> ${output === undefined ? '?' : (output ?? 'none')}`,
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
): Model<RegisterState<Server, Message | ClientMessage>, Interned<Envelope<Message | ClientMessage>>> {
  type Any = Message | ClientMessage;
  type State = RegisterState<Server, Any>;
  type Network = State['network'];
  const serverParts = new Interner<Server>();
  const clientParts = new Interner<Client>();
  const envelopes = new Interner<Envelope<Any>>();
  const clientIds = Array.from({ length: clientCount }, (_, k) => k);
  const node = (id: number): string => (id < serverCount ? `n${id}` : `c${id - serverCount}`);
  const told = ({ from, to, message }: Envelope<Any>): string =>
    `${node(from)} -> ${node(to)}: ${describeMessage(message)}`;
  const without = (network: Network, taken: Interned<Envelope<Any>>): Network =>
    network.toSpliced(network.indexOf(taken), 1);
  const historiesIn = (state: State) => state.clients.map((client) => client.value.history!);

  function firstPut(k: number): Envelope<ClientMessage> {
    const self = serverCount + k;
    return {
      from: self, to: self % serverCount, message: { kind: 'Put', request: self, value: String.fromCharCode(65 + k) },
    };
  }

  function waitingForPut(k: number): Client {
    const inFlight = {
      input: { kind: 'put', value: String.fromCharCode(65 + k) } as const, before: clientIds.map(() => 0),
    };
    return { awaiting: serverCount + k, history: hasHistory ? { completed: [], inFlight } : null };
  }

  function toClient(state: State, envelope: Interned<Envelope<Any>>): State | null {
    const { to } = envelope.value;
    const message = envelope.value.message as ClientMessage;
    const k = to - serverCount;
    const { awaiting, history } = state.clients[k]!.value;
    if (message.request !== awaiting) return null;
    const isPut = message.kind === 'PutOk';
    const request = isPut ? 2 * to : 0;
    const answered = (past: ClientHistory<Input, Value>): ClientHistory<Input, Value> => ({
      completed: [...past.completed, { ...past.inFlight!, output: message.kind === 'GetOk' ? message.value : null }],
      inFlight: isPut
        ? {
            input: { kind: 'get' },
            before: historiesIn(state).map((other, id) => (id === k ? 0 : other.completed.length)),
          }
        : null,
    });
    const clients = state.clients.with(
      k,
      clientParts.intern({ awaiting: request, history: history === null ? null : answered(history) }),
    );
    const rest = without(state.network, envelope);
    const get = (): Envelope<Any> => ({ from: to, to: (to + 1) % serverCount, message: { kind: 'Get', request } });
    return { servers: state.servers, clients, network: isPut ? [...rest, envelopes.intern(get())] : rest };
  }

  const isLinearizable: Property<State, unknown> = linearizability<State, Input, Value>(register, historiesIn);
  return {
    initialStates: () => [
      {
        servers: Array.from({ length: serverCount }, (_, self) => serverParts.intern(initialServer(self))),
        clients: clientIds.map((k) => clientParts.intern(waitingForPut(k))),
        network: clientIds.map((k) => envelopes.intern(firstPut(k))),
      },
    ],
    actions: (state) => state.network,
    next(state, envelope) {
      const { from, to, message } = envelope.value;
      if (to >= serverCount) return toClient(state, envelope);
      const step = handle(state.servers[to]!.value, to, from, message);
      if (step === null) return null;
      const network = [...without(state.network, envelope), ...step.sends.map((sent) => envelopes.intern(sent))];
      return { servers: state.servers.with(to, serverParts.intern(step.server)), clients: state.clients, network };
    },
    fingerprint(state, into) {
      for (const server of state.servers) into.part(server);
      for (const client of state.clients) into.part(client);
      into.bag(state.network);
    },
    properties: [
      ...(hasHistory ? [isLinearizable] : []),
      {
        kind: 'sometimes', name: 'every client is done',
        reached: (state) => state.clients.every((client) => client.value.awaiting === 0),
      },
    ],
    kindOf: (envelope) => envelope.value.message.kind,
    describeAction: (envelope) => told(envelope.value),
    describeState: ({ servers, clients, network }) => ({
      servers: servers.map((server) => server.value as Described),
      clients: clients.map(({ value }) => ({
        awaiting: value.awaiting || null, ...(hasHistory ? { history: value.history as unknown as Described } : {}),
      })),
      network: network.map((envelope) => told(envelope.value)),
    }),
  };
}

function describeMessage(message: { readonly kind: string }): string {
  const fields = Object.entries(message).filter(([name]) => name !== 'kind');
  return `${message.kind}(${fields.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(', ')})`;
}
