/**
 * The greatest of a range of numbers, some of which go away: a tree over them, O(log n) for each question and change.
 */

const none = -1;

export class Extremes {
  readonly #numbers: Int32Array;
  /** Of each inner node the place of its greatest; leaves begin at `#width`. */
  readonly #best: Int32Array;
  readonly #width: number;

  /** @param isEmpty at first none is there, else all are */
  constructor(numbers: Int32Array, isEmpty = false) {
    let width = 1;
    while (width < numbers.length) width *= 2;
    this.#numbers = numbers;
    this.#width = width;
    this.#best = new Int32Array(width * 2).fill(none);
    if (isEmpty) return;
    for (let place = 0; place < numbers.length; place++) this.#best[width + place] = place;
    for (let node = width - 1; node >= 1; node--)
      this.#best[node] = this.#better(this.#best[node * 2]!, this.#best[node * 2 + 1]!);
  }

  #better(a: number, b: number): number {
    if (a === none || b === none) return a === none ? b : a;
    return this.#numbers[b]! > this.#numbers[a]! ? b : a;
  }

  add(place: number): void {
    this.#set(place, place);
  }

  /** One that is not there may be removed. */
  remove(place: number): void {
    if (this.#best[this.#width + place] !== none) this.#set(place, none);
  }

  #set(place: number, to: number): void {
    let node = this.#width + place;
    this.#best[node] = to;
    for (node >>>= 1; node >= 1; node >>>= 1)
      this.#best[node] = this.#better(this.#best[node * 2]!, this.#best[node * 2 + 1]!);
  }

  /** The place of the greatest from `low` to before `high`; -1 when none is there. */
  greatest(low: number, high: number): number {
    let best = none;
    let a = low + this.#width;
    let b = high + this.#width;
    for (; a < b; a >>>= 1, b >>>= 1) {
      if ((a & 1) === 1) best = this.#better(best, this.#best[a++]!);
      if ((b & 1) === 1) best = this.#better(best, this.#best[--b]!);
    }
    return best;
  }
}
