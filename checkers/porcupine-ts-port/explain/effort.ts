/** What an explanation may spend: steps, memory and time, and whether somebody wants it to end. */
import type { SearchOutcome } from '../part-search.ts';
import type { Search } from '../search.ts';
import type { CheckOptions, UnknownReason } from '../verdict.ts';

export interface EffortOptions extends Pick<CheckOptions, 'signal' | 'timeoutMs' | 'clock'> {
  readonly budgetSteps: number;
  readonly memoryBytes: number;
}

/** A generator that is asked to go on after every slice, so that its caller can let others have a turn. */
export type Slices<T> = Generator<void, T>;

const sliceSteps = 16_384;
/** To make a partition ready takes about as long as a step for so many of its operations. */
const operationsAStep = 4;

export class Effort {
  /** Steps of searches. */
  steps = 0;
  /** Why it ended before it was done; undefined while it has not. */
  endedBy: UnknownReason | undefined;
  /** Steps and the work beside them, counted as steps. */
  #spent = 0;
  readonly #options: EffortOptions;
  readonly #startMs: number;
  readonly #deadline: number;

  constructor(options: EffortOptions) {
    const { timeoutMs, clock } = options;
    if (timeoutMs !== undefined && clock === undefined)
      throw new TypeError('timeoutMs needs a clock: give clock, such as () => performance.now()');
    this.#options = options;
    this.#startMs = clock?.() ?? 0;
    this.#deadline = timeoutMs === undefined ? Infinity : this.#startMs + timeoutMs;
  }

  get tookMs(): number {
    return (this.#options.clock?.() ?? 0) - this.#startMs;
  }

  /** Nothing may be begun any more. */
  isSpent(): boolean {
    const { signal, clock, budgetSteps } = this.#options;
    if (this.endedBy === undefined) {
      if (signal?.aborted === true) this.endedBy = 'aborted';
      else if (clock !== undefined && clock() > this.#deadline) this.endedBy = 'time';
      else if (this.#spent >= budgetSteps) this.endedBy = 'steps';
    }
    return this.endedBy !== undefined;
  }

  /** Counts operations that were gone over without a search. */
  wentOver(operations: number): void {
    this.#spent += Math.ceil(operations / operationsAStep);
  }

  /** @returns `paused` where the steps of this search, or all that may be spent, did not suffice */
  *run<I, O>(search: Search<I, O>, maxSteps = Infinity): Slices<SearchOutcome> {
    const { budgetSteps, memoryBytes } = this.#options;
    let left = maxSteps;
    while (left > 0 && !this.isSpent()) {
      const before = search.steps;
      const outcome = search.run(Math.min(left, sliceSteps, budgetSteps - this.#spent), memoryBytes);
      const took = search.steps - before;
      left -= Math.max(1, took);
      this.steps += took;
      this.#spent += Math.max(1, took);
      if (outcome !== 'paused') return outcome;
      yield;
    }
    return 'paused';
  }
}

export function finish<T>(slices: Slices<T>): T {
  for (;;) {
    const slice = slices.next();
    if (slice.done === true) return slice.value;
  }
}
