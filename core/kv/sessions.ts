/**
 * Each client's command takes effect once (section 8; Ongaro's dissertation, 6.3): of every client
 * the table keeps the sequence number of its last command and the reply to it.
 *
 * A client with several commands in flight may ask again for one that is not its last: of such a client the table keeps
 * the reply to each that the client has not said to have (6.3: "the state machine then discards all responses for lower
 * sequence numbers").
 */
import { uint32SizeBytes } from '../bytes.ts';
import { SortedMap } from '../immutable/sorted-map.ts';
import type { NodeId } from '../protocol.ts';
import { resultSizeBytes, type Result } from './command.ts';

export interface Kept {
  readonly sequence: number;
  readonly result: Result;
}

export interface Session extends Kept {
  /** Of a client with several commands in flight: those before the last one that may be asked for again, in order. */
  readonly earlier?: readonly Kept[];
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

const keptSizeBytes = ({ result }: Kept): number => uint32SizeBytes + resultSizeBytes(result);

const sizeOf = (session: Session): number =>
  (session.began === undefined ? 1 : 4) * uint32SizeBytes +
  keptSizeBytes(session) +
  (session.earlier === undefined
    ? 0
    : session.earlier.reduce((sum, kept) => sum + keptSizeBytes(kept), uint32SizeBytes));

export function withSession(sessions: Sessions, client: NodeId, session: Session): Sessions {
  const old = sessions.byClient.get(client);
  const freed = old === undefined ? 0 : sizeOf(old);
  return { byClient: sessions.byClient.set(client, session), sizeBytes: sessions.sizeBytes - freed + sizeOf(session) };
}

/**
 * What a client's session is once its next command gave `result`.
 * @param unanswered of a client with several commands in flight: what is below that it has
 */
export function sessionBehind(
  session: Session | undefined, sequence: number, result: Result, unanswered: number | undefined,
): Session {
  if (unanswered === undefined) return { sequence, result };
  const before = session === undefined ? [] : [...(session.earlier ?? []), session];
  const earlier = before.filter((kept) => kept.sequence >= unanswered);
  return { sequence, result, earlier: earlier.map((kept) => ({ sequence: kept.sequence, result: kept.result })) };
}

/** What one of a client's commands gave; undefined where that is not kept. */
export const keptOf = (session: Session | undefined, sequence: number): Kept | undefined =>
  (session?.sequence === sequence ? session : session?.earlier?.find((kept) => kept.sequence === sequence));

/** Commands of a client are executed in the order of their numbers, so whatever is not above its last one was. */
export const wasExecuted = (sessions: Sessions, client: NodeId, sequence: number): boolean =>
  sequence <= (sessions.byClient.get(client)?.sequence ?? 0);
