/**
 * Changes of one server at a time (dissertation 4.1 to 4.2): any majority before such a change and any behind it have a
 * server in common, so the new configuration takes effect as soon as it is in the log. It is a voter less, a learner
 * more or less, or a learner that becomes a voter once it is caught up (catch-up.ts).
 *
 * Not before the last change is committed; and, as Ongaro's correction of 2015 has it, not before the leader has
 * committed an entry of its own term: else two leaders could each change the same configuration, to two with separate
 * majorities.
 *
 * Any other change goes by way of a joint configuration (joint-consensus.ts), under the same two conditions.
 */
import { caughtUp, withoutCatchUp } from './catch-up.ts';
import { advanceCommitIndex } from './commitment.ts';
import { configurationOf, peersOf } from './configuration.ts';
import { noopSizeBytes } from './election.ts';
import { everyVoter, leaving, towardsReplacement } from './joint-consensus.ts';
import type { LogIndex } from './log.ts';
import {
  configurationSizeBytes, isMember, serversOf, withLearner, withoutServer, withVoter, type Change, type Configuration,
} from './members.ts';
import { propose, proposeEntry } from './replication.ts';
import { restartElectionTimer, stay, withRole, type Leader, type Raft, type RaftStep } from './state.ts';
import { handingOverTo } from './transfer.ts';
import { sendInWindow, withoutFlow } from './window.ts';

/** `waits`: not yet; asked again behind a later step it goes on. */
export type ChangeOutcome = 'waits' | 'done' | 'givenUp';

export interface ChangeStep extends RaftStep {
  readonly outcome: ChangeOutcome;
}

/**
 * What a leader does for an operator at this moment, if anything. Of a server that does not lead, everything waits.
 * @param askedAt the last index of its log when it was asked
 */
export function onChange(raft: Raft, change: Change, askedAt: LogIndex): ChangeStep {
  const configuration = configurationOf(raft);
  if (raft.role.kind !== 'leader' || configuration === null) return { ...stay(raft), outcome: 'waits' };
  // A configuration is a proposal, too, and so is a no-op (3.10).
  if (handingOverTo(raft) !== null) return { ...stay(raft), outcome: 'waits' };
  if (lacksOwn(raft)) return { ...withOwn(raft), outcome: 'waits' };
  // It is left before anything else: leaveJoint.
  if (configuration.outgoing !== undefined) return { ...stay(raft), outcome: 'waits' };
  const next = towards(configuration, change);
  if (next === null) return whenItIsSo(raft, askedAt);
  if (isImpossible(raft, change, next)) return { ...stay(raft), outcome: 'givenUp' };
  const newVoters = next.voters.filter((server) => !configuration.voters.includes(server));
  if (newVoters.length === 0) return whenItMay(raft, next);
  const { raft: ready, effects, state } = caughtUp(raft, newVoters);
  if (state === 'givenUp') return { raft: withoutCatchUp(ready), effects, outcome: 'givenUp' };
  if (state === 'behind') return { raft: ready, effects, outcome: 'waits' };
  const step = whenItMay(ready, next);
  return { ...step, effects: [...effects, ...step.effects] };
}

/** The next configuration on the way to what is asked for; null where it is that already. */
function towards(configuration: Configuration, change: Change): Configuration | null {
  if (change.kind === 'replaceServers') return towardsReplacement(configuration, change);
  const { kind, server } = change;
  if (kind === 'removeServer') return isMember(configuration, server) ? withoutServer(configuration, server) : null;
  if (configuration.voters.includes(server)) return null;
  if (!configuration.learners.includes(server)) return withLearner(configuration, server);
  return kind === 'addLearner' ? null : withVoter(configuration, server);
}

/** Nobody would be left to decide, or to let anybody in; nobody of that name is known; or it is to vote, and not to. */
function isImpossible({ config: { clusterSize } }: Raft, change: Change, next: Configuration): boolean {
  const asked = serversOf(change);
  return (
    next.voters.length === 0 ||
    (change.kind === 'replaceServers' && change.voters.length === 0) ||
    asked.some((server) => server >= clusterSize) ||
    new Set(asked).size < asked.length
  );
}

/**
 * A leader that has a joint configuration in its log leaves it when it is committed, nobody asks for it; null where
 * there is nothing to do. One that inherited it commits it with an entry of its own; one that hands over leaves it to
 * its heir.
 */
export function leaveJoint(raft: Raft): RaftStep | null {
  const configuration = configurationOf(raft);
  if (raft.role.kind !== 'leader' || configuration?.outgoing === undefined || handingOverTo(raft) !== null) return null;
  if (lacksOwn(raft)) return withOwn(raft);
  return isCommitted(raft) && hasCommittedOwn(raft) ? withConfiguration(raft, leaving(configuration)) : null;
}

/** What a leader inherited commits with an entry of its own only, which no client may ever give it (5.4.2). */
const lacksOwn = (raft: Raft): boolean =>
  raft.persistent.log.lastTerm !== raft.persistent.currentTerm && !hasCommittedOwn(raft);

const withOwn = (raft: Raft): RaftStep => sendInWindow(propose(raft, null, noopSizeBytes), false);

/**
 * Whoever leads no more, and has not heard of it, would tell what was: so that it is so is told as any read through the
 * log is, behind the commitment of an entry that was appended since it was asked (section 8).
 */
function whenItIsSo(raft: Raft, askedAt: LogIndex): ChangeStep {
  const { commitIndex, persistent: { log } } = raft;
  if (commitIndex > askedAt && isCommitted(raft)) return { ...stay(raft), outcome: 'done' };
  return { ...(log.lastIndex > askedAt ? stay(raft) : withOwn(raft)), outcome: 'waits' };
}

const isCommitted = ({ commitIndex, persistent: { log } }: Raft): boolean => log.configurationIndex <= commitIndex;

const hasCommittedOwn = ({ commitIndex, persistent: { currentTerm, log } }: Raft): boolean =>
  log.termAt(commitIndex) === currentTerm;

function whenItMay(raft: Raft, next: Configuration): ChangeStep {
  const step = isCommitted(raft) && hasCommittedOwn(raft) ? withConfiguration(raft, next) : stay(raft);
  return { ...step, outcome: 'waits' };
}

/** From here on it counts. A smaller majority may hold entries already that the larger one did not. */
function withConfiguration(raft: Raft, configuration: Configuration): RaftStep {
  const sizeBytes = noopSizeBytes + configurationSizeBytes(configuration);
  const { currentTerm, log: { lastIndex } } = raft.persistent;
  const leader = withDepartures(raft, withoutCatchUp(raft).role as Leader, configuration);
  const newcomers = newcomersOf(raft, configuration);
  const prepared = withRole(raft, newcomers.reduce((role, server) => withNewcomer(role, server, lastIndex), leader));
  const { raft: appended, effects } = sendInWindow(
    proposeEntry(withoutFlows(prepared, newcomers), { term: currentTerm, command: null, sizeBytes, configuration }),
    false,
  );
  return retired({ raft: advanceCommitIndex(appended, appended.role as Leader), effects });
}

const newcomersOf = (raft: Raft, { learners }: Configuration): readonly number[] =>
  learners.filter((server) => server !== raft.config.id && !peersOf(raft).includes(server));

const withoutFlows = (raft: Raft, newcomers: readonly number[]): Raft => newcomers.reduce(withoutFlow, raft);

/** Nothing is known of what it stores, whatever it was before. */
const withNewcomer = (leader: Leader, server: number, lastIndex: LogIndex): Leader => ({
  ...leader, nextIndex: leader.nextIndex.with(server, lastIndex + 1), matchIndex: leader.matchIndex.with(server, 0),
});

/** An answer that one of them gave before is not to count if it comes again (stays.ts). */
function withDepartures(raft: Raft, leader: Leader, next: Configuration): Leader {
  const leavers = peersOf(raft).filter((peer) => !isMember(next, peer));
  const { departures = new Array<number>(raft.config.clusterSize).fill(0), ...office } = leader.office!;
  return leavers.length === 0
    ? leader
    : {
        ...leader,
        office: {
          ...office,
          departures: leavers.reduce((counted, one) => counted.with(one, counted[one]! + 1), departures),
        },
      };
}

/** A leader that has left leads until that is committed, which it does not count for, and no longer (4.2.2). */
export function retired({ raft, effects }: RaftStep): RaftStep {
  const { config: { id }, role } = raft;
  const configuration = configurationOf(raft);
  if (role.kind !== 'leader' || configuration === null || everyVoter(configuration).includes(id) || !isCommitted(raft))
    return { raft, effects };
  return {
    raft: withRole(raft, { kind: 'follower', leaderId: null }), effects: [restartElectionTimer(raft), ...effects],
  };
}

/** A server that does not take part, or no longer: what it says of its log is of no use to a leader. */
export function isOutsider(raft: Raft, server: number): boolean {
  const configuration = configurationOf(raft);
  return configuration !== null && !isMember(configuration, server);
}
