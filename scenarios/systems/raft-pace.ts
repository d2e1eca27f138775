/**
 * How fast Raft is when nothing befalls it (section 5.6: broadcast time, then election timeout), by the timing of a
 * plan. The numbers were measured on the sound core, and leave a margin: docs/fault-model.md, "Pace".
 */
import { isChange } from '../../core/changes.ts';
import type { Plan } from '../../harness/plan/plan.ts';
import type { PaceBounds } from '../../harness/workload/pace.ts';
import type { RaftKvSettings } from './raft-kv-settings.ts';

const ms = 1000;

/**
 * The last leader of a plan may fall when all is done, and with it the fourth of four servers: none leads before it is
 * back.
 */
const lastFallUs = 1000 * ms;

export function raftPace(
  plan: Plan, { applyPauseUs, clientWindow = 1, electionTimeoutUs, members, retryUs, versions }: RaftKvSettings,
): PaceBounds {
  const { disk, healing, network, operations } = plan;
  // Who comes back as another one is no more than it was.
  const clients = plan.clients - operations.filter(({ crash }) => crash !== undefined).length;
  // To the leader, to a follower and back, and to the client; each hears all that is in flight before it, and writes
  // for each. What one client has in flight may go to a follower, and to the service, one after the other.
  const answerUs =
    clientWindow * (4 * network.delayUs.max + applyPauseUs.max + ms) + (3 + clients * clientWindow) * disk.writeUs.max;
  // Without sessions each request that comes again is another entry, so that a client which asks again before it can
  // have its answer makes it later, without an end (seed 14355).
  const isBounded = versions !== true || answerUs <= retryUs.min;
  return {
    steadyAfterUs: 2 * electionTimeoutUs.max + 500 * ms,
    leaderlessUs:
      electionsOf(plan, members !== undefined) * electionTimeoutUs.max + 100 * ms + setBackUs(plan) +
      (healing?.kind === 'leaderFalls' ? lastFallUs : 0),
    answerUs: isBounded ? 5 * answerUs : Infinity,
    // A change waits for the server that comes, for ten election timeouts where that is down, and behind the changes
    // before it; and it may leave a majority that needs a server which is far behind (dissertation 4.2.1).
    isTimed: (request) => !isChange(request as { readonly kind: string }),
  };
}

/**
 * An election is lost when those who vote stand at once. Where three votes or more are needed and nobody can be spared
 * that is a matter of chance each time, the more so the longer a message takes beside an election timeout (seed 881037:
 * eleven elections).
 */
function electionsOf({ faults, servers }: Plan, isOfMembers: boolean): number {
  const gone = new Set(faults.flatMap((fault) => (fault.kind === 'gone' ? fault.nodes : [])));
  // Not by the core's word, which may be wrong (known bug E03).
  const needed = (servers >> 1) + 1;
  return needed >= 3 && (isOfMembers || servers - gone.size === needed) ? 16 : 10;
}

/**
 * A clock that is set back leaves a timer that waits longer, also when the storm is over (seed 527051). Of a majority
 * one can be elected: what counts is by how much the clocks were set back of the majority whose clocks were the least.
 */
function setBackUs({ faults, servers }: Plan): number {
  const byServer = new Array<number>(servers).fill(0);
  for (const fault of faults)
    if (fault.kind === 'clockJump') for (const node of fault.nodes) byServer[node]! -= Math.min(0, fault.byUs);
  return byServer.sort((a, b) => a - b)[servers >> 1]!;
}
