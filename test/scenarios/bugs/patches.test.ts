/** Every known bug of scenarios/bugs/: it applies, passes the type check, and its witness shows it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildAside } from '../../../harness/bugs/aside.ts';
import { bugsIn, houseFolder } from '../../../harness/bugs/catalogue.ts';
import type { KnownBug } from '../../../harness/bugs/known-bug.ts';
import { Replays } from '../../../harness/bugs/replay.ts';
import { typeErrors } from '../../../harness/bugs/type-check.ts';
import { witnessPath } from '../../../harness/bugs/witness.ts';
import { parsePlan } from '../../../harness/plan/plan-file.ts';
import { run } from '../../../harness/run.ts';
import { registry } from '../../../scenarios/registry.ts';
import { builtRegistryUrl } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-patches-'));
const replays = new Replays(builtRegistryUrl, 1);
afterAll(async () => {
  await replays.close();
  rmSync(folder, { recursive: true, force: true });
});

const all = bugsIn(houseFolder());
const bugs = all.filter(({ difficulty }) => difficulty !== 'control');
const controls = all.filter(({ difficulty }) => difficulty === 'control');

describe('known bugs', () => {
  test('every patched core passes the type check, controls too', async () => {
    expect([...(await typeErrors(all)).values()]).toEqual([]);
  });

  test.each(bugs.map((bug) => [bug.name, bug] as const))(
    '%s: its core is built, and its witness breaks what its head says',
    async (_name, bug) => {
      expect(
        existsSync(witnessPath(bug.path)), `${witnessPath(bug.path)} is missing: whitewater bugs ${bug.name} --witness`,
      ).toBe(true);
      expect((await replays.witnessed(bug)).property).toBe(bug.property);
    },
  );

  test.each(controls.map((bug) => [bug.name, bug] as const))('the control %s is built', (_name, bug) => {
    buildAside(bug, join(folder, bug.name));
  });
});

describe('known bugs', () => {
  test.each(bugs.map((bug) => [bug.name, bug] as const))('the real core passes the witness of %s', (_name, bug) => {
    const path = witnessPath(bug.path);
    const plan = parsePlan(path, readFileSync(path, 'utf8'), registry.systems);
    expect(run(registry.systems.get(plan.system)!, plan).verdict).toEqual({ kind: 'ok' });
  });

  test('no two have the same number, and the number stands at the head of the name', () => {
    const ids = all.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, name } of all) expect(name.startsWith(`${id.toLowerCase()}-`), name).toBe(true);
  });

  test('at least 70 are planted, and each of the 107 of the catalogue is planted or waits for a feature that is named', () => {
    expect(bugs.length).toBeGreaterThanOrEqual(70);
    const waiting = waitingBugs();
    const planted = new Set(bugs.map(({ id }) => id));
    expect(waiting.filter(([id]) => planted.has(id))).toEqual([]);
    expect([...planted].filter((id) => !catalogue().includes(id))).toEqual(beyond);
    expect([...[...planted].filter((id) => !beyond.includes(id)), ...waiting.map(([id]) => id)].sort()).toEqual(
      catalogue(),
    );
    for (const [id, reason] of waiting) expect(reason.length, id).toBeGreaterThan(10);
  });
});

/** `scenarios/bugs/waiting.md`: a table of numbers and reasons. */
const waitingBugs = (): readonly (readonly [string, string])[] =>
  readFileSync(join(houseFolder(), 'waiting.md'), 'utf8').split('\n')
    .map((line) => /^\| ([A-Z]\d\d) \| .* \| (.*) \|$/.exec(line))
    .flatMap((match) => (match === null ? [] : [[match[1]!, match[2]!] as const]));

/** How many there are of each category. */
const sizes: Readonly<Record<string, number>> = { E: 11, L: 13, C: 6, P: 8, S: 23, K: 13, R: 11, V: 13, M: 4, D: 5 };
/**
 * Of our own, that nothing saw before answers were timed, and looked for; and others that systems had which the
 * catalogue does not name.
 */
const beyond = [
  'K14', 'K15', 'K16', 'K17', 'K18', 'K19', 'K20', 'K21', 'K22', 'K23', 'K24', 'L14', 'M20', 'M21', 'M22', 'M23',
  'M24', 'M25', 'M26', 'M27', 'M28', 'M29', 'M30', 'M31', 'M32', 'M33', 'M34', 'R12', 'R13', 'S24', 'S25', 'S26',
  'V20', 'V21', 'V22', 'V23', 'V24', 'V25', 'W01', 'W02', 'W03', 'W04', 'W05',
];

const catalogue = (): readonly string[] =>
  Object.entries(sizes)
    .flatMap(([letter, size]) => Array.from({ length: size }, (_, i) => `${letter}${String(i + 1).padStart(2, '0')}`))
    .sort();

test('all patches together show all kinds of difficulty', () => {
  const of = (difficulty: KnownBug['difficulty']): number => all.filter((bug) => bug.difficulty === difficulty).length;
  for (const difficulty of ['easy', 'medium', 'hard', 'control'] as const)
    expect(of(difficulty), difficulty).toBeGreaterThan(5);
});
