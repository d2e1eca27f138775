/** All checks of the replicated key/value server, held against every step of a run. */
import type { Effect, Event, NodeId } from '../core/protocol.ts';
import type { Clerk } from '../core/kv/clerk.ts';
import type { Command, Expired, InSession, Result } from '../core/kv/command.ts';
import type { ClientRequest } from '../core/kv/messages.ts';
import type { ServerMessage, Server } from '../core/server.ts';
import type { Change } from '../core/raft/members.ts';
import type { Persistent, Raft } from '../core/raft/state.ts';
import type { KeptStep, Observer } from './checker.ts';
import { RaftKvChronicle } from './chronicle/raft-kv.ts';
import type { Asked } from '../core/kv/version-clerk.ts';
import { ClientHistory } from './client-history.ts';
import { isExpired } from './linearizability.ts';
import { acknowledgedWritesSurvive, equalReplicas, snapshotEqualsPrefix } from './prefix.ts';
import { missingForConvergence } from './progress.ts';
import type { LeavesOut } from './properties.ts';
import { hold } from './property.ts';
import type { BookedEntry } from './raft/entry-book.ts';
import { RaftJudge } from './raft/judge.ts';
import { acknowledgedChangeIsCommitted, sameConfiguration, snapshotTellsWhoTakesPart } from './raft/membership.ts';
import { isAlone } from './raft/quorum.ts';
import { newDiskBeginsAtRemoval, type CommittedConfiguration } from './raft/new-disk.ts';
import { QuietWindow } from './raft/quiet.ts';
import { noReadIsDropped } from './reads.ts';
import { boundedRaftState } from './raft-state-size.ts';
import { respondsAfterApplied } from './responses.ts';
import { chunksLeaveNoGap, oneChunkAtATime, type ChunkStep } from './snapshot-chunks.ts';
import { readIsFresh, ReplicatedStore } from './replicated-store.ts';
import type { Verdict } from './verdict.ts';
import { tookEffect } from './versioned-answers.ts';
import { isVersionedResult } from './versioned-history.ts';

export interface RaftKvChecks {
  readonly servers: number;
  readonly maxRaftState: number;
  readonly noopOnElection: boolean;
  readonly linearizabilityBudgetSteps: number;
  /** A get may be answered that no log holds: it is held to Read Is Fresh, and to Linearizability. */
  readonly readsAroundLog?: boolean;
  /** Who takes part at first, where servers come and go. */
  readonly members?: readonly NodeId[];
  /** Where clients crash and come back under another name: of each such name, whom its client was at first. */
  readonly firstNames?: ReadonlyMap<NodeId, NodeId>;
}

type AnyEvent = Event<ServerMessage, unknown>;
type AnyEffect = Effect<unknown, unknown, unknown>;

export class RaftKvObserver implements Observer<Server | Clerk, ServerMessage, Persistent> {
  static readonly leavesOut = {
    'Step Of The Specification': 'the watch beside the observer judges it (checkers/spec/watch.ts)',
    'Applied In Order':
      'what the service holds is compared with the committed entries themselves, up to the index that it names (Equal Replicas)',
  } satisfies LeavesOut;

  private readonly checks: RaftKvChecks;
  private readonly judge: RaftJudge;
  private readonly store: ReplicatedStore;
  private readonly history = new ClientHistory();
  private readonly chronicle: RaftKvChronicle;
  readonly quiet = new QuietWindow();
  /** The present state of each server; null while it is down. */
  private readonly servers: (Server | null)[];
  private lost: ReadonlySet<NodeId> = new Set();
  /** Of each client, how many operations it has begun: the sequence number of its last one. */
  private readonly sequences = new Map<NodeId, number>();
  /** Who began each operation, and under which sequence number: a client may have several open. */
  private readonly clients = new Map<number, { readonly client: NodeId; readonly sequence: number }>();
  /** Of each client, what it reads at present, and how many entries were committed when it asked. */
  private readonly readings = new Map<
    NodeId,
    { readonly key: string; readonly sequence: number; readonly atLeast: number }
  >();
  /** Where servers come and go: every configuration that is committed, in order, the first one of no entry. */
  private readonly configurations: CommittedConfiguration[];
  /** Operators: what each asks for, and how many configurations there were when it asked. */
  private readonly changes = new Map<number, { readonly change: Change; readonly since: number }>();
  /** Snapshots that were found equal to the state that their prefix gives. */
  private readonly soundSnapshots = new WeakSet<object>();

  constructor(checks: RaftKvChecks, durableOf: (node: NodeId) => Persistent) {
    this.checks = checks;
    this.configurations =
      checks.members === undefined
        ? []
        : [{ index: 0, configuration: { voters: checks.members, learners: [] }, term: 0 }];
    this.store = new ReplicatedStore(checks.servers);
    this.chronicle = new RaftKvChronicle(checks.servers, checks.members, checks.firstNames);
    this.judge = new RaftJudge(checks.servers, durableOf, RaftKvObserver.leavesOut);
    this.servers = new Array<Server | null>(checks.servers).fill(null);
  }

  booted(node: NodeId, state: Server | Clerk, durable: Persistent): void {
    if (node >= this.checks.servers) return;
    const server = state as Server;
    this.servers[node] = server;
    this.chronicle.boots(node, server.raft);
    const step = this.judge.booted(node, server.raft, durable);
    this.readApplied(node, null, server);
    this.judge.restored(step);
  }

  stepped(
    node: NodeId, before: Server | Clerk, after: Server | Clerk, event: AnyEvent, effects: readonly AnyEffect[],
  ): void {
    if (node >= this.checks.servers) return this.history.stepped(after as Clerk, event);
    const old = before as Server;
    const server = after as Server;
    this.servers[node] = server;
    this.quiet.read(node, effects, this.isUp);
    if (server.transfers !== undefined) this.readTransfers({ node, before: old, after: server, event, effects });
    if (old.raft.persistent !== server.raft.persistent) this.readUnseen(node, old, server, event);
    const election = this.judge.stepped(node, old.raft, server.raft, event, effects, old.changing?.[0]?.change);
    if (old.raft !== server.raft) this.readCommitted(node, old.raft, server.raft);
    this.chronicle.steps(node, old, server, event, effects, election !== null);
    if (old.machine !== server.machine) {
      this.readApplied(node, old, server);
      hold(respondsAfterApplied, { node, before: old, after: server, effects });
    }
    if (server.reading !== undefined) {
      hold(noReadIsDropped, { node, before: old, after: server, effects });
      this.readAnswers(server, effects);
    }
    if (old === server) return;
    hold(boundedRaftState, { node, server, maxRaftState: this.checks.maxRaftState });
  }

  /** First of all: what is installed is wrong where its chunks did not fit. */
  private readTransfers(step: ChunkStep): void {
    hold(chunksLeaveNoGap, step);
    hold(oneChunkAtATime, step);
  }

  private mayBeInNoLog(client: NodeId): boolean {
    return this.checks.readsAroundLog === true && this.readings.has(client);
  }

  /** What clients are told that read around the log. */
  private readAnswers({ machine }: Server, effects: readonly AnyEffect[]): void {
    for (const effect of effects) {
      const reading = effect.kind === 'send' ? this.readings.get(effect.to) : undefined;
      if (effect.kind !== 'send' || reading === undefined) continue;
      const message = effect.message as ServerMessage;
      if (message.kind !== 'clientReply' || message.sequence !== reading.sequence || message.outcome.kind !== 'done')
        continue;
      const { result } = message.outcome;
      hold(readIsFresh, {
        model: this.store, answer: { client: effect.to, ...reading, result, index: machine.lastExecuted },
      });
    }
  }

  private readonly isUp = (node: NodeId): boolean => this.servers[node] != null;

  private readCommitted(node: NodeId, before: Raft, after: Raft): void {
    if (after.commitIndex > before.commitIndex) this.commit(node, after, after.commitIndex, before);
    this.readSnapshot(node, before, after);
  }

  private commit(node: NodeId, after: Raft, index: number, before: Raft, term?: number): void {
    this.judge.commit(node, after, index, (at, entry) => this.onCommitted(at, entry, after, before), term);
  }

  /**
   * Alone in its cluster, a server may append, commit, apply and compact an entry within one step,
   * so that no log ever shows it: then the request itself tells what it was.
   */
  private readUnseen(node: NodeId, was: Server, after: Server, event: AnyEvent): void {
    const before = was.raft;
    const { log, currentTerm } = after.raft.persistent;
    const index = before.persistent.log.lastIndex + 1;
    // Last, because who is alone may be a question to the whole log.
    if (index > log.baseIndex || index > log.lastIndex || !(isAlone(before) || isAlone(after.raft))) return;
    const message = event.kind === 'message' ? event.message : null;
    const command =
      event.kind === 'message' && message?.kind === 'clientRequest'
        ? askedFor(after, event.from, message)
        : takenInTurn(was, after, event);
    const configuration = log.configurationAt(index);
    const isSame = sameConfiguration(configuration, before.persistent.log.configuration);
    this.judge.book.enter(
      node, index, { term: currentTerm, command, ...(isSame ? {} : { configuration: configuration! }) },
      before.persistent.log.lastTerm,
    );
  }

  private onCommitted(index: number, entry: BookedEntry, after: Raft, before: Raft): void {
    const {
      repetitions, sessionCounts: { begun, ended, refused },
    } = this.store;
    this.store.execute(index, entry.command as Command | null);
    const now = this.store.sessionCounts;
    if (now.begun + now.ended + now.refused > begun + ended + refused)
      this.chronicle.countSessions({
        begun: now.begun - begun, ended: now.ended - ended, refused: now.refused - refused,
      });
    const { configuration } = entry;
    if (configuration !== undefined) {
      this.configurations.push({ index, configuration, term: after.persistent.currentTerm });
      this.chronicle.changes(configuration);
    }
    this.readPut(entry.command as Command | null);
    this.chronicle.commits(entry, before, after, this.store.repetitions > repetitions);
  }

  private readPut(command: Command | null): void {
    if (command?.operation.kind === 'putVersion')
      this.chronicle.countPut({ gave: this.store.gaveOf(command.client, command.sequence) });
  }

  private readSnapshot(node: NodeId, before: Raft, after: Raft): void {
    const { snapshot } = after.persistent;
    if (snapshot === null || snapshot === before.persistent.snapshot || this.soundSnapshots.has(snapshot)) return;
    const { lastIncludedIndex, lastIncludedTerm, data } = snapshot;
    this.commit(node, after, lastIncludedIndex, before, lastIncludedTerm);
    const committed = this.configurations.findLast(
      (one) => one.index > 0 && one.index <= lastIncludedIndex,
    )?.configuration;
    hold(snapshotTellsWhoTakesPart, { node, index: lastIncludedIndex, held: snapshot.configuration, committed });
    hold(snapshotEqualsPrefix, {
      model: this.store, who: `the snapshot of n${node}`, from: 0, to: lastIncludedIndex, held: data,
    });
    this.soundSnapshots.add(snapshot);
  }

  /** What the service executed in this step; `before` is null for a boot. */
  private readApplied(node: NodeId, before: Server | null, after: Server): void {
    const { machine, raft } = after;
    const from = before?.machine.lastExecuted ?? 0;
    const to = machine.lastExecuted;
    if (to === from) return;
    const { log } = raft.persistent;
    if (to >= log.baseIndex && to <= log.lastIndex) this.commit(node, raft, to, raft);
    const isPlain =
      before !== null &&
      before.channel.length === 0 &&
      before.raft.persistent.snapshot === raft.persistent.snapshot &&
      to - from <= 8;
    hold(equalReplicas, { model: this.store, who: `n${node}`, from: isPlain ? from : 0, to, held: machine });
  }

  crashed(
    node: NodeId, atBarrier: 'no' | 'writeLost' | 'writeKept', kept: KeptStep<Server | Clerk, ServerMessage> | null,
  ): void {
    const server = this.servers[node];
    if (server === undefined) return;
    this.servers[node] = null;
    if (
      server !== null &&
      kept !== null &&
      kept.event !== null &&
      (isAlone(server.raft) || isAlone((kept.after as Server).raft))
    ) {
      this.readUnseen(node, server, kept.after as Server, kept.event);
    }
    this.chronicle.crashes(node, server, atBarrier);
  }

  diskReplaced(node: NodeId, durable: Persistent): void {
    hold(newDiskBeginsAtRemoval, { node, durable, committed: this.configurations });
    this.judge.diskReplaced(node, durable);
    this.chronicle.replacesDisk(node);
  }

  refused(): void {
    this.chronicle.refuses();
  }

  invoked(operation: number, client: NodeId, request: Asked | Change): void {
    const sequence = (this.sequences.get(client) ?? 0) + 1;
    this.sequences.set(client, sequence);
    if (!('key' in request)) {
      this.changes.set(operation, { change: request, since: this.configurations.length - 1 });
      return;
    }
    if (request.kind !== 'get' && request.kind !== 'getVersion') this.readings.delete(client);
    else this.readings.set(client, { key: request.key, sequence, atLeast: this.store.committedUpTo });
    this.clients.set(operation, { client, sequence });
    this.chronicle.begins(operation, client);
    this.history.invoked(operation, client, request);
  }

  returned(operation: number, client: NodeId, reply: Result | Expired): void {
    const asked = this.changes.get(operation);
    if (asked !== undefined) {
      const { change, since } = asked;
      const who = `c${client - this.checks.servers}`;
      this.chronicle.answersChange(reply === true);
      if (reply === true)
        hold(acknowledgedChangeIsCommitted, {
          who, change, since: this.configurations.slice(since).map(({ configuration }) => configuration),
        });
      return;
    }
    if (isExpired(reply)) return this.toldEnded(operation, client);
    const { sequence } = this.clients.get(operation)!;
    if (!this.mayBeInNoLog(client)) this.store.acknowledged(client, sequence, reply);
    if (isVersionedResult(reply) && reply.told === 'ErrMaybe')
      this.chronicle.countMaybe({ hasTakenEffect: tookEffect(this.store.gaveOf(client, sequence)) });
    this.chronicle.ends(operation);
    this.history.returned(operation, reply);
  }

  /** Whether the operation took effect is open: only its session is over. */
  private toldEnded(operation: number, client: NodeId): void {
    this.store.toldEnded(client, this.clients.get(operation)!.sequence);
    this.chronicle.ends(operation);
    this.history.gaveUp(client);
  }

  /** Progress is judged by asking `unsettled` until the bound is over. */
  healed(lost: readonly NodeId[]): void {
    this.lost = new Set(lost);
  }

  gaveUp(operation: number): void {
    const begun = this.clients.get(operation);
    if (begun === undefined) return;
    this.history.gaveUp(begun.client);
    this.chronicle.givesUp(begun.client, begun.sequence);
  }

  unsettled(): string | null {
    return missingForConvergence(this.servers, this.checks.noopOnElection, this.lost);
  }

  /** Every acknowledged write is in the store that all replicas now hold. */
  finish(): Verdict {
    this.mustHoldWrites();
    return this.history.judge(this.checks.linearizabilityBudgetSteps);
  }

  /** The state at the cut is what all replicas hold: a client that asked for it now would be told just that. */
  cut(): Verdict {
    this.mustHoldWrites();
    const values = [...this.store.at(this.store.committedUpTo).values];
    const verdict = this.history.cut(
      this.checks.linearizabilityBudgetSteps,
      values.map(([key, value]) => [{ kind: 'get', key }, value]),
      values.map(([key, value]) => [{ kind: 'put', key, value }, null]),
    );
    this.clients.clear();
    const index = this.judge.compactedUpTo();
    this.judge.forgetBelow(index);
    this.store.forgetBelow(index);
    return verdict;
  }

  private mustHoldWrites(): void {
    for (const [node, server] of this.servers.entries()) {
      if (server === null) continue;
      const { machine } = server;
      hold(acknowledgedWritesSurvive, {
        model: this.store, who: `n${node}`, from: 0, to: machine.lastExecuted, held: machine,
      });
    }
  }

  counts(): Readonly<Record<string, number>> {
    return this.chronicle.counts();
  }
}

/** What a leader puts into its log for a request; null for what is no command. */
function askedFor(leader: Server, client: NodeId, request: ClientRequest): Command | null {
  const { sequence, operation, session, unanswered } = request;
  if (!('key' in operation)) return null;
  const inSession = saidOfSession(leader, session);
  return {
    client,
    sequence,
    operation,
    ...(inSession === undefined ? {} : { inSession }),
    ...(unanswered === undefined ? {} : { unanswered }),
  };
}

/** Of those that were held for their turn the one that is held no more. */
function takenInTurn(before: Server, after: Server, event: AnyEvent): Command | null {
  if (event.kind !== 'timer' || event.timer !== 'turn') return null;
  const taken = before.early?.find((one) => after.early?.includes(one) !== true);
  return taken === undefined ? null : askedFor(after, taken.client, taken.request);
}

/** What a leader's entry says of the session that a request is in. */
function saidOfSession({ clock, config }: Server, session: number | undefined): InSession | undefined {
  if (session === undefined) return undefined;
  const timeUs = clock?.timeUs ?? 0;
  return { session, timeUs, activeSinceUs: Math.max(0, timeUs - (config.sessionExpiryUs ?? 0)) };
}
