/** What a worker thread does: loads the scenario once and runs chunks of seeds. */
import { runChunk, type ChunkResult, type DoubleCheck } from './campaign.ts';
import { loadRegistry } from './registry.ts';

export interface ChunkSpec {
  /** Address of the module that exports the registry. */
  readonly registryUrl: string;
  readonly scenario: string;
  readonly seeds: readonly number[];
  readonly doubleCheck: DoubleCheck;
}

export default async function work({ registryUrl, scenario, seeds, doubleCheck }: ChunkSpec): Promise<ChunkResult> {
  const registry = await loadRegistry(registryUrl);
  return runChunk(registry.scenarios.get(scenario)!, seeds, doubleCheck);
}
