/** What clerks and servers say to each other. */
import type { NodeId } from '../protocol.ts';
import type { Change } from '../raft/members.ts';
import type { Operation, Result } from './command.ts';

export type ClerkMessage = ClientRequest | ClientReply | SessionReply;

export interface ClientRequest {
  readonly kind: 'clientRequest';
  readonly sequence: number;
  /** An operator asks for a change of the membership in the same way; its result is whether it was done. */
  readonly operation: Operation | Change;
  /** Where sessions expire: the client's, or 0 to begin one, and then the operation is nothing. */
  readonly session?: number;
  /** Of a client with several requests in flight: the lowest number that it has had no answer to. */
  readonly unanswered?: number;
}

/** To a client whose session has begun, or has ended. */
export interface SessionReply {
  readonly kind: 'sessionReply';
  /** Of the request that is answered. */
  readonly sequence: number;
  /** Null when there is none any more. */
  readonly session: number | null;
}

export interface ClientReply {
  readonly kind: 'clientReply';
  /** Of the request that is answered. */
  readonly sequence: number;
  readonly outcome: Outcome;
}

export type Outcome =
  | { readonly kind: 'done'; readonly result: Result }
  /** Ask somebody else: the leader, if this server knows one. Whether the command took effect is open. */
  | { readonly kind: 'notLeader'; readonly leaderId: NodeId | null };
