/**
 * Messages seen as remote procedure calls: a request, and the reply to it. The lab's network counts
 * calls and bytes, delays only replies at times, and tells a caller at once when its call has failed.
 */
import type { LabFlags } from '../../plan/lab-flags.ts';

/** What a system says of its messages, so that the lab's network can carry them. */
export interface Rpc {
  half(message: unknown): Half;
  /** Length of the message's byte form. */
  sizeBytes(message: unknown): number;
}

/** One half of a call. */
export interface Half {
  readonly isReply: boolean;
  /**
   * Which call between two nodes it belongs to. Calls with the same key are answered in the order in
   * which they were handed to the callee.
   */
  readonly key: number;
}

/** What the lab's tests count. */
export interface RpcCounts {
  /** Calls begun, those into closed ways among them. */
  calls: number;
  /** Requests when they are sent, and replies when they are delivered. */
  bytes: number;
  /** By node: calls that were handed to it. */
  readonly received: number[];
}

export const newRpcCounts = (nodes: number): RpcCounts => ({
  calls: 0, bytes: 0, received: new Array<number>(nodes).fill(0),
});

/** A delay, in whole milliseconds, as the lab's network draws it for a reply that is to be overtaken. */
export const reorderedReplyMs = (bound: number, within: number): number => 200 + (within % (1 + (bound % 2000)));

/** Two replies in three. */
export const isReordered = (draw: number): boolean => draw % 900 < 600;

/** What a script may do to a network beside cutting it. */
export interface SteerableNetwork {
  readonly rpcs: Readonly<RpcCounts>;
  flags: LabFlags;
}
