/** Model states as small integers: each distinct state is kept once, each transition computed once. */
import { illegal, type Model } from './model.ts';
import type { OrderedPartition } from './order.ts';
import { describeState } from './describe.ts';
import { initialStateOf, stepOf } from './step.ts';
import { structuralKey } from './structural-key.ts';

/** What the search sees of a model: states and operations are integers; -1 is "illegal". */
export interface StateSpace {
  /** State after operation `index` in state `state`, or -1. */
  next(state: number, index: number): number;
  /** True when no read of known output that the partition holds can be legal in this state or any later one. */
  isBlind(state: number): boolean;
  describe(state: number): string;
  /** Bytes held, states included. */
  readonly sizeBytes: number;
  readonly stateCount: number;
}

const initialCapacity = 256;

/** A Map takes -0 for 0; a model may not. */
const minusZero: unique symbol = Symbol('-0');

/** Fibonacci hashing of two small integers. */
const mix = (a: number, b: number): number => {
  const h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  return h ^ (h >>> 15);
};

/** The states of a deterministic model over one partition. State 0 is the initial one. */
export class ModelStates<S, I, O> implements StateSpace {
  readonly states: S[] = [];
  sizeBytes = 0;
  #model: Model<S, I, O>;
  #inputs: readonly I[];
  #outputs: readonly (O | undefined)[];
  #classes: Int32Array;
  #isBlind: ((state: S) => boolean) | undefined;
  /** Ids of primitives, by themselves; and of records and the like, by a text of their content. */
  #ids = new Map<unknown, number>();
  #idsByContent = new Map<string, number>();
  #buckets = new Map<number, number[]>();
  /** Open addressing, rows of (state + 1, class, next). */
  #table = new Int32Array(initialCapacity * 3);
  #mask = initialCapacity - 1;
  #used = 0;

  /** @param classes operations with equal numbers are the same to the model */
  constructor(
    model: Model<S, I, O>, part: OrderedPartition<I, O>, classes: Int32Array, isBlind?: (state: S) => boolean,
  ) {
    this.#isBlind = isBlind;
    this.#model = model;
    this.#inputs = part.inputs;
    this.#outputs = part.outputs;
    this.#classes = classes;
    this.sizeBytes = this.#table.byteLength;
    this.#intern(initialStateOf(model));
  }

  get stateCount(): number {
    return this.states.length;
  }

  isBlind(state: number): boolean {
    return this.#isBlind !== undefined && this.#isBlind(this.states[state]!);
  }

  describe(state: number): string {
    return describeState(this.#model, this.states[state]!);
  }

  next(state: number, index: number): number {
    const operationClass = this.#classes[index]!;
    const table = this.#table;
    let row = mix(state, operationClass) & this.#mask;
    for (;;) {
      const at = row * 3;
      const key = table[at]!;
      if (key === 0) break;
      if (key === state + 1 && table[at + 1] === operationClass) return table[at + 2]!;
      row = (row + 1) & this.#mask;
    }
    const after = stepOf(this.#model, this.states[state]!, this.#inputs[index]!, this.#outputs[index]);
    const next = after === illegal ? -1 : this.#intern(after as S);
    this.#remember(state, operationClass, next);
    return next;
  }

  #remember(state: number, operationClass: number, next: number): void {
    if (this.#used * 2 > this.#mask) this.#grow();
    place(this.#table, this.#mask, state + 1, operationClass, next);
    this.#used++;
  }

  #grow(): void {
    const old = this.#table;
    this.#mask = this.#mask * 2 + 1;
    this.#table = new Int32Array((this.#mask + 1) * 3);
    this.sizeBytes += this.#table.byteLength - old.byteLength;
    for (let at = 0; at < old.length; at += 3) {
      if (old[at] !== 0) place(this.#table, this.#mask, old[at]!, old[at + 1]!, old[at + 2]!);
    }
  }

  #intern(state: S): number {
    const model = this.#model;
    if (model.equal !== undefined) return this.#internByEqual(state);
    const hasContent = typeof state === 'object' && state !== null;
    const ids: Map<unknown, number> = hasContent ? this.#idsByContent : this.#ids;
    const key = hasContent ? structuralKey(state) : Object.is(state, -0) ? minusZero : state;
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = this.#add(state);
    ids.set(key, id);
    return id;
  }

  #internByEqual(state: S): number {
    const model = this.#model;
    const hash = model.hash?.(state) ?? 0;
    const bucket = this.#buckets.get(hash);
    if (bucket === undefined) {
      const id = this.#add(state);
      this.#buckets.set(hash, [id]);
      return id;
    }
    for (const id of bucket) if (model.equal!(this.states[id]!, state)) return id;
    const id = this.#add(state);
    bucket.push(id);
    return id;
  }

  #add(state: S): number {
    this.states.push(state);
    this.sizeBytes += 64 + (this.#model.sizeBytes?.(state) ?? estimateBytes(state));
    return this.states.length - 1;
  }
}

function place(table: Int32Array, mask: number, key: number, operationClass: number, next: number): void {
  let row = mix(key - 1, operationClass) & mask;
  while (table[row * 3] !== 0) row = (row + 1) & mask;
  table[row * 3] = key;
  table[row * 3 + 1] = operationClass;
  table[row * 3 + 2] = next;
}

function estimateBytes(state: unknown): number {
  if (typeof state === 'string') return state.length * 2;
  if (typeof state === 'object' && state !== null) return structuralKey(state).length * 4;
  return 8;
}
