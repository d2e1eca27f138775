/** Snapshots in chunks (Figure 13): what a follower has of one, and how much of one goes at a time. */
import type { Effect, Event, NodeId } from '../core/protocol.ts';
import type { InstallChunk } from '../core/raft/option-messages.ts';
import type { Incoming } from '../core/raft/snapshot-chunks.ts';
import type { Server, ServerMessage } from '../core/server.ts';
import { property } from './property.ts';

export interface ChunkStep {
  readonly node: NodeId;
  readonly before: Server;
  readonly after: Server;
  readonly event: Event<ServerMessage, unknown>;
  readonly effects: readonly Effect<unknown, unknown, unknown>[];
}

const isSame = (one: Incoming, { lastIncludedIndex, lastIncludedTerm }: Incoming | InstallChunk): boolean =>
  one.lastIncludedIndex === lastIncludedIndex && one.lastIncludedTerm === lastIncludedTerm;

const partOf = ({ transfers }: Server): Incoming | null => transfers?.incoming ?? null;

export const chunksLeaveNoGap = property({
  name: 'Chunks Leave No Gap',
  source: 'Raft, Figure 13',
  says: 'What a follower has of a snapshot grows by a chunk that begins where it ends, and by nothing else',
  looksAt: 'ghost',
  check({ node, before, after, event }: ChunkStep) {
    const [old, now] = [partOf(before), partOf(after)];
    const chunk = event.kind === 'message' && event.message.kind === 'installChunk' ? event.message : null;
    // The last one is installed and kept nowhere: what it was put behind is gone, and was looked at before.
    if (chunk !== null && chunk.done && after.raft.persistent.snapshot !== before.raft.persistent.snapshot)
      return gapBefore(node, old, chunk);
    if (now === null || now === old) return null;
    const { lastIncludedIndex: index } = now;
    const had = old !== null && isSame(old, now) ? old.bytes.length : 0;
    if (chunk === null || !isSame(now, chunk))
      return `n${node} holds ${now.bytes.length} bytes of the snapshot at ${index}, and heard no chunk of it`;
    return (
      gapBefore(node, old, chunk) ??
      (now.bytes.length === had + chunk.data.length
        ? null
        : `n${node} had ${had} bytes of the snapshot at ${index}, took ${chunk.data.length}, and has ${now.bytes.length}`)
    );
  },
});

function gapBefore(node: NodeId, old: Incoming | null, chunk: InstallChunk): string | null {
  const had = old !== null && isSame(old, chunk) ? old.bytes.length : 0;
  return chunk.offset === had
    ? null
    : `n${node} had ${had} bytes of the snapshot at ${chunk.lastIncludedIndex}, and takes a chunk that begins at ${chunk.offset}`;
}

export const oneChunkAtATime = property({
  name: 'One Chunk At A Time',
  source: 'Raft, Figure 13; etcd, flow control of snapshots',
  says: 'A message holds no more of a snapshot than a chunk, and a step sends a follower one chunk at most',
  looksAt: 'ghost',
  check({ node, after: { config: { snapshotChunkBytes = Infinity } }, effects }: ChunkStep) {
    const told = new Set<NodeId>();
    for (const effect of effects) {
      if (effect.kind !== 'send') continue;
      const message = effect.message as ServerMessage;
      if (message.kind === 'installSnapshot') return `n${node} sends n${effect.to} its whole snapshot`;
      if (message.kind !== 'installChunk') continue;
      if (message.data.length > snapshotChunkBytes)
        return `n${node} sends n${effect.to} ${message.data.length} bytes of its snapshot, and a chunk has ${snapshotChunkBytes} at most`;
      if (told.has(effect.to)) return `n${node} sends n${effect.to} two chunks in one step`;
      told.add(effect.to);
    }
    return null;
  },
});
