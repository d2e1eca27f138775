/**
 * Situations: interesting states by name, counted so that a campaign can show that it reached them.
 * They judge nothing; a check that only ever met calm seas proves little.
 */
import type { Event, NodeId } from '../../core/protocol.ts';
import type { RaftMessage } from '../../core/raft/messages.ts';
import type { Raft } from '../../core/raft/state.ts';

export const situations = [
  'leadersElected',
  'leadersDeposed',
  'candidatesWithoutMajority',
  'entriesOfEarlierTermsCommitted',
  'conflictingEntriesTruncated',
  'snapshotsTaken',
  'snapshotsInstalled',
  'installsKeptSuffix',
  'installsDiscardedConflict',
  'staleInstallsIgnored',
  'restartsFromSnapshot',
  'repeatedCommandsSuppressed',
  'waitingClientsDismissed',
  'leadersCrashed',
  'leadersCrashedAtBarrier',
  'operationsSpanningInstall',
  'operationsSpanningLeaderChange',
] as const;
export type Situation = (typeof situations)[number];

export class Situations {
  readonly counts: Record<Situation, number>;

  constructor() {
    this.counts = Object.fromEntries(situations.map((name) => [name, 0])) as Record<Situation, number>;
  }

  /** What one step of Raft shows. */
  read(before: Raft, after: Raft, event: Event<unknown, unknown>): void {
    const { counts } = this;
    if (before.role.kind === 'leader' && after.role.kind !== 'leader') counts.leadersDeposed += 1;
    if (before.role.kind === 'candidate' && after.role.kind === 'candidate' && after.persistent.currentTerm > before.persistent.currentTerm) {
      counts.candidatesWithoutMajority += 1;
    }
    if (event.kind === 'message') this.readMessage(before, after, event.message as RaftMessage);
  }

  private readMessage(before: Raft, after: Raft, message: RaftMessage): void {
    const { counts } = this;
    const old = before.persistent.log;
    const { log } = after.persistent;
    if (message.kind === 'appendEntries' && old !== log) {
      const last = Math.min(old.lastIndex, log.lastIndex);
      if (last > log.baseIndex && last > old.baseIndex && log.termAt(last) !== old.termAt(last)) counts.conflictingEntriesTruncated += 1;
    }
    if (message.kind !== 'installSnapshot') return;
    const { lastIncludedIndex, lastIncludedTerm } = message.snapshot;
    if (after.persistent.snapshot === before.persistent.snapshot) {
      counts.staleInstallsIgnored += 1;
      return;
    }
    counts.snapshotsInstalled += 1;
    if (old.lastIndex < lastIncludedIndex) return;
    if (old.termAt(lastIncludedIndex) === lastIncludedTerm) counts.installsKeptSuffix += 1;
    else counts.installsDiscardedConflict += 1;
  }
}

/** Which operations were under way while something happened somewhere. */
export class Spans {
  private readonly begun = new Map<number, number>();
  private happened = 0;

  happens(): void {
    this.happened += 1;
  }

  begin(operation: number): void {
    this.begun.set(operation, this.happened);
  }

  /** Whether it happened at least once while the operation was open. */
  end(operation: number): boolean {
    return this.begun.get(operation)! < this.happened;
  }
}

/** Clients that were told to ask somebody else because their leader was deposed. */
export const dismissedBy = (before: { readonly waiting: readonly unknown[] }, after: { readonly waiting: readonly unknown[] }, stillLeads: boolean): number =>
  stillLeads ? 0 : before.waiting.length - after.waiting.length;

export type { NodeId };
