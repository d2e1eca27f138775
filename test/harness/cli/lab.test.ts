/** `whitewater lab`: what it selects, prints, writes and ends with. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Terminal } from '../../../harness/cli/command.ts';
import { UsageError } from '../../../harness/cli/command.ts';
import { labCommand } from '../../../harness/cli/lab.ts';
import { parsePlan } from '../../../harness/plan/plan-file.ts';
import { run } from '../../../harness/run.ts';
import type { Registry, Scenario } from '../../../harness/campaign/scenario.ts';
import { registry } from '../../../scenarios/registry.ts';

let folder = '';
const home = process.cwd();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whitewater-lab-'));
  process.chdir(folder);
});
afterEach(() => process.chdir(home));

async function lab(argv: readonly string[], from: Registry = registry, interrupted = new AbortController().signal) {
  let out = '';
  const terminal: Terminal = {
    out: (text) => void (out += text), err: () => {}, isTerminal: false, columns: 80, hasColor: false, interrupted,
  };
  const code = await labCommand.run(argv, { terminal, registry: from });
  const lines = out.split('\n');
  const tests = lines.filter((line) => /^lab(-honest|-gaps)?\//.test(line)).map((line) => line.split(/ +/)[0]!);
  return { code, out, lines, tests };
}

/** The house's registry with other plans for one test. */
const changed = (name: string, change: (scenario: Scenario) => Scenario): Registry => ({
  ...registry,
  scenarios: new Map(
    [...registry.scenarios].map(([key, scenario]) => [key, key === name ? change(scenario) : scenario]),
  ),
});

const noisy = changed('lab/2B-8-Count', (scenario) => ({
  ...scenario,
  draw: (seed) => ({
    ...scenario.draw(seed), settings: { ...(scenario.draw(seed).settings as object), heartbeatUs: 30_000 },
  }),
}));

describe('whitewater lab selects', () => {
  test.each([
    ['2A', ['lab/2A-1-InitialElection', 'lab/2A-2-ReElection', 'lab/2A-3-ManyElections']],
    ['2B-1', ['lab/2B-1-BasicAgree']],
    ['BasicAgree', ['lab/2B-1-BasicAgree']],
    ['2B-1-BasicAgree', ['lab/2B-1-BasicAgree']],
    ['ForgottenVote', ['lab-gaps/ForgottenVote']],
  ])('%s', async (name, tests) => {
    expect(await lab([name])).toMatchObject({ code: 0, tests });
  });

  test('the honest manner', async () => {
    expect(await lab(['2B-10', '--manner', 'honest'])).toMatchObject({
      code: 0, tests: ['lab-honest/2B-10-LeaderFailure'],
    });
  });

  test.each([
    [
      ['nonsense'],
      'there is no lab test "nonsense"; a test such as 2B-7-Backup, a group (2A, 2B, 2C, 2D, 3A, 3B, gaps) or all is expected',
    ],
    [['back'], 'there is no lab test "back"; did you mean 2B-7-Backup?'],
    [['2A', '2B'], 'lab takes one test or group, not 2: 2A 2B'],
    [['2A', '--manner', 'dishonest'], '--manner takes lab or honest, not "dishonest"'],
    [['2A', '--seeds', '0'], '--seeds takes a whole number from 1 to 1000000000, not "0"'],
    [['2A', '--seed', '3'], "Unknown option '--seed' (see: whitewater lab --help)"],
    [['2A', '--json', '/dev/null/x'], 'cannot write /dev/null/x: a part of its path is not a folder'],
  ] as const)('refuses %j', async (argv, message) => {
    const failed = lab([...argv]);
    await expect(failed).rejects.toThrow(UsageError);
    await expect(failed).rejects.toThrow(message);
  });
});

describe('whitewater lab tells', () => {
  test('a table with seven columns, and the totals in the last line', async () => {
    const { lines } = await lab(['2B-1', '--seeds', '3']);
    expect(lines[0]!.split(/ {2,}/)).toEqual([
      'test', 'seeds', 'virtual s', 'wall ms', 'RPCs', 'operations', 'verdict',
    ]);
    const row = lines[1]!.split(/ {2,}/);
    expect([row[0], row[1], row[4], row[5], row[6]]).toEqual(['lab/2B-1-BasicAgree', '3', '60', '12', 'ok']);
    expect(lines.at(-2)).toMatch(
      /^lab 2B-1, 3 seeds, lab manner: 3 of 3 runs of 1 test passed; \d+ virtual s in .*times faster.*; 60 RPCs; 12 operations checked, [\d,]+ per CPU second$/,
    );
  });

  test('the same facts as JSON, with a digest that does not change', async () => {
    const facts = async () => {
      await lab(['2B-1', '--seeds', '3', '--json', 'out/facts.json']);
      return JSON.parse(readFileSync('out/facts.json', 'utf8'));
    };
    const [first, again] = [await facts(), await facts()];
    expect(first).toMatchObject({
      format: 'whitewater-lab',
      totals: { tests: 1, runs: 3, passed: 3, calls: 60, operations: 12, violations: 0, unknown: 0 },
      tests: [{ scenario: 'lab/2B-1-BasicAgree', seeds: 3, passed: 3, violations: [] }],
    });
    expect(again.tests[0].digest).toBe(first.tests[0].digest);
  });

  test('a violation: property, step, virtual time, and a plan that fails again in the same way', async () => {
    const { code, out } = await lab(['2B-8', '--seeds', '2'], noisy);
    expect(code).toBe(1);
    expect(out).toContain('VIOLATION in 2');
    expect(out).toMatch(
      /seed 1: Idle Calls: an idle second took \d+ calls, where at most 60 are allowed\n {4}at step \d+, virtual time [\d,]+\.\d{3} ms; again: whitewater replay failures\/lab-2B-8-Count-1\.plan\.json/,
    );
    expect(readdirSync('failures')).toEqual(['lab-2B-8-Count-1.plan.json', 'lab-2B-8-Count-2.plan.json']);
    const name = 'failures/lab-2B-8-Count-1.plan.json';
    const plan = parsePlan(name, readFileSync(name, 'utf8'), registry.systems);
    expect(run(registry.systems.get(plan.system)!, plan).verdict).toMatchObject({
      kind: 'violation', property: 'Idle Calls',
    });
  });

  test('the seeds that were asked for, from the first one on', async () => {
    await lab(['2B-8', '--from', '7', '--seeds', '2'], noisy);
    expect(readdirSync('failures')).toEqual(['lab-2B-8-Count-7.plan.json', 'lab-2B-8-Count-8.plan.json']);
  });

  test('each of several tests is judged: one that fails among others that pass', async () => {
    const wrong = changed('lab/2A-2-ReElection', (scenario) => ({
      ...scenario, draw: (seed) => ({ ...scenario.draw(seed), script: 'none such' }),
    }));
    expect((await lab(['2A'], wrong)).code).toBe(4);
  });

  test('unknown is no pass, and its plan is kept', async () => {
    const undecided = changed('lab/2B-1-BasicAgree', (scenario) => ({
      ...scenario,
      system: {
        ...scenario.system,
        observer(plan, durableOf) {
          const observer = scenario.system.observer(plan, durableOf);
          observer.finish = () => ({ kind: 'unknown', detail: 'the budget is over' });
          return observer;
        },
      },
    }));
    expect(await lab(['2B-1'], undecided)).toMatchObject({ code: 2, out: expect.stringContaining('UNKNOWN in 1') });
    expect(readdirSync('failures')).toEqual(['lab-2B-1-BasicAgree-1.plan.json']);
  });

  test('a fault of the harness itself', async () => {
    const faulty = changed('lab/2B-1-BasicAgree', (scenario) => ({
      ...scenario,
      system: {
        ...scenario.system,
        observer() {
          throw new Error('an observer that cannot be made');
        },
      },
    }));
    expect(await lab(['2B-1'], faulty)).toMatchObject({
      code: 5, out: expect.stringContaining('an observer that cannot be made'),
    });
  });

  test('a plan that is wrong, as the scenario draws it', async () => {
    const wrong = changed('lab/2B-1-BasicAgree', (scenario) => ({
      ...scenario, draw: (seed) => ({ ...scenario.draw(seed), script: 'none such' }),
    }));
    expect(await lab(['2B-1'], wrong)).toMatchObject({
      code: 4, out: expect.stringContaining('has no script "none such"'),
    });
  });

  test('a run that gives two digests', async () => {
    let calls = 0;
    const fickle = changed('lab/2B-8-Count', (scenario) => ({
      ...scenario, draw: (seed) => noisy.scenarios.get(scenario.name)!.draw(seed + calls++),
    }));
    expect(await lab(['2B-8'], fickle)).toMatchObject({
      code: 3, out: expect.stringContaining('NOT DETERMINISTIC in 1'),
    });
  });

  test('what was done before it was interrupted, which is no pass', async () => {
    const { code, out } = await lab(['2A'], registry, AbortSignal.abort());
    expect(code).toBe(2);
    expect(out).toContain('exit code 2: interrupted before it was done: interrupted after 0 of 3 runs');
  });
});
