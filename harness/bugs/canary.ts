/**
 * Known bugs that every gate must find: a harness that no longer finds them has gone blind, and then its silence about
 * the real core means nothing. Each is shown by its witness; a handful is hunted besides, within a few seeds.
 */
import { existsSync } from 'node:fs';
import { bugsIn, houseFolder, isOfHouse } from './catalogue.ts';
import type { KnownBug } from './known-bug.ts';
import { AsideError } from './patched.ts';
import { Replays } from './replay.ts';
import { Slots } from './slots.ts';
import { survey, type BugResult } from './survey.ts';
import { typeErrors } from './type-check.ts';
import { witnessPath } from './witness.ts';

export interface CanaryResult {
  readonly name: string;
  readonly by: 'witness' | 'seeds';
  /** What it took, 0 when its witness shows it; null when it was not found. */
  readonly seeds: number | null;
  /** Why not; empty when it was found. */
  readonly trouble: string;
}

/** Those with a witness first, by name. Interrupted, those that were not looked for are left out. */
export async function runCanaries(
  registryUrl: string, workers: number, stop: AbortSignal, folder = houseFolder(),
): Promise<readonly CanaryResult[]> {
  const bugs = bugsIn(folder).filter(({ difficulty }) => difficulty !== 'control');
  return [...(await byWitness(bugs, registryUrl, workers, stop)), ...(await bySeeds(bugs, registryUrl, workers, stop))];
}

/** A bug that is not hunted must have one. */
async function byWitness(
  bugs: readonly KnownBug[], registryUrl: string, workers: number, stop: AbortSignal,
): Promise<readonly CanaryResult[]> {
  const mine = bugs.filter(({ path, canarySeeds }) => canarySeeds === null || existsSync(witnessPath(path)));
  const mistyped = await typeErrors(mine.filter((bug) => !isOfHouse(bug)));
  const replays = new Replays(registryUrl, workers);
  const slots = new Slots(workers);
  try {
    const results = await Promise.all(
      mine.map((bug) =>
        slots.use(async () => {
          if (stop.aborted) return null;
          const trouble = mistyped.get(bug) ?? (await troubleOf(bug, replays));
          return { name: bug.name, by: 'witness', seeds: trouble === '' ? 0 : null, trouble } as const;
        }),
      ),
    );
    return results.filter((result) => result !== null);
  } finally {
    await replays.close();
  }
}

async function troubleOf(bug: KnownBug, replays: Replays): Promise<string> {
  const path = witnessPath(bug.path);
  if (!existsSync(path))
    return `it has no witness, ${path}, and no "Canary:" in its head: nothing shows that it is found`;
  try {
    const { property, detail } = await replays.witnessed(bug);
    if (property === bug.property) return '';
    const shown = property === null ? 'nothing' : `${property}: ${detail}`;
    return `its witness shows ${shown} instead of ${bug.property}: the harness has gone blind to it`;
  } catch (error) {
    return error instanceof AsideError
      ? error.message
      : `its witness cannot be replayed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function bySeeds(
  bugs: readonly KnownBug[], registryUrl: string, workers: number, stop: AbortSignal,
): Promise<readonly CanaryResult[]> {
  const results = await survey({
    bugs: bugs.filter(({ canarySeeds }) => canarySeeds !== null),
    registryUrl,
    scenario: 'swarm',
    oracles: 'all',
    seedsMax: ({ canarySeeds }) => canarySeeds!,
    starts: 1,
    from: 1,
    workers,
    shrinkRunsMax: 0,
    stop,
    onProgress: () => undefined,
    onResult: () => undefined,
  });
  return results.map(canaryOf);
}

function canaryOf({ bug, starts: [start], trouble }: BugResult): CanaryResult {
  const isFound = start !== undefined && start.find !== null;
  return {
    name: bug.name,
    by: 'seeds',
    seeds: isFound ? start.seeds : null,
    trouble: isFound
      ? ''
      : (trouble ?? start?.fault ?? `not found within ${bug.canarySeeds} seeds: the harness has gone blind to it`),
  };
}
