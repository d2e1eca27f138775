/**
 * Situations: interesting states by name, counted so that a campaign can show that it reached them.
 * They judge nothing; a check that only ever met calm seas proves little.
 */
import type { Effect, Event, NodeId } from '../../core/protocol.ts';
import type { RaftMessage } from '../../core/raft/messages.ts';
import type { Persistent, Raft } from '../../core/raft/state.ts';

export const situations = [
  // Elections.
  'leadersElected',
  'leadersDeposed',
  'leadersReelected',
  'leadersElectedWithUncommittedTail',
  'twoLeadersAtOnce',
  'candidatesWithoutMajority',
  'candidatesSteppedDown',
  'votesRefusedForStaleLog',
  'votesRefusedForOtherVote',
  'termsAdoptedFromReplies',
  // Replication.
  'entriesOfEarlierTermsCommitted',
  'severalEntriesCommittedAtOnce',
  'conflictingEntriesTruncated',
  'refusalsForGap',
  'refusalsForConflict',
  'staleRequestsRefused',
  'repeatedEntriesIgnored',
  'entriesReachingBehindSnapshot',
  'staleRepliesIgnored',
  'repliesToFormerLeader',
  // Snapshots.
  'snapshotsTaken',
  'snapshotsTakenByFollowers',
  'logsEmptiedBySnapshot',
  'snapshotsSent',
  'snapshotsInstalled',
  'installsKeptSuffix',
  'installsDiscardedConflict',
  'installsAtCandidate',
  'installsWhileApplying',
  'staleInstallsIgnored',
  'staleInstallsRefused',
  // Restarts and disks.
  'restartsFromSnapshot',
  'restartsWithLogBehindSnapshot',
  'restartsWithBlankDisk',
  'restartsOfVoters',
  'serversRefusedToStart',
  'majorityDown',
  'allDown',
  'leadersCrashed',
  'leadersCrashedAtBarrier',
  'candidatesCrashed',
  'crashesBeforeWrite',
  'crashesBehindWrite',
  'crashesWhileApplying',
  // Sessions and clients.
  'repeatedCommandsSuppressed',
  'waitingClientsDismissed',
  'answersFromSession',
  'staleClientRequestsIgnored',
  'retriesWhileWaiting',
  'redirectsWithHint',
  'givenUpOperationsExecuted',
  'operationsSpanningInstall',
  'operationsSpanningLeaderChange',
  'operationsSpanningCrash',
] as const;
export type Situation = (typeof situations)[number];

/** Reached by about one seed of the swarm in five hundred. */
const rareSituations: readonly Situation[] = ['installsDiscardedConflict'];

/** What a gate requires of a campaign of a thousand seeds of the swarm or more. */
export const requiredSituations: readonly Situation[] = situations.filter((name) => !rareSituations.includes(name));

type AnyEffects = readonly Effect<unknown, unknown, unknown>[];

export class Situations {
  readonly counts: Record<Situation, number>;

  constructor() {
    this.counts = Object.fromEntries(situations.map((name) => [name, 0])) as Record<Situation, number>;
  }

  /** What one step of Raft shows. */
  read(before: Raft, after: Raft, event: Event<unknown, unknown>, effects: AnyEffects = []): void {
    const { counts } = this;
    if (before.role.kind === 'leader' && after.role.kind !== 'leader') counts.leadersDeposed += 1;
    if (before.role.kind === 'candidate') this.readCandidate(before, after);
    if (after.commitIndex > before.commitIndex + 1) counts.severalEntriesCommittedAtOnce += 1;
    const { log } = after.persistent;
    if (log !== before.persistent.log && log.baseIndex > before.persistent.log.baseIndex && log.lastIndex === log.baseIndex) counts.logsEmptiedBySnapshot += 1;
    if (event.kind === 'message') this.readMessage(before, after, event.message as RaftMessage);
    if (event.kind === 'message') this.readReplies(before, event.message as RaftMessage, effects);
  }

  /** A step that changed nothing, but may have said something. */
  readQuiet(raft: Raft, event: Event<unknown, unknown>, effects: AnyEffects): void {
    if (event.kind !== 'message') return;
    const message = event.message as RaftMessage;
    const { counts } = this;
    if (message.kind === 'appendEntries' && message.entries.length > 0 && message.term === raft.persistent.currentTerm) counts.repeatedEntriesIgnored += 1;
    if (message.kind === 'appendEntriesReply' || message.kind === 'installSnapshotReply') {
      if (message.term < raft.persistent.currentTerm) counts.staleRepliesIgnored += 1;
      else if (raft.role.kind !== 'leader') counts.repliesToFormerLeader += 1;
    }
    this.readReplies(raft, message, effects);
  }

  private readCandidate(before: Raft, after: Raft): void {
    const isNewTerm = after.persistent.currentTerm > before.persistent.currentTerm;
    if (after.role.kind === 'candidate' && isNewTerm) this.counts.candidatesWithoutMajority += 1;
    if (after.role.kind === 'follower' && !isNewTerm) this.counts.candidatesSteppedDown += 1;
  }

  /** What it said to a request, and what it asked of others. */
  private readReplies(before: Raft, message: RaftMessage, effects: AnyEffects): void {
    const { counts } = this;
    for (const effect of effects) {
      if (effect.kind !== 'send') continue;
      const said = effect.message as RaftMessage;
      if (said.kind === 'installSnapshot') counts.snapshotsSent += 1;
      else if (said.kind === 'requestVoteReply' && message.kind === 'requestVote' && !said.voteGranted && said.term === message.term) {
        const wasFree = before.persistent.currentTerm < message.term || before.persistent.votedFor === null;
        if (wasFree) counts.votesRefusedForStaleLog += 1;
        else counts.votesRefusedForOtherVote += 1;
      } else if (said.kind === 'appendEntriesReply' && message.kind === 'appendEntries' && !said.success) {
        if (said.term > message.term) counts.staleRequestsRefused += 1;
        else if (said.conflictTerm === 0) counts.refusalsForGap += 1;
        else counts.refusalsForConflict += 1;
      } else if (said.kind === 'installSnapshotReply' && message.kind === 'installSnapshot' && said.term > message.term) {
        counts.staleInstallsRefused += 1;
      }
    }
  }

  /** What a server finds when it starts (again). */
  readBoot({ currentTerm, votedFor, snapshot, log }: Persistent, isRestart: boolean): void {
    const { counts } = this;
    if (snapshot !== null) counts.restartsFromSnapshot += 1;
    if (snapshot !== null && log.lastIndex > log.baseIndex) counts.restartsWithLogBehindSnapshot += 1;
    if (isRestart && currentTerm === 0) counts.restartsWithBlankDisk += 1;
    if (votedFor !== null) counts.restartsOfVoters += 1;
  }

  private readMessage(before: Raft, after: Raft, message: RaftMessage): void {
    const { counts } = this;
    const old = before.persistent.log;
    const { log } = after.persistent;
    if (message.kind.endsWith('Reply') && after.persistent.currentTerm > before.persistent.currentTerm) counts.termsAdoptedFromReplies += 1;
    if (message.kind === 'appendEntries' && message.entries.length > 0 && message.prevLogIndex < old.baseIndex) counts.entriesReachingBehindSnapshot += 1;
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
    if (before.role.kind === 'candidate') counts.installsAtCandidate += 1;
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
