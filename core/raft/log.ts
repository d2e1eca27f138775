/**
 * The replicated log, as a value: a compacted prefix of which only its last index and term are
 * known (section 7: lastIncludedIndex and lastIncludedTerm), then the entries behind it.
 */
import { assert } from '../assert.ts';
import { Vector } from '../immutable/vector.ts';
import type { Configuration } from './members.ts';

export type Term = number;
export type LogIndex = number;

export interface Entry {
  readonly term: Term;
  /** What the state machine is asked to do; null for the no-op of a new leader. */
  readonly command: unknown;
  /** Who takes part from here on; its command is null then (dissertation 4.1). */
  readonly configuration?: Configuration;
  /** Length of the entry's byte form, so that the size of a log is a sum and never a scan. */
  readonly sizeBytes: number;
}

/** A configuration, and the index of its entry. */
export interface Placed {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

const nonePlaced: readonly Placed[] = [];

export class Log {
  static readonly empty = Log.startingAfter(0, 0);

  /** lastIncludedIndex and lastIncludedTerm of the snapshot that stands for the prefix; 0, 0 without one. */
  readonly baseIndex: LogIndex;
  readonly baseTerm: Term;
  /** Sum of the entries' sizes, without the compacted prefix. */
  readonly sizeBytes: number;
  private readonly entries: Vector<Entry>;
  /** The last configuration of the compacted prefix, at its end, and those behind it; rising. */
  private readonly placed: readonly Placed[];
  /** What a new disk was told of who takes part (new-disk.ts): it counts before the entries up to there. */
  readonly founding: Placed | null;

  private constructor(
    baseIndex: LogIndex, baseTerm: Term, entries: Vector<Entry>, sizeBytes: number, placed: readonly Placed[],
    founding: Placed | null,
  ) {
    this.baseIndex = baseIndex;
    this.baseTerm = baseTerm;
    this.entries = entries;
    this.sizeBytes = sizeBytes;
    this.placed = placed;
    this.founding = founding;
  }

  /** A log that knows nothing but where it begins, and who takes part there. */
  static startingAfter(
    baseIndex: LogIndex, baseTerm: Term, configuration?: Configuration, founding: Placed | null = null,
  ): Log {
    const placed = configuration === undefined ? nonePlaced : [{ index: baseIndex, configuration }];
    return new Log(baseIndex, baseTerm, Vector.startingAt<Entry>(baseIndex + 1), 0, placed, founding);
  }

  /** Index of the last entry, or of the compacted prefix when there is none behind it. */
  get lastIndex(): LogIndex {
    return this.entries.end - 1;
  }

  get lastTerm(): Term {
    return this.termAt(this.lastIndex);
  }

  /** @throws AssertionFailed when the entry was compacted or does not exist: it has no term to tell */
  termAt(index: LogIndex): Term {
    return index === this.baseIndex ? this.baseTerm : this.entries.at(index).term;
  }

  /** @throws AssertionFailed when the entry was compacted or does not exist */
  at(index: LogIndex): Entry {
    return this.entries.at(index);
  }

  /** Entries from `first` on, at most `limit` of them. */
  from(first: LogIndex, limit: number): readonly Entry[] {
    return this.entries.slice(first, Math.min(this.lastIndex + 1, first + limit));
  }

  append(entries: readonly Entry[]): Log {
    if (entries.length === 0) return this;
    let { sizeBytes, placed } = this;
    let index = this.lastIndex;
    for (const { sizeBytes: more, configuration } of entries) {
      sizeBytes += more;
      index += 1;
      if (configuration !== undefined) placed = [...placed, { index, configuration }];
    }
    return new Log(this.baseIndex, this.baseTerm, this.entries.append(entries), sizeBytes, placed, this.founding);
  }

  /** Without the entry at `first` and all that follow it. */
  truncateFrom(first: LogIndex): Log {
    if (first > this.lastIndex) return this;
    const dropped = this.sizeOf(first, this.lastIndex);
    return new Log(
      this.baseIndex, this.baseTerm, this.entries.truncate(first), this.sizeBytes - dropped, this.placedUpTo(first - 1),
      this.founding,
    );
  }

  /** The same log with everything up to `index` given back; what stands behind it is kept. */
  compactTo(index: LogIndex): Log {
    assert(
      index >= this.baseIndex && index <= this.lastIndex,
      () => `cannot compact ${this.baseIndex}..${this.lastIndex} to ${index}`,
    );
    const dropped = this.sizeOf(this.baseIndex + 1, index);
    return new Log(
      index, this.termAt(index), this.entries.trimFront(index + 1), this.sizeBytes - dropped, this.placedFrom(index),
      this.founding,
    );
  }

  /** Who takes part by the last entry that says so; undefined where none does. */
  get configuration(): Configuration | undefined {
    return this.inForce?.configuration;
  }

  /** Where it stands, or the end of the compacted prefix; 0 where none does. */
  get configurationIndex(): LogIndex {
    return this.inForce?.index ?? 0;
  }

  private get inForce(): Placed | undefined {
    const last = this.placed.at(-1);
    return this.founding === null || (last !== undefined && last.index > this.founding.index) ? last : this.founding;
  }

  /** All that the log says of who takes part behind `index`. */
  configurationsBehind(index: LogIndex): readonly Configuration[] {
    return this.placed.filter((one) => one.index > index).map((one) => one.configuration);
  }

  /** Who took part when the log ended at `index`, which is not compacted away. */
  configurationAt(index: LogIndex): Configuration | undefined {
    return this.placedAt(index)?.configuration;
  }

  /** The same with its index, or the end of the compacted prefix. */
  placedAt(index: LogIndex): Placed | undefined {
    return this.placed.findLast((one) => one.index <= index);
  }

  private placedUpTo(last: LogIndex): readonly Placed[] {
    return (this.placed.at(-1)?.index ?? 0) <= last ? this.placed : this.placed.filter(({ index }) => index <= last);
  }

  private placedFrom(base: LogIndex): readonly Placed[] {
    const configuration = this.configurationAt(base);
    if (configuration === undefined) return this.placed;
    return [{ index: base, configuration }, ...this.placed.filter(({ index }) => index > base)];
  }

  has(index: LogIndex, term: Term): boolean {
    return index >= this.baseIndex && index <= this.lastIndex && this.termAt(index) === term;
  }

  /** The first index, behind the compacted prefix, from which entries have at least this term. */
  firstIndexFromTerm(term: Term): LogIndex {
    let low = this.baseIndex + 1;
    let high = this.lastIndex + 1;
    // Terms in a log never decrease, so the place is found by halving.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.termAt(middle) < term) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** How far two logs hold the very same entries: the last index up to which nothing needs writing. */
  lastSharedIndex(other: Log): LogIndex {
    return this.entries.firstDifference(other.entries) - 1;
  }

  private sizeOf(first: LogIndex, last: LogIndex): number {
    let sizeBytes = 0;
    for (let index = first; index <= last; index++) sizeBytes += this.entries.at(index).sizeBytes;
    return sizeBytes;
  }
}
