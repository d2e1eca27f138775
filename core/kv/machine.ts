/** The replicated state machine: a store, and the sessions that guard it. */
import type { LogIndex } from '../raft/log.ts';
import type { Command } from './command.ts';
import { applyInSession } from './expiry.ts';
import { noSessions, wasExecuted, withSession, type Sessions } from './sessions.ts';
import { emptyStore, execute, type Store } from './store.ts';

export interface Machine {
  readonly store: Store;
  readonly sessions: Sessions;
  /** Index of the last entry executed, or of the snapshot installed. */
  readonly lastExecuted: LogIndex;
}

export const newMachine: Machine = { store: emptyStore, sessions: noSessions, lastExecuted: 0 };

/** `command` is null for a leader's no-op. A repetition changes nothing but lastExecuted. */
export function apply(machine: Machine, index: LogIndex, command: Command | null): Machine {
  const { store, sessions } = machine;
  if (command?.inSession !== undefined) return { ...applyInSession(store, sessions, index, command, command.inSession), lastExecuted: index };
  if (command === null || wasExecuted(sessions, command.client, command.sequence)) {
    return { store, sessions, lastExecuted: index };
  }
  const { client, sequence, operation } = command;
  const executed = execute(store, operation);
  return {
    store: executed.store,
    sessions: withSession(sessions, client, { sequence, result: executed.result }),
    lastExecuted: index,
  };
}
