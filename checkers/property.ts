/**
 * A property as a value: what must hold, where it is written, and how it is looked at. All of them stand
 * in one list (`properties.ts`), which all observers use.
 */
import { Violated } from './checker.ts';

/**
 * What a property needs to see: one step of one node, with its own disk; a step and the disks of the others;
 * a step and what is remembered of the past (a ghost); the end of a run; or the run as the harness sees it.
 */
export type Sight = 'step' | 'pair' | 'ghost' | 'end' | 'run';

export interface Property<Facts, Name extends string = string> {
  readonly name: Name;
  /** Figure, section or test that it is taken from. */
  readonly source: string;
  /** One sentence for reports, without its full stop. */
  readonly says: string;
  readonly looksAt: Sight;
  /** What is broken, for a person; null when it holds. */
  readonly check: (facts: Facts) => string | null;
}

/** Keeps the name as a type, so that a list of properties is a type of names. */
export const property = <Facts, const Name extends string>(given: Property<Facts, Name>): Property<Facts, Name> =>
  given;

/** @throws Violated when it does not hold */
export function hold<Facts>(held: Property<Facts>, facts: Facts): void {
  const broken = held.check(facts);
  if (broken !== null) throw new Violated(held.name, broken);
}
