/**
 * Snapshots in chunks (Figure 13), as a layer around the server: where Raft sends its snapshot one chunk of it goes,
 * and the last chunk that comes is given to Raft as the snapshot.
 *
 * One chunk a follower is under way at a time. Its answer calls for the next one; a heartbeat sends it again.
 */
import { decodeStoredSnapshot, encodeStoredSnapshot } from './entry-codec.ts';
import type { ClerkMessage } from './kv/messages.ts';
import type { Effect, Event, NodeId, Step } from './protocol.ts';
import type { Snapshot } from './raft/messages.ts';
import { isOutsider } from './raft/membership.ts';
import type { AnyRaftMessage, InstallChunk, InstallChunkReply } from './raft/option-messages.ts';
import {
  behindAnswer, chunkOf, isWhole, noTransfers, stillUnderWay, storedOf, withChunk, type Outgoing, type Transfers,
} from './raft/snapshot-chunks.ts';
import { send, type Raft } from './raft/state.ts';
import type { Write } from './raft/write.ts';
import { withTransfers } from './server-fields.ts';

/** Of a server, what its transfers need. */
export interface ChunkServer {
  readonly config: { readonly snapshotChunkBytes?: number };
  readonly raft: Raft;
  /** Absent before the first event, and without the option. */
  readonly transfers?: Transfers | undefined;
}

type Message = AnyRaftMessage | ClerkMessage;
type ChunkEffect = Effect<Message, Write, never>;
type ChunkEvent = Event<Message, never>;
type ChunkStep<S> = Step<S, ChunkEffect>;
type Reducer<S> = (server: S, event: ChunkEvent) => ChunkStep<S>;

/** The server's step, with what it means for its transfers. Without the option it is the server's alone. */
export function withChunks<S extends ChunkServer>(server: S, event: ChunkEvent, step: Reducer<S>): ChunkStep<S> {
  const { snapshotChunkBytes } = server.config;
  if (snapshotChunkBytes === undefined) return step(server, event);
  const transfers = server.transfers ?? noTransfers;
  if (event.kind === 'message' && event.message.kind === 'installChunk')
    return onChunk(server, transfers, event.from, event.message, step);
  const { state, effects } = step(server, event);
  const outgoing = outgoingOf(state.raft, transfers.outgoing);
  const hasNone = outgoing.length === 0 && transfers.outgoing.length === 0;
  const carried = withTransfers(state, hasNone ? transfers : { incoming: transfers.incoming, outgoing });
  const answered = event.kind === 'message' && event.message.kind === 'installChunkReply'
    ? onAnswer(carried, event.from, event.message, effects, snapshotChunkBytes) : { state: carried, effects };
  return inChunks(answered, event.kind === 'timer', snapshotChunkBytes);
}

/** What is committed here is in hand already; the last of its chunks makes a snapshot; any other one is kept. */
function onChunk<S extends ChunkServer>(
  server: S, { incoming, outgoing }: Transfers, from: NodeId, chunk: InstallChunk, step: Reducer<S>,
): ChunkStep<S> {
  const { term, lastIncludedIndex, lastIncludedTerm, offset } = chunk;
  const isStale = term < server.raft.persistent.currentTerm;
  const isHeld = lastIncludedIndex <= server.raft.commitIndex;
  if (!isStale && (isHeld || isWhole(incoming, chunk))) {
    const { bytes } = isHeld ? { bytes: null } : withChunk(incoming, chunk)!;
    const snapshot: Snapshot =
      bytes === null
        ? { lastIncludedIndex, lastIncludedTerm, data: null, sizeBytes: 0 }
        : decodeStoredSnapshot(bytes, lastIncludedIndex, lastIncludedTerm);
    const { state, effects } = step(server, {
      kind: 'message', from, message: { kind: 'installSnapshot', term, snapshot },
    });
    const isOver = incoming !== null && incoming.lastIncludedIndex <= state.raft.commitIndex;
    return {
      state: withTransfers(state, { incoming: isOver ? null : incoming, outgoing: outgoingOf(state.raft, outgoing) }),
      effects,
    };
  }
  const { state, effects } = step(server, { kind: 'message', from, message: chunk });
  const kept = isStale ? incoming : withChunk(incoming, chunk);
  const reply: InstallChunkReply = {
    kind: 'installChunkReply', term: state.raft.persistent.currentTerm, lastIncludedIndex, offset,
    bytesStored: isStale ? 0 : storedOf(kept, chunk),
  };
  return {
    state: withTransfers(state, { incoming: kept, outgoing: outgoingOf(state.raft, outgoing) }),
    effects: [...effects, send(from, reply)],
  };
}

/** A follower has answered a chunk: the next one goes at once. */
function onAnswer<S extends ChunkServer>(
  server: S, from: NodeId, reply: InstallChunkReply, effects: readonly ChunkEffect[], chunkBytes: number,
): ChunkStep<S> {
  const { incoming, outgoing } = server.transfers!;
  if (reply.term !== server.raft.persistent.currentTerm) return { state: server, effects };
  const next = behindAnswer(
    outgoing.find(({ to }) => to === from), reply,
  );
  if (next === null) return { state: server, effects };
  const state = withTransfers(server, { incoming, outgoing: outgoing.map((one) => (one.to === from ? next : one)) });
  return { state, effects: [...effects, send(from, chunkOf(next, chunkBytes))] };
}

/**
 * Where the paper's leader sends its snapshot: a transfer begins, or its chunk goes again when the heartbeat asks for
 * it, or it is under way and nothing goes.
 */
function inChunks<S extends ChunkServer>(
  { state, effects }: ChunkStep<S>, isHeartbeat: boolean, chunkBytes: number,
): ChunkStep<S> {
  if (!effects.some(isSnapshot)) return { state, effects };
  const { incoming } = state.transfers!;
  let { outgoing } = state.transfers!;
  const told: ChunkEffect[] = [];
  for (const effect of effects) {
    if (!isSnapshot(effect)) {
      told.push(effect);
      continue;
    }
    const known = outgoing.find(({ to }) => to === effect.to);
    const transfer = known ?? begun(effect.to, effect.message.term, effect.message.snapshot);
    if (known === undefined) outgoing = [...outgoing, transfer];
    if (known === undefined || isHeartbeat) told.push(send(effect.to, chunkOf(transfer, chunkBytes)));
  }
  return { state: withTransfers(state, { incoming, outgoing }), effects: told };
}

type SnapshotEffect = {
  readonly kind: 'send';
  readonly to: NodeId;
  readonly message: Extract<Message, { readonly kind: 'installSnapshot' }>;
};
const isSnapshot = (effect: ChunkEffect): effect is SnapshotEffect =>
  effect.kind === 'send' && effect.message.kind === 'installSnapshot';

const begun = (to: NodeId, term: number, snapshot: Snapshot): Outgoing => {
  const { lastIncludedIndex, lastIncludedTerm } = snapshot;
  return { to, term, lastIncludedIndex, lastIncludedTerm, bytes: encodeStoredSnapshot(snapshot), offset: 0 };
};

/** Who takes part no longer is sent no more of it. */
function outgoingOf(raft: Raft, outgoing: readonly Outgoing[]): readonly Outgoing[] {
  const { role, persistent: { currentTerm } } = raft;
  return role.kind === 'leader'
    ? stillUnderWay(outgoing, role, currentTerm).filter(({ to }) => !isOutsider(raft, to))
    : noTransfers.outgoing;
}
