/**
 * A persistent sequence that grows and shrinks at its end and is trimmed at its front.
 *
 * Items live in a trie of arrays of 32, addressed by absolute position, with the last array held
 * apart as the tail. An append copies the tail (at most 32 items) and, once in 32 times, the path to
 * a leaf; so it costs the same at item 10 and at item 100,000, and old versions stay valid.
 *
 * After `trimFront(p)` positions keep their meaning: the item at `p` is still at `p`, and the memory
 * of everything before it is given back.
 */
import { assert } from '../assert.ts';

const BITS = 5;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;

/** A leaf holds items; an inner node holds nodes. Slots before the front are undefined. */
type Leaf<T> = readonly (T | undefined)[];
type Inner<T> = readonly (Inner<T> | Leaf<T> | undefined)[];
type Trie<T> = Inner<T> | undefined;

export class Vector<T> {
  /** The first position that holds an item, and the first one behind the last item. */
  readonly start: number;
  readonly end: number;
  private readonly root: Trie<T>;
  /** Bits of a position below the root's own: 5 for a root of leaves. */
  private readonly shift: number;
  private readonly tail: Leaf<T>;
  /** Position of the tail's first slot: a multiple of 32. */
  private readonly tailStart: number;

  private constructor(start: number, end: number, root: Trie<T>, shift: number, tail: Leaf<T>, tailStart: number) {
    this.start = start;
    this.end = end;
    this.root = root;
    this.shift = shift;
    this.tail = tail;
    this.tailStart = tailStart;
  }

  /** An empty sequence whose first item will be at position `start`. */
  static startingAt<T>(start: number): Vector<T> {
    const before = start & MASK;
    return new Vector<T>(start, start, undefined, BITS, new Array<undefined>(before).fill(undefined), start - before);
  }

  get length(): number {
    return this.end - this.start;
  }

  /** @throws AssertionFailed outside [start, end) */
  at(position: number): T {
    assert(
      position >= this.start && position < this.end, () => `no item at ${position} in [${this.start}, ${this.end})`,
    );
    return this.leafAt(position)[position & MASK]!;
  }

  append(items: readonly T[]): Vector<T> {
    if (items.length === 0) return this;
    if (this.tail.length + items.length <= WIDTH) {
      return new Vector(
        this.start, this.end + items.length, this.root, this.shift, joined(this.tail, items), this.tailStart,
      );
    }
    let { root, shift, tailStart } = this;
    let tail = this.tail.slice();
    for (const item of items) {
      if (tail.length === WIDTH) {
        // More than once for a sequence that begins at a high position: nothing was below it yet.
        while (tailStart >= 2 ** (shift + BITS)) {
          root = root === undefined ? undefined : [root];
          shift += BITS;
        }
        root = withLeaf(root, shift, tailStart, tail);
        tailStart += WIDTH;
        tail = [];
      }
      tail.push(item);
    }
    return new Vector(this.start, this.end + items.length, root, shift, tail, tailStart);
  }

  /** Without the items at `end` and after it. */
  truncate(end: number): Vector<T> {
    if (end >= this.end) return this;
    assert(end >= this.start, () => `cannot cut [${this.start}, ${this.end}) back to ${end}`);
    if (end === this.start) return Vector.startingAt(end);
    if (end > this.tailStart) {
      return new Vector(
        this.start, end, this.root, this.shift, this.tail.slice(0, end - this.tailStart), this.tailStart,
      );
    }
    // The leaf that holds the new last item becomes the tail.
    const last = end - 1;
    const tailStart = last - (last & MASK);
    const tail = this.leafAt(last).slice(0, end - tailStart);
    return new Vector(this.start, end, cutFrom(this.root, this.shift, tailStart), this.shift, tail, tailStart);
  }

  /** Without the items before `start`; their memory is given back. */
  trimFront(start: number): Vector<T> {
    if (start <= this.start) return this;
    assert(start <= this.end, () => `cannot trim [${this.start}, ${this.end}) to ${start}`);
    if (start < this.tailStart) {
      const root = cutBefore(this.root, this.shift, start);
      return new Vector(start, this.end, root, this.shift, this.tail, this.tailStart);
    }
    const tail = blankBefore(this.tail, start - this.tailStart);
    return new Vector(start, this.end, undefined, this.shift, tail, this.tailStart);
  }

  /** Items of [from, to), as an array. */
  slice(from: number, to: number): readonly T[] {
    const items: T[] = [];
    for (let position = from; position < to; position++) items.push(this.at(position));
    return items;
  }

  /**
   * The first position, from where both have begun, at which the two hold different items (compared
   * by identity), or the end of the shorter one. Shared parts are recognised without being read.
   */
  firstDifference(other: Vector<T>): number {
    const from = Math.max(this.start, other.start);
    const to = Math.min(this.end, other.end);
    const shared = Math.min(this.tailStart, other.tailStart, to);
    let position = from;
    if (position < shared) {
      const shift = Math.max(this.shift, other.shift);
      const mine = lifted(this.root, this.shift, shift);
      const theirs = lifted(other.root, other.shift, shift);
      position = firstDifferenceIn(mine, theirs, shift, 0, position, shared);
      if (position < shared) return position;
    }
    while (position < to && this.at(position) === other.at(position)) position++;
    return Math.max(from, position);
  }

  private leafAt(position: number): Leaf<T> {
    if (position >= this.tailStart) return this.tail;
    let node: Inner<T> | Leaf<T> = this.root!;
    for (let shift = this.shift; shift > 0; shift -= BITS) {
      node = (node as Inner<T>)[(position >>> shift) & MASK]!;
    }
    return node as Leaf<T>;
  }
}

/** Of the length that it needs from the first: one that grows asks for memory twice. */
function joined<T>(leaf: Leaf<T>, items: readonly T[]): Leaf<T> {
  const all = new Array<T | undefined>(leaf.length + items.length);
  for (let slot = 0; slot < leaf.length; slot++) all[slot] = leaf[slot];
  for (let slot = 0; slot < items.length; slot++) all[leaf.length + slot] = items[slot];
  return all;
}

/** The trie with `leaf` at `position`; the trie is as high as `shift` says. */
function withLeaf<T>(node: Trie<T>, shift: number, position: number, leaf: Leaf<T>): Inner<T> {
  const slot = (position >>> shift) & MASK;
  const copy: (Inner<T> | Leaf<T> | undefined)[] = node === undefined ? [] : node.slice();
  while (copy.length < slot) copy.push(undefined);
  copy[slot] = shift === BITS ? leaf : withLeaf(copy[slot] as Trie<T>, shift - BITS, position, leaf);
  return copy;
}

/** Without the leaf at `position` (a multiple of 32) and all behind it. */
function cutFrom<T>(node: Trie<T>, shift: number, position: number): Trie<T> {
  if (node === undefined) return undefined;
  const slot = (position >>> shift) & MASK;
  const copy = node.slice(0, slot);
  if (shift === BITS) return copy;
  const child = cutFrom(node[slot] as Trie<T>, shift - BITS, position);
  if (child !== undefined && child.length > 0) copy.push(child);
  return copy;
}

/** With everything before `position` blank. */
function cutBefore<T>(node: Trie<T>, shift: number, position: number): Trie<T> {
  const slot = (position >>> shift) & MASK;
  const copy: (Inner<T> | Leaf<T> | undefined)[] = node!.slice();
  copy.fill(undefined, 0, slot);
  copy[slot] = shift === BITS
    ? blankBefore(copy[slot] as Leaf<T>, position & MASK)
    : cutBefore(copy[slot] as Trie<T>, shift - BITS, position);
  return copy;
}

function blankBefore<T>(leaf: Leaf<T>, slot: number): Leaf<T> {
  const copy = leaf.slice();
  copy.fill(undefined, 0, slot);
  return copy;
}

/** The same trie seen from a greater height. */
function lifted<T>(root: Trie<T>, from: number, to: number): Trie<T> {
  let node = root;
  for (let shift = from; shift < to; shift += BITS) node = [node];
  return node;
}

/** The first difference in [position, to) below two nodes that begin at `base`; `to` if there is none. */
function firstDifferenceIn<T>(
  mine: Trie<T>, theirs: Trie<T>, shift: number, base: number, position: number, to: number,
): number {
  const end = base + 2 ** (shift + BITS);
  if (mine === theirs) return Math.min(end, to);
  if (mine === undefined || theirs === undefined) return position;
  let next = position;
  while (next < Math.min(end, to)) {
    const slot = (next >>> shift) & MASK;
    const childBase = base + slot * 2 ** shift;
    const childEnd = Math.min(childBase + 2 ** shift, to);
    const a = mine[slot];
    const b = theirs[slot];
    if (a !== b) {
      const differs = shift === BITS
        ? firstDifferenceOfLeaves(a as Leaf<T> | undefined, b as Leaf<T> | undefined, next, childEnd)
        : firstDifferenceIn(a as Trie<T>, b as Trie<T>, shift - BITS, childBase, next, to);
      if (differs < childEnd) return differs;
    }
    next = childEnd;
  }
  return next;
}

function firstDifferenceOfLeaves<T>(a: Leaf<T> | undefined, b: Leaf<T> | undefined, from: number, to: number): number {
  if (a === undefined || b === undefined) return from;
  let position = from;
  while (position < to && a[position & MASK] === b[position & MASK]) position++;
  return position;
}
