/**
 * Messages, disk writes and Raft's persisted state as bytes, and back.
 *
 * The form is canonical: a value has one byte form, and bytes that are the form of no value are
 * refused with AssertionFailed. The sizes that states declare (`sizeBytes`, `hardStateSizeBytes`) are
 * lengths of these forms, and encoding asserts it.
 *
 * Terms, indexes and counts take 4 bytes; a node id that may be null takes 4 bytes, of which 0 is null.
 */
import { assert } from './assert.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { readAsked, writeAsked } from './configuration-codec.ts';
import {
  decodeStoredSnapshot, readEntries, readEntry, readSnapshot, writeEntries, writeEntry, writeSnapshot,
} from './entry-codec.ts';
import { readResult, writeResult } from './kv/command.ts';
import type { ClientRequest, Outcome } from './kv/messages.ts';
import { inStay, optionMessageKinds, readOptionMessage, writeOptionMessage } from './option-codec.ts';
import type { NodeId } from './protocol.ts';
import { Log, type Entry } from './raft/log.ts';
import type { AppendEntries, AppendEntriesReply } from './raft/messages.ts';
import type { Write } from './raft/write.ts';
import type { Persistent } from './raft/state.ts';
import type { ServerMessage } from './server.ts';

/** The first byte of a message is the place of its kind in this list. */
const messageKinds = [
  'requestVote', 'requestVoteReply',
  'appendEntries', 'appendEntriesReply',
  'installSnapshot', 'installSnapshotReply',
  'clientRequest', 'clientReply',
  ...optionMessageKinds,
  'sessionReply',
  // A request of a client whose session may expire.
  'sessionRequest',
  // What belongs to a later stay of a server: the number of the stay, and the message as it is without.
  'inStay',
] as const;

/** The first byte of a write, likewise. */
const writeKinds = ['hardState', 'snapshot', 'truncate', 'append'] as const;

export function encodeMessage(message: ServerMessage): Uint8Array {
  if ('stay' in message && message.stay !== undefined) {
    const { stay, ...plain } = message;
    return new ByteWriter()
      .uint8(messageKinds.indexOf('inStay'))
      .uint32(stay)
      .raw(encodeMessage(plain as ServerMessage))
      .finish();
  }
  const isInSession = message.kind === 'clientRequest' && message.session !== undefined;
  const to = new ByteWriter().uint8(messageKinds.indexOf(isInSession ? 'sessionRequest' : message.kind));
  writeMessage(to, message);
  return to.finish();
}

/** @throws AssertionFailed when the bytes are not what `encodeMessage` gives */
export function decodeMessage(bytes: Uint8Array): ServerMessage {
  const from = new ByteReader(bytes);
  const kind = messageKinds[from.uint8()];
  assert(kind !== undefined, () => 'a message of an unknown kind');
  if (kind === 'inStay') return inStay(from.uint32(), decodeMessage(bytes.subarray(from.position)));
  const message =
    kind === 'sessionRequest' ? { ...readRequest(from), session: from.uint32() } : readMessage(from, kind);
  from.end();
  return message;
}

function writeMessage(to: ByteWriter, message: ServerMessage): void {
  switch (message.kind) {
    case 'requestVote':
      to.uint32(message.term).uint32(message.lastLogIndex).uint32(message.lastLogTerm);
      return;
    case 'requestVoteReply':
      writeBoolean(to.uint32(message.term), message.voteGranted);
      return;
    case 'appendEntries':
      to.uint32(message.term).uint32(message.prevLogIndex).uint32(message.prevLogTerm).uint32(message.leaderCommit);
      writeEntries(to, message.entries);
      return;
    case 'appendEntriesReply':
      writeBoolean(to.uint32(message.term), message.success);
      to.uint32(message.index).uint32(message.conflictTerm).uint32(message.conflictIndex);
      return;
    case 'installSnapshot':
      writeSnapshot(to.uint32(message.term), message.snapshot);
      return;
    case 'installSnapshotReply':
      to.uint32(message.term).uint32(message.lastIncludedIndex);
      return;
    case 'clientRequest':
      writeAsked(to.uint32(message.sequence), message.operation);
      if (message.session !== undefined) to.uint32(message.session);
      return;
    case 'sessionReply':
      // An index may be any number: 0 is none, as with nodes.
      writeOptionalNode(to.uint32(message.sequence), message.session);
      return;
    case 'clientReply':
      writeOutcome(to.uint32(message.sequence), message.outcome);
      return;
    default:
      writeOptionMessage(to, message);
  }
}

function readMessage(from: ByteReader, kind: ServerMessage['kind']): ServerMessage {
  switch (kind) {
    case 'requestVote':
      return { kind, term: from.uint32(), lastLogIndex: from.uint32(), lastLogTerm: from.uint32() };
    case 'requestVoteReply':
      return { kind, term: from.uint32(), voteGranted: readBoolean(from) };
    case 'appendEntries':
      return readAppendEntries(from);
    case 'appendEntriesReply':
      return readAppendEntriesReply(from);
    case 'installSnapshot':
      return { kind, term: from.uint32(), snapshot: readSnapshot(from) };
    case 'installSnapshotReply':
      return { kind, term: from.uint32(), lastIncludedIndex: from.uint32() };
    case 'clientRequest':
      return readRequest(from);
    case 'sessionReply':
      return { kind, sequence: from.uint32(), session: readOptionalNode(from) };
    case 'clientReply':
      return { kind, sequence: from.uint32(), outcome: readOutcome(from) };
    default:
      return readOptionMessage(from, kind);
  }
}

const readRequest = (from: ByteReader): ClientRequest => ({
  kind: 'clientRequest', sequence: from.uint32(), operation: readAsked(from),
});

function readAppendEntries(from: ByteReader): AppendEntries {
  const term = from.uint32();
  const prevLogIndex = from.uint32();
  const prevLogTerm = from.uint32();
  const leaderCommit = from.uint32();
  return { kind: 'appendEntries', term, prevLogIndex, prevLogTerm, entries: readEntries(from), leaderCommit };
}

const readAppendEntriesReply = (from: ByteReader): AppendEntriesReply => ({
  kind: 'appendEntriesReply',
  term: from.uint32(),
  success: readBoolean(from),
  index: from.uint32(),
  conflictTerm: from.uint32(),
  conflictIndex: from.uint32(),
});

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
 * is `persistedSizeBytes`; the snapshot's data is kept beside it.
 */
export function encodeRaftState({ currentTerm, votedFor, log }: Persistent): Uint8Array {
  const to = new ByteWriter().uint32(currentTerm);
  writeOptionalNode(to, votedFor);
  to.uint32(log.baseIndex).uint32(log.baseTerm);
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
  const votedFor = readOptionalNode(from);
  const lastIncludedIndex = from.uint32();
  const lastIncludedTerm = from.uint32();
  const entries: Entry[] = [];
  while (from.position < bytes.length) entries.push(readEntry(from));
  assert((lastIncludedIndex === 0) === (snapshotData === null), () =>
    `the log begins behind index ${lastIncludedIndex}, ${snapshotData === null ? 'without' : 'with'} a snapshot`);
  const snapshot =
    snapshotData === null ? null : decodeStoredSnapshot(snapshotData, lastIncludedIndex, lastIncludedTerm);
  return {
    currentTerm,
    votedFor,
    log: Log.startingAfter(lastIncludedIndex, lastIncludedTerm, snapshot?.configuration).append(entries),
    snapshot,
  };
}

function writeOutcome(to: ByteWriter, outcome: Outcome): void {
  const isDone = outcome.kind === 'done';
  writeBoolean(to, isDone);
  if (isDone) writeResult(to, outcome.result);
  else writeOptionalNode(to, outcome.leaderId);
}

const readOutcome = (from: ByteReader): Outcome =>
  readBoolean(from)
    ? { kind: 'done', result: readResult(from) }
    : { kind: 'notLeader', leaderId: readOptionalNode(from) };

function writeBoolean(to: ByteWriter, value: boolean): void {
  to.uint8(value ? 1 : 0);
}

function readBoolean(from: ByteReader): boolean {
  const byte = from.uint8();
  assert(byte <= 1, () => `the byte ${byte} is neither true nor false`);
  return byte === 1;
}

function writeOptionalNode(to: ByteWriter, node: NodeId | null): void {
  to.uint32(node === null ? 0 : node + 1);
}

function readOptionalNode(from: ByteReader): NodeId | null {
  const number = from.uint32();
  return number === 0 ? null : number - 1;
}
