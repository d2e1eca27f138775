/** What a system tells of itself, so that faults can be aimed at the moments and the files that matter. */
import type { NodeId } from '../core/protocol.ts';

/** States are those of the nodes, in their order; null for a node that is down. */
export interface Moments {
  /** Rises with each new leadership (term, view, ballot) that is seen; 0 while there was none. */
  epoch(states: readonly unknown[]): number;
  /** Up to where a server has given back its history, because a snapshot holds it. */
  forgottenUpTo(state: unknown): number;
  /** Up to where a server holds history. */
  heldUpTo(state: unknown): number;
  /** Whether a message carries a whole state in the place of history. */
  carriesState(message: unknown): boolean;
}

/**
 * What a file of a server's disk holds: a history to which it appends, a whole state, or what tells where these are.
 */
export type FileRole = 'log' | 'snapshot' | 'metadata';

/** What an operator can ask of a system, or learn of it. */
export interface Operator {
  /** A message that its servers take from nobody in the cluster: asks whoever leads to hand its leadership over. */
  handOver(to: NodeId): unknown;
  /**
   * What a new disk must hold for a server that was taken out, and may come in again with it; null while it takes part,
   * or nobody can know that it does not. Without it no disk can be replaced. States are null for nodes that are down.
   */
  newDisk?(node: NodeId, servers: readonly { readonly state: unknown; readonly durable: unknown }[]): unknown;
}
