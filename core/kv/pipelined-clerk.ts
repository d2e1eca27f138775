/**
 * The client of the store with several operations in flight (dissertation 6.3): each has its number, and with every
 * request the client says which is the lowest that it has had no answer to, so that the servers forget what it gave
 * before that. Whichever are in flight are asked again together, in their order.
 *
 * An operation that its application no longer waits for stays in flight: those behind it are executed behind it, and
 * never if it is not.
 */
import type { Event, NodeId, Process, Step } from '../protocol.ts';
import { nextServer, type Clerk, type ClerkConfig, type ClerkEffect } from './clerk.ts';
import type { Operation, Result } from './command.ts';
import type { ClerkMessage, ClientReply } from './messages.ts';

export interface PipelinedClerk extends Clerk {
  /** In the order of their numbers. */
  readonly inFlight: readonly InFlight[];
  /** Servers that said no since the last wait. */
  readonly refusals: number;
}

export interface InFlight {
  readonly id: number;
  readonly sequence: number;
  readonly operation: Operation;
}

type PipelinedStep = Step<PipelinedClerk, ClerkEffect>;
type PipelinedEvent = Event<ClerkMessage, Operation>;

function stepPipelinedClerk(clerk: PipelinedClerk, event: PipelinedEvent): PipelinedStep {
  switch (event.kind) {
    case 'request':
      return onRequest(clerk, event.id, event.request);
    case 'message':
      return event.message.kind === 'clientReply' ? onReply(clerk, event.from, event.message) : stay(clerk);
    case 'timer':
      return clerk.inFlight.length === 0 ? stay(clerk) : askAll(clerk, nextServer(clerk), 0);
    case 'unreachable':
      return clerk.inFlight.length === 0 || event.node !== clerk.target ? stay(clerk) : onRefused(clerk, null);
  }
}

/** Those before it are on their way: their timer goes on. */
function onRequest(clerk: PipelinedClerk, id: number, operation: Operation): PipelinedStep {
  const one: InFlight = { id, sequence: clerk.sequence + 1, operation };
  const inFlight = [...clerk.inFlight, one];
  const timer: readonly ClerkEffect[] =
    clerk.inFlight.length === 0 ? [{ kind: 'setTimer', timer: 'retry', afterUs: clerk.config.retryUs }] : [];
  const refusals = clerk.inFlight.length === 0 ? 0 : clerk.refusals;
  return {
    state: made(clerk.config, one.sequence, clerk.target, inFlight, refusals),
    effects: [...timer, request(clerk.target, one, inFlight[0]!.sequence)],
  };
}

function onReply(clerk: PipelinedClerk, from: NodeId, { sequence, outcome }: ClientReply): PipelinedStep {
  const { config, target, inFlight } = clerk;
  const answered = inFlight.find((one) => one.sequence === sequence);
  // A second answer.
  if (answered === undefined) return stay(clerk);
  if (outcome.kind === 'notLeader') return from === target ? onRefused(clerk, outcome.leaderId) : stay(clerk);
  const left = inFlight.filter((one) => one !== answered);
  const timer: ClerkEffect =
    left.length === 0
      ? { kind: 'cancelTimer', timer: 'retry' }
      : { kind: 'setTimer', timer: 'retry', afterUs: config.retryUs };
  return {
    state: made(config, clerk.sequence, from, left, 0),
    effects: [timer, { kind: 'reply', id: answered.id, reply: outcome.result }],
  };
}

/** Follows a hint at once; without one tries the next server, and waits when a whole round was in vain. */
function onRefused(clerk: PipelinedClerk, leaderId: NodeId | null): PipelinedStep {
  const refusals = clerk.refusals + 1;
  if (refusals < clerk.config.clusterSize) return askAll(clerk, leaderId ?? nextServer(clerk), refusals);
  const { config, sequence, target, inFlight } = clerk;
  return {
    state: made(config, sequence, target, inFlight, refusals),
    effects: [{ kind: 'setTimer', timer: 'retry', afterUs: config.backoffUs }],
  };
}

function askAll({ config, sequence, inFlight }: PipelinedClerk, target: NodeId, refusals: number): PipelinedStep {
  return {
    state: made(config, sequence, target, inFlight, refusals),
    effects: [
      { kind: 'setTimer', timer: 'retry', afterUs: config.retryUs },
      ...inFlight.map((one) => request(target, one, inFlight[0]!.sequence)),
    ],
  };
}

const request = (to: NodeId, { sequence, operation }: InFlight, unanswered: number): ClerkEffect => ({
  kind: 'send', to, message: { kind: 'clientRequest', sequence, operation, unanswered },
});

/** What is pending is the oldest of them. */
const made = (
  config: ClerkConfig, sequence: number, target: NodeId, inFlight: readonly InFlight[], refusals: number,
): PipelinedClerk => {
  const oldest = inFlight[0];
  const pending = oldest === undefined ? null : { id: oldest.id, operation: oldest.operation, refusals };
  return { config, sequence, target, pending, inFlight, refusals };
};

const stay = (state: PipelinedClerk): PipelinedStep => ({ state, effects: [] });

/** Such a clerk as a node of the world: nothing of it is durable. */
export const pipelinedClerkProcess = (
  config: ClerkConfig,
): Process<PipelinedClerk, ClerkMessage, never, null, Operation, Result> => ({
  blank: null,
  boot: () => ({ state: made(config, 0, 0, [], 0), effects: [] }),
  step: stepPipelinedClerk,
  write: (durable) => durable,
});
