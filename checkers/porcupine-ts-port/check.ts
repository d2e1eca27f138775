/** Is a history linearizable with respect to a model? */
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';
import { orderHistory, type OrderedPartition } from './order.ts';
import { explainsHistory } from './order-hint.ts';
import { newSearch } from './problem.ts';
import type { Search } from './search.ts';
import type { CheckOptions, IllegalPartition, Progress, UnknownReason, Verdict } from './verdict.ts';

export const defaultBudgetSteps = 200_000_000;
export const defaultMemoryBytes = 512 * 1024 * 1024;

/** Steps that each partition gets in the first round; every round doubles it. */
const firstRoundSteps = 2048;
/** Between two looks at the signal and the clock: at first, and at most. */
const firstSliceSteps = 64;
const maxSliceSteps = 65_536;
/** A slice that took longer than this is too long: a model may be slow. */
const longSliceMs = 4;

/**
 * Decides the whole history before it returns.
 * @throws HistoryError when the history cannot be one: see `orderHistory`
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
  search: Search<I, O> | undefined;
  bytes: number;
}

class Check<S, I, O> {
  readonly #model: Model<S, I, O>;
  readonly #history: readonly Operation<I, O>[];
  readonly #options: CheckOptions;
  readonly #parts: OrderedPartition<I, O>[];
  readonly #budget: number;
  readonly #memory: number;
  readonly #deadline: number;
  readonly #plain: boolean;
  #open: OpenSearch<I, O>[] = [];
  #methods: string[] = [];
  #steps = 0;
  #bytes = 0;
  #peakBytes = 0;
  #sliceSteps = firstSliceSteps;
  #illegal: IllegalPartition | undefined;

  constructor(model: Model<S, I, O>, history: readonly Operation<I, O>[], options: CheckOptions) {
    this.#model = model;
    this.#history = history;
    this.#options = options;
    this.#parts = orderHistory(history, model);
    this.#budget = options.budgetSteps ?? defaultBudgetSteps;
    this.#memory = options.memoryBytes ?? defaultMemoryBytes;
    this.#plain = options.method === 'plain';
    const { timeoutMs, clock } = options;
    if (timeoutMs !== undefined && clock === undefined) throw new TypeError('timeoutMs needs a clock: give clock, such as () => performance.now()');
    this.#deadline = timeoutMs === undefined || clock === undefined ? Infinity : clock() + timeoutMs;
  }

  /** By the order hint and the fast paths; what they leave open goes to the search. */
  decideWithoutSearch(): Verdict | undefined {
    const { method = 'auto', orderHint } = this.#options;
    if (orderHint !== undefined && explainsHistory(this.#model, this.#history, this.#parts, orderHint)) {
      this.#uses('order-hint');
      return this.#verdict('ok');
    }
    for (const part of this.#parts) {
      const decided = method === 'auto' && this.#takeFastPath(part);
      if (decided === 'illegal') return this.#verdict('illegal');
      if (decided !== 'ok') this.#open.push({ part, search: undefined, bytes: 0 });
    }
    if (this.#open.length > 0) return undefined;
    if (this.#parts.length === 0) this.#uses(this.#plain ? 'plain' : 'search');
    return this.#verdict('ok');
  }

  #takeFastPath(part: OrderedPartition<I, O>): 'ok' | 'illegal' | undefined {
    for (const path of this.#model.fastPaths ?? []) {
      const found = path.check(part);
      if (found === undefined) continue;
      this.#uses(path.name);
      if (found.legal) return 'ok';
      const toHistory = (operations: readonly number[]): number[] => operations.map((operation) => part.source[operation]!);
      const operations = found.within === undefined ? Array.from(part.source) : toHistory(found.within);
      this.#illegal = { key: part.key, operations, clash: toHistory(found.clash) };
      return 'illegal';
    }
    return undefined;
  }

  /** Every open partition in turn, with a budget that doubles from round to round: cheapest first. */
  *search(): Generator<Progress, Verdict> {
    this.#uses(this.#plain ? 'plain' : 'search');
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
        item.search = undefined;
        if (outcome === 'illegal') this.#illegal ??= partitionOf(item.part);
        else if (outcome === 'memory') reason ??= 'memory';
        else if (outcome !== 'ok') return this.#illegal === undefined ? this.#verdict('unknown', outcome) : this.#verdict('illegal');
        if (this.#illegal !== undefined && !this.#plain) return this.#verdict('illegal');
      }
      this.#open = unfinished;
    }
    if (this.#illegal !== undefined) return this.#verdict('illegal');
    return reason === undefined ? this.#verdict('ok') : this.#verdict('unknown', reason);
  }

  *#runOne(item: OpenSearch<I, O>, roundSteps: number): Generator<Progress, 'ok' | 'illegal' | 'paused' | UnknownReason> {
    const { signal, clock } = this.#options;
    let left = roundSteps;
    while (left > 0) {
      if (signal?.aborted === true) return 'aborted';
      const startMs = clock === undefined ? 0 : clock();
      if (startMs > this.#deadline) return 'time';
      item.search ??= newSearch(this.#model, item.part, { plain: this.#plain });
      const { search } = item;
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

  #verdict(kind: Verdict['kind'], reason?: UnknownReason): Verdict {
    const found = { kind, method: this.#methods.join('+'), steps: this.#steps, peakBytes: this.#peakBytes, partitions: this.#parts.length };
    if (kind === 'illegal') return { ...found, illegalPartition: this.#illegal! };
    return reason === undefined ? found : { ...found, reason };
  }
}

function partitionOf<I, O>(part: OrderedPartition<I, O>): IllegalPartition {
  return { key: part.key, operations: Array.from(part.source) };
}
