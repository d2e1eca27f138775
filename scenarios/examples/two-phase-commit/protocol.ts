/**
 * Two-phase commit (Gray 1978; Gray and Lamport 2006), presumed abort: n0 coordinates, the others take part. A
 * coordinator that comes back has forgotten every transaction that it had not written down as committed, and calls it
 * aborted.
 */
import {
  persist, respond, send, timer,
  type NodeId, type Request, type Response, type Server, type ServerEffect, type ServerEvent, type ServerStep,
} from 'whitewater/own';

export type Outcome = 'committed' | 'aborted';
export interface Begin { readonly op: 'begin'; readonly transaction: string; readonly refuses: NodeId | null }
export type Message =
  | { readonly kind: 'prepare'; readonly transaction: string; readonly refuses: NodeId | null }
  | { readonly kind: 'vote'; readonly transaction: string; readonly isYes: boolean }
  | { readonly kind: 'decide'; readonly transaction: string; readonly outcome: Outcome }
  | { readonly kind: 'ask'; readonly transaction: string };
export type Bug = 'none' | 'forgetsDecision' | 'impatient';

/** What is known of each transaction. `prepared`: voted for, and bound to whatever is decided. */
export type Known = Readonly<Record<string, Outcome | 'prepared'>>;
/** A transaction whose votes are being collected, and who wants to know. */
interface Open {
  readonly client: NodeId;
  readonly sequence: number;
  readonly refuses: NodeId | null;
  readonly yes: readonly NodeId[];
}
export interface State {
  readonly role: 'coordinator' | 'participant';
  readonly known: Known;
  readonly open: Readonly<Record<string, Open>>;
}

type In = Message | Request<Begin>;
type Out = Message | Response<Outcome>;
type Effect = ServerEffect<Out, Known>;
type Node = Server<State, In, Out, Known>;

const stay = (state: State): ServerStep<State, Out, Known> => ({ state, effects: [] });
const again = timer('again', ['100ms', '200ms']);

export function coordinator(servers: number, bug: Bug): Node {
  const participants = Array.from({ length: servers - 1 }, (_, i) => i + 1);
  const tell = (message: Message, to: readonly NodeId[] = participants): Effect[] =>
    to.map((node) => send(node, message));

  function decide(state: State, transaction: string, outcome: Outcome): ServerStep<State, Out, Known> {
    const { [transaction]: asked, ...open } = state.open;
    const known = { ...state.known, [transaction]: outcome };
    const writes: Effect[] = outcome === 'aborted' || bug === 'forgetsDecision' ? [] : [persist(known)];
    const answers: Effect[] = asked === undefined ? [] : [respond<Outcome>(asked.client, asked.sequence, outcome)];
    return {
      state: { ...state, known, open },
      effects: [...writes, ...tell({ kind: 'decide', transaction, outcome }), ...answers],
    };
  }

  function onBegin(
    state: State, client: NodeId, { sequence, operation: { transaction, refuses } }: Request<Begin>,
  ): ServerStep<State, Out, Known> {
    const outcome = state.known[transaction];
    if (outcome === 'committed' || outcome === 'aborted')
      return { state, effects: [respond<Outcome>(client, sequence, outcome)] };
    if (state.open[transaction] !== undefined) return stay(state);
    const open = { ...state.open, [transaction]: { client, sequence, refuses, yes: [] } };
    if (participants.length === 0) return decide({ ...state, open }, transaction, 'committed');
    return { state: { ...state, open }, effects: tell({ kind: 'prepare', transaction, refuses }) };
  }

  function onVote(state: State, from: NodeId, transaction: string, isYes: boolean): ServerStep<State, Out, Known> {
    const asked = state.open[transaction];
    if (asked === undefined || asked.yes.includes(from)) return stay(state);
    if (!isYes) return decide(state, transaction, 'aborted');
    const yes = [...asked.yes, from].sort((a, b) => a - b);
    const after = { ...state, open: { ...state.open, [transaction]: { ...asked, yes } } };
    return yes.length === participants.length ? decide(after, transaction, 'committed') : stay(after);
  }

  return {
    blank: {},
    boot: (known) => ({ state: { role: 'coordinator', known, open: {} }, effects: [again] }),
    step(state, event) {
      if (event.kind === 'timer') {
        const late = Object.entries(state.open).flatMap(([transaction, { refuses, yes }]) =>
          tell({ kind: 'prepare', transaction, refuses }, participants.filter((node) => !yes.includes(node))));
        return { state, effects: [...late, again] };
      }
      const { from, message } = event;
      switch (message.kind) {
        case 'request':
          return onBegin(state, from, message);
        case 'vote':
          return onVote(state, from, message.transaction, message.isYes);
        case 'ask': {
          if (state.open[message.transaction] !== undefined) return stay(state);
          const outcome = state.known[message.transaction] === 'committed' ? 'committed' : 'aborted';
          const answer = tell({ kind: 'decide', transaction: message.transaction, outcome }, [from]);
          if (state.known[message.transaction] !== undefined) return { state, effects: answer };
          // Nobody refused it, and votes for it may still be on their way: forgotten once more, it could be begun and
          // committed.
          const known: Known = { ...state.known, [message.transaction]: outcome };
          return { state: { ...state, known }, effects: [persist(known), ...answer] };
        }
        default:
          return stay(state);
      }
    },
  };
}

export function participant(id: NodeId, bug: Bug): Node {
  /** What is new is on the disk before anybody hears of it. */
  const learn = (
    state: State, transaction: string, what: Outcome | 'prepared', then: Effect[],
  ): ServerStep<State, Out, Known> => {
    const known = { ...state.known, [transaction]: what };
    return { state: { ...state, known }, effects: [persist(known), ...then] };
  };
  const vote = (transaction: string, isYes: boolean): Effect => send<Message>(0, { kind: 'vote', transaction, isYes });

  function onMessage(state: State, message: In): ServerStep<State, Out, Known> {
    if (message.kind !== 'prepare' && message.kind !== 'decide') return stay(state);
    const { transaction } = message;
    const before = state.known[transaction];
    if (message.kind === 'decide') {
      return before === 'committed' || before === 'aborted'
        ? stay(state)
        : learn(state, transaction, message.outcome, []);
    }
    if (before !== undefined) return { state, effects: [vote(transaction, before !== 'aborted')] };
    const isYes = message.refuses !== id;
    return learn(state, transaction, isYes ? 'prepared' : 'aborted', [vote(transaction, isYes)]);
  }

  return {
    blank: {},
    boot: (known) => ({ state: { role: 'participant', known, open: {} }, effects: [again] }),
    step(state, event: ServerEvent<In>) {
      if (event.kind === 'message') return onMessage(state, event.message);
      const waiting = Object.entries(state.known)
        .filter(([, what]) => what === 'prepared')
        .map(([transaction]) => transaction);
      if (bug === 'impatient' && waiting.length > 0) return { ...learn(state, waiting[0]!, 'aborted', [again]) };
      return {
        state,
        effects: [...waiting.map((transaction) => send<Message>(0, { kind: 'ask', transaction })), again],
      };
    },
  };
}
