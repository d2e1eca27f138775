/**
 * Reads under a lease, with the clock of the leader slow and the other servers out of its reach, while clients still
 * ask it (dissertation 6.4.1): within the bound on which leases rest nothing is read that is out of date; beyond it
 * there is, and that is shown. The two scenarios draw the same plans but for the clock, so that they can be held side
 * by side.
 */
import type { Scenario } from '../harness/campaign/scenario.ts';
import type { Plan, PlannedOperation } from '../harness/plan/plan.ts';
import { RandomStreams, type RandomStream } from '../harness/world/random.ts';
import { plainPlan } from './plain-plan.ts';
import { raftKv } from './systems/raft-kv.ts';
import { plainSettings } from './systems/raft-kv-settings.ts';

const ms = 1000;
const stormUs = 5000 * ms;
const clients = 3;

/** Timers are early or late by a quarter of their time at most, says the plan. */
const clockDriftPer1000 = 250;

const scenario = (name: string, summary: string, ratePer1000: number): Scenario => ({
  name, summary, system: raftKv, required: ['readsUnderLease'],
  draw: (seed) => drawPlan(name, `lease clocks ${seed}`, ratePer1000),
});

export const leaseClocks: readonly Scenario[] = [
  scenario(
    'lease-within-drift', 'leases, and a clock that is slow by as much as they allow for', 1000 + clockDriftPer1000,
  ),
  scenario(
    'lease-beyond-drift', 'the same plans with a clock four times too slow: reads out of date are expected', 4000,
  ),
];

function drawPlan(scenarioName: string, name: string, ratePer1000: number): Plan {
  const streams = new RandomStreams(name);
  const shape = streams.stream('shape');
  const cutFromUs = shape.in({ min: 1500, max: 2500 }) * ms;
  return plainPlan({
    scenario: scenarioName,
    seed: name,
    servers: shape.pick([3, 5]),
    clients,
    settings: { ...plainSettings, preVote: true, checkQuorum: true, reads: ['lease'], clockDriftPer1000 },
    faults: [
      { kind: 'clockRate', fromUs: 1000 * ms, untilUs: stormUs, nodes: 'leader', ratePer1000 },
      {
        kind: 'isolation', fromUs: cutFromUs, untilUs: cutFromUs + 2000 * ms, nodes: 'leader', direction: 'both',
        among: 'servers',
      },
    ],
    operations: drawOperations(streams.stream('operations')),
    stormUs,
  });
}

/** One client reads, and stays where it is answered; the others write, and look for a leader that can. */
const drawOperations = (random: RandomStream): readonly PlannedOperation[] =>
  Array.from({ length: 180 }, (_, i): PlannedOperation => ({
    client: i % clients,
    atUs: 500 * ms + i * 25 * ms + random.below(20 * ms),
    request: i % clients === 0 ? { kind: 'get', key: 'k' } : { kind: 'append', key: 'k', value: `${i};` },
  }));
