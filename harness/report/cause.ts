/**
 * Where to look first. A property breaks at the step of a server, or where a client hears an answer or the
 * whole run is judged: those two only see what was done elsewhere, and before.
 */
import type { HistoryStory } from '../system.ts';
import type { Account } from './account.ts';

/** @returns a place in the rows; null when nothing is violated */
export function causeOf(account: Account, history: HistoryStory | null): number | null {
  const { rows, fatal, servers } = account;
  if (fatal === null) return null;
  const { node } = rows[fatal]!;
  if (node !== null && node < servers) return fatal;
  const blocked = history?.blocked ?? null;
  const heard = blocked === null ? -1 : rows.findLastIndex((row) => row.operation === blocked && row.message !== null);
  const place = heard >= 0 ? heard : fatal;
  return answeredAt(account, place) ?? lastTurn(account, fatal);
}

/** The server's step that sent what a client heard. */
function answeredAt({ rows, messages }: Account, place: number): number | null {
  const { message } = rows[place]!;
  return message === null ? null : messages[message]!.sentBy;
}

/** Of a run that was judged as a whole: the last turn of events at a server, or the fatal row itself. */
function lastTurn({ rows, servers }: Account, fatal: number): number {
  const place = rows.findLastIndex(({ node, weight }, at) =>
    at < fatal && node !== null && node < servers && weight >= 3);
  return place >= 0 ? place : fatal;
}
