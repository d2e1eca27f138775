/**
 * The client of a store whose sessions expire (dissertation 6.3), around the clerk: before it asks for anything it
 * registers, and with every request it says which session it is in. When the session has ended it tells whoever asked,
 * and does not ask again: whether the operation took effect while the session lasted is open. The next operation begins
 * another session.
 */
import type { Effect, Event, Process, Step } from '../protocol.ts';
import { askAt, bootClerk, stepClerk, type Clerk, type ClerkConfig } from './clerk.ts';
import type { Expired, Operation, Result } from './command.ts';
import { nothingToDo, registration } from './expiry.ts';
import type { ClerkMessage } from './messages.ts';

export interface SessionClerk extends Clerk {
  /** Absent while it has none. */
  readonly session?: number;
}

type SessionClerkEffect = Effect<ClerkMessage, never, Result | Expired>;
type SessionClerkStep = Step<SessionClerk, SessionClerkEffect>;
type SessionClerkEvent = Event<ClerkMessage, Operation>;

const expired: Expired = { kind: 'expired' };

export function stepSessionClerk(clerk: SessionClerk, event: SessionClerkEvent): SessionClerkStep {
  if (event.kind !== 'message' || event.message.kind !== 'sessionReply')
    return within(clerk.session, stepClerk(clerk, event));
  const { pending, sequence, session } = clerk;
  const reply = event.message;
  if (pending === null || reply.sequence !== sequence) return { state: clerk, effects: [] };
  if (reply.session !== null)
    return session === undefined
      ? within(reply.session, askAt(clerk, pending, event.from))
      : { state: clerk, effects: [] };
  if (session === undefined) return { state: clerk, effects: [] };
  const { config, target } = clerk;
  return {
    state: { config, sequence, target, pending: null },
    effects: [
      { kind: 'cancelTimer', timer: 'retry' }, { kind: 'reply', id: pending.id, reply: expired },
    ],
  };
}

/** What the clerk asks is asked in its session; without one it asks for that first. */
function within(session: number | undefined, { state, effects }: SessionClerkStep): SessionClerkStep {
  const asked = effects.map((effect): SessionClerkEffect => {
    if (effect.kind !== 'send' || effect.message.kind !== 'clientRequest') return effect;
    const { kind, sequence, operation } = effect.message;
    const message: ClerkMessage =
      session === undefined
        ? { kind, sequence, operation: nothingToDo, session: registration }
        : { kind, sequence, operation, session };
    return { kind: 'send', to: effect.to, message };
  });
  if (session === undefined) return { state, effects: asked };
  const { config, sequence, target, pending } = state;
  return { state: { config, sequence, target, pending, session }, effects: asked };
}

/** Such a clerk as a node of the world: nothing of it is durable. */
export const sessionClerkProcess = (
  config: ClerkConfig,
): Process<SessionClerk, ClerkMessage, never, null, Operation, Result | Expired> => ({
  blank: null,
  boot: () => ({ state: bootClerk(config), effects: [] }),
  step: stepSessionClerk,
  write: (durable) => durable,
});
