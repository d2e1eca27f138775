/** What a worker thread does: loads the scenario once and runs chunks of seeds. */
import { crossCheckNext } from '../../checkers/linearizability.ts';
import { runChunk, type ChunkResult, type DoubleCheck } from './campaign.ts';
import { Pulse, watched } from './pulse.ts';
import { loadRegistry } from './registry.ts';
import { frozen } from '../world/frozen.ts';

export interface ChunkSpec {
  /** Address of the module that exports the registry. */
  readonly registryUrl: string;
  readonly scenario: string;
  readonly seeds: readonly number[];
  readonly doubleCheck: DoubleCheck;
  /** Everything is frozen in all runs, and not only in those that are second runs. */
  readonly freeze: boolean;
  /** So many histories of this thread, its first ones, are checked in two ways. */
  readonly crossCheck: number;
  /** Where it is told which seed, node and step it is at. */
  readonly pulse: SharedArrayBuffer;
}

let isFirstChunk = true;

export default async function work({
  registryUrl, scenario, seeds, doubleCheck, freeze, crossCheck, pulse,
}: ChunkSpec): Promise<ChunkResult> {
  const seen = new Pulse(pulse);
  const end = (): void => seen.end();
  // The pool hears nothing of a thread that ends itself.
  process.once('exit', end);
  if (isFirstChunk) crossCheckNext(crossCheck);
  isFirstChunk = false;
  const registry = await loadRegistry(registryUrl);
  const found = registry.scenarios.get(scenario)!;
  const asked = freeze ? { ...found, system: frozen(found.system) } : found;
  const result = runChunk(watched(asked, seen), seeds, doubleCheck);
  process.removeListener('exit', end);
  return result;
}
