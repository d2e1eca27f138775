/** What clerks and servers say to each other. */
import type { NodeId } from '../protocol.ts';
import type { Operation, Result } from './command.ts';

export type ClerkMessage = ClientRequest | ClientReply;

export interface ClientRequest {
  readonly kind: 'clientRequest';
  readonly sequence: number;
  readonly operation: Operation;
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
