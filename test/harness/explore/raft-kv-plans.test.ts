/** A run of the untimed world, as a plan: the simulator takes the very same steps, in the same order. */
import { describe, expect, test } from 'vitest';
import type { AnyEvent } from '../../../harness/system.ts';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { fillIn, type ParameterValues } from '../../../harness/explore/parameters.ts';
import type { Path } from '../../../harness/explore/model.ts';
import { randomWalks } from '../../support/random-walks.ts';
import { parsePlan, printPlan } from '../../../harness/plan/plan-file.ts';
import { run } from '../../../harness/run.ts';
import { definition, raftKvModel, type RaftMove, type RaftWorld } from '../../../scenarios/protocols/raft-kv.ts';
import { registry } from '../../../scenarios/registry.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';

const modelOf = (given: ParameterValues) => raftKvModel(fillIn(definition.parameters, given));

const told = (node: number, event: AnyEvent | null): string => {
  if (event === null) return `n${node} starts`;
  if (event.kind === 'message') return `n${node} takes ${raftKv.describeMessage(event.message)} from n${event.from}`;
  return event.kind === 'timer' ? `n${node} hears ${event.timer}` : `n${node} is asked`;
};

/** What takes effect in a path: a step that ends in a crash at its barrier does not. */
const stepsOf = ({ actions }: Path<RaftWorld, RaftMove>, nodes: number): readonly string[] => [
  ...Array.from({ length: nodes }, (_, node) => told(node, null)),
  ...actions.flatMap(({ kind, node, outcome }) => {
    if (outcome === null || kind === 'drop' || kind === 'duplicate' || kind === 'crash') return [];
    return [told(node, outcome.step.event)];
  }),
];

function simulatedSteps(path: Path<RaftWorld, RaftMove>, given: ParameterValues): readonly string[] {
  const drawn = modelOf(given).planOf!(path, 'a path')!;
  // Through the file's form, as a person would have it.
  const plan = parsePlan('a plan', printPlan(drawn), registry.systems);
  const steps: string[] = [];
  run(raftKv, plan, {
    step: (_step, atUs, node, event) => void (atUs < plan.stormUs && steps.push(told(node, event))),
    crash: () => undefined,
    fault: () => undefined,
  });
  return steps;
}

const worlds: readonly (readonly [string, ParameterValues])[] = [
  ['set, a client, a crash', {}],
  ['set, two terms', { clients: 0, 'max-term': 2, 'max-log': 2 }],
  [
    'multiset, drops and duplicates',
    {
      network: 'multiset', 'max-in-flight': 3, 'max-drops': 1, 'max-duplicates': 1, 'max-crashes': 1, clients: 0,
      'max-raft-state': -1,
    },
  ],
  ['set, transfers', { servers: 2, clients: 0, 'max-term': 2, 'max-log': 2, transfer: true }],
  ['set, reads around the log', { servers: 2, clients: 2, 'max-log': 2, 'max-raft-state': -1, 'read-index': true }],
  [
    'set, a server comes in and one goes away',
    { servers: 3, clients: 0, members: 2, additions: 1, removals: 1, 'max-log': 4, 'max-raft-state': -1 },
  ],
  [
    'ordered',
    {
      network: 'ordered', 'max-in-flight': 3, 'max-drops': 1, 'max-crashes': 1, clients: 1, 'max-raft-state': -1,
      'max-log': 2,
    },
  ],
];

describe('the simulator takes the steps of a path', () => {
  test.each(worlds)('%s: the shortest ways to all that is reached', async (_name, given) => {
    const model = modelOf(given);
    const { properties } = await breadthFirst(model, { clock: () => 0, maxStates: 25_000 });
    const reached = properties.filter(({ path, verdict }) => path !== null && verdict === 'reached');
    expect(reached.length).toBeGreaterThan(1);
    for (const { path } of reached) {
      const whole = model.unfold!(path!);
      expect(simulatedSteps(path!, given)).toEqual(stepsOf(whole, whole.states[0]!.nodes.length));
    }
  });

  test.each(worlds)('%s: random walks', (_name, given) => {
    const plain = { ...given, plain: true };
    for (const path of randomWalks(modelOf(plain), 15, 60))
      expect(simulatedSteps(path, plain)).toEqual(stepsOf(path, path.states[0]!.nodes.length));
  });
});
