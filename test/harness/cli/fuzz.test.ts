/** `whitewater fuzz`, `replay` and `merge`, run as a person runs them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { interrupted, whitewater } from '../../support/whitewater.ts';

interface Campaign {
  readonly digest: string;
  readonly seeds: number;
  readonly passed: number;
  readonly endedEarly: string | null;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whitewater-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const campaign = (name: string): Campaign => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Campaign;

describe('one campaign has one digest', () => {
  test('with one worker, with two, and as two shards merged', async () => {
    const seeds = ['--seeds', '90', '--from', '11'];
    const runs = await Promise.all([
      whitewater(folder, 'fuzz', ...seeds, '--workers', '1', '--json', 'one.json'),
      whitewater(folder, 'fuzz', ...seeds, '--workers', '2', '--json', 'two.json'),
      whitewater(folder, 'fuzz', ...seeds, '--shard', '1/2', '--json', 'shard-1.json'),
      whitewater(folder, 'fuzz', ...seeds, '--shard', '2/2', '--json', 'shard-2.json'),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const merged = await whitewater(folder, 'merge', 'shard-2.json', 'shard-1.json', '--json', 'merged.json');
    expect(merged.code).toBe(0);
    const { digest } = campaign('one.json');
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect([campaign('two.json').digest, campaign('merged.json').digest]).toEqual([digest, digest]);
    expect(campaign('merged.json').passed).toBe(90);
  });

  test('and other seeds have another', async () => {
    await whitewater(folder, 'fuzz', '--seeds', '90', '--from', '12', '--json', 'other.json');
    expect(campaign('other.json').digest).not.toBe(campaign('one.json').digest);
  });
});

test('the JSON holds the facts that scripts look for', async () => {
  await whitewater(folder, 'fuzz', '--seeds', '20', '--json', 'facts.json');
  expect(campaign('facts.json')).toMatchObject({
    scenario: 'swarm', seeds: 20, passed: 20, violations: [], unknown: 0, trivial: 0, endedEarly: null,
    operations: expect.any(Number), events: expect.any(Number), snapshotsInstalled: expect.any(Number),
    wallMs: expect.any(Number),
  });
});

test('replay runs a seed twice and gives its digest; a second replay gives the same', async () => {
  const [first, second] = [await whitewater(folder, 'replay', '7'), await whitewater(folder, 'replay', '7')];
  expect(first.code).toBe(0);
  expect(first.out).toMatch(/digest +[0-9a-f]{16}, twice/);
  expect(second.out).toBe(first.out);
});

test('a plan that was saved replays to the digest of its seed', async () => {
  await whitewater(folder, 'replay', '9', '--json', 'record.json');
  const { plan, digest } = JSON.parse(readFileSync(join(folder, 'record.json'), 'utf8')) as {
    plan: unknown;
    digest: string;
  };
  writeFileSync(join(folder, 'nine.plan.json'), JSON.stringify(plan));
  const replayed = await whitewater(folder, 'replay', 'nine.plan.json', '--trace', 'nine.jsonl');
  expect(replayed.out).toContain(digest);
  const lines = readFileSync(join(folder, 'nine.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(100);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('step');
});

test('Ctrl-C ends it with the summary so far, which is no pass', async () => {
  const { code, out } = await interrupted(folder, 'fuzz', '--seeds', '1000000', '--json', 'early.json');
  expect(code).toBe(2);
  expect(out).toContain('interrupted after');
  expect(campaign('early.json').endedEarly).toContain('interrupted');
  expect(campaign('early.json').seeds).toBeGreaterThan(0);
});

test('--time-budget ends it in time, says so, and passes with what was run', async () => {
  const { code, out } = await whitewater(folder, 'fuzz', '--seeds', '1000000', '--time-budget', '3s');
  expect(code).toBe(0);
  expect(out).toContain('time is up after');
});

describe('bad input is one clear line and exit code 4', () => {
  test.each([
    [['fuzz', 'no-such-scenario'], 'there is no scenario "no-such-scenario"'],
    [['fuzz', '--seeds', '0'], '--seeds takes a whole number from 1'],
    [['fuzz', '--seeds', '1e3'], '--seeds takes a whole number'],
    [['fuzz', '--shard', '3/2'], '--shard takes I/N'],
    [['fuzz', '--time-budget', '10'], '--time-budget takes a duration'],
    [['fuzz', '--json', 'a-folder'], 'cannot write a-folder: it is a folder'],
    [['fuzz', './no-such-module.js'], 'cannot load'],
    [['replay', 'damaged.json'], 'damaged.json:2: not JSON'],
    [['replay', 'foreign.json'], 'foreign.json:1: format'],
    [['replay', 'missing.json'], 'cannot read missing.json: no such file or folder'],
    [['merge', 'foreign.json'], 'foreign.json holds no campaign'],
    [['no-such-command'], 'there is no command "no-such-command"'],
  ])('%j', async (argv, says) => {
    mkdirSync(join(folder, 'a-folder'), { recursive: true });
    writeFileSync(join(folder, 'damaged.json'), '{\n  "format": whitewater-plan\n}');
    writeFileSync(join(folder, 'foreign.json'), '{ "format": "something-else" }');
    const { code, err, out } = await whitewater(folder, ...argv);
    expect(code).toBe(4);
    expect(err).toContain(says);
    expect(err.trimEnd()).not.toContain('\n');
    expect(out).toBe('');
  });
});
