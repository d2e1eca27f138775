/**
 * Linearizability while the history happens: fed calls and returns as they come, it says at the first return that
 * cannot be explained, and holds no more of the past than the open operations can still ask about.
 *
 * It keeps every configuration that explains the returns so far (after Lowe 2017, "just-in-time"): a state, and
 * the open operations that have taken effect already. At a return its operation must have taken effect: where
 * it has not, open operations are placed, in every order, up to it. What is placed without need could as well be
 * placed later. While an operation is open nobody knows what it will be told. So
 *
 * * one that changes the state is placed with the state before it, and at its return that must fit what it was
 *   told (but for operations that are legal everywhere whatever they are told: `isBlind`);
 * * one that leaves the state as it is (a read, a refused compare-and-set) is not placed: a configuration
 *   remembers the states that were passed since the operation was called, and one of them must fit.
 *
 * Passed states that no open operation could have seen, and operations that returned, are forgotten. When
 * nothing is open, a configuration is a state and nothing else. An operation that was given up stays open for ever.
 * The state behind an operation must not depend on what it was told beside being legal; for a model where it does
 * (`toDeterministic`) the answer is `unknown` as soon as that shows.
 */
import { illegal, type Model } from './model.ts';
import { HistoryError } from './operation.ts';
import { initialStateOf, stepOf } from './step.ts';
import { structuralKey } from './structural-key.ts';

export interface MonitorOptions {
  /** Of one partition at one time; above, its verdict is `unknown`. Default 20,000. */
  readonly maxConfigurations?: number;
  /** Steps for one return; above, the verdict is `unknown`. Default one million. */
  readonly maxSteps?: number;
}

export type MonitorVerdict =
  | { readonly kind: 'ok' }
  /** The operation whose return cannot be explained, and the states that were possible before it. */
  | {
      readonly kind: 'illegal';
      readonly operation: number;
      readonly key: string | number | undefined;
      readonly states: readonly unknown[];
    }
  /** From the return of this operation on nothing is known of its partition. It is never a pass. */
  | {
      readonly kind: 'unknown';
      readonly operation: number;
      readonly key: string | number | undefined;
      readonly reason: 'configurations' | 'steps' | 'model';
    };

export interface Monitor<I, O> {
  /** The verdict on everything so far: the first that was not `ok`, an illegal one before an unknown one. */
  readonly verdict: MonitorVerdict;
  /** Configurations held now, and steps taken so far. */
  readonly configurations: number;
  readonly steps: number;
  /**
   * Partitions are followed apart. Once there are several, an operation on all of them (the read of a whole set)
   * makes the verdict `unknown`: for such histories give the model without `partition`.
   * @param operation a number that no other operation has
   */
  called(operation: number, input: I): void;
  /**
   * @param output `undefined`: it happened and told nothing
   * @returns the verdict on everything so far
   */
  returned(operation: number, output: O | undefined): MonitorVerdict;
  /** Nobody waits for it any more; it may have happened, may happen later, or never. */
  gaveUp(operation: number): void;
}

const isOk: MonitorVerdict = { kind: 'ok' };
const defaultConfigurations = 20_000;
const defaultSteps = 1_000_000;
const mostRemembered = 256;

/** @throws HistoryError for an operation called twice, or one that returns and is not open */
export function monitor<S, I, O>(model: Model<S, I, O>, options: MonitorOptions = {}): Monitor<I, O> {
  return new Monitoring((model.byLocality ?? model) as Model<S, I, O>, options);
}

class Monitoring<S, I, O> implements Monitor<I, O> {
  steps = 0;
  readonly #model: Model<S, I, O>;
  readonly #options: MonitorOptions;
  readonly #cells = new Map<string | number | undefined, Cell<S, I, O>>();
  readonly #cellOf = new Map<number, Cell<S, I, O>>();
  #verdict: MonitorVerdict = isOk;
  #now = 0;
  #isJoined = false;

  constructor(model: Model<S, I, O>, options: MonitorOptions) {
    this.#model = model;
    this.#options = options;
  }

  get verdict(): MonitorVerdict {
    return this.#verdict;
  }

  get configurations(): number {
    let sum = 0;
    for (const cell of this.#cells.values()) sum += cell.configurations;
    return sum;
  }

  called(operation: number, input: I): void {
    if (this.#cellOf.has(operation))
      throw new HistoryError(`operation ${operation} is called, and is open already`, operation);
    const problem = this.#model.problemOf?.(input, undefined);
    if (problem !== undefined) throw new HistoryError(`operation ${operation}: ${problem}`, operation);
    const key = this.#model.partition?.(input);
    const touchesAll = key === undefined && this.#model.partition !== undefined;
    let cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, (cell = new Cell(this.#model, this.#options)));
    // An operation on all partitions joins what was followed apart: what a part alone says is worth nothing from here
    // on.
    if ((touchesAll || this.#cells.has(undefined)) && this.#cells.size > 1) {
      this.#hears({ kind: 'unknown', operation, key, reason: 'model' });
      this.#isJoined = true;
    }
    this.#cellOf.set(operation, cell);
    cell.called(operation, input, ++this.#now);
  }

  returned(operation: number, output: O | undefined): MonitorVerdict {
    const cell = this.#cellOf.get(operation);
    if (cell === undefined) throw new HistoryError(`operation ${operation} returns, and is not open`, operation);
    this.#cellOf.delete(operation);
    if (this.#verdict.kind === 'illegal' || this.#isJoined) return this.#verdict;
    const input = cell.inputOf(operation);
    const problem = this.#model.problemOf?.(input, output);
    if (problem !== undefined) throw new HistoryError(`operation ${operation}: ${problem}`, operation);
    const before = cell.steps;
    const said = cell.returned(operation, output, ++this.#now);
    this.steps += cell.steps - before;
    if (said !== 'ok') {
      const at = { operation, key: this.#model.partition?.(input) };
      this.#hears(
        said === 'illegal'
          ? { kind: 'illegal', ...at, states: cell.possible }
          : { kind: 'unknown', ...at, reason: said },
      );
    }
    return this.#verdict;
  }

  gaveUp(operation: number): void {
    if (!this.#cellOf.delete(operation))
      throw new HistoryError(`operation ${operation} is given up, and is not open`, operation);
  }

  #hears(verdict: MonitorVerdict): void {
    // Of one partition nothing may be known, and another be illegal.
    if (this.#verdict.kind === 'ok' || (this.#verdict.kind === 'unknown' && verdict.kind === 'illegal'))
      this.#verdict = verdict;
  }
}

interface Open<S, I> {
  readonly operation: number;
  readonly input: I;
  /** Events so far. */
  readonly calledAt: number;
  readonly isBlind: boolean;
  /** By key of a state: what the operation makes of it, whatever it is told. */
  readonly after: Map<string, Place<S> | typeof illegal>;
}

interface Place<S> {
  readonly state: S;
  readonly key: string;
}

interface Placed<S> {
  readonly operation: number;
  /** Undefined for one that is legal everywhere. */
  readonly before: Place<S> | undefined;
  readonly afterKey: string;
}

interface Passed<S> extends Place<S> {
  /** The last event up to which it was the state. */
  readonly until: number;
}

interface Configuration<S> extends Place<S> {
  readonly placed: readonly Placed<S>[];
  readonly passed: readonly Passed<S>[];
}

/** One partition. */
class Cell<S, I, O> {
  steps = 0;
  /** The states that were possible before the return that could not be explained. */
  possible: readonly S[] = [];
  readonly #model: Model<S, I, O>;
  readonly #maxConfigurations: number;
  readonly #maxSteps: number;
  readonly #open = new Map<number, Open<S, I>>();
  #configurations: readonly Configuration<S>[];
  #isLost = false;

  constructor(
    model: Model<S, I, O>, { maxConfigurations = defaultConfigurations, maxSteps = defaultSteps }: MonitorOptions,
  ) {
    this.#model = model;
    this.#maxConfigurations = maxConfigurations;
    this.#maxSteps = maxSteps;
    this.#configurations = [{ ...placeOf(initialStateOf(model)), placed: [], passed: [] }];
  }

  get configurations(): number {
    return this.#configurations.length;
  }

  inputOf(operation: number): I {
    return this.#open.get(operation)!.input;
  }

  called(operation: number, input: I, now: number): void {
    this.#open.set(operation, {
      operation, input, calledAt: now, isBlind: this.#model.isBlind?.(input) === true, after: new Map(),
    });
  }

  returned(
    operation: number, output: O | undefined, now: number,
  ): 'ok' | 'illegal' | 'configurations' | 'steps' | 'model' {
    const due = this.#open.get(operation)!;
    if (this.#isLost) {
      this.#open.delete(operation);
      return 'ok';
    }
    const found = new Map<string, Configuration<S>>();
    const end = this.steps + this.#maxSteps;
    for (const configuration of this.#configurations) {
      const problem = this.#explain(configuration, due, output, now, end, found);
      if (problem !== undefined) return this.#lose(operation, problem);
    }
    this.#open.delete(operation);
    if (found.size === 0) {
      this.possible = [...new Map(this.#configurations.map(({ key, state }) => [key, state])).values()];
      return 'illegal';
    }
    // Those that differed in what nobody can ask about any more are one.
    const kept = new Map<string, Configuration<S>>();
    for (const configuration of found.values()) {
      const rest = this.#forget(configuration);
      kept.set(keyOf(rest), rest);
    }
    this.#configurations = [...kept.values()];
    return kept.size > this.#maxConfigurations ? this.#lose(operation, 'configurations') : 'ok';
  }

  #lose(operation: number, why: 'configurations' | 'steps' | 'model'): typeof why {
    this.#open.delete(operation);
    this.#isLost = true;
    this.#configurations = [];
    return why;
  }

  /** Adds the configurations behind the return that this one leads to. */
  #explain(
    from: Configuration<S>, due: Open<S, I>, output: O | undefined, now: number, end: number,
    found: Map<string, Configuration<S>>,
  ): 'steps' | 'model' | 'configurations' | undefined {
    const placed = from.placed.find(({ operation }) => operation === due.operation);
    const add = (configuration: Configuration<S>): void => void found.set(keyOf(configuration), configuration);
    if (placed !== undefined) {
      if (placed.before !== undefined) {
        const after = this.#step(placed.before.state, due.input, output);
        if (after === illegal) return undefined;
        // Another state than was gone on from: what it was told decides more than whether it was legal.
        if (after.key !== placed.afterKey) return 'model';
      }
      add({ ...from, placed: from.placed.filter((other) => other !== placed) });
      return undefined;
    }
    const leaves = (at: Place<S>): boolean => {
      const after = this.#step(at.state, due.input, output);
      return after !== illegal && after.key === at.key;
    };
    const isRead = this.#model.readOnly?.(due.input, output) === true;
    if (leaves(from) || from.passed.some((passed) => passed.until >= due.calledAt && leaves(passed))) {
      add(from);
      if (isRead) return undefined;
    }
    const tried = new Set([keyOf(from)]);
    const toTry = [from];
    for (let at = 0; at < toTry.length; at++) {
      if (this.steps >= end) return 'steps';
      if (toTry.length > this.#maxConfigurations || found.size > this.#maxConfigurations * 4) return 'configurations';
      const configuration = toTry[at]!;
      const after = this.#step(configuration.state, due.input, output);
      if (after !== illegal) {
        add(after.key === configuration.key ? configuration : moved(configuration, after, now));
        // A read that is explained asks for nothing more to be placed.
        if (isRead) continue;
      }
      for (const open of this.#open.values()) {
        if (open === due || configuration.placed.some(({ operation }) => operation === open.operation)) continue;
        const next = this.#whatever(open, configuration);
        if (next === illegal || next.key === configuration.key) continue;
        const before = open.isBlind ? undefined : { state: configuration.state, key: configuration.key };
        const further = moved(configuration, next, now, { operation: open.operation, before, afterKey: next.key });
        const key = keyOf(further);
        if (tried.has(key)) continue;
        tried.add(key);
        toTry.push(further);
      }
    }
    return undefined;
  }

  #step(state: S, input: I, output: O | undefined): Place<S> | typeof illegal {
    this.steps++;
    const next = stepOf(this.#model, state, input, output);
    return next === illegal ? illegal : placeOf(next as S);
  }

  #whatever(open: Open<S, I>, from: Place<S>): Place<S> | typeof illegal {
    const known = open.after.get(from.key);
    if (known !== undefined) return known;
    const after = this.#step(from.state, open.input, undefined);
    if (open.after.size >= mostRemembered) open.after.clear();
    open.after.set(from.key, after);
    return after;
  }

  /** Without the passed states that no open operation could still turn out to have met. */
  #forget(configuration: Configuration<S>): Configuration<S> {
    if (configuration.passed.length === 0) return configuration;
    const passed: Passed<S>[] = [];
    for (const one of configuration.passed) {
      let until = -1;
      for (const open of this.#open.values()) {
        if (open.calledAt > one.until || configuration.placed.some(({ operation }) => operation === open.operation))
          continue;
        const after = this.#whatever(open, one);
        // Calls come in order, so the last one that could have met it stands for those before.
        if (after !== illegal && after.key === one.key) until = open.calledAt;
      }
      if (until !== -1) passed.push({ ...one, until });
    }
    return { ...configuration, passed };
  }
}

function placeOf<S>(state: S): Place<S> {
  return { state, key: structuralKey(state) };
}

/** The configuration behind a change of its state. */
function moved<S>(from: Configuration<S>, { state, key }: Place<S>, now: number, placed?: Placed<S>): Configuration<S> {
  const passed: Passed<S>[] = from.passed.filter((one) => one.key !== from.key && one.key !== key);
  passed.push({ state: from.state, key: from.key, until: now });
  passed.sort((a, b) => (a.key < b.key ? -1 : 1));
  if (placed === undefined) return { state, key, placed: from.placed, passed };
  const all = [...from.placed, placed].toSorted((a, b) => a.operation - b.operation);
  return { state, key, placed: all, passed };
}

/** Texts that say where they end, and numbers between marks: no two configurations share one. */
function keyOf<S>({ key, placed, passed }: Configuration<S>): string {
  let text = key;
  for (const { operation, before, afterKey } of placed)
    text += `|${operation}:${before === undefined ? '' : before.key + afterKey}`;
  for (const { key: other, until } of passed) text += `/${until}:${other}`;
  return text;
}
