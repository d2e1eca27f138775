/** A folder of known bugs is read whole: by name, and then what lies in the folders within. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bugsIn, findBugs } from '../../../harness/bugs/catalogue.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-catalogue-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const patch = (id: string): string => [
  `Title: ${id}`, `Id: ${id}`, 'Category: c', 'Difficulty: easy', 'Source: this test', 'Property: Election Safety', '',
  '--- a/core/x.ts', '+++ b/core/x.ts', '@@ -1,1 +1,1 @@', '-a', '+b', '',
].join('\n');

test('all patches are found, those of the folder first, and nothing else', () => {
  for (const inner of ['controls', 'b/deep', 'empty']) mkdirSync(join(folder, inner), { recursive: true });
  for (const [path, id] of [['x02.patch', 'X02'], ['x01.patch', 'X01'], ['controls/x04.patch', 'X04'], ['b/x05.patch', 'X05'], ['b/deep/x03.patch', 'X03']] as const) {
    writeFileSync(join(folder, path), patch(id));
  }
  writeFileSync(join(folder, 'x01.plan.json'), '{}');
  writeFileSync(join(folder, 'b', 'notes.md'), '');
  expect(bugsIn(folder).map(({ id }) => id)).toEqual(['X01', 'X02', 'X05', 'X03', 'X04']);
  expect(findBugs([join(folder, 'b'), join(folder, 'x02.patch'), join(folder, 'b')]).map(({ id }) => id)).toEqual(['X05', 'X03', 'X02']);
});

test('a folder without a patch, and one that is not there, are one clear line', () => {
  expect(() => findBugs([join(folder, 'empty')])).toThrow('empty: there is no .patch file in it');
  expect(() => bugsIn(join(folder, 'gone'))).toThrow(`cannot read ${join(folder, 'gone')}: no such folder`);
});
