/** A shrinker knows plans by the names of fields: held here against the kinds of fault that there are. */
import { describe, expect, test } from 'vitest';
import { nodesNamedBy, type Fault } from '../../../harness/plan/fault.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { beginUs, insides, isNodeField, isPlan, momentsOf, withMoments, withoutNode, type Data } from '../../../harness/shrink/plan-data.ts';
import { parsePlan, printPlan } from '../../../harness/plan/plan-file.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';

const plans: readonly Plan[] = Array.from({ length: 120 }, (_, i) => swarm.draw(i + 1));
const faults: readonly Fault[] = plans.flatMap((plan) => plan.faults);
const systems = new Map([[raftKv.name, raftKv]]);

const foundNodes = (fault: Fault): readonly number[] => {
  const found: number[] = [];
  for (const [path, value] of insides(fault as unknown as Data)) if (typeof value === 'number' && path.some((field) => isNodeField(field))) found.push(value);
  return found;
};

describe('over every kind of fault that the swarm draws', () => {
  test('the nodes that it names are found by the names of its fields', () => {
    for (const fault of faults) expect(new Set(foundNodes(fault)), fault.kind).toEqual(new Set([...nodesNamedBy(fault), ...foundNodes(fault)]));
    for (const fault of faults) for (const node of nodesNamedBy(fault)) expect(foundNodes(fault), fault.kind).toContain(node);
  });

  test('every moment is moved: a plan moved by a second begins each fault a second later', () => {
    for (const plan of plans) {
      const moved = withMoments(plan, (us) => us + 1_000_000);
      expect(moved.faults.map(beginUs)).toEqual(plan.faults.map((fault) => beginUs(fault) + 1_000_000));
      expect(momentsOf(moved)).toEqual(momentsOf(plan).map((us) => us + 1_000_000));
    }
  });

  test('without any one node it is still a plan, and names only nodes that are there', () => {
    for (const plan of plans.slice(0, 40)) {
      for (let node = 0; node < plan.servers + plan.clients; node++) {
        if (plan.servers === 1 && node === 0) continue;
        const fewer = withoutNode(plan, node);
        if (!isPlan(fewer)) continue;
        expect(() => parsePlan('plan.json', printPlan(fewer), systems)).not.toThrow();
      }
    }
  });
});
