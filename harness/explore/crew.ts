/** Who expands the levels of a breadth-first search: this thread alone, or several. */
import { Expander } from './expander.ts';
import type { Findings } from './findings.ts';
import type { Model } from './model.ts';
import { PropertyChecks } from './property-checks.ts';
import type { SearchOptions } from './result.ts';
import { Visited } from './visited.ts';

export type LevelEnd = 'done' | 'max-states' | 'interrupted';

export interface CrewCounts {
  readonly distinct: number;
  readonly generated: number;
  /** States of the level after the current one. */
  readonly following: number;
  /** States known and not expanded. */
  readonly queue: number;
}

export interface Crew {
  readonly visited: Visited;
  readonly findings: Findings;
  counts(): CrewCounts;
  /** Expands what is left of the current level. `onProgress` is called now and then. */
  expandLevel(onProgress: () => void): Promise<LevelEnd>;
  /** @param reached indexes of `sometimes` properties that need no further look */
  beginNextLevel(reached: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

/** States expanded between two looks at the clock. */
const sliceStates = 512;
/** How long the event loop waits at most, so that Ctrl-C is heard. */
const holdMs = 50;

export const pauseForEvents = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Room for new states before work begins: a thirtieth of what is there, so that threads seldom meet for it, and little
 * is free.
 */
export const roomFor = (distinct: number): number => Math.max(1024, Math.ceil(distinct / 32));

export class LocalCrew<State, Action> implements Crew {
  readonly visited: Visited;
  readonly expander: Expander<State, Action>;
  readonly checks: PropertyChecks<State, Action>;
  private readonly options: SearchOptions;

  constructor(model: Model<State, Action>, options: SearchOptions, isShared: boolean) {
    this.visited = Visited.create(isShared);
    this.checks = new PropertyChecks(model);
    this.expander = new Expander(model, this.visited, this.checks, options.hasSymmetry === true);
    this.options = options;
    const initial = model.initialStates();
    this.visited.reserve(roomFor(initial.length));
    for (const state of initial) this.expander.offerInitial(state);
  }

  get findings(): Findings {
    return this.checks.findings;
  }

  counts(): CrewCounts {
    const { waiting, following, generated } = this.expander;
    return { distinct: this.visited.size, generated, following: following.length, queue: waiting + following.length };
  }

  async expandLevel(onProgress: () => void): Promise<LevelEnd> {
    const { visited, options, expander } = this;
    const { signal, clock, maxStates = Infinity } = options;
    let heldSince = clock();
    for (;;) {
      if (visited.room < roomFor(visited.size) / 2) visited.reserve(roomFor(visited.size));
      const pause = expander.run(Math.min(visited.room, Math.max(0, maxStates - visited.size)), sliceStates);
      if (pause === 'level-done') return 'done';
      if (pause === 'quota' && visited.size >= maxStates) return 'max-states';
      if (clock() - heldSince < holdMs) continue;
      await pauseForEvents();
      if (signal?.aborted === true) return 'interrupted';
      heldSince = clock();
      onProgress();
    }
  }

  async beginNextLevel(reached: readonly number[]): Promise<void> {
    this.checks.forget(reached);
    this.expander.beginNextLevel();
  }

  async close(): Promise<void> {}
}
