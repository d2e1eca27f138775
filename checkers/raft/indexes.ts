/** commitIndex and lastApplied: never back within one life, and never ahead of what they follow. */
import type { NodeId } from '../../core/protocol.ts';
import type { Raft } from '../../core/raft/state.ts';
import { mustHold } from '../checker.ts';

export function indexesOnlyRise(node: NodeId, before: Raft, after: Raft): void {
  mustHold('Commit Index Monotonic', after.commitIndex >= before.commitIndex, () => `n${node} took commitIndex back from ${before.commitIndex} to ${after.commitIndex}`);
  mustHold('Last Applied Monotonic', after.lastApplied >= before.lastApplied, () => `n${node} took lastApplied back from ${before.lastApplied} to ${after.lastApplied}`);
}

export function indexesAreInOrder(node: NodeId, { commitIndex, lastApplied, persistent }: Raft): void {
  const { log } = persistent;
  mustHold('Applied Is Committed', lastApplied <= commitIndex, () => `n${node} applied up to ${lastApplied}, committed up to ${commitIndex}`);
  mustHold('Committed Is Logged', commitIndex <= log.lastIndex && commitIndex >= log.baseIndex, () =>
    `n${node} has commitIndex ${commitIndex} and a log from ${log.baseIndex} to ${log.lastIndex}`);
}
