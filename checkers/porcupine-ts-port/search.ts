/**
 * Wing and Gong's search with Lowe's memoisation over one partition, after Porcupine: place an open
 * operation that is legal now, remember the pair (operations placed, state), go on; at a return that
 * cannot wait any longer take the last choice back.
 *
 * The operations placed are held as (first return still to come, the open operations placed behind it):
 * everything that returned before is placed, everything called later is not. So a configuration is a
 * few integers whatever the length of the history, and seen pairs are compared exactly.
 */
import type { OrderedPartition } from './order.ts';
import type { PartSearch, SearchOutcome } from './part-search.ts';
import { SeenConfigurations } from './seen.ts';
import type { StateSpace } from './states.ts';

const none = -1;

/** Taking back an operation that was placed by choice tries the next choice. */
const chosen = 0;
/** A read: without choice. */
const forced = 1;
/** One that need not have happened, and did not. */
const omitted = 2;

/** Fixed pseudo-random integers, one an operation, for incremental (Zobrist) hashing of sets. */
function zobrist(count: number): Int32Array {
  const numbers = new Int32Array(count);
  let x = 0x2545f491;
  for (let i = 0; i < count; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    numbers[i] = x;
  }
  return numbers;
}

export interface SearchOptions {
  /** Porcupine's own search, step for step, without prunings. */
  readonly plain: boolean;
  /** Goes on to where nothing fits, also where it is known before that nothing will. */
  readonly toTheEnd?: boolean;
  /** Told of every dead end, for those who want to know how far the search came. */
  readonly onDeadEnd?: (search: DeadEnd) => void;
}

/** What can be asked of a search at a dead end. */
export interface DeadEnd {
  /** The return that cannot wait any longer, and that nothing can be placed before. */
  readonly firstReturn: number;
  readonly state: number;
  readonly depth: number;
  /** Operations placed, in order. */
  placed(): Int32Array;
}

export class Search<I, O> implements DeadEnd, PartSearch {
  /** Calls of the model's step function that the search asked for, answered from memory or not. */
  steps = 0;
  /** The last return that could not be passed. */
  furthestReturn = 0;
  /** The most bytes held at once so far. */
  peakBytes = 0;
  readonly #part: OrderedPartition<I, O>;
  readonly #space: StateSpace;
  readonly #plain: boolean;
  readonly #toTheEnd: boolean;
  readonly #readOnly: Uint8Array;
  readonly #classes: Int32Array;
  /** 1: another operation is the same to the model. */
  readonly #hasTwin: Uint8Array;
  readonly #onDeadEnd: ((search: DeadEnd) => void) | undefined;
  /** Reads of known output that are not placed: in a state that none of them can see, they never will be. */
  #readsLeft = 0;
  /** Doubly linked list of operations not placed, in call order; index `count` is head and tail. */
  readonly #following: Int32Array;
  readonly #preceding: Int32Array;
  /** The reads among them, in a list of their own: few beside the operations that never returned. */
  readonly #followingRead: Int32Array;
  readonly #precedingRead: Int32Array;
  /** Bit of each operation while it is open: no two that are open at once share one. */
  readonly #slot: Int32Array;
  readonly #words: number;
  readonly #mask: Int32Array;
  readonly #numbers: Int32Array;
  /** Operations placed, in order, with the state and first return before each. */
  readonly #placed: Int32Array;
  readonly #stateBefore: Int32Array;
  readonly #returnBefore: Int32Array;
  /** How each operation placed was placed: see the constants. */
  readonly #manner: Uint8Array;
  #depth = 0;
  #state = 0;
  #setHash = 0;
  #firstReturn = 0;
  #cursor: number;
  /** Where the placing of reads was interrupted. */
  #readCursor = none;
  #arrived = true;
  readonly #seen: SeenConfigurations;

  constructor(
    part: OrderedPartition<I, O>, space: StateSpace, readOnly: Uint8Array, classes: Int32Array, options: SearchOptions,
  ) {
    const { count } = part;
    this.#part = part;
    this.#space = space;
    this.#plain = options.plain;
    this.#toTheEnd = options.toTheEnd === true;
    this.#onDeadEnd = options.onDeadEnd;
    this.#readOnly = readOnly;
    this.#classes = classes;
    this.#following = new Int32Array(count + 1);
    this.#preceding = new Int32Array(count + 1);
    for (let i = 0; i <= count; i++) {
      this.#following[i] = i === count ? 0 : i + 1;
      this.#preceding[i] = i === 0 ? count : i - 1;
    }
    this.#followingRead = new Int32Array(count + 1);
    this.#precedingRead = new Int32Array(count + 1);
    this.#linkReads();
    this.#slot = new Int32Array(count);
    this.#words = this.#assignSlots();
    this.#mask = new Int32Array(this.#words);
    this.#numbers = zobrist(count);
    this.#placed = new Int32Array(count);
    this.#stateBefore = new Int32Array(count);
    this.#returnBefore = new Int32Array(count);
    this.#manner = new Uint8Array(count);
    this.#seen = new SeenConfigurations(this.#words);
    this.#hasTwin = this.#findTwins();
    if (!this.#plain) this.#skipUselessUnknown();
    for (let i = 0; i < count; i++) this.#readsLeft += this.#isTellingRead(i);
    this.#cursor = this.#following[count]!;
  }

  /** Bytes held by the seen configurations, the states and the bookkeeping. */
  get sizeBytes(): number {
    return this.#seen.sizeBytes + this.#space.sizeBytes + this.#part.count * 42;
  }

  get firstReturn(): number {
    return this.#firstReturn;
  }

  get state(): number {
    return this.#state;
  }

  get depth(): number {
    return this.#depth;
  }

  /** Ids of the operations placed at this moment, in order. */
  placed(): Int32Array {
    return this.#placed.slice(0, this.#depth);
  }

  describeState(state: number): string {
    return this.#space.describe(state);
  }

  /** As `placed`, without those that need not have happened and did not. */
  happened(): Int32Array {
    return this.placed().filter((_, depth) => this.#manner[depth] !== omitted);
  }

  #linkReads(): void {
    const { count } = this.#part;
    let last = count;
    for (let i = 0; i < count; i++) {
      if (this.#readOnly[i] === 0) continue;
      this.#followingRead[last] = i;
      this.#precedingRead[i] = last;
      last = i;
    }
    this.#followingRead[last] = count;
    this.#precedingRead[count] = last;
  }

  #assignSlots(): number {
    const { count, floor, returnOrder, known } = this.#part;
    const free: number[] = [];
    let used = 0;
    let passed = 0;
    for (let i = 0; i < count; i++) {
      for (; passed < floor[i]! && passed < known; passed++) free.push(this.#slot[returnOrder[passed]!]!);
      this.#slot[i] = free.pop() ?? used++;
    }
    return Math.max(1, (used + 31) >>> 5);
  }

  #findTwins(): Uint8Array {
    const { count } = this.#part;
    const hasTwin = new Uint8Array(count);
    // A class has the number of its first operation.
    for (let i = 0; i < count; i++) {
      const first = this.#classes[i]!;
      if (first !== i) hasTwin[first] = hasTwin[i] = 1;
    }
    return hasTwin;
  }

  /** A read of unknown outcome says nothing and changes nothing. */
  #skipUselessUnknown(): void {
    const { count, known, returnRank } = this.#part;
    for (let i = 0; i < count; i++) if (returnRank[i]! >= known && this.#readOnly[i] === 1) this.#unlink(i);
  }

  /** 1 for a read whose output is known, else 0. */
  #isTellingRead(index: number): number {
    return this.#readOnly[index] === 1 && this.#part.outputs[index] !== undefined ? 1 : 0;
  }

  #unlink(index: number): void {
    const before = this.#preceding[index]!;
    const after = this.#following[index]!;
    this.#following[before] = after;
    this.#preceding[after] = before;
    if (this.#readOnly[index] === 0) return;
    this.#followingRead[this.#precedingRead[index]!] = this.#followingRead[index]!;
    this.#precedingRead[this.#followingRead[index]!] = this.#precedingRead[index]!;
  }

  /** Takes back the last `#unlink`. */
  #relink(index: number): void {
    this.#following[this.#preceding[index]!] = index;
    this.#preceding[this.#following[index]!] = index;
    if (this.#readOnly[index] === 0) return;
    this.#followingRead[this.#precedingRead[index]!] = index;
    this.#precedingRead[this.#followingRead[index]!] = index;
  }

  /**
   * Goes on for at most `maxSteps` further steps, or until the next configuration would not fit into
   * `maxBytes`; may be called again after `paused`.
   */
  run(maxSteps: number, maxBytes: number): SearchOutcome {
    return this.#plain
      ? this.#runPlain(this.steps + maxSteps, maxBytes)
      : this.#runPruned(this.steps + maxSteps, maxBytes);
  }

  #runPlain(end: number, maxBytes: number): SearchOutcome {
    const { count, known, floor } = this.#part;
    for (;;) {
      if (this.#firstReturn >= count) return 'ok';
      if (!this.#hasRoom(maxBytes)) return 'memory';
      const index = this.#cursor;
      if (index === count || floor[index]! > this.#firstReturn) {
        // Only operations of unknown outcome are left, and none can happen: they never did.
        if (this.#firstReturn >= known) return 'ok';
        if (!this.#takeBack()) return 'illegal';
        continue;
      }
      if (this.steps >= end) return 'paused';
      this.#cursor = this.#following[index]!;
      this.steps++;
      const next = this.#space.next(this.#state, index);
      if (next < 0) continue;
      this.#lift(index, next, chosen);
      if (this.#isNew()) this.#cursor = this.#following[count]!;
      else {
        this.#unlift();
        this.#cursor = this.#following[index]!;
      }
    }
  }

  #runPruned(end: number, maxBytes: number): SearchOutcome {
    const { count, known, floor } = this.#part;
    for (;;) {
      if (this.#arrived) {
        if (!this.#hasRoom(maxBytes)) return 'memory';
        if (!this.#placeReads(end)) return 'paused';
        if (this.#firstReturn >= known) return 'ok';
        this.#arrived = false;
        if (this.#depth > 0 && (this.#isBlind() || !this.#isNew())) {
          if (!this.#takeBack()) return 'illegal';
          continue;
        }
        this.#cursor = this.#following[count]!;
      }
      const index = this.#cursor;
      if (index === count || floor[index]! > this.#firstReturn) {
        const due = this.#part.returnOrder[this.#firstReturn]!;
        if (this.#isOptional(due)) {
          this.#lift(due, this.#state, omitted);
          this.#arrived = true;
        } else if (!this.#takeBack()) return 'illegal';
        continue;
      }
      if (this.#readOnly[index] === 1 || (this.#hasTwin[index] === 1 && this.#hasEarlierTwin(index))) {
        this.#cursor = this.#following[index]!;
        continue;
      }
      if (this.steps >= end) return 'paused';
      this.#cursor = this.#following[index]!;
      this.steps++;
      const next = this.#space.next(this.#state, index);
      if (next < 0 || (next === this.#state && this.#isOptional(index)) || this.#leavesUnseen(index, next)) continue;
      this.#lift(index, next, chosen);
      this.#arrived = true;
    }
  }

  /**
   * The operation before this one need not have happened, and without it this one would lead to the same
   * state: that way is tried too, and has one more operation to spare.
   */
  #leavesUnseen(index: number, next: number): boolean {
    const depth = this.#depth - 1;
    if (depth < 0) return false;
    if (this.#manner[depth] !== chosen || !this.#isOptional(this.#placed[depth]!)) return false;
    return this.#space.next(this.#stateBefore[depth]!, index) === next;
  }

  /** Of unknown outcome, or free to have happened or not. */
  #isOptional(index: number): boolean {
    const { returnRank, known, optional } = this.#part;
    return returnRank[index]! >= known || (optional !== undefined && optional[index] === 1);
  }

  /** Remembers the configuration; false when it was seen before. */
  #isNew(): boolean {
    return this.#seen.add(this.#state, this.#firstReturn, this.#mask, this.#setHash);
  }

  #isBlind(): boolean {
    return !this.#toTheEnd && this.#readsLeft > 0 && this.#space.isBlind(this.#state);
  }

  /** Room for one more configuration and, where a table must double, for the old and the new one at once. */
  #hasRoom(maxBytes: number): boolean {
    const bytes = this.sizeBytes + this.#seen.nextGrowthBytes;
    if (bytes > maxBytes) return false;
    if (bytes > this.peakBytes) this.peakBytes = bytes;
    return true;
  }

  /** An open operation, not placed, that is the same and must return earlier, is tried in its stead. */
  #hasEarlierTwin(index: number): boolean {
    const { count, floor, returnRank } = this.#part;
    const twin = this.#classes[index]!;
    const rank = returnRank[index]!;
    for (
      let other = this.#following[count]!;
      other !== count && floor[other]! <= this.#firstReturn;
      other = this.#following[other]!
    ) {
      if (this.#classes[other] === twin && returnRank[other]! < rank) return true;
    }
    return false;
  }

  /** Places every legal read that is open; placing one can open others. False when the steps ended on the way. */
  #placeReads(end: number): boolean {
    const { count, floor } = this.#part;
    let index = this.#readCursor === none ? this.#followingRead[count]! : this.#readCursor;
    for (; index !== count && floor[index]! <= this.#firstReturn; index = this.#followingRead[index]!) {
      if (this.steps >= end) {
        this.#readCursor = index;
        return false;
      }
      this.steps++;
      if (this.#space.next(this.#state, index) === this.#state) this.#lift(index, this.#state, forced);
    }
    this.#readCursor = none;
    return true;
  }

  #lift(index: number, next: number, manner: number): void {
    const { count, returnRank, returnOrder } = this.#part;
    const depth = this.#depth++;
    this.#placed[depth] = index;
    this.#stateBefore[depth] = this.#state;
    this.#returnBefore[depth] = this.#firstReturn;
    this.#manner[depth] = manner;
    this.#state = next;
    this.#setHash ^= this.#numbers[index]!;
    this.#readsLeft -= this.#isTellingRead(index);
    this.#unlink(index);
    const mask = this.#mask;
    const slot = this.#slot;
    if (returnRank[index] !== this.#firstReturn) {
      mask[slot[index]! >>> 5]! |= 1 << (slot[index]! & 31);
      return;
    }
    let rank = this.#firstReturn + 1;
    for (; rank < count; rank++) {
      const at = slot[returnOrder[rank]!]!;
      const bit = 1 << (at & 31);
      if ((mask[at >>> 5]! & bit) === 0) break;
      mask[at >>> 5]! &= ~bit;
    }
    this.#firstReturn = rank;
  }

  #unlift(): void {
    const { returnOrder, returnRank } = this.#part;
    const depth = --this.#depth;
    const index = this.#placed[depth]!;
    const before = this.#returnBefore[depth]!;
    const mask = this.#mask;
    this.#state = this.#stateBefore[depth]!;
    if (returnRank[index] === before) {
      for (let rank = before + 1; rank < this.#firstReturn; rank++) {
        const at = this.#slot[returnOrder[rank]!]!;
        mask[at >>> 5]! |= 1 << (at & 31);
      }
    } else {
      const at = this.#slot[index]!;
      mask[at >>> 5]! &= ~(1 << (at & 31));
    }
    this.#firstReturn = before;
    this.#setHash ^= this.#numbers[index]!;
    this.#readsLeft += this.#isTellingRead(index);
    this.#relink(index);
  }

  /** Back to the last real choice, and on behind it; false when there is none. */
  #takeBack(): boolean {
    if (this.#firstReturn > this.furthestReturn) this.furthestReturn = this.#firstReturn;
    this.#onDeadEnd?.(this);
    while (this.#depth > 0) {
      const manner = this.#manner[this.#depth - 1]!;
      const index = this.#placed[this.#depth - 1]!;
      this.#unlift();
      if (manner !== chosen) continue;
      this.#cursor = this.#following[index]!;
      return true;
    }
    return false;
  }
}
