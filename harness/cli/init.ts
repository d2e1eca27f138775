/**
 * `whitewater init`: a first project, laid into a folder: two-phase commit, to be changed into something of one's own.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { projectFolder } from '../bugs/project.ts';
import { writeWhole } from '../text/files.ts';
import { exitCode, parseCommandLine, UsageError, type Command, type Context, type ExitCode } from './command.ts';

const usage = `whitewater init [FOLDER]

Lays a small project into FOLDER (default: this one): two-phase commit, its system and scenario for Whitewater, a
package.json whose \`npm test\` gates it, and a workflow for GitHub Actions. Nothing that is there is written over.

Exit code: 0 done, 4 wrong usage or a file is there already.
`;

export const initCommand: Command = { isAlone: true, usage, run: init };

const example = 'scenarios/examples/two-phase-commit';

const workflow = `name: gate
on: [push, pull_request]
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - run: npm install
      - run: npm test
`;

async function init(argv: readonly string[], { terminal }: Context): Promise<ExitCode> {
  const { positionals } = parseCommandLine('init', argv, {});
  if (positionals.length > 1) throw new UsageError('init takes one folder');
  const folder = positionals[0] ?? '.';
  const from = join(projectFolder(), example);
  const files = new Map(readdirSync(from).map((name) => [name, readFileSync(join(from, name), 'utf8')]));
  const name =
    basename(resolve(folder))
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '') || 'my-protocol';
  files.set('package.json', files.get('package.json')!.replace('"two-phase-commit"', JSON.stringify(name)));
  files.set('.github/workflows/gate.yml', workflow);
  files.set('.gitignore', 'node_modules/\nfailures/\ngate/\n');
  const there: readonly string[] = [...files.keys()].filter((path) => existsSync(join(folder, path)));
  // The package.json of who has just installed this package: it is theirs, and is told what to add.
  const kept: readonly string[] = there.filter((path) => ['package.json', '.gitignore'].includes(path));
  const taken = there.filter((path) => !kept.includes(path));
  if (taken.length > 0)
    throw new UsageError(`${join(folder, taken[0]!)} is there already: take an empty folder, or delete it first`);
  for (const [path, text] of files) if (!kept.includes(path)) writeWhole(join(folder, path), text);
  const written = [...files.keys()].filter((path) => !kept.includes(path)).map((path) => `  ${path}\n`).join('');
  const advice = kept.includes('package.json')
    ? '  package.json is yours, and was left alone: it needs "type": "module", and a script "test": "tsc -p . && whitewater gate --time-budget 60s"\n'
    : '';
  terminal.out(`laid out in ${folder}:\n${written}${advice}\nnext: npm install && npm test, then read README.md\n`);
  return exitCode.pass;
}
