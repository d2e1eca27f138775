/**
 * Viewstamped Replication (Liskov and Cowling 2012), with a fixed group and no checkpoints: the log is in memory, and
 * who starts again is given it by others. On the disk are two numbers only: how often a replica has started, and the
 * newest view that it has promised anything in. The paper keeps nothing at all there, and is wrong (Michael et al.
 * 2017): see README.md.
 */
import {
  persist, redirect, respond, send, timer, type KvInput, type KvOutput, type NodeId, type Redirect, type Request,
  type Response, type Server, type ServerEffect, type ServerStep,
} from 'whitewater/own';

export interface Entry { readonly client: NodeId; readonly sequence: number; readonly operation: KvInput }
type Log = readonly Entry[];
/** What a replica brings into a view change: the log of the last view in which it was normal. */
interface Offer { readonly normal: number; readonly log: Log; readonly commit: number }
/** What a normal replica tells one that starts again; the log is there when it is from the primary. */
interface Told { readonly view: number; readonly log: Log | null; readonly commit: number }

export type Message =
  | {
      readonly kind: 'prepare';
      readonly view: number;
      readonly after: number;
      readonly entries: Log;
      readonly commit: number;
    }
  | { readonly kind: 'prepareOk'; readonly view: number; readonly length: number }
  | { readonly kind: 'startViewChange'; readonly view: number }
  | ({ readonly kind: 'doViewChange'; readonly view: number } & Offer)
  | { readonly kind: 'startView'; readonly view: number; readonly log: Log; readonly commit: number }
  /** From one that has missed a view, to who leads it. */
  | { readonly kind: 'getView' }
  | { readonly kind: 'recovery'; readonly nonce: number; readonly view: number }
  | ({ readonly kind: 'recoveryResponse'; readonly nonce: number } & Told);
export type Bug = 'none' | 'breaksPromise' | 'longestLog' | 'skipsRecovery' | 'asInThePaper';

export interface Data {
  readonly values: Readonly<Record<string, string>>;
  /** Of each client the last number with its answer: a retry is answered, not done again. */
  readonly sessions: Readonly<Record<NodeId, { readonly sequence: number; readonly reply: KvOutput }>>;
}
export interface Kept { readonly view: number; readonly starts: number }
export interface State extends Kept {
  /** Primary and backup are what the paper calls normal. */
  readonly status: 'primary' | 'backup' | 'viewChange' | 'recovering';
  /** The last view in which it was normal. */
  readonly normal: number;
  readonly log: Log;
  readonly commit: number;
  /** All up to `commit`, executed. */
  readonly data: Data;
  /** Of a primary: how much of its log each other one has. */
  readonly held: Readonly<Record<NodeId, number>>;
  /** Of a view change: who wants it, and for the new primary what they bring. */
  readonly wants: readonly NodeId[];
  readonly offers: Readonly<Record<NodeId, Offer>>;
  readonly told: Readonly<Record<NodeId, Told>>;
}

type In = Message | Request<KvInput>;
type Out = Message | Response<KvOutput> | Redirect;
type Effect = ServerEffect<Out, Kept>;
type Step = ServerStep<State, Out, Kept>;

const noData: Data = { values: {}, sessions: {} };
const heartbeat = timer('heartbeat', '50ms');
const patience = timer('patience', ['200ms', '400ms']);

function execute({ values, sessions }: Data, { client, sequence, operation: { op, key, value = '' } }: Entry): Data {
  if ((sessions[client]?.sequence ?? 0) >= sequence) return { values, sessions };
  const before = values[key] ?? '';
  const after = op === 'get' ? values : { ...values, [key]: op === 'append' ? before + value : value };
  return {
    values: after,
    sessions: { ...sessions, [client]: { sequence, reply: op === 'get' ? { value: before } : {} } },
  };
}

export function replica(id: NodeId, servers: number, bug: Bug): Server<State, In, Out, Kept> {
  const others = Array.from({ length: servers }, (_, node) => node).filter((node) => node !== id);
  /** f of 2f + 1: so many may fail, and so many others make a majority with this one. */
  const f = servers >> 1;
  const primaryOf = (view: number): NodeId => view % servers;
  const leads = ({ status }: State): boolean => status === 'primary';
  const isNormal = ({ status }: State): boolean => status === 'primary' || status === 'backup';
  const partIn = (view: number): 'primary' | 'backup' => (primaryOf(view) === id ? 'primary' : 'backup');
  const tell = (message: Message): Effect[] => others.map((node) => send<Message>(node, message));
  const stay = (state: State): Step => ({ state, effects: [] });

  /** Whatever follows from a new view is said when the disk knows of it. */
  function settle(before: State, { state, effects }: Step): Step {
    const { view, starts } = state;
    const isPromise = view !== before.view && bug !== 'asInThePaper';
    return { state, effects: isPromise ? [persist<Kept>({ view, starts }), ...effects] : effects };
  }

  function commitUpTo(state: State, upTo: number): State {
    const commit = Math.min(upTo, state.log.length);
    return commit <= state.commit
      ? state
      : { ...state, commit, data: state.log.slice(state.commit, commit).reduce(execute, state.data) };
  }

  const prepareFor = ({ view, log, commit, held }: State, node: NodeId): Effect => {
    const after = Math.min(held[node] ?? commit, log.length);
    return send<Message>(node, { kind: 'prepare', view, after, entries: log.slice(after), commit });
  };
  const prepare = (state: State): Effect[] => others.map((node) => prepareFor(state, node));

  /** As much as f others have beside the primary is committed, and is answered then. */
  function advance(state: State): Step {
    const held = others.map((node) => state.held[node] ?? 0).sort((a, b) => b - a);
    const after = commitUpTo(state, f === 0 ? state.log.length : held[f - 1]!);
    return { state: after, effects: answersSince(state, after) };
  }
  const answersSince = (before: State, after: State): Effect[] =>
    after.log.slice(before.commit, after.commit).flatMap(({ client }) => answerTo(after, client));

  function answerTo({ data }: State, client: NodeId): Effect[] {
    const session = data.sessions[client];
    return session === undefined ? [] : [respond(client, session.sequence, session.reply)];
  }

  function onRequest(state: State, client: NodeId, { sequence, operation }: Request<KvInput>): Step {
    if (!leads(state))
      return { state, effects: [redirect(client, sequence, isNormal(state) ? primaryOf(state.view) : null)] };
    const { data, log } = state;
    if (data.sessions[client]?.sequence === sequence) return { state, effects: answerTo(state, client) };
    const isKnown =
      (data.sessions[client]?.sequence ?? 0) > sequence ||
      log.some((entry) => entry.client === client && entry.sequence >= sequence);
    if (isKnown) return stay(state);
    const { state: after, effects } = advance({ ...state, log: [...log, { client, sequence, operation }] });
    return { state: after, effects: [...effects, ...prepare(after)] };
  }

  function onPrepare(
    state: State, from: NodeId, { view, after, entries, commit }: Extract<Message, { readonly kind: 'prepare' }>,
  ): Step {
    const isOwn = view === state.view && isNormal(state);
    const isLeft = bug === 'breaksPromise' && view === state.normal && state.status === 'viewChange';
    if (view < state.view && !isLeft) return stay(state);
    // It has missed the start of this view, and does not know how much of its log is in it.
    if (!isOwn && !isLeft) return { state, effects: [send<Message>(from, { kind: 'getView' })] };
    const log =
      after <= state.log.length && after + entries.length > state.log.length
        ? [...state.log.slice(0, after), ...entries]
        : state.log;
    const next = commitUpTo({ ...state, log }, commit);
    return { state: next, effects: [patience, send<Message>(from, { kind: 'prepareOk', view, length: log.length })] };
  }

  function onPrepareOk(state: State, from: NodeId, view: number, length: number): Step {
    if (view !== state.view || !leads(state) || length <= (state.held[from] ?? -1)) return stay(state);
    return advance({ ...state, held: { ...state.held, [from]: length } });
  }

  /** Takes no part in any older view from here on. */
  function change(state: State, view: number): Step {
    const after: State = { ...state, view, status: 'viewChange', wants: [], offers: {} };
    return { state: after, effects: [patience, ...tell({ kind: 'startViewChange', view })] };
  }

  function onStartViewChange(state: State, from: NodeId, view: number): Step {
    if (view < state.view || (view === state.view && isNormal(state))) return stay(state);
    const { state: joined, effects } = view > state.view ? change(state, view) : stay(state);
    if (joined.wants.includes(from)) return { state: joined, effects };
    const after = { ...joined, wants: [...joined.wants, from].sort((a, b) => a - b) };
    if (after.wants.length !== f) return { state: after, effects };
    const { normal, log, commit } = after;
    if (primaryOf(view) !== id)
      return {
        state: after,
        effects: [...effects, send<Message>(primaryOf(view), { kind: 'doViewChange', view, normal, log, commit })],
      };
    const begun = onDoViewChange(after, id, view, { normal, log, commit });
    return { state: begun.state, effects: [...effects, ...begun.effects] };
  }

  function onDoViewChange(state: State, from: NodeId, view: number, offer: Offer): Step {
    if (view < state.view || (view === state.view && isNormal(state))) return stay(state);
    const { state: joined, effects } = view > state.view ? change(state, view) : stay(state);
    const offers = { ...joined.offers, [from]: offer };
    // Its own offer, too, is made when others want the change.
    if (offers[id] === undefined || Object.keys(offers).length <= f) return { state: { ...joined, offers }, effects };
    const all = Object.values(offers);
    const best = all.reduce((one, other) => (isBetter(other, one) ? other : one));
    const commit = Math.max(...all.map((one) => one.commit));
    const after = enter({ ...joined, offers: {} }, view, best.log, commit);
    return {
      state: after.state,
      effects: [
        ...effects, ...after.effects, ...tell({ kind: 'startView', view, log: best.log, commit: after.state.commit }),
      ],
    };
  }

  /** A log of a later view knows more than a longer one of an older. */
  const isBetter = (one: Offer, other: Offer): boolean =>
    bug === 'longestLog' || one.normal === other.normal ? one.log.length > other.log.length : one.normal > other.normal;

  /** Normal in a view, with its log. */
  function enter(state: State, view: number, log: Log, commit: number): Step {
    const after = commitUpTo(
      { ...state, status: partIn(view), view, normal: view, log, held: {}, wants: [], offers: {}, told: {} },
      commit,
    );
    if (primaryOf(view) === id) return { state: after, effects: [heartbeat, ...answersSince(state, after)] };
    return {
      state: after,
      effects: [patience, send<Message>(primaryOf(view), { kind: 'prepareOk', view, length: log.length })],
    };
  }

  function onStartView(state: State, view: number, log: Log, commit: number): Step {
    if (view < state.view || (view === state.view && isNormal(state))) return stay(state);
    return enter(state, view, log, commit);
  }

  /**
   * From a majority of the others, one of them the primary of the newest view that they know, which is none older than
   * its own.
   */
  function onRecoveryResponse(state: State, from: NodeId, nonce: number, answer: Told): Step {
    if (nonce !== state.starts) return stay(state);
    const told = { ...state.told, [from]: answer };
    const newest = Math.max(...Object.values(told).map(({ view }) => view));
    const { log = null, commit = 0 } = told[primaryOf(newest)]?.view === newest ? told[primaryOf(newest)]! : {};
    if (Object.keys(told).length <= f || log === null || newest < state.view)
      return { state: { ...state, told }, effects: [] };
    return enter(state, newest, log, commit);
  }

  function onMessage(state: State, from: NodeId, message: In): Step {
    if (message.kind === 'request') return onRequest(state, from, message);
    if (state.status === 'recovering')
      return message.kind === 'recoveryResponse'
        ? onRecoveryResponse(state, from, message.nonce, message)
        : stay(state);
    switch (message.kind) {
      case 'prepare':
        return onPrepare(state, from, message);
      case 'prepareOk':
        return onPrepareOk(state, from, message.view, message.length);
      case 'startViewChange':
        return onStartViewChange(state, from, message.view);
      case 'doViewChange':
        return onDoViewChange(state, from, message.view, {
          normal: message.normal, log: message.log, commit: message.commit,
        });
      case 'startView':
        return onStartView(state, message.view, message.log, message.commit);
      case 'getView':
        return leads(state)
          ? {
              state,
              effects: [
                send<Message>(from, { kind: 'startView', view: state.view, log: state.log, commit: state.commit }),
              ],
            }
          : stay(state);
      case 'recovery': {
        const { view, log, commit } = state;
        // It may come back to no older view than it has promised something in: who is there still moves on.
        if (view < message.view) return change(state, message.view);
        const answer = {
          kind: 'recoveryResponse', nonce: message.nonce, view, log: leads(state) ? log : null, commit,
        } as const;
        return isNormal(state) ? { state, effects: [send<Message>(from, answer)] } : stay(state);
      }
      default:
        return stay(state);
    }
  }

  function onTimer(state: State): Step {
    if (state.status === 'recovering')
      return { state, effects: [patience, ...tell({ kind: 'recovery', nonce: state.starts, view: state.view })] };
    if (leads(state)) return { state, effects: [heartbeat, ...prepare(state)] };
    return change(state, state.view + 1);
  }

  return {
    blank: { view: 0, starts: 0 },
    boot({ view, starts }) {
      const isNew = starts === 0 || bug === 'skipsRecovery';
      const kept: Kept = { view, starts: starts + 1 };
      const state: State = {
        ...kept, status: isNew ? partIn(0) : 'recovering', normal: 0, log: [], commit: 0, data: noData, held: {},
        wants: [], offers: {}, told: {},
      };
      return {
        state,
        effects: [persist(kept), ...(leads(state) ? [heartbeat] : isNew ? [patience] : onTimer(state).effects)],
      };
    },
    step(state, event): Step {
      if (event.kind === 'message') return settle(state, onMessage(state, event.from, event.message));
      // Timers of another part that it had played.
      if ((event.timer === 'heartbeat') !== leads(state)) return stay(state);
      return settle(state, onTimer(state));
    },
  };
}
