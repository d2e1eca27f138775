/**
 * The ABD register: a linearizable register on a majority of servers (Attiya, Bar-Noy and Dolev,
 * "Sharing Memory Robustly in Message-Passing Systems", 1995), with several writers. Phase 1 asks a
 * majority for its latest (sequence, value); phase 2 makes a majority keep the one that is returned or written.
 */
import type { Interned } from '../../harness/explore/interner.ts';
import type { Model, ModelDefinition } from '../../harness/explore/model.ts';
import { flagOf, numberOf, type ParameterValues } from '../../harness/explore/parameters.ts';
import {
  registerModel, type ClientMessage, type Envelope, type Handler, type RegisterState, type Value,
} from './register.ts';

/** Written how often, and by which server: compared in this order. */
type Sequence = readonly [number, number];

type PeerMessage =
  | { readonly kind: 'Query'; readonly request: number }
  | { readonly kind: 'AckQuery'; readonly request: number; readonly sequence: Sequence; readonly value: Value }
  | { readonly kind: 'Record'; readonly request: number; readonly sequence: Sequence; readonly value: Value }
  | { readonly kind: 'AckRecord'; readonly request: number };

type Message = PeerMessage | ClientMessage;

interface Copy {
  readonly sequence: Sequence;
  readonly value: Value;
}

interface Phase1 {
  readonly number: 1;
  readonly request: number;
  readonly client: number;
  /** What to write; undefined for a get. */
  readonly write: { readonly value: Value } | null;
  /** By server, what it answered. */
  readonly answers: readonly (Copy | null)[];
}

interface Phase2 {
  readonly number: 2;
  readonly request: number;
  readonly client: number;
  /** What to return; null for a put. */
  readonly read: { readonly value: Value } | null;
  /** By server. */
  readonly acks: readonly boolean[];
}

interface Server extends Copy {
  readonly phase: Phase1 | Phase2 | null;
}

type State = RegisterState<Server, Message>;

const isLater = (a: Sequence, b: Sequence): boolean => a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
const later = (a: Copy, b: Copy): Copy => (isLater(b.sequence, a.sequence) ? b : a);
const copyOf = ({ sequence, value }: Copy): Copy => ({ sequence, value });

function handler(count: number): Handler<Server, Message> {
  const majority = Math.floor(count / 2) + 1;
  const ids = Array.from({ length: count }, (_, id) => id);

  return (server, self, from, message) => {
    const { phase } = server;
    const send = (to: number, sent: Message): Envelope<Message> => ({ from: self, to, message: sent });
    const broadcast = (sent: Message): readonly Envelope<Message>[] =>
      ids.filter((id) => id !== self).map((id) => send(id, sent));

    /** Every answer of a majority is there: choose, keep it here, and ask the others to keep it. */
    function toPhase2({ request, client, write, answers }: Phase1): {
      server: Server;
      sends: readonly Envelope<Message>[];
    } {
      const newest = answers.filter((answer) => answer !== null).reduce(later);
      const chosen: Copy = write === null ? newest : { sequence: [newest.sequence[0] + 1, self], value: write.value };
      const read = write === null ? { value: chosen.value } : null;
      const begun: Phase2 = { number: 2, request, client, read, acks: ids.map((id) => id === self) };
      return advance2(
        { ...later(copyOf(server), copyOf(chosen)), phase: begun }, begun,
        broadcast({ kind: 'Record', request, ...copyOf(chosen) }),
      );
    }

    function advance1(
      next: Phase1, sends: readonly Envelope<Message>[],
    ): { server: Server; sends: readonly Envelope<Message>[] } {
      if (next.answers.filter((answer) => answer !== null).length < majority)
        return { server: { ...server, phase: next }, sends };
      const after = toPhase2(next);
      return { server: after.server, sends: [...sends, ...after.sends] };
    }

    function advance2(
      after: Server, next: Phase2, sends: readonly Envelope<Message>[],
    ): { server: Server; sends: readonly Envelope<Message>[] } {
      if (next.acks.filter(Boolean).length < majority) return { server: { ...after, phase: next }, sends };
      const { request, client, read } = next;
      const reply: ClientMessage =
        read === null ? { kind: 'PutOk', request } : { kind: 'GetOk', request, value: read.value };
      return { server: { ...after, phase: null }, sends: [...sends, send(client, reply)] };
    }

    switch (message.kind) {
      case 'Put':
      case 'Get': {
        if (phase !== null) return null;
        const { request } = message;
        const write = message.kind === 'Put' ? { value: message.value } : null;
        const answers = ids.map((id) => (id === self ? copyOf(server) : null));
        return advance1({ number: 1, request, client: from, write, answers }, broadcast({ kind: 'Query', request }));
      }
      case 'Query':
        return { server, sends: [send(from, { kind: 'AckQuery', request: message.request, ...copyOf(server) })] };
      case 'AckQuery':
        if (phase?.number !== 1 || phase.request !== message.request) return null;
        return advance1({ ...phase, answers: phase.answers.with(from, copyOf(message)) }, []);
      case 'Record':
        return {
          server: { ...later(copyOf(server), copyOf(message)), phase },
          sends: [send(from, { kind: 'AckRecord', request: message.request })],
        };
      case 'AckRecord':
        if (phase?.number !== 2 || phase.request !== message.request || phase.acks[from] === true) return null;
        return advance2(server, { ...phase, acks: phase.acks.with(from, true) }, []);
      default:
        return null;
    }
  };
}

function abd(values: ParameterValues): Model<State, Interned<Envelope<Message>>> {
  const servers = numberOf(values, 'servers');
  const bounds = { clients: numberOf(values, 'clients'), servers, hasHistory: flagOf(values, 'history') };
  return registerModel<Server, Message>(
    bounds, (self) => ({ sequence: [0, self], value: null, phase: null }), handler(servers),
  );
}

export const definition: ModelDefinition<State, Interned<Envelope<Message>>> = {
  name: 'abd',
  summary: 'a linearizable register kept by a majority of servers (Attiya, Bar-Noy, Dolev)',
  parameters: [
    { kind: 'number', name: 'clients', help: 'clients that put and then get', default: 2, min: 1, max: 8 },
    { kind: 'number', name: 'servers', help: 'servers that keep copies', default: 2, min: 1, max: 8 },
    { kind: 'flag', name: 'history', help: "keep the clients' histories in the state and check them" },
  ],
  moduleUrl: import.meta.url,
  create: abd,
};
