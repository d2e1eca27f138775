/**
 * Messages of what the dissertation adds to Figure 2. None of them brings an entry; of each it is said what it may
 * change of a server that hears it, which is its term, its role, or nothing at all.
 */
import type { Envelope, SpecMessage } from './message.ts';

/** Would you vote for me in this term, which is the one behind mine? (9.6) */
export interface PreVoteRequest extends Envelope {
  readonly kind: 'PreVoteRequest';
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
}

/** `term` of a grant is the term that was asked for, so that it is known which; of a refusal, its sender's. */
export interface PreVoteResponse extends Envelope {
  readonly kind: 'PreVoteResponse';
  readonly voteGranted: boolean;
}

/** A round of heartbeats, by which a leader learns that it still leads (6.4): an AppendEntries without entries. */
export interface HeartbeatRequest extends Envelope {
  readonly kind: 'HeartbeatRequest';
  /** Counted from 1 within a leadership. */
  readonly round: number;
}

export interface HeartbeatResponse extends Envelope {
  readonly kind: 'HeartbeatResponse';
  /** Of the request that is answered; 0 to a leader of an earlier term. */
  readonly round: number;
}

/** A server that does not lead asks up to where it must have applied the log, to answer a read (6.4). */
export interface ReadIndexRequest extends Envelope {
  readonly kind: 'ReadIndexRequest';
  readonly read: string;
}

export interface ReadIndexResponse extends Envelope {
  readonly kind: 'ReadIndexResponse';
  readonly read: string;
  readonly index: number;
}

/** Stand for election, now: what a leader says that hands over (3.10). */
export interface TimeoutNow extends Envelope {
  readonly kind: 'TimeoutNow';
}

/** Figure 13 with its offset: a part of a snapshot. */
export interface InstallChunkRequest extends Envelope {
  readonly kind: 'InstallChunkRequest';
  readonly lastIncludedIndex: number;
  readonly lastIncludedTerm: number;
  /** It is the last one. */
  readonly isDone: boolean;
}

/** To a chunk that installs nothing; what does is answered as an InstallSnapshot. */
export interface InstallChunkResponse extends Envelope {
  readonly kind: 'InstallChunkResponse';
}

export type OptionMessage =
  | PreVoteRequest
  | PreVoteResponse
  | HeartbeatRequest
  | HeartbeatResponse
  | ReadIndexRequest
  | ReadIndexResponse
  | TimeoutNow
  | InstallChunkRequest
  | InstallChunkResponse;

export type AnySpecMessage = SpecMessage | OptionMessage;

const kinds: ReadonlySet<string> = new Set<OptionMessage['kind']>([
  'PreVoteRequest', 'PreVoteResponse', 'HeartbeatRequest', 'HeartbeatResponse', 'ReadIndexRequest',
  'ReadIndexResponse', 'TimeoutNow', 'InstallChunkRequest', 'InstallChunkResponse',
]);

export const isOfAnOption = (message: AnySpecMessage): message is OptionMessage => kinds.has(message.kind);

export const isOfThePaper = (message: AnySpecMessage): message is SpecMessage => !isOfAnOption(message);

/** Word of whoever leads the message's term. */
export const isLeadersWord = ({ kind }: AnySpecMessage): boolean => leadersKinds.has(kind);

const leadersKinds: ReadonlySet<string> = new Set<AnySpecMessage['kind']>([
  'AppendEntriesRequest', 'InstallSnapshotRequest', 'HeartbeatRequest', 'InstallChunkRequest',
]);

/** Nobody is in that term yet: what is asked for there, and what is granted there, teaches no term. */
export const isOfTheNextTerm = (message: AnySpecMessage): boolean =>
  message.kind === 'PreVoteRequest' || (message.kind === 'PreVoteResponse' && message.voteGranted);
