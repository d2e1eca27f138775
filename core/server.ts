/**
 * Raft and the key/value machine as one protocol. The seam between them is the lab's, as values: the
 * server proposes commands, Raft hands up committed entries and installed snapshots in order through
 * one channel, and after each applied entry the server may hand Raft a snapshot (Lab 3B).
 */
import { assert } from './assert.ts';
import { isChange, type Changing } from './changes.ts';
import type { EarlyRequest } from './client-order.ts';
import { commandSizeBytes, type Command } from './kv/command.ts';
import { apply, newMachine, type Machine } from './kv/machine.ts';
import type { ClerkMessage, ClientRequest } from './kv/messages.ts';
import { keptOf, wasExecuted } from './kv/sessions.ts';
import { installSnapshot, snapshotSizeBytes, takeSnapshot, type MachineSnapshot } from './kv/snapshot.ts';
import type { Effect, Event, NodeId, Range, Step } from './protocol.ts';
import { deliver, type Delivery } from './raft/delivery.ts';
import { noopSizeBytes } from './raft/election.ts';
import type { AnyRaftMessage } from './raft/option-messages.ts';
import { changes, persistedSizeBytes } from './raft/persistence.ts';
import type { Write } from './raft/write.ts';
import { startsWithPromise } from './raft/lease.ts';
import { handingOverTo } from './raft/transfer.ts';
import { compact } from './raft/snapshot.ts';
import {
  bootRaft, NONE, restartElectionTimer,
  type Persistent, type Raft, type RaftConfig, type RaftEffect,
} from './raft/state.ts';
import { onMessage, onTimer, propose } from './raft/options.ts';
import { inSessionOf, type SessionClock } from './session-clock.ts';
import type { Transfers } from './raft/snapshot-chunks.ts';
import type { Reading } from './reads.ts';
import { answer, leaderKnownTo, refuse } from './replies.ts';
import { withRaft, withService } from './server-fields.ts';
import { answered, type Waiting } from './waiting.ts';

export interface ServerConfig extends RaftConfig {
  /** Over this size of Raft's state the server takes a snapshot; -1 never (the lab's maxraftstate). */
  readonly maxRaftState: number;
  /** Deliveries that the service takes at a time, at least 1. */
  readonly applyBatchMax: number;
  /** How long the service rests between two batches. */
  readonly applyPauseUs: Range;
  /** How long a session lasts without a command in it, by the leaders' time; without end when absent. */
  readonly sessionExpiryUs?: number;
}

export interface Server {
  /** Clients that wait for the answer to a read around the log (reads.ts); absent without that option. */
  readonly reading?: readonly Reading[] | undefined;
  /** Snapshots on their way in chunks (chunks.ts); absent without that option. */
  readonly transfers?: Transfers | undefined;
  /** By which sessions expire (session-clock.ts); absent without that option, and where nobody leads. */
  readonly clock?: SessionClock | undefined;
  /** Requests that came before an earlier one of their client (client-order.ts); absent while there are none. */
  readonly early?: readonly EarlyRequest[] | undefined;
  /** Operators that wait for a change of the membership (changes.ts); absent without that option. */
  readonly changing?: readonly Changing[] | undefined;
  readonly config: ServerConfig;
  readonly raft: Raft;
  /** Handed up by Raft and not yet taken by the service: the lab's applyCh. */
  readonly channel: readonly Delivery[];
  readonly machine: Machine;
  /** Clients that wait for the entry at an index, in the order of the indexes. Only a leader has any. */
  readonly waiting: readonly Waiting[];
}

export type ServerMessage = AnyRaftMessage | ClerkMessage;
export type ServerEffect = Effect<ServerMessage, Write, never>;
export type ServerStep = Step<Server, ServerEffect>;
export type ServerEvent = Event<ServerMessage, never>;

/** Installs the stored snapshot first, by way of the channel; the log is replayed as it commits. */
export function bootServer(config: ServerConfig, durable: Persistent): ServerStep {
  const { raft, effects } = startsWithPromise(bootRaft(config, durable));
  const server: Server = { config, raft, channel: NONE, machine: newMachine, waiting: NONE };
  return settle(server, durable, [restartElectionTimer(raft), ...effects]);
}

export function stepServer(server: Server, event: ServerEvent): ServerStep {
  const before = server.raft.persistent;
  switch (event.kind) {
    case 'message':
      return isFromClient(event.message)
        ? onClient(server, event.from, event.message)
        : afterRaft(server, onMessage(server.raft, event.from, event.message as AnyRaftMessage));
    case 'timer':
      if (event.timer === 'apply') return settle(server, before, NONE, true);
      return afterRaft(server, onTimer(server.raft, event.timer));
    case 'unreachable':
      return { state: server, effects: NONE };
    case 'request':
      throw new TypeError('a server is asked through messages only');
  }
}

const isFromClient = (message: ServerMessage): message is ClerkMessage =>
  message.kind === 'clientRequest' || message.kind === 'clientReply' || message.kind === 'sessionReply';

const afterRaft = (server: Server, { raft, effects }: { raft: Raft; effects: readonly RaftEffect[] }): ServerStep =>
  settle(withRaft(server, raft), server.raft.persistent, effects);

function onClient(server: Server, client: NodeId, message: ClerkMessage): ServerStep {
  assert(message.kind === 'clientRequest', () => 'a reply was sent to a server');
  const { raft, machine } = server;
  if (raft.role.kind !== 'leader') {
    return { state: server, effects: [refuse(client, message.sequence, leaderKnownTo(raft))] };
  }
  // Done already: its reply was lost. What no answer is kept of, the client no longer waits for.
  if (wasExecuted(machine.sessions, client, message.sequence)) {
    const kept = keptOf(machine.sessions.byClient.get(client), message.sequence);
    return { state: server, effects: kept === undefined ? NONE : [answer(client, message.sequence, kept.result)] };
  }
  // Proposed already, and the answer will come: proposing it again for every retry would let a slow
  // cluster drown in its own log.
  if (server.waiting.some((one) => one.client === client && one.sequence === message.sequence)) {
    return { state: server, effects: NONE };
  }
  const heir = handingOverTo(raft);
  return heir === null
    ? onCommand(server, client, message)
    : { state: server, effects: [refuse(client, message.sequence, heir)] };
}

function onCommand(server: Server, client: NodeId, request: ClientRequest): ServerStep {
  const { sequence, operation, session, unanswered } = request;
  // Without membership changes nobody can be asked for one.
  if (isChange(operation)) return { state: server, effects: [answer(client, sequence, false)] };
  const command: Command = {
    client,
    sequence,
    operation,
    ...(session === undefined ? {} : { inSession: inSessionOf(server, session) }),
    ...(unanswered === undefined ? {} : { unanswered }),
  };
  const { raft, effects } = propose(server.raft, command, noopSizeBytes + commandSizeBytes(command));
  const { lastIndex, lastTerm } = raft.persistent.log;
  const waiting = [
    ...server.waiting,
    { index: lastIndex, term: lastTerm, client, sequence, ...(session === undefined ? {} : { session }) },
  ];
  const proposed = withService(server, raft, server.channel, server.machine, waiting);
  return settle(proposed, server.raft.persistent, effects);
}

/**
 * What every step ends with: clients whose leader we no longer are get told, the channel is served,
 * and whatever became durable is put in front of everything.
 */
export function settle(
  server: Server, before: Persistent, raftEffects: readonly RaftEffect[], isRested = false,
): ServerStep {
  const replies: ServerEffect[] = [];
  const state = served(dismissed(server, replies), isRested, replies);
  const writes = changes(before, state.raft.persistent);
  if (writes.length === 0 && replies.length === 0) return { state, effects: raftEffects };
  const effects: ServerEffect[] = writes.length === 0 ? [] : [{ kind: 'persist', writes }];
  return { state, effects: effects.concat(raftEffects, replies) };
}

/** The channel holds this many deliveries; Raft keeps the rest until there is room. */
const CHANNEL_CAPACITY = 64;

/**
 * Raft fills the channel and the service takes from it, a batch at a time. A service that left
 * something in the channel is resting, until its timer says that it is rested.
 */
function served(server: Server, isRested: boolean, effects: ServerEffect[]): Server {
  const isResting = server.channel.length > 0 && !isRested;
  let state = filled(server);
  if (isResting) return state;
  let room = server.config.applyBatchMax;
  while (state.channel.length > 0 && room > 0) {
    const batch = state.channel.slice(0, room);
    room -= batch.length;
    state = filled(taken(state, batch, effects));
  }
  if (state.channel.length > 0) {
    effects.push({ kind: 'setTimer', timer: 'apply', afterUs: server.config.applyPauseUs });
  }
  return state;
}

function filled(server: Server): Server {
  const { raft, channel, machine, waiting } = server;
  const room = CHANNEL_CAPACITY - channel.length;
  if (room <= 0 || raft.lastApplied >= raft.commitIndex) return server;
  const delivered = deliver(raft, room);
  return withService(server, delivered.raft, channel.concat(delivered.deliveries), machine, waiting);
}

function taken(server: Server, batch: readonly Delivery[], effects: ServerEffect[]): Server {
  const { config, channel } = server;
  let { raft, machine, waiting } = server;
  for (const delivery of batch) {
    machine = executed(machine, delivery);
    if (delivery.kind === 'snapshot') continue;
    waiting = answered(waiting, delivery.index, delivery.entry.term, machine, effects);
    raft = compacted(config, raft, machine);
  }
  return withService(server, raft, channel.slice(batch.length), machine, waiting);
}

function executed(machine: Machine, delivery: Delivery): Machine {
  if (delivery.kind === 'snapshot') {
    const { data, lastIncludedIndex } = delivery.snapshot;
    assert(
      lastIncludedIndex > machine.lastExecuted,
      () => `snapshot ${lastIncludedIndex} is installed after entry ${machine.lastExecuted}`,
    );
    return installSnapshot(data as MachineSnapshot, lastIncludedIndex);
  }
  const { index, entry } = delivery;
  assert(index === machine.lastExecuted + 1, () => `entry ${index} is applied after entry ${machine.lastExecuted}`);
  return apply(machine, index, entry.command as Command | null);
}

/** Lab 3B: compares the size of Raft's state with the limit after each applied entry. */
function compacted(config: ServerConfig, raft: Raft, machine: Machine): Raft {
  if (config.maxRaftState < 0 || persistedSizeBytes(raft.persistent) <= config.maxRaftState) return raft;
  const snapshot = takeSnapshot(machine);
  return compact(raft, machine.lastExecuted, snapshot, snapshotSizeBytes(snapshot));
}

/** A server that no longer leads cannot promise anything: its waiting clients must ask the new leader. */
function dismissed(server: Server, effects: ServerEffect[]): Server {
  const { raft, waiting } = server;
  const first = waiting[0];
  if (first === undefined || (raft.role.kind === 'leader' && first.term === raft.persistent.currentTerm)) return server;
  for (const { client, sequence } of waiting) effects.push(refuse(client, sequence, leaderKnownTo(raft)));
  return withService(server, raft, server.channel, server.machine, NONE);
}
