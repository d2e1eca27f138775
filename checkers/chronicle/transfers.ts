/** Leadership transfer: what becomes of it. */
import type { NodeId } from '../../core/protocol.ts';
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Transfer } from '../../core/raft/office.ts';
import type { Raft } from '../../core/raft/state.ts';
import { votesIn } from '../raft/quorum.ts';
import { situationsOf } from './situation.ts';

/** A step of Raft, with what it heard; null for a timer. */
export interface Moved {
  readonly before: Raft;
  readonly after: Raft;
  readonly heard: AnyRaftMessage | null;
}

const transferOf = (raft: Raft): Transfer | null =>
  raft.role.kind === 'leader' ? (raft.role.office?.transfer ?? null) : null;
const hasBegun = ({ before, after }: Moved): boolean => transferOf(before) === null && transferOf(after) !== null;
const hasContact = ({ role }: Raft): boolean =>
  role.kind === 'leader' || (role.kind === 'follower' && role.hasContact === true);

/** Whether the last configuration of its log is not known to be committed. */
const isChanging = ({ commitIndex, persistent: { log } }: Raft): boolean => log.configurationIndex > commitIndex;
const hasLeft = ({ config: { id }, persistent: { log } }: Raft): boolean =>
  log.configuration !== undefined && !votesIn(log.configuration, id);

export const transfers = situationsOf<Moved>()({
  transfersToUpToDate: {
    says: 'A leader hands over to a server that holds all of its log',
    seen: (moved) => hasBegun(moved) && transferOf(moved.after)!.isTold,
  },
  transfersToBehind: {
    says: 'A leader hands over to a server that lacks entries',
    seen: (moved) => hasBegun(moved) && !transferOf(moved.after)!.isTold,
  },
  transfersDuringChange: {
    says: 'A leader hands over while a change of who takes part is not committed',
    seen: (moved) => hasBegun(moved) && isChanging(moved.after),
  },
  transfersByLeadersThatLeft: {
    says: 'A leader that has left hands over before that is committed',
    seen: (moved) => hasBegun(moved) && hasLeft(moved.after),
  },
  standsWithinChange: {
    says: 'A server stands because its leader told it to, by a configuration that it does not know to be committed',
    seen: ({ before, after, heard }) =>
      heard?.kind === 'timeoutNow' && after.role.kind !== 'follower' && isChanging(before),
  },
  transfersCaughtUp: {
    says: 'A server to which its leader hands over has caught up',
    seen: ({ before, after }) => transferOf(before)?.isTold === false && transferOf(after)?.isTold === true,
  },
  transfersCompleted: {
    says: 'A leader that hands over is deposed',
    seen: ({ before, after }) => transferOf(before)?.isTold === true && after.role.kind !== 'leader',
  },
  transfersGivenUp: {
    says: 'A leader has handed over in vain, and leads on',
    seen: ({ before, after }) =>
      transferOf(before) !== null && after.role.kind === 'leader' && transferOf(after) === null,
  },
  standsAtLeadersWish: {
    says: 'A server stands for election because its leader told it to',
    seen: ({ after, heard }) => heard?.kind === 'timeoutNow' && after.role.kind !== 'follower',
  },
  transferVotesInContact: {
    says: 'A vote is asked for at the wish of a leader that is heard, and looked at',
    seen: ({ before, after, heard }) =>
      heard?.kind === 'requestTransferVote' && hasContact(before) && after.persistent.currentTerm === heard.term,
  },
});

/** A leader was asked to hand over, and is as it was. */
export const refusedTransfers = situationsOf<{ readonly raft: Raft; readonly to: NodeId }>()({
  transfersToNobodyWithVote: {
    says: 'A leader is asked to hand over to a learner, or to who does not take part, and does not',
    seen: ({ raft: { role, config, persistent: { log } }, to }) =>
      role.kind === 'leader' &&
      role.office?.transfer === undefined &&
      config.transfer === true &&
      config.members !== undefined &&
      !(log.configuration?.voters ?? config.members).includes(to),
  },
});
