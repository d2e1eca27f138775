/**
 * When Raft owes progress: while a majority of the servers is up and every two of them can talk (section 5.1). Where
 * servers come and go, a majority of each configuration that a server goes by: whichever of them is the one, it can
 * decide.
 */
import { configurationOf } from '../../core/raft/configuration.ts';
import type { NodeId } from '../../core/protocol.ts';
import { electoratesOf } from '../../core/raft/joint-consensus.ts';
import type { Raft } from '../../core/raft/state.ts';
import { majorityCanTalk as majorityOf } from '../../harness/own/majority.ts';
import type { Reach } from '../../harness/system.ts';

export function majorityCanTalk(reach: Reach): boolean {
  const sets = new Map<string, readonly NodeId[]>();
  for (let node = 0; node < reach.servers; node++) {
    const state = reach.isUp(node) ? reach.stateOf(node) as { readonly raft: Raft } | null : null;
    const configuration = state === null ? null : configurationOf(state.raft);
    for (const voters of configuration === null ? [] : electoratesOf(configuration)) sets.set(voters.join(), voters);
  }
  return sets.size === 0 ? majorityOf(reach) : [...sets.values()].every((voters) => canTalk(reach, voters));
}

/** As if the voters were all that there are. */
const canTalk = (reach: Reach, voters: readonly NodeId[]): boolean => majorityOf({
  servers: voters.length,
  isUp: (place) => reach.isUp(voters[place]!),
  canTalk: (from, to) => reach.canTalk(voters[from]!, voters[to]!),
  stateOf: (place) => reach.stateOf(voters[place]!),
});
