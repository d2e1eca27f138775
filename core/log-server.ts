/**
 * Raft alone, as Lab 2 tests it: `start` is a direct call, answered at once with where the command
 * would stand, and the service does nothing but keep what it applied, in order. With `snapshotEvery`
 * it hands Raft a snapshot of itself at each such index (Lab 2D).
 */
import { assert } from './assert.ts';
import { stringSizeBytes, uint32SizeBytes } from './bytes.ts';
import { Vector } from './immutable/vector.ts';
import type { Effect, Event, Process, Step } from './protocol.ts';
import { deliver, type Delivery } from './raft/delivery.ts';
import { noopSizeBytes } from './raft/election.ts';
import type { LogIndex, Term } from './raft/log.ts';
import type { AnyRaftMessage } from './raft/option-messages.ts';
import { applyWrite, changes } from './raft/persistence.ts';
import type { Write } from './raft/write.ts';
import { handingOverTo } from './raft/transfer.ts';
import { compact } from './raft/snapshot.ts';
import {
  blankPersistent, bootRaft, NONE, restartElectionTimer,
  type Persistent, type Raft, type RaftConfig, type RaftEffect,
} from './raft/state.ts';
import { onMessage, onTimer, propose } from './raft/options.ts';

export interface LogServerConfig extends RaftConfig {
  /** A snapshot at each applied index i with i + 1 divisible by this; 0 never. */
  readonly snapshotEvery: number;
}

export type LogCommand = number | string;

/** What was applied so far: the entry of index i stands at position i, null for a leader's no-op. */
export interface Applied {
  readonly commands: Vector<LogCommand | null>;
  /** Length of the byte form of all of them. */
  readonly sizeBytes: number;
}

export interface LogServer {
  readonly config: LogServerConfig;
  readonly raft: Raft;
  readonly applied: Applied;
}

/** A direct call, the lab's Start(command). */
export interface Start {
  readonly kind: 'start';
  readonly command: LogCommand;
}

/** Where the command stands if it is ever committed. Of a server that does not lead, index is 0. */
export interface Started {
  readonly index: LogIndex;
  readonly term: Term;
  readonly isLeader: boolean;
}

export type LogServerEffect = Effect<AnyRaftMessage, Write, Started>;
export type LogServerStep = Step<LogServer, LogServerEffect>;
export type LogServerEvent = Event<AnyRaftMessage, Start>;

const nothingApplied: Applied = { commands: Vector.startingAt(1), sizeBytes: 0 };

export const lastAppliedIndex = (applied: Applied): LogIndex => applied.commands.end - 1;

/** One byte of kind, then the number or the string. */
const logCommandSizeBytes = (command: LogCommand | null): number =>
  1 + (typeof command === 'string' ? stringSizeBytes(command) : command === null ? 0 : uint32SizeBytes);

/** A count, then the commands. */
const appliedSizeBytes = (applied: Applied): number => uint32SizeBytes + applied.sizeBytes;

function bootLogServer(config: LogServerConfig, durable: Persistent): LogServerStep {
  const raft = bootRaft(config, durable);
  return settle({ config, raft, applied: nothingApplied }, durable, [restartElectionTimer(raft)]);
}

function stepLogServer(server: LogServer, event: LogServerEvent): LogServerStep {
  const { config, raft, applied } = server;
  switch (event.kind) {
    case 'message': {
      const step = onMessage(raft, event.from, event.message);
      return settle({ config, raft: step.raft, applied }, raft.persistent, step.effects);
    }
    case 'timer': {
      const step = onTimer(raft, event.timer);
      return settle({ config, raft: step.raft, applied }, raft.persistent, step.effects);
    }
    case 'request':
      return onStart(server, event.id, event.request.command);
    case 'unreachable':
      return { state: server, effects: NONE };
  }
}

function onStart(server: LogServer, id: number, command: LogCommand): LogServerStep {
  const { config, raft, applied } = server;
  const term = raft.persistent.currentTerm;
  if (raft.role.kind !== 'leader' || handingOverTo(raft) !== null) {
    return { state: server, effects: [{ kind: 'reply', id, reply: { index: 0, term, isLeader: false } }] };
  }
  const step = propose(raft, command, noopSizeBytes + logCommandSizeBytes(command));
  const started: Started = { index: step.raft.persistent.log.lastIndex, term, isLeader: true };
  return settle({ config, raft: step.raft, applied }, raft.persistent, [
    ...step.effects, { kind: 'reply', id, reply: started },
  ]);
}

/** What every step ends with: what Raft hands up is applied, and what became durable is put in front. */
function settle(
  server: LogServer, before: Persistent, effects: readonly (RaftEffect | LogServerEffect)[],
): LogServerStep {
  const state = served(server);
  const writes = changes(before, state.raft.persistent);
  return { state, effects: writes.length === 0 ? effects : [{ kind: 'persist', writes }, ...effects] };
}

function served(server: LogServer): LogServer {
  const { config } = server;
  if (server.raft.lastApplied >= server.raft.commitIndex) return server;
  const delivered = deliver(server.raft, Infinity);
  let { raft } = delivered;
  let { applied } = server;
  for (const delivery of delivered.deliveries) {
    applied = executed(applied, delivery);
    if (delivery.kind === 'entry') raft = compacted(config, raft, applied);
  }
  return { config, raft, applied };
}

function executed(applied: Applied, delivery: Delivery): Applied {
  const last = lastAppliedIndex(applied);
  if (delivery.kind === 'snapshot') {
    const { data, lastIncludedIndex } = delivery.snapshot;
    const installed = data as Applied;
    assert(lastIncludedIndex > last, () => `snapshot ${lastIncludedIndex} is installed after entry ${last}`);
    assert(
      lastAppliedIndex(installed) === lastIncludedIndex,
      () => `snapshot ${lastIncludedIndex} holds the commands up to ${lastAppliedIndex(installed)}`,
    );
    return installed;
  }
  const { index, entry } = delivery;
  assert(index === last + 1, () => `entry ${index} is applied after entry ${last}`);
  const command = entry.command as LogCommand | null;
  return { commands: applied.commands.append([command]), sizeBytes: applied.sizeBytes + logCommandSizeBytes(command) };
}

function compacted({ snapshotEvery }: LogServerConfig, raft: Raft, applied: Applied): Raft {
  const index = lastAppliedIndex(applied);
  if (snapshotEvery === 0 || (index + 1) % snapshotEvery !== 0) return raft;
  return compact(raft, index, applied, appliedSizeBytes(applied));
}

/** A server as a node of the world. */
export const logServerProcess = (
  config: LogServerConfig,
): Process<LogServer, AnyRaftMessage, Write, Persistent, Start, Started> => ({
  blank: blankPersistent,
  boot: (durable) => bootLogServer(config, durable),
  step: stepLogServer,
  write: applyWrite,
});
