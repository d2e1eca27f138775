/**
 * Who counts for a server (dissertation 4.1): the voters of the last configuration of its log; without membership
 * changes, everyone. While that is joint (4.3) two sets count, each by itself: whatever needs a majority needs one of
 * either.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { LogIndex } from '../../core/raft/log.ts';
import type { Configuration } from '../../core/raft/members.ts';
import type { Persistent, Raft } from '../../core/raft/state.ts';

/**
 * By the entries themselves, and the snapshot: what a server says of its log is not asked. Undefined where none says
 * so. A new disk was told what comes before all entries up to there.
 */
export function loggedConfiguration({ log, snapshot }: Persistent, upTo = log.lastIndex): Configuration | undefined {
  const { founding } = log;
  const first = Math.max(log.baseIndex, founding?.index ?? 0);
  for (let index = upTo; index > first; index--) {
    const { configuration } = log.at(index);
    if (configuration !== undefined) return configuration;
  }
  return founding !== null && founding.index > log.baseIndex ? founding.configuration : snapshot?.configuration;
}

/** Where that stands, as far as the log goes back: else where the log begins. */
export function indexOfLastConfiguration({ log }: Persistent, upTo = log.lastIndex): LogIndex {
  for (let index = upTo; index > log.baseIndex; index--) if (log.at(index).configuration !== undefined) return index;
  return log.baseIndex;
}

/** Null where the plan lets nobody come or go. */
export function configurationOf({
  config: { members }, persistent,
}: Pick<Raft, 'config' | 'persistent'>): Configuration | null {
  return members === undefined ? null : (loggedConfiguration(persistent) ?? { voters: members, learners: [] });
}

const setsOf = ({ voters, outgoing }: Configuration): readonly (readonly NodeId[])[] =>
  outgoing === undefined ? [voters] : [voters, outgoing.voters];

const everyone = Array.from({ length: 8 }, (_, servers) => Array.from({ length: servers }, (_unused, node) => node));
const everyoneOf = (servers: number): readonly NodeId[] =>
  everyone[servers] ?? Array.from({ length: servers }, (_, node) => node);

/** The sets of which a majority each must agree: one, or the new and the old one. */
export function votingSets(raft: Pick<Raft, 'config' | 'persistent'>, servers: number): readonly (readonly NodeId[])[] {
  const configuration = configurationOf(raft);
  return configuration === null ? [everyoneOf(servers)] : setsOf(configuration);
}

/**
 * By what sets a leader may have counted that says an index is committed, when nothing is known of it but that: those
 * of the last configuration up to there, or of one that is a change away, which it has put behind.
 */
export function votingSetsAt(
  { config: { members }, persistent }: Pick<Raft, 'config' | 'persistent'>, index: number, servers: number,
): readonly (readonly (readonly NodeId[])[])[] {
  if (members === undefined) return [[everyoneOf(servers)]];
  const at = loggedConfiguration(persistent, index) ?? { voters: members, learners: [] };
  if (at.outgoing !== undefined) return [setsOf(at), [at.voters]];
  const one = Array.from({ length: servers }, (_, server) =>
    at.voters.includes(server) ? at.voters.filter((voter) => voter !== server) : [...at.voters, server],
  );
  return [setsOf(at), ...one.map((voters) => [voters])];
}

/** Whoever is in one of them, once. */
export const votersOf = (raft: Pick<Raft, 'config' | 'persistent'>, servers: number): readonly NodeId[] => [
  ...new Set(votingSets(raft, servers).flat()),
];

/** Of the sets, the first one of which these are no majority; null where there is none. */
export function outvotedIn(
  sets: readonly (readonly NodeId[])[], holds: (node: NodeId) => boolean,
): { readonly held: number; readonly of: number } | null {
  for (const set of sets) {
    const held = set.filter(holds).length;
    if (held * 2 <= set.length) return { held, of: set.length };
  }
  return null;
}

/** Alone it decides. */
export const isAlone = (raft: Raft): boolean =>
  votingSets(raft, raft.config.clusterSize).every((set) => set.length === 1 && set[0] === raft.config.id);

/** Whether it has a vote by this configuration. */
export const votesIn = ({ voters, outgoing }: Configuration, node: NodeId): boolean =>
  voters.includes(node) || outgoing?.voters.includes(node) === true;

/** Whether it takes part by this configuration, as a voter or a learner. */
export const takesPartIn = (configuration: Configuration, node: NodeId): boolean =>
  votesIn(configuration, node) || configuration.learners.includes(node);

/** The same by the last configuration of a server's log. */
export function isMember(raft: Raft, node: NodeId): boolean {
  const configuration = configurationOf(raft);
  return configuration === null || takesPartIn(configuration, node);
}
