/**
 * Changes of the membership (dissertation, chapter 4), as a layer around the server: an operator asks as clients do,
 * and is told when the change is committed, or that it was given up.
 *
 * To ask for the same again changes nothing, so no session is needed: what is so already is done, when an entry that
 * was appended behind the asking is committed.
 */
import type { ClerkMessage } from './kv/messages.ts';
import type { Effect, Event, NodeId, Step } from './protocol.ts';
import type { LogIndex, Term } from './raft/log.ts';
import { changeKinds, type Change } from './raft/members.ts';
import { leaveJoint, onChange } from './raft/membership.ts';
import type { AnyRaftMessage } from './raft/option-messages.ts';
import { NONE, type Persistent, type Raft, type RaftEffect, type RaftStep } from './raft/state.ts';
import { handingOverTo } from './raft/transfer.ts';
import type { Write } from './raft/write.ts';
import { answer, leaderKnownTo, refuse } from './replies.ts';
import { withChanging, withRaft } from './server-fields.ts';

/** Of a server, what changes need. */
export interface ChangeServer {
  readonly config: { readonly members?: readonly NodeId[] };
  readonly raft: Raft;
  readonly changing?: readonly Changing[] | undefined;
}

/** An operator that waits. One after the other, in the order in which they asked. */
export interface Changing {
  readonly client: NodeId;
  readonly sequence: number;
  readonly change: Change;
  /** The last index of the log when it asked. */
  readonly askedAt: LogIndex;
}

type Message = AnyRaftMessage | ClerkMessage;
type ChangeEffect = Effect<Message, Write, never>;
type ChangeEvent = Event<Message, never>;
type ChangeStep<S> = Step<S, ChangeEffect>;
/** What the server does behind each step of its Raft. */
type Settle<S> = (server: S, before: Persistent, effects: readonly RaftEffect[]) => ChangeStep<S>;

export const isChange = (asked: { readonly kind: string }): asked is Change =>
  (changeKinds as readonly string[]).includes(asked.kind);

/**
 * The server's step, with what it means for those who wait for a change. Without the option it is the server's alone.
 */
export function withChanges<S extends ChangeServer>(
  server: S, event: ChangeEvent, step: (server: S, event: ChangeEvent) => ChangeStep<S>, settle: Settle<S>,
): ChangeStep<S> {
  if (server.config.members === undefined) return step(server, event);
  if (event.kind === 'message' && event.message.kind === 'clientRequest' && isChange(event.message.operation)) {
    const { sequence, operation: change } = event.message;
    const waiting = server.changing ?? NONE;
    // Who asks again keeps its place: else two that do so in turns would each begin to wait anew whenever the other one
    // does.
    if (waiting.some((one) => one.client === event.from && one.sequence >= sequence))
      return { state: server, effects: NONE };
    const heir = handingOverTo(server.raft);
    if (heir !== null) return { state: server, effects: [refuse(event.from, sequence, heir)] };
    const others = waiting.filter(({ client }) => client !== event.from);
    return pursued(
      {
        state: withChanging(server, [
          ...others, { client: event.from, sequence, change, askedAt: server.raft.persistent.log.lastIndex },
        ]),
        effects: NONE,
      },
      settle,
    );
  }
  const { state, effects } = step(server, event);
  const carried = { state: withChanging(state, server.changing ?? NONE), effects };
  return isOccasion(event, state.raft.persistent.currentTerm) || state.raft.role.kind !== 'leader'
    ? pursued(carried, settle)
    : carried;
}

/**
 * What a change waits for comes with an answer of a follower, or with time. So no step puts more than one entry into a
 * log. An answer to an earlier term is no occasion for anything (5.1).
 */
function isOccasion(event: ChangeEvent, currentTerm: Term): boolean {
  if (event.kind !== 'message') return event.kind === 'timer';
  const { message } = event;
  return (
    (message.kind === 'appendEntriesReply' || message.kind === 'installSnapshotReply') && message.term === currentTerm
  );
}

/** The first of them goes on; who asked a server that does not lead, or leads no more, must ask somebody else. */
function pursued<S extends ChangeServer>(step: ChangeStep<S>, settle: Settle<S>): ChangeStep<S> {
  const { state, effects } = step;
  const { raft, changing } = state;
  const left = leaveJoint(raft);
  if (left !== null) return joined(step, left, settle);
  const [first, ...others] = changing!;
  if (first === undefined) return step;
  if (raft.role.kind !== 'leader') {
    const leaderId = leaderKnownTo(raft);
    return {
      state: withChanging(state, NONE),
      effects: [...effects, ...changing!.map(({ client, sequence }) => refuse(client, sequence, leaderId))],
    };
  }
  const { outcome, ...further } = onChange(raft, first.change, first.askedAt);
  const done = joined(step, further, settle);
  if (outcome === 'waits') return done;
  const told = answer(first.client, first.sequence, outcome === 'done');
  return pursued({ state: withChanging(done.state, others), effects: [...done.effects, told] }, settle);
}

/** A step, and what Raft does behind it, as one. */
function joined<S extends ChangeServer>(
  { state, effects }: ChangeStep<S>, { raft, effects: more }: RaftStep, settle: Settle<S>,
): ChangeStep<S> {
  const settled =
    raft === state.raft ? { state, effects: more } : settle(withRaft(state, raft), state.raft.persistent, more);
  return { state: withChanging(settled.state, state.changing!), effects: together(effects, settled.effects) };
}

/** One step has one barrier: all that it writes is in front of all that it says. */
function together(first: readonly ChangeEffect[], second: readonly ChangeEffect[]): readonly ChangeEffect[] {
  const [one, two] = [first[0], second[0]];
  if (one?.kind === 'persist' && two?.kind === 'persist')
    return [{ kind: 'persist', writes: [...one.writes, ...two.writes] }, ...first.slice(1), ...second.slice(1)];
  return two?.kind === 'persist' ? [two, ...first, ...second.slice(1)] : [...first, ...second];
}
