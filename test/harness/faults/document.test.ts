/** docs/fault-model.md lists every kind of fault, and the seed of each row shows what it says. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assumptionBreaking, faultKinds } from '../../../harness/plan/fault-kinds.ts';
import { run } from '../../../harness/run.ts';
import { swarm } from '../../../scenarios/swarm.ts';

const text = readFileSync(new URL('../../../docs/fault-model.md', import.meta.url), 'utf8');

/** Rows of the tables with a seed in their last column. */
const seedOf = new Map(
  [...text.matchAll(/^\| `(\w+)` \|.*\| (\d+) \|$/gm)].map(([, kind, seed]) => [kind!, Number(seed)]),
);

describe('the fault model as documented', () => {
  test('has a row for every kind, and for no other', () => {
    expect([...seedOf.keys()].sort()).toEqual(faultKinds.filter((kind) => !assumptionBreaking.includes(kind)).sort());
    for (const kind of assumptionBreaking) expect(text).toMatch(new RegExp(`^\\| \`${kind}\` \\|`, 'm'));
  });

  test.each([...seedOf])('%s mattered in seed %i of the swarm', (kind, seed) => {
    const record = run(swarm.system, swarm.draw(seed));
    expect(record.verdict).toEqual({ kind: 'ok' });
    expect(record.faults[kind]?.mattered).toBeGreaterThan(0);
  });
});
