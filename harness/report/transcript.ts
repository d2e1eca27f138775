/**
 * The rows that tell how it came to the violation: its witnesses, always, and what weighs most of what it depends on.
 */
import type { Account } from './account.ts';
import { causalPast, rootsOf } from './causality.ts';

/** Rows in all, where the witnesses leave room. */
const transcriptRows = 15;

export interface Transcript {
  /** Places in the account, in order. */
  readonly rows: readonly number[];
  /** How many rows the violation depends on in all. */
  readonly outOf: number;
}

/**
 * Of what the violation depends on: what weighs most, and of equal weight what is nearest to the end.
 * @param witnesses places of the steps that the violation is about
 * @param heard where clients heard what cannot all be so: it hangs on these, too
 */
export function transcriptOf(
  account: Account, detail: string, witnesses: readonly number[], heard: readonly number[] = [],
): Transcript {
  const roots = [...rootsOf(account, detail), ...heard];
  const past = causalPast(account, roots);
  const { rows, fatal } = account;
  const isRoot = new Set(roots);
  const always = new Set(witnesses);
  if (fatal !== null) always.add(fatal);
  const chain = immediateCauses(account);
  // Booting at the very beginning tells nothing.
  const worth = past.filter(
    (place) => !always.has(place) && (rows[place]!.weight > 0 || isRoot.has(place) || chain.includes(place)),
  );
  const weightOf = (place: number): number =>
    chain.includes(place) ? 60 : isRoot.has(place) ? 50 : rows[place]!.weight;
  const room = Math.max(0, transcriptRows - always.size);
  const chosen = worth.sort((a, b) => weightOf(b) - weightOf(a) || b - a).slice(0, room);
  return { rows: [...always, ...chosen].sort((a, b) => a - b), outOf: new Set([...past, ...always]).size };
}

/** The row that sent the message on which the property broke, and the one before that: however plain they look. */
function immediateCauses({ rows, messages, fatal }: Account): readonly number[] {
  const causes: number[] = [];
  let place = fatal;
  while (place !== null && causes.length < 2) {
    const { message }: Account['rows'][number] = rows[place]!;
    place = message === null ? null : messages[message]!.sentBy;
    if (place !== null) causes.push(place);
  }
  return causes;
}
