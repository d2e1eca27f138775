/** Values of users on a terminal and in reports: a control character in one of them is shown, and does nothing. */

/** What says in which direction text runs: a line would read otherwise than it is written (Trojan Source, 2021). */
const directions = '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069';
/** C0, DEL and C1 but the ends of lines and tabs, the other two ends of lines of Unicode, and directions. */
const controls = new RegExp(`(?![\\n\\t])[\\p{Cc}\\u2028\\u2029${directions}]`, 'gu');
/**
 * What this program itself writes: the colours of a report, and, in front of all else, the redrawing of a line. A value
 * that holds the same can colour a word, and can hide nothing.
 */
const escape = '\u001b';
const own = new RegExp(`(^\\r${escape}\\[2K|${escape}\\[(?:[12]|22|3[1235]|39)m)`);

const hex = (char: string, digits: number): string => char.charCodeAt(0).toString(16).padStart(digits, '0');

export const printable = (text: string): string =>
  text.replaceAll(controls, (char) => (char > '\u00ff' ? `\\u${hex(char, 4)}` : `\\x${hex(char, 2)}`));

/** The same, for a terminal on which this program draws. */
export const printableOnTerminal = (text: string): string =>
  text
    .split(own)
    .map((part, i) => (i % 2 === 1 ? part : printable(part)))
    .join('');

/** Of plain data: every text in it, the names of its fields too. */
export function printableData(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map(printableData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [printable(name), printableData(field)]));
}

/** JSON that holds none of them raw, and is read as the same values. */
export const jsonText = (value: unknown, indent = 0): string =>
  JSON.stringify(value, null, indent).replaceAll(controls, (char) => `\\u${hex(char, 4)}`);
