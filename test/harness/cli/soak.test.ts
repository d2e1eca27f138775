/** `whitewater soak`, run as a person runs it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { interrupted, spawned, whitewater } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-soak-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the same seed and number of operations have one digest, and pass', async () => {
  const [one, other] = [
    await whitewater(folder, 'soak', '--operations', '1500', '--json', 'one.json'),
    await whitewater(folder, 'soak', '--operations', '1500'),
  ];
  expect([one.code, other.code]).toEqual([0, 0]);
  expect(one.out).toMatch(/^swarm soak, seed 1: 1,500 operations answered in 2 rounds\n/);
  expect(one.out).toContain('  verdict  passed\n');
  const digest = /digest +([0-9a-f]{16})/;
  expect(digest.exec(one.out)![1]).toBe(digest.exec(other.out)![1]);
  expect(JSON.parse(readFileSync(join(folder, 'one.json'), 'utf8'))).toMatchObject({
    scenario: 'swarm', seed: 1, asked: 1500, rounds: 2, judged: 2, operations: 1500, digest: digest.exec(one.out)![1],
  });
});

test('a planted bug of the core fails it, with the round and how to see it again', async () => {
  const { code, out } = await spawned(folder, '--bug', 'k01', 'soak', '--operations', '4000', '--seed', '5');
  expect(code).toBe(1);
  expect(out).toMatch(/FAIL {2}in round \d+, of property /);
  expect(out).toContain('  again   npx whitewater --bug k01 soak --seed 5 --operations 4000\n');
  expect(out).toContain('  verdict  violation\n  exit code 1: 1 violation: swarm soak, seed 5, round ');
});

test('Ctrl-C ends it between two rounds with what is known, which is no pass', async () => {
  const { code, out } = await interrupted(folder, 'soak', '--json', 'early.json');
  expect(code).toBe(2);
  expect(out).toMatch(/answered in [\d,]+ rounds? \(interrupted after [\d,]+ of 1,000,000 operations\)/);
  expect(out).toContain('exit code 2: interrupted before it was done');
  const { operations, judged, rounds, digest } = JSON.parse(readFileSync(join(folder, 'early.json'), 'utf8')) as Record<
    string,
    number
  >;
  expect([operations! > 0, judged === rounds, digest]).toEqual([true, true, expect.stringMatching(/^[0-9a-f]{16}$/)]);
});

test('--time-budget ends it in time, says so, and passes with what was run', async () => {
  const { code, out } = await whitewater(folder, 'soak', '--time-budget', '100ms');
  expect([code, out.includes('(time is up after ')]).toEqual([0, true]);
});

describe('bad input is one clear line and exit code 4', () => {
  test.each([
    [['soak', 'lab-2a'], 'there is no scenario'],
    [['soak', 'leases'], 'there is no scenario'],
    [['soak', '--operations', '0'], '--operations takes a whole number from 1'],
    [['soak', '--seed', 'x'], '--seed takes a whole number'],
    [['soak', 'swarm', 'swarm'], 'soak takes one scenario, not 2: swarm swarm'],
    [['soak', 'partial-connectivity'], 'draws no rounds of a soak'],
  ])('%j', async (argv, says) => {
    const { code, out, err } = await whitewater(folder, ...argv);
    expect([code, out]).toEqual([4, '']);
    expect(err).toContain(says);
    expect(err.trimEnd().split('\n').length).toBe(1);
  });
});
