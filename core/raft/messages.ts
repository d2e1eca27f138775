/** The RPCs of Figures 2 and 13, each request followed by its reply. */
import type { Entry, LogIndex, Term } from './log.ts';
import type { Configuration } from './members.ts';

export type RaftMessage =
  | RequestVote | RequestVoteReply
  | AppendEntries | AppendEntriesReply
  | InstallSnapshot | InstallSnapshotReply;

export interface RequestVote {
  readonly kind: 'requestVote';
  readonly term: Term;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
}

export interface RequestVoteReply {
  readonly kind: 'requestVoteReply';
  readonly term: Term;
  readonly voteGranted: boolean;
}

export interface AppendEntries {
  readonly kind: 'appendEntries';
  readonly term: Term;
  readonly prevLogIndex: LogIndex;
  readonly prevLogTerm: Term;
  readonly entries: readonly Entry[];
  readonly leaderCommit: LogIndex;
  /** Which stay of the follower it belongs to (stays.ts); absent is the first. */
  readonly stay?: number;
}

export interface AppendEntriesReply {
  readonly kind: 'appendEntriesReply';
  readonly term: Term;
  readonly success: boolean;
  /** On success, how far this request proved the logs equal; else the request's prevLogIndex. */
  readonly index: LogIndex;
  /** On refusal for a conflict, the term found at prevLogIndex; 0 when the log ends before it. */
  readonly conflictTerm: Term;
  /** On refusal, the first index of conflictTerm, or the index behind the log's end (section 5.3). */
  readonly conflictIndex: LogIndex;
  /** Which stay of the follower it belongs to (stays.ts); absent is the first. */
  readonly stay?: number;
}

/** Section 7, in one piece: the world carries a snapshot by reference, so it needs no chunks. */
export interface InstallSnapshot {
  readonly kind: 'installSnapshot';
  readonly term: Term;
  readonly snapshot: Snapshot;
  /** Which stay of the follower it belongs to (stays.ts); absent is the first. */
  readonly stay?: number;
}

export interface InstallSnapshotReply {
  readonly kind: 'installSnapshotReply';
  readonly term: Term;
  /** How far the follower's log is now known to agree with the leader's; 0 when nothing was taken. */
  readonly lastIncludedIndex: LogIndex;
  /** Which stay of the follower it belongs to (stays.ts); absent is the first. */
  readonly stay?: number;
}

/** The state machine at an index, and the term of the entry there. */
export interface Snapshot {
  readonly lastIncludedIndex: LogIndex;
  readonly lastIncludedTerm: Term;
  readonly data: unknown;
  /** Who takes part there; absent while no entry up to there says so. */
  readonly configuration?: Configuration;
  /** Length of the byte form of `data`. */
  readonly sizeBytes: number;
}
