/** The smallest history that breaks a property, and the same one mended, which passes. */
import type { PropertyName } from '../../../checkers/properties.ts';
import {
  allBoot, hears, leads, stands, steps, type Happening, type Item, type Kind, type StageOptions,
} from './stage.ts';
import { votes } from './messages.ts';

export interface Tripwire {
  readonly property: PropertyName;
  readonly what: string;
  /** What both have in common. */
  readonly given: readonly Happening[];
  /** Its last happening breaks the property. */
  readonly broken: readonly Happening[];
  readonly mended: readonly Happening[];
  readonly options?: StageOptions;
  /** Observers that judge the property and cannot see this way of breaking it, each with the reason. */
  readonly unseenBy?: Readonly<Partial<Record<Kind['name'], string>>>;
}

/** n0 leads term 1 with the vote of n1; all start with this log. */
export const n0Leads = (log: readonly Item[] = []): readonly Happening[] => [
  ...allBoot,
  steps(1, { term: 1, vote: 0 }),
  steps(0, { term: 1, vote: 0, role: stands(0) }),
  hears(0, 1, votes(1), {
    role: leads([0, 0, 0], log.length === 0 ? [1, 1, 1] : [log.length + 1, log.length + 1, log.length + 1]),
  }),
  ...(log.length === 0 ? [] : [steps(0, { log })]),
];

/** Then n1 stores the log, and n0 commits all of it. */
export const n0Commits = (log: readonly Item[]): readonly Happening[] => [
  ...n0Leads(log), steps(1, { log }), steps(0, { commit: log.length }),
];
