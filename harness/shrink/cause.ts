/** When two violations count as the same one. */
import { noException, progressAfterHealing, progressWhileOwed, timeLimit } from '../../checkers/run-properties.ts';
import type { Verdict } from '../../checkers/verdict.ts';

/** Properties that a run breaks by not being done in time: shrinking must leave it that time. */
export const progressProperties: ReadonlySet<string> = new Set([
  progressAfterHealing.name, progressWhileOwed.name, timeLimit.name,
]);

/**
 * What must stay violated while a plan shrinks: the property and, where a reducer threw, the words of
 * the error, because every assertion breaks the same property. Numbers and quoted values may change.
 */
export function causeOf(property: string, detail: string): string {
  return property === noException.name ? `${property}: ${wordsOf(detail)}` : property;
}

export const causeOfVerdict = (verdict: Verdict): string | null =>
  verdict.kind === 'violation' ? causeOf(verdict.property, verdict.detail) : null;

const wordsOf = (detail: string): string => detail.replaceAll(/"[^"]*"/g, '""').replaceAll(/\d+/g, '#');
