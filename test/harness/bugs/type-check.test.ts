/** All patched cores pass one type check together, and none hides behind another. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { expect, test } from 'vitest';
import { parseBug, type KnownBug } from '../../../harness/bugs/known-bug.ts';
import { projectFolder } from '../../../harness/bugs/project.ts';
import { typeErrors } from '../../../harness/bugs/type-check.ts';

const head = 'Title: t\nId: X01\nCategory: c\nDifficulty: easy\nSource: s\nProperty: p\n\n';

function bug(name: string, changes: readonly (readonly [file: string, from: string, to: string])[]): KnownBug {
  const diffs = changes.map(([file, from, to]) => {
    const text = readFileSync(join(projectFolder(), file), 'utf8');
    expect(text.split(from).length, from).toBe(2);
    return createTwoFilesPatch(`a/${file}`, `b/${file}`, text, text.replace(from, to)).replace(/^=+\n/, '');
  });
  return parseBug(`${name}.patch`, head + diffs.join(''));
}

const majority = ['core/raft/state.ts', '(clusterSize: number): number => (clusterSize >> 1) + 1'] as const;

test('an error is told of the bug that makes it, also where another file uses what was changed; the others pass', async () => {
  const right = bug('right', [[...majority, '(clusterSize: number): number => clusterSize >> 1']]);
  const wrongHere = bug('wrong-here', [[...majority, '(clusterSize: number): number => `${clusterSize}`']]);
  const wrongElsewhere = bug('wrong-elsewhere', [[...majority, '(clusterSize: string): number => clusterSize.length']]);
  const errors = await typeErrors([right, wrongHere, right, wrongElsewhere]);
  expect([...errors.keys()].map(({ path }) => path)).toEqual(['wrong-here.patch', 'wrong-elsewhere.patch']);
  expect(errors.get(wrongHere)).toMatch(
    /^wrong-here\.patch: the patched core does not pass the type check:\n {2}core\/raft\/state\.ts\(\d+,\d+\): error TS2322/,
  );
  expect(errors.get(wrongElsewhere)).not.toContain('core/raft/state.ts');
  expect(errors.get(wrongElsewhere)).toMatch(/core\/raft\/\w+\.ts\(\d+,\d+\): error TS2345/);
});

test('no bug, nothing to say', async () => {
  expect([...await typeErrors([])]).toEqual([]);
});
