/**
 * PreVote and CheckQuorum: whom a leader in contact with its followers is protected from (dissertation 9.6, 6.2,
 * 4.2.3).
 */
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Raft } from '../../core/raft/state.ts';
import { grants, knowsItsPart } from './new-disk.ts';
import { isAlone, outvotedIn, votingSets } from './quorum.ts';
import { ofStep, type RaftStep } from './raft-step.ts';

const heard = ({ event }: RaftStep): AnyRaftMessage | null =>
  event?.kind === 'message' ? (event.message as AnyRaftMessage) : null;

/** Such a promise is given to anybody who asks, so it must cost nothing and put nobody off. */
export const preVoteChangesNothing = ofStep({
  name: 'Pre-Vote Changes Nothing',
  source: 'dissertation, 9.6',
  says: 'Whoever is asked for a pre-vote answers, and changes neither its term nor its vote nor a timer',
  when: 'spoken',
  on: ['requestPreVote'],
  check(step) {
    const { node, before, after, effects } = step;
    if (heard(step)?.kind !== 'requestPreVote') return null;
    if (before?.persistent !== after.persistent || before.role !== after.role)
      return `n${node} is asked for a pre-vote and is another one than before`;
    const moved = effects.find(({ kind }) => kind === 'setTimer' || kind === 'cancelTimer');
    return moved === undefined ? null : `n${node} is asked for a pre-vote and moves a timer`;
  },
});

const keepsContact = ({ config }: Raft): boolean => config.preVote === true || config.checkQuorum === true;
const hearsLeader = ({ role }: Raft): boolean =>
  role.kind === 'leader' || (role.kind === 'follower' && role.hasContact === true);

/** Without it a node with a bad link deposes a healthy leader again and again. */
export const leaderInContactIsKept = ofStep({
  name: 'Leader In Contact Is Kept',
  source: 'dissertation, 9.6 and 4.2.3',
  says: 'Whoever hears a leader knows it, grants no pre-vote, and with CheckQuorum lets no vote that is asked for change its term',
  when: 'spoken',
  on: ['appendEntries', 'installSnapshot', 'installChunk', 'heartbeat', 'requestPreVote', 'requestVote'],
  check(step) {
    const { node, before, after, effects } = step;
    const message = heard(step);
    if (message === null || before === null || !keepsContact(after)) return null;
    const { currentTerm } = after.persistent;
    const isOfLeader =
      (message.kind === 'appendEntries' ||
        message.kind === 'installSnapshot' ||
        message.kind === 'installChunk' ||
        message.kind === 'heartbeat') &&
      message.term === currentTerm;
    if (isOfLeader && !hearsLeader(after))
      return `n${node} hears the leader of term ${currentTerm} and does not keep it in mind`;
    if (!hearsLeader(before)) return null;
    if (message.kind === 'requestPreVote')
      return grants(effects) ? `n${node} hears a leader and grants a pre-vote for term ${message.term}` : null;
    if (message.kind !== 'requestVote' || after.config.checkQuorum !== true) return null;
    return before.persistent.currentTerm === currentTerm
      ? null
      : `n${node} hears a leader and follows a candidate into term ${currentTerm}`;
  },
});

export const standsOnPreVotes = ofStep({
  name: 'Stands On Pre-Votes',
  source: 'dissertation, 9.6',
  says: 'With PreVote a server raises its term by itself only when a majority would vote for it',
  when: 'moved',
  check({ node, before, after, event }) {
    const { config, persistent: { currentTerm, votedFor } } = after;
    if (before === null || config.preVote !== true || isAlone(before)) return null;
    if (currentTerm === before.persistent.currentTerm || votedFor !== node) return null;
    const message = event?.kind === 'message' ? (event.message as AnyRaftMessage) : null;
    // At its leader's wish, which is not to be asked about (3.10).
    if (message?.kind === 'timeoutNow' && message.term + 1 === currentTerm) return null;
    const votes = before.role.kind === 'preCandidate' ? new Set(before.role.votes) : new Set<number>();
    const isGrant = message?.kind === 'requestPreVoteReply' && message.voteGranted && message.term === currentTerm;
    if (isGrant && event?.kind === 'message') votes.add(event.from);
    const few = outvotedIn(votingSets(before, config.clusterSize), (voter) => votes.has(voter));
    return few === null
      ? null
      : `n${node} stands for election in term ${currentTerm} with ${few.held} of ${few.of} pre-votes`;
  },
});

/** It is asked for no other purpose than to know this; and without a majority of them nobody stands for election. */
export const preVoteTellsOfTheVote = ofStep({
  name: 'Pre-Vote Tells Of The Vote',
  source: 'dissertation, 9.6',
  says: 'Whoever hears no leader grants a pre-vote where it would vote: in a later term for whose log is as up to date as its own, and never in an earlier term or for another log',
  when: 'spoken',
  on: ['requestPreVote'],
  check(step) {
    const { node, before, event, effects } = step;
    const message = heard(step);
    if (before === null || message?.kind !== 'requestPreVote' || event?.kind !== 'message') return null;
    const { config, persistent } = before;
    const { currentTerm, log } = persistent;
    if (config.preVote !== true || hearsLeader(before)) return null;
    const isUpToDate =
      message.lastLogTerm > log.lastTerm ||
      (message.lastLogTerm === log.lastTerm && message.lastLogIndex >= log.lastIndex);
    const said = `n${node} is in term ${currentTerm} and hears no leader`;
    if (grants(effects))
      return message.term >= currentTerm && isUpToDate
        ? null
        : `${said}, and grants n${event.from} a pre-vote for term ${message.term}, ${isUpToDate ? 'which is over' : 'whose log ends before its own'}`;
    // In its own term it may have voted for somebody else.
    return !isUpToDate || message.term <= currentTerm || !knowsItsPart(node, persistent)
      ? null
      : `${said}, and refuses n${event.from} a pre-vote for term ${message.term}, whose log ends as its own or later`;
  },
});

const renews = ({ effects }: RaftStep): boolean =>
  effects.some((effect) => effect.kind === 'setTimer' && effect.timer === 'election');

/** Who answered since the timer was set is counted anew with each time: else it lasts although nobody answers. */
export const quorumRenewsTheTimer = ofStep({
  name: 'Quorum Renews The Timer',
  source: 'dissertation, 6.2',
  says: 'With CheckQuorum a leader has an election timeout from when a majority has answered it since the last time',
  when: 'spoken',
  on: ['appendEntriesReply', 'installSnapshotReply', 'installChunkReply', 'heartbeatReply'],
  check(step) {
    const { node, before, after, event } = step;
    const message = heard(step);
    const { config, role, persistent } = after;
    if (config.checkQuorum !== true || role.kind !== 'leader' || before?.role.kind !== 'leader') return null;
    const [old, now] = [before.role.office?.heard, role.office?.heard];
    if (message === null || event?.kind !== 'message' || old === undefined || now === undefined) return null;
    const { from } = event;
    const isNew = message.term === persistent.currentTerm && !old.includes(from);
    const sets = votingSets(before, config.clusterSize);
    const few = outvotedIn(sets, (voter) => voter === node || old.includes(voter) || (isNew && voter === from));
    const said = `n${node} leads term ${persistent.currentTerm}`;
    if (renews(step)) {
      if (!isNew || few !== null)
        return `${said} and gives itself time again, and n${from} is ${isNew ? `one of ${few!.held} of ${few!.of} that it heard` : 'nobody whom it had not heard'}`;
      return now.length === 0 ? null : `${said} and has time again, and counts those on whom it got it once more`;
    }
    // An answer may be of an earlier stay of its sender, and says nothing then (stays; swarm seed 178352).
    const mayBeOfOld = before.role.office?.departures !== undefined || 'stay' in message;
    if (isNew && few === null && !mayBeOfOld && sets.some((set) => set.includes(from)))
      return `${said} and has heard a majority with n${from}, and has no more time than before`;
    const isOneMore = now.length === old.length + 1 && now.at(-1) === from && isNew;
    return now === old || isOneMore ? null : `${said} and takes ${now.length} as heard, where it was ${old.length}`;
  },
});

export const newLeaderHasATimeout = ofStep({
  name: 'New Leader Has A Timeout',
  source: 'dissertation, 6.2',
  says: 'With CheckQuorum a leader that has just been elected has a whole election timeout to hear a majority',
  when: 'led',
  check(step) {
    const { node, before, after } = step;
    if (after.config.checkQuorum !== true || before === null || before.role.kind === 'leader') return null;
    // One without an office is told of in short, by tests.
    if (after.role.kind !== 'leader' || after.role.office === undefined || renews(step)) return null;
    return `n${node} leads term ${after.persistent.currentTerm} with what is left of the time that it stood for election`;
  },
});

/** The timer is set anew whenever a majority has answered: when it fires, none has for an election timeout. */
export const leaderWithoutQuorumStepsDown = ofStep({
  name: 'Leader Without Quorum Steps Down',
  source: 'dissertation, 6.2',
  says: 'With CheckQuorum a leader that no majority has answered for an election timeout leads no more',
  when: 'woken',
  on: ['election', 'heartbeat'],
  check(step) {
    const { node, before, after, event } = step;
    const { config, role, persistent } = after;
    if (before?.role.kind !== 'leader' || config.checkQuorum !== true || isAlone(before)) return null;
    if (event?.kind !== 'timer' || role.kind !== 'leader') return null;
    if (event.timer === 'election')
      return `n${node} leads term ${persistent.currentTerm}, and no majority has answered it for an election timeout`;
    return event.timer === 'heartbeat' && renews(step)
      ? `n${node} leads term ${persistent.currentTerm}, and gives itself time again at its own heartbeat`
      : null;
  },
});
