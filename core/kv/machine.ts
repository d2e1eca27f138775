/** The replicated state machine: a store, and the sessions that guard it where versions do not. */
import type { LogIndex } from '../raft/log.ts';
import type { NodeId } from '../protocol.ts';
import type { Command, Result } from './command.ts';
import { applyInSession } from './expiry.ts';
import { keptOf, noSessions, sessionBehind, wasExecuted, withSession, type Sessions } from './sessions.ts';
import { emptyStore, execute, type Store } from './store.ts';
import { isVersioned } from './versioned.ts';

export interface Machine {
  readonly store: Store;
  readonly sessions: Sessions;
  /** Index of the last entry executed, or of the snapshot installed. */
  readonly lastExecuted: LogIndex;
  /** What executing the last entry gave, when no session keeps it; for whoever waits for that entry. */
  readonly told?: Told;
}

interface Told {
  readonly client: NodeId;
  readonly sequence: number;
  readonly result: Result;
}

export const newMachine: Machine = { store: emptyStore, sessions: noSessions, lastExecuted: 0 };

/** `command` is null for a leader's no-op. A repetition changes nothing but lastExecuted. */
export function apply(machine: Machine, index: LogIndex, command: Command | null): Machine {
  const { store, sessions } = machine;
  if (command?.inSession !== undefined)
    return { ...applyInSession(store, sessions, index, command, command.inSession), lastExecuted: index };
  if (command === null || wasExecuted(sessions, command.client, command.sequence)) {
    return { store, sessions, lastExecuted: index };
  }
  const { client, sequence, operation, unanswered } = command;
  const executed = execute(store, operation);
  if (isVersioned(operation))
    return {
      store: executed.store, sessions, lastExecuted: index, told: { client, sequence, result: executed.result },
    };
  return {
    store: executed.store,
    sessions: withSession(
      sessions, client, sessionBehind(sessions.byClient.get(client), sequence, executed.result, unanswered),
    ),
    lastExecuted: index,
  };
}

/** What a client's command gave, as far as it is remembered; undefined for nothing. */
export function resultOf({ told, sessions }: Machine, client: NodeId, sequence: number): Result | undefined {
  if (told?.client === client && told.sequence === sequence) return told.result;
  return keptOf(sessions.byClient.get(client), sequence)?.result;
}
