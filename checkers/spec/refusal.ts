/** What is said of a step that the specification does not allow. */
import { refusalOf, type Action } from './action.ts';
import type { Refused } from './rule.ts';
import type { Setting, SpecServer } from './server.ts';

export interface Refusal {
  /** The nearest action; `nothing` when the event leads to none. */
  readonly action: string;
  /** Of the Raft paper, or of the dissertation. */
  readonly section: string;
  readonly because: string;
  /** The whole sentence, for a person. */
  readonly detail: string;
}

const named = (section: string): string => (/^\d/.test(section) ? `section ${section}` : section);

/** A guard is in the way. */
export function refusedBy(action: string, { guard, because }: Refused): Refusal {
  const { section } = guard;
  const detail = `no action of Figure 2 leads from here to there; the nearest is ${action}, refused because ${because} (${named(section)})`;
  return { action, section, because, detail };
}

/** The action is possible and leads elsewhere; or it is `due` and was not taken. */
export function refusedIn(
  action: string,
  section: string,
  because: string,
  manner: 'elsewhere' | 'due' = 'elsewhere',
): Refusal {
  const nearest = action === 'nothing' ? 'nothing is to be done' : `the nearest is ${action}`;
  const detail =
    manner === 'due'
      ? `${action} is due: ${because} (${named(section)})`
      : `no action of Figure 2 leads from here to there; ${nearest}, but ${because} (${named(section)})`;
  return { action, section, because, detail };
}

/** Null when nothing refuses the action. */
export function refusedByAction<Subject>(
  action: Action<Subject>,
  server: SpecServer,
  subject: Subject,
  setting: Setting,
): Refusal | null {
  const refused = refusalOf(action, server, subject, setting);
  return refused === null ? null : refusedBy(action.name, refused);
}
