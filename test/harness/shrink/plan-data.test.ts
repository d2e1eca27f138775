/** A shrinker knows plans by the names of fields: held here against the kinds of fault that there are. */
import { describe, expect, test } from 'vitest';
import { nodesNamedBy, shapeOfFault, type Fault } from '../../../harness/plan/fault.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import {
  beginUs, insides, isNodeField, isPlan, momentsOf, planWith, withMoments, withoutNode, type Data,
} from '../../../harness/shrink/plan-data.ts';
import { parsePlan, printPlan } from '../../../harness/plan/plan-file.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import { toyPlan } from '../faults/toys.ts';

const plans: readonly Plan[] = Array.from({ length: 120 }, (_, i) => swarm.draw(i + 1));
const faults: readonly Fault[] = plans.flatMap((plan) => plan.faults);
const systems = new Map([[raftKv.name, raftKv]]);

const foundNodes = (fault: Fault): readonly number[] => {
  const found: number[] = [];
  for (const [path, value] of insides(fault as unknown as Data))
    if (typeof value === 'number' && path.some((field) => isNodeField(field))) found.push(value);
  return found;
};

describe('over every kind of fault that the swarm draws', () => {
  test('the nodes that it names are found by the names of its fields', () => {
    for (const fault of faults)
      expect(new Set(foundNodes(fault)), fault.kind).toEqual(new Set([...nodesNamedBy(fault), ...foundNodes(fault)]));
    for (const fault of faults)
      for (const node of nodesNamedBy(fault)) expect(foundNodes(fault), fault.kind).toContain(node);
  });

  test('every moment is moved: a plan moved by a second begins each fault a second later', () => {
    for (const plan of plans) {
      const moved = withMoments(plan, (us) => us + 1_000_000);
      expect(moved.faults.map(beginUs)).toEqual(plan.faults.map((fault) => beginUs(fault) + 1_000_000));
      expect(momentsOf(moved)).toEqual(momentsOf(plan).map((us) => us + 1_000_000));
      // Its kind knows when a fault begins and ends; the shrinker goes by the names of fields.
      expect(moved.faults.map((fault) => shapeOfFault(fault).span(fault))).toEqual(
        plan.faults.map((fault) =>
          shapeOfFault(fault)
            .span(fault)
            .map((us) => us + 1_000_000),
        ),
      );
      expect([moved.stormUs, moved.operations.map(({ atUs }) => atUs)]).toEqual([
        plan.stormUs + 1_000_000, plan.operations.map(({ atUs }) => atUs + 1_000_000),
      ]);
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

/** Three servers and two clients: nodes 0, 1, 2 and 3, 4. */
describe('without a node', () => {
  const span = { fromUs: 0, untilUs: 1 };
  const fate = (from: number, to: number) => ({ from, to, nth: 1, delaysUs: [from * 10 + to] });
  const timer = (node: number) => ({ node, timer: `t${node}`, nth: 1, afterUs: 1 });
  const operation = (client: number) => ({ client, atUs: client, request: null });
  const plan = toyPlan({
    servers: 3,
    clients: 2,
    faults: [
      { kind: 'swizzle', ...span, nodes: [0, 1, 2], release: [2, 1, 0], everyUs: 1 },
      {
        kind: 'partition',
        ...span,
        groups: [
          [0, 1], [2, 4],
        ],
      },
      { kind: 'cut', ...span, from: 1, to: 2 },
      { kind: 'pause', ...span, nodes: [1] },
      { kind: 'pause', ...span, nodes: 'leader' },
    ],
    network: { fates: [fate(0, 1), fate(1, 2), fate(2, 0), fate(3, 2)] },
    timers: [timer(0), timer(1), timer(2), timer(4)],
    operations: [operation(0), operation(1)],
    healing: { kind: 'minorityDown', nodes: [1, 2] },
  });

  test('a server: its faults, fates and timers go, those above it move down, and so in every field that names nodes', () => {
    const fewer = withoutNode(plan, 1);
    expect([fewer.servers, fewer.clients, fewer.operations, fewer.healing]).toEqual([
      2, 2, plan.operations, { kind: 'minorityDown', nodes: [1] },
    ]);
    expect(fewer.faults).toEqual([
      { kind: 'swizzle', ...span, nodes: [0, 1], release: [1, 0], everyUs: 1 },
      { kind: 'partition', ...span, groups: [[0], [1, 3]] },
      { kind: 'pause', ...span, nodes: 'leader' },
    ]);
    expect(fewer.network.fates).toEqual([
      { ...fate(2, 0), from: 1 }, { ...fate(3, 2), from: 2, to: 1 },
    ]);
    expect(fewer.timers).toEqual([timer(0), { ...timer(2), node: 1 }, { ...timer(4), node: 3 }]);
    expect(isPlan(fewer)).toBe(true);
  });

  test('trouble that would go on for half of the servers that are left is no trouble any more', () => {
    const troubled = (servers: number, nodes: readonly number[]) =>
      toyPlan({ servers, healing: { kind: 'minorityInTrouble', nodes } });
    expect(withoutNode(troubled(4, [1]), 0).healing).toEqual({ kind: 'minorityInTrouble', nodes: [0] });
    expect(withoutNode(troubled(3, [1]), 0).healing).toEqual({ kind: 'everyone' });
    expect(withoutNode(troubled(5, [1, 2]), 2).healing).toEqual({ kind: 'minorityInTrouble', nodes: [1] });
  });

  test('a client: what it asks goes, and the next one takes its number', () => {
    const fewer = withoutNode(plan, 3);
    expect([fewer.servers, fewer.clients, fewer.operations]).toEqual([3, 1, [{ ...operation(1), client: 0 }]]);
    expect([fewer.faults[1], fewer.network.fates!.length, fewer.timers!.at(-1)]).toEqual([
      {
        kind: 'partition',
        ...span,
        groups: [
          [0, 1], [2, 3],
        ],
      },
      3,
      { ...timer(4), node: 3 },
    ]);
  });

  test('a client that another one comes back as: nobody crashes; and the number of one behind it is another', () => {
    const falls = (as: number) => ({ ...operation(0), crash: { afterUs: 1, as, downUs: 0 } });
    const three = toyPlan({ servers: 1, clients: 3, operations: [falls(2), falls(1)] });
    expect(withoutNode(three, 2).operations).toEqual([falls(1), operation(0)]);
  });
});

test('one value is changed, one element or field taken away, and nothing else', () => {
  const plan = toyPlan({
    operations: [0, 1, 2].map((atUs) => ({ client: 0, atUs, request: { key: 'k', value: 'v' } })),
  });
  expect(planWith(plan, ['operations', 1], undefined).operations).toEqual([plan.operations[0], plan.operations[2]]);
  expect(planWith(plan, ['operations', 0, 'request', 'value'], undefined).operations).toEqual([
    { ...plan.operations[0], request: { key: 'k' } }, plan.operations[1], plan.operations[2],
  ]);
  expect(planWith(plan, ['network', 'delayUs', 'min'], 0)).toEqual({
    ...plan, network: { ...plan.network, delayUs: { ...plan.network.delayUs, min: 0 } },
  });
});
