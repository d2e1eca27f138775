/** Each worked example as a user's own project, from the packed tarball in an empty folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { npxWhitewater, project, runIn } from '../support/packed.ts';

const slowMs = 600_000;
const tsc = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url));

const examples = [
  { name: 'two-phase-commit', bugs: ['forgetsDecision', 'impatient'], property: 'Agreement' },
  { name: 'primary-backup', bugs: ['localReads', 'skipsSync'], property: 'Linearizability' },
] as const;

describe.each(examples)('$name', ({ name, bugs, property }) => {
  const folder = project(name);

  test('compiles, strictly, with nothing but what the package exports', () => {
    const { code, out } = runIn(folder, tsc, ['-p', '.']);
    expect(code, out).toBe(0);
    const glue = readFileSync(join(folder, 'whitewater.config.ts'), 'utf8').replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/'[^']*'/g, "''");
    expect(glue).not.toMatch(/\bas (?!const)|\bunknown\b|\bany\b|@ts-/);
  }, slowMs);

  test('its glue is shorter than 60 lines', () => {
    const lines = readFileSync(join(folder, 'whitewater.config.ts'), 'utf8').split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(60);
  });

  test('seeds of the right one pass, and are repeatable', () => {
    const { code, out } = npxWhitewater(folder, 'fuzz', '--seeds', '30', '--double-check', '20%', '--workers', '1');
    expect(code, out).toBe(0);
    expect(out).toContain('30 passed, 0 violated, 0 unknown');
  }, slowMs);

  test('its gate finds both planted bugs', () => {
    const { code, out } = npxWhitewater(folder, 'gate', '--seeds', '1', '--workers', '1');
    // One seed is too few to have seen everything: that is said, and is no pass.
    expect(code, out).toBe(2);
    expect(out).toContain('  canaries     2 of 2 known bugs found, 2 of them by seeds');
  }, slowMs);

  test('every printed command works when it is pasted back', () => {
    const scenario = `${name}+bug=${bugs[1]}`;
    const found = npxWhitewater(folder, 'fuzz', scenario, '--seeds', '60', '--workers', '1', '--json', 'campaign.json');
    expect(found.code, found.out).toBe(1);
    expect(found.out).toContain(`  ${property}: `);
    const [, replay] = /^ {2}replay {2}npx whitewater (.*)$/m.exec(found.out)!;
    expect(npxWhitewater(folder, ...replay!.split(' ')).out).toContain(`violation of ${property}`);
    const [, plan] = /^ {2}plan {4}(.*)$/m.exec(found.out)!;
    expect(npxWhitewater(folder, 'replay', plan!).code).toBe(1);
    const shrunk = npxWhitewater(folder, 'shrink', plan!, '--runs', '40', '--workers', '1', '--out', 'small.json');
    expect(shrunk.code, shrunk.out).toBe(1);
    const report = npxWhitewater(folder, 'report', 'small.json', '--no-shrink');
    expect(report.out).toContain(property);
    expect(npxWhitewater(folder, 'pin', 'small.json', '--name', 'small').out).toContain('pinned regressions/small.json');
    expect(npxWhitewater(folder, 'merge', 'campaign.json').out).toContain(`--scenario ${scenario}`);
    expect(npxWhitewater(folder, 'scenarios').out).toContain(scenario);
  }, slowMs);
});

test('two-phase commit is closed by the explorer, and its bug is found, as a plan that the simulator knows too', () => {
  const folder = project('two-phase-commit');
  const closed = npxWhitewater(folder, 'explore', '--workers', '1');
  expect(closed.code, closed.out).toBe(0);
  expect(closed.out).toMatch(/The space is closed[^]*distinct 54 {2}/);
  for (const [servers, whole, folded] of [[3, 54, 37], [4, 146, 58], [5, 402, 83]] as const) {
    for (const [words, states] of [[[], whole], [['--symmetry'], folded]] as const) {
      const { code, out } = npxWhitewater(folder, 'explore', '--servers', String(servers), ...words, '--workers', '1');
      expect(code, out).toBe(0);
      expect(out).toContain(`distinct ${states}  `);
    }
  }
  const broken = npxWhitewater(folder, 'explore', '--bug', 'impatient', '--workers', '2');
  expect(broken.code, broken.out).toBe(1);
  expect(broken.out).toContain('the simulator finds it too');
  expect(npxWhitewater(folder, 'replay', 'failures/explore-two-phase-commit-agreement.plan.json').out).toContain('violation of Agreement');
}, slowMs);

test('a scenario that is named by its module needs no config: its plans say where it is from', () => {
  const folder = project('two-phase-commit');
  const away = project(null);
  const module = `${folder}/whitewater.config.ts#two-phase-commit+bug=impatient`;
  const { out } = npxWhitewater(away, 'fuzz', module, '--seeds', '60', '--workers', '1');
  const [, plan] = /^ {2}plan {4}(.*)$/m.exec(out)!;
  expect(npxWhitewater(away, 'replay', plan!).out).toContain('violation of Agreement');
}, slowMs);
