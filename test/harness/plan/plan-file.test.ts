/** Plans as files: what was written is read back, and what is wrong is named by file, line and field. */
import { describe, expect, test } from 'vitest';
import { parsePlan, printPlan } from '../../../harness/plan/plan-file.ts';
import { registry } from '../../../scenarios/registry.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { fc, prop } from '../../support/property.ts';

const read = (text: string): unknown => parsePlan('p.json', text, registry.systems);

prop([fc.nat(1_000_000)], { numRuns: 50 })('a drawn plan is read back as it was written', (seed) => {
  const plan = swarm.draw(seed);
  expect(read(printPlan(plan))).toEqual(plan);
});

/** The plan of a seed with one field changed; `line` finds the changed field in the text. */
const text = printPlan(swarm.draw(3));
const lineOf = (piece: string): number => text.slice(0, text.indexOf(piece)).split('\n').length;

describe('a wrong field is named with its line', () => {
  test.each([
    ['"version": 1', '"version": 99', 'version: expected version 1'],
    ['"dropPer1000": ', '"dropPer1000": 5000, "x": ', 'network'],
    ['"system": "raft-kv"', '"system": "paxos"', 'system: there is no system "paxos"'],
    ['"stormUs": ', '"stormUs": -', 'stormUs: expected at least 0'],
    ['"heartbeatUs": ', '"heartbeatUs": "soon", "y": ', 'settings'],
  ])('%s', (from, to, says) => {
    expect(text).toContain(from);
    const damaged = text.replace(from, to);
    expect(() => read(damaged)).toThrow(new RegExp(`^p\\.json:\\d+: .*${says}`));
  });

  test('the line is that of the field', () => {
    expect(() => read(text.replace('"system": "raft-kv"', '"system": "paxos"'))).toThrow(
      `p.json:${lineOf('"system"')}: system`,
    );
  });

  test('a client that the plan does not have, and a server that cannot be', () => {
    const plan = swarm.draw(4);
    const operations = [{ client: plan.clients, atUs: 0, request: { kind: 'get', key: 'k' } }];
    expect(() => read(printPlan({ ...plan, operations }))).toThrow(
      `operations.0.client: there are ${plan.clients} clients`,
    );
    const faults = [{ kind: 'crash' as const, atUs: 0, restartUs: 1, nodes: [plan.servers], moment: 'now' as const }];
    expect(() => read(printPlan({ ...plan, faults }))).toThrow(/faults\.0.*node/);
  });
});
