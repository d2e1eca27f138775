/** Reads around the log: none that a leader has taken on is forgotten (dissertation 6.4). */
import type { Effect, NodeId } from '../core/protocol.ts';
import type { AnyRaftMessage } from '../core/raft/option-messages.ts';
import type { PendingRead } from '../core/raft/office.ts';
import type { Server } from '../core/server.ts';
import { property } from './property.ts';

export interface ReadsStep {
  readonly node: NodeId;
  readonly before: Server;
  readonly after: Server;
  readonly effects: readonly Effect<unknown, unknown, unknown>[];
}

const waitingAt = ({ raft: { role } }: Server): readonly PendingRead[] =>
  (role.kind === 'leader' ? [...role.office?.rounds?.reads ?? [], ...role.office?.rounds?.leased ?? []] : []);

/** A client asks again for what nobody answers, and is answered then: so that nothing else is seen of it but time. */
export const noReadIsDropped = property({
  name: 'No Read Is Dropped',
  source: 'dissertation, 6.4',
  says: 'A read that waits for a round, at a leader that leads on, is confirmed and not forgotten',
  looksAt: 'ghost',
  check({ node, before, after, effects }: ReadsStep) {
    const leadsOn =
      after.raft.role.kind === 'leader' && after.raft.persistent.currentTerm === before.raft.persistent.currentTerm;
    if (!leadsOn || before.raft.role === after.raft.role) return null;
    if (waitingAt(before).length === 0) return null;
    const left = new Set(waitingAt(after).map(nameOf));
    const isTold = ({ by, client, sequence }: PendingRead): boolean => effects.some((effect) => {
      if (effect.kind !== 'send' || effect.to !== by) return false;
      const message = effect.message as AnyRaftMessage;
      return message.kind === 'readIndexReply' && message.client === client && message.sequence === sequence;
    });
    const waits = ({ client, sequence }: PendingRead): boolean =>
      (after.reading ?? []).some((one) => one.client === client && one.sequence === sequence && one.index === null);
    const dropped = waitingAt(before).find(
      (read) => !left.has(nameOf(read)) && (read.by === node ? waits(read) : !isTold(read)),
    );
    return dropped === undefined
      ? null
      : `n${node} forgets the read ${dropped.sequence} of n${dropped.client}, which ${dropped.by === node ? 'waits here' : `n${dropped.by} asked for`}`;
  },
});

const nameOf = ({ by, client, sequence }: PendingRead): string => `${by} ${client} ${sequence}`;
