/**
 * Snapshots in chunks (section 7, Figure 13): InstallSnapshot with an offset and `done`. Pure values: what a server has
 * of a snapshot by now, and how far a leader is with sending one. core/chunks.ts puts them around the server.
 *
 * What a snapshot at an index holds is one row of bytes, whoever made it. So a follower keeps what it has when another
 * leader goes on, and every answer says how much that is: a sender that lost its place, or a receiver that lost its
 * memory, is put right by it (LogCabin's issue 174).
 */
import type { NodeId } from '../protocol.ts';
import type { LogIndex, Term } from './log.ts';
import type { InstallChunk, InstallChunkReply } from './option-messages.ts';
import type { Leader } from './state.ts';

export interface Transfers {
  readonly incoming: Incoming | null;
  /** Of the present leadership, one a follower at most. */
  readonly outgoing: readonly Outgoing[];
}

/** The beginning of a snapshot, up to where its chunks have come without a gap. It is lost with a crash. */
export interface Incoming {
  readonly lastIncludedIndex: LogIndex;
  readonly lastIncludedTerm: Term;
  readonly bytes: Uint8Array;
}

export interface Outgoing {
  readonly to: NodeId;
  readonly term: Term;
  readonly lastIncludedIndex: LogIndex;
  readonly lastIncludedTerm: Term;
  /** All of the snapshot, as it was when the transfer began: a newer one waits until this one is through. */
  readonly bytes: Uint8Array;
  /** Where the chunk begins that is to be answered. */
  readonly offset: number;
}

export const noTransfers: Transfers = { incoming: null, outgoing: [] };

const isOf = ({ lastIncludedIndex, lastIncludedTerm }: InstallChunk, incoming: Incoming): boolean =>
  lastIncludedIndex === incoming.lastIncludedIndex && lastIncludedTerm === incoming.lastIncludedTerm;

/** How much of the chunk's snapshot is here. */
export const storedOf = (incoming: Incoming | null, chunk: InstallChunk): number =>
  incoming !== null && isOf(chunk, incoming) ? incoming.bytes.length : 0;

/**
 * Figure 13, rules 2 and 3: a first chunk begins another snapshot, in whose place whatever part of one is given up; any
 * chunk is written only where what came before it ends. A chunk that comes again or out of turn changes nothing.
 */
export function withChunk(incoming: Incoming | null, chunk: InstallChunk): Incoming | null {
  if (chunk.offset !== storedOf(incoming, chunk)) return incoming;
  const { lastIncludedIndex, lastIncludedTerm, data } = chunk;
  const before = incoming !== null && isOf(chunk, incoming) ? incoming.bytes : noBytes;
  const bytes = new Uint8Array(before.length + data.length);
  bytes.set(before);
  bytes.set(data, before.length);
  return { lastIncludedIndex, lastIncludedTerm, bytes };
}

const noBytes = new Uint8Array(0);

/** Whether the chunk is the last one, and all before it has come. */
export const isWhole = (incoming: Incoming | null, chunk: InstallChunk): boolean =>
  chunk.done && chunk.offset === storedOf(incoming, chunk);

/** What is to be sent next, or again. */
export function chunkOf(
  { term, lastIncludedIndex, lastIncludedTerm, bytes, offset }: Outgoing, chunkBytes: number,
): InstallChunk {
  const data = bytes.slice(offset, offset + chunkBytes);
  return {
    kind: 'installChunk', term, lastIncludedIndex, lastIncludedTerm, offset, data,
    done: offset + data.length === bytes.length,
  };
}

/**
 * The transfer behind an answer to its latest chunk: it goes on where the follower says. Null for an answer to anything
 * else, which is old news.
 */
export function behindAnswer(
  outgoing: Outgoing | undefined, { lastIncludedIndex, offset, bytesStored }: InstallChunkReply,
): Outgoing | null {
  if (outgoing === undefined || outgoing.lastIncludedIndex !== lastIncludedIndex || outgoing.offset !== offset)
    return null;
  return { ...outgoing, offset: Math.min(bytesStored, outgoing.bytes.length) };
}

/** Of the transfers of a leader those that are not over: what a follower holds by now it is not sent. */
export const stillUnderWay = (
  outgoing: readonly Outgoing[], { nextIndex }: Leader, currentTerm: Term,
): readonly Outgoing[] =>
  outgoing.filter(({ lastIncludedIndex, term, to }) => term === currentTerm && nextIndex[to]! <= lastIncludedIndex);
