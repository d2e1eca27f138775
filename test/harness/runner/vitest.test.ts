/** `whitewater/vitest` as a user has it: in a project of its own, from the packed tarball, run by Vitest. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { npxWhitewater, project, runIn, type Ran } from '../../support/packed.ts';

const slowMs = 600_000;
const top = fileURLToPath(new URL('../../../', import.meta.url));
const vitest = join(top, 'node_modules', 'vitest', 'vitest.mjs');
const tsc = join(top, 'node_modules', '.bin', 'tsc');

/** What this very run of Vitest tells its workers is none of the other one's business. */
const ownEnvironment = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^VITEST|^TEST$|^NODE_ENV$|^WHITEWATER_/.test(name)),
  ),
  NO_COLOR: '1',
  ...more,
});

let folder = '';
/** A plan that violates Agreement. */
let broken = '';
beforeAll(() => {
  folder = project('two-phase-commit');
  mkdirSync(join(folder, 'regressions'), { recursive: true });
  const found = npxWhitewater(folder, 'explore', '--bug', 'impatient', '--workers', '1');
  expect(found.code, found.out).toBe(1);
  broken = readFileSync(join(folder, 'failures', 'explore-two-phase-commit-agreement.plan.json'), 'utf8');
}, slowMs);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the project's tests; `files` are the only ones that it has. */
function tested(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  ...words: readonly string[]
): Ran {
  rmSync(join(folder, 'test'), { recursive: true, force: true });
  mkdirSync(join(folder, 'test'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'test', name), text);
  const { code, out } = runIn(
    folder, process.execPath, [vitest, 'run', '--reporter=verbose', ...words], ownEnvironment(env),
  );
  return { code, out: stripVTControlCharacters(out) };
}

const head =
  "import { exploreTest, fuzz } from 'whitewater/vitest';\nimport { chaos, registry } from '../whitewater.config.ts';\n";
const passed = (out: string): readonly string[] =>
  [...out.matchAll(/^ +✓ (.*?)(?: \d+ms)?$/gm)].map(([, name]) => name!);

describe('a scenario that passes', () => {
  test('its pinned plans come first, then its seeds, then its space', () => {
    writeFileSync(join(folder, 'regressions', 'mended.json'), broken.replace('"bug": "impatient"', '"bug": "none"'));
    const { code, out } = tested({ 'chaos.test.ts': `${head}fuzz(chaos, { seeds: 10 });\nexploreTest(chaos);\n` });
    expect(code, out).toBe(0);
    expect(passed(out)).toEqual([
      'test/chaos.test.ts > two-phase-commit > pinned regressions/mended.json',
      'test/chaos.test.ts > two-phase-commit > seeds 1 to 10',
      'test/chaos.test.ts > two-phase-commit > every state within the bounds',
    ]);
  }, slowMs);

  test('the same test is as large as the environment says', () => {
    const files = { 'chaos.test.ts': `${head}fuzz(chaos, { seeds: 10 });\nexploreTest(chaos);\n` };
    const night = tested(files, {
      WHITEWATER_SEEDS: '120', WHITEWATER_FROM: '1000', WHITEWATER_WORKERS: '2', WHITEWATER_STATES: '20',
    });
    expect(night.code, night.out).toBe(0);
    expect(passed(night.out)[1]).toContain('seeds 1000 to 1119');
    expect(passed(night.out)[2]).toContain('20 states');
    const short = tested(files, { WHITEWATER_SEEDS: '1000000', WHITEWATER_TIME_BUDGET: '500ms' });
    expect(short.code, short.out).toBe(0);
    expect(passed(short.out)[1]).toContain('seeds 1 to 1000000');
    const wrong = tested(files, { WHITEWATER_SEEDS: 'all' });
    expect(wrong.code).toBe(1);
    expect(wrong.out).toContain('WHITEWATER_SEEDS takes a whole number from 1 to 1099511627776, not "all"');
  }, slowMs);

  test('--shard deals out files, each to one shard; WHITEWATER_SHARD deals out the seeds of every test', () => {
    const files = {
      'a.test.ts': `${head}fuzz(chaos, { seeds: 4 });\n`, 'b.test.ts': `${head}fuzz(chaos, { seeds: 6, from: 11 });\n`,
    };
    const shards = ['1/2', '2/2'].map((shard) => tested(files, {}, `--shard=${shard}`));
    expect(shards.map(({ code }) => code)).toEqual([0, 0]);
    expect(shards.flatMap(({ out }) => passed(out)).filter((name) => name.includes('seeds')).sort()).toEqual([
      'test/a.test.ts > two-phase-commit > seeds 1 to 4', 'test/b.test.ts > two-phase-commit > seeds 11 to 16',
    ]);
    const part = tested(files, { WHITEWATER_SHARD: '2/3' });
    expect(passed(part.out).filter((name) => name.includes('seeds')).sort()).toEqual([
      expect.stringContaining('seeds 1 to 4, shard 2/3'), expect.stringContaining('seeds 11 to 16, shard 2/3'),
    ]);
  }, slowMs);
});

describe('a scenario that fails', () => {
  const failing = `${head}fuzz(registry.scenarios.get('two-phase-commit+bug=impatient')!, { seeds: 60 });\n`;

  test('a pinned plan that fails again says so, with the line that replays it', () => {
    writeFileSync(join(folder, 'regressions', 'broken.json'), broken);
    const { code, out } = tested({ 'chaos.test.ts': `${head}fuzz(chaos, { seeds: 3 });\n` });
    expect(code).toBe(1);
    expect(out).toContain(
      'FailedTest: regressions/broken.json: it fails again: Agreement: n1 aborted t, which another server committed',
    );
    expect(out).toContain('  when it was pinned it showed Agreement: ');
    const [, replay] = /^ {2}replay +npx whitewater (.*)$/m.exec(out)!;
    expect(npxWhitewater(folder, ...replay!.split(' ')).out).toContain('violation of Agreement');
    rmSync(join(folder, 'regressions', 'broken.json'));
  }, slowMs);

  test('its text is the story of the shrunk run, with the line that replays it and the path of its page', () => {
    const { code, out } = tested({ 'chaos.test.ts': failing });
    expect(code).toBe(1);
    const text = out.slice(out.indexOf('FailedTest: '));
    expect(text).toMatch(
      /^FailedTest: two-phase-commit\+bug=impatient: \d+ seeds? run, of seeds 1 to 60\n\nFAIL two-phase-commit\+bug=impatient seed \d+ {3}2 servers, 1 client\n x Agreement: /,
    );
    expect(text).toContain('<- the first property that broke; the run ends here');
    expect(text).toMatch(/shrunk [\d,]+ -> \d+ steps/);
    // The frame that is shown is the line that asks for the test.
    expect(text).toMatch(/❯ test\/chaos\.test\.ts:3:\d+\n/);
    expect(text).not.toContain('node_modules/whitewater');
    const [, replay] = /^ {2}replay +npx whitewater (.*)$/m.exec(text)!;
    expect(npxWhitewater(folder, ...replay!.split(' ')).out).toContain('violation of Agreement');
    const [, whole] = /^ {2}whole +npx whitewater (.*)$/m.exec(text)!;
    expect(npxWhitewater(folder, ...whole!.split(' ')).out).toContain('violation of Agreement');
    const [, pin] = /^ {2}keep +npx whitewater (.*)$/m.exec(text)!;
    expect(npxWhitewater(folder, ...pin!.split(' '), '--name', 'kept').out).toContain('pinned regressions/kept.json');
    rmSync(join(folder, 'regressions', 'kept.json'));
    const [, page] = /^ {2}open +(.*)$/m.exec(text)!;
    expect(readFileSync(join(folder, page!), 'utf8')).toContain('Agreement');
  }, slowMs);

  test('in threads as well', () => {
    const { code, out } = tested({ 'chaos.test.ts': failing }, { WHITEWATER_WORKERS: '2' });
    expect(code).toBe(1);
    expect(out).toMatch(/FAIL two-phase-commit\+bug=impatient seed \d+ {3}\d servers/);
  }, slowMs);

  test('a search tells the story of a shortest run', () => {
    const { code, out } = tested({ 'chaos.test.ts': `${head}exploreTest(chaos, { with: { bug: 'impatient' } });\n` });
    expect(code).toBe(1);
    expect(out).toContain(
      'FailedTest: two-phase-commit: Agreement is violated after 7 actions, among 86 states; no run is shorter\n\nFAIL explore two-phase-commit',
    );
    const [, replay] = /^ {2}replay +npx whitewater (.*)$/m.exec(out)!;
    expect(npxWhitewater(folder, ...replay!.split(' ')).out).toContain('violation of Agreement');
    const [, page] = /^ {2}open +(.*)$/m.exec(out)!;
    expect(existsSync(join(folder, page!))).toBe(true);
  }, slowMs);

  test.each([
    [
      'a parameter that the model lacks', "exploreTest(chaos, { with: { bugs: 'impatient' } });",
      'there is no parameter bugs; it takes servers 3 (1 to 7)',
    ],
    [
      'a scenario without a space', "exploreTest(registry.scenarios.get('two-phase-commit+bug=impatient')!);",
      'the scenario "two-phase-commit+bug=impatient" has no `explore`',
    ],
    ['a scenario of no registry', 'fuzz({ ...chaos });', 'the scenario "two-phase-commit" stands in no registry'],
    [
      'a space that is not closed in its time',
      "exploreTest(chaos, { time: '1ms', with: { servers: 7, clients: 4 } });",
      'interrupted before it was done: two-phase-commit',
    ],
  ])(
    '%s is told in one line',
    (_, call, says) => {
      const { code, out } = tested({ 'chaos.test.ts': `${head}${call}\n` });
      expect(code).toBe(1);
      expect(out).toContain(says);
    },
    slowMs,
  );
});

test('types: strict, without a cast, and the matcher is there as before', () => {
  rmSync(join(folder, 'test'), { recursive: true, force: true });
  writeFileSync(join(folder, 'matcher.test.ts'), [
    "import { expect, test } from 'vitest';",
    "import { exploreTest, fuzz, type ExploreOptions, type FuzzOptions } from 'whitewater/vitest';",
    "import { kvModel, type KvInput, type KvOutput, type Operation } from 'whitewater/checker';",
    "import { chaos } from './whitewater.config.ts';",
    "const seeds: FuzzOptions = { seeds: 5, from: 1, time: '10s', workers: 1, folder: 'failures' };",
    "const space: ExploreOptions = { states: 50, time: '10s', with: { bug: 'none', servers: 2, goals: false } };",
    'fuzz(chaos, seeds);',
    'exploreTest(chaos, space);',
    'const history: Operation<KvInput, KvOutput>[] = [];',
    "test('empty', () => expect(history).toBeLinearizable(kvModel));", '',
  ].join('\n'));
  const { code, out } = runIn(folder, tsc, ['-p', '.']);
  expect(code, out).toBe(0);
  const ran = runIn(folder, process.execPath, [vitest, 'run'], ownEnvironment({}));
  expect(ran.code, ran.out).toBe(0);
  rmSync(join(folder, 'matcher.test.ts'));
}, slowMs);

test('--watch: a change of the protocol is run again, as it is now', async () => {
  rmSync(join(folder, 'test'), { recursive: true, force: true });
  writeFileSync(join(folder, 'chaos.test.ts'), head.replace('../', './') + 'exploreTest(chaos);\n');
  const child = spawn(process.execPath, [vitest, '--watch'], {
    cwd: folder, env: ownEnvironment({}), stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  const until = (text: string): Promise<void> => new Promise((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      out += stripVTControlCharacters(chunk.toString());
      if (out.includes(text)) resolve();
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('exit', () => reject(new Error(`Vitest ended before it said "${text}":\n${out}`)));
  });
  try {
    await until('Waiting for file changes');
    expect(out).toContain('1 passed');
    out = '';
    const protocol = join(folder, 'protocol.ts');
    const again = until('Watching for file changes');
    writeFileSync(protocol, readFileSync(protocol, 'utf8').replaceAll("bug === 'impatient'", "bug !== 'impatient'"));
    await again;
    expect(out).toContain('FailedTest: two-phase-commit: Agreement is violated after 7 actions');
  } finally {
    child.removeAllListeners('exit');
    child.kill();
  }
}, slowMs);

test('a folder that is not the project\'s: everything printed names the module', () => {
  const above = mkdtempSync(join(tmpdir(), 'whitewater-above-'));
  mkdirSync(join(above, 'packages'));
  renameSync(project('two-phase-commit'), join(above, 'packages', 'store'));
  writeFileSync(
    join(above, 'chaos.test.ts'),
    "import { fuzz } from './packages/store/node_modules/whitewater/dist/harness/runner/vitest.js';\nimport { registry } from './packages/store/whitewater.config.ts';\nfuzz(registry.scenarios.get('two-phase-commit+bug=impatient')!, { seeds: 60 });\n",
  );
  const { code, out } = runIn(above, process.execPath, [vitest, 'run', '--root', above], ownEnvironment({}));
  expect(code, out).toBe(1);
  const text = stripVTControlCharacters(out);
  const [, whole] = /^ {2}whole +npx whitewater (.*)$/m.exec(text)!;
  expect(whole).toContain('--scenario ./packages/store/whitewater.config.ts#two-phase-commit+bug=impatient');
  const store = join(above, 'packages', 'store', 'node_modules', 'whitewater', 'dist', 'scenarios', 'whitewater.js');
  const [, replay] = /^ {2}replay +npx whitewater (.*)$/m.exec(text)!;
  for (const words of [whole!, replay!])
    expect(runIn(above, process.execPath, [store, ...words.split(' ')]).out).toContain('violation of Agreement');
  rmSync(above, { recursive: true });
}, slowMs);
