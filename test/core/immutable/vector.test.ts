import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../../../core/assert.ts';
import { Vector } from '../../../core/immutable/vector.ts';
import { reachableFrom } from '../../support/reachable.ts';
import { fc, prop } from '../../support/property.ts';

/** A version of the sequence beside what it must hold. */
interface Version {
  readonly vector: Vector<number>;
  readonly start: number;
  readonly items: readonly number[];
}

interface Change {
  /** Which of the versions so far is changed: the older ones must stay as they were. */
  readonly of: number;
  readonly kind: 'append' | 'truncate' | 'trimFront';
  readonly amount: number;
  readonly flavour: number;
}

/** Few different items, so that two versions may hold equal ones without sharing them. */
const itemsOf = (count: number, flavour: number): number[] =>
  Array.from({ length: count }, (_, i) => (flavour + Math.floor(i / 50)) % 3);

function changed({ vector, start, items }: Version, { kind, amount, flavour }: Change): Version {
  const end = start + items.length;
  if (kind === 'append') {
    const more = itemsOf(amount, flavour);
    return { vector: vector.append(more), start, items: [...items, ...more] };
  }
  const at = start + (amount % (items.length + 1));
  if (kind === 'truncate') return { vector: vector.truncate(at), start, items: items.slice(0, at - start) };
  return { vector: vector.trimFront(at), start: Math.min(at, end), items: items.slice(at - start) };
}

const change: fc.Arbitrary<Change> = fc.record({
  of: fc.nat(),
  kind: fc.constantFrom('append', 'append', 'truncate', 'trimFront'),
  amount: fc.oneof(fc.nat(40), fc.nat(200), fc.nat(3000)),
  flavour: fc.nat(2),
});

/** Low starts, and starts at which a sequence needs every height of trie at once. */
const start = fc.oneof(
  fc.nat(70), fc.nat(2000), fc.constantFrom(1023, 1024, 32_767, 32_768, 40_000, 100_001, 1_048_576, 40_000_000),
);

function versionsOf(from: number, changes: readonly Change[]): Version[] {
  const versions: Version[] = [{ vector: Vector.startingAt(from), start: from, items: [] }];
  for (const one of changes) versions.push(changed(versions[one.of % versions.length]!, one));
  return versions;
}

const held = ({ vector }: Version): readonly number[] => vector.slice(vector.start, vector.end);

function naiveFirstDifference(a: Version, b: Version): number {
  const to = Math.min(a.start + a.items.length, b.start + b.items.length);
  let position = Math.max(a.start, b.start);
  while (position < to && a.items[position - a.start] === b.items[position - b.start]) position++;
  return position;
}

describe('a persistent sequence', () => {
  prop([start, fc.array(change, { maxLength: 12 })], { numRuns: 400 })(
    'holds what an array holds, in every version that ever was', (from, changes) => {
      for (const version of versionsOf(from, changes)) {
        expect([version.vector.start, version.vector.end, version.vector.length])
          .toEqual([version.start, version.start + version.items.length, version.items.length]);
        expect(held(version)).toEqual(version.items);
      }
    });

  prop([start, fc.array(change, { maxLength: 10 })], { numRuns: 300 })(
    'finds the first difference that reading both finds, whatever they share', (from, changes) => {
      const versions = versionsOf(from, changes);
      for (const a of versions) {
        for (const b of versions) expect(a.vector.firstDifference(b.vector)).toBe(naiveFirstDifference(a, b));
      }
    });

  prop([fc.array(fc.nat(300), { minLength: 1, maxLength: 12 }), fc.nat(5000)], { numRuns: 200 })(
    'is the same whether items come one by one or together', (counts, from) => {
      const all = counts.flatMap((count, i) => itemsOf(count, i));
      let slowly = Vector.startingAt<number>(from);
      for (const item of all) slowly = slowly.append([item]);
      expect(slowly.slice(slowly.start, slowly.end)).toEqual(all);
      const atOnce = Vector.startingAt<number>(from).append(all);
      expect(atOnce.firstDifference(slowly)).toBe(from + all.length);
    });

  prop([fc.nat(3000), fc.integer({ min: 1, max: 3000 }), fc.nat(), fc.nat()], { numRuns: 200 })(
    'keeps nothing alive that it no longer holds', (from, count, trim, cut) => {
      const items = Array.from({ length: count }, (_, i) => ({ at: from + i }));
      const full = Vector.startingAt<{ at: number }>(from).append(items);
      const trimmed = full.trimFront(from + (trim % (count + 1)));
      const both = trimmed.truncate(trimmed.start + (cut % (trimmed.length + 1)));
      const alive = reachableFrom(both);
      expect(items.filter((item) => alive.has(item)).length).toBe(both.length);
    });

  test('refuses a position that it does not hold', () => {
    const vector = Vector.startingAt<number>(5).append([1, 2, 3]);
    for (const position of [4, 8, -1]) expect(() => vector.at(position)).toThrow(AssertionFailed);
    expect(() => vector.truncate(4)).toThrow(AssertionFailed);
    expect(() => vector.trimFront(9)).toThrow(AssertionFailed);
  });

  test('trimmed or cut where there is nothing to give up, is the same sequence', () => {
    const vector = Vector.startingAt<number>(5).append([1, 2, 3]);
    expect(vector.trimFront(5)).toBe(vector);
    expect(vector.truncate(8)).toBe(vector);
    expect(vector.append([])).toBe(vector);
  });
});
