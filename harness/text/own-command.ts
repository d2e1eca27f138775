/**
 * How a person calls this program again: as it was called, with the bug that is planted in its core, and for a shell.
 */

/** Names that bug to the process that runs on the patched core. */
export const bugVariable = 'WHITEWATER_BUG';

/** Such as `whitewater replay 48`, or `whitewater --bug e03 replay 48`. */
export function ownCommand(words: string): string {
  const bug = process.env[bugVariable];
  return `whitewater ${bug === undefined ? '' : `--bug ${quoted(bug)} `}${words}`;
}

/** A word as a shell takes it for one. */
export const quoted = (word: string): string =>
  /^[\w./:@%+=,~-][\w./:@%+=,~#-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
