/**
 * Reads under a lease (dissertation 6.4.1): a leader that has one answers without asking anybody.
 *
 * What has come while it stood still (a pause, a write that took long) is heard in its order, a question before the
 * timer that ended the lease. So it asks for a timer of no time at all: all that was due by then is heard before it.
 */
import type { NodeId } from '../protocol.ts';
import { hasLease, readTimer } from './lease.ts';
import { askToRead } from './read-index.ts';
import type { PendingRead } from './office.ts';
import { stay, withOffice, type Raft, type RaftStep } from './state.ts';

/** By ReadIndex where there is no lease, now or in that moment. */
export function askToReadByLease(
  raft: Raft, by: NodeId, { client, sequence }: { readonly client: NodeId; readonly sequence: number },
): RaftStep {
  if (raft.role.kind !== 'leader' || !hasLease(raft)) return askToRead(raft, by, { client, sequence });
  const office = raft.role.office!;
  const rounds = office.rounds!;
  const read: PendingRead = { by, client, sequence, index: raft.commitIndex, round: rounds.begun };
  const waiting = withOffice(raft, { ...office, rounds: { ...rounds, leased: [...(rounds.leased ?? []), read] } });
  return { raft: waiting, effects: [{ kind: 'setTimer', timer: readTimer, afterUs: { min: 0, max: 0 } }] };
}

export function onLeaseRead(raft: Raft): RaftStep {
  const office = raft.role.kind === 'leader' ? raft.role.office : undefined;
  if (office?.rounds?.leased === undefined) return stay(raft);
  const { leased, ...rounds } = office.rounds;
  const free = withOffice(raft, { ...office, rounds });
  if (hasLease(raft))
    return stay(withOffice(raft, { ...office, rounds: { ...rounds, confirmed: [...rounds.confirmed, ...leased] } }));
  return leased.reduce<RaftStep>((step, read) => {
    const asked = askToRead(step.raft, read.by, read);
    return { raft: asked.raft, effects: [...step.effects, ...asked.effects] };
  }, stay(free));
}
