/**
 * Disks that are replaced while their servers are out (docs/fault-model.md), where servers come and go: in more than
 * half of these plans. Drawn by a stream of its own, so that nothing else of a plan moves.
 */
import type { Change } from '../../core/raft/members.ts';
import type { Fault } from '../../harness/plan/fault.ts';
import type { PlannedOperation } from '../../harness/plan/plan.ts';
import type { RandomStream } from '../../harness/world/random.ts';

/**
 * Of those that an operator asks to take out most, whenever that is done in the storm; asked for again, it may be a
 * second disk.
 */
export function drawNewDisks(
  random: RandomStream, changes: readonly PlannedOperation[], servers: number, stormUs: number,
): readonly Fault[] {
  if (!random.chance(600)) return [];
  return changes.flatMap(({ atUs, request }): readonly Fault[] => {
    const nodes = leaving(request as Change, servers).filter(() => random.chance(800));
    // Let in again while it is down, it is sent nothing yet that makes true what it said before.
    const downUs = random.weighted([[1, 0], [1, random.below(100_000)], [1, random.below(1_000_000)]]);
    return nodes.length === 0 ? [] : [{ kind: 'replacedDisk', fromUs: atUs, untilUs: stormUs, nodes, downUs }];
  });
}

/** Whoever is left without a part when that is done. */
function leaving(change: Change, servers: number): readonly number[] {
  if (change.kind === 'removeServer') return [change.server];
  if (change.kind !== 'replaceServers') return [];
  const all = Array.from({ length: servers }, (_, node) => node);
  return all.filter((node) => !change.voters.includes(node) && !change.learners.includes(node));
}
