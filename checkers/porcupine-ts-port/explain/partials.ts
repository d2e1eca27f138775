/** How far a history can be explained: the longest partial linearizations, and what stops them. */
import type { Model } from '../model.ts';
import { orderHistory, type OrderedPartition } from '../order.ts';
import type { Operation } from '../operation.ts';
import { newSearch } from '../problem.ts';
import type { DeadEnd } from '../search.ts';
import { describeOperation, describeState } from '../describe.ts';
import { initialStateOf, stepOf } from '../step.ts';
import { Effort, finish, type Slices } from './effort.ts';

export interface Blocked {
  /** The earliest operation (by its return) that no linearization of what came before can be followed by. */
  readonly operation: number;
  /** States in which it would have to happen, in words; at most a few. */
  readonly states: readonly string[];
  readonly why: string;
}

export interface Partials {
  /** Each an order of indexes into the history, longest first; the first of a legal partition is a whole one. */
  readonly linearizations: readonly (readonly number[])[];
  /** For each operation of the partition the longest linearization that holds it: its place above, or -1. */
  readonly longestOf: ReadonlyMap<number, number>;
  readonly blocked: Blocked | undefined;
  /** False when the budget ended the search: there may be longer ones. */
  readonly complete: boolean;
}

const maxStates = 6;
/** Operations looked at while noting partial linearizations, over all dead ends. */
const noteBudget = 20_000_000;
/** Operations copied for the furthest dead ends, over all that were the furthest for a while. */
const copyBudget = 50_000_000;

/** @param operations of one partition, in the order of their calls */
export function longestPartials<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  operations: readonly number[],
  budgetSteps: number,
  memoryBytes: number,
): Partials {
  return finish(partialsInSlices(model, history, operations, new Effort({ budgetSteps, memoryBytes }), budgetSteps));
}

export function* partialsInSlices<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  operations: readonly number[],
  effort: Effort,
  budgetSteps: number,
): Slices<Partials> {
  // Overlaps within a client were ruled out before; a partition of its own is never split again.
  const part = orderHistory(operations.map((index, client) => ({ ...history[index]!, client })))[0]!;
  const toHistory = (order: ArrayLike<number>): number[] => Array.from(order, (i) => operations[part.source[i]!]!);
  effort.wentOver(part.count);
  for (const path of model.fastPaths ?? []) {
    const found = path.check(part);
    if (found?.legal === true && found.order !== undefined) return whole(toHistory(found.order()));
  }
  const notes = new Notes(part.count);
  // Every dead end is looked at, and none foreseen: where nothing fits any more is where the fault is.
  const search = newSearch(model, part, { plain: false, toTheEnd: true, onDeadEnd: (at) => notes.deadEnd(at) });
  const outcome = yield* effort.run(search, budgetSteps);
  if (outcome === 'ok') return whole(toHistory(search.placed()));
  if (outcome !== 'illegal') notes.deadEnd(search);
  if (notes.lacksOrders) {
    // Once more, now that it is known which of the dead ends are worth keeping.
    const again = newSearch(model, part, { plain: false, toTheEnd: true, onDeadEnd: (at) => notes.fillIn(at) });
    yield* effort.run(again, budgetSteps);
  }
  const { sequences, longestOf } = notes.result();
  const blocked = part.returnOrder[notes.furthest]!;
  const states = [...notes.states].map(([state, order]) =>
    order === undefined ? search.describeState(state) : describeAfter(model, part, order, search.describeState(state)),
  );
  const name = describeOperation(model, part.inputs[blocked]!, part.outputs[blocked]);
  const where =
    states.length === 1
      ? `the only state possible by then is ${states[0]}`
      : `the states possible by then are ${states.join(', ')}`;
  return {
    linearizations: sequences.map(toHistory),
    longestOf: new Map(
      Array.from(longestOf, (sequence, i): [number, number] => [operations[part.source[i]!]!, sequence]),
    ),
    blocked:
      outcome === 'illegal'
        ? {
            operation: operations[part.source[blocked]!]!,
            states,
            why: `${name} has no place before its return: ${where}${notes.statesLeftOut ? ' and others' : ''}`,
          }
        : undefined,
    complete: outcome === 'illegal',
  };
}

/** The state of the model itself that an order leads to; a condensed one stands for many, and is named beside it. */
function describeAfter<S, I, O>(
  model: Model<S, I, O>, part: OrderedPartition<I, O>, order: Int32Array, condensed: string,
): string {
  let state = initialStateOf(model);
  for (const operation of order) state = stepOf(model, state, part.inputs[operation]!, part.outputs[operation]) as S;
  const own = describeState(model, state);
  return own === condensed ? own : `${own} (${condensed})`;
}

function whole(order: readonly number[]): Partials {
  return {
    linearizations: [order], longestOf: new Map(order.map((index) => [index, 0])), blocked: undefined, complete: true,
  };
}

/** What is kept of all dead ends. */
class Notes {
  /** The last return that any linearization came to. */
  furthest = 0;
  /** The states that are possible there, each with an order that leads to it. */
  readonly states = new Map<number, Int32Array | undefined>();
  statesLeftOut = false;
  readonly #lengthOf: Int32Array;
  readonly #sequenceOf: Int32Array;
  readonly #sequences: Int32Array[] = [];
  #looked = 0;
  #copied = 0;

  constructor(count: number) {
    this.#lengthOf = new Int32Array(count);
    this.#sequenceOf = new Int32Array(count).fill(-1);
  }

  deadEnd(at: DeadEnd): void {
    const { firstReturn, depth } = at;
    if (firstReturn > this.furthest) {
      this.furthest = firstReturn;
      this.states.clear();
      this.statesLeftOut = false;
    }
    if (firstReturn === this.furthest && !this.states.has(at.state)) {
      if (this.states.size < maxStates) this.states.set(at.state, this.#copyOf(at));
      else this.statesLeftOut = true;
    }
    if (this.#looked > noteBudget) return;
    this.#looked += depth + 1;
    this.#keep(at.placed());
  }

  /** The furthest dead ends of a long history may have come too late to be copied. */
  get lacksOrders(): boolean {
    return [...this.states.values()].includes(undefined);
  }

  /** Told of the dead ends of the same search again. */
  fillIn(at: DeadEnd): void {
    if (at.firstReturn === this.furthest && this.states.has(at.state) && this.states.get(at.state) === undefined)
      this.states.set(at.state, at.placed());
  }

  #copyOf(at: DeadEnd): Int32Array | undefined {
    if (this.#copied > copyBudget) return undefined;
    this.#copied += at.depth + 1;
    return at.placed();
  }

  #keep(order: Int32Array): void {
    let kept = -1;
    for (const operation of order) {
      if (this.#lengthOf[operation]! >= order.length) continue;
      this.#lengthOf[operation] = order.length;
      if (kept === -1) kept = this.#sequences.push(order) - 1;
      this.#sequenceOf[operation] = kept;
    }
  }

  /** Only sequences that are still the longest of some operation. */
  result(): { sequences: Int32Array[]; longestOf: number[] } {
    for (const order of this.states.values()) if (order !== undefined) this.#keep(order);
    const used = [...new Set(this.#sequenceOf)].filter((sequence) => sequence >= 0);
    used.sort((a, b) => this.#sequences[b]!.length - this.#sequences[a]!.length || a - b);
    const placeOf = new Map(used.map((sequence, place) => [sequence, place]));
    return {
      sequences: used.map((sequence) => this.#sequences[sequence]!),
      longestOf: Array.from(this.#sequenceOf, (sequence) => placeOf.get(sequence) ?? -1),
    };
  }
}
