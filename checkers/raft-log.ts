/** All checks of Raft alone, as Lab 2 runs it: those of Raft itself, and what each service applied. */
import type { Effect, Event, NodeId } from '../core/protocol.ts';
import type { Applied, LogServer } from '../core/log-server.ts';
import type { RaftMessage } from '../core/raft/messages.ts';
import type { Persistent, Raft } from '../core/raft/state.ts';
import { mustHold, type Observer } from './checker.ts';
import { CommittedLog } from './raft/committed-log.ts';
import { stateIsDurable } from './raft/durability.ts';
import { Elections } from './raft/elections.ts';
import { EntryBook } from './raft/entry-book.ts';
import { indexesAreInOrder, indexesOnlyRise } from './raft/indexes.ts';
import { answersAreTrue, beliefsAreTrue, commitIsOnMajority, leaderOnlyAppends, staleRepliesChangeNothing } from './raft/replication.ts';
import { Situations } from './raft/situations.ts';
import type { Verdict } from './verdict.ts';

type AnyEvent = Event<RaftMessage, unknown>;
type AnyEffect = Effect<unknown, unknown, unknown>;

export class RaftLogObserver implements Observer<LogServer, RaftMessage, Persistent> {
  private readonly durableOf: (node: NodeId) => Persistent;
  private readonly book = new EntryBook();
  private readonly elections: Elections;
  private readonly committed: CommittedLog;
  private readonly situations = new Situations();
  /** The present state of each server; null while it is down. */
  private readonly servers: (LogServer | null)[];

  constructor(servers: number, durableOf: (node: NodeId) => Persistent) {
    this.durableOf = durableOf;
    this.elections = new Elections(servers);
    this.committed = new CommittedLog(this.book, this.elections);
    this.servers = new Array<LogServer | null>(servers).fill(null);
  }

  booted(node: NodeId, server: LogServer, durable: Persistent): void {
    this.servers[node] = server;
    if (server.raft.persistent.snapshot !== null) this.situations.counts.restartsFromSnapshot += 1;
    this.elections.read(node, null, server.raft);
    this.book.readNew(node, null, server.raft.persistent.log);
    stateIsDurable(node, server.raft.persistent, durable);
    this.readApplied(node, null, server);
  }

  stepped(node: NodeId, before: LogServer, after: LogServer, event: AnyEvent, effects: readonly AnyEffect[]): void {
    this.servers[node] = after;
    answersAreTrue(node, before.raft, after.raft, event, effects);
    staleRepliesChangeNothing(node, before.raft, after.raft, event);
    if (before.raft === after.raft) this.elections.readGrants(node, event, effects);
    if (before === after) return;
    this.readRaft(node, before.raft, after.raft, event, effects);
    if (before.applied !== after.applied) this.readApplied(node, before, after);
  }

  private readRaft(node: NodeId, before: Raft, after: Raft, event: AnyEvent, effects: readonly AnyEffect[]): void {
    if (before.persistent !== after.persistent) {
      this.book.readNew(node, before.persistent.log, after.persistent.log);
      stateIsDurable(node, after.persistent, this.durableOf(node));
    }
    this.elections.readGrants(node, event, effects);
    const election = this.elections.read(node, before, after);
    if (election !== null) {
      this.situations.counts.leadersElected += 1;
      this.elections.mustBeGranted(election);
      this.committed.mustBeComplete(election);
    }
    leaderOnlyAppends(node, before, after);
    beliefsAreTrue(node, before, after, this.durableOf);
    indexesOnlyRise(node, before, after);
    indexesAreInOrder(node, after);
    commitIsOnMajority(node, before, after, this.servers.length, this.durableOf);
    if (after.commitIndex > before.commitIndex) this.commit(node, after, after.commitIndex);
    this.readSnapshot(node, before, after, event);
    this.situations.read(before, after, event);
  }

  private commit(node: NodeId, { persistent }: Raft, index: number): void {
    const { log, currentTerm } = persistent;
    this.committed.commit(node, currentTerm, index, log.termAt(index), () => {});
  }

  private readSnapshot(node: NodeId, before: Raft, after: Raft, event: AnyEvent): void {
    const { snapshot, currentTerm } = after.persistent;
    if (snapshot === null || snapshot === before.persistent.snapshot) return;
    const isInstalled = event.kind === 'message' && event.message.kind === 'installSnapshot';
    if (!isInstalled) this.situations.counts.snapshotsTaken += 1;
    const { lastIncludedIndex, lastIncludedTerm, data } = snapshot;
    this.committed.commit(node, currentTerm, lastIncludedIndex, lastIncludedTerm, () => {});
    this.mustBePrefix(`the snapshot of n${node}`, 'Snapshot Equals Prefix', data as Applied, 0, lastIncludedIndex);
  }

  /** What the service applied in this step; `before` is null for a boot. */
  private readApplied(node: NodeId, before: LogServer | null, { applied, raft }: LogServer): void {
    const to = applied.commands.end - 1;
    const from = before === null ? 0 : before.applied.commands.end - 1;
    if (to === 0) return;
    mustHold('Applied Is Committed', to <= raft.commitIndex, () => `n${node} applied entry ${to}, committed up to ${raft.commitIndex}`);
    mustHold('Applied In Order', to > from, () => `n${node} had applied up to ${from} and now has applied up to ${to}`);
    const { log, currentTerm } = raft.persistent;
    if (to >= log.baseIndex) this.committed.commit(node, currentTerm, to, log.termAt(to), () => {});
    this.mustBePrefix(`n${node}`, 'State Machine Safety', applied, from, to);
  }

  /** Entries (from, to] are the committed ones, and there is nothing behind them. */
  private mustBePrefix(who: string, property: string, { commands }: Applied, from: number, to: number): void {
    mustHold(property, commands.start === 1 && commands.end - 1 === to, () => `${who} holds commands ${commands.start} to ${commands.end - 1}, where there must be 1 to ${to}`);
    for (let index = from + 1; index <= to; index++) {
      const expected = this.committed.at(index).command;
      mustHold(property, commands.at(index) === expected, () =>
        `${who} holds command ${String(commands.at(index))} at index ${index}, where ${String(expected)} is committed`);
    }
  }

  crashed(node: NodeId, atBarrier: 'no' | 'writeLost' | 'writeKept'): void {
    const server = this.servers[node];
    this.servers[node] = null;
    if (server?.raft.role.kind !== 'leader') return;
    this.situations.counts.leadersCrashed += 1;
    if (atBarrier !== 'no') this.situations.counts.leadersCrashedAtBarrier += 1;
  }

  invoked(): void {
    // A direct call to a server says nothing by itself: what follows from it is read off the steps.
  }

  returned(): void {
    // Likewise: the tests hold the reply against what becomes of the entry.
  }

  healed(): void {
    // Progress is judged by asking `unsettled` until the bound is over.
  }

  /** One server leads, and what is committed anywhere is applied everywhere. */
  unsettled(): string | null {
    const leaders = this.servers.filter((server) => server?.raft.role.kind === 'leader').length;
    if (leaders !== 1) return `${leaders} servers lead`;
    const target = this.committed.lastIndex;
    for (const [node, server] of this.servers.entries()) {
      if (server === null) return `n${node} is down`;
      const last = server.applied.commands.end - 1;
      if (last !== target) return `n${node} has applied up to ${last} of ${target}`;
    }
    return null;
  }

  finish(): Verdict {
    return { kind: 'ok' };
  }

  counts(): Readonly<Record<string, number>> {
    return { ...this.situations.counts, entriesCommitted: this.committed.lastIndex };
  }
}
