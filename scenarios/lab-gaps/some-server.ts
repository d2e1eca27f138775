import type { NodeId } from '../../core/protocol.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import type { KvCluster } from '../lab/kv-cluster.ts';

/** Whom trouble strikes next: the leader half of the time, else anyone. */
export function someServer(cluster: KvCluster, random: RandomStream): NodeId {
  const anyone = random.below(cluster.size);
  return random.chance(500) ? (cluster.leader ?? anyone) : anyone;
}
