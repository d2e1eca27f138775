import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isOfTheHouse } from '../../../harness/start/house.ts';

const empty = mkdtempSync(join(tmpdir(), 'whitewater-house-'));
const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');

test.each([
  '', '--help', '--version', 'check history.jsonl', 'init here',
  'replay 1', 'replay 1 --freeze', 'replay --scenario swarm 1', 'lab 3B', 'lab 3B --seeds 5', 'scenarios', 'lab --help',
])('is about the house: whitewater %s', (line) => {
  expect(isOfTheHouse(words(line), empty)).toBe(true);
});

test.each([
  'replay plan.json',
  'replay 1 --scenario ./mine.ts',
  'replay 1 --scenario mine.ts#one',
  'replay 1 --json out/record.json',
  // Merged parts are those of a project, whose scenarios say what must have been seen.
  'merge a.json b.json',
  'merge',
  'fuzz',
  'gate',
  'explore',
  'shrink 1',
  'report 1',
  '--bug e01 replay 1',
  'nonsense',
])('may be about a module of a user, or names a place in the code: whitewater %s', (line) => {
  expect(isOfTheHouse(words(line), empty)).toBe(false);
});

test.each(['{ "whitewater": "./scenarios.ts" }', '{ "whitewater": 1 }', 'no JSON'])(
  'nor is it where a project is at hand, right or wrong: %s',
  (text) => {
    const folder = mkdtempSync(join(tmpdir(), 'whitewater-house-'));
    writeFileSync(join(folder, 'package.json'), text);
    writeFileSync(join(folder, 'scenarios.ts'), '');
    expect([isOfTheHouse(['replay', '1'], folder), isOfTheHouse(['check', 'a.jsonl'], folder)]).toEqual([false, true]);
  },
);
