/**
 * What must be durable before a step's effects may happen, found by comparing the persistent part of
 * the state before and after. The handlers never mention the disk, so none of them can forget it.
 */
import { assert } from '../assert.ts';
import { Log } from './log.ts';
import type { Snapshot } from './messages.ts';
import { NONE, type Persistent } from './state.ts';
import type { Write } from './write.ts';

/** Byte form of currentTerm, votedFor, lastIncludedIndex and lastIncludedTerm. */
export const hardStateSizeBytes = 16;

/**
 * What the lab calls the size of Raft's state: hard state and log, without the snapshot, and without what a new disk
 * was told (new-disk.ts), which no snapshot makes smaller.
 */
export const persistedSizeBytes = (persistent: Persistent): number => hardStateSizeBytes + persistent.log.sizeBytes;

export function changes(before: Persistent, after: Persistent): readonly Write[] {
  if (before === after) return NONE;
  const writes: Write[] = [];
  if (before.currentTerm !== after.currentTerm || before.votedFor !== after.votedFor) {
    writes.push({ kind: 'hardState', currentTerm: after.currentTerm, votedFor: after.votedFor });
  }
  if (before.snapshot !== after.snapshot) {
    assert(after.snapshot !== null, () => 'a snapshot was given up');
    writes.push({ kind: 'snapshot', snapshot: after.snapshot });
  }
  if (before.log !== after.log) pushLogChanges(writes, before.log, after.log);
  return writes;
}

function pushLogChanges(writes: Write[], before: Log, after: Log): void {
  const kept = after.lastSharedIndex(before);
  if (kept < before.lastIndex) writes.push({ kind: 'truncate', from: kept + 1 });
  if (kept < after.lastIndex) {
    writes.push({ kind: 'append', from: kept + 1, entries: after.from(kept + 1, after.lastIndex - kept) });
  }
}

/** What the disk holds once this write is on it: replaying all writes rebuilds the durable state. */
export function applyWrite(durable: Persistent, write: Write): Persistent {
  const { currentTerm, votedFor, log, snapshot } = durable;
  switch (write.kind) {
    case 'hardState':
      return { currentTerm: write.currentTerm, votedFor: write.votedFor, log, snapshot };
    case 'snapshot':
      return { currentTerm, votedFor, log: behind(log, write.snapshot), snapshot: write.snapshot };
    case 'truncate':
      return { currentTerm, votedFor, log: log.truncateFrom(write.from), snapshot };
    case 'append':
      assert(write.from === log.lastIndex + 1, () => `a write of entry ${write.from} behind entry ${log.lastIndex}`);
      return { currentTerm, votedFor, log: log.append(write.entries), snapshot };
  }
}

const behind = (log: Log, { lastIncludedIndex, lastIncludedTerm, configuration }: Snapshot): Log =>
  log.has(lastIncludedIndex, lastIncludedTerm)
    ? log.compactTo(lastIncludedIndex)
    : Log.startingAfter(lastIncludedIndex, lastIncludedTerm, configuration, log.founding);
