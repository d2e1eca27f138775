/**
 * A sync engine of the kind that web people write: devices that work without a network, and a hub (n0) through which
 * they meet. An edit is on the disk of its device before its user hears that it is done, and waits in an outbox until
 * the hub has it. Texts go to the last writer, by a Lamport clock with the device's number behind it; counters add up
 * (Shapiro et al. 2011).
 */
import {
  persist, respond, send, timer,
  type NodeId, type Request, type Response, type Server, type ServerEffect, type ServerStep,
} from 'whitewater/own';

export type Change =
  | { readonly op: 'set'; readonly key: string; readonly value: string }
  | { readonly op: 'add'; readonly key: string; readonly by: number };
export type Operation =
  Change | { readonly op: 'read'; readonly key: string } | { readonly op: 'goOffline'; readonly seconds: number };
export interface Reply { readonly text?: string; readonly count?: number }
/** The `nth` edit of its device. */
export interface Edit { readonly device: NodeId; readonly nth: number; readonly at: number; readonly change: Change }

export interface Doc {
  readonly texts: Readonly<Record<string, { readonly value: string; readonly at: number; readonly device: NodeId }>>;
  readonly counts: Readonly<Record<string, number>>;
  /** Of each device, how many of its edits are in it: these, and no others. */
  readonly known: Readonly<Record<NodeId, number>>;
}
export type Message =
  | { readonly kind: 'sync'; readonly after: number; readonly edits: readonly Edit[] }
  /** What the hub has behind `after`, and how many edits of this device it has taken. */
  | { readonly kind: 'news'; readonly after: number; readonly edits: readonly Edit[]; readonly taken: number };
export type Bug = 'none' | 'countsTwice' | 'lastToArrive';

export interface Kept {
  readonly doc: Doc;
  /** Of the hub: all edits in the order in which they came. Of a device: those that the hub may not have. */
  readonly edits: readonly Edit[];
  /** Of a device: how far it has read the hub's list. */
  readonly cursor: number;
  readonly clock: number;
  /** Of each client the last number with its answer: a retry is answered, not done again. */
  readonly sessions: Readonly<Record<NodeId, { readonly sequence: number; readonly reply: Reply }>>;
}
export interface State extends Kept { readonly role: 'hub' | 'device'; readonly isOffline: boolean }

type In = Message | Request<Operation>;
type Out = Message | Response<Reply>;
type Step = ServerStep<State, Out, Kept>;

const blank: Kept = { doc: { texts: {}, counts: {}, known: {} }, edits: [], cursor: 0, clock: 0, sessions: {} };
const again = timer('again', '100ms');
const stay = (state: State): Step => ({ state, effects: [] });

export const knows = ({ known }: Doc, { device, nth }: Edit): boolean => (known[device] ?? 0) >= nth;

function apply(doc: Doc, edit: Edit, bug: Bug): Doc {
  const { device, nth, at, change } = edit;
  const known = { ...doc.known, [device]: Math.max(nth, doc.known[device] ?? 0) };
  if (change.op === 'add')
    return { ...doc, known, counts: { ...doc.counts, [change.key]: (doc.counts[change.key] ?? 0) + change.by } };
  const there = doc.texts[change.key];
  const isLater = there === undefined || at > there.at || (at === there.at && device > there.device);
  return isLater || bug === 'lastToArrive'
    ? { ...doc, known, texts: { ...doc.texts, [change.key]: { value: change.value, at, device } } }
    : { ...doc, known };
}

/** What changed is on the disk before anybody hears of it. */
function keep(state: State, ...effects: ServerEffect<Out, Kept>[]): Step {
  const { doc, edits, cursor, clock, sessions } = state;
  return { state, effects: [persist<Kept>({ doc, edits, cursor, clock, sessions }), ...effects] };
}

export const hub = (bug: Bug): Server<State, In, Out, Kept> => ({
  blank,
  boot: (kept) => ({ state: { ...kept, role: 'hub', isOffline: false }, effects: [] }),
  step(state, event): Step {
    if (event.kind === 'timer' || event.message.kind !== 'sync') return stay(state);
    const { from, message: { after, edits } } = event;
    const fresh = edits.filter((edit) => bug === 'countsTwice' || !knows(state.doc, edit));
    const doc = fresh.reduce((all, edit) => apply(all, edit, bug), state.doc);
    const all = [...state.edits, ...fresh];
    const news = send<Message>(from, { kind: 'news', after, edits: all.slice(after), taken: doc.known[from] ?? 0 });
    return fresh.length === 0 ? { state, effects: [news] } : keep({ ...state, doc, edits: all }, news);
  },
});

export function device(id: NodeId, bug: Bug): Server<State, In, Out, Kept> {
  function onRequest(state: State, client: NodeId, { sequence, operation }: Request<Operation>): Step {
    const session = state.sessions[client];
    if (session !== undefined && session.sequence >= sequence)
      return { state, effects: [respond(client, sequence, session.reply)] };
    const done = (after: State, reply: Reply, ...effects: ServerEffect<Out, Kept>[]): Step =>
      keep(
        { ...after, sessions: { ...after.sessions, [client]: { sequence, reply } } }, respond(client, sequence, reply),
        ...effects,
      );
    const { doc, clock, edits } = state;
    switch (operation.op) {
      case 'read':
        return done(state, { text: doc.texts[operation.key]?.value ?? '', count: doc.counts[operation.key] ?? 0 });
      case 'goOffline':
        return done({ ...state, isOffline: true }, {}, timer('online', `${operation.seconds}s`));
      default: {
        const edit: Edit = { device: id, nth: (doc.known[id] ?? 0) + 1, at: clock + 1, change: operation };
        return done({ ...state, doc: apply(doc, edit, bug), clock: clock + 1, edits: [...edits, edit] }, {});
      }
    }
  }

  function onNews(state: State, { after, edits, taken }: Extract<Message, { readonly kind: 'news' }>): Step {
    if (after > state.cursor) return stay(state);
    const fresh = edits.slice(state.cursor - after);
    const left = state.edits.filter(({ nth }) => nth > taken);
    if (fresh.length === 0 && left.length === state.edits.length) return stay(state);
    const doc = fresh.filter((edit) => !knows(state.doc, edit)).reduce((all, edit) => apply(all, edit, bug), state.doc);
    const clock = fresh.reduce((latest, { at }) => Math.max(latest, at), state.clock);
    return keep({ ...state, doc, clock, edits: left, cursor: state.cursor + fresh.length });
  }

  return {
    blank,
    boot: (kept) => ({ state: { ...kept, role: 'device', isOffline: false }, effects: [again] }),
    step(state, event): Step {
      if (event.kind === 'message') {
        if (event.message.kind === 'request') return onRequest(state, event.from, event.message);
        return event.message.kind === 'news' && !state.isOffline ? onNews(state, event.message) : stay(state);
      }
      if (event.timer === 'online') return stay({ ...state, isOffline: false });
      return {
        state,
        effects: state.isOffline
          ? [again]
          : [send<Message>(0, { kind: 'sync', after: state.cursor, edits: state.edits }), again],
      };
    },
  };
}
