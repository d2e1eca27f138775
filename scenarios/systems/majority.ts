/**
 * When Raft owes progress: while a majority of the servers is up and every two of them can talk (section 5.1). Where
 * servers come and go, a majority of each configuration that a server goes by: whichever of them is the one, it can
 * decide. And then somebody must lead already or be able to win: a learner that is up may hold the latest log and
 * refuse its vote to everyone, while whoever led it is lost (5.4.1; dissertation 4.2.2).
 */
import { mayHaveVoted } from '../../checkers/raft/membership.ts';
import { knowsItsPart } from '../../checkers/raft/new-disk.ts';
import { votingSets } from '../../checkers/raft/quorum.ts';
import { configurationOf } from '../../core/raft/configuration.ts';
import type { NodeId } from '../../core/protocol.ts';
import { electoratesOf } from '../../core/raft/joint-consensus.ts';
import type { Raft } from '../../core/raft/state.ts';
import { majorityCanTalk as majorityOf } from '../../harness/own/majority.ts';
import type { Reach } from '../../harness/system.ts';

const raftAt = (reach: Reach, node: NodeId): Raft | null =>
  (reach.isUp(node) ? (reach.stateOf(node) as { readonly raft: Raft } | null)?.raft ?? null : null);

export function majorityCanTalk(reach: Reach): boolean {
  const rafts: readonly (Raft | null)[] = Array.from({ length: reach.servers }, (_, node) => raftAt(reach, node));
  const sets = new Map<string, readonly NodeId[]>();
  for (const raft of rafts) {
    const configuration = raft === null ? null : configurationOf(raft);
    for (const voters of configuration === null ? [] : electoratesOf(configuration)) sets.set(voters.join(), voters);
  }
  if (sets.size === 0) return majorityOf(reach);
  if (!rafts.some((_, node) => canLead(reach, rafts, node))) return false;
  return [...sets.values()].every((voters) => canTalk(reach, voters));
}

/** By the rules for elections, told from the logs: what the core thinks of it is not asked. */
function canLead(reach: Reach, rafts: readonly (Raft | null)[], node: NodeId): boolean {
  const raft = rafts[node]!;
  if (raft === null) return false;
  if (raft.role.kind === 'leader') return true;
  const grants = (voter: NodeId): boolean => {
    const other = rafts[voter] ?? null;
    if (voter === node || other === null) return voter === node;
    return (
      reach.canTalk(node, voter) &&
      reach.canTalk(voter, node) &&
      isUpToDate(raft, other) &&
      knowsItsPart(voter, other.persistent)
    );
  };
  const sets = votingSets(raft, reach.servers);
  return mayHaveVoted(raft, node) && sets.every((voters) => voters.filter(grants).length * 2 > voters.length);
}

/** Section 5.4.1. */
const isUpToDate = ({ persistent: { log: one } }: Raft, { persistent: { log: other } }: Raft): boolean =>
  one.lastTerm > other.lastTerm || (one.lastTerm === other.lastTerm && one.lastIndex >= other.lastIndex);

/** As if the voters were all that there are. */
const canTalk = (reach: Reach, voters: readonly NodeId[]): boolean => majorityOf({
  servers: voters.length,
  isUp: (place) => reach.isUp(voters[place]!),
  canTalk: (from, to) => reach.canTalk(voters[from]!, voters[to]!),
  stateOf: (place) => reach.stateOf(voters[place]!),
});
