/** Configurations that a search has seen: (operations placed, state) in open addressing, compared exactly. */

/** Columns of a row before the words of the mask: state + 1, first return, hash. */
const rowHeader = 3;
const initialRows = 256;

function mixHash(set: number, state: number): number {
  let hash = Math.imul(set ^ Math.imul(state + 1, 0x9e3779b1), 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

export class SeenConfigurations {
  readonly #words: number;
  readonly #rowSize: number;
  #rows: Int32Array;
  #rowMask = initialRows - 1;
  #count = 0;

  /** @param words of the mask of open operations */
  constructor(words: number) {
    this.#words = words;
    this.#rowSize = rowHeader + words;
    this.#rows = new Int32Array(initialRows * this.#rowSize);
  }

  get sizeBytes(): number {
    return this.#rows.byteLength;
  }

  /** What the next addition needs beside: the doubled table, while the old one is still there. */
  get nextGrowthBytes(): number {
    return this.#count * 2 > this.#rowMask ? this.#rows.byteLength * 2 : 0;
  }

  /**
   * @param mask of the open operations that are placed
   * @param setHash of all operations placed; it only says where to look
   * @returns false when the configuration was there before
   */
  add(state: number, firstReturn: number, mask: Int32Array, setHash: number): boolean {
    if (this.#count * 2 > this.#rowMask) this.#grow();
    const rows = this.#rows;
    const hash = mixHash(setHash, state);
    let row = hash & this.#rowMask;
    let at = row * this.#rowSize;
    while (rows[at] !== 0) {
      if (rows[at] === state + 1 && rows[at + 1] === firstReturn && this.#hasMask(at + rowHeader, mask)) return false;
      row = (row + 1) & this.#rowMask;
      at = row * this.#rowSize;
    }
    rows[at] = state + 1;
    rows[at + 1] = firstReturn;
    rows[at + 2] = hash;
    for (let word = 0; word < this.#words; word++) rows[at + rowHeader + word] = mask[word]!;
    this.#count++;
    return true;
  }

  #hasMask(at: number, mask: Int32Array): boolean {
    for (let word = 0; word < this.#words; word++) if (this.#rows[at + word] !== mask[word]) return false;
    return true;
  }

  #grow(): void {
    const old = this.#rows;
    const size = this.#rowSize;
    this.#rowMask = this.#rowMask * 2 + 1;
    this.#rows = new Int32Array((this.#rowMask + 1) * size);
    for (let at = 0; at < old.length; at += size) {
      if (old[at] === 0) continue;
      let row = old[at + 2]! & this.#rowMask;
      while (this.#rows[row * size] !== 0) row = (row + 1) & this.#rowMask;
      for (let column = 0; column < size; column++) this.#rows[row * size + column] = old[at + column]!;
    }
  }
}
