/** Many random walks, here or on several threads, with one result. */
import { pauseForEvents } from './crew.ts';
import { Findings } from './findings.ts';
import type { Model } from './model.ts';
import { pathOfWalk, walkMany, type WalkFinding, type Walked } from './random-walk.ts';
import { resultOf, type SearchEnd, type SearchOptions, type SearchResult } from './result.ts';
import { Threads } from './threads.ts';
import type { ModelSource } from './worker-messages.ts';

export interface WalkOptions extends SearchOptions {
  readonly seed: string;
  readonly walks: number;
  readonly maxSteps: number;
  /** More than one needs `source`. */
  readonly workers?: number;
  /** Makes the same model again in every worker. */
  readonly source?: ModelSource;
}

/** Walks between two looks at the clock, and per worker and round. */
const walksPerRound = 64;
const progressMs = 200;

export async function randomSearch<State, Action>(
  model: Model<State, Action>, options: WalkOptions,
): Promise<SearchResult<State, Action>> {
  const { clock, workers = 1, seed, walks, maxSteps, signal } = options;
  if (workers > 1 && options.source === undefined)
    throw new Error('walks on several threads need the source of the model');
  const threads = workers > 1 ? new Threads(workers, options.source!, false) : null;
  const interrupt = (): void => threads?.interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  const beganMs = clock();
  let toldMs = beganMs;
  const total = new Total();
  let end: SearchEnd = 'walks-done';
  try {
    for (let from = 0; from < walks; from += walksPerRound * workers) {
      const ranges = rangesFrom(from, walks, workers).map((range) => ({ seed, maxSteps, ...range }));
      const parts =
        threads === null
          ? ranges.map((range) => walkMany(model, range, () => signal?.aborted === true))
          : await Promise.all(
              ranges.map((range, index) => threads.all[index]!.ask('walked', { kind: 'walk', ...range })),
            );
      // In the order of the walks: what comes after the first violation is as if it had not been walked.
      for (const part of parts) if (!total.hasViolation) total.add(part);
      if (total.hasViolation) {
        end = 'violation';
        break;
      }
      if (clock() - toldMs > progressMs) {
        toldMs = clock();
        options.onProgress?.({
          distinct: 0, generated: total.generated, depth: total.depth, queue: walks - total.walks,
          elapsedMs: toldMs - beganMs,
        });
        await pauseForEvents();
      }
      if (signal?.aborted === true) {
        end = 'interrupted';
        break;
      }
    }
  } finally {
    signal?.removeEventListener('abort', interrupt);
    await threads?.end();
  }
  const counts = {
    strategy: 'random', workers, distinct: null, generated: total.generated, depth: total.depth, end,
    elapsedMs: clock() - beganMs, visitedBytes: 0,
  } as const;
  return resultOf(model, counts, total.findings, (finding) => pathOfWalk(model, total.walkOf.get(finding)!));
}

function rangesFrom(from: number, end: number, workers: number): { from: number; count: number }[] {
  const ranges: { from: number; count: number }[] = [];
  for (let index = 0; index < workers; index++) {
    const first = from + index * walksPerRound;
    if (first < end) ranges.push({ from: first, count: Math.min(walksPerRound, end - first) });
  }
  return ranges;
}

class Total {
  walks = 0;
  generated = 0;
  depth = 0;
  hasViolation = false;
  readonly findings = new Findings();
  readonly walkOf = new Map<object, WalkFinding>();

  add(part: Walked): void {
    this.walks += part.walks;
    this.generated += part.generated;
    this.depth = Math.max(this.depth, part.depth);
    this.hasViolation = part.violations.length > 0;
    for (const walked of [...part.others, ...part.violations]) {
      const { finding } = walked;
      if (this.findings.get(finding.property, finding.verdict) !== undefined) continue;
      this.findings.add(finding);
      this.walkOf.set(finding, walked);
    }
  }
}
