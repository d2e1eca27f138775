/** The lines of docs/any-language.md, asked of the program of the example. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = readFileSync(at('docs/any-language.md'), 'utf8');
const hasPython = spawnSync('python3', ['--version']).status === 0;

test.skipIf(!hasPython)('are what it is told and what it answers', () => {
  const lines = [.../```text\n(.*?)```/s.exec(page)![1]!.matchAll(/^([<>]) (.*)$/gm)];
  const told = lines.flatMap(([, way, line]) => (way === '>' ? [line!] : []));
  const expected = lines.flatMap(([, way, line]) => (way === '<' ? [line!] : []));
  expect([told.length, expected.length]).toEqual([3, 3]);
  const { stdout } = spawnSync('python3', [at('scenarios/examples/python-register/replica.py')], {
    input: `${told.join('\n')}\n`, encoding: 'utf8',
  });
  const answers = stdout.trim().split('\n').map((line) => JSON.parse(line) as { readonly effects: unknown });
  expect(answers.map(({ effects }) => effects)).toEqual(
    expected.map(
      (line) => (JSON.parse(line.replace('"state":...', '"state":0')) as { readonly effects: unknown }).effects,
    ),
  );
});
