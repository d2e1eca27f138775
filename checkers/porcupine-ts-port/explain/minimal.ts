/**
 * A minimal sub-history that is still illegal: operations that cannot be explained whichever of the
 * others happened (see `relax`), and that can be explained as soon as any one of them is let go.
 */
import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import type { OrderedPartition } from '../order.ts';
import { newSearch } from '../problem.ts';
import type { SearchOutcome } from '../part-search.ts';
import type { Search } from '../search.ts';
import type { CheckOptions } from '../verdict.ts';
import { statesThatCanBe } from './any-start.ts';
import { Effort, finish, type Slices } from './effort.ts';
import { relax } from './relax.ts';

export interface MinimalSubHistory {
  /** The core and its context, as indexes into the history, in the order of their calls. */
  readonly operations: readonly number[];
  /**
   * The operations that cannot all have happened as recorded, whichever of the others did: each of these
   * in its own time and with its recorded outcome, or not at all.
   */
  readonly core: readonly number[];
  /**
   * True when letting go of any one operation of the core was shown to make the rest legal; false when
   * for some the steps did not suffice to tell.
   */
  readonly isMinimal: boolean;
  readonly steps: number;
}

export interface MinimalOptions extends Pick<CheckOptions, 'signal' | 'memoryBytes' | 'timeoutMs' | 'clock'>, Hints {
  /** For all the checks together. */
  readonly budgetSteps: number;
}

/** What is known beforehand. */
export interface Hints {
  /** Operations from which to begin, where they suffice: those that a fast path found to clash. */
  readonly clash?: readonly number[] | undefined;
  /** A time up to which the operations that have returned are thought to be illegal: later ones are tried last. */
  readonly until?: number | undefined;
}

/** One check may take this share of the budget. */
const shareOfOneCheck = 1 / 40;
const defaultMinimalBytes = 128 * 1024 * 1024;

/**
 * @param operations of one partition, known to be illegal, in the order of their calls
 */
export function minimalSubHistory<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  operations: readonly number[],
  options: MinimalOptions,
): MinimalSubHistory {
  const { budgetSteps, memoryBytes = defaultMinimalBytes } = options;
  return finish(
    minimalInSlices(model, history, operations, new Effort({ ...options, memoryBytes }), budgetSteps, options),
  );
}

export function* minimalInSlices<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  operations: readonly number[],
  effort: Effort,
  budgetSteps: number,
  { clash = [], until = Infinity }: Hints,
): Slices<MinimalSubHistory> {
  const checks = new Checks(model, history, operations, effort, Math.ceil(budgetSteps * shareOfOneCheck));
  const returned = operations.filter((index) => (history[index]!.returnTime ?? Infinity) <= until);
  // A clash that comes later than the first error is not the one to show.
  const isEarly = clash.length > 0 && clash.every((index) => (history[index]!.returnTime ?? -Infinity) <= until);
  let core = isEarly && (yield* checks.isIllegal(clash)) ? clash : yield* fewThatSuffice(returned, operations, checks);
  // Whoever keeps more stays illegal, so one pass over single operations at the end is enough.
  for (let chunk = core.length >>> 1; chunk >= 1; chunk >>>= 1) {
    if (chunk === 1) checks.undecided = false;
    for (let at = 0; at < core.length && !effort.isSpent(); ) {
      const fewer = core.slice(0, at).concat(core.slice(at + chunk));
      if (fewer.length > 0 && (yield* checks.isIllegal(fewer))) core = fewer;
      else at += chunk;
    }
  }
  const isMinimal = !checks.undecided && !effort.isSpent();
  const shown = new Set(core);
  for (const one of core) {
    for (const index of yield* checks.explanationOf(core.filter((other) => other !== one))) shown.add(index);
    if (effort.isSpent()) break;
  }
  return { operations: operations.filter((index) => shown.has(index)), core, isMinimal, steps: effort.steps };
}

/**
 * The violation is often near the end of what has returned: the shortest tail that is illegal, by doubling; else all
 * that has returned by then; else the whole, which is.
 */
function* fewThatSuffice<S, I, O>(
  returned: readonly number[], operations: readonly number[], checks: Checks<S, I, O>,
): Slices<readonly number[]> {
  for (let length = 8; length < returned.length; length *= 2) {
    const tail = returned.slice(-length);
    if (yield* checks.isIllegal(tail)) return tail;
  }
  return returned.length < operations.length && returned.length > 0 && (yield* checks.isIllegal(returned))
    ? returned
    : operations;
}

class Checks<S, I, O> {
  /** A check since this was last cleared ran out of steps, or was not begun. */
  undecided = false;
  readonly #model: Model<S, I, O>;
  readonly #history: readonly Operation<I, O>[];
  readonly #operations: readonly number[];
  readonly #effort: Effort;
  readonly #stepsOfOne: number;
  #starts: readonly S[] | undefined;
  #hasStarts = false;

  constructor(
    model: Model<S, I, O>, history: readonly Operation<I, O>[], operations: readonly number[], effort: Effort,
    stepsOfOne: number,
  ) {
    this.#model = model;
    this.#history = history;
    this.#operations = operations;
    this.#effort = effort;
    this.#stepsOfOne = stepsOfOne;
  }

  *isIllegal(kept: readonly number[]): Slices<boolean> {
    if (this.#effort.isSpent()) {
      this.undecided = true;
      return false;
    }
    const keeps = new Set(kept);
    if (yield* this.#isIllegalFromAnyStart(keeps)) return true;
    this.#effort.wentOver(this.#operations.length);
    const part = relax(this.#model, this.#history, this.#operations, keeps);
    if (part === undefined) return false;
    for (const path of this.#model.fastPaths ?? []) {
      if (path.knowsOptional !== true) continue;
      const found = path.check(part);
      if (found !== undefined) return !found.legal;
    }
    const { outcome } = yield* this.#search(part);
    if (outcome !== 'ok' && outcome !== 'illegal') this.undecided = true;
    return outcome === 'illegal';
  }

  /** See `any-start.ts`. Only worth it where much lies before those that are kept. */
  *#isIllegalFromAnyStart(kept: ReadonlySet<number>): Slices<boolean> {
    const firstCall = Array.from(kept).reduce(
      (least, index) => Math.min(least, this.#history[index]!.callTime), Infinity,
    );
    const last = this.#operations.filter((index) => (this.#history[index]!.returnTime ?? Infinity) >= firstCall);
    this.#effort.wentOver(this.#operations.length >>> 4);
    if (last.length * 2 > this.#operations.length) return false;
    if (!this.#hasStarts) this.#starts = statesThatCanBe(this.#model, this.#history, this.#operations);
    this.#hasStarts = true;
    if (this.#starts === undefined) return false;
    const part = relax(this.#model, this.#history, last, kept);
    if (part === undefined) return false;
    // Its states are those of the model itself: no condensed one begins at another state than its own first.
    const { condense: _, ...plain } = this.#model;
    for (const start of this.#starts) {
      this.#effort.wentOver(part.count);
      const { outcome } = yield* this.#search(part, { ...plain, init: () => start });
      if (outcome !== 'illegal') return false;
    }
    return true;
  }

  /** Few operations with which those kept can be explained: such as the writes that their reads saw. */
  *explanationOf(kept: readonly number[]): Slices<readonly number[]> {
    const inCore = new Set(kept);
    let helpers = yield* this.#fewHelpers(inCore);
    for (let chunk = helpers.length; chunk >= 1; chunk = chunk === 1 ? 0 : (chunk + 1) >>> 1) {
      for (let at = 0; at < helpers.length;) {
        const fewer = helpers.slice(0, at).concat(helpers.slice(at + chunk));
        const used = yield* this.#helpers(inCore, fewer);
        if (used === undefined) at += chunk;
        else helpers = used;
      }
    }
    return helpers;
  }

  /** They are often near by: the last ones called before the end of those that are kept, by doubling. */
  *#fewHelpers(kept: ReadonlySet<number>): Slices<readonly number[]> {
    const lastReturn = Array.from(kept).reduce(
      (latest, index) => Math.max(latest, this.#history[index]!.returnTime ?? Infinity), -Infinity,
    );
    const called = this.#operations.filter((index) => this.#history[index]!.callTime <= lastReturn);
    for (let length = 16; length < called.length; length *= 4) {
      const helpers = yield* this.#helpers(kept, called.slice(-length));
      if (helpers !== undefined) return helpers;
    }
    return (yield* this.#helpers(kept, this.#operations)) ?? [];
  }

  /** Which of the operations to choose from happen in an explanation of those kept; undefined: none found. */
  *#helpers(kept: ReadonlySet<number>, choice: readonly number[]): Slices<readonly number[] | undefined> {
    if (this.#effort.isSpent()) return undefined;
    const chosen = new Set(choice);
    const among = this.#operations.filter((index) => kept.has(index) || chosen.has(index));
    this.#effort.wentOver(among.length + (this.#operations.length >>> 4));
    const part = relax(this.#model, this.#history, among, kept);
    if (part === undefined) return [];
    const { outcome, search } = yield* this.#search(part);
    if (outcome !== 'ok') return undefined;
    const happened = new Set(Array.from(search.happened(), (operation) => part.source[operation]!));
    return choice.filter((index) => happened.has(index) && !kept.has(index));
  }

  *#search(
    part: OrderedPartition<I, O>,
    model = this.#model,
  ): Slices<{ outcome: SearchOutcome; search: Search<I, O> }> {
    const search = newSearch(model, part, { plain: false });
    return { outcome: yield* this.#effort.run(search, this.#stepsOfOne), search };
  }
}
