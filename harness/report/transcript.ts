/** At most 15 rows that tell how it came to the violation. */
import type { Account } from './account.ts';
import { causalPast, rootsOf } from './causality.ts';

const transcriptRows = 15;

export interface Transcript {
  /** Places in the account, in order. */
  readonly rows: readonly number[];
  /** How many rows the violation depends on in all. */
  readonly outOf: number;
}

/** Of what the violation depends on: what weighs most, and of equal weight what is nearest to the end. */
export function transcriptOf(account: Account, detail: string): Transcript {
  const past = causalPast(account, rootsOf(account, detail));
  const { rows, fatal } = account;
  const isRoot = new Set(rootsOf(account, detail));
  // Booting at the very beginning tells nothing.
  const worth = past.filter((place) => rows[place]!.weight > 0 || isRoot.has(place) || immediateCauses(account).includes(place));
  const chain = immediateCauses(account);
  const weightOf = (place: number): number => {
    if (place === fatal) return 100;
    return chain.includes(place) ? 60 : isRoot.has(place) ? 50 : rows[place]!.weight;
  };
  const chosen = [...worth].sort((a, b) => weightOf(b) - weightOf(a) || b - a).slice(0, transcriptRows);
  return { rows: chosen.sort((a, b) => a - b), outOf: past.length };
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
