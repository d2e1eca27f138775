/**
 * The set of visited states: an open-addressing table of fingerprints with, for each, the way back.
 *
 * An entry is four 32-bit words: the two halves of the fingerprint, the lower half of the parent's,
 * and one word that holds the upper 16 bits of the parent's and the level (the number of steps from an
 * initial state). Half the entry is identity, half is for paths. The table is kept nearly full and grows by a
 * sixteenth, so that a state costs 17.2 to 18.3 bytes: a new state is looked for in some hundred slots that stand side
 * by side, which is little beside making it. The table is cut into segments by the upper bits of the fingerprint, so
 * that it grows beyond what one typed array holds and copies one segment at a time.
 *
 * A fingerprint's place in its segment is in proportion to its lower half, so that a segment may have any number of
 * slots.
 *
 * Several threads insert at once without a lock: who swaps a slot's first word from 0 owns the slot,
 * writes the rest, and publishes it with the second word; who meets a slot that is claimed and not
 * yet published waits for that word. Growing needs all other threads to stand still.
 *
 * Of several parents on the level before, the entry ends up with the one of the smallest fingerprint,
 * so that paths do not depend on which thread came first.
 */
const wordsPerEntry = 4;
const initialSlotBits = 12;
/** 4,194,304 slots: 64 MiB a segment. */
const largestSlotBits = 22;
/** Segments of more slots than this are nearly full, each as much as the others; smaller ones differ too much. */
const evenFrom = 4096;
/** The parent is known by its upper 16 bits, which must be enough to find its segment. */
const segmentBitsMax = 16;
const loadMax = 0.93;
const loadMaxOfFew = 0.75;
const growsBy = 1 / 16;
/** Levels from here on are not told apart, and their parents are those that came first. */
const levelMax = 0xffff;
const lockCount = 1024;

export interface VisitedBuffers {
  readonly segmentBits: number;
  /** Of each segment. */
  readonly slots: number;
  /** A segment is split rather than grown beyond so many. */
  readonly slotsMax: number;
  readonly segments: readonly (ArrayBuffer | SharedArrayBuffer)[];
  readonly locks: ArrayBuffer | SharedArrayBuffer;
}

export interface Key {
  readonly lo: number;
  readonly hi: number;
}

export class Visited {
  /** Entries, as far as this thread knows: other threads' inserts are added by `setSize`. */
  private entries = 0;
  private segmentBits: number;
  private slots: number;
  private readonly slotsMax: number;
  private segments: Int32Array[];
  private readonly locks: Int32Array;
  private readonly isShared: boolean;

  private constructor(buffers: VisitedBuffers, isShared: boolean) {
    this.segmentBits = buffers.segmentBits;
    this.slots = buffers.slots;
    this.slotsMax = buffers.slotsMax;
    this.segments = buffers.segments.map((buffer) => new Int32Array(buffer));
    this.locks = new Int32Array(buffers.locks);
    this.isShared = isShared;
  }

  static create(isShared: boolean, slotBits = initialSlotBits, slotBitsMax = largestSlotBits): Visited {
    const segments = [allocate(isShared, wordsPerEntry << slotBits)];
    return new Visited(
      {
        segmentBits: 0, slots: 1 << slotBits, slotsMax: 1 << slotBitsMax, segments,
        locks: allocate(isShared, lockCount),
      },
      isShared,
    );
  }

  /** The same table, seen from another thread. */
  static attach(buffers: VisitedBuffers): Visited {
    return new Visited(buffers, true);
  }

  get buffers(): VisitedBuffers {
    const { segmentBits, slots, slotsMax, segments, locks } = this;
    return { segmentBits, slots, slotsMax, segments: segments.map((segment) => segment.buffer), locks: locks.buffer };
  }

  get size(): number {
    return this.entries;
  }

  /** The whole table: identity, parents and the slots that are still free. */
  get sizeBytes(): number {
    return this.segments.length * 4 * wordsPerEntry * this.slots + this.locks.byteLength;
  }

  /** How many more entries fit before the table must grow. */
  get room(): number {
    const { slots, segments } = this;
    return Math.floor((slots > evenFrom ? loadMax : loadMaxOfFew) * slots * segments.length) - this.entries;
  }

  setSize(entries: number): void {
    this.entries = entries;
  }

  has(lo: number, hi: number): boolean {
    return this.find(lo, hi) >= 0;
  }

  /**
   * Adds a state, or offers a known one another parent. The table must have room.
   * @param level number of steps from an initial state, 0 for those; the parent is on the level before
   * @returns true when the state was not known
   */
  insert(lo: number, hi: number, parentLo: number, parentHi: number, level: number): boolean {
    const segment = this.segments[this.segmentBits === 0 ? 0 : hi >>> (32 - this.segmentBits)]!;
    const { slots } = this;
    const leveled = level > levelMax ? levelMax : level;
    const link = (parentHi & 0xffff_0000) | leveled;
    let slot = placeOf(lo, slots);
    for (let probes = 0; probes < slots; probes++) {
      const at = slot << 2;
      let found = this.isShared ? Atomics.load(segment, at) : segment[at]!;
      if (found === 0) {
        if (!this.isShared) {
          segment[at] = lo;
          segment[at + 1] = hi;
          segment[at + 2] = parentLo;
          segment[at + 3] = link;
          this.entries++;
          return true;
        }
        found = Atomics.compareExchange(segment, at, 0, lo);
        if (found === 0) {
          segment[at + 2] = parentLo;
          segment[at + 3] = link;
          Atomics.store(segment, at + 1, hi);
          this.entries++;
          return true;
        }
      }
      if (found === lo && this.publishedHi(segment, at) === hi) {
        const known = segment[at + 3]!;
        if (
          (known & 0xffff) === leveled &&
          level > 0 &&
          level < levelMax &&
          isSmaller(link, parentLo, known, segment[at + 2]!)
        ) {
          this.offerParent(segment, at, parentLo, link);
        }
        return false;
      }
      slot = slot + 1 === slots ? 0 : slot + 1;
    }
    throw new Error('the visited set is full: it must grow before an insert');
  }

  /** Makes room for `more` entries. No other thread may use the table meanwhile, and all must attach again. */
  reserve(more: number): void {
    while (this.room < more) this.grow();
  }

  /** @returns the level of a known state, 65,535 standing for that and all above */
  levelOf(lo: number, hi: number): number {
    const at = this.find(lo, hi);
    if (at < 0) throw new Error('this state was never visited');
    return this.segmentOf(hi)[at + 3]! & 0xffff;
  }

  /** The known state's parent; `null` for an initial state. */
  parentOf(lo: number, hi: number): Key | null {
    const at = this.find(lo, hi);
    if (at < 0) throw new Error('this state was never visited');
    const entry = this.segmentOf(hi);
    const level = entry[at + 3]! & 0xffff;
    if (level === 0) return null;
    const parentLo = entry[at + 2]!;
    const parentUpper = entry[at + 3]! >>> 16;
    const segment = this.segmentOf(parentUpper << 16);
    const { slots } = this;
    for (let slot = placeOf(parentLo, slots); ; slot = slot + 1 === slots ? 0 : slot + 1) {
      const parentAt = slot << 2;
      if (segment[parentAt] === 0) throw new Error('the parent of a visited state is not in the set');
      if (segment[parentAt] !== parentLo || segment[parentAt + 1]! >>> 16 !== parentUpper) continue;
      const parentLevel = segment[parentAt + 3]! & 0xffff;
      if (parentLevel === level - 1 || (level === levelMax && parentLevel === levelMax))
        return { lo: parentLo, hi: segment[parentAt + 1]! };
    }
  }

  /** Moves a known state to a smaller level: depth first may find a shorter way. */
  lowerLevel(lo: number, hi: number, level: number): void {
    const at = this.find(lo, hi);
    const entry = this.segmentOf(hi);
    entry[at + 3] = (entry[at + 3]! & 0xffff_0000) | Math.min(level, levelMax);
  }

  private segmentOf(hi: number): Int32Array {
    return this.segments[this.segmentBits === 0 ? 0 : hi >>> (32 - this.segmentBits)]!;
  }

  /** @returns the index of the entry's first word, or -1 */
  private find(lo: number, hi: number): number {
    const segment = this.segmentOf(hi);
    const { slots } = this;
    for (let slot = placeOf(lo, slots); ; slot = slot + 1 === slots ? 0 : slot + 1) {
      const at = slot << 2;
      const found = this.isShared ? Atomics.load(segment, at) : segment[at]!;
      if (found === 0) return -1;
      if (found === lo && this.publishedHi(segment, at) === hi) return at;
    }
  }

  private publishedHi(segment: Int32Array, at: number): number {
    if (!this.isShared) return segment[at + 1]!;
    let hi = Atomics.load(segment, at + 1);
    while (hi === 0) hi = Atomics.load(segment, at + 1);
    return hi;
  }

  private offerParent(segment: Int32Array, at: number, parentLo: number, link: number): void {
    if (!this.isShared) {
      segment[at + 2] = parentLo;
      segment[at + 3] = link;
      return;
    }
    const lock = (at >>> 2) & (lockCount - 1);
    while (Atomics.compareExchange(this.locks, lock, 0, 1) !== 0);
    if (isSmaller(link, parentLo, segment[at + 3]!, segment[at + 2]!)) {
      segment[at + 2] = parentLo;
      segment[at + 3] = link;
    }
    Atomics.store(this.locks, lock, 0);
  }

  private grow(): void {
    const wanted = this.slots < evenFrom ? 2 * this.slots : this.slots + Math.ceil(this.slots * growsBy);
    const isSplit = wanted > this.slotsMax;
    if (isSplit && this.segmentBits === segmentBitsMax)
      throw new Error('the visited set holds 2^38 slots and cannot grow further');
    const slots = isSplit && this.slots < evenFrom ? this.slots : isSplit ? Math.ceil(wanted / 2) : wanted;
    const bigger: Int32Array[] = [];
    for (let index = 0; index < this.segments.length; index++) {
      const old = this.segments[index]!;
      const targets = Array.from(
        { length: isSplit ? 2 : 1 }, () => new Int32Array(allocate(this.isShared, wordsPerEntry * slots)),
      );
      move(old, targets, slots, isSplit ? 31 - this.segmentBits : 0);
      bigger.push(...targets);
      this.segments[index] = emptyWords;
    }
    this.segments = bigger;
    this.slots = slots;
    if (isSplit) this.segmentBits++;
  }
}

const emptyWords = new Int32Array(0);

/**
 * From 0 to `slots` - 1, in the order of the lower halves: a segment that grows is read and written from one end to the
 * other.
 */
const placeOf = (lo: number, slots: number): number => Math.floor(((lo >>> 0) * slots) / 2 ** 32);

function move(old: Int32Array, targets: readonly Int32Array[], slots: number, splitBit: number): void {
  for (let at = 0; at < old.length; at += wordsPerEntry) {
    if (old[at] === 0) continue;
    const target = targets[targets.length === 1 ? 0 : (old[at + 1]! >>> splitBit) & 1]!;
    let slot = placeOf(old[at]!, slots);
    while (target[slot << 2] !== 0) slot = slot + 1 === slots ? 0 : slot + 1;
    for (let word = 0; word < wordsPerEntry; word++) target[(slot << 2) + word] = old[at + word]!;
  }
}

/** Compares parents by the 48 bits that are kept, upper 16 first. */
function isSmaller(link: number, lo: number, otherLink: number, otherLo: number): boolean {
  const upper = link >>> 16;
  const otherUpper = otherLink >>> 16;
  return upper < otherUpper || (upper === otherUpper && lo >>> 0 < otherLo >>> 0);
}

function allocate(isShared: boolean, words: number): ArrayBuffer | SharedArrayBuffer {
  return isShared ? new SharedArrayBuffer(words * 4) : new ArrayBuffer(words * 4);
}
