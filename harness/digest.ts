/**
 * A running digest of 64 bits over whole numbers and strings: two lanes of 32-bit multiplications
 * and rotations (the mixing steps of MurmurHash3, Appleby 2011). Whole-number arithmetic only, so it
 * is the same on every machine and every Node. It tells runs apart; it is no proof against an enemy.
 */
export class Digest {
  private high = 0x9e3779b9 | 0;
  private low = 0x85ebca6b | 0;

  /** Any whole number up to 2^53. */
  number(value: number): void {
    this.mix(value | 0);
    if (value > 0x7fffffff || value < -0x80000000) this.mix(Math.floor(value / 0x100000000));
  }

  string(text: string): void {
    this.mix(text.length);
    for (let i = 0; i < text.length; i++) this.mix(text.charCodeAt(i));
  }

  /**
   * Plain data, whatever its shape. Fields are taken in the order of their names, so that equal data has one digest.
   * @throws TypeError for what is no data: a function or a symbol
   */
  value(value: unknown): void {
    if (value === null) return this.string('null');
    switch (typeof value) {
      case 'object':
        return this.object(value);
      case 'string':
        this.string('s');
        return this.string(value);
      case 'function':
      case 'symbol':
        throw new TypeError(`a ${typeof value} is no data, and has no digest`);
      default:
        // With its type: 1 and true and "1" are three values. Object.is tells -0 from 0, and so does this.
        return this.string(`${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`);
    }
  }

  private object(value: object): void {
    if (Array.isArray(value)) return this.items('[', value);
    if (value instanceof Map) return this.items('map', [...value]);
    if (value instanceof Set) return this.items('set', [...value]);
    const names = Object.keys(value).sort();
    this.string('{');
    this.number(names.length);
    for (const name of names) {
      this.string(name);
      this.value((value as Record<string, unknown>)[name]);
    }
  }

  private items(kind: string, items: readonly unknown[]): void {
    this.string(kind);
    this.number(items.length);
    for (const item of items) this.value(item);
  }

  private mix(word: number): void {
    let k = Math.imul(word, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    k = Math.imul(k, 0x1b873593);
    let a = this.low ^ k;
    a = (a << 13) | (a >>> 19);
    this.low = (Math.imul(a, 5) + 0xe6546b64) | 0;
    let b = this.high ^ Math.imul(k, 0x38b34ae5);
    b = (b << 17) | (b >>> 15);
    this.high = (Math.imul(b, 9) + a) | 0;
  }

  /** 16 hexadecimal digits. Goes on from here: more may be added. */
  hex(): string {
    return hex32(finish(this.high ^ finish(this.low))) + hex32(finish(this.low));
  }
}

function finish(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const hex32 = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

/** The digest of many runs: a sum, so that it depends neither on their order nor on who ran them. */
export function sumOfDigests(digests: Iterable<string>): string {
  let sum = 0n;
  for (const digest of digests) sum += BigInt(`0x${digest}`);
  return BigInt.asUintN(64, sum).toString(16).padStart(16, '0');
}
