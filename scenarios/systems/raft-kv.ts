/** The one place where Raft with its key/value server meets the harness. */
import * as v from 'valibot';
import { RaftKvObserver } from '../../checkers/raft-kv.ts';
import { defaultBudgetSteps } from '../../checkers/linearizability.ts';
import type { Observer } from '../../checkers/checker.ts';
import { clerkProcess, type Clerk } from '../../core/kv/clerk.ts';
import type { Command, Operation, Result } from '../../core/kv/command.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { Entry } from '../../core/raft/log.ts';
import type { Persistent } from '../../core/raft/state.ts';
import { serverProcess, type Server, type ServerMessage } from '../../core/server.ts';
import type { Digest } from '../../harness/digest.ts';
import { microseconds, rangeSchema, wholeNumber, type Plan } from '../../harness/plan.ts';
import type { AnyProcess, System } from '../../harness/system.ts';

export const settingsSchema = v.strictObject({
  electionTimeoutUs: rangeSchema,
  heartbeatUs: microseconds,
  entriesPerMessageMax: wholeNumber(1, 1_000_000),
  noopOnElection: v.boolean('expected true or false'),
  maxRaftState: wholeNumber(-1, 1_000_000_000),
  applyBatchMax: wholeNumber(1, 1_000_000),
  applyPauseUs: rangeSchema,
  retryUs: rangeSchema,
  backoffUs: rangeSchema,
});
export type RaftKvSettings = v.InferOutput<typeof settingsSchema>;

const text = v.string('expected a string');
const requestSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('get'), key: text }),
  v.strictObject({ kind: v.literal('put'), key: text, value: text }),
  v.strictObject({ kind: v.literal('append'), key: text, value: text }),
  v.strictObject({ kind: v.literal('cas'), key: text, expected: text, value: text }),
], 'expected an operation of kind "get", "put", "append" or "cas"');

/** The largest message that bounds an entry batch; settings are checked before a plan gets here. */
const settingsOf = (plan: Plan): RaftKvSettings => plan.settings as RaftKvSettings;

export const raftKv: System = {
  name: 'raft-kv',
  settings: settingsSchema,
  request: requestSchema,

  processes(plan: Plan): readonly AnyProcess[] {
    const settings = settingsOf(plan);
    const processes: AnyProcess[] = [];
    for (let id = 0; id < plan.servers; id++) {
      processes.push(serverProcess({
        id,
        clusterSize: plan.servers,
        electionTimeoutUs: settings.electionTimeoutUs,
        heartbeatUs: settings.heartbeatUs,
        entriesPerMessageMax: settings.entriesPerMessageMax,
        noopOnElection: settings.noopOnElection,
        maxRaftState: settings.maxRaftState,
        applyBatchMax: settings.applyBatchMax,
        applyPauseUs: settings.applyPauseUs,
      }) as AnyProcess);
    }
    const clerk = clerkProcess({ clusterSize: plan.servers, retryUs: settings.retryUs, backoffUs: settings.backoffUs }) as AnyProcess;
    for (let client = 0; client < plan.clients; client++) processes.push(clerk);
    return processes;
  },

  observer(plan: Plan, durableOf: (node: NodeId) => unknown): Observer {
    const { maxRaftState, noopOnElection } = settingsOf(plan);
    const checks = { servers: plan.servers, maxRaftState, noopOnElection, linearizabilityBudgetSteps: defaultBudgetSteps };
    return new RaftKvObserver(checks, durableOf as (node: NodeId) => Persistent) as Observer;
  },

  leader,
  digestMessage,
  digestState,
  describeMessage,
  describeState,
};

/** A deposed leader may not know it yet: the one of the newest term leads. */
function leader(states: readonly unknown[]): NodeId | null {
  let found: NodeId | null = null;
  let newestTerm = 0;
  for (const [node, state] of states.entries()) {
    if (state === null || !('raft' in (state as object))) continue;
    const { role, persistent } = (state as Server).raft;
    if (role.kind !== 'leader' || persistent.currentTerm <= newestTerm) continue;
    found = node;
    newestTerm = persistent.currentTerm;
  }
  return found;
}

function digestMessage(digest: Digest, untyped: unknown): void {
  const message = untyped as ServerMessage;
  switch (message.kind) {
    case 'requestVote':
      digest.number(1);
      digest.number(message.term);
      digest.number(message.lastLogIndex);
      digest.number(message.lastLogTerm);
      return;
    case 'requestVoteReply':
      digest.number(message.voteGranted ? 2 : 3);
      digest.number(message.term);
      return;
    case 'appendEntries':
      digest.number(4);
      digest.number(message.term);
      digest.number(message.prevLogIndex);
      digest.number(message.prevLogTerm);
      digest.number(message.leaderCommit);
      for (const entry of message.entries) digestEntry(digest, entry);
      return;
    case 'appendEntriesReply':
      digest.number(message.success ? 5 : 6);
      digest.number(message.term);
      digest.number(message.index);
      digest.number(message.conflictTerm);
      digest.number(message.conflictIndex);
      return;
    case 'installSnapshot':
      digest.number(7);
      digest.number(message.term);
      digest.number(message.snapshot.lastIncludedIndex);
      digest.number(message.snapshot.lastIncludedTerm);
      digest.number(message.snapshot.sizeBytes);
      return;
    case 'installSnapshotReply':
      digest.number(8);
      digest.number(message.term);
      digest.number(message.lastIncludedIndex);
      return;
    case 'clientRequest':
      digest.number(9);
      digest.number(message.sequence);
      digestOperation(digest, message.operation);
      return;
    case 'clientReply':
      digest.number(10);
      digest.number(message.sequence);
      if (message.outcome.kind === 'done') digestResult(digest, message.outcome.result);
      else digest.number(message.outcome.leaderId ?? -1);
      return;
  }
}

/** An entry is known by its term and by who asked for it: what was asked went by with the request. */
function digestEntry(digest: Digest, { term, command }: Entry): void {
  digest.number(term);
  if (command === null) return;
  digest.number((command as Command).client);
  digest.number((command as Command).sequence);
}

function digestOperation(digest: Digest, operation: Operation): void {
  digest.string(operation.kind);
  digest.string(operation.key);
  if (operation.kind !== 'get') digest.string(operation.value);
  if (operation.kind === 'cas') digest.string(operation.expected);
}

function digestResult(digest: Digest, result: Result): void {
  if (typeof result === 'string') digest.string(result);
  else digest.number(result === null ? 0 : result ? 1 : 2);
}

function digestState(digest: Digest, untyped: unknown): void {
  const state = untyped as Server | Clerk;
  if (!('raft' in state)) {
    digest.number(state.sequence);
    digest.number(state.target);
    return;
  }
  const { raft, machine } = state;
  digest.number(raft.persistent.currentTerm);
  digest.number(raft.persistent.votedFor ?? -1);
  digest.number(raft.persistent.log.baseIndex);
  digest.number(raft.persistent.log.lastIndex);
  digest.number(raft.commitIndex);
  digest.number(machine.lastExecuted);
  machine.store.values.forEach((value, key) => {
    digest.string(key);
    digest.string(value);
  });
  machine.sessions.byClient.forEach((session, client) => {
    digest.number(client);
    digest.number(session.sequence);
  });
}

function describeMessage(untyped: unknown): string {
  const message = untyped as ServerMessage;
  switch (message.kind) {
    case 'requestVote':
      return `RequestVote term ${message.term}, last ${message.lastLogIndex}/${message.lastLogTerm}`;
    case 'requestVoteReply':
      return `RequestVote reply term ${message.term}, ${message.voteGranted ? 'granted' : 'refused'}`;
    case 'appendEntries':
      return `AppendEntries term ${message.term}, prev ${message.prevLogIndex}/${message.prevLogTerm}, ${message.entries.length} entries, commit ${message.leaderCommit}`;
    case 'appendEntriesReply':
      return message.success
        ? `AppendEntries reply term ${message.term}, matches to ${message.index}`
        : `AppendEntries reply term ${message.term}, refused at ${message.index}, conflict term ${message.conflictTerm} from ${message.conflictIndex}`;
    case 'installSnapshot':
      return `InstallSnapshot term ${message.term}, up to ${message.snapshot.lastIncludedIndex}/${message.snapshot.lastIncludedTerm}, ${message.snapshot.sizeBytes} bytes`;
    case 'installSnapshotReply':
      return `InstallSnapshot reply term ${message.term}, up to ${message.lastIncludedIndex}`;
    case 'clientRequest':
      return `request ${message.sequence}: ${describeOperation(message.operation)}`;
    case 'clientReply':
      return message.outcome.kind === 'done'
        ? `reply ${message.sequence}: ${JSON.stringify(message.outcome.result)}`
        : `reply ${message.sequence}: not the leader${message.outcome.leaderId === null ? '' : `, ask n${message.outcome.leaderId}`}`;
  }
}

export function describeOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'get':
      return `get(${operation.key})`;
    case 'cas':
      return `cas(${operation.key}, ${JSON.stringify(operation.expected)}, ${JSON.stringify(operation.value)})`;
    default:
      return `${operation.kind}(${operation.key}, ${JSON.stringify(operation.value)})`;
  }
}

function describeState(untyped: unknown): Readonly<Record<string, string | number>> {
  const state = untyped as Server | Clerk;
  if (!('raft' in state)) {
    return { sequence: state.sequence, target: `n${state.target}`, pending: state.pending === null ? 'none' : describeOperation(state.pending.operation) };
  }
  const { raft, machine, channel, waiting } = state;
  const { currentTerm, votedFor, log } = raft.persistent;
  const role = raft.role.kind === 'leader'
    ? { nextIndex: raft.role.nextIndex.join(' '), matchIndex: raft.role.matchIndex.join(' ') }
    : {};
  return {
    role: raft.role.kind,
    currentTerm,
    votedFor: votedFor === null ? 'null' : `n${votedFor}`,
    log: `${log.baseIndex}/${log.baseTerm} .. ${log.lastIndex}/${log.lastTerm}`,
    commitIndex: raft.commitIndex,
    lastApplied: raft.lastApplied,
    lastExecuted: machine.lastExecuted,
    channel: channel.length,
    waiting: waiting.length,
    ...role,
  };
}
