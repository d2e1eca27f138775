/**
 * Stays of a server, as a layer around the server: what a follower acknowledged before a leader took it out says
 * nothing of what it stores when the same leader has let it in again, for its disk may have been replaced in between.
 * Term and sender are the same, so each request says in which stay of the receiver it was sent, and each answer says
 * what its request said.
 *
 * Found in ten of fifteen implementations (github.com/drmingdrmer/raft-rejoin-bug). Here an answer of an earlier stay
 * ends before the entry that took the server out, which is committed before the server comes again; what it would do is
 * to keep a leader from ever going back to what a blank disk lacks, so that the server is never caught
 * up, and refuses the same request without end.
 */
import type { ClerkMessage } from './kv/messages.ts';
import type { Effect, Event, NodeId, Step } from './protocol.ts';
import type { AnyRaftMessage } from './raft/option-messages.ts';
import { NONE, type Raft } from './raft/state.ts';
import type { Write } from './raft/write.ts';

/** Of a server, what stays need. */
export interface StayServer {
  readonly raft: Raft;
}

type Message = AnyRaftMessage | ClerkMessage;
type StayEffect = Effect<Message, Write, never>;
type StayEvent = Event<Message, never>;
type StayStep<S> = Step<S, StayEffect>;

/** What tells of a follower's log, or asks for it: absent is the stay in which the leader found its follower. */
export type InStay = Extract<Message, { readonly stay?: number }>;
type Asking = Extract<InStay, { readonly kind: 'appendEntries' | 'installSnapshot' | 'installChunk' }>;
type Answering = Exclude<InStay, Asking>;

const isAsking = (message: Message): message is Asking =>
  message.kind === 'appendEntries' || message.kind === 'installSnapshot' || message.kind === 'installChunk';
const isAnswering = (message: Message): message is Answering =>
  message.kind === 'appendEntriesReply' ||
  message.kind === 'installSnapshotReply' ||
  message.kind === 'installChunkReply';

export const belongsToStay = (message: Message): message is InStay => isAsking(message) || isAnswering(message);

/** The server's step, with what it means for stays. Where nobody comes again it is the server's alone. */
export function withStays<S extends StayServer>(
  server: S, event: StayEvent, step: (server: S, event: StayEvent) => StayStep<S>,
): StayStep<S> {
  if (event.kind === 'message' && isAnswering(event.message) && isOfEarlierStay(server.raft, event.from, event.message))
    return { state: server, effects: NONE };
  const { state, effects } = step(server, event);
  const asked = event.kind === 'message' && isAsking(event.message) ? event.message.stay : undefined;
  const isPlain = asked === undefined && departuresIn(state.raft) === undefined;
  return isPlain ? { state, effects } : { state, effects: effects.map((effect) => inStay(effect, state.raft, asked)) };
}

const departuresIn = ({ role }: Raft): readonly number[] | undefined =>
  role.kind === 'leader' ? role.office?.departures : undefined;

const stayOf = (raft: Raft, server: NodeId): number => departuresIn(raft)?.[server] ?? 0;

/** An answer of an earlier term is no answer, and one of a later term is heard, whatever it answers (5.1). */
const isOfEarlierStay = (raft: Raft, from: NodeId, { term, stay = 0 }: Answering): boolean =>
  raft.role.kind === 'leader' && term === raft.persistent.currentTerm && stay !== stayOf(raft, from);

function inStay(effect: StayEffect, raft: Raft, asked: number | undefined): StayEffect {
  if (effect.kind !== 'send') return effect;
  const { to, message } = effect;
  const stay = isAsking(message) ? stayOf(raft, to) : isAnswering(message) ? asked ?? 0 : 0;
  return stay === 0 ? effect : { kind: 'send', to, message: { ...message, stay } as InStay };
}
