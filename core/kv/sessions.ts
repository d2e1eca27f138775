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
  /** Of one that may expire (expiry.ts). */
  readonly began?: Began;
}

export interface Began {
  /** The index of the entry that began it. */
  readonly id: number;
  /** The client's number at which it asked for it. */
  readonly bySequence: number;
  /** When a command in it was applied last, by the time of the entries. */
  readonly activeUs: number;
}

export interface Sessions {
  readonly byClient: SortedMap<NodeId, Session>;
  /** Length of the byte form of all sessions. */
  readonly sizeBytes: number;
  /** The latest time of an entry; absent where sessions do not expire. */
  readonly timeUs?: number;
}

export const noSessions: Sessions = { byClient: SortedMap.empty(), sizeBytes: 0 };

const sizeOf = (session: Session): number =>
  (session.began === undefined ? 2 : 5) * uint32SizeBytes + resultSizeBytes(session.result);

export function withSession(sessions: Sessions, client: NodeId, session: Session): Sessions {
  const old = sessions.byClient.get(client);
  const freed = old === undefined ? 0 : sizeOf(old);
  return { byClient: sessions.byClient.set(client, session), sizeBytes: sessions.sizeBytes - freed + sizeOf(session) };
}

/** A client has one command in flight, so whatever is not above its last number was executed. */
export const wasExecuted = (sessions: Sessions, client: NodeId, sequence: number): boolean =>
  sequence <= (sessions.byClient.get(client)?.sequence ?? 0);
