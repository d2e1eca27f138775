/**
 * Every command of the README on a scenario of a user's, in a project of its own; and each line that is printed, pasted
 * back.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { npxWhitewater, project, runIn, type Ran } from '../../support/packed.ts';

const slowMs = 600_000;
const broken = 'primary-backup+bug=skipsSync';

let folder = '';

/** What the explorer says of a planted bug; it leaves a plan. */
let explored: Ran;
const plan = 'failures/explore-primary-backup-every-history-is-linearizable.plan.json';
const randomly = [
  '--bug', 'skipsSync', '--strategy', 'random', '--walks', '2000', '--clients', '2', '--steps', '80', '--workers', '1',
];

beforeAll(() => {
  folder = project('primary-backup');
  explored = whitewater('explore', ...randomly);
}, slowMs);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const whitewater = (...words: readonly string[]): Ran => npxWhitewater(folder, ...words);

/** Lines that were printed and not pasted yet, by the folder in which they were. */
let printed = new Set<string>();
let pasted = new Set<string>();
beforeEach(() => void ([printed, pasted] = [new Set(), new Set()]));

function told({ code, out }: Ran, expected: number): string {
  expect(code, out).toBe(expected);
  for (const [, line] of out.matchAll(/npx (whitewater .*?) *$/gm)) if (!pasted.has(line!)) printed.add(line!);
  return out;
}

/** As a shell takes it. What shrinks is given less time than a person has. */
function paste(line: string): Ran {
  printed.delete(line);
  pasted.add(line);
  const words = /^whitewater (?:report|shrink)\b/.test(line) ? `${line} --runs 5 --workers 1` : line;
  const bin = join(folder, 'node_modules', 'whitewater', 'dist', 'scenarios', 'whitewater.js');
  return runIn(folder, '/bin/sh', ['-c', words.replace(/^whitewater/, `'${process.execPath}' '${bin}'`)]);
}

/** Pastes all that is printed, and what that prints, until nothing is new. */
function pasteAll(): void {
  for (let [line] = printed; line !== undefined; [line] = printed) {
    const ran = paste(line);
    // A violation is still one; what is pinned is done.
    told(ran, line.startsWith('whitewater pin ') ? 0 : 1);
    if (!line.startsWith('whitewater pin ')) expect(ran.out, line).toContain('Linearizability');
  }
}

test('scenarios: the project\'s own, with its planted bugs, and nothing of the house', () => {
  const out = told(whitewater('scenarios'), 0);
  expect(
    out
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(/ {2,}/).slice(0, 2)),
  ).toEqual([
    ['primary-backup', 'primary-backup'], ['primary-backup+bug=localReads', 'primary-backup'],
    ['primary-backup+bug=skipsSync', 'primary-backup'],
  ]);
}, slowMs);

test('explore: a shortest run, or a random one, and its plan in the simulator', () => {
  expect(told(whitewater('explore', '--max-states', '500', '--workers', '1'), 2)).toContain('Stopped at --max-states');
  expect(told(explored, 1)).toContain('the simulator finds it too');
  expect([...printed]).toEqual(['replay', 'report'].map((command) => `whitewater ${command} ${plan}`));
  pasteAll();
}, slowMs);

test('shrink, report, pin and replay of that plan', () => {
  expect(told(whitewater('shrink', plan, '--runs', '60', '--workers', '1', '--out', 'small.json'), 1)).toContain(
    'verified    run twice',
  );
  told(whitewater('report', 'small.json', '--no-shrink', '--out', 'reports'), 1);
  expect(readdirSync(join(folder, 'reports')).filter((name) => name.endsWith('.html'))).toEqual(['small.html']);
  expect(told(whitewater('replay', 'small.json', '--trace', 't.jsonl'), 1)).toContain('violation of Linearizability');
  expect(readFileSync(join(folder, 't.jsonl'), 'utf8')).toContain('"epoch"');
  pasteAll();
  expect(readdirSync(join(folder, 'regressions')).length).toBeGreaterThanOrEqual(1);
}, slowMs);

test('fuzz, in shards, and merge', () => {
  for (const shard of ['1/2', '2/2'])
    told(
      whitewater('fuzz', broken, '--seeds', '2', '--shard', shard, '--workers', '1', '--json', `${shard[0]}.json`),
      shard === '1/2' ? 1 : 0,
    );
  const out = told(whitewater('merge', '1.json', '2.json', '--json', 'whole.json', '--require-situations'), 1);
  expect(out).toMatch(/required situations: .*2 seeds are too few to tell/);
  expect([...printed]).toEqual(['replay', 'report'].map((command) => `whitewater ${command} 1 --scenario ${broken}`));
  pasteAll();
}, slowMs);

test('gate: its regressions, its planted bugs, its required situations', () => {
  rmSync(join(folder, 'regressions'), { recursive: true, force: true });
  told(whitewater('pin', plan, '--name', 'small'), 0);
  const out = told(whitewater('gate', '--seeds', '2', '--workers', '1'), 1);
  expect(out).toContain('regressions  0 of 1 passed\n    violation: Linearizability: ');
  expect(out).toContain('canaries     2 of 2 known bugs found, 2 of them by seeds');
  expect(out).toMatch(/situations {3}.*; 2 seeds are too few to tell/);
  expect([...printed]).toEqual(['whitewater report regressions/small.json']);
  pasteAll();
  expect(readdirSync(join(folder, 'gate')).sort()).toEqual(['campaign.json', 'junit.xml', 'summary.md']);
}, slowMs);

test('doctor, and init in a folder of its own', () => {
  expect(told(whitewater('doctor', '--seeds', '2'), 0)).toContain('primary-backup');
  told(whitewater('init', 'other'), 0);
  expect(existsSync(join(folder, 'other', 'whitewater.config.ts'))).toBe(true);
}, slowMs);

test('from another folder everything is named by its module, and every printed line works there', () => {
  const away = join(folder, 'away');
  mkdirSync(away);
  writeFileSync(join(away, 'package.json'), '{ "type": "module" }');
  const there = folder;
  folder = away;
  try {
    const bin = join(there, 'node_modules', 'whitewater', 'dist', 'scenarios', 'whitewater.js');
    const run = (...words: readonly string[]): Ran => runIn(away, process.execPath, [bin, ...words]);
    const module = '../whitewater.config.ts';
    told(run('fuzz', `${module}#${broken}`, '--seeds', '1', '--workers', '1', '--json', 'one.json'), 1);
    told(run('merge', 'one.json'), 1);
    told(run('explore', `${module}#primary-backup`, ...randomly), 1);
    expect([...printed]).toEqual([
      `whitewater replay 1 --scenario ${module}#${broken}`, `whitewater report 1 --scenario ${module}#${broken}`,
      ...['replay', 'report'].map((command) => `whitewater ${command} ${plan}`),
    ]);
    mkdirSync(join(away, 'node_modules'));
    runIn(away, '/bin/ln', ['-s', join(there, 'node_modules', 'whitewater'), join(away, 'node_modules', 'whitewater')]);
    pasteAll();
  } finally {
    folder = there;
  }
}, slowMs);
