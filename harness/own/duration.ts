/** Times as a person writes them. */

/** Microseconds, or a text such as 300us, 20ms, 1.5s or 2m. */
export type Duration = number | `${number}us` | `${number}ms` | `${number}s` | `${number}m`;

const unitsUs: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1_000_000, m: 60_000_000 };

/**
 * Whole microseconds.
 * @throws TypeError when it is none
 */
export function microsecondsOf(duration: Duration): number {
  const us = typeof duration === 'number' ? duration : microsecondsIn(duration);
  if (Number.isSafeInteger(us) && us >= 0) return us;
  throw new TypeError(`"${duration}" is no duration: write whole microseconds, or a text such as 20ms, 1.5s or 2m`);
}

function microsecondsIn(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(us|ms|s|m)$/.exec(text);
  return match === null ? Number.NaN : Math.round(Number(match[1]) * unitsUs[match[2]!]!);
}

/** From the one to the other; a single time is both. */
export type Span = Duration | readonly [Duration, Duration];

/** @throws TypeError when the first is longer than the second */
export function rangeOf(span: Span): { readonly min: number; readonly max: number } {
  const [from, to] = typeof span === 'object' ? span : [span, span];
  const range = { min: microsecondsOf(from), max: microsecondsOf(to) };
  if (range.min <= range.max) return range;
  throw new TypeError(`from ${from} to ${to} is no span: the first time is the longer one`);
}
