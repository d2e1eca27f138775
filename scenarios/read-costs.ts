/**
 * What a read costs that goes through the log, takes a round of heartbeats, or rests on a lease (dissertation 6.4): the
 * same plans, in which nothing fails and clients do little but read, held side by side by `whitewater fuzz`.
 */
import type { Scenario } from '../harness/campaign/scenario.ts';
import type { Plan, PlannedOperation } from '../harness/plan/plan.ts';
import { RandomStreams, type RandomStream } from '../harness/world/random.ts';
import { plainPlan } from './plain-plan.ts';
import { raftKv } from './systems/raft-kv.ts';
import { plainSettings, type RaftKvSettings } from './systems/raft-kv-settings.ts';

const ms = 1000;
/** Over at once, so that all answers are timed. */
const stormUs = 100 * ms;
const clients = 3;

type Reads = Pick<RaftKvSettings, 'reads' | 'clockDriftPer1000'>;

const scenario = (name: string, summary: string, reads: Reads): Scenario => ({
  name, summary, system: raftKv, required: ['leadersElected'],
  draw: (seed) => drawPlan(name, `read costs ${seed}`, reads),
});

export const readCosts: readonly Scenario[] = [
  scenario('reads-by-log', 'nothing fails, and nine of ten operations read: through the log', {}),
  scenario('reads-by-index', 'the same plans, with ReadIndex', { reads: ['index'] }),
  scenario('reads-by-lease', 'the same plans, under a lease', { reads: ['lease'], clockDriftPer1000: 100 }),
];

function drawPlan(scenarioName: string, name: string, reads: Reads): Plan {
  const streams = new RandomStreams(name);
  return plainPlan({
    scenario: scenarioName,
    seed: name,
    servers: 3,
    clients,
    settings: { ...plainSettings, checkQuorum: true, ...reads },
    faults: [],
    operations: drawOperations(streams.stream('operations')),
    stormUs,
  });
}

/** The first of each client finds the leader: what follows is asked there. */
const drawOperations = (random: RandomStream): readonly PlannedOperation[] =>
  Array.from({ length: 300 }, (_, i): PlannedOperation => ({
    client: i % clients,
    atUs: 2000 * ms + Math.floor(i / clients) * 40 * ms + random.below(10 * ms),
    request:
      i < clients || random.chance(100) ? { kind: 'append', key: 'k', value: `${i};` } : { kind: 'get', key: 'k' },
  }));
