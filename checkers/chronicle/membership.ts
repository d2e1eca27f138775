/** Servers that come and go (dissertation, chapter 4). */
import type { NodeId } from '../../core/protocol.ts';
import type { Configuration } from '../../core/raft/members.ts';
import type { Raft } from '../../core/raft/state.ts';
import { takesPartIn, votesIn } from '../raft/quorum.ts';
import { situationsOf } from './situation.ts';

/** A configuration is committed that nobody knew committed before. */
export interface NewConfiguration {
  readonly from: Configuration;
  readonly to: Configuration;
  /** Servers whose disks were replaced. */
  readonly withNewDisk: ReadonlySet<NodeId>;
}

const everyone = ({ voters, learners, outgoing }: Configuration): readonly NodeId[] => [
  ...voters, ...learners, ...(outgoing?.voters ?? []),
];

export const configurations = situationsOf<NewConfiguration>()({
  learnersAdded: {
    says: 'A learner is let in', seen: ({ from, to }) => to.learners.some((id) => !takesPartIn(from, id)),
  },
  votersAdded: {
    says: 'A learner that was caught up becomes a voter',
    seen: ({ from, to }) => to.voters.some((id) => !from.voters.includes(id)),
  },
  votersWithNewDisk: {
    says: 'A server that came in again with a new disk becomes a voter',
    seen: ({ from, to, withNewDisk }) => to.voters.some((id) => withNewDisk.has(id) && !from.voters.includes(id)),
  },
  votersMadeLearners: {
    says: 'A server that voted learns', seen: ({ from, to }) => to.learners.some((id) => votesIn(from, id)),
  },
  serversRemoved: {
    says: 'A server is taken out', seen: ({ from, to }) => everyone(from).some((id) => !takesPartIn(to, id)),
  },
  jointConfigurationsEntered: {
    says: 'A configuration of two sets of voters is committed', seen: ({ to }) => to.outgoing !== undefined,
  },
  jointConfigurationsLeft: {
    says: 'Of two sets of voters one is left',
    seen: ({ from, to }) => from.outgoing !== undefined && to.outgoing === undefined,
  },
});

/** A step of a server where servers come and go. */
export interface MemberStep {
  readonly node: NodeId;
  readonly before: Raft;
  readonly after: Raft;
  /** The last configuration that is committed anywhere. */
  readonly committed: Configuration;
}

const logOf = ({ persistent: { log } }: Raft): Raft['persistent']['log'] => log;
const votes = (raft: Raft, node: NodeId): boolean =>
  votesIn(logOf(raft).configuration ?? { voters: raft.config.members!, learners: [] }, node);
const outgoingOf = (raft: Raft): Configuration['outgoing'] => logOf(raft).configuration?.outgoing;
const catchUpOf = ({ role }: Raft) => (role.kind === 'leader' ? role.office?.catchUp : undefined);

function isRolledBack({ before, after }: MemberStep): boolean {
  const [old, log] = [logOf(before), logOf(after)];
  const { configurationIndex: index } = old;
  // What a new disk was told is of no entry that it holds.
  if (old === log || index <= old.baseIndex || index > old.lastIndex || index <= log.baseIndex) return false;
  return index > log.lastIndex || log.termAt(index) !== old.termAt(index);
}

export const memberSteps = situationsOf<MemberStep>()({
  configurationsRolledBack: {
    says: 'A server gives up a configuration with the entry that holds it',
    seen: isRolledBack,
  },
  leadersRemoved: {
    says: 'A leader that has left steps down when that is committed',
    seen: ({ node, before, after }) =>
      before.role.kind === 'leader' &&
      after.role.kind === 'follower' &&
      before.persistent.currentTerm === after.persistent.currentTerm &&
      !votes(after, node) &&
      logOf(after).configurationIndex <= after.commitIndex,
  },
  removedServersStanding: {
    says: 'A server that was taken out and does not know it stands for election',
    seen: ({ node, before, after, committed }) =>
      !takesPartIn(committed, node) &&
      before.role.kind === 'follower' &&
      (after.role.kind === 'candidate' || after.role.kind === 'preCandidate'),
  },
  leadersOnTheirWayOut: {
    says: 'A leader that has left commits an entry, and does not count itself',
    seen: ({ node, before, after }) =>
      before.role.kind === 'leader' && after.commitIndex > before.commitIndex && !votes(before, node),
  },
  leadersOfUncommittedConfiguration: {
    says: 'A server is elected by a configuration that it does not know to be committed',
    seen: ({ before, after }) =>
      before.role.kind !== 'leader' &&
      after.role.kind === 'leader' &&
      logOf(before).configurationIndex > before.commitIndex,
  },
  leadersElectedByTwoSets: {
    says: 'A server is elected while its configuration is joint',
    seen: ({ before, after }) =>
      before.role.kind !== 'leader' && after.role.kind === 'leader' && outgoingOf(before) !== undefined,
  },
  commitsByUnwrittenConfiguration: {
    says: 'A leader commits by a configuration that its own disk is not known to hold',
    seen: ({ node, before: { role, config, commitIndex }, after }) =>
      role.kind === 'leader' &&
      config.pipelined === true &&
      after.role.kind === 'leader' &&
      after.commitIndex > commitIndex &&
      logOf(after).configurationIndex > after.role.matchIndex[node]!,
  },
  leadersOfTheOldSetOnly: {
    says: 'A leader that votes in the old set only commits an entry while its configuration is joint',
    seen: ({ node, before, after }) =>
      before.role.kind === 'leader' &&
      after.commitIndex > before.commitIndex &&
      outgoingOf(before) !== undefined &&
      !logOf(before).configuration!.voters.includes(node),
  },
  jointConfigurationsInherited: {
    says: 'A leader leaves a joint configuration that another one has entered',
    seen({ before, after }) {
      const [log, index] = [logOf(before), logOf(before).configurationIndex];
      if (
        before.role.kind !== 'leader' ||
        outgoingOf(before) === undefined ||
        logOf(after) === log ||
        outgoingOf(after) !== undefined
      )
        return false;
      return (
        index > log.baseIndex &&
        after.persistent.currentTerm === before.persistent.currentTerm &&
        log.termAt(index) < before.persistent.currentTerm
      );
    },
  },
  jointConfigurationsRolledBack: {
    says: 'A server gives up a joint configuration with the entry that holds it',
    seen: (step) => outgoingOf(step.before) !== undefined && isRolledBack(step),
  },
  snapshotsOfJointConfigurations: {
    says: 'A snapshot is kept that tells of two sets of voters',
    seen: ({ before, after }) =>
      after.persistent.snapshot !== before.persistent.snapshot &&
      after.persistent.snapshot?.configuration?.outgoing !== undefined,
  },
  roundsOfCatchUp: {
    says: 'A learner is behind when an election timeout is over, and gets another round',
    seen: ({ before, after }) =>
      catchUpOf(after) !== undefined && (catchUpOf(before)?.rounds ?? 1) < catchUpOf(after)!.rounds,
  },
  configurationsInstalled: {
    says: 'A snapshot is installed that tells who takes part',
    seen: ({ before, after }) =>
      after.persistent.snapshot !== before.persistent.snapshot &&
      after.persistent.snapshot?.configuration !== undefined &&
      after.persistent.snapshot.lastIncludedIndex > logOf(before).lastIndex,
  },
});

/** What an operator was told. */
export const changeAnswers = situationsOf<{ readonly isDone: boolean }>()({
  changesDone: { says: 'An operator is told that a change is done', seen: ({ isDone }) => isDone },
  changesGivenUp: { says: 'An operator is told that a learner did not catch up', seen: ({ isDone }) => !isDone },
});
