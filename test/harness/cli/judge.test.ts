/**
 * Every command on a core with a planted bug exits 1, writes the failing seed's plan, and says so; and a gate that saw
 * too little does not pass.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { interrupted, whitewater } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-judge-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const house = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const place = (name: string): string => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};
/** A folder of known bugs with one that is found at once: gates in tests need no more. */
const canaries = place('canaries');
cpSync(house('scenarios/bugs/e04-id-zero-is-no-vote.patch'), join(canaries, 'e04-id-zero-is-no-vote.patch'));
const plans = readdirSync(house('scenarios/regressions')).filter((name) => name.endsWith('.json')).length;
const smallGate = ['gate', '--canaries', canaries, '--workers', '1', '--seeds', '1'];

describe('on a core whose majority is too small (E03)', () => {
  test.each([
    [
      'fuzz', ['fuzz', '--seeds', '1', '--workers', '1'], 'failures/swarm-1.plan.json',
      /^ {2}exit code 1: 1 violation: swarm seed 1: Stands On Pre-Votes: /m,
    ],
    [
      'lab', ['lab', '2A-1'], 'failures/lab-2A-1-InitialElection-1.plan.json',
      /^ {2}exit code 1: 1 violation: lab\/2A-1-InitialElection seed 1: /m,
    ],
    [
      'explore', ['explore', '--clients', '0', '--max-term', '1', '--max-log', '1', '--workers', '1'],
      'failures/explore-raft-kv-elected-by-majority.plan.json',
      /^ {2}exit code 1: 1 violation: raft-kv: Elected By Majority: /m,
    ],
    ['replay', ['replay', '1'], null, /^ {2}exit code 1: 1 violation: swarm seed 1: /m],
  ] as const)(
    '%s',
    async (name, argv, plan, says) => {
      const here = place(name);
      const { code, out } = await whitewater(here, '--bug', 'e03', ...argv);
      expect(code, out).toBe(1);
      expect(out).toMatch(says);
      if (plan === null) return;
      expect(existsSync(join(here, plan))).toBe(true);
      expect(out).toContain(plan);
    },
    60_000,
  );

  test('gate: the labs and the swarm, each by name', async () => {
    const here = place('gate');
    const { code, out } = await whitewater(here, '--bug', 'e03', ...smallGate, '--shard', '1/1000');
    expect(code, out).toBe(1);
    expect(out).toMatch(/^ {2}exit code 1: 2 violations: lab\/2A-1-InitialElection seed 1: .*; swarm seed 1: /m);
    expect(out).toContain(
      '\n  also: 1 thing not looked at: no regression, for there is no plan in scenarios/regressions/',
    );
    expect(out).toContain('  canaries     1 of 1 known bugs found');
    expect(readdirSync(join(here, 'gate'))).toContain('swarm-1.plan.json');
    expect(readFileSync(join(here, 'gate', 'summary.md'), 'utf8')).toContain('## Whitewater gate: FAIL\n');
  }, 120_000);
});

describe('a gate', () => {
  const regressions = (name: string): string => {
    const here = place(name);
    cpSync(house('scenarios/regressions'), join(here, 'scenarios', 'regressions'), { recursive: true });
    return here;
  };

  test('of one shard, of which everything passes, passes', async () => {
    const here = regressions('good');
    const { code, out, err } = await whitewater(
      here, ...smallGate, '--from', '5', '--shard', '1/1000', '--out', 'some/where',
    );
    expect(code, out).toBe(0);
    const rows = out.split('\n').map((line) => line.replace(/ in [\d.]+ m?s/, '')).slice(0, 6);
    expect(rows).toEqual([
      `  regressions  ${plans} of ${plans} passed`,
      '  canaries     1 of 1 known bugs found, 1 of them by seeds, the last after 5 seeds',
      '  labs         1 of 1 passed', '  swarm        1 seed: 0 violated, 0 unknown, 0 faults of the harness',
      '  double-check 0 run twice, 0 not deterministic', '  situations   judged over all shards',
    ]);
    const written = (name: string): string => readFileSync(join(here, 'some', 'where', name), 'utf8');
    expect(
      written('summary.md')
        .split('\n')
        .slice(0, 4)
        .map((line) => line.trim()),
    ).toEqual(['## Whitewater gate: PASS', '', '```text', rows[0]!.trim()]);
    expect(JSON.parse(written('campaign.json'))).toMatchObject({
      scenario: 'swarm', holds: [{ from: 5, count: 1, shard: 1, of: 1000, seeds: 1 }], seeds: 1, passed: 1,
    });
    const cases = [...written('junit.xml').matchAll(/classname="whitewater\.(\w+)" name="([^"]+)"/g)].map(
      ([, suite, name]) => `${suite} ${name}`,
    );
    expect(cases.filter((one) => !one.startsWith('regressions'))).toEqual([
      'canaries e04-id-zero-is-no-vote', 'labs lab/2A-1-InitialElection', 'swarm 1 seeds', 'gate verdict',
    ]);
    expect(cases).toHaveLength(plans + 4);
    expect(out).toContain('verdict      PASS');
    expect(err).toContain('whitewater: there was no folder some/where; it is made now\n');
    // Wall times of what ran alone in its thread and of the swarm; canaries share theirs, and have none.
    const suites = [
      ...readFileSync(join(here, 'some/where/junit.xml'), 'utf8').matchAll(
        /<testcase classname="whitewater\.(\w+)" name="[^"]*"( time="\d+\.\d{3}")?/g,
      ),
    ];
    const timed = (name: string): readonly boolean[] => [
      ...new Set(suites.filter(([, suite]) => suite === name).map(([, , time]) => time !== undefined)),
    ];
    expect(['regressions', 'canaries', 'labs', 'swarm', 'gate'].map((name) => [name, timed(name)])).toEqual([
      ['regressions', [true]], ['canaries', [false]], ['labs', [true]], ['swarm', [true]], ['gate', [false]],
    ]);
  }, 120_000);

  test('whose regression does not fit any more fails', async () => {
    const here = regressions('old');
    writeFileSync(join(here, 'scenarios', 'regressions', 'zz.json'), '{ "format": "whitewater-plan", "version": 0 }');
    const { code, out } = await whitewater(here, ...smallGate, '--shard', '1/1000');
    expect(code, out).toBe(1);
    expect(out).toContain('  exit code 1: 1 regression not fitting any more: scenarios/regressions/zz.json: ');
  }, 120_000);

  test('that was interrupted does not pass, and says so', async () => {
    const { code, out } = await interrupted(regressions('cut'), ...smallGate);
    expect(code, out).toBe(2);
    expect(out).toContain(' interrupted before it was done: interrupted after 0 seeds of the swarm');
  }, 120_000);

  test('of one seed has not seen what is required, and does not pass', async () => {
    const { code, out } = await whitewater(regressions('small'), ...smallGate);
    expect(code, out).toBe(2);
    expect(out).toMatch(/^ {2}exit code 2: \d+ things not seen, in too few seeds to tell: /m);
    expect(out).not.toContain('  also: ');
  }, 120_000);
});

describe('a drawing function that throws is the scenario\'s fault: exit code 4, with the seed', () => {
  const here = place('own');
  writeFileSync(
    join(here, 'own.mjs'),
    [
      `import { registry as house } from ${JSON.stringify(new URL('../../../dist/scenarios/registry.js', import.meta.url).href)};`,
      "const swarm = house.scenarios.get('swarm');",
      "const own = { ...swarm, name: 'own', draw(seed) { if (seed === 2) throw new RangeError('no such range'); return swarm.draw(seed); } };",
      "export const registry = { url: import.meta.url, scenarios: new Map([['own', own]]), systems: house.systems, models: new Map() };",
    ].join('\n'),
  );

  test('fuzz', async () => {
    const { code, out } = await whitewater(here, 'fuzz', './own.mjs', '--seeds', '2', '--workers', '1');
    expect(code, out).toBe(4);
    expect(out).toMatch(
      /^NOT RUN {2}seed 2: the drawing function of own threw RangeError: no such range \(at .*own\.mjs:3:\d+\)?/m,
    );
    expect(out).toMatch(/^ {2}exit code 4: 1 seed that could not be run: own: seed 2: /m);
  }, 60_000);

  test('replay', async () => {
    const { code, out, err } = await whitewater(here, 'replay', '2', '--scenario', './own.mjs');
    expect([code, out]).toEqual([4, '']);
    expect(err).toMatch(/^whitewater: seed 2: the drawing function of own threw RangeError: no such range .*\n$/);
  }, 60_000);
});
