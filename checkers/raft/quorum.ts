/** Who counts for a server (dissertation 4.1): the voters of the last configuration of its log; without membership changes, everyone. */
import type { NodeId } from '../../core/protocol.ts';
import type { Configuration } from '../../core/raft/members.ts';
import type { Persistent, Raft } from '../../core/raft/state.ts';

/** By the entries themselves, and the snapshot: what a server says of its log is not asked. Undefined where none says so. */
export function loggedConfiguration({ log, snapshot }: Persistent, upTo = log.lastIndex): Configuration | undefined {
  for (let index = upTo; index > log.baseIndex; index--) {
    const { configuration } = log.at(index);
    if (configuration !== undefined) return configuration;
  }
  return snapshot?.configuration;
}

/** Null where the plan lets nobody come or go. */
export function configurationOf({ config: { members }, persistent }: Pick<Raft, 'config' | 'persistent'>): Configuration | null {
  return members === undefined ? null : loggedConfiguration(persistent) ?? { voters: members, learners: [] };
}

const everyone = Array.from({ length: 8 }, (_, servers) => Array.from({ length: servers }, (_unused, node) => node));

export const votersOf = (raft: Pick<Raft, 'config' | 'persistent'>, servers: number): readonly NodeId[] =>
  configurationOf(raft)?.voters ?? everyone[servers] ?? Array.from({ length: servers }, (_, node) => node);

/** Alone it decides. */
export const isAlone = (raft: Raft): boolean => {
  const voters = votersOf(raft, raft.config.clusterSize);
  return voters.length === 1 && voters[0] === raft.config.id;
};

/** Whether it takes part, as a voter or a learner. */
export function isMember(raft: Raft, node: NodeId): boolean {
  const configuration = configurationOf(raft);
  return configuration === null || configuration.voters.includes(node) || configuration.learners.includes(node);
}
