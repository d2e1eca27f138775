/** Our Raft as the specification sees it: the abstraction by which every step is held against checkers/spec/. */
import type { Abstraction } from '../../checkers/spec/abstraction.ts';
import type { SpecOptions } from '../../checkers/spec/beyond.ts';
import type { SpecLog } from '../../checkers/spec/log.ts';
import type { AnySpecMessage } from '../../checkers/spec/option-message.ts';
import type { Rounds, SpecServer, WaitingRead } from '../../checkers/spec/server.ts';
import type { SpecEvent } from '../../checkers/spec/event.ts';
import type { JudgeOptions } from '../../checkers/spec/step.ts';
import { sameCommand } from '../../checkers/raft/same-command.ts';
import type { EarlyRequest } from '../../core/client-order.ts';
import type { Command, Operation } from '../../core/kv/command.ts';
import type { ClientRequest } from '../../core/kv/messages.ts';
import type { Start } from '../../core/log-server.ts';
import type { Event, NodeId } from '../../core/protocol.ts';
import type { Log, LogIndex } from '../../core/raft/log.ts';
import type { PendingRead, Rounds as CoreRounds } from '../../core/raft/office.ts';
import type { Raft, RaftOptions } from '../../core/raft/state.ts';
import type { ServerMessage } from '../../core/server.ts';
import type { Plan } from '../../harness/plan/plan.ts';

/** Both kinds of server: with the store, and alone. */
interface Holder {
  readonly raft: Raft;
  readonly early?: readonly EarlyRequest[] | undefined;
}

interface Given {
  readonly servers: number;
  readonly network: Pick<Plan['network'], 'checksums'>;
}

/**
 * Whether the specification has all that servers with these options do. A window only sends sooner what Figure 2 lets a
 * leader send at any time.
 */
export const isSpecified = (options: RaftOptions): boolean =>
  Object.keys(options).every((name) => specified.has(name));

const specified: ReadonlySet<string> = new Set<keyof RaftOptions>([
  'window', 'pipelined', 'preVote', 'checkQuorum', 'contactUs', 'reads', 'lease', 'transfer', 'snapshotChunkBytes',
]);

export function raftSpecification(
  { servers, network }: Given, options: RaftOptions = {},
): Abstraction<Holder, ServerMessage> {
  const known: (Known | undefined)[] = [];
  const held = new HeldRequests();
  return {
    options: {
      servers, equalCommands: sameCommand, isNoOp: (command) => command == null, isPrompt: true,
      ...specOptionsOf(options),
    },
    initialTerm,
    mayForge: network.checksums === false,
    notSpecified: [],
    server({ raft, early }) {
      if (early !== undefined) held.remember(early);
      const { id } = raft.config;
      const last = known[id];
      if (last !== undefined && isSame(last.raft, raft)) return last.server;
      const server = serverOf(raft, last);
      known[id] = { raft, server };
      return server;
    },
    message: messageOf,
    event: (event) =>
      event.kind === 'timer' && event.timer === 'turn' ? { kind: 'timer', commands: held.all() } : eventOf(event),
  };
}

/** The term of a server that never heard of another one. */
const initialTerm = 0;

const specOptionsOf = (
  { pipelined, preVote, checkQuorum, reads, transfer, snapshotChunkBytes }: RaftOptions,
): SpecOptions & Pick<JudgeOptions, 'persistence'> => ({
  ...(pipelined === true ? { persistence: 'pipelined' } : {}),
  ...(preVote === undefined ? {} : { preVote }),
  ...(checkQuorum === undefined ? {} : { checkQuorum }),
  ...(reads === undefined ? {} : { rounds: true }),
  // Without CheckQuorum nobody promises anything, and there are no leases.
  ...(reads?.includes('lease') === true && checkQuorum === true ? { lease: { initialTerm } } : {}),
  ...(transfer === undefined ? {} : { transfer }),
  ...(snapshotChunkBytes === undefined ? {} : { chunks: true }),
});

/** Of a client nobody holds a request that is so many behind its last one. */
const longestHeld = 256;

/**
 * Requests that leaders held for their turn: one is put into the log when an earlier one of its client is there
 * (core/client-order.ts), which a timer tells.
 */
class HeldRequests {
  private readonly byClient = new Map<NodeId, readonly Command[]>();
  private readonly known = new WeakSet<EarlyRequest>();

  remember(early: readonly EarlyRequest[]): void {
    for (const one of early) {
      if (this.known.has(one)) continue;
      this.known.add(one);
      const { client, request } = one;
      const command = commandOf(client, request);
      const before = this.byClient.get(client) ?? [];
      this.byClient.set(client, [
        ...before.filter(({ sequence }) => sequence + longestHeld > command.sequence), command,
      ]);
    }
  }

  all(): readonly Command[] {
    return [...this.byClient.values()].flat();
  }
}

const commandOf = (client: NodeId, { sequence, operation, unanswered }: ClientRequest): Command => ({
  client, sequence, operation: operation as Operation, ...(unanswered === undefined ? {} : { unanswered }),
});

interface Known {
  readonly raft: Raft;
  readonly server: SpecServer;
}

/** What is applied is not the specification's. */
const isSame = (one: Raft, other: Raft): boolean =>
  one === other ||
  (one.persistent === other.persistent && one.commitIndex === other.commitIndex && one.role === other.role);

const none: readonly never[] = [];

function serverOf({ config, persistent, commitIndex, role }: Raft, last: Known | undefined): SpecServer {
  const { id, preVote, checkQuorum, transfer } = config;
  const { currentTerm, votedFor, log } = persistent;
  const isLeader = role.kind === 'leader';
  return {
    id,
    // Of an option: it asks, and does not stand.
    role: role.kind === 'preCandidate' ? 'follower' : role.kind,
    currentTerm,
    votedFor,
    log: last?.raft.persistent.log === log ? last.server.log : new LogView(log),
    commitIndex,
    votesGranted: role.kind === 'candidate' ? role.votes : none,
    nextIndex: isLeader ? role.nextIndex : none,
    matchIndex: isLeader ? role.matchIndex : none,
    ...(preVote === true ? { preVotes: role.kind === 'preCandidate' ? role.votes : null } : {}),
    ...(preVote === true || checkQuorum === true
      ? { hearsLeader: role.kind === 'follower' && role.hasContact === true }
      : {}),
    ...(isLeader && role.office?.rounds !== undefined ? { rounds: roundsOf(role.office.rounds) } : {}),
    ...(isLeader && transfer === true ? { transferTo: role.office?.transfer?.to ?? null } : {}),
  };
}

const readOf = ({ client, sequence }: Pick<PendingRead, 'client' | 'sequence'>): string => `${client}.${sequence}`;

const waitingRead = ({ by, client, sequence, index, round }: PendingRead): WaitingRead => ({
  read: readOf({ client, sequence }), by, index, round,
});

const roundsOf = ({ begun, answered, reads, leased }: CoreRounds): Rounds => ({
  begun, answered, reads: reads.map(waitingRead), leased: (leased ?? none).map(waitingRead),
});

class LogView implements SpecLog {
  readonly baseIndex: LogIndex;
  readonly baseTerm: number;
  readonly lastIndex: LogIndex;
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
    this.baseIndex = log.baseIndex;
    this.baseTerm = log.baseTerm;
    this.lastIndex = log.lastIndex;
  }

  termAt(index: LogIndex): number {
    return this.log.termAt(index);
  }

  commandAt(index: LogIndex): unknown {
    return this.log.at(index).command;
  }

  sharesWith(other: SpecLog, from: LogIndex, to: LogIndex): boolean {
    return other instanceof LogView && from > other.baseIndex && this.log.lastSharedIndex(other.log) >= to;
  }
}

function messageOf(source: NodeId, dest: NodeId, message: ServerMessage): AnySpecMessage | null {
  switch (message.kind) {
    case 'requestVote': {
      const { term, lastLogIndex, lastLogTerm } = message;
      return { kind: 'RequestVoteRequest', term, source, dest, lastLogIndex, lastLogTerm };
    }
    case 'requestVoteReply':
      return { kind: 'RequestVoteResponse', term: message.term, source, dest, voteGranted: message.voteGranted };
    case 'appendEntries': {
      const { term, prevLogIndex, prevLogTerm, entries, leaderCommit } = message;
      return { kind: 'AppendEntriesRequest', term, source, dest, prevLogIndex, prevLogTerm, entries, leaderCommit };
    }
    case 'appendEntriesReply': {
      const { term, success, index } = message;
      return { kind: 'AppendEntriesResponse', term, source, dest, success, matchIndex: success ? index : 0 };
    }
    case 'installSnapshot': {
      const { term, snapshot: { lastIncludedIndex, lastIncludedTerm } } = message;
      return { kind: 'InstallSnapshotRequest', term, source, dest, lastIncludedIndex, lastIncludedTerm };
    }
    case 'installSnapshotReply':
      return {
        kind: 'InstallSnapshotResponse', term: message.term, source, dest, matchIndex: message.lastIncludedIndex,
      };
    case 'requestTransferVote': {
      const { term, lastLogIndex, lastLogTerm } = message;
      return { kind: 'RequestVoteRequest', term, source, dest, lastLogIndex, lastLogTerm, isWished: true };
    }
    case 'installChunk': {
      const { term, lastIncludedIndex, lastIncludedTerm, done } = message;
      return { kind: 'InstallChunkRequest', term, source, dest, lastIncludedIndex, lastIncludedTerm, isDone: done };
    }
    case 'installChunkReply':
      return { kind: 'InstallChunkResponse', term: message.term, source, dest };
    case 'timeoutNow':
      return { kind: 'TimeoutNow', term: message.term, source, dest };
    case 'heartbeat':
      return { kind: 'HeartbeatRequest', term: message.term, source, dest, round: message.round };
    case 'heartbeatReply':
      return { kind: 'HeartbeatResponse', term: message.term, source, dest, round: message.round };
    case 'readIndex':
      return { kind: 'ReadIndexRequest', term: message.term, source, dest, read: readOf(message) };
    case 'readIndexReply': {
      const { term, index } = message;
      return { kind: 'ReadIndexResponse', term, source, dest, read: readOf(message), index };
    }
    case 'requestPreVote': {
      const { term, lastLogIndex, lastLogTerm } = message;
      return { kind: 'PreVoteRequest', term, source, dest, lastLogIndex, lastLogTerm };
    }
    case 'requestPreVoteReply':
      return { kind: 'PreVoteResponse', term: message.term, source, dest, voteGranted: message.voteGranted };
    case 'clientRequest':
    case 'clientReply':
    case 'sessionReply':
    // Nobody in the cluster says it: an event.
    case 'transferLeadership':
      return null;
  }
}

const other: SpecEvent = { kind: 'other' };
const timer: SpecEvent = { kind: 'timer' };

function eventOf(event: Event<ServerMessage, unknown>): SpecEvent {
  switch (event.kind) {
    case 'message': {
      const { from, message } = event;
      if (message.kind === 'transferLeadership') return { kind: 'transfer', to: message.to };
      if (message.kind !== 'clientRequest') return other;
      return { kind: 'request', commands: [commandOf(from, message)] };
    }
    case 'timer':
      return event.timer === 'apply' ? other : timer;
    case 'request':
      return { kind: 'request', commands: [(event.request as Start).command] };
    case 'unreachable':
      return other;
  }
}
