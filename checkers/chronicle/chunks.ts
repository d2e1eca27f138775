/** Snapshots that go in chunks. */
import type { InstallChunk, InstallChunkReply } from '../../core/raft/option-messages.ts';
import type { Incoming, Outgoing } from '../../core/raft/snapshot-chunks.ts';
import type { Server, ServerMessage } from '../../core/server.ts';
import type { Effect, Event, NodeId } from '../../core/protocol.ts';
import { situationsOf } from './situation.ts';

/** A step of a server that sends or takes snapshots in chunks. */
export interface TransferStep {
  readonly before: Server;
  readonly after: Server;
  readonly event: Event<ServerMessage, unknown>;
  readonly effects: readonly Effect<unknown, unknown, unknown>[];
}

const chunkIn = ({ event }: TransferStep): InstallChunk | null =>
  event.kind === 'message' && event.message.kind === 'installChunk' ? event.message : null;
const partOf = ({ transfers }: Server): Incoming | null => transfers?.incoming ?? null;
const outgoingOf = ({ transfers }: Server, peer: NodeId): Outgoing | undefined =>
  transfers?.outgoing.find(({ to }) => to === peer);
const isInstalled = ({ before, after }: TransferStep): boolean =>
  after.raft.persistent.snapshot !== before.raft.persistent.snapshot;

/**
 * How much a follower has by its answer, less what it had when its leader last heard of it; null where the step hears
 * no answer that counts.
 */
function gained({ before, after, event }: TransferStep): number | null {
  if (event.kind !== 'message' || event.message.kind !== 'installChunkReply') return null;
  const reply: InstallChunkReply = event.message;
  const [old, now] = [outgoingOf(before, event.from), outgoingOf(after, event.from)];
  return old === undefined || now === undefined || old === now ? null : reply.bytesStored - old.offset;
}

export const chunkTransfers = situationsOf<TransferStep>()({
  snapshotsInstalledFromChunks: {
    says: 'A snapshot is installed that came in several chunks',
    seen: (step) => (chunkIn(step)?.offset ?? 0) > 0 && isInstalled(step),
  },
  chunksRepeated: {
    says: 'A leader sends a chunk again that was not answered',
    seen: ({ before, event, effects }) =>
      event.kind === 'timer' &&
      effects.some(
        (effect) =>
          effect.kind === 'send' &&
          (effect.message as ServerMessage).kind === 'installChunk' &&
          outgoingOf(before, effect.to)?.lastIncludedIndex === (effect.message as InstallChunk).lastIncludedIndex,
      ),
  },
  chunksOutOfTurn: {
    says: 'A follower hears a chunk that does not begin where its part of the snapshot ends',
    seen: (step) =>
      chunkIn(step) !== null &&
      chunkIn(step)!.term >= step.before.raft.persistent.currentTerm &&
      chunkIn(step)!.lastIncludedIndex > step.before.raft.commitIndex &&
      !isInstalled(step) &&
      partOf(step.before) === partOf(step.after),
  },
  partialSnapshotsReplaced: {
    says: 'A follower gives up its part of a snapshot for another one',
    seen(step) {
      const [old, now] = [partOf(step.before), partOf(step.after)];
      return old !== null && now !== null && old.lastIncludedIndex !== now.lastIncludedIndex;
    },
  },
  transfersBegunAgain: {
    says: 'A leader learns that a follower has lost its part of a snapshot', seen: (step) => (gained(step) ?? 0) < 0,
  },
  transfersTakenUp: {
    says: 'A leader goes on with a snapshot that another one began to send',
    seen: (step) => (gained(step) ?? 0) > (step.before.config.snapshotChunkBytes ?? Infinity),
  },
  snapshotsTakenInTransfer: {
    says: 'A leader takes a newer snapshot while it sends one',
    seen: (step) =>
      step.before.transfers !== undefined &&
      step.before.transfers.outgoing.length > 0 &&
      step.after.raft.role.kind === 'leader' &&
      isInstalled(step),
  },
});
