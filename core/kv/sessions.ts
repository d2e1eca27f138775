/**
 * Each client's command takes effect once (section 8; Ongaro's dissertation, 6.3): of every client
 * the table keeps the sequence number of its last command and the reply to it.
 */
import { uint32SizeBytes } from '../bytes.ts';
import { SortedMap } from '../immutable/sorted-map.ts';
import type { NodeId } from '../protocol.ts';
import { resultSizeBytes, type Result } from './command.ts';

export interface Session {
  readonly sequence: number;
  readonly result: Result;
}

export interface Sessions {
  readonly byClient: SortedMap<NodeId, Session>;
  /** Length of the byte form of all sessions. */
  readonly sizeBytes: number;
}

export const noSessions: Sessions = { byClient: SortedMap.empty(), sizeBytes: 0 };

const sizeOf = (session: Session): number => 2 * uint32SizeBytes + resultSizeBytes(session.result);

export function withSession(sessions: Sessions, client: NodeId, session: Session): Sessions {
  const old = sessions.byClient.get(client);
  const freed = old === undefined ? 0 : sizeOf(old);
  return { byClient: sessions.byClient.set(client, session), sizeBytes: sessions.sizeBytes - freed + sizeOf(session) };
}

/** A client has one command in flight, so whatever is not above its last number was executed. */
export const wasExecuted = (sessions: Sessions, client: NodeId, sequence: number): boolean =>
  sequence <= (sessions.byClient.get(client)?.sequence ?? 0);
