/**
 * Replacements of several servers at once (docs/options.md, joint consensus), where servers come and go: in a share of
 * these plans some of what operators ask for is one of them. Drawn by a stream of its own, so that nothing else of a
 * plan moves.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { Replacement } from '../../core/raft/members.ts';
import type { PlannedOperation } from '../../harness/plan/plan.ts';
import type { RandomStream } from '../../harness/world/random.ts';

/** As many are asked for as before: each may cost what a change costs that takes in a server which is down. */
export function withReplacements(
  random: RandomStream, changes: readonly PlannedOperation[], servers: number,
): readonly PlannedOperation[] {
  if (!random.chance(400)) return changes;
  const sharePer1000 = random.pick([250, 500, 1000]);
  return changes.map((planned) =>
    random.chance(sharePer1000) ? { ...planned, request: drawReplacement(random, servers) } : planned,
  );
}

/** Any voters, rarely one alone; and of the others some that learn, in a quarter of them. */
function drawReplacement(random: RandomStream, servers: number): Replacement {
  const order = random.shuffled(Array.from({ length: servers }, (_, node) => node));
  const least = random.chance(100) ? 1 : Math.min(servers, 2);
  const many = random.in({ min: least, max: servers });
  const learners = random.chance(250) ? random.below(servers - many + 1) : 0;
  const rising = (ids: readonly NodeId[]): readonly NodeId[] => ids.toSorted((a, b) => a - b);
  return {
    kind: 'replaceServers', voters: rising(order.slice(0, many)), learners: rising(order.slice(many, many + learners)),
  };
}
