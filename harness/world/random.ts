/**
 * Random streams by name, on seedrandom's alea.
 *
 * One stream for each concern and each link: taking away one fault or one operation then leaves what
 * every other stream draws as it was, on which shrinking depends. Only whole numbers are drawn.
 */
import alea from 'seedrandom/lib/alea.js';
import type { Range } from '../../core/protocol.ts';

export class RandomStream {
  private readonly next: () => number;

  constructor(seed: string) {
    this.next = alea(seed).int32;
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    return this.next() >>> 0;
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return (this.next() >>> 0) % bound;
  }

  /** A whole number in the range, both ends included. */
  in({ min, max }: Range): number {
    return min + ((this.next() >>> 0) % (max - min + 1));
  }

  /** True `per1000` times in a thousand. */
  chance(per1000: number): boolean {
    return (this.next() >>> 0) % 1000 < per1000;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** One of the items, with chances in proportion to the weights beside them. */
  weighted<T>(choices: readonly (readonly [weight: number, item: T])[]): T {
    let total = 0;
    for (const [weight] of choices) total += weight;
    let ticket = this.below(total);
    for (const [weight, item] of choices) {
      if (ticket < weight) return item;
      ticket -= weight;
    }
    throw new RangeError('weights must not all be 0');
  }

  /** A new array with the items in random order (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const shuffled = items.slice();
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }
}

/** All streams of one run: the same seed and name give the same stream, whatever else is drawn. */
export class RandomStreams {
  private readonly seed: string;

  constructor(seed: string) {
    this.seed = seed;
  }

  stream(name: string): RandomStream {
    return new RandomStream(`${this.seed}/${name}`);
  }
}
