/**
 * The messages of the specification: the RPCs of Figures 2 and 13 of the Raft paper as single messages, with the
 * fields of raft.tla. Answers say what they answer (`matchIndex`), so that no message needs another one to be read.
 */
import type { SpecEntry } from './log.ts';
import type { ServerId } from './server.ts';

export interface Envelope {
  readonly term: number;
  readonly source: ServerId;
  readonly dest: ServerId;
}

export interface RequestVoteRequest extends Envelope {
  readonly kind: 'RequestVoteRequest';
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
  /** It stands because its leader told it to (3.10): whoever hears that leader looks at it all the same. */
  readonly isWished?: true;
}

export interface RequestVoteResponse extends Envelope {
  readonly kind: 'RequestVoteResponse';
  readonly voteGranted: boolean;
}

export interface AppendEntriesRequest extends Envelope {
  readonly kind: 'AppendEntriesRequest';
  readonly prevLogIndex: number;
  readonly prevLogTerm: number;
  /** Those from `prevLogIndex + 1` on; none in a heartbeat. */
  readonly entries: readonly SpecEntry[];
  readonly leaderCommit: number;
}

export interface AppendEntriesResponse extends Envelope {
  readonly kind: 'AppendEntriesResponse';
  readonly success: boolean;
  /** Up to where the sender's log is that of the leader. 0 when `success` is false; hints are not looked at. */
  readonly matchIndex: number;
}

export interface InstallSnapshotRequest extends Envelope {
  readonly kind: 'InstallSnapshotRequest';
  readonly lastIncludedIndex: number;
  readonly lastIncludedTerm: number;
  /** What the service made of the prefix: not looked at by any action. */
  readonly content?: unknown;
}

export interface InstallSnapshotResponse extends Envelope {
  readonly kind: 'InstallSnapshotResponse';
  /** As in AppendEntriesResponse; 0 when the request was of an older term, so that nothing was looked at. */
  readonly matchIndex: number;
}

export type SpecMessage =
  | RequestVoteRequest
  | RequestVoteResponse
  | AppendEntriesRequest
  | AppendEntriesResponse
  | InstallSnapshotRequest
  | InstallSnapshotResponse;
