/**
 * Primary and backup behind a view service (MIT 6.824, Lab 2 of 2012): n0 says who is primary and who is backup in each
 * view, and goes on to the next view only when the primary of this one has acknowledged it. The primary answers nothing
 * before its backup has it too. Where nobody is left who has the data, it stops for ever: it does not lie.
 */
import {
  persist, redirect, respond, send, timer, type KvInput, type KvOutput, type NodeId, type Request, type Response,
  type Redirect, type Server, type ServerEffect, type ServerEvent, type ServerStep,
} from 'whitewater/own';

export interface View { readonly number: number; readonly primary: NodeId | null; readonly backup: NodeId | null }
/** The values, and of each client the last number with its answer: a retry is answered, not done again. */
export interface Data {
  readonly values: Readonly<Record<string, string>>;
  readonly sessions: Readonly<Record<NodeId, { readonly sequence: number; readonly reply: KvOutput }>>;
}
export type Message =
  | { readonly kind: 'ping'; readonly view: number }
  | { readonly kind: 'view'; readonly view: View }
  | {
      readonly kind: 'forward';
      readonly view: number;
      readonly nth: number;
      readonly client: NodeId;
      readonly request: Request<KvInput>;
    }
  | { readonly kind: 'sync'; readonly view: number; readonly nth: number; readonly data: Data }
  | { readonly kind: 'done'; readonly view: number; readonly nth: number };
export type Bug = 'none' | 'localReads' | 'skipsSync';

/** What is on a disk: of the view service the view that it gave out, of the others the last one that they were in. */
export interface Kept { readonly view: View; readonly isAcknowledged: boolean }
export interface ViewService extends Kept {
  readonly kind: 'viewService';
  readonly missed: Readonly<Record<NodeId, number>>;
}
/** What waits for the backup, and is sent again until it has come. */
interface Pending { readonly client: NodeId; readonly request: Request<KvInput> }
export interface Replica {
  readonly kind: 'replica';
  readonly view: View;
  readonly data: Data;
  /** Of the present view: how many things the backup has taken; 0 before it has the primary's data. */
  readonly nth: number;
  readonly queue: readonly Pending[];
  readonly isSynced: boolean;
  /** It has all data; or may be given it; or has lost it, and may not before another view. */
  readonly standing: 'holds' | 'waits' | 'lost';
}
export type State = ViewService | Replica;

type In = Message | Request<KvInput>;
type Out = Message | Response<KvOutput> | Redirect;
type Effect = ServerEffect<Out, Kept>;
type Step = ServerStep<State, Out, Kept>;
type Node = Server<State, In, Out, Kept>;

/** Who has not been heard of for so many ticks is taken for dead. */
const missedMax = 3;
const tick = timer('tick', '40ms');
const noView: Kept = { view: { number: 0, primary: null, backup: null }, isAcknowledged: false };
const kept = ({ view, isAcknowledged }: Kept): Effect => persist<Kept>({ view, isAcknowledged });

export function viewService(): Node {
  function next(state: ViewService): ViewService {
    const { view, missed, isAcknowledged } = state;
    const isAlive = (node: NodeId | null): node is NodeId => node !== null && (missed[node] ?? missedMax) < missedMax;
    const idle = Object.keys(missed)
      .map(Number)
      .filter((node) => isAlive(node) && node !== view.primary && node !== view.backup);
    if (view.number > 0 && !isAcknowledged) return state;
    const primary =
      view.number === 0
        ? (idle[0] ?? null)
        : isAlive(view.primary)
          ? view.primary
          : isAlive(view.backup)
            ? view.backup
            : null;
    if (primary === null) return state;
    const backup =
      isAlive(view.backup) && view.backup !== primary ? view.backup : (idle.find((node) => node !== primary) ?? null);
    if (primary === view.primary && backup === view.backup) return state;
    return { ...state, view: { number: view.number + 1, primary, backup }, isAcknowledged: false };
  }
  return {
    blank: noView,
    boot: ({ view, isAcknowledged }) => ({
      state: {
        kind: 'viewService',
        view,
        isAcknowledged,
        missed: Object.fromEntries([view.primary, view.backup].flatMap((node) => (node === null ? [] : [[node, 0]]))),
      },
      effects: [tick],
    }),
    step(state, event): Step {
      if (state.kind !== 'viewService') return { state, effects: [] };
      const then = (after: ViewService, ...effects: Effect[]): Step => {
        const isNew = after.view !== state.view || after.isAcknowledged !== state.isAcknowledged;
        return { state: after, effects: [...(isNew ? [kept(after)] : []), ...effects] };
      };
      if (event.kind === 'timer') {
        const missed = Object.fromEntries(
          Object.entries(state.missed).map(([node, times]) => [node, Math.min(missedMax, times + 1)]),
        );
        return then(next({ ...state, missed }), tick);
      }
      const { from, message } = event;
      if (message.kind !== 'ping') return { state, effects: [] };
      const { primary, backup, number } = state.view;
      const isAcknowledged = state.isAcknowledged || (from === primary && message.view === number);
      // One of the two that says that it has nothing has started again: it is as good as dead.
      const isLost = (from === primary || from === backup) && message.view === 0 && state.isAcknowledged;
      const after = next({ ...state, isAcknowledged, missed: { ...state.missed, [from]: isLost ? missedMax : 0 } });
      return then(after, send<Message>(from, { kind: 'view', view: after.view }));
    },
  };
}

const blank: Data = { values: {}, sessions: {} };

function execute(data: Data, client: NodeId, { sequence, operation }: Request<KvInput>): Data {
  if ((data.sessions[client]?.sequence ?? 0) >= sequence) return data;
  const { op, key, value = '' } = operation;
  const before = data.values[key] ?? '';
  const values = op === 'get' ? data.values : { ...data.values, [key]: op === 'append' ? before + value : value };
  return {
    values,
    sessions: { ...data.sessions, [client]: { sequence, reply: op === 'get' ? { value: before } : {} } },
  };
}

export function replica(id: NodeId, bug: Bug): Node {
  const isPrimary = ({ view, standing }: Replica): boolean => view.primary === id && standing === 'holds';
  /** A primary acknowledges its view when its backup has all data; who has no data says so. */
  const ping = ({ view, standing, isSynced }: Replica): Effect =>
    send<Message>(0, {
      kind: 'ping',
      view:
        standing === 'holds' && (view.primary !== id || isSynced)
          ? view.number
          : standing === 'holds'
            ? view.number - 1
            : 0,
    });
  const answer = ({ sessions }: Data, client: NodeId, sequence: number): Effect[] => {
    const session = sessions[client];
    return session?.sequence === sequence ? [respond(client, sequence, session.reply)] : [];
  };

  /** The next thing for the backup: first all data, then one request after the other. */
  function toBackup(state: Replica): Effect[] {
    const { view, nth, queue, isSynced, data } = state;
    if (view.backup === null) return [];
    if (!isSynced) return [send<Message>(view.backup, { kind: 'sync', view: view.number, nth, data })];
    const [first] = queue;
    return first === undefined
      ? []
      : [
          send<Message>(view.backup, {
            kind: 'forward', view: view.number, nth, client: first.client, request: first.request,
          }),
        ];
  }

  function enter(state: Replica, view: View): Step {
    if (view.number <= state.view.number) return { state, effects: [] };
    const standing =
      view.primary !== id ? (bug === 'skipsSync' ? 'holds' : 'waits') : state.standing === 'holds' ? 'holds' : 'lost';
    const isSynced = view.backup === null || bug === 'skipsSync';
    const after: Replica = { ...state, view, nth: 1, queue: [], isSynced, standing };
    return {
      state: after,
      effects: [kept({ view, isAcknowledged: false }), ping(after), ...(isPrimary(after) ? toBackup(after) : [])],
    };
  }

  function onRequest(state: Replica, client: NodeId, request: Request<KvInput>): Step {
    if (!isPrimary(state)) return { state, effects: [redirect(client, request.sequence, state.view.primary)] };
    const { data, view, queue } = state;
    const known = answer(data, client, request.sequence);
    if (known.length > 0) return { state, effects: known };
    if (bug === 'localReads' && request.operation.op === 'get') {
      return {
        state,
        effects: [respond<KvOutput>(client, request.sequence, { value: data.values[request.operation.key] ?? '' })],
      };
    }
    if (view.backup === null) {
      const after = execute(data, client, request);
      return { state: { ...state, data: after }, effects: answer(after, client, request.sequence) };
    }
    if (queue.some((one) => one.client === client && one.request.sequence >= request.sequence))
      return { state, effects: [] };
    const after = { ...state, queue: [...queue, { client, request }] };
    return { state: after, effects: queue.length === 0 ? toBackup(after) : [] };
  }

  function onDone(state: Replica, nth: number): Step {
    if (nth !== state.nth) return { state, effects: [] };
    if (!state.isSynced) {
      const synced = { ...state, isSynced: true, nth: nth + 1 };
      return { state: synced, effects: toBackup(synced) };
    }
    const [first, ...queue] = state.queue;
    if (first === undefined) return { state, effects: [] };
    const data = execute(state.data, first.client, first.request);
    const after = { ...state, data, queue, nth: nth + 1 };
    return { state: after, effects: [...answer(data, first.client, first.request.sequence), ...toBackup(after)] };
  }

  /** The backup takes things in their order, each once, and only in its own view. */
  function onOrder(state: Replica, from: NodeId, order: Extract<Message, { readonly kind: 'forward' | 'sync' }>): Step {
    const { view, nth } = order;
    if (
      view !== state.view.number ||
      state.view.backup !== id ||
      from !== state.view.primary ||
      nth > state.nth ||
      state.standing === 'lost'
    )
      return { state, effects: [] };
    const done = send<Message>(from, { kind: 'done', view, nth });
    if (nth < state.nth) return { state, effects: [done] };
    const data = order.kind === 'sync' ? order.data : execute(state.data, order.client, order.request);
    return { state: { ...state, data, nth: nth + 1, standing: 'holds' }, effects: [done] };
  }

  return {
    blank: noView,
    boot: ({ view }) => ({
      state: {
        kind: 'replica', view, data: blank, nth: 1, queue: [], isSynced: false,
        standing: view.number === 0 ? 'holds' : 'lost',
      },
      effects: [tick],
    }),
    step(state, event: ServerEvent<In>): Step {
      if (state.kind !== 'replica') return { state, effects: [] };
      if (event.kind === 'timer')
        return { state, effects: [tick, ping(state), ...(isPrimary(state) ? toBackup(state) : [])] };
      const { from, message } = event;
      switch (message.kind) {
        case 'request':
          return onRequest(state, from, message);
        case 'view':
          return enter(state, message.view);
        case 'done':
          return message.view === state.view.number && isPrimary(state)
            ? onDone(state, message.nth)
            : { state, effects: [] };
        case 'forward':
        case 'sync':
          return onOrder(state, from, message);
        default:
          return { state, effects: [] };
      }
    },
  };
}
