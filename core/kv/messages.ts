/** What clerks and servers say to each other. */
import type { NodeId } from '../protocol.ts';
import type { Change } from '../raft/members.ts';
import type { Operation, Result } from './command.ts';

export type ClerkMessage = ClientRequest | ClientReply;

export interface ClientRequest {
  readonly kind: 'clientRequest';
  readonly sequence: number;
  /** An operator asks for a change of the membership in the same way; its result is whether it was done. */
  readonly operation: Operation | Change;
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
