/** Values of users on a terminal and in reports: a control character in one of them is shown, and does nothing. */

/** All of them but the ends of lines and tabs. */
const controls = /(?![\n\t])\p{Cc}/gu;
/** What this program itself writes: colours, and the redrawing of a line. */
const escape = '\u001b';
const own = new RegExp(`(${escape}\\[[\\d;]*m|\\r${escape}\\[2K)`);

const shown = (text: string): string => text.replaceAll(controls, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

export const printable = (text: string): string => shown(text);

/** The same, for a terminal on which this program draws. */
export const printableOnTerminal = (text: string): string => text.split(own).map((part, i) => (i % 2 === 1 ? part : shown(part))).join('');
