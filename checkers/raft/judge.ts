/**
 * All properties of Raft, held against every step of a run: what steps show by themselves, and what is
 * remembered of the past. Each costs O(what changed).
 */
import type { Effect, Event, NodeId } from '../../core/protocol.ts';
import type { LogIndex, Term } from '../../core/raft/log.ts';
import type { Change } from '../../core/raft/members.ts';
import type { Persistent, Raft } from '../../core/raft/state.ts';
import type { LeavesOut } from '../properties.ts';
import { CommittedLog } from './committed-log.ts';
import { Elections, type Election } from './elections.ts';
import { EntryBook, type BookedEntry } from './entry-book.ts';
import { votingSets } from './quorum.ts';
import type { ClusterStep } from './raft-step.ts';
import { StepChecks } from './step-checks.ts';

type AnyEvent = Event<unknown, unknown>;
type AnyEffects = readonly Effect<unknown, unknown, unknown>[];
/** An entry is committed that nobody knew committed before. */
type OnNew = (index: LogIndex, entry: BookedEntry) => void;

export class RaftJudge {
  readonly book = new EntryBook();
  readonly committed: CommittedLog;
  private readonly servers: number;
  private readonly durableOf: (node: NodeId) => Persistent;
  private readonly elections: Elections;
  private readonly checks: StepChecks<ClusterStep>;

  constructor(servers: number, durableOf: (node: NodeId) => Persistent, leavesOut: LeavesOut) {
    this.servers = servers;
    this.durableOf = durableOf;
    this.elections = new Elections(servers);
    this.committed = new CommittedLog(this.book, this.elections);
    this.checks = StepChecks.ofBoth(leavesOut);
  }

  /**
   * What was read from the disk. The indexes come last (`restored`): when a service was restored wrongly, that
   * is the cause of what they say.
   */
  booted(node: NodeId, after: Raft, durable: Persistent): ClusterStep {
    const { servers, durableOf, elections, checks } = this;
    const step: ClusterStep = {
      node, before: null, after, durable, event: null, effects: [], servers, durableOf,
      lastCommitted: this.committed.lastIndex,
    };
    elections.read(node, null, after);
    this.book.readNew(node, null, after.persistent.log);
    checks.written(step);
    return step;
  }

  diskReplaced(node: NodeId, durable: Persistent): void {
    this.elections.replaced(node, durable);
  }

  restored(step: ClusterStep): void {
    this.checks.moved(step);
  }

  /** The election that the step decided, if it did. What it committed is for `commit`. */
  stepped(
    node: NodeId, before: Raft, after: Raft, event: AnyEvent, effects: AnyEffects, asked?: Change,
  ): Election | null {
    const { servers, durableOf, elections, checks } = this;
    const step: ClusterStep = {
      node, before, after, durable: durableOf(node), event, effects, servers, durableOf,
      lastCommitted: this.committed.lastIndex, asked,
    };
    checks.spoken(step);
    if (before !== after) {
      this.book.readNew(node, before.persistent.log, after.persistent.log);
      checks.written(step);
    }
    // A vote that changes nothing of the voter is a vote all the same.
    elections.readGrants(node, event, effects);
    if (before === after) return null;
    const election = elections.read(node, before, after);
    if (election !== null) {
      for (const voters of votingSets(after, servers)) elections.mustBeGranted(election, voters);
      this.committed.mustBeComplete(election);
    }
    checks.moved(step);
    return election;
  }

  /** Forgets what no server can come back to, by what is on the disks: of the entries, and of the terms. */
  forgetBelow(index: LogIndex): void {
    const terms = Array.from({ length: this.servers }, (_, node) => this.durableOf(node).currentTerm);
    this.book.forgetBelow(index);
    this.committed.forgetBelow(index);
    this.elections.forgetBelow(Math.min(...terms));
  }

  /** Up to where every server has compacted its log, on its disk. */
  compactedUpTo(): LogIndex {
    return Math.min(...Array.from({ length: this.servers }, (_, node) => this.durableOf(node).log.baseIndex));
  }

  /** The node holds that all up to `index` is committed, in its log or in its snapshot. */
  commit(
    node: NodeId, { persistent: { currentTerm, log } }: Raft, index: LogIndex, onNew: OnNew,
    term: Term = log.termAt(index),
  ): void {
    this.committed.commit(node, currentTerm, index, term, onNew);
  }
}
