/**
 * `whitewater/node-test` as a user has it: in a project of its own, from the packed tarball, run by Node's own runner.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { npxWhitewater, project, runIn, type Ran } from '../../support/packed.ts';

const slowMs = 600_000;
const tsc = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url));

let folder = '';
beforeAll(() => {
  folder = project('two-phase-commit');
  mkdirSync(join(folder, 'regressions'), { recursive: true });
  expect(npxWhitewater(folder, 'explore', '--bug', 'impatient', '--workers', '1').code).toBe(1);
  const broken = readFileSync(join(folder, 'failures', 'explore-two-phase-commit-agreement.plan.json'), 'utf8');
  writeFileSync(join(folder, 'regressions', 'mended.json'), broken.replace('"bug": "impatient"', '"bug": "none"'));
}, slowMs);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Vitest, or a runner of Node around it, tells its workers is none of the other one's business. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^VITEST|^NODE_|^WHITEWATER_/.test(name)),
);

function tested(body: string, more: Readonly<Record<string, string>> = {}): Ran {
  writeFileSync(
    join(folder, 'chaos.test.ts'),
    `import { exploreTest, fuzz } from 'whitewater/node-test';\nimport { chaos, registry } from './whitewater.config.ts';\n\n${body}\nvoid registry;\n`,
  );
  return runIn(
    folder,
    process.execPath,
    ['--import', 'whitewater/typescript', '--test', '--test-reporter', 'tap', 'chaos.test.ts'],
    { ...env, NO_COLOR: '1', ...more },
  );
}

test('pinned plans come first, then seeds, then the space; it compiles, strictly', () => {
  const { code, out } = tested('fuzz(chaos, { seeds: 10 });\nexploreTest(chaos);', { WHITEWATER_SEEDS: '12' });
  expect(code, out).toBe(0);
  expect([...out.matchAll(/^ +ok \d+ - (.*)$/gm)].map(([, name]) => name)).toEqual([
    'pinned regressions/mended.json', 'seeds 1 to 12', 'every state within the bounds',
  ]);
  const compiled = runIn(folder, tsc, ['-p', '.']);
  expect(compiled.code, compiled.out).toBe(0);
}, slowMs);

test('a failure is the story, with the line that replays it', () => {
  const { code, out } = tested("fuzz(registry.scenarios.get('two-phase-commit+bug=impatient')!, { seeds: 60 });");
  expect(code).toBe(1);
  expect(out).toMatch(/FAIL two-phase-commit\+bug=impatient seed \d+ {3}2 servers, 1 client\n +x Agreement: /);
  const [, replay] = /^ +replay +npx whitewater (.*)$/m.exec(out)!;
  expect(npxWhitewater(folder, ...replay!.split(' ')).out).toContain('violation of Agreement');
}, slowMs);
