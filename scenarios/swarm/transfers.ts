/**
 * What an operator asks of the leaders of a seed: to hand over, at any time, also to servers that are down, behind or
 * cut off.
 */
import type { Fault } from '../../harness/plan/fault.ts';
import type { RandomStream } from '../../harness/world/random.ts';

/**
 * Some are asked of a server that may not lead. Each has a second or two to be done, which is more than an election
 * timeout.
 */
export function drawTransfers(random: RandomStream, servers: number, stormUs: number): readonly Fault[] {
  if (servers < 2) return [];
  return Array.from({ length: 1 + random.below(8) }, (): Fault => {
    const fromUs = random.below(stormUs);
    const by = 1 + random.below(servers - 1);
    return {
      kind: 'handOver', fromUs, untilUs: Math.min(stormUs, fromUs + 1_500_000),
      nodes: random.chance(900) ? 'leader' : [random.below(servers)], by,
    };
  });
}
