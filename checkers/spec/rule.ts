/**
 * The rules of the specification: every guard of an action, and every choice inside of an update on which safety may
 * lean. Each has a name, so that it can be taken out, and a section of the Raft paper ("7", "Figure 2") or
 * of the dissertation ("dissertation 6.2").
 */
import type { SpecServer, Setting } from './server.ts';

export interface Rule {
  /** `Action: what holds`; unique. */
  readonly name: string;
  readonly section: string;
}

/** A rule that can be asked. */
export interface Guard<Subject> extends Rule {
  /** Why not, with the numbers; null when nothing is in the way. */
  refuses(server: SpecServer, subject: Subject, setting: Setting): string | null;
}

export const rule = (name: string, section: string): Rule => ({ name, section });

export const guard = <Subject>(name: string, section: string, refuses: Guard<Subject>['refuses']): Guard<Subject> => ({
  name,
  section,
  refuses,
});

/** Whether the rule is in force: each is, but for those that a test takes out. */
export const holds = ({ without }: Setting, { name }: Rule): boolean => without.size === 0 || !without.has(name);

/** The first guard that is in the way, and why. */
export interface Refused {
  readonly guard: Rule;
  readonly because: string;
}

export function firstRefusal<Subject>(
  guards: readonly Guard<Subject>[],
  server: SpecServer,
  subject: Subject,
  setting: Setting,
): Refused | null {
  for (const one of guards) {
    const because = holds(setting, one) ? one.refuses(server, subject, setting) : null;
    if (because !== null) return { guard: one, because };
  }
  return null;
}
