/** Registers whose values repeat: the proof of illegality and the lazy search against the definition. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkOperations, registerModel, type Model } from '../index.ts';
import { casesOf } from './cases.ts';
import { tapes } from './random-history.ts';
import { isLinearizableBySpec, register, type Input, type Output, type Value } from './sequential-objects.ts';
import { useObject, type Use } from './used-objects.ts';

const cases = casesOf(5000);
const runs = cases.numRuns;
const maxOperations = 11;
const model = registerModel as unknown as Model<unknown, Input, Output>;

const sets: readonly (readonly Value[])[] = [
  [1, '1'], ['v1', 'v10', 'v1v'], [0, NaN, null], ['', '?', 'null', '__proto__'],
];

const use = (values: readonly Value[], reads: number): Use => ({
  object: register,
  input: (tape) => (tape.next(4) < reads ? { op: 'read' } : { op: 'write', value: values[tape.next(values.length)]! }),
  lie: ({ op }, answer, tape) => (op === 'read' ? { value: values[tape.next(values.length)]! } : answer),
});

describe('registers whose values repeat', () => {
  test.each([1, 2, 3])('%s reads in four', (reads) => {
    const counts = { ok: 0, illegal: 0, lazy: 0, never: 0 };
    const methods = new Map<string, number>();
    fc.assert(
      fc.property(
        tapes(maxOperations * 10 + 40),
        fc.nat({ max: 5 }),
        fc.integer({ min: 2, max: 7 }),
        fc.nat({ max: 3 }),
        (numbers, wrong, clients, set) => {
          const history = useObject(use(sets[set]!, reads), numbers, maxOperations, wrong, clients);
          const expected = isLinearizableBySpec(register, history) ? 'ok' : 'illegal';
          counts[expected]++;
          const found = checkOperations(model, history);
          expect(found.kind, found.method).toBe(expected);
          methods.set(found.method, (methods.get(found.method) ?? 0) + 1);
          if (found.method === 'never-current') {
            const { operations } = found.illegalPartition!;
            expect(
              isLinearizableBySpec(
                register, operations.map((index) => history[index]!),
              ),
            ).toBe(false);
          }
        },
      ),
      cases,
    );
    expect(counts.ok).toBeGreaterThan(runs / 10);
    expect(counts.illegal).toBeGreaterThan(runs / 10);
    expect(methods.get('lazy-writes')).toBeGreaterThan(runs / 4);
    expect(methods.get('never-current')).toBeGreaterThan(runs / 20);
    expect(methods.has('search')).toBe(false);
  });
});

