/**
 * Fingerprints of 64 bits, held as two 32-bit halves because JavaScript has no quick 64-bit integer.
 *
 * The mixing follows MurmurHash3's 128-bit variant for 32-bit machines (Austin Appleby, public domain),
 * cut to two lanes that feed each other: for a fixed input each round is a bijection of the 64-bit
 * state, so that no entropy is lost on the way. A difference that cancels in one lane is still in the other.
 */

/** The hash of an immutable part, kept with the part. */
export interface Part {
  readonly lo: number;
  readonly hi: number;
}

const seedLo = 0x243f6a88;
const seedHi = 0x85a308d3 | 0;

function avalanche(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

export class Hasher {
  /** After `finish`: the fingerprint, as signed 32-bit integers, neither of them 0. */
  lo = seedLo;
  hi = seedHi;

  reset(): void {
    this.lo = seedLo;
    this.hi = seedHi;
  }

  /** An integer of 32 bits, signed or not. */
  int(value: number): void {
    let k = Math.imul(value, 0x239b961b);
    k = (k << 15) | (k >>> 17);
    let lo = this.lo ^ Math.imul(k, 0xab0e9789);
    lo = ((lo << 19) | (lo >>> 13)) + this.hi;
    lo = (Math.imul(lo, 5) + 0x561ccd1b) | 0;
    k = Math.imul(value, 0x38b34ae5);
    k = (k << 17) | (k >>> 15);
    let hi = this.hi ^ Math.imul(k, 0xa1e38b93);
    hi = ((hi << 17) | (hi >>> 15)) + lo;
    this.lo = lo;
    this.hi = (Math.imul(hi, 5) + 0x0bcaa747) | 0;
  }

  /** The hash of a part, made before. */
  part(part: Part): void {
    this.int(part.lo);
    this.int(part.hi);
  }

  /**
   * Parts without an order, such as the messages in flight: a sum of hashes does not depend on it, and
   * equal parts count as often as they are there.
   */
  bag(parts: readonly Part[]): void {
    let lo = 0;
    let hi = 0;
    for (const part of parts) {
      lo = (lo + part.lo) | 0;
      hi = (hi + part.hi) | 0;
    }
    this.int(lo);
    this.int(hi);
  }

  text(text: string): void {
    this.int(text.length);
    for (let i = 0; i < text.length; i++) this.int(text.charCodeAt(i));
  }

  /** Every number has one form: integers of 32 bits are fed as they are, others as their text. */
  number(value: number): void {
    if ((value | 0) === value) {
      this.int(1);
      this.int(value);
    } else {
      this.int(2);
      this.text(String(value));
    }
  }

  /** The last mixing. The visited set needs 0 for "empty", so both halves avoid it. */
  finish(): void {
    let lo = this.lo;
    let hi = this.hi;
    lo = (lo + hi) | 0;
    hi = (hi + lo) | 0;
    lo = avalanche(lo);
    hi = avalanche(hi);
    lo = (lo + hi) | 0;
    hi = (hi + lo) | 0;
    this.lo = lo === 0 ? 1 : lo;
    this.hi = hi === 0 ? 1 : hi;
  }
}

/**
 * How to look at an object that is not plain data: its content as plain data, the same for equal
 * content whatever the inner shape (a balanced tree's shape tells its history, not its content).
 */
export type Views = ReadonlyMap<object, (value: never) => unknown>;

const tag = { undefined: 3, null: 4, true: 5, false: 6, text: 7, list: 8, record: 9, map: 10, set: 11, view: 12 };

/**
 * Hashes plain immutable data by content. The order of a record's fields, of a map's keys and of a
 * set's members does not count.
 *
 * With `remembers` the hash of every array and object is kept for as long as it lives (never change one
 * that was hashed). That pays for large values that share structure; with millions of small ones alive
 * the weak map costs more than the hashing (measured: 5 times), and an `Interner` is the better memory.
 */
export class StructuralHasher {
  private readonly known: WeakMap<object, Part> | null;
  private readonly fields = new Map<string, Part>();
  private readonly free: Hasher[] = [];
  private readonly views: Views;

  /** @param views by prototype, such as `new Map([[SortedMap.prototype, (map) => [...map]]])` */
  constructor(views: Views = new Map(), remembers = true) {
    this.views = views;
    this.known = remembers ? new WeakMap() : null;
  }

  feed(value: unknown, hasher: Hasher): void {
    switch (typeof value) {
      case 'number':
        return hasher.number(value);
      case 'string':
        hasher.int(tag.text);
        return hasher.text(value);
      case 'boolean':
        return hasher.int(value ? tag.true : tag.false);
      case 'undefined':
        return hasher.int(tag.undefined);
      case 'object':
        return value === null ? hasher.int(tag.null) : this.feedObject(value, hasher);
      default:
        throw new TypeError(`a ${typeof value} cannot be a part of a state: keep states to plain data`);
    }
  }

  /** One text for equal values, whatever they are. */
  nameOf(value: unknown): string {
    const hasher = this.free.pop() ?? new Hasher();
    hasher.reset();
    this.feed(value, hasher);
    hasher.finish();
    this.free.push(hasher);
    return `${hasher.lo} ${hasher.hi}`;
  }

  /** @throws TypeError for an object that is neither plain data nor in `views` */
  partOf(value: object): Part {
    const known = this.known?.get(value);
    if (known !== undefined) return known;
    const hasher = this.hashed(value);
    const part = { lo: hasher.lo, hi: hasher.hi };
    this.free.push(hasher);
    this.known?.set(value, part);
    return part;
  }

  private feedObject(value: object, into: Hasher): void {
    if (this.known !== null) return into.part(this.partOf(value));
    const hasher = this.hashed(value);
    into.part(hasher);
    this.free.push(hasher);
  }

  /** A hasher of the pool, to be given back. */
  private hashed(value: object): Hasher {
    const hasher = this.free.pop() ?? new Hasher();
    hasher.reset();
    this.content(value, hasher);
    hasher.finish();
    return hasher;
  }

  private content(value: object, hasher: Hasher): void {
    if (Array.isArray(value)) {
      hasher.int(tag.list);
      hasher.int(value.length);
      for (const item of value) this.feed(item, hasher);
      return;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      return this.unordered(tag.record, Object.entries(value), hasher);
    }
    if (value instanceof Map) return this.unordered(tag.map, [...value], hasher);
    if (value instanceof Set)
      return this.unordered(
        tag.set, [...value].map((member) => [member, true] as const), hasher,
      );
    const view = this.views.get(prototype as object);
    if (view === undefined) {
      throw new TypeError(`a ${value.constructor.name} is not plain data: give the hasher a view of it`);
    }
    hasher.int(tag.view);
    const seen = view(value as never);
    if (typeof seen === 'object' && seen !== null) this.content(seen, hasher);
    else this.feed(seen, hasher);
  }

  /** The sum of well mixed hashes does not depend on the order; two sums of 32 bits keep 64. */
  private unordered(kind: number, entries: readonly (readonly [unknown, unknown])[], hasher: Hasher): void {
    const each = this.free.pop() ?? new Hasher();
    let lo = 0;
    let hi = 0;
    for (const [key, value] of entries) {
      each.reset();
      if (typeof key === 'string') each.part(this.fieldPart(key));
      else this.feed(key, each);
      this.feed(value, each);
      each.finish();
      lo = (lo + each.lo) | 0;
      hi = (hi + each.hi) | 0;
    }
    this.free.push(each);
    hasher.int(kind);
    hasher.int(entries.length);
    hasher.int(lo);
    hasher.int(hi);
  }

  private fieldPart(name: string): Part {
    const known = this.fields.get(name);
    if (known !== undefined) return known;
    const hasher = new Hasher();
    hasher.int(tag.text);
    hasher.text(name);
    hasher.finish();
    const part = { lo: hasher.lo, hi: hasher.hi };
    this.fields.set(name, part);
    return part;
  }
}

/**
 * The probability that two different states got the same fingerprint, so that one of them was never
 * expanded: at most n (n - 1) / 2 pairs, each with probability 2^-64 (the birthday bound).
 */
export const omissionProbability = (distinct: number): number => Math.min(1, (distinct * (distinct - 1)) / 2 / 2 ** 64);
