/**
 * Clients that wait for an entry of the log, what they are told when it is executed, and of a server that does not
 * lead.
 */
import { assert } from './assert.ts';
import { registration, sessionFor } from './kv/expiry.ts';
import type { Result } from './kv/command.ts';
import { resultOf, type Machine } from './kv/machine.ts';
import type { ClerkMessage } from './kv/messages.ts';
import type { Effect, NodeId } from './protocol.ts';
import type { LogIndex, Term } from './raft/log.ts';
import type { AnyRaftMessage } from './raft/option-messages.ts';
import { NONE } from './raft/state.ts';
import type { Write } from './raft/write.ts';

type Reply = Effect<AnyRaftMessage | ClerkMessage, Write, never>;

export interface Waiting {
  readonly index: LogIndex;
  readonly term: Term;
  readonly client: NodeId;
  readonly sequence: number;
  /** Where sessions expire: of the request that waits. */
  readonly session?: number;
}

/** Replies to whoever waits for the entry at `index`, if it is the entry that they wait for. */
export function answered(
  waiting: readonly Waiting[], index: LogIndex, term: Term, machine: Machine, effects: Reply[],
): readonly Waiting[] {
  const first = waiting[0];
  if (first === undefined || first.index > index) return waiting;
  assert(
    first.index === index && first.term === term,
    () => `entry ${index} of term ${term} met a client that waits for entry ${first.index} of term ${first.term}`,
  );
  const result = resultOf(machine, first.client, first.sequence);
  if (first.session !== undefined) effects.push(...toldOfSession(machine, first, first.session));
  if (result !== undefined) effects.push(answer(first.client, first.sequence, result));
  return waiting.length === 1 ? NONE : waiting.slice(1);
}

/** That a session has begun, or has ended; nothing to whose command was executed. */
function toldOfSession({ sessions }: Machine, { client, sequence }: Waiting, session: number): readonly Reply[] {
  const present = sessionFor(sessions, client, session);
  const told = (id: number | null): readonly Reply[] => [
    { kind: 'send', to: client, message: { kind: 'sessionReply', sequence, session: id } },
  ];
  if (present === null) return told(null);
  return session === registration && present.began!.bySequence === sequence ? told(present.began!.id) : NONE;
}

export const answer = (to: NodeId, sequence: number, result: Result): Reply => ({
  kind: 'send', to, message: { kind: 'clientReply', sequence, outcome: { kind: 'done', result } },
});

export const refuse = (to: NodeId, sequence: number, leaderId: NodeId | null): Reply => ({
  kind: 'send', to, message: { kind: 'clientReply', sequence, outcome: { kind: 'notLeader', leaderId } },
});
