/** Progress: after healing one server leads, and all hold and have executed the same log. */
import type { NodeId } from '../core/protocol.ts';
import type { Server } from '../core/server.ts';

/**
 * Null when the servers have converged, else what is missing, for a person. Without the no-op of a
 * new leader (section 8) entries of earlier terms may rightly stay uncommitted until a client writes,
 * even those that their own leader had committed before it fell: then what the present leader knows to
 * be committed must be everywhere, and others may be ahead of it. Of servers that are down for good nothing is owed.
 */
export function missingForConvergence(servers: readonly (Server | null)[], noopOnElection: boolean, lost: ReadonlySet<NodeId>): string | null {
  let leaders = 0;
  let committed = 0;
  let highestLogged = 0;
  for (const server of servers) {
    if (server === null) continue;
    if (server.raft.role.kind === 'leader') {
      leaders += 1;
      committed = server.raft.commitIndex;
    }
    highestLogged = Math.max(highestLogged, server.raft.persistent.log.lastIndex);
  }
  if (leaders !== 1) return `${leaders} servers lead`;
  const target = noopOnElection ? highestLogged : committed;
  for (const [node, server] of servers.entries()) {
    if (lost.has(node)) continue;
    if (server === null) return `n${node} is down`;
    const { lastExecuted } = server.machine;
    if (noopOnElection ? lastExecuted !== target : lastExecuted < target) return `n${node} has executed up to ${lastExecuted} of ${target}`;
  }
  return null;
}
