/** Clients that wait for an entry of the log, and what they are told when it is executed. */
import { assert } from './assert.ts';
import { registration, sessionFor } from './kv/expiry.ts';
import { resultOf, type Machine } from './kv/machine.ts';
import type { NodeId } from './protocol.ts';
import type { LogIndex, Term } from './raft/log.ts';
import { NONE } from './raft/state.ts';
import { answer, type Reply } from './replies.ts';

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
