/** How an answer that has no explanation came to be: the messages, one behind the other, by which the client got it. */
import type { Account } from './account.ts';

/** More of them would be no answer to "where from". */
const stepsMax = 8;

/** Places of the steps, from where the client heard it back to where it began; none when the operation has no answer. */
export function answerPath({ rows, messages }: Account, operation: number | null): readonly number[] {
  if (operation === null) return [];
  const path: number[] = [];
  let place = rows.findLastIndex((row) => row.operation === operation && row.message !== null);
  while (place >= 0 && path.length < stepsMax) {
    path.push(place);
    const { message } = rows[place]!;
    place = message === null ? -1 : messages[message]!.sentBy ?? -1;
  }
  return path;
}
