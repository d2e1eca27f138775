/** A built tree, and whether its packages will do for another one. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isCovered, mustBeBuilt } from '../../../../harness/bench/against/tree.ts';
import { UsageError } from '../../../../harness/text/usage-error.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whitewater-tree-'));
  for (const layer of ['core', 'checkers', 'harness', 'scenarios']) {
    put(`${layer}/one.ts`, 100);
    put(`dist/${layer}/one.js`, 200);
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, seconds: number): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), '');
  utimesSync(join(folder, path), seconds, seconds);
}

describe('a build', () => {
  test('that is younger than all sources will do, and tests are no part of it', () => {
    put('checkers/porcupine-ts-port/test/search.test.ts', 300);
    put('scenarios/bugs/e01.patch', 300);
    expect(() => mustBeBuilt(folder)).not.toThrow();
  });

  test.each(['core', 'checkers', 'harness', 'scenarios'])('older than a source of %s is refused', (layer) => {
    put(`${layer}/one.ts`, 300);
    expect(() => mustBeBuilt(folder)).toThrow(new UsageError(`the build is older than ${layer}/one.ts: npm run build`));
  });

  test('without one of the sources is refused', () => {
    put('harness/deep/two.ts', 100);
    expect(() => mustBeBuilt(folder)).toThrow('the build is older than harness/deep/two.ts');
  });
});

describe('packages', () => {
  const lock = { '': { version: '1' }, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0' } };

  test('more of them will do, and another version of the project itself', () =>
    expect(isCovered(lock, { ...lock, '': { version: '2' }, 'node_modules/c': { version: '1.0.0' } })).toBe(true));

  test('one less, or one of another version, will not', () => {
    expect(isCovered(lock, { 'node_modules/a': { version: '1.0.0' } })).toBe(false);
    expect(isCovered(lock, { ...lock, 'node_modules/b': { version: '2.0.1' } })).toBe(false);
  });
});
