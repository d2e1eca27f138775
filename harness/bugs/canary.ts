/**
 * A handful of known bugs that every gate must find within a few seeds: a harness that no longer finds
 * them has gone blind, and then its silence about the real core means nothing.
 */
import { bugsIn, houseFolder } from './catalogue.ts';
import { survey, type BugResult } from './survey.ts';

export interface CanaryResult {
  readonly name: string;
  /** What it took; null when it was not found. */
  readonly seeds: number | null;
  /** Why not; empty when it was found. */
  readonly trouble: string;
}

/** By name. Interrupted, those that were not looked for are left out. */
export async function runCanaries(registryUrl: string, workers: number, stop: AbortSignal, folder = houseFolder()): Promise<readonly CanaryResult[]> {
  const bugs = bugsIn(folder).filter(({ canarySeeds }) => canarySeeds !== null);
  const results = await survey({
    bugs, registryUrl, scenario: 'swarm', oracles: 'all', seedsMax: ({ canarySeeds }) => canarySeeds!, starts: 1, from: 1, workers,
    shrinkRunsMax: 0, stop, onProgress: () => undefined, onResult: () => undefined,
  });
  return results.map(canaryOf);
}

function canaryOf({ bug, starts: [start], trouble }: BugResult): CanaryResult {
  const isFound = start !== undefined && start.find !== null;
  return {
    name: bug.name,
    seeds: isFound ? start.seeds : null,
    trouble: isFound ? '' : trouble ?? start?.fault ?? `not found within ${bug.canarySeeds} seeds: the harness has gone blind to it`,
  };
}
