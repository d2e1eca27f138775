/** Every scenario and system by name: the registry without models, which only a search needs. */
import type { Registry, Scenario } from '../harness/campaign/scenario.ts';
import { labScenarios } from './lab/lab-scenarios.ts';
import { leaseClocks } from './lease-clocks.ts';
import { partialConnectivity } from './partial-connectivity.ts';
import { readCosts } from './read-costs.ts';
import { swarm } from './swarm.ts';
import { raft } from './systems/raft.ts';
import { raftKv } from './systems/raft-kv.ts';

const scenarios: readonly Scenario[] = [swarm, ...labScenarios, ...partialConnectivity, ...leaseClocks, ...readCosts];

export const runs: Registry = {
  // Of the whole registry: what is loaded again by its address, in a worker, is loaded whole.
  url: new URL(import.meta.url.endsWith('.ts') ? './registry.ts' : './registry.js', import.meta.url).href,
  scenarios: new Map(scenarios.map((scenario) => [scenario.name, scenario])),
  systems: new Map([raftKv, raft].map((system) => [system.name, system])),
  models: new Map(),
};
