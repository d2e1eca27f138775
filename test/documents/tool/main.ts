/** `npm run figures`: makes the figures that the documents quote, and writes them where they stand. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AskedWrongly, ended } from '../../support/tool.ts';
import { figures, type Figures } from './figures.ts';
import { measured, top, type Measured } from './measured.ts';
import { withRegion } from './regions.ts';

const usage = `npm run figures -- [NAME...]

Runs the commands that make the figures of README.md and docs/, and writes them in place. Absolute times mean
something on a quiet machine only. Each takes, on two cores:
${figures.map(({ name, document, takes }) => `\n  ${name.padEnd(14)} ${takes.padEnd(7)} ${document}`).join('')}
`;

function main(argv: readonly string[]): number {
  const { values, positionals: names } = parseArgs({
    args: [...argv], allowPositionals: true, options: { help: { type: 'boolean' } },
  });
  if (values.help === true) return say(usage, 0);
  const unknown = names.filter((name) => !figures.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new AskedWrongly(
      `there are no figures called ${unknown.join(', ')}; there are: ${figures.map(({ name }) => name).join(', ')}`,
    );
  const git = (...argv: readonly string[]): string => execFileSync('git', argv, { cwd: top, encoding: 'utf8' }).trim();
  // What figures themselves write does not make a tree another one.
  const isClean =
    git('status', '--porcelain', '--', 'core', 'checkers', 'harness', 'scenarios', 'package-lock.json') === '';
  const where = `revision ${git('rev-parse', '--short', 'HEAD')}${isClean ? '' : ' and changes'}, ${git('log', '-1', '--format=%cs')}, Node ${process.versions.node}, ${availableParallelism()} cores`;
  // Two regions may want the same command: it is run once.
  const results = new Map<string, Measured>();
  for (const one of figures.filter(({ name }) => names.length === 0 || names.includes(name))) {
    for (const command of one.commands) {
      if (results.has(command)) continue;
      say(`${one.name}: ${command}\n`, 0);
      results.set(command, measured(command));
    }
    writeDown(one, one.commands.map((command) => results.get(command)!), where);
  }
  return 0;
}

function writeDown({ name, document, commands, lines }: Figures, results: readonly Measured[], where: string): void {
  const path = join(top, document);
  writeFileSync(
    path,
    withRegion(document, readFileSync(path, 'utf8'), name, `${commands.join('; ')}; ${where}`, lines(results)),
  );
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

await ended('figures', () => main(process.argv.slice(2)));
