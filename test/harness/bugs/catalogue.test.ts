/** Known bugs by folder, file, name and number. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bugsIn, findBugs, houseFolder, isOfHouse } from '../../../harness/bugs/catalogue.ts';
import { BugFileError } from '../../../harness/bugs/known-bug.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-catalogue-'));
const patch = readFileSync(join(houseFolder(), 'e03-majority-is-half.patch'), 'utf8');
beforeAll(() => {
  mkdirSync(join(folder, 'controls'));
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'c', 'deep'), { recursive: true });
  for (const name of [
    'b.patch', 'a.patch', 'a.plan.json', 'notes.md', 'controls/0.patch', 'c/2.patch', 'c/deep/1.patch',
  ])
    writeFileSync(join(folder, name), name.endsWith('.patch') ? patch : '');
});
afterAll(() => rmSync(folder, { recursive: true }));
const names = (bugs: ReturnType<typeof findBugs>): readonly string[] => bugs.map(({ name }) => name);

test('a folder has its patches by name, and behind them those of each folder in it', () => {
  expect(names(bugsIn(folder))).toEqual(['a', 'b', '2', '1', '0']);
  expect(() => bugsIn(join(folder, 'none'))).toThrow(
    new BugFileError(`cannot read ${join(folder, 'none')}: no such folder`),
  );
});

describe('what is asked for', () => {
  test('is a bug of the house by its name or its number, however it is written', () => {
    for (const asked of ['e03-majority-is-half', 'e03', 'E03', 'E03-MAJORITY-is-half'])
      expect(names(findBugs([asked]))).toEqual(['e03-majority-is-half']);
  });
  test('is a file or a folder by its path', () => {
    expect(names(findBugs([join(folder, 'b.patch')]))).toEqual(['b']);
    expect(names(findBugs([folder]))).toEqual(['a', 'b', '2', '1', '0']);
  });
  test('is all of the house for nothing', () => expect(names(findBugs([]))).toEqual(names(bugsIn(houseFolder()))));
  test('comes once, in the order asked for', () => {
    expect(names(findBugs(['e05', 'e03', join(folder, 'b.patch'), 'E05', folder]))).toEqual([
      ...names(findBugs(['e05'])), 'e03-majority-is-half', 'b', 'a', '2', '1', '0',
    ]);
  });
  test('that is not there is said', () => {
    expect(() => findBugs(['e03', 'z99'])).toThrow(
      /^there is no known bug "z99", and no file or folder of that name; the \d+ known ones are in /,
    );
    expect(() => findBugs([join(folder, 'empty')])).toThrow(`${join(folder, 'empty')}: there is no .patch file in it`);
  });
});

test('of the house is what lies in its folder, and not beside it', () => {
  const [own] = findBugs(['e03']);
  expect(isOfHouse(own!)).toBe(true);
  expect(isOfHouse({ ...own!, path: `${houseFolder()}-of-mine/e03.patch` })).toBe(false);
  expect(isOfHouse({ ...own!, path: join(folder, 'a.patch') })).toBe(false);
});
