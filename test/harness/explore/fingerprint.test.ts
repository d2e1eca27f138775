/** Fingerprints are canonical and spread well; the visited set is a set, however it grows. */
import { fc, prop } from '../../support/property.ts';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  registerModel, type Model as Sequential, type RegisterInput, type RegisterOutput,
} from '../../../checkers/porcupine-ts-port/index.ts';
import { Hasher, omissionProbability, StructuralHasher } from '../../../harness/explore/fingerprint.ts';
import { Interner } from '../../../harness/explore/interner.ts';
import { linearizability, operationsOf, type ClientHistory } from '../../../harness/explore/linearizable.ts';
import { compareLists, leastBy, permutations } from '../../../harness/explore/symmetry.ts';
import { Visited } from '../../../harness/explore/visited.ts';

const hashOf = (value: unknown, remembers = true): string => {
  const hasher = new Hasher();
  new StructuralHasher(new Map(), remembers).feed(value, hasher);
  hasher.finish();
  return `${hasher.lo} ${hasher.hi}`;
};

const plain = fc
  .jsonValue({ maxDepth: 3, noUnicodeString: false })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** The same content with every record's fields in the other order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).toReversed().map(([name, field]) => [name, turned(field)]));
}

describe('structural fingerprints', () => {
  prop([plain, plain])('are equal exactly when the values are', (a, b) => {
    expect(hashOf(a) === hashOf(b)).toBe(isDeepStrictEqual(a, b));
  });

  prop([plain])('do not depend on the order of fields, nor on what was remembered', (value) => {
    expect(hashOf(turned(value))).toBe(hashOf(value));
    expect(hashOf(value, false)).toBe(hashOf(value));
  });

  prop([fc.uniqueArray(fc.integer()), fc.uniqueArray(fc.integer())])(
    'sets and maps are compared by content',
    (a, b) => {
      expect(hashOf(new Set(a)) === hashOf(new Set(b))).toBe(isDeepStrictEqual(new Set(a), new Set(b)));
      expect(hashOf(new Map(a.map((key) => [key, -key])))).toBe(
        hashOf(new Map(a.toReversed().map((key) => [key, -key]))),
      );
    },
  );

  it('an object that is not plain data needs a view, and is then compared by it', () => {
    class Box {
      readonly content: number;
      readonly noise: number;
      constructor(content: number, noise: number) {
        this.content = content;
        this.noise = noise;
      }
    }
    expect(() => hashOf(new Box(1, 2))).toThrow('a Box is not plain data: give the hasher a view of it');
    const interner = new Interner<Box>(new Map([[Box.prototype, (box: Box) => [box.content]]]));
    expect(interner.intern(new Box(1, 2))).toBe(interner.intern(new Box(1, 3)));
    expect(interner.intern(new Box(2, 2))).not.toBe(interner.intern(new Box(1, 2)));
    expect(interner.size).toBe(2);
  });

  it('each half alone collides as often as chance says: n^2 / 2^33 pairs', () => {
    const sides = 1024;
    const [lo, hi] = [new Map<number, number>(), new Map<number, number>()];
    const hasher = new Hasher();
    for (let a = 0; a < sides; a++) {
      for (let b = 0; b < sides; b++) {
        hasher.reset();
        hasher.int(a);
        hasher.int(b << 8);
        hasher.finish();
        lo.set(hasher.lo, (lo.get(hasher.lo) ?? 0) + 1);
        hi.set(hasher.hi, (hi.get(hasher.hi) ?? 0) + 1);
      }
    }
    // 2^40 / 2^33 = 128 pairs expected, with a standard deviation of 11.3: within six of them.
    for (const half of [lo, hi]) expect(Math.abs(sides * sides - half.size - 128)).toBeLessThan(68);
  });

  it('the probability of an omission is the birthday bound', () => {
    expect(omissionProbability(1)).toBe(0);
    expect(omissionProbability(2 ** 24)).toBeCloseTo(2 ** -17, 10);
  });
});

const keys = fc.tuple(
  fc.integer({ min: 1, max: 40 }),
  fc.oneof(
    fc.integer({ min: 1, max: 3 }), fc.integer({ min: -(2 ** 31), max: -1 }),
    fc.integer({ min: 2 ** 20, max: 2 ** 31 - 1 }),
  ),
);

describe('the visited set', () => {
  prop([fc.array(keys, { maxLength: 400 }), fc.boolean()])(
    'is a set, through growth and splits of segments',
    (list, isShared) => {
      // Segments of at most 16 slots: they split many times.
      const visited = Visited.create(isShared, 3, 4);
      const plainSet = new Set<string>();
      for (const [low, hi] of list) {
        const lo = Math.imul(low, 0x9e3779b1);
        if (visited.room < 8) visited.reserve(16);
        const isNew = visited.insert(lo, hi, 0, 0, 0);
        expect(isNew).toBe(!plainSet.has(`${lo} ${hi}`));
        plainSet.add(`${lo} ${hi}`);
      }
      expect(visited.size).toBe(plainSet.size);
      for (const [low, hi] of list) expect(visited.has(Math.imul(low, 0x9e3779b1), hi)).toBe(true);
      expect(visited.has(Math.imul(41, 0x9e3779b1), 77)).toBe(false);
    },
  );

  prop([
    fc.uniqueArray(fc.tuple(fc.integer({ min: 1 }), fc.integer({ min: 1 })), { minLength: 2, maxLength: 50 }),
    fc.boolean(),
  ])('keeps the parent with the smallest fingerprint of the level before', (parents, isShared) => {
    const visited = Visited.create(isShared);
    const distinct = [...new Map(parents.map(([lo, hi]) => [`${lo} ${hi >>> 16}`, { lo, hi }])).values()];
    for (const { lo, hi } of distinct) visited.insert(lo, hi, 0, 0, 0);
    for (const { lo, hi } of distinct) visited.insert(-5, -7, lo, hi, 1);
    const smallest = distinct.toSorted((a, b) => (a.hi >>> 16) - (b.hi >>> 16) || a.lo - b.lo)[0];
    expect(visited.parentOf(-5, -7)).toEqual(smallest);
    visited.insert(-5, -7, 1, 1, 2);
    expect(visited.levelOf(-5, -7)).toBe(1);
    expect(visited.parentOf(smallest!.lo, smallest!.hi)).toBe(null);
  });

  it('keeps each of 20,000 states with its level, wherever in the table it stood when that grew', () => {
    // Segments of 1,024 slots: grown twice, then split again and again.
    const visited = Visited.create(false, 8, 10);
    const hasher = new Hasher();
    const states = Array.from({ length: 20_000 }, (_, state) => {
      hasher.reset();
      hasher.int(state);
      hasher.finish();
      return { lo: hasher.lo, hi: hasher.hi, level: state % 1000 };
    });
    for (const { lo, hi, level } of states) {
      if (visited.room < 1) visited.reserve(1);
      expect(visited.insert(lo, hi, 0, 0, level)).toBe(true);
    }
    expect(visited.size).toBe(states.length);
    expect(states.filter(({ lo, hi, level }) => !visited.has(lo, hi) || visited.levelOf(lo, hi) !== level)).toEqual([]);
    expect(states.filter(({ lo, hi }) => visited.insert(lo, hi, 0, 0, 999))).toEqual([]);
  });

  it.each([false, true])(
    'goes on at the beginning of a segment where its end is taken, also when it grows (shared: %s)',
    (isShared) => {
      // All have the last of eight places, and then of sixteen.
      const visited = Visited.create(isShared, 3, 4);
      const his = [1, 2, 3, 4, 5];
      for (const hi of his) expect(visited.insert(-1, hi, -1, hi - 1, hi - 1)).toBe(true);
      for (const more of [4, 12, 24]) {
        visited.reserve(more);
        expect(
          his.filter(
            (hi) =>
              !visited.has(-1, hi) || visited.levelOf(-1, hi) !== hi - 1 || visited.insert(-1, hi, -1, hi - 1, hi - 1),
          ),
        ).toEqual([]);
        expect(visited.has(-1, 6)).toBe(false);
        expect(visited.parentOf(-1, 3)).toEqual({ lo: -1, hi: 2 });
      }
      expect(visited.buffers.segments.length).toBeGreaterThan(1);
    },
  );

  it('costs at most 18.5 bytes a state with the way back, once there are more than some ten thousand', () => {
    const visited = Visited.create(false);
    let worst = 0;
    const hasher = new Hasher();
    for (let state = 0; state < 200_000; state++) {
      hasher.reset();
      hasher.int(state);
      hasher.finish();
      if (visited.room < 1) visited.reserve(1);
      visited.insert(hasher.lo, hasher.hi, 0, 0, 0);
      if (state > 50_000) worst = Math.max(worst, visited.sizeBytes / visited.size);
    }
    expect(worst).toBeLessThan(18.5);
  });
});

describe('histories of an untimed world', () => {
  /** Clients that call and return in a random order; the operations' true order is kept beside. */
  const runs = fc.array(fc.nat(2), { maxLength: 24 });

  prop([runs])('as operations with times, one precedes another exactly as it did', (turns) => {
    const clients = [0, 1, 2].map(() => ({
      completed: [] as { input: number; output: number; before: number[] }[],
      inFlight: null as { input: number; before: number[] } | null,
    }));
    const called = new Map<number, number>();
    const returned = new Map<number, number>();
    turns.forEach((client, time) => {
      const own = clients[client]!;
      if (own.inFlight === null) {
        own.inFlight = { input: time, before: clients.map((other) => other.completed.length) };
        called.set(time, time);
      } else {
        returned.set(own.inFlight.input, time);
        own.completed.push({ ...own.inFlight, output: 0 });
        own.inFlight = null;
      }
    });
    const operations = operationsOf(clients as readonly ClientHistory<number, number>[]);
    expect(operations.length).toBe(called.size);
    for (const a of operations) {
      expect(a.returnTime === null).toBe(!returned.has(a.input));
      for (const b of operations) {
        const trulyBefore = returned.has(a.input) && returned.get(a.input)! < called.get(b.input)!;
        expect(a.returnTime !== null && a.returnTime < b.callTime).toBe(trulyBefore);
      }
    }
  });
});

describe('linearizability of histories', () => {
  type Histories = readonly ClientHistory<RegisterInput, RegisterOutput>[];
  const register = registerModel as Sequential<unknown, RegisterInput, RegisterOutput>;
  const wrote = (value: number): Histories[number]['completed'][number] => ({
    input: { op: 'write', value }, output: {}, before: [0, 0],
  });
  const read = (value: number, before: readonly number[]): Histories[number]['completed'][number] => ({
    input: { op: 'read' }, output: { value }, before,
  });
  const history = (seen: number, before: readonly number[] = [1, 0]): Histories => [
    { completed: [wrote(1)], inFlight: null }, { completed: [read(seen, before)], inFlight: null },
  ];
  const judged = (
    property: ReturnType<typeof linearizability<Histories, RegisterInput, RegisterOutput>>, state: Histories,
  ): string | undefined => (property.kind === 'always' ? property.check(state)?.verdict : 'no such kind');

  it('each different history is judged for itself, and again the same', () => {
    const property = linearizability(register, (state: Histories) => state);
    for (let round = 0; round < 2; round++) {
      expect([judged(property, history(1)), judged(property, history(2))]).toEqual([undefined, 'violation']);
      expect(judged(property, [{ completed: [wrote(2)], inFlight: null }, history(2)[1]!])).toBe(undefined);
    }
  });

  it('a history that nobody could decide is unknown, and no pass', () => {
    const { ownSearch: _own, fastPaths: _paths, ...slow } = register;
    const property = linearizability({ ...slow, sizeBytes: () => 2 ** 40 }, (state: Histories) => state);
    expect(judged(property, history(1))).toBe('unknown');
  });
});

describe('letters and numbers', () => {
  const of = (feed: (hasher: Hasher) => void): string => {
    const hasher = new Hasher();
    feed(hasher);
    hasher.finish();
    return `${hasher.lo} ${hasher.hi}`;
  };
  it('a bag counts equal parts as often as they are there, in no order', () => {
    const [a, b] = [{ lo: 3, hi: 5 }, { lo: 7, hi: -11 }];
    const bags = [[], [a], [a, a], [a, a, a], [b], [b, b], [a, b], [a, a, b]].map((parts) =>
      of((hasher) => hasher.bag(parts)),
    );
    expect(new Set(bags).size).toBe(bags.length);
    expect(of((hasher) => hasher.bag([b, a, a]))).toBe(bags.at(-1));
  });
  it('numbers that are not the same are not one', () => {
    const numbers = [0, -0.5, 0.5, 1, 1.5, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53, Infinity, -Infinity, NaN];
    expect(new Set(numbers.map((number) => of((hasher) => hasher.number(number)))).size).toBe(numbers.length);
  });
});

describe('tools for representatives', () => {
  it('permutations are all different, and as many as there are', () => {
    expect([0, 1, 2, 3, 4].map((count) => new Set(permutations(count).map(String)).size)).toEqual([1, 1, 2, 6, 24]);
    expect(permutations(3)[0]).toEqual([0, 1, 2]);
  });

  prop([fc.array(fc.array(fc.integer(), { minLength: 3, maxLength: 3 }), { minLength: 1 })])(
    'the least candidate does not depend on their order',
    (lists) => {
      const least = leastBy(lists, (list) => list);
      expect(leastBy(lists.toReversed(), (list) => list)).toEqual(least);
      for (const list of lists) expect(compareLists(least, list)).toBeLessThanOrEqual(0);
    },
  );
});
