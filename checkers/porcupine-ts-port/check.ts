/** Is a history linearizable with respect to a model? */
import { mustFitModel } from './fit.ts';
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';
import { orderHistory, type OrderedPartition } from './order.ts';
import { explainsHistory } from './order-hint.ts';
import { newSearch } from './problem.ts';
import type { PartSearch, SearchOutcome } from './part-search.ts';
import type { Search } from './search.ts';
import type {
  CheckOptions, CrossCheck, Difference, IllegalPartition, Progress, UnknownReason, Verdict, Weaker,
} from './verdict.ts';
import { weakerVerdicts } from './weaker/weaker.ts';

export const defaultBudgetSteps = 200_000_000;
export const defaultMemoryBytes = 512 * 1024 * 1024;

/** Steps that each partition gets in the first round; every round doubles it. */
const firstRoundSteps = 2048;
/** For the partitions behind the first illegal one, beside as many as were taken before. */
const stepsForOtherIllegal = 2_000_000;
/** For the weaker promises of an illegal history, at most. */
const stepsForWeaker = 2_000_000;
const crossCheckSliceSteps = 65_536;
/** Between two looks at the signal and the clock: at first, and at most. */
const firstSliceSteps = 64;
const maxSliceSteps = 65_536;
/** A slice that took longer than this is too long: a model may be slow. */
const longSliceMs = 4;

/**
 * Decides the whole history before it returns.
 * @throws HistoryError when the history cannot be one: see `orderHistory`, `mustFitModel`
 * @throws TypeError when the model's step gives what is no state: see `stepOf`
 */
export function checkOperations<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  options: CheckOptions = {},
): Verdict {
  const check = new Check(model, history, options);
  const early = check.decideWithoutSearch();
  if (early !== undefined) return early;
  const slices = check.search();
  for (;;) {
    const slice = slices.next();
    if (slice.done === true) return slice.value;
  }
}

/**
 * Decides in slices of a few milliseconds and lets others have a turn between them.
 * @param pause awaited between slices, told how far the check is; for instance
 *   `() => new Promise((resolve) => setImmediate(resolve))`
 * @throws HistoryError when the history cannot be one: see `orderHistory`
 */
export async function checkOperationsInSlices<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  options: CheckOptions,
  pause: (progress: Progress) => Promise<void>,
): Promise<Verdict> {
  const check = new Check(model, history, options);
  const early = check.decideWithoutSearch();
  if (early !== undefined) return early;
  const slices = check.search();
  for (;;) {
    const slice = slices.next();
    if (slice.done === true) return slice.value;
    await pause(slice.value);
  }
}

interface OpenSearch<I, O> {
  readonly part: OrderedPartition<I, O>;
  search: PartSearch | undefined;
  /** How it is searched: known as soon as it was begun. */
  method: string;
  bytes: number;
}

/** What a fast path or a hint said of a partition. */
interface Claim<I, O> {
  readonly part: OrderedPartition<I, O>;
  readonly method: string;
  readonly said: 'ok' | 'illegal';
}

class Check<S, I, O> {
  readonly #model: Model<S, I, O>;
  readonly #history: readonly Operation<I, O>[];
  readonly #options: CheckOptions;
  readonly #parts: OrderedPartition<I, O>[];
  readonly #memory: number;
  readonly #deadline: number;
  readonly #plain: boolean;
  #budget: number;
  #open: OpenSearch<I, O>[] = [];
  #claims: Claim<I, O>[] = [];
  #methods: string[] = [];
  #steps = 0;
  #bytes = 0;
  #peakBytes = 0;
  #sliceSteps = firstSliceSteps;
  #decided = 0;
  readonly #illegal: IllegalPartition[] = [];
  #crossCheck: CrossCheck | undefined;

  constructor(model: Model<S, I, O>, history: readonly Operation<I, O>[], options: CheckOptions) {
    const { method = 'auto', timeoutMs, clock } = options;
    mustFitModel(model, history);
    const split = method === 'auto' ? (model.byLocality as Model<S, I, O> | undefined) : undefined;
    if (split !== undefined) this.#uses('locality');
    this.#model = split ?? model;
    this.#history = history;
    this.#options = options;
    this.#parts = orderHistory(history, this.#model);
    this.#budget = options.budgetSteps ?? defaultBudgetSteps;
    this.#memory = options.memoryBytes ?? defaultMemoryBytes;
    this.#plain = method === 'plain';
    if (timeoutMs !== undefined && clock === undefined)
      throw new TypeError('timeoutMs needs a clock: give clock, such as () => performance.now()');
    this.#deadline = timeoutMs === undefined || clock === undefined ? Infinity : clock() + timeoutMs;
  }

  /** By the order hint and the fast paths; what they leave open goes to the search. */
  decideWithoutSearch(): Verdict | undefined {
    const { method = 'auto', orderHint } = this.#options;
    if (orderHint !== undefined && explainsHistory(this.#model, this.#history, this.#parts, orderHint)) {
      this.#uses('order-hint');
      for (const part of this.#parts) this.#claimed(part, 'order-hint', 'ok');
      return this.#mustCrossCheck() ? undefined : this.#verdict('ok');
    }
    for (const part of this.#parts) {
      const found = method === 'auto' && this.#takeFastPath(part);
      if (found === false) this.#open.push({ part, search: undefined, method: '', bytes: 0 });
      else if (found === 'illegal' && !this.#goesOn()) break;
    }
    if (this.#mustCrossCheck()) return undefined;
    if (this.#illegal.length > 0 && !this.#goesOn()) return this.#verdict('illegal');
    if (this.#open.length > 0) return undefined;
    if (this.#parts.length === 0) this.#uses(this.#plain ? 'plain' : 'search');
    return this.#verdict(this.#illegal.length > 0 ? 'illegal' : 'ok');
  }

  #takeFastPath(part: OrderedPartition<I, O>): 'ok' | 'illegal' | false {
    for (const path of this.#model.fastPaths ?? []) {
      const found = path.check(part);
      if (found === undefined) continue;
      this.#uses(path.name);
      this.#claimed(part, path.name, found.legal ? 'ok' : 'illegal');
      if (found.legal) return 'ok';
      const toHistory = (operations: readonly number[]): number[] =>
        operations.map((operation) => part.source[operation]!);
      const operations = found.within === undefined ? Array.from(part.source) : toHistory(found.within);
      this.#foundIllegal({ key: part.key, operations, clash: toHistory(found.clash) });
      return 'illegal';
    }
    return false;
  }

  #claimed(part: OrderedPartition<I, O>, method: string, said: 'ok' | 'illegal'): void {
    this.#decided++;
    if (this.#options.crossCheckSteps !== undefined) this.#claims.push({ part, method, said });
  }

  #mustCrossCheck(): boolean {
    return this.#claims.length > 0;
  }

  #goesOn(): boolean {
    return this.#plain || this.#options.everyIllegal === true;
  }

  #foundIllegal(partition: IllegalPartition): void {
    this.#illegal.push(partition);
    // The answer is known. The others are worth some work, and not that of the whole budget.
    if (this.#illegal.length === 1 && !this.#plain)
      this.#budget = Math.min(this.#budget, this.#steps * 2 + stepsForOtherIllegal);
  }

  /** Every open partition in turn, with a budget that doubles from round to round: cheapest first. */
  *search(): Generator<Progress, Verdict> {
    const difference = yield* this.#lookAgain(this.#claims);
    if (difference !== undefined) return { ...this.#verdict('unknown', 'disagreement'), difference };
    if (this.#illegal.length > 0 && !this.#goesOn()) return this.#verdict('illegal');
    let reason: UnknownReason | undefined;
    this.#open.sort((a, b) => a.part.count - b.part.count);
    for (let roundSteps = firstRoundSteps; this.#open.length > 0; roundSteps = Math.min(roundSteps * 2, 2 ** 30)) {
      const unfinished: OpenSearch<I, O>[] = [];
      for (const item of this.#open) {
        const outcome = yield* this.#runOne(item, roundSteps);
        if (outcome === 'paused') {
          unfinished.push(item);
          continue;
        }
        this.#bytes -= item.bytes;
        const furthest = item.part.returnOrder[item.search?.furthestReturn ?? 0]!;
        item.search = undefined;
        if (outcome === 'illegal' || outcome === 'ok') {
          this.#decided++;
          const isOwn = item.method === this.#model.ownSearch?.name;
          const found = isOwn
            ? yield * this.#lookAgain([{ part: item.part, method: item.method, said: outcome }])
            : undefined;
          if (found !== undefined) return { ...this.#verdict('unknown', 'disagreement'), difference: found };
        }
        if (outcome === 'illegal')
          this.#foundIllegal({
            key: item.part.key, operations: Array.from(item.part.source), suspect: item.part.source[furthest]!,
          });
        else if (outcome === 'memory') reason ??= 'memory';
        else if (outcome !== 'ok')
          return this.#illegal.length === 0 ? this.#verdict('unknown', outcome) : this.#verdict('illegal');
        if (this.#illegal.length > 0 && !this.#goesOn()) return this.#verdict('illegal');
      }
      this.#open = unfinished;
    }
    if (this.#illegal.length > 0) return this.#verdict('illegal');
    return reason === undefined ? this.#verdict('ok') : this.#verdict('unknown', reason);
  }

  /** The general search beside what was decided without it. Its steps are not those of the check. */
  *#lookAgain(claims: readonly Claim<I, O>[]): Generator<Progress, Difference | undefined> {
    const { crossCheckSteps } = this.#options;
    if (crossCheckSteps === undefined || claims.length === 0) return undefined;
    let { confirmed, undecided, steps } = this.#crossCheck ?? { confirmed: 0, undecided: 0, steps: 0 };
    undecided += claims.length;
    for (const { part, method, said } of claims) {
      const search = newSearch(this.#model, part, { plain: false });
      const found = yield* this.#lookOnce(search, crossCheckSteps - steps);
      steps += search.steps;
      if (found === said) {
        confirmed++;
        undecided--;
      } else if (found === 'ok' || found === 'illegal') return { key: part.key, operations: Array.from(part.source), method, said };
    }
    this.#crossCheck = { confirmed, undecided, steps };
    return undefined;
  }

  *#lookOnce(search: Search<I, O>, maxSteps: number): Generator<Progress, SearchOutcome> {
    while (search.steps < maxSteps && !this.#mustEnd()) {
      const outcome = search.run(Math.min(maxSteps - search.steps, crossCheckSliceSteps), this.#memory);
      if (outcome !== 'paused') return outcome;
      yield this.#progress();
    }
    return 'paused';
  }

  #mustEnd(): boolean {
    const { signal, clock } = this.#options;
    return signal?.aborted === true || (clock?.() ?? 0) > this.#deadline;
  }

  *#runOne(item: OpenSearch<I, O>, roundSteps: number): Generator<Progress, 'ok' | 'illegal' | 'paused' | UnknownReason> {
    const { signal, clock } = this.#options;
    let left = roundSteps;
    while (left > 0) {
      if (signal?.aborted === true) return 'aborted';
      const startMs = clock === undefined ? 0 : clock();
      if (startMs > this.#deadline) return 'time';
      const search = (item.search ??= this.#begin(item));
      const before = search.steps;
      const others = this.#bytes - item.bytes;
      const outcome = search.run(Math.min(left, this.#sliceSteps, this.#budget - this.#steps), this.#memory - others);
      this.#steps += search.steps - before;
      left -= Math.max(1, search.steps - before);
      this.#peakBytes = Math.max(this.#peakBytes, others + search.peakBytes);
      item.bytes = search.sizeBytes;
      this.#bytes = others + item.bytes;
      if (outcome !== 'paused') return outcome;
      if (this.#steps >= this.#budget) return 'steps';
      this.#adjustSlice(clock === undefined ? 0 : clock() - startMs);
      if (left > 0) yield this.#progress();
    }
    return 'paused';
  }

  #begin(item: OpenSearch<I, O>): PartSearch {
    const { method = 'auto' } = this.#options;
    const { ownSearch } = this.#model;
    const own = method === 'auto' ? ownSearch?.begin(item.part) : undefined;
    item.method = own === undefined ? (this.#plain ? 'plain' : 'search') : ownSearch!.name;
    this.#uses(item.method);
    return own ?? newSearch(this.#model, item.part, { plain: this.#plain });
  }

  #adjustSlice(tookMs: number): void {
    if (tookMs > longSliceMs) this.#sliceSteps = Math.max(1, this.#sliceSteps >>> 1);
    else this.#sliceSteps = Math.min(maxSliceSteps, this.#sliceSteps * 2);
  }

  #progress(): Progress {
    return {
      steps: this.#steps,
      partitions: this.#parts.length,
      partitionsDone: this.#parts.length - this.#open.filter((item) => item.search !== undefined).length,
      bytes: this.#bytes,
    };
  }

  #uses(method: string): void {
    if (!this.#methods.includes(method)) this.#methods.push(method);
  }

  #weaker(): Weaker {
    const budgetSteps = Math.min(this.#options.budgetSteps ?? defaultBudgetSteps, stepsForWeaker);
    return weakerVerdicts(this.#model, this.#history, {
      budgetSteps, memoryBytes: this.#memory, mustEnd: () => this.#mustEnd(),
    });
  }

  #verdict(kind: Verdict['kind'], reason?: UnknownReason): Verdict {
    const found = {
      kind,
      method: this.#methods.join('+') || (this.#plain ? 'plain' : 'search'),
      steps: this.#steps,
      peakBytes: this.#peakBytes,
      partitions: this.#parts.length,
      ...(this.#crossCheck !== undefined && { crossCheck: this.#crossCheck }),
    };
    if (kind !== 'illegal') return reason === undefined ? found : { ...found, reason };
    const undecidedPartitions = this.#parts.length - this.#decided;
    const weaker = this.#options.weaker === true ? this.#weaker() : undefined;
    return {
      ...found, illegalPartition: this.#illegal[0]!, illegalPartitions: this.#illegal, undecidedPartitions,
      ...(weaker !== undefined && { weaker }),
    };
  }
}
