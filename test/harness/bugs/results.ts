/** Results of a survey, as tests of what is told of them need them. */
import type { Difficulty } from '../../../harness/bugs/known-bug.ts';
import { scoreOf, type Start } from '../../../harness/bugs/score.ts';
import type { BugResult, Witness } from '../../../harness/bugs/survey.ts';

/** A hunt that ended after so many seeds with a find of this property; null: without one. */
export const start = (seeds: number, property: string | null, more: Partial<Start> = {}): Start => ({
  from: 1, seeds, events: 1000 * seeds, wallMs: 10 * seeds, unknowns: 0,
  find: property === null ? null : { seed: seeds, property, detail: 'd', steps: 90 }, fault: null, ...more,
});

export const witness = (property: string | null, steps = 12): Witness => ({
  property, detail: 'd', size: { servers: 3, clients: 1, operations: 2, faults: 1, steps }, path: 'own/x.plan.json',
  shrunkText: null,
});

interface Said extends Partial<Omit<BugResult, 'bug' | 'score'>> {
  readonly difficulty?: Difficulty;
  /** What its head says that it breaks. */
  readonly property?: string;
}

export function result(
  name: string, { difficulty = 'easy', property = 'P', starts = [], ...more }: Said = {},
): BugResult {
  const bug = {
    name, path: `own/${name}.patch`, title: `title of ${name}`, id: name.toUpperCase(), category: 'Log', difficulty,
    source: 'here', property, note: null, canarySeeds: null, patches: [],
  };
  return { bug, score: scoreOf(starts), starts, witness: null, trouble: null, fault: null, ...more };
}
