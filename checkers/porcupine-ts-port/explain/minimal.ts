/**
 * A minimal sub-history that is still illegal: operations that cannot be explained whichever of the
 * others happened (see `relax`), and that can be explained as soon as any one of them is let go.
 */
import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import type { OrderedPartition } from '../order.ts';
import { newSearch } from '../problem.ts';
import type { Search, SearchOutcome } from '../search.ts';
import type { CheckOptions } from '../verdict.ts';
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

export interface MinimalOptions extends Pick<CheckOptions, 'signal' | 'memoryBytes'> {
  /** For all the checks together. */
  readonly budgetSteps: number;
  /** Operations from which to begin, where they suffice: those that a fast path found to clash. */
  readonly clash?: readonly number[] | undefined;
  /** A time up to which the operations that have returned are known to be illegal: later ones need not be tried. */
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
  const checks = new Checks(model, history, operations, options);
  const { clash = [], until = Infinity } = options;
  const returned = operations.filter((index) => (history[index]!.returnTime ?? Infinity) <= until);
  let core = clash.length > 0 && checks.isIllegal(clash) ? clash : lastThatSuffice(returned, checks);
  // Whoever keeps more stays illegal, so one pass over single operations at the end is enough.
  for (let chunk = core.length >>> 1; chunk >= 1; chunk >>>= 1) {
    if (chunk === 1) checks.undecided = false;
    for (let at = 0; at < core.length; ) {
      const fewer = core.slice(0, at).concat(core.slice(at + chunk));
      if (fewer.length > 0 && checks.isIllegal(fewer)) core = fewer;
      else at += chunk;
    }
  }
  const isMinimal = !checks.undecided;
  const shown = new Set(core);
  for (const one of core) for (const index of checks.explanationOf(core.filter((other) => other !== one))) shown.add(index);
  return { operations: operations.filter((index) => shown.has(index)), core, isMinimal, steps: checks.steps };
}

/** The violation is often near the end: the shortest tail that is illegal, by doubling; else all. */
function lastThatSuffice<S, I, O>(operations: readonly number[], checks: Checks<S, I, O>): readonly number[] {
  for (let length = 8; length < operations.length; length *= 2) {
    const tail = operations.slice(-length);
    if (checks.isIllegal(tail)) return tail;
  }
  return operations;
}

class Checks<S, I, O> {
  steps = 0;
  /** A check since this was last cleared ran out of steps. */
  undecided = false;
  readonly #model: Model<S, I, O>;
  readonly #history: readonly Operation<I, O>[];
  readonly #operations: readonly number[];
  readonly #options: MinimalOptions;

  constructor(model: Model<S, I, O>, history: readonly Operation<I, O>[], operations: readonly number[], options: MinimalOptions) {
    this.#model = model;
    this.#history = history;
    this.#operations = operations;
    this.#options = options;
  }

  isIllegal(kept: readonly number[]): boolean {
    const part = relax(this.#model, this.#history, this.#operations, new Set(kept));
    if (part === undefined) return false;
    for (const path of this.#model.fastPaths ?? []) {
      if (path.knowsOptional !== true) continue;
      const found = path.check(part);
      if (found !== undefined) return !found.legal;
    }
    const { outcome } = this.#search(part);
    if (outcome !== 'ok' && outcome !== 'illegal') this.undecided = true;
    return outcome === 'illegal';
  }

  /** Few operations with which those kept can be explained: such as the writes that their reads saw. */
  explanationOf(kept: readonly number[]): readonly number[] {
    const inCore = new Set(kept);
    let helpers = this.#helpers(inCore, this.#operations) ?? [];
    for (let chunk = helpers.length; chunk >= 1; chunk = chunk === 1 ? 0 : (chunk + 1) >>> 1) {
      for (let at = 0; at < helpers.length; ) {
        const fewer = helpers.slice(0, at).concat(helpers.slice(at + chunk));
        const used = this.#helpers(inCore, fewer);
        if (used === undefined) at += chunk;
        else helpers = used;
      }
    }
    return helpers;
  }

  /** Which of the operations to choose from happen in an explanation of those kept; undefined: none found. */
  #helpers(kept: ReadonlySet<number>, choice: readonly number[]): readonly number[] | undefined {
    const chosen = new Set(choice);
    const among = this.#operations.filter((index) => kept.has(index) || chosen.has(index));
    const part = relax(this.#model, this.#history, among, kept);
    if (part === undefined) return [];
    const { outcome, search } = this.#search(part);
    if (outcome !== 'ok') return undefined;
    const happened = new Set(Array.from(search.happened(), (operation) => part.source[operation]!));
    return choice.filter((index) => happened.has(index) && !kept.has(index));
  }

  #search(part: OrderedPartition<I, O>): { outcome: SearchOutcome; search: Search<I, O> } {
    const { budgetSteps, signal, memoryBytes = defaultMinimalBytes } = this.#options;
    const search = newSearch(this.#model, part, { plain: false });
    const most = signal?.aborted === true ? 0 : Math.min(budgetSteps - this.steps, Math.ceil(budgetSteps * shareOfOneCheck));
    const outcome = most <= 0 ? 'paused' : search.run(most, memoryBytes);
    this.steps += search.steps;
    return { outcome, search };
  }
}
