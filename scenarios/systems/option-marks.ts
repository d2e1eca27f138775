/** What a step did of what a plan's options add (dissertation 3.10, 9.6, 10.2.1), where, and against which rule. */
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Transfer } from '../../core/raft/office.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { Mark } from '../../harness/system.ts';
import { handlerOf, marked, messageIn, type RaftChange } from './mark.ts';

const optionsFile = 'core/raft/options.ts onMessage';
const onTransferLeadership = 'core/raft/transfer.ts onTransferLeadership';
const tellWhenUpToDate = 'core/raft/transfer.ts tellWhenUpToDate';
const giveUpTransfer = 'core/raft/transfer.ts giveUpTransfer';
const handingOverTo = 'core/raft/transfer.ts handingOverTo';
const hasContact = 'core/raft/contact.ts hasContact';

export const optionMarks = (change: RaftChange): readonly Mark[] => [
  ...contactMarks(change), ...transferMarks(change), ...flowMarks(change),
];

const transferOf = ({ role }: Raft): Transfer | null => (role.kind === 'leader' ? role.office?.transfer ?? null : null);

/** What an operator wished, and what came of it (3.10). */
function transferMarks(change: RaftChange): readonly Mark[] {
  const { after, before, effects, event, nameOf } = change;
  const [old, now] = [transferOf(before), transferOf(after)];
  const told = effects.flatMap((effect) =>
    effect.kind === 'send' && (effect.message as AnyRaftMessage).kind === 'timeoutNow' ? [effect.to] : [],
  );
  const marks: Mark[] = [];
  const term = after.persistent.currentTerm;
  if (old === null && now !== null)
    marks.push(
      marked('wish', [onTransferLeadership], `begins to hand over to ${nameOf(now.to)}`, null, { term, peer: now.to }),
    );
  for (const to of told)
    marks.push(
      marked('wish', [tellWhenUpToDate], `tells ${nameOf(to)} to stand for election`, null, { term, peer: to }),
    );
  if (old !== null && now === null && after.role.kind === 'leader')
    marks.push(
      marked('wish', [giveUpTransfer], `gives up to hand over to ${nameOf(old.to)}`, null, { term, peer: old.to }),
    );
  if (old === null || now === null || after.persistent.log.lastIndex <= before.persistent.log.lastIndex) return marks;
  return [
    ...marks,
    marked(
      'wish',
      [handlerOf(event), handingOverTo],
      `takes entry ${after.persistent.log.lastIndex} into its log while it hands over to ${nameOf(now.to)}`,
      'a leader that hands over accepts no requests (3.10, step 1)',
      { term, peer: now.to },
    ),
  ];
}

/** What was asked and heard for PreVote and CheckQuorum: reports on them name it. */
function contactMarks(change: RaftChange): readonly Mark[] {
  const { after: { config, persistent: { currentTerm } }, event, nameOf } = change;
  const message = messageIn(event);
  if (event.kind !== 'message' || message === null || (config.preVote !== true && config.checkQuorum !== true))
    return [];
  const about = { term: message.term, peer: event.from };
  const at = [handlerOf(event), optionsFile];
  if (message.kind === 'requestPreVote') return [preVoteMark(change, message.term)];
  if (!['appendEntries', 'heartbeat', 'installSnapshot'].includes(message.kind)) return [];
  if (message.term === currentTerm)
    return [marked('contact', at, `hears the leader of its term, ${nameOf(event.from)}`, null, about)];
  return change.effects.some(({ kind }) => kind === 'send')
    ? []
    : [
        marked(
          'silence', [optionsFile], `says nothing to ${nameOf(event.from)}, which leads in term ${message.term}`,
          'a request of an earlier term is refused, and the answer tells of the newer one (5.1)', about,
        ),
      ];
}

function preVoteMark({ before, event, effects, nameOf }: RaftChange, term: number): Mark {
  const from = event.kind === 'message' ? event.from : 0;
  const about = { term, peer: from };
  const grants = effects.some((effect) => effect.kind === 'send' && isGrant(effect.message as AnyRaftMessage));
  const isLed = before.role.kind === 'leader' || (before.role.kind === 'follower' && before.role.hasContact === true);
  if (grants && isLed) {
    return marked(
      'preVote',
      [hasContact, handlerOf(event)],
      `grants ${nameOf(from)} a pre-vote for term ${term}, and ${before.role.kind === 'leader' ? 'leads' : 'hears a leader'}`,
      'who hears a leader grants no pre-vote (dissertation 9.6)',
      about,
    );
  }
  return marked(
    'preVote', [handlerOf(event), optionsFile], `is asked by ${nameOf(from)} for a pre-vote for term ${term}`, null,
    about,
  );
}

const isGrant = (message: AnyRaftMessage): boolean => message.kind === 'requestPreVoteReply' && message.voteGranted;

/** What an answer leaves under way (dissertation 10.2.1). */
function flowMarks({ after: { role }, event, nameOf }: RaftChange): readonly Mark[] {
  const message = messageIn(event);
  if (
    event.kind !== 'message' ||
    message?.kind !== 'appendEntriesReply' ||
    role.kind !== 'leader' ||
    role.office?.flows === undefined
  )
    return [];
  const { state, inFlight } = role.office.flows[event.from]!;
  const next = role.nextIndex[event.from]!;
  const against =
    state === 'probe' || inFlight.length === 0 || inFlight.at(-1) === next - 1
      ? null
      : `nextIndex is ${next}: what a refusal takes back is not under way any more (10.2.1)`;
  return [
    marked(
      'flow',
      ['core/raft/window.ts heardInWindow', 'core/raft/window.ts acknowledged'],
      `has ${inFlight.length} requests under way to ${nameOf(event.from)}, up to ${inFlight.at(-1) ?? next - 1}`,
      against,
      { peer: event.from },
    ),
  ];
}
