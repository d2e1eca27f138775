/** The walk of docs/your-own-protocol.md, in an empty project: its files compile, its commands end as the page says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { inProject, project, runIn } from '../support/packed.ts';

const top = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(join(top, 'docs', 'your-own-protocol.md'), 'utf8');
const slowMs = 600_000;

test('every block', async () => {
  const folder = project(null);
  const files = [...text.matchAll(/<!-- file: (.*?) -->\n```ts\n(.*?)```/gs)];
  expect(files.map(([, name]) => name)).toEqual([
    'protocol.ts', 'whitewater.config.ts', 'actor.ts', 'calm.ts', 'chaos.test.ts', 'plans.test.ts',
  ]);
  for (const [, name, source] of files) writeFileSync(join(folder, name!), source!);
  writeFileSync(
    join(folder, 'tsconfig.json'), readFileSync(join(top, 'scenarios/examples/two-phase-commit/tsconfig.json'), 'utf8'),
  );
  const compiled = runIn(folder, join(top, 'node_modules', '.bin', 'tsc'), ['-p', '.']);
  expect(compiled.code, compiled.out).toBe(0);
  const tested = runIn(folder, process.execPath, [join(top, 'node_modules', 'vitest', 'vitest.mjs'), 'run']);
  expect(tested.code, tested.out).toBe(0);
  expect(tested.out).toMatch(/Tests .*3 passed/);
  const commands = [.../```sh\n(.*?)```/s.exec(text)![1]!.matchAll(/^whitewater (.*?) +# exits (\d)$/gm)];
  expect(commands).toHaveLength(9);
  for (const [, words, code] of commands) {
    const ran = await inProject(folder, ...words!.split(' '));
    expect(ran.code, `${words}\n${ran.out}`).toBe(Number(code));
  }
}, slowMs);
