/** Disk writes and Raft's persisted state as bytes, and back: the form is canonical, as that of messages (codec.ts). */
import { assert } from './assert.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { configurationMark, readConfiguration, writeConfiguration } from './configuration-codec.ts';
import {
  decodeStoredSnapshot, readEntries, readEntry, readSnapshot, writeEntries, writeEntry, writeSnapshot,
} from './entry-codec.ts';
import type { NodeId } from './protocol.ts';
import { Log, type Entry } from './raft/log.ts';
import type { Persistent } from './raft/state.ts';
import type { Write } from './raft/write.ts';

/** The first byte of a write is the place of its kind in this list. */
const writeKinds = ['hardState', 'snapshot', 'truncate', 'append'] as const;

export function encodeWrite(write: Write): Uint8Array {
  const to = new ByteWriter().uint8(writeKinds.indexOf(write.kind));
  switch (write.kind) {
    case 'hardState':
      writeOptionalNode(to.uint32(write.currentTerm), write.votedFor);
      break;
    case 'snapshot':
      writeSnapshot(to, write.snapshot);
      break;
    case 'truncate':
      to.uint32(write.from);
      break;
    case 'append':
      writeEntries(to.uint32(write.from), write.entries);
      break;
  }
  return to.finish();
}

/** @throws AssertionFailed when the bytes are not what `encodeWrite` gives */
export function decodeWrite(bytes: Uint8Array): Write {
  const from = new ByteReader(bytes);
  const kind = writeKinds[from.uint8()];
  assert(kind !== undefined, () => 'a write of an unknown kind');
  const write = readWrite(from, kind);
  from.end();
  return write;
}

function readWrite(from: ByteReader, kind: Write['kind']): Write {
  switch (kind) {
    case 'hardState':
      return { kind, currentTerm: from.uint32(), votedFor: readOptionalNode(from) };
    case 'snapshot':
      return { kind, snapshot: readSnapshot(from) };
    case 'truncate':
      return { kind, from: from.uint32() };
    case 'append':
      return { kind, from: from.uint32(), entries: readEntries(from) };
  }
}

/**
 * What the lab calls Raft's state: hard state, then the entries to the end of the bytes. Its length
 * is `persistedSizeBytes`; the snapshot's data is kept beside it. In front of the entries stands what a new disk was
 * told, which a mark at the vote says.
 */
export function encodeRaftState({ currentTerm, votedFor, log }: Persistent): Uint8Array {
  const to = new ByteWriter().uint32(currentTerm);
  const { founding } = log;
  writeOptionalNode(to, votedFor, founding === null ? 0 : configurationMark);
  to.uint32(log.baseIndex).uint32(log.baseTerm);
  if (founding !== null) writeConfiguration(to.uint32(founding.index), founding.configuration);
  for (const entry of log.from(log.baseIndex + 1, log.lastIndex - log.baseIndex)) writeEntry(to, entry);
  return to.finish();
}

/**
 * `snapshotData` is what `encodeStoredSnapshot` gave for the stored snapshot, null without one.
 * @throws AssertionFailed when the bytes are not what `encodeRaftState` gives
 */
export function decodeRaftState(bytes: Uint8Array, snapshotData: Uint8Array | null): Persistent {
  const from = new ByteReader(bytes);
  const currentTerm = from.uint32();
  const vote = from.uint32();
  const isFounded = vote >= configurationMark;
  const votedFor = optionalNode(isFounded ? vote - configurationMark : vote);
  const lastIncludedIndex = from.uint32();
  const lastIncludedTerm = from.uint32();
  const founding = isFounded ? { index: from.uint32(), configuration: readConfiguration(from) } : null;
  const entries: Entry[] = [];
  while (from.position < bytes.length) entries.push(readEntry(from));
  assert((lastIncludedIndex === 0) === (snapshotData === null), () =>
    `the log begins behind index ${lastIncludedIndex}, ${snapshotData === null ? 'without' : 'with'} a snapshot`);
  const snapshot =
    snapshotData === null ? null : decodeStoredSnapshot(snapshotData, lastIncludedIndex, lastIncludedTerm);
  return {
    currentTerm,
    votedFor,
    log: Log.startingAfter(lastIncludedIndex, lastIncludedTerm, snapshot?.configuration, founding).append(entries),
    snapshot,
  };
}

export function writeOptionalNode(to: ByteWriter, node: NodeId | null, mark = 0): void {
  to.uint32((node === null ? 0 : node + 1) + mark);
}

export const readOptionalNode = (from: ByteReader): NodeId | null => optionalNode(from.uint32());

const optionalNode = (number: number): NodeId | null => (number === 0 ? null : number - 1);
