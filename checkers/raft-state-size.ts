/**
 * Lab 3B: Raft's state stays bounded by maxRaftState. What is not yet applied cannot be compacted, so
 * the bound holds at every step for the part that is; and for the whole once everything is applied.
 */
import type { NodeId } from '../core/protocol.ts';
import type { Server } from '../core/server.ts';
import { mustHold } from './checker.ts';

/** Hard state and log as stored: the checker adds it up itself. */
const hardStateSizeBytes = 16;

export function raftStateIsBounded(node: NodeId, { raft, machine }: Server, maxRaftState: number): void {
  const { log } = raft.persistent;
  if (maxRaftState < 0 || hardStateSizeBytes + log.sizeBytes <= maxRaftState) return;
  let appliedBytes = hardStateSizeBytes + log.sizeBytes;
  for (let index = log.lastIndex; index > machine.lastExecuted && index > log.baseIndex; index--) {
    appliedBytes -= log.at(index).sizeBytes;
    if (appliedBytes <= maxRaftState) return;
  }
  mustHold('Bounded Raft State', machine.lastExecuted <= log.baseIndex, () =>
    `n${node} keeps ${appliedBytes} bytes of state and applied entries, and maxRaftState is ${maxRaftState}`);
}
