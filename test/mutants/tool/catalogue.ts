/** The mutants of the house, and which of them are asked for. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileOf, MutantError, parseMutant, type Mutant } from './mutant.ts';

/** The top of the repository. */
export const top = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** By name. @throws MutantError */
export function allMutants(): readonly Mutant[] {
  const folder = join(top, 'test', 'mutants');
  return readdirSync(folder).filter((name) => name.endsWith('.patch')).sort()
    .map((name) => parseMutant(`test/mutants/${name}`, readFileSync(join(folder, name), 'utf8')));
}

/**
 * Those whose name begins with one of `asked`, or that change or are seen by a file of that path; all for nothing.
 * @throws MutantError
 */
export function askedFor(all: readonly Mutant[], asked: readonly string[]): readonly Mutant[] {
  for (const one of asked)
    if (!all.some((mutant) => isAskedBy(mutant, one)))
      throw new MutantError(`no mutant is called ${one}..., and none changes a file of that path`);
  return asked.length === 0 ? all : all.filter((mutant) => asked.some((one) => isAskedBy(mutant, one)));
}

function isAskedBy(mutant: Mutant, asked: string): boolean {
  const path = asked.replace(/^\.\//, '');
  return (
    mutant.name.startsWith(asked) ||
    path === mutant.path ||
    filesOf(mutant).some((file) => file === path || file.startsWith(`${path.replace(/\/$/, '')}/`))
  );
}

/** What it changes, and the tests that must see it. */
const filesOf = ({ patches, watchers }: Mutant): readonly string[] => [
  ...patches.map(fileOf), ...watchers.map(({ file }) => file),
];

/** Those of which a file, a test or the patch itself is among `changed`. */
export const touchedBy = (all: readonly Mutant[], changed: ReadonlySet<string>): readonly Mutant[] =>
  all.filter((mutant) => changed.has(mutant.path) || filesOf(mutant).some((file) => changed.has(file)));

/** One of ten parts that together are all; the same for the same number. */
export const tenthOf = (all: readonly Mutant[], number: number): readonly Mutant[] =>
  all.filter((_, i) => i % 10 === number % 10);

/** Files that differ from a revision of git, those that it does not know yet included. @throws MutantError */
export function changedSince(base: string): ReadonlySet<string> {
  try {
    const lines = (...argv: readonly string[]): readonly string[] =>
      execFileSync('git', argv, { cwd: top, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
        .split('\n')
        .filter((line) => line !== '');
    return new Set([
      ...lines('diff', '--name-only', base, '--'), ...lines('ls-files', '--others', '--exclude-standard'),
    ]);
  } catch (error) {
    throw new MutantError(
      `git cannot tell what differs from ${base}: ${
        String((error as { stderr?: unknown }).stderr ?? error)
          .trim()
          .split('\n')[0]
      }`,
    );
  }
}
