/** Every situation that runs are searched for, by name, in the order in which they are reported. */
import { commitments, dismissals, expiringSessions, reads, requests, spans } from './clients.ts';
import { changeAnswers, configurations, memberSteps } from './membership.ts';
import {
  changes, flowChanges, heardAppends, heardInstalls, heardReplies, ignoredAppends, ignoredReplies, ignoredVotes,
  roleChanges, saidOfAppends, saidOfInstalls, saidOfPreVotes, saidOfVotes, saidSnapshots,
} from './raft-steps.ts';
import { leases } from './leases.ts';
import { pipelinedClients } from './pipelined-clients.ts';
import { chunkTransfers } from './chunks.ts';
import { refusedTransfers, transfers } from './transfers.ts';
import { heardOfMembers, newDisks } from './new-disks.ts';
import { maybes, versionedPuts } from './versions.ts';
import { boots, crashes, elections, losses, refusals, snapshots } from './servers.ts';

/** All of them, by the moment that shows them. */
export const situationGroups = {
  roleChanges, flowChanges, changes, heardReplies, heardAppends, heardInstalls, ignoredAppends, ignoredVotes,
  ignoredReplies, saidOfVotes, saidOfPreVotes, saidOfAppends, saidOfInstalls, saidSnapshots, elections, snapshots,
  boots, crashes, losses, refusals, requests, dismissals, commitments, reads, spans, transfers, leases, chunkTransfers,
  expiringSessions, configurations, memberSteps, changeAnswers, newDisks, heardOfMembers, versionedPuts, maybes,
  refusedTransfers, pipelinedClients,
} as const;

export type SituationName = (typeof situationGroups)[keyof typeof situationGroups][number]['name'];

export const situations = [
  // Elections.
  'leadersElected',
  'leadersDeposed',
  'leadersReelected',
  'leadersElectedWithUncommittedTail',
  'twoLeadersAtOnce',
  'candidatesWithoutMajority',
  'candidatesSteppedDown',
  'votesRefusedForStaleLog',
  'votesRefusedForOtherVote',
  'termsAdoptedFromReplies',
  // PreVote and CheckQuorum.
  'preCandidatesStanding',
  'preCandidatesWithoutMajority',
  'preCandidatesSteppedDown',
  'preVotesGranted',
  'preVotesRefusedInContact',
  'preVotesRefusedForStaleLog',
  'leadersWithoutQuorum',
  'votesIgnoredInContact',
  // Leadership transfer.
  'transfersToUpToDate',
  'transfersToBehind',
  'transfersCaughtUp',
  'transfersCompleted',
  'transfersGivenUp',
  'standsAtLeadersWish',
  'transferVotesInContact',
  'transfersDuringChange',
  'transfersByLeadersThatLeft',
  'standsWithinChange',
  'transfersToNobodyWithVote',
  'requestsRefusedInTransfer',
  // Replication.
  'entriesOfEarlierTermsCommitted',
  'severalEntriesCommittedAtOnce',
  'conflictingEntriesTruncated',
  'refusalsForGap',
  'refusalsForConflict',
  'staleRequestsRefused',
  'repeatedEntriesIgnored',
  'entriesReachingBehindSnapshot',
  'staleRepliesIgnored',
  'repliesToFormerLeader',
  'requestsSentAhead',
  'windowsFilled',
  'windowsFreedByRefusal',
  'logsOfThousand',
  // Snapshots.
  'snapshotsTaken',
  'snapshotsTakenByFollowers',
  'logsEmptiedBySnapshot',
  'snapshotsSent',
  'snapshotsInstalled',
  'installsKeptSuffix',
  'installsDiscardedConflict',
  'installsAtCandidate',
  'installsWhileApplying',
  'staleInstallsIgnored',
  'staleInstallsRefused',
  // Snapshots in chunks.
  'snapshotsInstalledFromChunks',
  'chunksRepeated',
  'chunksOutOfTurn',
  'partialSnapshotsReplaced',
  'transfersBegunAgain',
  'transfersTakenUp',
  'snapshotsTakenInTransfer',
  // Membership.
  'learnersAdded',
  'votersAdded',
  'votersMadeLearners',
  'serversRemoved',
  'jointConfigurationsEntered',
  'jointConfigurationsLeft',
  'configurationsRolledBack',
  'leadersRemoved',
  'removedServersStanding',
  'leadersOnTheirWayOut',
  'leadersOfUncommittedConfiguration',
  'leadersElectedByTwoSets',
  'commitsByUnwrittenConfiguration',
  'leadersOfTheOldSetOnly',
  'jointConfigurationsInherited',
  'jointConfigurationsRolledBack',
  'snapshotsOfJointConfigurations',
  'roundsOfCatchUp',
  'configurationsInstalled',
  'changesDone',
  'changesGivenUp',
  'disksReplaced',
  'votersWithNewDisk',
  'votesRefusedByNewcomers',
  'answersOfEarlierStays',
  'answersOfLostDisks',
  // Restarts and disks.
  'restartsFromSnapshot',
  'restartsWithLogBehindSnapshot',
  'restartsWithBlankDisk',
  'restartsOfVoters',
  'serversRefusedToStart',
  'majorityDown',
  'allDown',
  'leadersCrashed',
  'leadersCrashedAtBarrier',
  'candidatesCrashed',
  'crashesBeforeWrite',
  'crashesBehindWrite',
  'crashesWhileApplying',
  // Sessions and clients.
  'repeatedCommandsSuppressed',
  'waitingClientsDismissed',
  'answersFromSession',
  'staleClientRequestsIgnored',
  'retriesWhileWaiting',
  'redirectsWithHint',
  'givenUpOperationsExecuted',
  'operationsOfFormerNamesExecuted',
  'readsAnsweredByLeaders',
  'readsAnsweredByFollowers',
  'readsSharingRound',
  'readsAwaitingService',
  'readsDismissed',
  'readsUnderLease',
  'leasesWithinChange',
  'leasesOfTwoSets',
  'leasesOverWhenRead',
  'promisesOfThePast',
  'promisesIntoLaterTerm',
  'sessionsBegun',
  'sessionsEnded',
  'commandsOfEndedSessions',
  'putsOfOtherVersion',
  'putsOfNoKey',
  'putsCommittedAgain',
  'maybesThatHappened',
  'maybesThatDidNot',
  'requestsBeforeTheirTurn',
  'requestsTakenInTurn',
  'heldRequestsDismissed',
  'commandsOfOneClientTogether',
  'answersOfEarlierCommands',
  'snapshotsOfSeveralAnswers',
  'operationsSpanningInstall',
  'operationsSpanningLeaderChange',
  'operationsSpanningCrash',
] as const satisfies readonly SituationName[];

/** Reached by about one seed of the swarm in five hundred, or by a few in ten thousand. */
const rareSituations: readonly SituationName[] = [
  'logsOfThousand', 'installsDiscardedConflict', 'transfersBegunAgain', 'transfersTakenUp',
  'leadersElectedByTwoSets', 'jointConfigurationsInherited', 'jointConfigurationsRolledBack',
  'transfersByLeadersThatLeft', 'standsWithinChange', 'votesRefusedByNewcomers',
];

/** What a gate requires of a campaign of a thousand seeds of the swarm or more. */
export const requiredSituations: readonly SituationName[] = situations.filter((name) => !rareSituations.includes(name));
