/**
 * Messages as bytes, and back; disk writes and Raft's persisted state: write-codec.ts.
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
import { readEntries, readSnapshot, writeEntries, writeSnapshot } from './entry-codec.ts';
import { readResult, writeResult } from './kv/command.ts';
import type { ClientRequest, Outcome } from './kv/messages.ts';
import { inStay, optionMessageKinds, readOptionMessage, writeOptionMessage } from './option-codec.ts';
import type { AppendEntries, AppendEntriesReply } from './raft/messages.ts';
import type { ServerMessage } from './server.ts';
import { readOptionalNode, writeOptionalNode } from './write-codec.ts';

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
  // A request of a client with several in flight.
  'pipelinedRequest',
] as const;

export function encodeMessage(message: ServerMessage): Uint8Array {
  if ('stay' in message && message.stay !== undefined) {
    const { stay, ...plain } = message;
    return new ByteWriter()
      .uint8(messageKinds.indexOf('inStay'))
      .uint32(stay)
      .raw(encodeMessage(plain as ServerMessage))
      .finish();
  }
  const to = new ByteWriter().uint8(messageKinds.indexOf(kindOf(message)));
  writeMessage(to, message);
  return to.finish();
}

function kindOf(message: ServerMessage): (typeof messageKinds)[number] {
  if (message.kind !== 'clientRequest') return message.kind;
  assert(
    message.session === undefined || message.unanswered === undefined,
    () => 'a client in a session that may expire has one request in flight',
  );
  if (message.unanswered !== undefined) return 'pipelinedRequest';
  return message.session === undefined ? message.kind : 'sessionRequest';
}

/** @throws AssertionFailed when the bytes are not what `encodeMessage` gives */
export function decodeMessage(bytes: Uint8Array): ServerMessage {
  const from = new ByteReader(bytes);
  const kind = messageKinds[from.uint8()];
  assert(kind !== undefined, () => 'a message of an unknown kind');
  if (kind === 'inStay') return inStay(from.uint32(), decodeMessage(bytes.subarray(from.position)));
  const message = readAnyMessage(from, kind);
  from.end();
  return message;
}

function readAnyMessage(from: ByteReader, kind: Exclude<(typeof messageKinds)[number], 'inStay'>): ServerMessage {
  if (kind === 'sessionRequest') return { ...readRequest(from), session: from.uint32() };
  return kind === 'pipelinedRequest' ? { ...readRequest(from), unanswered: from.uint32() } : readMessage(from, kind);
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
      if (message.unanswered !== undefined) to.uint32(message.unanswered);
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
