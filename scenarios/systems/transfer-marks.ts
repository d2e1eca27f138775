/** What a step did of snapshots in chunks (Figure 13), where, and against which rule. */
import type { Server, ServerMessage } from '../../core/server.ts';
import type { Incoming } from '../../core/raft/snapshot-chunks.ts';
import type { AnyEvent, Mark } from '../../harness/system.ts';
import { marked } from './mark.ts';

const at = [
  'core/raft/snapshot-chunks.ts withChunk', 'core/raft/snapshot-chunks.ts isWhole',
  'core/raft/snapshot-chunks.ts storedOf', 'core/chunks.ts onChunk',
];

const partOf = ({ transfers }: Server): Incoming | null => transfers?.incoming ?? null;

/** Figure 13, rule 3: a chunk is written at its offset, which is where what came before it ends. */
export function transferMarks({
  before, after, event,
}: {
  readonly before: Server;
  readonly after: Server;
  readonly event: AnyEvent;
}): readonly Mark[] {
  const chunk = event.kind === 'message' ? (event.message as ServerMessage) : null;
  if (chunk?.kind !== 'installChunk') return [];
  const { lastIncludedIndex: index, lastIncludedTerm, offset, data } = chunk;
  const isOf = (part: Incoming | null): boolean =>
    part?.lastIncludedIndex === index && part.lastIncludedTerm === lastIncludedTerm;
  const [old, now] = [partOf(before), partOf(after)];
  const isTaken = (now !== old && isOf(now)) || after.raft.persistent.snapshot !== before.raft.persistent.snapshot;
  if (!isTaken) return [];
  const had = isOf(old) ? old!.bytes.length : 0;
  return [
    marked(
      'chunk',
      at,
      `takes bytes ${offset} to ${offset + data.length} of the snapshot up to ${index}, and had ${had}`,
      offset === had ? null : 'a chunk is written where what came before it ends (Figure 13, 3)',
      { index, upTo: index },
    ),
  ];
}
