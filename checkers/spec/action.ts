/**
 * What an action of the specification is: guards that allow it, and an update that says what it makes of one server.
 */
import type { SpecMessage } from './message.ts';
import { firstRefusal, type Guard, type Refused, type Rule } from './rule.ts';
import type { Setting, SpecServer } from './server.ts';

export interface Outcome {
  /** Its log may be a view of the log before. */
  readonly server: SpecServer;
  readonly sent: readonly SpecMessage[];
}

export interface Action<Subject> {
  /** As in raft.tla where it has it. */
  readonly name: string;
  readonly guards: readonly Guard<Subject>[];
  /** Choices inside of the update. */
  readonly rules: readonly Rule[];
  /** To be called only when no guard refuses. */
  update(server: SpecServer, subject: Subject, setting: Setting): Outcome;
}

export const refusalOf = <Subject>(
  action: Action<Subject>,
  server: SpecServer,
  subject: Subject,
  setting: Setting,
): Refused | null => firstRefusal(action.guards, server, subject, setting);

/** What the action leads to; null when a guard refuses it. */
export const taken = <Subject>(
  action: Action<Subject>,
  server: SpecServer,
  subject: Subject,
  setting: Setting,
): Outcome | null =>
  refusalOf(action, server, subject, setting) === null ? action.update(server, subject, setting) : null;
