/**
 * The command lines of a document: those of indented blocks, and what stands between back quotes and begins with the
 * program.
 */

const indented = /^ {4}((?:npx whitewater|whitewater|npm (?:ci|run|test)|node dist\/)\b.*)$/;
const quoted = /`((?:npx whitewater |whitewater |npm run |node dist\/)[^`]*)`/g;

/** A form and no line: it has brackets, dots, or words that stand for others. */
const isForm = (command: string): boolean => / \[|\.\.\.|\\\||\b(?:NAME|SEED|FILE|DIR|SCENARIO|MODEL)\b/.test(command);

/**
 * Each once, without what is said of it behind `#` or three spaces; those between back quotes may go over the end of a
 * line.
 */
export function commandsIn(text: string): readonly string[] {
  // Where figures come from is run when they are made.
  const prose = text.replaceAll(/<!-- figures:.*?<!-- \/figures -->/gs, '');
  const block = prose.split('\n').flatMap((line) => indented.exec(line)?.slice(1) ?? []);
  // `whitewater gate` alone names a command.
  const inline = [
    ...prose
      .replaceAll(/^ {4}.*$/gm, '')
      .replaceAll(/\n +/g, ' ')
      .replaceAll('\n', ' ')
      .matchAll(quoted),
  ]
    .map((match) => match[1]!)
    .filter((command) => !/^whitewater [a-z]+$/.test(command));
  const bare = [...block, ...inline].map((command) => command.replace(/ +#.*$| {3,}.*$/, '').trim());
  return [...new Set(bare.filter((command) => !isForm(command)))];
}
