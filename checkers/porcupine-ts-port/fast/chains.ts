/**
 * A register (or one key of a store) whose written values are all distinct, in O(n log n).
 *
 * Gibbons and Korach (1997) decide a register by zones: each write forms a group with the reads of its
 * value. Here a group may also grow: an append that somebody saw stands behind the write whose value it
 * extended, and a successful compare-and-set behind the write whose value it replaced, so that a group
 * is a chain: write, its reads, append, the reads of that, and so on. Nothing of another group can come
 * between the parts of a chain, because distinct values never return. So the history is linearizable
 * exactly when the order inside every chain keeps real time and the chains can be put in a row.
 *
 * Writes that nobody saw form chains of their own; those of unknown outcome that nobody saw are left
 * out. With appends, the written values must form a prefix or suffix code, so that a value read names
 * the chain that made it. Failed compare-and-sets are placed afterwards, into the row found, and
 * where that does not succeed nothing is decided.
 */
import type { OrderedPartition } from '../order.ts';
import { codeOf, type Code } from './code.ts';
import { clashOf, type FastPath, type FastVerdict } from './fast-path.ts';
import { putInRow, type Group } from './groups.ts';
import type { RegisterView } from './register-view.ts';
import { findPlaces, insertAt } from './refusals.ts';

export function chainsFastPath<I, O>(view: RegisterView<I, O>): FastPath<I, O> {
  return { name: 'chains', knowsOptional: true, check: (part) => new Chains(view, part).check() };
}

/** Thrown inside this file only: the history is illegal, and these operations show it. */
class Clash {
  readonly verdict: FastVerdict;

  constructor(...operations: number[]) {
    this.verdict = clashOf(...operations);
  }
}

const none = -1;

function filled(count: number, value: number): number[] {
  const items: number[] = [];
  for (let i = 0; i < count; i++) items.push(value);
  return items;
}

/** Node 0 is the initial value; node i + 1 is the state right after write i. */
class Chains<I, O> {
  readonly #view: RegisterView<I, O>;
  readonly #part: OrderedPartition<I, O>;
  /** Operation that writes the value: puts and compare-and-sets. */
  readonly #writers = new Map<unknown, number>();
  /** Every written text, when there are appends. */
  readonly #tokens = new Map<string, number>();
  #code: Code | undefined;
  // Plain arrays: for the few nodes of one key they are made much faster than typed ones.
  readonly #parent: number[];
  /** The operation from which the parent is known. */
  readonly #parentFrom: number[];
  readonly #child: number[];
  readonly #live: number[];
  readonly #length: number[];
  /** Of the reads at a node: the operation that returned first, and the one called last. */
  readonly #firstRead: number[];
  readonly #lastRead: number[];
  readonly #refusals: number[] = [];
  /** Compare-and-sets that are known to have been applied, and whose place is not known yet. */
  readonly #unplaced: number[] = [];
  #lastText = '';
  #lastNode = 0;
  #hasAppends = false;

  constructor(view: RegisterView<I, O>, part: OrderedPartition<I, O>) {
    const nodes = part.count + 1;
    this.#view = view;
    this.#part = part;
    this.#parent = filled(nodes, none);
    this.#parentFrom = filled(nodes, none);
    this.#child = filled(nodes, none);
    this.#live = filled(nodes, 0);
    this.#length = filled(nodes, 0);
    this.#firstRead = filled(nodes, none);
    this.#lastRead = filled(nodes, none);
  }

  check(): FastVerdict | undefined {
    if (!this.#collectWrites()) return undefined;
    try {
      this.#observe();
      const row: Group[] = [];
      this.#followChains(row);
      const clash = putInRow(row)?.clash;
      if (clash !== undefined) {
        const [a, b] = clash;
        return clashOf(a.earliestReturnOf, a.latestCallOf, b.earliestReturnOf, b.latestCallOf);
      }
      if (this.#refusals.length === 0) return { legal: true, order: () => this.#inOrder(row).order };
      return this.#placeRefusals(row);
    } catch (error) {
      if (error instanceof Clash) return error.verdict;
      throw error;
    }
  }

  /** False when the values are not distinct, or an operation is none of a register's. */
  #collectWrites(): boolean {
    const { count, inputs } = this.#part;
    for (let i = 0; i < count; i++) {
      const kind = this.#view.kind(inputs[i]!);
      if (kind === 'read') continue;
      if (kind === 'other') return false;
      if (kind === 'cas') {
        const applied = this.#applied(i);
        if (applied === false) continue;
        // It returned and did not say whether it was applied: either may be forced by the others.
        if (applied === undefined && this.#isKnown(i)) return false;
      }
      const value = this.#view.written(inputs[i]!);
      if (value === this.#view.initial) return false;
      if (kind === 'append') {
        if (typeof value !== 'string' || this.#tokens.has(value)) return false;
        this.#hasAppends = true;
        this.#tokens.set(value, i);
      } else {
        if (this.#writers.has(value)) return false;
        this.#writers.set(value, i);
        if (typeof value === 'string') this.#length[i + 1] = value.length;
      }
    }
    return !this.#hasAppends || this.#makeCode();
  }

  #makeCode(): boolean {
    if (this.#view.initial !== '') return false;
    for (const [value, writer] of this.#writers) {
      if (typeof value !== 'string' || this.#tokens.has(value)) return false;
      this.#tokens.set(value, writer);
    }
    this.#code = codeOf(this.#tokens, (owner) => this.#view.kind(this.#part.inputs[owner]!) === 'append');
    return this.#code !== undefined;
  }

  #applied(index: number): boolean | undefined {
    const output = this.#part.outputs[index];
    return output === undefined ? undefined : this.#view.applied(output);
  }

  /** Whether the operation must have happened. */
  #isKnown(index: number): boolean {
    const { returnRank, known, optional } = this.#part;
    return returnRank[index]! < known && (optional === undefined || optional[index] === 0);
  }

  /** Finds the node of every value that was seen, and so the order inside the chains. */
  #observe(): void {
    const { count, inputs, outputs, floor, returnRank } = this.#part;
    this.#live[0] = 1;
    for (let i = 0; i < count; i++) {
      const kind = this.#view.kind(inputs[i]!);
      if (kind === 'read') {
        if (outputs[i] === undefined || !this.#isKnown(i)) continue;
        const node = this.#resolve(this.#view.read(outputs[i]!), i);
        if (this.#firstRead[node] === none || returnRank[i]! < returnRank[this.#firstRead[node]!]!)
          this.#firstRead[node] = i;
        if (this.#lastRead[node] === none || floor[i]! >= floor[this.#lastRead[node]!]!) this.#lastRead[node] = i;
      } else if (kind === 'cas') {
        const applied = this.#applied(i);
        if (applied === true && this.#isKnown(i)) this.#enliven(i);
        if (applied === false) this.#refusals.push(i);
      } else if (this.#isKnown(i)) {
        this.#live[i + 1] = 1;
      }
    }
    // Grows while it is walked: what a compare-and-set replaced was seen by it.
    for (let at = 0; at < this.#unplaced.length; at++) {
      const index = this.#unplaced[at]!;
      this.#link(this.#resolve(this.#view.expected(inputs[index]!), index), index + 1, index);
    }
  }

  /** The node whose state is `value`; `seenBy` saw it. */
  #resolve(value: unknown, seenBy: number): number {
    if (value === this.#view.initial) return 0;
    if (this.#code !== undefined)
      return typeof value === 'string' ? this.#resolveText(value, seenBy) : this.#refuse(seenBy);
    const writer = this.#writers.get(value);
    if (writer === undefined) return this.#refuse(seenBy);
    this.#enliven(writer);
    return writer + 1;
  }

  #refuse(seenBy: number): never {
    throw new Clash(seenBy);
  }

  #resolveText(text: string, seenBy: number): number {
    // Values grow: most are the last one again, or the last one with a little more.
    let node = 0;
    let from = 0;
    if (text.startsWith(this.#lastText)) {
      node = this.#lastNode;
      from = this.#lastText.length;
    } else if (this.#lastText.startsWith(text)) {
      let ancestor = this.#lastNode;
      while (this.#length[ancestor]! > text.length && this.#isAppend(ancestor)) ancestor = this.#parent[ancestor]!;
      if (ancestor > 0 && this.#length[ancestor] === text.length) return ancestor;
    }
    let owners = this.#code!.decode(text, from);
    if (owners === undefined && from > 0) {
      // The last value begins this one by its letters only, as v1 begins v10: it is made of other tokens.
      node = 0;
      owners = this.#code!.decode(text, 0);
    }
    if (owners === undefined) return this.#refuse(seenBy);
    // The rest is made of tokens, so the whole is, in one way only: the one that was known plus the rest.
    for (let at = 0; at < owners.length; at++) {
      const owner = owners[at]!;
      if (this.#isAppend(owner + 1)) {
        this.#link(node, owner + 1, seenBy);
        this.#length[owner + 1] =
          this.#length[node]! + (this.#view.written(this.#part.inputs[owner]!) as string).length;
      } else if (node !== 0 || at > 0) {
        return this.#refuse(seenBy);
      }
      this.#enliven(owner);
      node = owner + 1;
    }
    this.#lastText = text;
    this.#lastNode = node;
    return node;
  }

  #isAppend(node: number): boolean {
    return node > 0 && this.#view.kind(this.#part.inputs[node - 1]!) === 'append';
  }

  #enliven(writer: number): void {
    if (this.#live[writer + 1] === 1) return;
    this.#live[writer + 1] = 1;
    if (this.#view.kind(this.#part.inputs[writer]!) === 'cas') this.#unplaced.push(writer);
  }

  /** `seenBy` shows that `node` came directly behind `parent`. */
  #link(parent: number, node: number, seenBy: number): void {
    const known = this.#parent[node]!;
    if (known === parent) return;
    if (known !== none) throw new Clash(seenBy, this.#parentFrom[node]!);
    const other = this.#child[parent]!;
    if (other !== none) throw new Clash(seenBy, this.#parentFrom[other]!);
    this.#parent[node] = parent;
    this.#parentFrom[node] = seenBy;
    this.#child[parent] = node;
  }

  /** Checks the order inside every chain and measures its zone. */
  #followChains(row: Group[]): void {
    const { count } = this.#part;
    let reached = 0;
    let live = 0;
    for (let node = 0; node <= count; node++) {
      if (this.#live[node] === 0) continue;
      live++;
      if (this.#parent[node] === none) reached += this.#followChain(node, row);
    }
    if (reached < live) throw new Clash(...this.#cycle());
  }

  #followChain(root: number, row: Group[]): number {
    const { floor, returnRank } = this.#part;
    // The initial value was there before everything.
    let earliestReturn = root === 0 ? -1 : Infinity;
    let earliestReturnOf = none;
    let latestCall = -1;
    let latestCallOf = none;
    let length = 0;
    const returned = (operation: number): void => {
      if (returnRank[operation]! < latestCall) throw new Clash(operation, latestCallOf);
      if (returnRank[operation]! >= earliestReturn) return;
      earliestReturn = returnRank[operation]!;
      earliestReturnOf = operation;
    };
    const called = (operation: number): void => {
      if (floor[operation]! <= latestCall) return;
      latestCall = floor[operation]!;
      latestCallOf = operation;
    };
    for (let node = root; node !== none; node = this.#child[node]!) {
      length++;
      if (node > 0) {
        returned(node - 1);
        called(node - 1);
      }
      if (this.#firstRead[node] === none) continue;
      returned(this.#firstRead[node]!);
      called(this.#lastRead[node]!);
    }
    row.push({ earliestReturn, earliestReturnOf, latestCall, latestCallOf, id: root });
    return length;
  }

  /** Compare-and-sets that each replaced the value of the next: none can be the first. */
  #cycle(): number[] {
    const reached = new Uint8Array(this.#part.count + 1);
    for (let node = 0; node < reached.length; node++) {
      if (this.#live[node] === 0 || this.#parent[node] !== none) continue;
      for (let at = node; at !== none; at = this.#child[at]!) reached[at] = 1;
    }
    const members: number[] = [];
    for (let node = 1; node < reached.length; node++) {
      if (this.#live[node] === 1 && reached[node] === 0)
        members.push(node - 1, this.#parentFrom[node]!, this.#firstRead[node]!);
    }
    return members;
  }

  /** The row of chains, one operation after the other, and the state after each. */
  #inOrder(row: readonly Group[]): { order: number[]; states: unknown[] } {
    const order: number[] = [];
    const states: unknown[] = [];
    let state: unknown = this.#view.initial;
    const { inputs } = this.#part;
    const readsAt = this.#readsByNode();
    for (const group of row) {
      for (let node = group.id; node !== none; node = this.#child[node]!) {
        if (node > 0) {
          const value = this.#view.written(inputs[node - 1]!);
          state = this.#isAppend(node) ? `${state as string}${value as string}` : value;
          order.push(node - 1);
          states.push(state);
        }
        for (const read of readsAt.get(node) ?? []) {
          order.push(read);
          states.push(state);
        }
      }
    }
    return { order, states };
  }

  #placeRefusals(row: readonly Group[]): FastVerdict | undefined {
    const { order, states } = this.#inOrder(row);
    const expected = this.#refusals.map((index) => this.#view.expected(this.#part.inputs[index]!));
    const places = findPlaces(this.#part, this.#view.initial, order, states, this.#refusals, expected);
    if (places === undefined) return undefined;
    return { legal: true, order: () => insertAt(order, this.#refusals, places) };
  }

  #readsByNode(): Map<number, number[]> {
    const { count, inputs, outputs } = this.#part;
    const byNode = new Map<number, number[]>();
    for (let i = 0; i < count; i++) {
      if (this.#view.kind(inputs[i]!) !== 'read' || outputs[i] === undefined || !this.#isKnown(i)) continue;
      const node = this.#resolve(this.#view.read(outputs[i]!), i);
      const reads = byNode.get(node);
      if (reads === undefined) byNode.set(node, [i]);
      else reads.push(i);
    }
    return byNode;
  }
}
