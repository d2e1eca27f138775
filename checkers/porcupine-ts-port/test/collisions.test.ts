/**
 * Every method says what trying every order says, on histories whose values are made to be taken for one another.
 * 5,000 histories here; `npm run fuzz:checker` tries 100,000 others.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkOperations, explain, models, perKey, type CheckOptions, type Model, type ModelName, type Operation, type Verdict,
} from '../index.ts';
import { collidingHistory, explainByTrying, type AnyOperation } from './collisions.ts';

type AnyModel = Model<unknown, unknown, unknown>;

const names = Object.keys(models) as ModelName[];
const isFuzz = process.env['WHITEWATER_FUZZ'] === 'checker';
const allCases = isFuzz ? 100_000 : 5000;
/** Out of a hundred; the rest is shared by the others. Where more ways lead to a verdict, more can be wrong. */
const shares: Partial<Record<ModelName, number>> = { kv: 40, 'cas-register': 12, register: 10, queue: 8, set: 6 };
const rest =
  (100 - Object.values(shares).reduce((sum, share) => sum + share, 0)) / (names.length - Object.keys(shares).length);
const casesOf = (name: ModelName): number => Math.ceil((allCases * (shares[name] ?? rest)) / 100);
/** Without bias: small numbers are the same choice again and again. */
const tape = fc.noBias(fc.array(fc.nat({ max: 0xffff }), { minLength: 80, maxLength: 80, size: 'max' }));

const ways: readonly (readonly [string, CheckOptions])[] = [
  ['auto', {}],
  ['auto, cross-checked', { crossCheckSteps: 100_000 }],
  ['auto, every illegal part', { everyIllegal: true }],
  ['search', { method: 'search' }],
  ['plain', { method: 'plain' }],
];

function mustAgree(said: Verdict, kind: string, way: string, history: readonly unknown[]): void {
  if (said.kind !== kind)
    throw new Error(
      `${way} (${said.method}) says ${said.kind} ${said.reason ?? ''}, trying every order says ${kind}: ${shown(history)}`,
    );
}

/** NaN and -0 as they are. */
const shown = (history: readonly unknown[]): string =>
  JSON.stringify(history, (_key, value: unknown) =>
    typeof value === 'number' && (Number.isNaN(value) || Object.is(value, -0))
      ? `number ${Object.is(value, -0) ? '-0' : 'NaN'}`
      : value,
  );

/** Each of the others happened or not: whether those kept can be explained with some of them. */
function canBeExplained(name: ModelName, history: readonly AnyOperation[], kept: ReadonlySet<number>): boolean {
  const others = history.flatMap((_, index) => (kept.has(index) ? [] : [index]));
  for (let choice = 0; choice < 1 << others.length; choice++) {
    const left = history.filter((_, index) => kept.has(index) || ((choice >> others.indexOf(index)) & 1) === 1);
    if (explainByTrying(name, left) !== undefined) return true;
  }
  return false;
}

describe('values made to collide', () => {
  test.each(names)(
    '%s: every method agrees with trying every order',
    (name) => {
      const model = models[name] as unknown as AnyModel;
      const seen = { ok: 0, illegal: 0 };
      fc.assert(
        fc.property(tape, (numbers) => {
          const history = collidingHistory(name, numbers, 7);
          const order = explainByTrying(name, history);
          const kind = order === undefined ? 'illegal' : 'ok';
          seen[kind]++;
          for (const [way, options] of ways) mustAgree(checkOperations(model, history, options), kind, way, history);
          // Any order is a hint; a true one is taken.
          const hinted = checkOperations(model, history, { orderHint: order ?? history.map((_, index) => index) });
          mustAgree(hinted, kind, 'order hint', history);
          if (order !== undefined) expect(hinted.method).toMatch(/order-hint$/);
          if (!name.includes('kv')) {
            // A key that is a number and one that is its text are two.
            const keyed = history.map((one, index): Operation<unknown, unknown> => ({
              ...one, input: { key: index % 2 === 0 ? '1' : 1, input: one.input },
            }));
            const isLegal = [0, 1].every(
              (half) =>
                explainByTrying(
                  name, history.filter((_, index) => index % 2 === half),
                ) !== undefined,
            );
            mustAgree(
              checkOperations(perKey(model) as AnyModel, keyed), isLegal ? 'ok' : 'illegal', 'per key', history,
            );
          }
          if (kind === 'illegal' && seen.illegal % 8 === 0) {
            const { minimal } = explain(model, history)!;
            const core = new Set(minimal.core);
            if (canBeExplained(name, history, core))
              throw new Error(`the core ${minimal.core.join(', ')} can be explained: ${shown(history)}`);
            for (const one of minimal.isMinimal ? core : []) {
              const others = new Set(minimal.core.filter((other) => other !== one));
              if (!canBeExplained(name, history, others))
                throw new Error(`the core ${minimal.core.join(', ')} is not minimal: ${shown(history)}`);
            }
          }
        }),
        { numRuns: casesOf(name), ...(!isFuzz && { seed: 1310 }) },
      );
      expect(Math.min(seen.ok, seen.illegal)).toBeGreaterThan(casesOf(name) / 20);
    },
    3_600_000,
  );
});
