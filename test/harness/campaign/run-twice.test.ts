/**
 * Everybody who runs a plan twice holds the two whole records against each other: a system whose runs have one digest,
 * one verdict and one end, and differ in a single count, is seen by all of them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hunt } from '../../../harness/bugs/hunt.ts';
import { runChunk } from '../../../harness/campaign/campaign.ts';
import { emptyRow, withSeed } from '../../../harness/campaign/lab.ts';
import { runRegression } from '../../../harness/campaign/regressions.ts';
import type { Registry, Scenario } from '../../../harness/campaign/scenario.ts';
import type { Command, Terminal } from '../../../harness/cli/command.ts';
import { pinCommand } from '../../../harness/cli/pin.ts';
import { replayCommand } from '../../../harness/cli/replay.ts';
import { reportCommand } from '../../../harness/cli/report.ts';
import { shrinkCommand } from '../../../harness/cli/shrink.ts';
import { printPlan } from '../../../harness/plan/plan-file.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { run } from '../../../harness/run.ts';
import { sameRun } from '../../../harness/same-run.ts';
import type { System } from '../../../harness/system.ts';
import { registry } from '../../../scenarios/registry.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';

/** Nobody asks anything, and nobody has time to elect a leader: it fails at once. */
const short: Plan = { ...swarm.draw(1), operations: [], faults: [], stormUs: 1, settleUs: 0, clients: 0 };

/** Counts its own runs, which is nothing that a run may know; the first few are alike. */
function countsRuns(alike = 0): System {
  let runs = 0;
  return {
    ...raftKv,
    observer(plan, durableOf) {
      const inner = raftKv.observer(plan, durableOf);
      const counts = inner.counts.bind(inner);
      runs += 1;
      const run = runs;
      inner.counts = () => ({ ...counts(), run: run <= alike ? 0 : run });
      return inner;
    },
  };
}

const folder = mkdtempSync(join(tmpdir(), 'whitewater-twice-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'short.json');
writeFileSync(path, printPlan(short));

const scenarioWith = (system: System): Scenario => ({ ...swarm, system, draw: () => short });
const systemsWith = (system: System): ReadonlyMap<string, System> => new Map([[raftKv.name, system]]);
const meter = <T>(body: () => T) => ({ value: body(), wallMs: 0, cpuMs: 0 });

test('its runs differ in nothing else', () => {
  const system = countsRuns();
  expect(sameRun(run(system, short), run(system, short)).differs).toEqual(['counts.run: 1 and 2']);
  expect(run(system, short).verdict).toMatchObject({ kind: 'violation', property: 'Progress After Healing' });
});

describe('a run that was made twice and is not the same', () => {
  test('in a campaign, where a violation is run twice always', () => {
    expect(runChunk(scenarioWith(countsRuns()), [1]).nondeterministic).toMatchObject([
      { seed: 1, differs: [expect.stringMatching(/^counts\.run: \d and \d$/)] },
    ]);
    expect(runChunk(scenarioWith(raftKv), [1])).toMatchObject({ nondeterministic: [], violations: [{ seed: 1 }] });
  });

  test('in a lab', () => {
    expect(withSeed(emptyRow('swarm'), scenarioWith(countsRuns()), 1, meter).nondeterministic).toMatchObject([
      { seed: 1, differs: [expect.stringMatching(/^counts\.run: \d and \d$/)] },
    ]);
    expect(withSeed(emptyRow('swarm'), scenarioWith(raftKv), 1, meter)).toMatchObject({
      nondeterministic: [], violations: [{ seed: 1 }],
    });
  });

  test('as a regression', () => {
    expect(runRegression(path, systemsWith(countsRuns()))).toMatchObject({
      outcome: 'nondeterministic', detail: expect.stringMatching(/^two runs differ in counts\.run: \d and \d$/),
    });
    expect(runRegression(path, systemsWith(raftKv))).toMatchObject({ outcome: 'violation' });
  });

  test('in a hunt, where it is no find', () => {
    expect(hunt(scenarioWith(countsRuns()), 'all', 1, 1)).toMatchObject({
      find: null, fault: expect.stringMatching(/^seed 1: two runs differ in counts\.run: \d and \d$/),
    });
    expect(hunt(scenarioWith(raftKv), 'all', 1, 1)).toMatchObject({ find: { seed: 1 }, fault: null });
  });

  const never = new AbortController().signal;
  const ended = (command: Command, system: System, ...argv: readonly string[]) =>
    endedWhile(never, command, system, argv);
  const endedWhile = async (interrupted: AbortSignal, command: Command, system: System, argv: readonly string[]) => {
    let out = '';
    const terminal: Terminal = {
      out: (text) => void (out += text), err: () => {}, isTerminal: false, columns: 80, hasColor: false, interrupted,
    };
    const code = await command.run(argv, {
      terminal, registry: { ...registry, systems: systemsWith(system) } satisfies Registry,
    });
    return { code, out };
  };

  test('replayed', async () => {
    const { code, out } = await ended(replayCommand, countsRuns(), path);
    expect(code).toBe(3);
    expect(out).toMatch(/ {2}differs {5}two runs differ in counts\.run: \d and \d/);
    expect(out).toContain('  exit code 3: 1 run not the same when run again: ');
    expect((await ended(replayCommand, raftKv, path)).code).toBe(1);
  });

  test('shrunk', async () => {
    const { code, out } = await ended(shrinkCommand, countsRuns(), path, '--out', join(folder, 'out.json'));
    expect(code).toBe(3);
    expect(out).toMatch(/NOT DETERMINISTIC: two runs differ in counts\.run: \d and \d/);
  });

  test('once it was shrunk, or as far as there was time', async () => {
    const { code, out } = await endedWhile(AbortSignal.abort(), shrinkCommand, countsRuns(3), [
      path, '--out', join(folder, 'out.json'),
    ]);
    expect(out).toMatch(/ {2}verified {4}run twice, NOT DETERMINISTIC: two runs differ in counts\.run: \d and \d/);
    expect(code).toBe(3);
  });

  test('reported', async () => {
    const { code, out } = await ended(reportCommand, countsRuns(), path, '--no-shrink', '--out', folder);
    expect(code).toBe(3);
    expect(out).toMatch(/NOT DETERMINISTIC: two runs differ in counts\.run: \d and \d/);
    expect((await ended(reportCommand, raftKv, path, '--no-shrink', '--out', folder)).code).toBe(1);
  });

  test('pinned, which it cannot be', async () => {
    await expect(ended(pinCommand, countsRuns(), path, '--dir', folder)).rejects.toThrow(
      /two runs differ in counts\.run: \d and \d; a plan that is not repeatable cannot be pinned/,
    );
  });
});
