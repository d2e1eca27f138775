/**
 * Word of a leader (dissertation 4.2.3, 6.2 and 9.6): whoever has heard the leader of its term within the least
 * election timeout deposes nobody. The specification has no clock: it knows from the server whether that time is over,
 * and holds it to what can be told without one.
 */
import type { SpecEvent } from './event.ts';
import type { RequestVoteRequest } from './message.ts';
import { guard, type Rule, type Refused, rule } from './rule.ts';
import type { SpecServer } from './server.ts';

const section = 'dissertation 4.2.3';

/** Of HandleRequestVoteRequest, where CheckQuorum is on. */
export const looksAtVotes = guard<RequestVoteRequest>(
  'Receive: a request for votes is not looked at while a leader is heard',
  section,
  ({ role, currentTerm, hearsLeader }, { isWished }) => {
    if (isWished === true) return null;
    if (role === 'leader') return `the server leads term ${currentTerm}`;
    return role === 'follower' && hearsLeader === true
      ? `the server has heard the leader of term ${currentTerm} within the least election timeout`
      : null;
  },
);

const wordCounts = rule('Contact: word of the leader of its term is heard', section);
const onlyWordCounts = rule('Contact: nothing but word of a leader is heard as one', section);
const lasts = rule('Contact: a leader is heard until a timer says that the time is over', section);
const promises = rule('Contact: with leases it is heard over restarts and other terms, too', 'dissertation 6.4.1');

export const contactRules: readonly Rule[] = [looksAtVotes, wordCounts, onlyWordCounts, lasts, promises];

export interface Heard {
  readonly before: SpecServer;
  readonly after: SpecServer;
  /** The step took word of the leader of the term that it ends in. */
  readonly isWord: boolean;
  /** A timer, a start, or a message. */
  readonly occasion: SpecEvent['kind'];
  /** Where a leader's lease rests on it; a server in this term has not promised anything yet. */
  readonly promise?: { readonly initialTerm: number };
}

const hears = ({ role, hearsLeader }: SpecServer): boolean => role === 'follower' && hearsLeader === true;

/** What is wrong with what the server knows of its leader; null when nothing is, or when it does not say. */
export function misheard({ before, after, isWord, occasion, promise }: Heard): Refused | null {
  if (after.role !== 'follower' || after.hearsLeader === undefined) return null;
  const is = after.hearsLeader;
  if (isWord)
    return is ? null : { guard: wordCounts, because: `the leader of term ${after.currentTerm} was heard, and is not` };
  // What it promised before a crash it does not remember.
  const hasPromised = promise !== undefined && occasion === 'restart' && after.currentTerm > promise.initialTerm;
  const was = hasPromised || hears(before);
  if (is === was) return null;
  if (is) return { guard: onlyWordCounts, because: 'a leader is heard that said nothing' };
  if (occasion === 'timer') return null;
  if (promise !== undefined) return { guard: promises, because: 'a leader is heard no more, and no timer said so' };
  // Of another term there is another leader, or none.
  const isOver = occasion === 'restart' || before.currentTerm !== after.currentTerm;
  return isOver ? null : { guard: lasts, because: 'a leader is heard no more, and no timer said so' };
}
