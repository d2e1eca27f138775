/**
 * Values by index, of which the first ones may be forgotten: a run that goes on and on must not remember all of them.
 */
export class Tail<T> {
  private items: (T | undefined)[];
  private base = 0;

  /** @param first the value of index 0 */
  constructor(first: T) {
    this.items = [first];
  }

  /** The lowest index that is remembered. */
  get firstIndex(): number {
    return this.base;
  }

  get lastIndex(): number {
    return this.base + this.items.length - 1;
  }

  /** Undefined where there is none, or it was forgotten. */
  at(index: number): T | undefined {
    return this.items[index - this.base];
  }

  set(index: number, value: T): void {
    this.items[index - this.base] = value;
  }

  push(value: T): void {
    this.items.push(value);
  }

  forgetBelow(index: number): void {
    if (index <= this.base) return;
    this.items = this.items.slice(index - this.base);
    this.base = index;
  }
}
