/** Every scenario, system and model by name. */
import type { Registry, Scenario } from '../harness/campaign/scenario.ts';
import { leaseClocks } from './lease-clocks.ts';
import { labScenarios } from './lab/lab-scenarios.ts';
import { partialConnectivity } from './partial-connectivity.ts';
import { protocolModels } from './protocols/index.ts';
import { swarm } from './swarm.ts';
import { raft } from './systems/raft.ts';
import { raftKv } from './systems/raft-kv.ts';

const scenarios: readonly Scenario[] = [swarm, ...labScenarios, ...partialConnectivity, ...leaseClocks];

export const registry: Registry = {
  url: import.meta.url,
  scenarios: new Map(scenarios.map((scenario) => [scenario.name, scenario])),
  systems: new Map([raftKv, raft].map((system) => [system.name, system])),
  models: protocolModels,
};
