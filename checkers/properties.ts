/**
 * Every property that a run, or a space of states, of Raft and its store is held against. Observers take
 * their checks from here; one that leaves some out says so, with its reason (`LeavesOut`).
 */
import { linearizability } from './linearizability.ts';
import { acknowledgedWritesSurvive, equalReplicas, snapshotEqualsPrefix } from './prefix.ts';
import type { Property } from './property.ts';
import { caughtUpIsLetIn, roundCoversTheLog, voterHasCaughtUp } from './raft/catch-up.ts';
import { leaderCompleteness, stateMachineSafety } from './raft/committed-log.ts';
import {
  leaderInContactIsKept,
  leaderWithoutQuorumStepsDown,
  newLeaderHasATimeout,
  preVoteChangesNothing,
  preVoteTellsOfTheVote,
  quorumRenewsTheTimer,
  standsOnPreVotes,
} from './raft/contact.ts';
import { persistBeforeSend } from './raft/durability.ts';
import { electedByMajority, electionSafety, oneVotePerTerm, termMonotonic } from './raft/elections.ts';
import {
  acknowledgedChangeIsCommitted, configurationIsLogged, jointIsLeftWhenCommitted, leaderThatLeftStepsDown,
  oneChangeAtATime, snapshotTellsWhoTakesPart, standsAsMember,
} from './raft/membership.ts';
import { newcomerGrantsNoVote, newDiskBeginsAtRemoval } from './raft/new-disk.ts';
import { logMatching, logTermsNonDecreasing } from './raft/entry-book.ts';
import {
  appliedInOrder, appliedIsCommitted, commitIndexMonotonic, committedIsLogged, lastAppliedMonotonic,
} from './raft/indexes.ts';
import {
  committedByMajority, leaderAppendOnly, matchIndexIsDurable, matchIndexMonotonic, nextAboveMatch, refusalIsAConflict,
  refusalTellsOfItsConflict, snapshotIsTaken, staleRepliesChangeNothing,
} from './raft/replication.ts';
import {
  answeredRoundsAreKept, leaseBeginsWithRound, leaseIsOverByItsTimer, promiseIsKept, readUnderLease,
} from './raft/lease.ts';
import {
  heirHasVote, leadersWishIsDone, toldWhenUpToDate, transferIsGivenUp, transferTakesNoProposals, transferTimeIsOnce,
} from './raft/transfer.ts';
import { windowIsKept } from './raft/window.ts';
import { boundedRaftState } from './raft-state-size.ts';
import { chunksLeaveNoGap, oneChunkAtATime } from './snapshot-chunks.ts';
import { stepOfTheSpecification } from './spec/step-of-the-specification.ts';
import { noReadIsDropped } from './reads.ts';
import {
  acknowledgedIsCommitted, acknowledgedResult, endedIsAgreed, readIsFresh, sessionOrder,
} from './replicated-store.ts';
import { respondsAfterApplied } from './responses.ts';
import { refusalIsSure } from './versioned-answers.ts';
import {
  boundedWork, noException, progressAfterHealing, progressWhileOwed, protocolContract, slow, startsFromUndamagedDisk,
  timeGoesOn, timeLimit,
} from './run-properties.ts';

/** Those of one family that look at single steps are asked in this order. */
export const properties = [
  // How servers answer.
  refusalIsAConflict,
  refusalTellsOfItsConflict,
  snapshotIsTaken,
  staleRepliesChangeNothing,
  preVoteChangesNothing,
  leaderInContactIsKept,
  preVoteTellsOfTheVote,
  quorumRenewsTheTimer,
  leaderWithoutQuorumStepsDown,
  caughtUpIsLetIn,
  newcomerGrantsNoVote,
  toldWhenUpToDate,
  leadersWishIsDone,
  transferTimeIsOnce,
  transferIsGivenUp,
  readUnderLease,
  leaseIsOverByItsTimer,
  // Logs and disks.
  logTermsNonDecreasing,
  logMatching,
  persistBeforeSend,
  leaderAppendOnly,
  transferTakesNoProposals,
  // Who takes part.
  configurationIsLogged,
  oneChangeAtATime,
  jointIsLeftWhenCommitted,
  voterHasCaughtUp,
  standsAsMember,
  leaderThatLeftStepsDown,
  newDiskBeginsAtRemoval,
  // Elections.
  termMonotonic,
  oneVotePerTerm,
  electionSafety,
  electedByMajority,
  leaderCompleteness,
  standsOnPreVotes,
  heirHasVote,
  promiseIsKept,
  // What a leader believes.
  newLeaderHasATimeout,
  leaseBeginsWithRound,
  answeredRoundsAreKept,
  nextAboveMatch,
  matchIndexMonotonic,
  matchIndexIsDurable,
  windowIsKept,
  roundCoversTheLog,
  // What is committed and applied.
  commitIndexMonotonic,
  lastAppliedMonotonic,
  appliedIsCommitted,
  committedIsLogged,
  committedByMajority,
  stateMachineSafety,
  appliedInOrder,
  // All of Figure 2, as a second Raft.
  stepOfTheSpecification,
  // The store and its clients.
  sessionOrder,
  equalReplicas,
  snapshotEqualsPrefix,
  boundedRaftState,
  respondsAfterApplied,
  chunksLeaveNoGap,
  oneChunkAtATime,
  acknowledgedIsCommitted,
  acknowledgedResult,
  readIsFresh,
  noReadIsDropped,
  endedIsAgreed,
  snapshotTellsWhoTakesPart,
  acknowledgedChangeIsCommitted,
  refusalIsSure,
  acknowledgedWritesSurvive,
  linearizability,
  // The run.
  progressAfterHealing,
  progressWhileOwed,
  slow,
  timeLimit,
  boundedWork,
  protocolContract,
  timeGoesOn,
  noException,
  startsFromUndamagedDisk,
] as const satisfies readonly Property<never>[];

export type PropertyName = (typeof properties)[number]['name'];

/** What an observer does not judge, each with the reason. */
export type LeavesOut = Readonly<Partial<Record<PropertyName, string>>>;

/** What the harness asks of a run, whoever observes it. */
export const ofRuns: readonly PropertyName[] = properties
  .filter(({ looksAt }) => looksAt === 'run')
  .map(({ name }) => name);
