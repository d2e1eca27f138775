/** How an answer that has no explanation came to be: the messages, one behind the other, by which the client got it. */
import type { HistoryStory } from '../system.ts';
import type { Account } from './account.ts';

/** More of them would be no answer to "where from". */
const stepsMax = 8;
/** Of so many operations that it clashes with it is shown where they were answered. */
const othersMax = 4;

/**
 * Places of the steps, from where the client heard it back to where it began; none when the operation has no answer.
 */
export function answerPath(account: Account, operation: number | null): readonly number[] {
  if (operation === null) return [];
  const { rows, messages } = account;
  const path: number[] = [];
  let place = heardAt(account, operation);
  while (place >= 0 && path.length < stepsMax) {
    path.push(place);
    const { message } = rows[place]!;
    place = message === null ? -1 : messages[message]!.sentBy ?? -1;
  }
  return path;
}

/** Of each operation that it clashes with: where its client heard the answer, and who gave it. */
export const clashingAnswers = (account: Account, { clash, blocked }: HistoryStory): readonly number[] =>
  clash.filter((id) => id !== blocked).slice(-othersMax).flatMap((id) => answerPath(account, id).slice(0, 2));

/** Where the clients heard what clashes: all that came before them is what the violation hangs on. */
export const heardOf = (account: Account, { clash }: HistoryStory): readonly number[] =>
  clash.map((id) => heardAt(account, id)).filter((place) => place >= 0);

/** -1 when it has no answer. */
const heardAt = ({ rows }: Account, operation: number): number =>
  rows.findLastIndex((row) => row.operation === operation && row.message !== null);
