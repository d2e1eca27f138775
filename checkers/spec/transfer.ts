/**
 * Leadership transfer (dissertation 3.10): a leader that is asked to hand over takes no commands until the other one
 * holds its log, tells it to stand for election at once, and goes on as before when nothing comes of that.
 */
import type { SpecEvent } from './event.ts';
import type { RequestVoteRequest } from './message.ts';
import type { TimeoutNow } from './option-message.ts';
import { refusedBy, type Refusal } from './refusal.ts';
import { guard, rule, type Rule } from './rule.ts';
import type { ServerId, SpecServer } from './server.ts';

const section = 'dissertation 3.10';

/** To whom a leader hands over; null while it does not. */
const heirOf = ({ role, transferTo }: SpecServer): ServerId | null => (role === 'leader' ? (transferTo ?? null) : null);

/** Of ClientRequest. */
export const noTransfer = guard<null>('ClientRequest: no transfer of leadership is under way', section, (server) => {
  const heir = heirOf(server);
  return heir === null ? null : `the server hands over to ${heir}`;
});

const isAsked = rule('Transfer: it begins when somebody asks for it, to another server', section);
const isOver = rule('Transfer: it ends at a timer, or with the leadership', section);
const toTheHeir = rule('TimeoutNow: a leader sends it to whom it hands over', section);
const isUpToDate = rule("TimeoutNow: the other one's log is the leader's", section);
const wasTold = rule('RequestVote: a leader wished it, who told the server so in this step', section);

/** Of Timeout by TimeoutNow. */
export const ofThisTerm = guard<TimeoutNow>(
  'HandleTimeoutNow: the leader is that of this term', section,
  ({ currentTerm }, { term }) =>
    term === currentTerm ? null : `the message's term ${term} is not currentTerm ${currentTerm}`,
);

export const transferRules: readonly Rule[] = [
  noTransfer, isAsked, isOver, toTheHeir, isUpToDate, ofThisTerm, wasTold,
];

const refuse = (action: string, guardOf: Rule, because: string): Refusal =>
  refusedBy(action, { guard: guardOf, because });

/** Whose transfer a leader has under way, behind a step that Figure 2 allows. */
export function judgeTransfer(before: SpecServer, event: SpecEvent, after: SpecServer): Refusal | null {
  const is = heirOf(after);
  const was = before.currentTerm === after.currentTerm ? heirOf(before) : null;
  if (after.role !== 'leader' || is === was) return null;
  if (is === null) {
    return event.kind === 'timer' ? null : refuse('Transfer', isOver, `the server hands over to ${was} no more`);
  }
  const isOther = is !== after.id && is >= 0 && is < after.matchIndex.length;
  return event.kind === 'transfer' && event.to === is && isOther
    ? null
    : refuse('Transfer', isAsked, `the server hands over to ${is}`);
}

/** Null when the server may send it. */
export function judgeTimeoutNow({ dest }: TimeoutNow, { before, after }: Handed): Refusal | null {
  const heirs = [heirOf(after), before.currentTerm === after.currentTerm ? heirOf(before) : null];
  if (after.role !== 'leader') return refuse('TimeoutNow', toTheHeir, `the server is a ${after.role}`);
  if (!heirs.includes(dest)) return refuse('TimeoutNow', toTheHeir, `the server hands over to ${heirs[0] ?? 'nobody'}`);
  const match = after.matchIndex[dest]!;
  return match === after.log.lastIndex
    ? null
    : refuse(
        'TimeoutNow', isUpToDate,
        `matchIndex[${dest}] is ${match}, and the log ends at index ${after.log.lastIndex}`,
      );
}

interface Handed {
  readonly before: SpecServer;
  readonly event: SpecEvent;
  readonly after: SpecServer;
}

/** Null when the request says nothing of a leader's wish, or was told of one. */
export function judgeWish({ isWished }: RequestVoteRequest, { before, event, after }: Handed): Refusal | null {
  if (isWished !== true) return null;
  const isTold =
    event.kind === 'message' && event.message.kind === 'TimeoutNow' && after.currentTerm > before.currentTerm;
  return isTold ? null : refuse('RequestVote', wasTold, 'no leader has told the server to stand');
}
