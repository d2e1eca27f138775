/** What a search was asked and what it gives back. */
import { Findings, propertyNames, type Finding, type PropertyKind } from './findings.ts';
import { omissionProbability } from './fingerprint.ts';
import type { Model, Path } from './model.ts';

export interface Progress {
  readonly distinct: number;
  readonly generated: number;
  /** Number of states on the longest path so far (breadth first: of the shortest paths). */
  readonly depth: number;
  /** States known and not expanded yet. */
  readonly queue: number;
  readonly elapsedMs: number;
}

export interface SearchOptions {
  /** Identify states that are equal up to renaming; the model must have a `representative`. */
  readonly hasSymmetry?: boolean;
  /** Stop before there would be more distinct states. */
  readonly maxStates?: number;
  /** Look no further than this many states from an initial one, that one included. */
  readonly maxDepth?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds from any origin. */
  readonly clock: () => number;
  /** Called a few times a second. */
  readonly onProgress?: (progress: Progress) => void;
}

/** `closed`: there is no state that was not seen. */
export type SearchEnd = 'closed' | 'violation' | 'max-states' | 'max-depth' | 'interrupted' | 'walks-done';

/**
 * `violated` and `unreached` are failures; `unknown` is no pass: the search ended before it could tell,
 * or a check gave up.
 */
export type PropertyVerdict = 'holds' | 'violated' | 'reached' | 'unreached' | 'unknown';

export interface PropertyResult<State, Action> {
  readonly name: string;
  readonly kind: PropertyKind;
  readonly verdict: PropertyVerdict;
  readonly detail: string;
  /** The shortest (breadth first) run that violates or reaches it, or on which the check gave up. */
  readonly path: Path<State, Action> | null;
}

export interface SearchResult<State, Action> {
  readonly strategy: 'bfs' | 'dfs' | 'random';
  readonly workers: number;
  /** Different states, the initial ones included; `null` for random walks, which keep no set. */
  readonly distinct: number | null;
  readonly generated: number;
  readonly depth: number;
  readonly end: SearchEnd;
  readonly properties: readonly PropertyResult<State, Action>[];
  readonly elapsedMs: number;
  /** Of the visited set with the way back, free slots included. */
  readonly visitedBytes: number;
  readonly omissionProbability: number;
}

export interface Counts {
  readonly strategy: 'bfs' | 'dfs' | 'random';
  readonly workers: number;
  readonly distinct: number | null;
  readonly generated: number;
  readonly depth: number;
  readonly end: SearchEnd;
  readonly elapsedMs: number;
  readonly visitedBytes: number;
}

/** @param pathOf the run that shows a finding */
export function resultOf<State, Action>(
  model: Model<State, Action>,
  counts: Counts,
  findings: Findings,
  pathOf: (finding: Finding) => Path<State, Action>,
): SearchResult<State, Action> {
  const properties = propertyNames(model).map(({ index, name, kind }): PropertyResult<State, Action> => {
    const found = findings.get(index, 'violation') ?? findings.get(index, 'reached') ?? findings.get(index, 'unknown');
    if (found !== undefined) {
      const path = pathOf(found);
      const verdict = found.verdict === 'violation' ? 'violated' : found.verdict;
      return { name, kind, verdict, detail: path.detail, path };
    }
    const isAlways = kind === 'always' || kind === 'always-step';
    if (counts.end === 'closed') {
      return {
        name, kind, verdict: isAlways ? 'holds' : 'unreached', detail: isAlways ? '' : 'in no state within the bounds',
        path: null,
      };
    }
    const detail = isAlways ? 'not violated before the search ended' : 'not reached before the search ended';
    return { name, kind, verdict: 'unknown', detail, path: null };
  });
  return { ...counts, properties, omissionProbability: omissionProbability(counts.distinct ?? 0) };
}
