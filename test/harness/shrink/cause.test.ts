/** When two violations count as the same one: shrinking must not slip from one defect to another. */
import { expect, test } from 'vitest';
import { causeOf, causeOfVerdict } from '../../../harness/shrink/cause.ts';

test.each([
  ['the same property, whatever its detail', ['Log Matching', 'n1'], ['Log Matching', 'n2'], true],
  ['another property', ['Log Matching', 'n1'], ['Election Safety', 'n1'], false],
  [
    'the same exception with other numbers and other quoted values', ['No Exception', 'n1: entry 7 of "k3"'],
    ['No Exception', 'n2: entry 12 of "k0"'], true,
  ],
  ['an exception of other words', ['No Exception', 'entry 7 is gone'], ['No Exception', 'vote 7 is gone'], false],
] as const)('%s', (_what, [property, detail], [other, otherDetail], isSame) =>
  expect(causeOf(property, detail) === causeOf(other, otherDetail)).toBe(isSame),
);

test('only a violation has a cause', () => {
  expect(causeOfVerdict({ kind: 'ok' })).toBeNull();
  expect(causeOfVerdict({ kind: 'unknown', detail: 'budget' })).toBeNull();
  expect(causeOfVerdict({ kind: 'violation', property: 'P', detail: 'd' })).toBe('P');
});
