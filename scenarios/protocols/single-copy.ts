/**
 * Servers that answer from their own copy and tell nobody. With one server it is a linearizable
 * register; with two, a client that reads from the other misses its own write.
 */
import type { Interned } from '../../harness/explore/interner.ts';
import type { Model, ModelDefinition } from '../../harness/explore/model.ts';
import { flagOf, numberOf, type ParameterValues } from '../../harness/explore/parameters.ts';
import {
  registerModel, type ClientMessage, type Envelope, type Handler, type RegisterState, type Value,
} from './register.ts';

interface Server {
  readonly value: Value;
}

type State = RegisterState<Server, ClientMessage>;

const handle: Handler<Server, ClientMessage> = (server, self, from, message) => {
  const answer = (reply: ClientMessage): readonly Envelope<ClientMessage>[] => [
    { from: self, to: from, message: reply },
  ];
  switch (message.kind) {
    case 'Put':
      return { server: { value: message.value }, sends: answer({ kind: 'PutOk', request: message.request }) };
    case 'Get':
      return { server, sends: answer({ kind: 'GetOk', request: message.request, value: server.value }) };
    default:
      return null;
  }
};

function singleCopy(values: ParameterValues): Model<State, Interned<Envelope<ClientMessage>>> {
  const bounds = {
    clients: numberOf(values, 'clients'), servers: numberOf(values, 'servers'), hasHistory: flagOf(values, 'history'),
  };
  return registerModel<Server, ClientMessage>(bounds, () => ({ value: null }), handle);
}

export const definition: ModelDefinition<State, Interned<Envelope<ClientMessage>>> = {
  name: 'single-copy',
  summary: 'a register without replication: linearizable only with one server',
  parameters: [
    { kind: 'number', name: 'clients', help: 'clients that put and then get', default: 2, min: 1, max: 8 },
    { kind: 'number', name: 'servers', help: 'servers, each with its own copy', default: 1, min: 1, max: 8 },
    { kind: 'flag', name: 'history', help: "keep the clients' histories in the state and check them" },
  ],
  moduleUrl: import.meta.url,
  create: singleCopy,
};
