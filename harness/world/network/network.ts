/** What a network is to the world, to faults and to scripts, whatever its manner. */
import type { NodeId } from '../../../core/protocol.ts';
import type { FaultKind } from '../../plan/fault-kinds.ts';

/** What happened to the messages of a run. */
export interface NetworkCounts {
  sent: number;
  dropped: number;
  /** Lost because the way was cut when they were sent. */
  cut: number;
  duplicated: number;
  late: number;
}

/**
 * Puts a message on its way: it arrives `delayUs` from now. `struckBy` is the fault without which it
 * would not arrive, or not then; whether its arrival is acted on is counted under that kind.
 */
export type Post = (from: NodeId, to: NodeId, message: unknown, delayUs: number, struckBy?: FaultKind | null) => void;

/** What is asked of every network. */
export interface AnyNetwork {
  readonly counts: Readonly<NetworkCounts>;
  /** Messages that a fault of the network could have struck, at the rates of its plan; 0 without rates. */
  readonly exposed: number;
  /** From now on nothing is dropped, duplicated or late. */
  calm(): void;
  cut(from: NodeId, to: NodeId): void;
  mend(from: NodeId, to: NodeId): void;
  canReach(from: NodeId, to: NodeId): boolean;
  send(from: NodeId, to: NodeId, message: unknown): void;
  /** A node lost everything but its disk. */
  crashed(node: NodeId): void;
}
