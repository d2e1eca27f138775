/**
 * Breadth first, level by level: the space is closed when a level is empty, and what is found first is
 * found by a shortest run. A level in which something was violated is finished before the search ends,
 * so that neither the counts nor the counterexample depend on who came first.
 */
import { LocalCrew, type Crew } from './crew.ts';
import type { Model } from './model.ts';
import { pathOf } from './path.ts';
import { resultOf, type SearchEnd, type SearchOptions, type SearchResult } from './result.ts';

/** How often progress is told, in milliseconds. */
const progressMs = 200;

/** In this thread; see `breadthFirstInThreads` for several. */
export function breadthFirst<State, Action>(
  model: Model<State, Action>, options: SearchOptions,
): Promise<SearchResult<State, Action>> {
  return search(model, new LocalCrew(model, options, false), options, 1);
}

export async function search<State, Action>(
  model: Model<State, Action>,
  crew: Crew,
  options: SearchOptions,
  workers: number,
): Promise<SearchResult<State, Action>> {
  const { clock, onProgress, maxDepth = Infinity } = options;
  const beganMs = clock();
  let toldMs = beganMs;
  let depth = crew.counts().distinct > 0 ? 1 : 0;
  const tell = (): void => {
    if (clock() - toldMs < progressMs) return;
    toldMs = clock();
    const { distinct, generated, queue } = crew.counts();
    onProgress?.({ distinct, generated, queue, depth, elapsedMs: toldMs - beganMs });
  };
  let end: SearchEnd | null = null;
  try {
    while (end === null) {
      if (crew.findings.hasViolation()) {
        end = 'violation';
      } else if (depth >= maxDepth) {
        end = crew.counts().queue > 0 ? 'max-depth' : 'closed';
      } else if (options.signal?.aborted === true) {
        end = 'interrupted';
      } else {
        const levelEnd = await crew.expandLevel(tell);
        const { following } = crew.counts();
        if (following > 0) depth++;
        if (levelEnd !== 'done') end = levelEnd;
        else if (following === 0) end = crew.findings.hasViolation() ? 'violation' : 'closed';
        else await crew.beginNextLevel(reachedIn(crew));
      }
    }
  } finally {
    await crew.close();
  }
  const { distinct, generated } = crew.counts();
  const counts = {
    strategy: 'bfs', workers, distinct, generated, depth, end, elapsedMs: clock() - beganMs,
    visitedBytes: crew.visited.sizeBytes,
  } as const;
  return resultOf(model, counts, crew.findings, (finding) =>
    pathOf(model, crew.visited, options.hasSymmetry === true, finding),
  );
}

const reachedIn = (crew: Crew): readonly number[] =>
  crew.findings
    .all()
    .filter((finding) => finding.verdict === 'reached')
    .map((finding) => finding.property);
