/** What fast paths are built of, each against the plain way to say the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../fast/code.ts';
import { clashOf } from '../fast/fast-path.ts';
import { putInRow, type Group } from '../fast/groups.ts';
import { Heap } from '../fast/heap.ts';
import { OperationKeys, untold, type OperationKey } from '../operation-key.ts';

test('a heap gives the least of what is in it, however pushes and pops come', () => {
  fc.assert(fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 9 }), { nil: null })), (moves) => {
    const heap = new Heap();
    const plain: number[] = [];
    for (const move of moves) {
      if (move === null) expect(heap.pop()).toBe(plain.sort((a, b) => a - b).shift());
      else {
        heap.push(move);
        plain.push(move);
      }
      expect(heap.least).toBe(plain.length === 0 ? undefined : Math.min(...plain));
    }
  }), { numRuns: 300 });
});

describe('groups in a row (Gibbons and Korach 1997)', () => {
  const mustBefore = (a: Group, b: Group): boolean => a.earliestReturn < b.latestCall;
  const group = fc.record({
    earliestReturn: fc.integer({ min: 0, max: 9 }), latestCall: fc.integer({ min: 0, max: 9 }),
  });

  test('there is one exactly when no two must each come before the other; then it keeps real time', () => {
    fc.assert(fc.property(fc.array(group, { maxLength: 7 }), (zones) => {
      const groups: Group[] = zones.map((zone, id) => ({ ...zone, earliestReturnOf: id, latestCallOf: id, id }));
      const pairs = groups.flatMap((a, i) => groups.slice(i + 1).map((b) => [a, b] as const));
      const found = putInRow(groups);
      expect(found === undefined).toBe(!pairs.some(([a, b]) => mustBefore(a, b) && mustBefore(b, a)));
      if (found !== undefined) {
        const [a, b] = found.clash;
        expect([a.id !== b.id, mustBefore(a, b), mustBefore(b, a)]).toEqual([true, true, true]);
      } else groups.forEach((a, i) => groups.slice(i + 1).forEach((b) => expect(mustBefore(b, a), `${b.id} before ${a.id}`).toBe(false)));
    }), { numRuns: 2000 });
  });
});

describe('texts made of tokens', () => {
  /** All ways to take a text apart. */
  const waysOf = (tokens: readonly string[], text: string): readonly (readonly number[])[] =>
    text === ''
      ? [[]]
      : tokens.flatMap((token, owner) =>
          token !== '' && text.startsWith(token)
            ? waysOf(tokens, text.slice(token.length)).map((rest) => [owner, ...rest])
            : [],
        );
  const alphabet = fc.string({ unit: fc.constantFrom('a', 'b', '|'), minLength: 1, maxLength: 3 });

  test('are taken apart in the one way that there is, or not at all', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(alphabet, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(3), { maxLength: 5 }),
        alphabet,
        (tokens, picks, other) => {
          const code = codeOf(new Map(tokens.map((token, owner) => [token, owner])), () => true);
          if (code === undefined) return;
          for (const text of [picks.map((pick) => tokens[pick % tokens.length]!).join(''), other]) {
            const ways = waysOf(tokens, text);
            expect(ways.length).toBeLessThanOrEqual(1);
            expect(code.decode(text, 0)).toEqual(ways[0]);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
  test('of which nothing tells where one ends are not', () => {
    const known = (...tokens: readonly string[]): boolean =>
      codeOf(new Map(tokens.map((token, owner) => [token, owner])), () => true) !== undefined;
    expect([
      known('a', 'ab', 'ba'), known('a', 'b'), known('a', 'ab'), known('a', 'ba'), known('a|', 'ab|'),
      known('|a', '|ab'), known(),
    ]).toEqual([false, true, true, true, true, true, false]);
  });
  test('from a place within: only whole tokens', () => {
    const marked = codeOf(new Map([['|a', 0], ['|bb', 1]]), () => true)!;
    expect([marked.decode('|a|bb|a', 2), marked.decode('|a|bb', 1), marked.decode('|a', 2)]).toEqual([
      [1, 0], undefined, [],
    ]);
    expect(codeOf(new Map([['bb', 0], ['|cbb', 1]]), (owner) => owner === 1)!.decode('|cbb', 2)).toBeUndefined();
    const plain = codeOf(new Map([['aa', 0], ['ab', 1]]), () => true)!;
    expect([plain.decode('aaab', 2), plain.decode('aaab', 1)]).toEqual([[1], undefined]);
  });
  test('one that is not appended only begins a text', () => {
    expect(codeOf(new Map([['x', 0], ['|a', 1]]), (owner) => owner === 1)!.decode('x|a|a', 0)).toEqual([0, 1, 1]);
  });
});

test('a clash names each operation once, in order, and none that the history does not have', () => {
  expect(clashOf(4, -1, 0, 4)).toEqual({ legal: false, clash: [0, 4] });
});

describe('which operations are the same', () => {
  const keys: readonly OperationKey[] = [
    [1], ['1'], [null], [undefined], [untold], [true], ['true'], [], [1, 2], ['1,2'], [12], [1, undefined], [NaN],
    ['NaN'], [0],
  ];
  test('those of equal manner and key: the first of them', () => {
    const known = new OperationKeys();
    keys.forEach((key, i) => expect(known.firstOf(0, key, i), String(i)).toBe(i));
    keys.forEach((key, i) => expect(known.firstOf(0, [...key], 100 + i)).toBe(i));
    keys.forEach((key, i) => expect(known.firstOf(1, key, 200 + i)).toBe(200 + i));
    expect(known.firstOf(0, [-0], 300)).toBe(14);
  });
});
