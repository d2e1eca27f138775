/**
 * One element of a set, that comes and goes any number of times, in O(n log n).
 *
 * Abdulla and others, arXiv 2509.17795, decide sets with membership queries by a greedy method; this is ours,
 * and knows of outcomes that were not told. An element is there or not. An add that says that it changed the
 * set is a toggle, from "not there" to "there"; one that says that it did not is a sight of "there"; the same
 * for remove, the other way round; `contains` is a sight. One walk over the returns, lazily: the element stays as it
 * is until an operation returns that cannot be explained otherwise; then it is toggled by the open
 * operation that must return first. Waiting loses nothing: what another linearization toggles before is still
 * open at the return that forces it, and of two toggles of one kind the one with the later return can stand
 * in for the other. Those of unknown outcome are taken last.
 *
 * An add that returned and did not say is either: it is content with any sight of "there" in its time, and can
 * be the toggle. Which to take, one that must be used and returns later or one that need not and returns
 * sooner, has no answer that is always right, nor has whether to use one up for nothing before it returns: where
 * that comes up, the search decides.
 */
import type { OrderedPartition } from '../order.ts';
import { clashOf, legalVerdict, type FastPath, type FastVerdict } from './fast-path.ts';
import { Heap } from './heap.ts';

/** How a model's operations read as operations on one element. */
export interface ElementView<I, O> {
  /** `undefined`: it is about more than the element. */
  kind(input: I): 'add' | 'remove' | 'contains' | undefined;
  /** Of contains: whether it was there; of the others: whether they changed the set; `undefined`: not told. */
  told(output: O): boolean | undefined;
  /** Whether two operations are about the same element. */
  isSame(a: I, b: I): boolean;
}

export function setTogglesFastPath<I, O>(view: ElementView<I, O>): FastPath<I, O> {
  return { name: 'set-toggles', check: (part) => check(view, part) };
}

/** Both a state, and the kind of a toggle that leads to it. */
type Presence = 0 | 1;
const absent = 0;
const present = 1;
const other = (state: Presence): Presence => (state === absent ? present : absent);

/** What an operation asks for at its return. */
const nothing = 0;
const sight = 1;
const toggle = 2;
/** Either of the two. */
const either = 3;

class Element {
  state: Presence = absent;
  /** The last slot in which each state was seen. */
  readonly #seen: [number, number] = [0, -1];
  /** By the state that they lead to, those that must be used: the ranks of their returns. */
  readonly #must: readonly [Heap, Heap] = [new Heap(), new Heap()];
  /** The same for those that need not be, and return. */
  readonly #may: readonly [Heap, Heap] = [new Heap(), new Heap()];
  /** And for those that never return. */
  readonly unknown: [number, number] = [0, 0];

  open(asks: number, to: Presence, rank: number): void {
    if (asks === toggle) this.#must[to].push(rank);
    if (asks === either) this.#may[to].push(rank);
  }

  wasSeen(state: Presence, slot: number): boolean {
    return this.state === state || this.#seen[state] >= slot;
  }

  /** Whether some open operation could toggle the element now. */
  canToggle(now: number): boolean {
    const to = other(this.state);
    this.#forget(to, now);
    return this.#must[to].least !== undefined || this.#may[to].least !== undefined || this.unknown[to] > 0;
  }

  #forget(to: Presence, now: number): void {
    const may = this.#may[to];
    while (may.least !== undefined && may.least < now) may.pop();
  }

  /**
   * Toggles in slot `now`, whose return is that of the same rank.
   * @returns the rank of the operation that did it, `none` when there is no such operation, `unclear` when several
   *   would do
   */
  toggle(now: number): number | 'none' | 'unclear' {
    const to = other(this.state);
    const may = this.#may[to];
    this.#forget(to, now);
    const must = this.#must[to].least;
    if (must !== undefined && may.least !== undefined && may.least < must) return 'unclear';
    if (must === undefined && may.least === undefined && this.unknown[to] === 0) return 'none';
    this.#seen[this.state] = now;
    this.state = to;
    if (must !== undefined) return this.#must[to].pop()!;
    if (may.least !== undefined) return may.pop()!;
    this.unknown[to]--;
    return Infinity;
  }
}

function check<I, O>(view: ElementView<I, O>, part: OrderedPartition<I, O>): FastVerdict | undefined {
  const { count, known, inputs, outputs, floor, returnRank, returnOrder } = part;
  // Plain arrays: most elements have few operations.
  const asks: number[] = [];
  const states: Presence[] = [];
  for (let i = 0; i < count; i++) {
    const kind = view.kind(inputs[i]!);
    if (kind === undefined || !view.isSame(inputs[0]!, inputs[i]!)) return undefined;
    const told = outputs[i] === undefined ? undefined : view.told(outputs[i]!);
    const target = kind === 'remove' ? absent : present;
    if (kind === 'contains') {
      asks.push(told === undefined ? nothing : sight);
      states.push(told === true ? present : absent);
    } else {
      asks.push(told === undefined ? either : told ? toggle : sight);
      states.push(target);
    }
  }
  const element = new Element();
  const used = new Set<number>();
  for (let now = 0, called = 0; now < known; now++) {
    for (; called < count && floor[called]! <= now; called++) {
      if (returnRank[called]! < known) element.open(asks[called]!, states[called]!, returnRank[called]!);
      else if (asks[called] === either) element.unknown[states[called]!]++;
    }
    const due = returnOrder[now]!;
    const state = states[due]!;
    if (used.has(now) || asks[due] === nothing) continue;
    if (asks[due] !== toggle && element.wasSeen(state, floor[due]!)) {
      // It could be a toggle all the same, and this is the last time: whether that helps is for the search to say.
      if (asks[due] === either && (element.state !== state || element.canToggle(now))) return undefined;
      continue;
    }
    // A toggle must find the other state; everything else wants to see its own.
    const toggles = asks[due] === toggle && element.state === state ? 2 : 1;
    for (let times = 0; times < toggles; times++) {
      const by = element.toggle(now);
      if (by === 'unclear') return undefined;
      if (by === 'none') return clashOf(due);
      if (by < known) used.add(by);
    }
  }
  return legalVerdict;
}
