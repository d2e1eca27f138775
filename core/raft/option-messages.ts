/** What servers say to each other beyond the paper: each only where the plan has its option on. */
import type { NodeId } from '../protocol.ts';
import type { LogIndex, Term } from './log.ts';
import type { RaftMessage } from './messages.ts';

export type OptionMessage =
  | RequestPreVote | RequestPreVoteReply
  | Heartbeat | HeartbeatReply
  | ReadIndex | ReadIndexReply
  | TransferLeadership | TimeoutNow | RequestTransferVote
  | InstallChunk | InstallChunkReply;
export type AnyRaftMessage = RaftMessage | OptionMessage;

/** Dissertation 9.6: would you vote for me in this term, which is the one behind mine? */
export interface RequestPreVote {
  readonly kind: 'requestPreVote';
  readonly term: Term;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
}

export interface RequestPreVoteReply {
  readonly kind: 'requestPreVoteReply';
  /** Of a grant, the term that was asked for; of a refusal, the term of who refuses. */
  readonly term: Term;
  readonly voteGranted: boolean;
}

/** Dissertation 6.4: do you follow me? Beside AppendEntries, which carries the log. */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly term: Term;
  /** Counted from 1 within a leadership. */
  readonly round: number;
}

export interface HeartbeatReply {
  readonly kind: 'heartbeatReply';
  readonly term: Term;
  /** Of the heartbeat that is answered; 0 to a leader of an earlier term. */
  readonly round: number;
}

/**
 * Dissertation 6.4: up to where must I have applied, to answer this client? Known by whose it is, so that no late
 * answer is taken for that to another read.
 */
export interface ReadIndex {
  readonly kind: 'readIndex';
  readonly term: Term;
  readonly client: NodeId;
  readonly sequence: number;
}

export interface ReadIndexReply {
  readonly kind: 'readIndexReply';
  readonly term: Term;
  readonly client: NodeId;
  readonly sequence: number;
  readonly index: LogIndex;
}

/**
 * Dissertation 3.10: an operator's wish, told to whoever leads. It comes from nobody in the cluster, and is of no term.
 */
export interface TransferLeadership {
  readonly kind: 'transferLeadership';
  readonly term: 0;
  readonly to: NodeId;
}

/** Dissertation 3.10: stand for election, now. */
export interface TimeoutNow {
  readonly kind: 'timeoutNow';
  readonly term: Term;
}

/** RequestVote of one that stands at its leader's wish: who hears that leader looks at it all the same (4.2.3). */
export interface RequestTransferVote {
  readonly kind: 'requestTransferVote';
  readonly term: Term;
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
}

/** Figure 13, with its offset: a part of a snapshot's byte form. */
export interface InstallChunk {
  readonly kind: 'installChunk';
  readonly term: Term;
  readonly lastIncludedIndex: LogIndex;
  readonly lastIncludedTerm: Term;
  /** Where the chunk begins in the snapshot. */
  readonly offset: number;
  readonly data: Uint8Array;
  /** It is the last one. */
  readonly done: boolean;
  /** Which stay of the follower it belongs to (stays.ts); absent is the first. */
  readonly stay?: number;
}

/** To a chunk that does not complete its snapshot; what does is answered as an InstallSnapshot. */
export interface InstallChunkReply {
  readonly kind: 'installChunkReply';
  readonly term: Term;
  /** Of the chunk that is answered, as is `offset`. */
  readonly lastIncludedIndex: LogIndex;
  readonly offset: number;
  /** How much of that snapshot is here, from its beginning; 0 to a leader of an earlier term. */
  readonly bytesStored: number;
  /** Which stay of the follower it belongs to (stays.ts); absent is the first. */
  readonly stay?: number;
}
