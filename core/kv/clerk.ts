/**
 * The client of the store: retries one operation until it is done, under one sequence number, so
 * that the servers can tell a repetition from a new command.
 */
import type { Effect, Event, NodeId, Process, Range, Step } from '../protocol.ts';
import type { Change } from '../raft/members.ts';
import type { Operation, Result } from './command.ts';
import type { ClerkMessage, ClientReply } from './messages.ts';

export interface ClerkConfig {
  readonly clusterSize: number;
  /** How long to wait for an answer before the next server is tried. */
  readonly retryUs: Range;
  /** How long to wait when every server says that it does not lead. */
  readonly backoffUs: Range;
}

export interface Clerk {
  readonly config: ClerkConfig;
  /** Number of the last operation begun. */
  readonly sequence: number;
  /** The server believed to lead, and the one asked last. */
  readonly target: NodeId;
  readonly pending: Pending | null;
}

interface Pending {
  readonly id: number;
  readonly operation: Operation | Change;
  /** Servers that said no since the last wait: once all have, another round at once would not help. */
  readonly refusals: number;
}

export type ClerkEffect = Effect<ClerkMessage, never, Result>;
type ClerkStep = Step<Clerk, ClerkEffect>;
type ClerkEvent = Event<ClerkMessage, Operation | Change>;

export const bootClerk = (config: ClerkConfig): Clerk => ({ config, sequence: 0, target: 0, pending: null });

export function stepClerk(clerk: Clerk, event: ClerkEvent): ClerkStep {
  switch (event.kind) {
    case 'request':
      return onRequest(clerk, event.id, event.request);
    case 'message':
      return event.message.kind === 'clientReply' ? onReply(clerk, event.from, event.message) : stay(clerk);
    case 'timer':
      return clerk.pending === null ? stay(clerk) : ask(clerk, clerk.pending, nextServer(clerk), 0);
    case 'unreachable':
      return clerk.pending === null || event.node !== clerk.target
        ? stay(clerk)
        : onRefused(clerk, clerk.pending, null);
  }
}

/**
 * A new operation while one is pending gives the pending one up: it may take effect still, but not
 * behind the new one, whose number is higher (sessions.ts), and no answer to it is taken any more.
 */
function onRequest({ config, sequence, target }: Clerk, id: number, operation: Operation | Change): ClerkStep {
  const next = { id, operation, refusals: 0 };
  return ask({ config, sequence: sequence + 1, target, pending: next }, next, target, 0);
}

function onReply(clerk: Clerk, from: NodeId, { sequence, outcome }: ClientReply): ClerkStep {
  const { pending, config, target } = clerk;
  // An answer to something older, or a second answer.
  if (pending === null || sequence !== clerk.sequence) return stay(clerk);
  if (outcome.kind === 'done') {
    const state: Clerk = { config, sequence, target: from, pending: null };
    const reply: ClerkEffect = { kind: 'reply', id: pending.id, reply: outcome.result };
    return { state, effects: [{ kind: 'cancelTimer', timer: 'retry' }, reply] };
  }
  return from === target ? onRefused(clerk, pending, outcome.leaderId) : stay(clerk);
}

/** Follows a hint at once; without one tries the next server, and waits when a whole round was in vain. */
function onRefused(clerk: Clerk, pending: Pending, leaderId: NodeId | null): ClerkStep {
  const refusals = pending.refusals + 1;
  if (refusals < clerk.config.clusterSize) return ask(clerk, pending, leaderId ?? nextServer(clerk), refusals);
  const { config, sequence, target } = clerk;
  const state: Clerk = {
    config, sequence, target, pending: { id: pending.id, operation: pending.operation, refusals },
  };
  return { state, effects: [{ kind: 'setTimer', timer: 'retry', afterUs: config.backoffUs }] };
}

function ask({ config, sequence }: Clerk, { id, operation }: Pending, target: NodeId, refusals: number): ClerkStep {
  return {
    state: { config, sequence, target, pending: { id, operation, refusals } },
    effects: [
      { kind: 'setTimer', timer: 'retry', afterUs: config.retryUs },
      { kind: 'send', to: target, message: { kind: 'clientRequest', sequence, operation } },
    ],
  };
}

/** Asks a server at once for what is pending, as if nobody had been asked before. */
export const askAt = (clerk: Clerk, pending: Pending, target: NodeId): ClerkStep => ask(clerk, pending, target, 0);

export const nextServer = ({ target, config }: Clerk): NodeId => (target + 1) % config.clusterSize;

const stay = (state: Clerk): ClerkStep => ({ state, effects: [] });

/** A clerk as a node of the world: nothing of it is durable. */
export const clerkProcess = (
  config: ClerkConfig,
): Process<Clerk, ClerkMessage, never, null, Operation | Change, Result> => ({
  blank: null,
  boot: () => ({ state: bootClerk(config), effects: [] }),
  step: stepClerk,
  write: (durable) => durable,
});
