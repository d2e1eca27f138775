/**
 * Servers that were taken out and come in again with a new disk (core/raft/new-disk.ts), and answers of earlier stays.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { RequestVote } from '../../core/raft/messages.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { ServerMessage } from '../../core/server.ts';
import { grants, knowsItsPart } from '../raft/new-disk.ts';
import { situationsOf } from './situation.ts';

export const newDisks = situationsOf<null>()({
  disksReplaced: { says: 'A server that was taken out gets a new disk', seen: () => true },
});

/** A server hears a message where servers come and go. */
export interface Heard {
  readonly raft: Raft;
  readonly from: NodeId;
  readonly message: ServerMessage;
  readonly effects: readonly { readonly kind: string }[];
  /** Whether the sender has another disk than it had at first. */
  readonly hasNewDisk: boolean;
}

/** Whether a leader hears in the present stay of its follower what it said in one before. */
function isOfEarlierStay({ raft: { role, persistent }, from, message }: Heard): boolean {
  if (role.kind !== 'leader') return false;
  switch (message.kind) {
    case 'appendEntriesReply':
    case 'installSnapshotReply':
    case 'installChunkReply':
      return message.term === persistent.currentTerm && (message.stay ?? 0) < (role.office?.departures?.[from] ?? 0);
    default:
      return false;
  }
}

/** By the rules of 5.1 and 5.4.1 alone it would be granted, if its sender is the first to ask in its term. */
function isLikelyToBeGranted({ persistent: { currentTerm, log } }: Raft, request: RequestVote): boolean {
  const { term, lastLogIndex, lastLogTerm } = request;
  const isUpToDate = lastLogTerm > log.lastTerm || (lastLogTerm === log.lastTerm && lastLogIndex >= log.lastIndex);
  return term > currentTerm && isUpToDate;
}

export const heardOfMembers = situationsOf<Heard>()({
  votesRefusedByNewcomers: {
    says: 'A server with a new disk is asked for its vote and does not know yet that it takes part',
    seen: ({ raft, message, effects }) =>
      (message.kind === 'requestVote' || message.kind === 'requestPreVote') &&
      !knowsItsPart(raft.config.id, raft.persistent) &&
      isLikelyToBeGranted(raft, { ...message, kind: 'requestVote' }) &&
      !grants(effects),
  },
  answersOfEarlierStays: {
    says: 'A leader hears what a server answered before it was taken out and let in again',
    seen: isOfEarlierStay,
  },
  answersOfLostDisks: {
    says: 'A leader hears what a server answered before it was taken out and let in again with a new disk',
    seen: (heard) => heard.hasNewDisk && isOfEarlierStay(heard),
  },
});
