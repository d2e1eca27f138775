/**
 * When the disk of a server may be replaced, and what its operator learns for the new one (core/raft/new-disk.ts says
 * what for). A server that votes knows a configuration to be committed without it, and no disk holds a later one with
 * it: what the old disk holds would be counted on.
 */
import type { NodeId } from '../../core/protocol.ts';
import { everyVoter } from '../../core/raft/joint-consensus.ts';
import { isMember } from '../../core/raft/members.ts';
import { newDisk, type Removal } from '../../core/raft/new-disk.ts';
import type { Persistent, Raft } from '../../core/raft/state.ts';

export interface ServerAndDisk {
  /** Null while it is down. */
  readonly raft: Raft | null;
  readonly durable: Persistent;
}

/** Null while it takes part, or nobody who is up can know that it does not; and where its disk holds nothing. */
export function newDiskFor(node: NodeId, servers: readonly ServerAndDisk[]): Persistent | null {
  if (servers[node]!.durable.log.lastIndex === 0) return null;
  const removal = removalKnown(servers);
  if (removal === null || isMember(removal.founding.configuration, node)) return null;
  const { index } = removal.founding;
  const isLetIn = servers.some(({ durable: { log } }) =>
    log.configurationsBehind(index).some((later) => isMember(later, node)),
  );
  return isLetIn ? null : newDisk(node, removal);
}

/** By the voter that knows most to be committed; null while no change is. */
function removalKnown(servers: readonly ServerAndDisk[]): Removal | null {
  let most = -1;
  let known: Removal | null = null;
  for (const { raft } of servers) {
    if (raft === null || raft.commitIndex <= most) continue;
    const { commitIndex, config: { id }, persistent: { currentTerm, log } } = raft;
    const founding = log.placedAt(commitIndex);
    if (founding === undefined || !everyVoter(founding.configuration).includes(id)) continue;
    most = commitIndex;
    known = { term: currentTerm, founding };
  }
  return known;
}
