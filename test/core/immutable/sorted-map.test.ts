import { describe, expect } from 'vitest';
import { SortedMap, type Key } from '../../../core/immutable/sorted-map.ts';
import { text } from '../../support/arbitraries.ts';
import { madeBy } from '../../support/reachable.ts';
import { fc, prop } from '../../support/property.ts';

interface Node {
  readonly left: Node | null;
  readonly right: Node | null;
  readonly height: number;
}

const rootOf = (map: unknown): Node | null => (map as { root: Node | null }).root;

/** The height of a tree that says so truly and whose sides differ by one at most; else an exception. */
function balancedHeight(node: Node | null): number {
  if (node === null) return 0;
  const left = balancedHeight(node.left);
  const right = balancedHeight(node.right);
  if (Math.abs(left - right) > 1) throw new Error(`sides of height ${left} and ${right}`);
  const height = Math.max(left, right) + 1;
  if (node.height !== height) throw new Error(`a tree of height ${height} says ${node.height}`);
  return height;
}

function pairsOf<K extends Key, V>(map: SortedMap<K, V>): (readonly [K, V])[] {
  const pairs: (readonly [K, V])[] = [];
  map.forEach((value, key) => pairs.push([key, value]));
  return pairs;
}

const filled = <K extends Key>(pairs: readonly (readonly [K, number])[]): SortedMap<K, number> =>
  pairs.reduce((map, [key, value]) => map.set(key, value), SortedMap.empty<K, number>());

const byKey = <K extends Key>([a]: readonly [K, number], [b]: readonly [K, number]): number =>
  a < b ? -1 : a > b ? 1 : 0;

/** Also long runs of rising and falling keys, at which an unbalanced tree becomes a list. */
const numberPairs = fc.oneof(
  fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.nat()), { maxLength: 200 }),
  fc.integer({ min: 1, max: 300 }).map((count) => Array.from({ length: count }, (_, i) => [i, i] as [number, number])),
  fc
    .integer({ min: 1, max: 300 })
    .map((count) => Array.from({ length: count }, (_, i) => [300 - i, i] as [number, number])),
);
const stringPairs = fc.array(fc.tuple(text, fc.nat()), { maxLength: 60 });

describe('a persistent sorted map', () => {
  for (const [what, pairs] of [['numbers', numberPairs], ['strings', stringPairs]] as const) {
    const arbitrary = pairs as fc.Arbitrary<[Key, number][]>;

    prop([arbitrary], { numRuns: 200 })(`of ${what} holds what a Map holds, in the order of its keys`, (given) => {
      const model = new Map(given);
      const map = filled(given);
      expect(map.size).toBe(model.size);
      expect(pairsOf(map)).toEqual([...model].sort(byKey));
      expect([...model.keys()].map((key) => map.get(key))).toEqual([...model.values()]);
    });

    prop([arbitrary], { numRuns: 80 })(
      `of ${what} is balanced (Adelson-Velsky and Landis) after every update`,
      (given) => {
        let map = SortedMap.empty<Key, number>();
        for (const [key, value] of given) {
          map = map.set(key, value);
          expect(balancedHeight(rootOf(map))).toBeGreaterThan(0);
        }
      },
    );

    prop([arbitrary], { numRuns: 100 })(`of ${what} leaves every older version as it was`, (given) => {
      const versions = [SortedMap.empty<Key, number>()];
      for (const [key, value] of given.slice(0, 40)) versions.push(versions.at(-1)!.set(key, value));
      for (const [count, version] of versions.entries()) {
        expect(pairsOf(version)).toEqual([...new Map(given.slice(0, count))].sort(byKey));
      }
    });
  }

  prop([stringPairs, text], { numRuns: 200 })('has nothing under a key that was never set', (given, key) => {
    fc.pre(!given.some(([other]) => other === key));
    expect(filled(given).get(key)).toBeUndefined();
  });

  prop([fc.integer({ min: 1, max: 2000 }), fc.nat()], { numRuns: 50 })(
    'copies no more than the path to a key', (count, place) => {
      const map = filled(Array.from({ length: count }, (_, i) => [i * 2, i] as const));
      const height = balancedHeight(rootOf(map));
      // A rotation touches two nodes beside the path, and the map itself is one object.
      expect(madeBy(map, map.set(place % (2 * count), -1)).objects).toBeLessThanOrEqual(height + 4);
    });
});
