/**
 * Lab 3B: Raft's state stays bounded by maxRaftState. What is not yet applied cannot be compacted, so
 * the bound holds at every step for the part that is; and for the whole once everything is applied.
 */
import type { NodeId } from '../core/protocol.ts';
import type { Server } from '../core/server.ts';
import { property } from './property.ts';

/** Hard state and log as stored: the checker adds it up itself. */
const hardStateSizeBytes = 16;

export const boundedRaftState = property({
  name: 'Bounded Raft State',
  source: 'Lab 3B',
  says: 'State and log of what is applied take no more bytes than maxRaftState',
  looksAt: 'step',
  check({
    node, server: { raft, machine }, maxRaftState,
  }: {
    readonly node: NodeId;
    readonly server: Server;
    readonly maxRaftState: number;
  }) {
    const { log } = raft.persistent;
    if (maxRaftState < 0 || hardStateSizeBytes + log.sizeBytes <= maxRaftState || machine.lastExecuted <= log.baseIndex)
      return null;
    let appliedBytes = hardStateSizeBytes + log.sizeBytes;
    for (let index = log.lastIndex; index > machine.lastExecuted && index > log.baseIndex; index--) {
      appliedBytes -= log.at(index).sizeBytes;
      if (appliedBytes <= maxRaftState) return null;
    }
    return `n${node} keeps ${appliedBytes} bytes of state and applied entries, and maxRaftState is ${maxRaftState}`;
  },
});
