/** Where known bugs are kept: those of the house, or a user's own folder. */
import { existsSync, readdirSync, statSync, type Dirent } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { readText } from '../text/files.ts';
import { BugFileError, parseBug, type KnownBug } from './known-bug.ts';
import { projectFolder } from './project.ts';

export const houseFolder = (): string => join(projectFolder(), 'scenarios', 'bugs');

/** The patches of the house are held by its own tests, their types too (test/scenarios/bugs/patches.test.ts). */
export const isOfHouse = ({ path }: KnownBug): boolean => resolve(path).startsWith(houseFolder() + sep);

/**
 * All bugs of a folder, by name, and then those of each folder in it.
 * @throws BugFileError
 */
export function bugsIn(folder: string): readonly KnownBug[] {
  const entries = entriesOf(folder);
  const own = entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.patch'))
    .map(({ name }) => readBug(join(folder, name)));
  return [...own, ...entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => bugsIn(join(folder, name)))];
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new BugFileError(
      `cannot read ${folder}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such folder' : String(error)}`,
    );
  }
}

const readBug = (path: string): KnownBug => parseBug(path, readText(path));

/**
 * What a person asked for: names or numbers of the house's bugs, files and folders by path; all of the house for
 * nothing.
 * @throws BugFileError when something asked for is not there
 */
export function findBugs(asked: readonly string[]): readonly KnownBug[] {
  if (asked.length === 0) return bugsIn(houseFolder());
  const found = asked.flatMap((one) => findBug(one));
  return found.filter((bug, i) => found.findIndex(({ path }) => path === bug.path) === i);
}

function findBug(asked: string): readonly KnownBug[] {
  const house = bugsIn(houseFolder());
  const wanted = asked.toLowerCase();
  // The name first: a folder or a file that happens to be called so is asked for as ./e03.
  const matching = house.filter(({ name, id }) => name === wanted || id.toLowerCase() === wanted);
  if (matching.length === 0 && existsSync(asked)) {
    const bugs = statSync(asked).isDirectory() ? bugsIn(asked) : [readBug(asked)];
    if (bugs.length === 0) throw new BugFileError(`${asked}: there is no .patch file in it`);
    return bugs;
  }
  if (matching.length === 0)
    throw new BugFileError(
      `there is no known bug "${asked}", and no file or folder of that name; the ${house.length} known ones are in ${houseFolder()}`,
    );
  return matching;
}
