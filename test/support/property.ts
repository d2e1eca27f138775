/**
 * A property as a test: `prop([arbitraries], { numRuns })('fact', (values) => { expect(...) })`.
 *
 * The shape is that of @fast-check/vitest, whose import alone takes seconds in each test file under
 * vitest 4.1; fast-check itself loads in milliseconds. A failure names the seed and path to repeat it.
 */
import fc from 'fast-check';
import { test } from 'vitest';

type Arbitraries<Values extends [unknown, ...unknown[]]> = { [K in keyof Values]: fc.Arbitrary<Values[K]> };

export const prop = <Values extends [unknown, ...unknown[]]>(
  arbitraries: Arbitraries<Values>, parameters: fc.Parameters<Values> = {},
) => (fact: string, predicate: (...values: Values) => void): void =>
  test(fact, () => fc.assert(fc.property(...arbitraries, predicate), parameters));

/** The same for a predicate that must be waited for. */
export const asyncProp = <Values extends [unknown, ...unknown[]]>(
  arbitraries: Arbitraries<Values>, parameters: fc.Parameters<Values> = {},
) => (fact: string, predicate: (...values: Values) => Promise<void>): void =>
  test(fact, () => fc.assert(fc.asyncProperty(...arbitraries, predicate), parameters));

export { fc };
