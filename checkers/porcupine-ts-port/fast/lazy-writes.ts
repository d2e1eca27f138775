/**
 * A search made for registers whose values repeat: it decides which writes are seen, as late as it can.
 *
 * A write that nobody sees needs no place of its own: it can stand right before any other write that
 * takes effect in its time. So a linearization is told by its *shows*: the writes after which the value is
 * there for readers, with the slots (see bag.ts) in which they happen. A read needs its value to be there in a slot
 * of its interval; a write that is not shown needs a show in a slot of its interval, behind which it hides.
 *
 * The walk goes over the returns and changes nothing until one forces it:
 *
 * * a read whose value was not there in its time: the value must be shown now;
 * * a write that is not shown and in whose time nothing was: something must be shown now;
 * * a write that is hidden but not shown: this is the last time to show it, or never.
 *
 * Every other show of this slot can as well come in the next one: its write is open there, and so is every
 * read and every write that needs it. So of a slot only the show that is forced counts, and those before it,
 * which readers of other values may need while the forced one must stay. Of open writes of one value the one that must
 * return first is shown; what it leaves to the others is no less than what they would leave to it.
 * Configurations that were met before are not tried again. All choices are tried in the end, so the search is
 * exact both ways; it uses up its budget only where many values wait for readers at once.
 */
import type { OrderedPartition } from '../order.ts';
import { SeenConfigurations } from '../seen.ts';
import type { PartSearch, SearchOutcome } from '../part-search.ts';
import type { RegisterView } from './register-view.ts';

const none = -1;

/** Values that can wait for readers at once and be combined in every way; more are more than there is time for. */
const mostCombined = 30;

/**
 * @param combined so many values that wait for readers are combined in every way; what is left out is never called
 *   illegal
 * @returns undefined when the partition holds more than reads and writes
 */
export function lazyWritesSearch<I, O>(
  view: RegisterView<I, O>, part: OrderedPartition<I, O>, combined = mostCombined,
): PartSearch | undefined {
  const { count, known, inputs, outputs, returnRank } = part;
  const numbers = new Map<unknown, number>([[view.initial, 0]]);
  const numberOf = (value: unknown): number => {
    const number = numbers.get(value);
    if (number !== undefined) return number;
    numbers.set(value, numbers.size);
    return numbers.size - 1;
  };
  const value = new Int32Array(count).fill(none);
  const isWrite = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const kind = view.kind(inputs[i]!);
    if (kind === 'write') {
      isWrite[i] = 1;
      value[i] = numberOf(view.written(inputs[i]!));
    } else if (kind !== 'read') return undefined;
    // A read that tells nothing asks for nothing.
    else if (returnRank[i]! < known && outputs[i] !== undefined) value[i] = numberOf(view.read(outputs[i]!));
  }
  return new LazyWrites(part, value, isWrite, numbers.size, combined);
}

/** What can be done at a return that forces something: each of `alone`, or `last` behind any of `before`. */
interface Options {
  /** One write to show; `none`: nothing. */
  readonly alone: readonly number[];
  readonly before: readonly number[];
  readonly last: number;
}

/** A return at which there is a choice, and the choice that is being tried. */
interface Choice {
  readonly slot: number;
  readonly options: Options;
  next: number;
  /** How long the undo log was. */
  readonly undo: number;
}

const optionCount = ({ alone, before, last }: Options): number =>
  alone.length + (last === none ? 0 : 2 ** before.length);

/** The writes of an option, in turn. */
function* showsOf({ alone, before, last }: Options, option: number): Generator<number> {
  if (option < alone.length) {
    if (alone[option] !== none) yield alone[option]!;
    return;
  }
  const choice = option - alone.length;
  for (let at = 0; at < before.length; at++) if ((choice & (1 << at)) !== 0) yield before[at]!;
  yield last;
}

/** What matters of a partition. */
type Times = Pick<OrderedPartition<unknown, unknown>, 'count' | 'known' | 'floor' | 'returnRank' | 'returnOrder'>;

class LazyWrites implements PartSearch {
  steps = 0;
  peakBytes = 0;
  furthestReturn = 0;
  readonly #part: Times;
  readonly #combined: number;
  /** Of writes what they write, of reads what they saw. */
  readonly #value: Int32Array;
  readonly #isWrite: Uint8Array;
  /** By value: its writes and its reads of known outcome, by their calls. */
  readonly #writesOf: Int32Array[];
  readonly #readsOf: Int32Array[];
  /** By value, its writes of unknown outcome, by their calls: shown one after the other, for all are alike. */
  readonly #unknownOf: Int32Array[];
  readonly #unknownShown: Int32Array;
  readonly #valuesWithUnknown: readonly number[];
  /** A place for each operation while it is open. */
  readonly #bit: Int32Array;
  readonly #mask: Int32Array;
  readonly #seen: SeenConfigurations;
  readonly #choices: Choice[] = [];
  /** Pairs of (where, what was there): values and their last slots below zero, writes that were shown from zero on. */
  readonly #undo: number[] = [];
  /** By value, the last slot in which it was there. */
  readonly #lastThere: Int32Array;
  readonly #isShown: Uint8Array;
  #current = 0;
  #lastShow = none;
  #slot = 0;
  #isFailed = false;
  /** Some choices were not tried. */
  #leftOut = false;
  /** Operations that can be open: where to begin to look for them. */
  readonly #firstOpen: Int32Array;

  constructor(part: Times, value: Int32Array, isWrite: Uint8Array, values: number, combined: number) {
    const { count, known, returnRank } = part;
    this.#part = part;
    this.#combined = combined;
    this.#value = value;
    this.#isWrite = isWrite;
    const writesOf: number[][] = Array.from({ length: values }, () => []);
    const readsOf: number[][] = Array.from({ length: values }, () => []);
    const unknownOf: number[][] = Array.from({ length: values }, () => []);
    for (let i = 0; i < count; i++) {
      if (value[i] === none) continue;
      if (isWrite[i] === 1) (returnRank[i]! < known ? writesOf : unknownOf)[value[i]!]!.push(i);
      else readsOf[value[i]!]!.push(i);
    }
    this.#unknownOf = unknownOf.map((writes) => Int32Array.from(writes));
    this.#unknownShown = new Int32Array(values);
    this.#valuesWithUnknown = Array.from(unknownOf.keys()).filter((one) => unknownOf[one]!.length > 0);
    this.#writesOf = writesOf.map((writes) => Int32Array.from(writes));
    this.#readsOf = readsOf.map((reads) => Int32Array.from(reads));
    this.#bit = new Int32Array(count);
    const bits = this.#assignBits();
    this.#mask = new Int32Array(((bits + 31) >>> 5) + 1 + this.#valuesWithUnknown.length);
    this.#seen = new SeenConfigurations(this.#mask.length);
    this.#lastThere = new Int32Array(values).fill(none);
    this.#isShown = new Uint8Array(count);
    this.#firstOpen = this.#firstsOpen();
  }

  get sizeBytes(): number {
    return this.#seen.sizeBytes + this.#part.count * 24 + this.#choices.length * 64 + this.#undo.length * 8;
  }

  /** Of each slot, the first operation that is open in it. */
  #firstsOpen(): Int32Array {
    const { count, known, returnRank } = this.#part;
    const first = new Int32Array(known + 1).fill(count);
    for (let slot = 0, at = 0; slot <= known; slot++) {
      while (at < count && (returnRank[at]! < slot || returnRank[at]! >= known)) at++;
      first[slot] = at;
    }
    return first;
  }

  #assignBits(): number {
    const { count, floor, returnOrder, returnRank, known } = this.#part;
    const free: number[] = [];
    let used = 0;
    for (let i = 0, passed = 0; i < count; i++) {
      for (; passed < floor[i]! && passed < known; passed++) free.push(this.#bit[returnOrder[passed]!]!);
      if (returnRank[i]! < known) this.#bit[i] = free.pop() ?? used++;
    }
    return used;
  }

  run(maxSteps: number, maxBytes: number): SearchOutcome {
    const end = this.steps + maxSteps;
    const { known } = this.#part;
    for (;;) {
      if (this.steps >= end) return 'paused';
      const bytes = this.sizeBytes + this.#seen.nextGrowthBytes;
      if (bytes > maxBytes) return 'memory';
      if (bytes > this.peakBytes) this.peakBytes = bytes;
      this.steps++;
      if (this.#isFailed) {
        if (!this.#tryNext()) {
          if (!this.#leftOut) return 'illegal';
          // Nothing is known: as if the steps were used up.
          this.steps = end;
          return 'paused';
        }
        continue;
      }
      if (this.#slot >= known) return 'ok';
      if (this.#slot > this.furthestReturn) this.furthestReturn = this.#slot;
      this.#goOn();
    }
  }

  /** Over one return. */
  #goOn(): void {
    const options = this.#optionsAt(this.#slot);
    if (options === undefined) {
      this.#slot++;
      return;
    }
    if (optionCount(options) === 0 || !this.#isNew()) {
      this.#isFailed = true;
      return;
    }
    this.#choices.push({ slot: this.#slot, options, next: 0, undo: this.#undo.length });
    this.#isFailed = true;
  }

  /** Takes back what the last choice did, and tries its next option; false when there is none left. */
  #tryNext(): boolean {
    for (;;) {
      const choice = this.#choices.at(-1);
      if (choice === undefined) return false;
      this.#takeBackTo(choice.undo);
      if (choice.next === optionCount(choice.options)) {
        this.#choices.pop();
        continue;
      }
      this.#slot = choice.slot;
      for (const write of showsOf(choice.options, choice.next++)) this.#show(write);
      this.#slot = choice.slot + 1;
      this.#isFailed = false;
      return true;
    }
  }

  /** Undefined when nothing needs to be done. */
  #optionsAt(slot: number): Options | undefined {
    const due = this.#part.returnOrder[slot]!;
    const value = this.#value[due]!;
    if (value === none) return undefined;
    if (this.#isWrite[due] === 0) {
      if (this.#wasThere(value, this.#part.floor[due]!)) return undefined;
      return { alone: [], before: this.#before(value, slot), last: this.#firstToReturn(value, slot) };
    }
    if (this.#isShown[due] === 1) return undefined;
    if (this.#lastShow >= this.#part.floor[due]!) {
      // Hidden. To show it now helps those who want its value later, behind what others want to see, and those
      // that can hide behind it.
      const before = this.#before(value, slot);
      return before.length > 0 || this.#isOfUse(value, slot) ? { alone: [none], before, last: due } : undefined;
    }
    const wanted = this.#wanted(slot, value);
    const alone: number[] = [];
    // What is there now stays there; then what somebody waits for; then all others.
    for (const other of [this.#current, ...wanted.map((write) => this.#value[write]!), ...this.#writesOf.keys()]) {
      if (other === value) continue;
      const write = this.#firstToReturn(other, slot);
      if (write !== none && !alone.includes(write)) alone.push(write);
    }
    return { alone, before: this.#before(value, slot), last: due };
  }

  /** Writes of other values that open reads wait for. */
  #before(value: number, slot: number): readonly number[] {
    const wanted = this.#wanted(slot, value);
    if (wanted.length > this.#combined) this.#leftOut = true;
    return wanted.slice(0, this.#combined);
  }

  /** Writes that would show what open reads wait for, the most urgent first. */
  #wanted(slot: number, but: number): readonly number[] {
    const { count, floor, returnRank } = this.#part;
    const deadlines = new Map<number, number>();
    for (let i = this.#firstOpen[slot]!; i < count && floor[i]! <= slot; i++) {
      const value = this.#value[i]!;
      if (
        value === none ||
        value === but ||
        this.#isWrite[i] === 1 ||
        returnRank[i]! < slot ||
        this.#wasThere(value, floor[i]!)
      )
        continue;
      deadlines.set(value, Math.min(deadlines.get(value) ?? count, returnRank[i]!));
    }
    return [...deadlines]
      .toSorted((a, b) => a[1] - b[1])
      .map(([value]) => this.#firstToReturn(value, slot))
      .filter((write) => write !== none);
  }

  #wasThere(value: number, floor: number): boolean {
    return this.#current === value || this.#lastThere[value]! >= floor;
  }

  /** Whether somebody may still want the value, or can hide behind the show of it. */
  #isOfUse(value: number, slot: number): boolean {
    const { count, known, floor, returnRank } = this.#part;
    const reads = this.#readsOf[value]!;
    if (value !== this.#current && reads.length > 0 && floor[reads.at(-1)!]! >= this.#firstFloorOfOpen(slot))
      return true;
    for (let i = this.#firstOpen[slot]!; i < count && floor[i]! <= slot; i++) {
      if (
        this.#isWrite[i] === 1 &&
        returnRank[i]! > slot &&
        returnRank[i]! < known &&
        this.#isShown[i] === 0 &&
        this.#lastShow < floor[i]!
      )
        return true;
    }
    return false;
  }

  #firstFloorOfOpen(slot: number): number {
    const first = this.#firstOpen[slot]!;
    return first < this.#part.count ? this.#part.floor[first]! : slot;
  }

  /** Of the open writes of a value that were not shown, the one that must return first. */
  #firstToReturn(value: number, slot: number): number {
    const { floor, returnRank } = this.#part;
    const writes = this.#writesOf[value]!;
    const firstOpen = this.#firstOpen[slot]!;
    let best = none;
    for (let at = lastCalledUpTo(writes, floor, slot); at >= 0 && writes[at]! >= firstOpen; at--) {
      const write = writes[at]!;
      if (
        returnRank[write]! >= slot &&
        this.#isShown[write] === 0 &&
        (best === none || returnRank[write]! < returnRank[best]!)
      )
        best = write;
    }
    if (best !== none) return best;
    const unknown = this.#unknownOf[value]![this.#unknownShown[value]!];
    return unknown !== undefined && floor[unknown]! <= slot ? unknown : none;
  }

  #show(write: number): void {
    const value = this.#value[write]!;
    this.#undo.push(this.#current, this.#lastThere[this.#current]!, this.#lastShow, write);
    this.#lastThere[this.#current] = this.#slot;
    this.#current = value;
    this.#lastShow = this.#slot;
    this.#isShown[write] = 1;
    if (this.#part.returnRank[write]! >= this.#part.known) this.#unknownShown[value]!++;
  }

  #takeBackTo(length: number): void {
    while (this.#undo.length > length) {
      const write = this.#undo.pop()!;
      this.#isShown[write] = 0;
      if (this.#part.returnRank[write]! >= this.#part.known) this.#unknownShown[this.#value[write]!]!--;
      this.#lastShow = this.#undo.pop()!;
      const last = this.#undo.pop()!;
      this.#current = this.#undo.pop()!;
      this.#lastThere[this.#current] = last;
    }
  }

  /** Remembers the configuration; false when it was met before. */
  #isNew(): boolean {
    const { count, known, floor, returnRank } = this.#part;
    const slot = this.#slot;
    const mask = this.#mask.fill(0);
    let firstBare = none;
    for (let i = this.#firstOpen[slot]!; i < count && floor[i]! <= slot; i++) {
      if (returnRank[i]! < slot || returnRank[i]! >= known || this.#value[i] === none) continue;
      const isDone = this.#isWrite[i] === 1 ? this.#isShown[i] === 1 : this.#wasThere(this.#value[i]!, floor[i]!);
      if (isDone) mask[this.#bit[i]! >>> 5]! |= 1 << (this.#bit[i]! & 31);
      // Behind the first write in whose time nothing was shown, all are such.
      else if (this.#isWrite[i] === 1 && firstBare === none && this.#lastShow < floor[i]!) firstBare = i;
    }
    let word = mask.length;
    mask[--word] = firstBare;
    for (const value of this.#valuesWithUnknown) mask[--word] = this.#unknownShown[value]!;
    let hash = slot;
    for (const part of mask) hash = Math.imul(hash ^ part, 0x9e3779b1) ^ (hash >>> 15);
    return this.#seen.add(this.#current, slot, mask, hash);
  }
}

/** Place of the last of the writes that was called up to the end of the slot. */
function lastCalledUpTo(writes: Int32Array, floor: Int32Array, slot: number): number {
  let low = 0;
  let high = writes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (floor[writes[middle]!]! <= slot) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
