/**
 * A lock that is only lent, and a store that it guards: n0 lends the lock for half a second, n1 stores, the others work
 * for clients, each while it holds the lock by its own clock. Every lease has a number, and the store takes nothing
 * under a number older than one that it has seen: a fencing token (Gray and Cheriton 1989 for leases; Kleppmann 2016
 * for what clocks do to them).
 */
import {
  cancel, persist, respond, send, timer, type KvInput, type KvOutput, type NodeId, type Request, type Response,
  type Server, type ServerEffect, type ServerStep,
} from 'whitewater/own';

/** The values, and of each client the last number with its answer: a retry is answered, not done again. */
export interface Data {
  readonly values: Readonly<Record<string, string>>;
  readonly sessions: Readonly<Record<NodeId, { readonly sequence: number; readonly reply: KvOutput }>>;
}
export type Message =
  | { readonly kind: 'acquire'; readonly nth: number }
  | { readonly kind: 'lent'; readonly nth: number; readonly token: number }
  | { readonly kind: 'read'; readonly token: number }
  | { readonly kind: 'data'; readonly token: number; readonly data: Data }
  | { readonly kind: 'write'; readonly token: number; readonly nth: number; readonly data: Data }
  | { readonly kind: 'written'; readonly token: number; readonly nth: number };
export type Bug = 'none' | 'trustsClocks' | 'fencesWritesOnly';

/**
 * On the disk of the lock, its newest lease; of the store, the newest that it has seen, and the write under it; of a
 * worker, how often it asked.
 */
export interface Kept { readonly token: number; readonly nth: number; readonly data: Data }
/** `asked`: by which of its askings the holder has it. */
export interface Lock extends Kept {
  readonly role: 'lock';
  readonly holder: NodeId | 'somebody' | null;
  readonly asked: number;
}
export interface Store extends Kept { readonly role: 'store' }
interface Asked { readonly client: NodeId; readonly request: Request<KvInput> }
export interface Worker {
  readonly role: 'worker';
  /** Counts its askings for the lock; whether it asks now. */
  readonly asks: number;
  readonly isAsking: boolean;
  /** Its lease, as far as it knows; 0 for none. */
  readonly token: number;
  /** What the store holds; null before it has been read under this lease. */
  readonly data: Data | null;
  /** Writes under this lease, and what the last one does while it is not answered. */
  readonly nth: number;
  readonly writing: readonly Asked[];
  readonly queue: readonly Asked[];
}
export type State = Lock | Store | Worker;

type In = Message | Request<KvInput>;
type Out = Message | Response<KvOutput>;
type Step = ServerStep<State, Out, Kept>;
type Node = Server<State, In, Out, Kept>;

const stay = (state: State): Step => ({ state, effects: [] });
const blank: Kept = { token: 0, nth: 0, data: { values: {}, sessions: {} } };
const kept = ({ token, nth, data }: Kept): ServerEffect<Out, Kept> => persist<Kept>({ token, nth, data });

/**
 * Who holds the lock stops a tenth of a second before it is lent to others: enough for any letter, were the clocks
 * right.
 */
const expiry = timer('expiry', '500ms');
const lease = timer('lease', '400ms');
const again = timer('again', '60ms');

export const lock = (): Node => ({
  blank,
  // Who holds it is not on the disk: whoever it was has it no more when a whole lease is over.
  boot: (known) => ({
    state: { ...known, role: 'lock', holder: known.token === 0 ? null : 'somebody', asked: 0 },
    effects: known.token === 0 ? [] : [expiry],
  }),
  step(state, event): Step {
    if (state.role !== 'lock') return stay(state);
    if (event.kind === 'timer') return stay({ ...state, holder: null });
    const { from, message } = event;
    if (message.kind !== 'acquire') return stay(state);
    const { nth } = message;
    if (state.holder === from && state.asked === nth)
      return { state, effects: [send<Message>(from, { kind: 'lent', nth, token: state.token })] };
    // To nobody before the time is over, and be it who has it now: what it sent may still be on its way.
    if (state.holder !== null) return stay(state);
    const after: Lock = { ...state, holder: from, asked: nth, token: state.token + 1 };
    return {
      state: after,
      effects: [kept(after), expiry, send<Message>(from, { kind: 'lent', nth, token: after.token })],
    };
  },
});

export const store = (bug: Bug): Node => ({
  blank,
  boot: (known) => ({ state: { ...known, role: 'store' }, effects: [] }),
  step(state, event): Step {
    if (state.role !== 'store' || event.kind === 'timer') return stay(state);
    const { from, message } = event;
    if (message.kind !== 'read' && message.kind !== 'write') return stay(state);
    const { token } = message;
    if (token < state.token && bug !== 'trustsClocks') return stay(state);
    if (message.kind === 'read') {
      const after: Store = token > state.token && bug !== 'fencesWritesOnly' ? { ...state, token, nth: 0 } : state;
      const answer = send<Message>(from, { kind: 'data', token, data: state.data });
      return { state: after, effects: after === state ? [answer] : [kept(after), answer] };
    }
    const { nth, data } = message;
    const done = send<Message>(from, { kind: 'written', token, nth });
    if (token === state.token && nth <= state.nth) return { state, effects: [done] };
    const after: Store = { ...state, token, nth, data };
    return { state: after, effects: [kept(after), done] };
  },
});

function execute(
  { values, sessions }: Data,
  {
    client,
    request: {
      sequence, operation: { op, key, value = '' },
    },
  }: Asked,
): Data {
  if ((sessions[client]?.sequence ?? 0) >= sequence) return { values, sessions };
  const before = values[key] ?? '';
  const after = op === 'get' ? values : { ...values, [key]: op === 'append' ? before + value : value };
  return {
    values: after,
    sessions: { ...sessions, [client]: { sequence, reply: op === 'get' ? { value: before } : {} } },
  };
}

export function worker(): Node {
  /** On its disk: one that asked again as it did before a crash would be lent the lease of that time. */
  const keptAsks = ({ asks }: Worker): ServerEffect<Out, Kept> => persist<Kept>({ ...blank, token: asks });
  const none = { isAsking: false, token: 0, data: null, nth: 0, writing: [] } as const;
  /**
   * The next thing: the lock, then what the store holds, then a write of all that is asked. It is said again until it
   * is done.
   */
  function next(state: Worker): Step {
    const { token, data, nth, writing, queue } = state;
    if (token === 0 && state.isAsking)
      return { state, effects: [again, send<Message>(0, { kind: 'acquire', nth: state.asks })] };
    if (token === 0) {
      const after: Worker = { ...state, asks: state.asks + 1, isAsking: true };
      return queue.length === 0
        ? stay(state)
        : {
            state: after,
            effects: [keptAsks(after), again, lease, send<Message>(0, { kind: 'acquire', nth: after.asks })],
          };
    }
    if (data === null) return { state, effects: [again, send<Message>(1, { kind: 'read', token })] };
    if (writing.length > 0)
      return {
        state,
        effects: [again, send<Message>(1, { kind: 'write', token, nth, data: writing.reduce(execute, data) })],
      };
    return queue.length === 0 ? stay(state) : next({ ...state, nth: nth + 1, writing: queue, queue: [] });
  }

  function onMessage(state: Worker, from: NodeId, message: In): Step {
    switch (message.kind) {
      case 'request': {
        const session = state.data?.sessions[from];
        if (session !== undefined && session.sequence >= message.sequence) {
          return {
            state,
            effects: session.sequence === message.sequence ? [respond(from, message.sequence, session.reply)] : [],
          };
        }
        const isKnown = [...state.queue, ...state.writing].some(
          ({ client, request }) => client === from && request.sequence >= message.sequence,
        );
        const after = { ...state, queue: [...state.queue, { client: from, request: message }] };
        return isKnown ? stay(state) : state.queue.length > 0 || state.writing.length > 0 ? stay(after) : next(after);
      }
      case 'lent':
        // Counted from its asking on: a later answer than the lease's end is none.
        return message.nth === state.asks && state.isAsking
          ? next({ ...state, token: message.token, isAsking: false })
          : stay(state);
      case 'data':
        return message.token === state.token && state.data === null
          ? next({ ...state, data: message.data })
          : stay(state);
      case 'written': {
        if (message.token !== state.token || message.nth !== state.nth || state.data === null) return stay(state);
        const data = state.writing.reduce(execute, state.data);
        const answers = state.writing.flatMap(({ client, request: { sequence } }) =>
          data.sessions[client]?.sequence === sequence ? [respond(client, sequence, data.sessions[client].reply)] : [],
        );
        const { state: after, effects } = next({ ...state, data, writing: [] });
        return { state: after, effects: [...answers, ...effects] };
      }
      default:
        return stay(state);
    }
  }

  return {
    blank,
    boot: ({ token }) => ({ state: { role: 'worker', asks: token, queue: [], ...none }, effects: [] }),
    step(state, event): Step {
      if (state.role !== 'worker') return stay(state);
      if (event.kind === 'message') return onMessage(state, event.from, event.message);
      if (event.timer === 'again') return next(state);
      // Its lease is over, or was never lent: what it has not done is asked for under the next one.
      const { state: after, effects } = next({ ...state, ...none, queue: [...state.writing, ...state.queue] });
      return { state: after, effects: effects.length === 0 ? [cancel('again')] : effects };
    },
  };
}
