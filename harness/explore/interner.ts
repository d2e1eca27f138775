/**
 * One object for all equal parts of states: the same server state appears in very many states of a
 * system. An interned part carries its hash and a small number, so that a state is a few references,
 * hashing it mixes a few integers, and what a step does to a part can be remembered by number.
 */
import { Hasher, StructuralHasher, type Part, type Views } from './fingerprint.ts';

export interface Interned<T> extends Part {
  /** From 0, in order of first sight: never a part of a fingerprint, since workers number differently. */
  readonly id: number;
  readonly value: T;
}

export class Interner<T> {
  private readonly byHash = new Map<number, Interned<T>[]>();
  private readonly structural: StructuralHasher;
  private readonly hasher = new Hasher();
  private count = 0;

  /**
   * @param views for values that are not plain data: see `StructuralHasher`
   * @param remembers for large values of which each is a little change of another
   */
  constructor(views: Views = new Map(), remembers = false) {
    this.structural = new StructuralHasher(views, remembers);
  }

  get size(): number {
    return this.count;
  }

  /** Values with the same 64-bit hash are taken for equal, as states are. */
  intern(value: T): Interned<T> {
    const hasher = this.hasher;
    hasher.reset();
    this.structural.feed(value, hasher);
    hasher.finish();
    const { lo, hi } = hasher;
    let chain = this.byHash.get(lo);
    if (chain === undefined) {
      chain = [];
      this.byHash.set(lo, chain);
    }
    for (const known of chain) if (known.hi === hi) return known;
    const made: Interned<T> = { id: this.count++, value, lo, hi };
    chain.push(made);
    return made;
  }
}
