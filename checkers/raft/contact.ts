/**
 * PreVote and CheckQuorum: whom a leader in contact with its followers is protected from (dissertation 9.6, 6.2,
 * 4.2.3).
 */
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Raft } from '../../core/raft/state.ts';
import { grants } from './new-disk.ts';
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

/** The timer is set anew whenever a majority has answered: when it fires, none has for an election timeout. */
export const leaderWithoutQuorumStepsDown = ofStep({
  name: 'Leader Without Quorum Steps Down',
  source: 'dissertation, 6.2',
  says: 'With CheckQuorum a leader that no majority has answered for an election timeout leads no more',
  when: 'woken',
  on: ['election'],
  check({ node, before, after, event }) {
    const { config, role, persistent } = after;
    if (before?.role.kind !== 'leader' || config.checkQuorum !== true || isAlone(before)) return null;
    if (event?.kind !== 'timer' || event.timer !== 'election') return null;
    return role.kind === 'leader'
      ? `n${node} leads term ${persistent.currentTerm}, and no majority has answered it for an election timeout`
      : null;
  },
});
