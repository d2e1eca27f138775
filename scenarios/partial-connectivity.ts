/**
 * Partial connectivity, as in the outage of Cloudflare's control plane (2 November 2020): every server reaches a
 * majority, and not every two reach each other. A server that does not hear the leader stands for election, is
 * followed by those that hear it, and deposes a leader that is well; and so on. PreVote alone keeps such a leader, and
 * with CheckQuorum a leader that cannot be heard gives way.
 *
 * The three scenarios draw the same plans but for the options, so that they can be held side by side.
 */
import { defineScenario, type OwnScenario } from '../harness/own/define-scenario.ts';
import type { Fault } from '../harness/plan/fault.ts';
import type { Plan, PlannedOperation } from '../harness/plan/plan.ts';
import { RandomStreams, type RandomStream } from '../harness/world/random.ts';
import { plainPlan } from './plain-plan.ts';
import { raftKv } from './systems/raft-kv.ts';
import { plainSettings, type RaftKvSettings } from './systems/raft-kv-settings.ts';

const ms = 1000;
const stormUs = 10_000 * ms;
/** By then somebody leads. */
const fromUs = 1500 * ms;

type Options = Pick<RaftKvSettings, 'preVote' | 'checkQuorum'>;

const scenario = (name: string, summary: string, options: Options): OwnScenario =>
  defineScenario(raftKv, {
    name, summary, required: ['leadersElected'],
    draw: (seed) => drawPlan(name, `partial-connectivity ${seed}`, options),
  });

export const partialConnectivity: readonly OwnScenario[] = [
  scenario('partial-connectivity', 'a bridge, a ring or a one-way link for ten seconds: Raft of the paper', {}),
  scenario('partial-connectivity-pre-vote', 'the same plans with PreVote and CheckQuorum', {
    preVote: true, checkQuorum: true,
  }),
  scenario('partial-connectivity-pre-vote-alone', 'the same plans with PreVote, and without CheckQuorum', {
    preVote: true,
  }),
];

function drawPlan(scenarioName: string, name: string, options: Options): Plan {
  const streams = new RandomStreams(name);
  const shape = streams.stream('shape');
  const { servers, faults } = drawShape(shape);
  const clients = 3;
  return plainPlan({
    scenario: scenarioName,
    seed: name,
    servers,
    clients,
    settings: { ...plainSettings, ...options },
    faults,
    operations: drawOperations(streams.stream('operations'), clients),
    stormUs,
  });
}

function drawShape(random: RandomStream): { readonly servers: number; readonly faults: readonly Fault[] } {
  const span = { fromUs, untilUs: stormUs };
  const kind = random.pick(['bridge', 'ring', 'oneWay'] as const);
  const servers = kind === 'ring' ? 5 : 3;
  const order = random.shuffled(Array.from({ length: servers }, (_, node) => node));
  switch (kind) {
    case 'bridge':
      return {
        servers,
        faults: [
          {
            kind: 'partition',
            ...span,
            groups: [
              [order[0]!, order[1]!], [order[1]!, order[2]!],
            ],
          },
        ],
      };
    case 'ring':
      return {
        servers,
        faults: [{ kind: 'partition', ...span, groups: order.map((node, at) => [node, order[(at + 1) % servers]!]) }],
      };
    case 'oneWay':
      return { servers, faults: [{ kind: 'cut', ...span, from: order[0]!, to: order[1]! }] };
  }
}

const drawOperations = (random: RandomStream, clients: number): readonly PlannedOperation[] =>
  Array.from({ length: 100 }, (_, i): PlannedOperation => ({
    client: i % clients,
    atUs: i * 100 * ms + random.below(50 * ms),
    request: random.chance(300) ? { kind: 'get', key: 'k' } : { kind: 'append', key: 'k', value: `${i};` },
  }));
