/**
 * Sessions that expire (dissertation 6.3). A client asks for a session through the log; its commands count within it,
 * and one that was silent for too long has none any more: it is told so, and what it asked is not executed.
 *
 * When that is the servers agree on by the time in the log's entries: the leader that takes a command says what time it
 * is and since when a client must have been active. So all of them end the same sessions at the same entry.
 *
 * A session is known by the index of the entry that began it, so no late command of an ended one fits another.
 */
import type { NodeId } from '../protocol.ts';
import type { LogIndex } from '../raft/log.ts';
import type { Command, InSession, Operation } from './command.ts';
import { noSessions, withSession, type Session, type Sessions } from './sessions.ts';
import { execute, type Store } from './store.ts';

/** In place of a session: begin one. */
export const registration = 0;

/** What registers is executed by nobody. */
export const nothingToDo: Operation = { kind: 'get', key: '' };

export interface Applied {
  readonly store: Store;
  readonly sessions: Sessions;
}

export function applyInSession(
  store: Store, sessions: Sessions, index: LogIndex, command: Command, inSession: InSession,
): Applied {
  const { client, sequence, operation } = command;
  const present = withoutExpired(sessions, inSession);
  const timeUs = present.timeUs!;
  const session = present.byClient.get(client);
  if (inSession.session === registration) {
    // A repetition, or one from before the client began another one.
    if (session?.began !== undefined && sequence <= session.began.bySequence) return { store, sessions: present };
    return {
      store,
      sessions: put(present, client, {
        sequence: sequence - 1, result: null, began: { id: index, bySequence: sequence, activeUs: timeUs },
      }),
    };
  }
  if (session?.began === undefined || session.began.id !== inSession.session) return { store, sessions: present };
  const began = { ...session.began, activeUs: timeUs };
  if (sequence <= session.sequence) return { store, sessions: put(present, client, { ...session, began }) };
  const executed = execute(store, operation);
  return { store: executed.store, sessions: put(present, client, { sequence, result: executed.result, began }) };
}

/** Time never goes back, whatever a leader says. */
function withoutExpired(sessions: Sessions, { timeUs, activeSinceUs }: InSession): Sessions {
  let kept: Sessions = noSessions;
  let isEnded = false;
  sessions.byClient.forEach((session, client) => {
    if (session.began !== undefined && session.began.activeUs < activeSinceUs) isEnded = true;
    else kept = withSession(kept, client, session);
  });
  const { byClient, sizeBytes } = isEnded ? kept : sessions;
  return { byClient, sizeBytes, timeUs: Math.max(sessions.timeUs ?? 0, timeUs) };
}

function put(sessions: Sessions, client: NodeId, session: Session): Sessions {
  const { byClient, sizeBytes } = withSession(sessions, client, session);
  return { byClient, sizeBytes, timeUs: sessions.timeUs! };
}

/** The session in which a command of a client may be executed; null when it has ended, or was never begun. */
export const sessionFor = (sessions: Sessions, client: NodeId, session: number): Session | null => {
  const present = sessions.byClient.get(client);
  return present?.began !== undefined && (session === registration || present.began.id === session) ? present : null;
};
