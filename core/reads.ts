/**
 * Reads around the log (dissertation 6.4), as a layer around the server: a get becomes a read of Raft (read-index.ts),
 * here or at the leader, and is answered when the machine has executed up to the index that Raft gave.
 *
 * A read changes nothing, so it needs no session: however often it is asked and answered, each answer is true at some
 * moment behind the asking.
 */
import type { Operation } from './kv/command.ts';
import { registration } from './kv/expiry.ts';
import type { Machine } from './kv/machine.ts';
import type { ClerkMessage } from './kv/messages.ts';
import { execute } from './kv/store.ts';
import type { Effect, Event, NodeId, Step } from './protocol.ts';
import type { AnyRaftMessage } from './raft/option-messages.ts';
import type { Change } from './raft/members.ts';
import { askToReadByLease } from './raft/lease-read.ts';
import { askToRead, mayReadIndex, takeConfirmed } from './raft/read-index.ts';
import { NONE, send, type Raft, type RaftEffect, type ReadKind } from './raft/state.ts';
import type { Write } from './raft/write.ts';
import { answer, leaderKnownTo, refuse } from './replies.ts';
import { withRaft, withReading } from './server-fields.ts';

/** Of a server, what its reads need. */
export interface ReadServer {
  readonly config: { readonly reads?: readonly ReadKind[] };
  readonly raft: Raft;
  readonly machine: Machine;
  readonly reading?: readonly Reading[] | undefined;
}

type Message = AnyRaftMessage | ClerkMessage;
type ReadEffect = Effect<Message, Write, never>;
type ReadEvent = Event<Message, never>;
type ReadStep<S> = Step<S, ReadEffect>;

/** A client that waits for the answer to a read. A client has one operation in flight, so it is here once. */
export interface Reading {
  readonly client: NodeId;
  readonly sequence: number;
  readonly operation: Operation;
  /** Up to where the machine must have executed; null until Raft has said so. */
  readonly index: number | null;
}

const isRead = (asked: Operation | Change): asked is Operation => asked.kind === 'get' || asked.kind === 'getVersion';

const kindOf = (kinds: readonly ReadKind[], sequence: number): ReadKind => kinds[sequence % kinds.length]!;

/** The server's step, with what it means for its reads. Without the option it is the server's alone. */
export function withReads<S extends ReadServer>(
  server: S, event: ReadEvent, step: (server: S, event: ReadEvent) => ReadStep<S>,
): ReadStep<S> {
  const { reads } = server.config;
  if (reads === undefined) return step(server, event);
  const asked = event.kind === 'message' && event.message.kind === 'clientRequest' ? event.message : null;
  const begun =
    event.kind === 'message' &&
    asked !== null &&
    isRead(asked.operation) &&
    asked.session !== registration &&
    kindOf(reads, asked.sequence) !== 'log'
      ? begin(server, event.from, asked.sequence, asked.operation)
      : null;
  if (begun !== null) return served(begun);
  const { state, effects } = step(server, event);
  const carried = withReading(state, server.reading ?? NONE);
  const told =
    event.kind === 'message' &&
    event.message.kind === 'readIndexReply' &&
    event.message.term === state.raft.persistent.currentTerm
      ? withIndex(carried, event.message.client, event.message.sequence, event.message.index)
      : carried;
  return served(dismissed(server, told, effects));
}

/** Null where the read must go the way of all commands: to the log of a leader, or to somebody else. */
function begin<S extends ReadServer>(
  server: S, client: NodeId, sequence: number, operation: Operation,
): ReadStep<S> | null {
  const { raft } = server;
  const others = (server.reading ?? NONE).filter((one) => one.client !== client);
  const reading: readonly Reading[] = [...others, { client, sequence, operation, index: null }];
  if (mayReadIndex(raft)) {
    const ask = kindOf(server.config.reads!, sequence) === 'lease' ? askToReadByLease : askToRead;
    const asked = ask(raft, raft.config.id, { client, sequence });
    return { state: withReading(withRaft(server, asked.raft), reading), effects: asked.effects };
  }
  if (raft.role.kind !== 'follower' || raft.role.leaderId === null) return null;
  const ask: RaftEffect = send(raft.role.leaderId, {
    kind: 'readIndex', term: raft.persistent.currentTerm, client, sequence,
  });
  return { state: withReading(server, reading), effects: [ask] };
}

const withIndex = <S extends ReadServer>(server: S, client: NodeId, sequence: number, index: number): S =>
  withReading(
    server,
    server.reading!.map((one) => (one.client === client && one.sequence === sequence ? { ...one, index } : one)),
  );

/** A leader that leads no more confirms nothing: who waits for that asks somebody else. */
function dismissed<S extends ReadServer>(before: S, after: S, effects: readonly ReadEffect[]): ReadStep<S> {
  const hasLost = before.raft.role.kind === 'leader' && after.raft.role.kind !== 'leader';
  const left = after.reading!.filter(({ index }) => index !== null);
  if (!hasLost || left.length === after.reading!.length) return { state: after, effects };
  const leaderId = leaderKnownTo(after.raft);
  const refusals = after.reading!.filter(({ index }) => index === null)
    .map(({ client, sequence }) => refuse(client, sequence, leaderId));
  return { state: withReading(after, left), effects: [...effects, ...refusals] };
}

/** Takes what Raft has confirmed, and answers whom the machine can answer. */
function served<S extends ReadServer>({ state, effects }: ReadStep<S>): ReadStep<S> {
  const { raft, reads } = takeConfirmed(state.raft);
  let server = raft === state.raft ? state : withRaft(state, raft);
  for (const { client, sequence, index } of reads) server = withIndex(server, client, sequence, index);
  const { machine: { lastExecuted, store } } = server;
  const isReady = ({ index }: Reading): boolean => index !== null && index <= lastExecuted;
  const ready = server.reading!.filter(isReady);
  if (ready.length === 0) return { state: server, effects };
  const answers = ready.map(({ client, sequence, operation }) =>
    answer(client, sequence, execute(store, operation).result));
  return {
    state: withReading(
      server, server.reading!.filter((one) => !isReady(one)),
    ),
    effects: [...effects, ...answers],
  };
}
