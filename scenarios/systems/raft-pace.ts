/**
 * How fast Raft is when nothing befalls it (section 5.6: broadcast time, then election timeout), by the timing of a plan.
 * The numbers were measured on the sound core, and leave a margin: docs/fault-model.md, "Pace".
 */
import { isChange } from '../../core/changes.ts';
import type { Plan } from '../../harness/plan/plan.ts';
import type { PaceBounds } from '../../harness/workload/pace.ts';
import type { RaftKvSettings } from './raft-kv-settings.ts';

const ms = 1000;

/** The last leader of a plan may fall when all is done, and with it the fourth of four servers: none leads before it is back. */
const lastFallUs = 1000 * ms;

export function raftPace({ clients, disk, healing, network }: Plan, { applyPauseUs, electionTimeoutUs }: RaftKvSettings): PaceBounds {
  // To the leader, to a follower and back, and to the client; each hears the others' requests before it, and writes for each.
  const answerUs = 4 * network.delayUs.max + (3 + clients) * disk.writeUs.max + applyPauseUs.max + ms;
  return {
    steadyAfterUs: 2 * electionTimeoutUs.max + 500 * ms,
    leaderlessUs: 10 * electionTimeoutUs.max + 100 * ms + (healing?.kind === 'leaderFalls' ? lastFallUs : 0),
    answerUs: 5 * answerUs,
    // A change waits for the server that comes, for ten election timeouts where that is down, and behind the changes before
    // it; and it may leave a majority that needs a server which is far behind (dissertation 4.2.1).
    isTimed: (request) => !isChange(request as { readonly kind: string }),
  };
}
