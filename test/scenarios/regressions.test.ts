/** Plans that once showed a defect: run before everything else, they must show none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { printPlan } from '../../harness/plan/plan-file.ts';
import { regressionFiles, runRegression } from '../../harness/campaign/regressions.ts';
import { registry } from '../../scenarios/registry.ts';
import { swarm } from '../../scenarios/swarm.ts';

const files = regressionFiles('scenarios/regressions');

test('there are some', () => {
  expect(files.length).toBeGreaterThanOrEqual(2);
});

describe.each(files)('%s', (path) => {
  test('passes, twice alike, and says what it showed', () => {
    const { outcome, detail, showed } = runRegression(path, registry.systems);
    expect(`${outcome} ${detail}`).toBe('passed ');
    expect(showed).not.toBe('');
  });
});

describe('a plan that an older version wrote', () => {
  const outcomeOf = (plan: object): string => {
    const folder = mkdtempSync(join(tmpdir(), 'whitewater-regression-'));
    const path = join(folder, 'old.json');
    writeFileSync(path, `${JSON.stringify(plan, null, 1)}\n`);
    const { outcome, detail } = runRegression(path, registry.systems);
    rmSync(folder, { recursive: true });
    return `${outcome}: ${detail.replace(`${folder}/`, '')}`;
  };
  const plan = JSON.parse(printPlan(swarm.draw(1))) as { faults: object[]; network: object };

  test('with a kind of fault that there is no more says which, and in which line', () => {
    expect(outcomeOf({ ...plan, faults: [{ kind: 'meteor', fromUs: 0 }] })).toMatch(
      /^doesNotFit: old\.json:\d+: faults\.0\.kind: expected a fault of kind partition, /,
    );
  });

  test('with a field that there is no more says which', () => {
    expect(outcomeOf({ ...plan, network: { ...plan.network, jitterUs: 5 } })).toMatch(
      /^doesNotFit: old\.json:\d+: network\.jitterUs: /,
    );
  });

  test('of another version says so', () => {
    expect(outcomeOf({ ...plan, version: 0 })).toMatch(/^doesNotFit: old\.json:3: version: expected version 1$/);
  });
});
