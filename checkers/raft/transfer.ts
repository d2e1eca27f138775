/** Leadership transfer: what a leader that hands over does and does not do meanwhile (dissertation 3.10). */
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Transfer } from '../../core/raft/office.ts';
import type { Raft } from '../../core/raft/state.ts';
import { mayHaveVoted } from './membership.ts';
import { configurationOf } from './quorum.ts';
import { ofStep, type RaftStep } from './raft-step.ts';

const heard = ({ event }: RaftStep): AnyRaftMessage | null =>
  event?.kind === 'message' ? (event.message as AnyRaftMessage) : null;
const transferOf = (raft: Raft | null): Transfer | null =>
  raft?.role.kind === 'leader' ? (raft.role.office?.transfer ?? null) : null;

/** What it took in now its heir might lack, and lose the election by. */
export const transferTakesNoProposals = ofStep({
  name: 'Transfer Takes No Proposals',
  source: 'dissertation, 3.10, step 1',
  says: 'A leader that hands over takes nothing into its log',
  when: 'written',
  check({ node, before, after }) {
    const transfer = transferOf(before);
    if (transfer === null || transferOf(after) === null) return null;
    const { lastIndex } = after.persistent.log;
    return lastIndex <= before!.persistent.log.lastIndex
      ? null
      : `n${node} hands over to n${transfer.to} and takes entry ${lastIndex} into its log`;
  },
});

/** Meanwhile it takes no configuration into its log either: who has a vote then has one until it is over. */
export const heirHasVote = ofStep({
  name: 'Heir Has A Vote',
  source: 'dissertation, 3.10 and 4.2',
  says: 'A leader hands over only to a voter of its last configuration: to no learner, and to nobody who has left or is to',
  when: 'moved',
  check({ node, before, after }) {
    const transfer = transferOf(before) === null ? transferOf(after) : null;
    const configuration = transfer === null ? null : configurationOf(after);
    return configuration === null || configuration.voters.includes(transfer!.to)
      ? null
      : `n${node} hands over to n${transfer!.to}, which is no voter of its last configuration`;
  },
});

export const toldWhenUpToDate = ofStep({
  name: 'Told When Up To Date',
  source: 'dissertation, 3.10, step 2',
  says: 'A leader tells nobody to stand for election but the server to which it hands over, when that holds all of its log',
  when: 'spoken',
  check({ node, before, after, effects }) {
    for (const effect of effects) {
      if (effect.kind !== 'send' || (effect.message as AnyRaftMessage).kind !== 'timeoutNow') continue;
      const { to } = effect;
      const matched = after.role.kind === 'leader' ? after.role.matchIndex[to]! : -1;
      if (transferOf(after)?.to !== to)
        return `n${node} tells n${to} to stand for election and does not hand over to it`;
      if (transferOf(before)?.isTold === true) return `n${node} tells n${to} to stand for election once more`;
      if (matched < after.persistent.log.lastIndex)
        return `n${node} tells n${to} to stand for election, which holds ${matched} of ${after.persistent.log.lastIndex} entries`;
    }
    return null;
  },
});

/** The guards of PreVote and CheckQuorum are for a leader that wants to lead on. */
export const leadersWishIsDone = ofStep({
  name: "Leader's Wish Is Done",
  source: 'dissertation, 3.10 and 4.2.3',
  says: 'Who is told to stand for election, and may, stands at once, and who is then asked for a vote looks at it, whoever leads',
  when: 'spoken',
  on: ['timeoutNow', 'requestTransferVote'],
  check(step) {
    const { node, before, after } = step;
    const message = heard(step);
    if (before === null || message === null) return null;
    const { currentTerm } = before.persistent;
    if (message.kind === 'timeoutNow' && message.term >= currentTerm && before.role.kind !== 'leader') {
      const stands = after.persistent.currentTerm > message.term && after.persistent.votedFor === node;
      // It was taken out since it was told, and knows it (4.2.1).
      const mayNot = before.config.members !== undefined && !mayHaveVoted(before, node);
      return stands || mayNot ? null : `n${node} is told to stand for election in term ${message.term}, and does not`;
    }
    if (message.kind !== 'requestTransferVote' || message.term <= currentTerm) return null;
    return after.persistent.currentTerm >= message.term
      ? null
      : `n${node} is asked for its vote in term ${message.term} as its leader wishes, and does not look at it`;
  },
});

/** The time is counted from the beginning: what moves it on could do so for ever. */
export const transferTimeIsOnce = ofStep({
  name: 'Transfer Is Bounded',
  source: 'dissertation, 3.10',
  says: 'The time of a transfer begins when the transfer does, and at no other moment',
  when: 'spoken',
  check({ node, before, after, effects }) {
    const isSet = effects.some((effect) => effect.kind === 'setTimer' && effect.timer === 'transfer');
    const isBegun = transferOf(before) === null && transferOf(after) !== null;
    if (isSet === isBegun) return null;
    return isSet
      ? `n${node} hands over already, and gives itself more time`
      : `n${node} begins to hand over, and for ever`;
  },
});

export const transferIsGivenUp = ofStep({
  name: 'Transfer Is Given Up',
  source: 'dissertation, 3.10',
  says: 'A leader that has handed over for an election timeout in vain goes on as before',
  when: 'woken',
  on: ['transfer'],
  check({ node, after, event }) {
    if (event?.kind !== 'timer' || event.timer !== 'transfer') return null;
    const transfer = transferOf(after);
    return transfer === null ? null : `n${node} still hands over to n${transfer.to} when the time for it is over`;
  },
});
