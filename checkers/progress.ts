/** Progress: after healing one server leads, and all hold and have executed the same log. */
import type { NodeId } from '../core/protocol.ts';
import type { Server } from '../core/server.ts';
import type { Configuration } from '../core/raft/members.ts';
import { told } from './raft/membership.ts';
import { configurationOf } from './raft/quorum.ts';

/** Who takes part as a leader sees it; null for all. */
const membersOf = (configuration: Configuration | null): readonly NodeId[] | null =>
  configuration === null ? null : [...configuration.voters, ...configuration.learners];

/**
 * Null when the servers have converged, else what is missing, for a person. Without the no-op of a
 * new leader (section 8) entries of earlier terms may rightly stay uncommitted until a client writes,
 * even those that their own leader had committed before it fell: then what the present leader knows to
 * be committed must be everywhere, and others may be ahead of it. Of servers that are down for good nothing is owed,
 * and nothing of those that do not take part. A joint configuration is left.
 */
export function missingForConvergence(
  servers: readonly (Server | null)[], noopOnElection: boolean, lost: ReadonlySet<NodeId>,
): string | null {
  const leaders = servers.filter((server) => server?.raft.role.kind === 'leader');
  if (leaders.length !== 1) return `${leaders.length} servers lead`;
  const leader = leaders[0]!;
  const configuration = configurationOf(leader.raft);
  if (configuration?.outgoing !== undefined) return `the configuration is joint: ${told(configuration)}`;
  const members = membersOf(configuration);
  const takesPart = (node: NodeId): boolean => members === null || members.includes(node);
  let highestLogged = 0;
  for (const [node, server] of servers.entries())
    if (server !== null && takesPart(node))
      highestLogged = Math.max(highestLogged, server.raft.persistent.log.lastIndex);
  const target = noopOnElection ? highestLogged : leader.raft.commitIndex;
  for (const [node, server] of servers.entries()) {
    if (lost.has(node) || !takesPart(node)) continue;
    if (server === null) return `n${node} is down`;
    const { lastExecuted } = server.machine;
    if (noopOnElection ? lastExecuted !== target : lastExecuted < target)
      return `n${node} has executed up to ${lastExecuted} of ${target}`;
  }
  return null;
}
