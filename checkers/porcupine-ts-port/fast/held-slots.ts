/** Slots, each held by some spans, that become free one after the other: each is found free once, in O(log n). */

/** More than there are spans: a slot that was found free. */
const gone = 1 << 30;

export class HeldSlots {
  readonly #width: number;
  /** By node: the least number of holders below it, and what was taken from all below it and is not handed down. */
  readonly #least: Int32Array;
  readonly #owed: Int32Array;

  /** @param first @param last the slots of each span, both included */
  constructor(slots: number, first: Int32Array, last: Int32Array) {
    let width = 1;
    while (width < slots) width *= 2;
    this.#width = width;
    this.#least = new Int32Array(width * 2).fill(gone);
    this.#owed = new Int32Array(width * 2);
    const change = new Int32Array(slots + 1);
    for (let i = 0; i < first.length; i++) {
      change[first[i]!]!++;
      change[last[i]! + 1]!--;
    }
    for (let slot = 0, held = 0; slot < slots; slot++) {
      held += change[slot]!;
      this.#least[width + slot] = held;
    }
    for (let node = width - 1; node >= 1; node--) this.#pull(node);
  }

  #pull(node: number): void {
    this.#least[node] = Math.min(this.#least[node * 2]!, this.#least[node * 2 + 1]!) - this.#owed[node]!;
  }

  /** One span less on the slots from `first` to `last`. */
  free(first: number, last: number): void {
    this.#free(1, 0, this.#width - 1, first, last);
  }

  #free(node: number, low: number, high: number, first: number, last: number): void {
    if (last < low || high < first) return;
    if (first <= low && high <= last) {
      this.#least[node]!--;
      if (node < this.#width) this.#owed[node]!++;
      return;
    }
    const middle = (low + high) >>> 1;
    this.#free(node * 2, low, middle, first, last);
    this.#free(node * 2 + 1, middle + 1, high, first, last);
    this.#pull(node);
  }

  /** The runs of held slots from `from` to `to`, split at those that are free now and were not before. */
  splitInto(parts: [from: number, to: number][], from: number, to: number): void {
    let start = from;
    for (;;) {
      const free = start > to ? -1 : this.#takeFree(1, 0, this.#width - 1, start, to, 0);
      const end = free === -1 ? to + 1 : free;
      if (end > start) parts.push([start, end - 1]);
      if (free === -1) return;
      start = free + 1;
    }
  }

  /** The first free slot, which is then gone; -1 when there is none. */
  #takeFree(node: number, low: number, high: number, from: number, to: number, owed: number): number {
    if (to < low || high < from || this.#least[node]! - owed > 0) return -1;
    if (low === high) {
      this.#least[node] = gone;
      return low;
    }
    const middle = (low + high) >>> 1;
    const below = owed + this.#owed[node]!;
    let found = this.#takeFree(node * 2, low, middle, from, to, below);
    if (found === -1) found = this.#takeFree(node * 2 + 1, middle + 1, high, from, to, below);
    if (found !== -1) this.#pull(node);
    return found;
  }
}
