/**
 * The byte form of what servers say to each other beyond the paper (codec.ts has the rest, and what all forms have in
 * common).
 */
import { assert } from './assert.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { ClerkMessage } from './kv/messages.ts';
import type { AnyRaftMessage, OptionMessage } from './raft/option-messages.ts';
import { belongsToStay, type InStay } from './stays.ts';

/** In the order of their first bytes, behind those of the paper's messages. */
export const optionMessageKinds = [
  'requestPreVote', 'requestPreVoteReply',
  'heartbeat', 'heartbeatReply',
  'readIndex', 'readIndexReply',
  'transferLeadership', 'timeoutNow', 'requestTransferVote',
  'installChunk', 'installChunkReply',
] as const;

/** Behind the first byte. A truth is a byte, everything else takes 4. */
export function writeOptionMessage(to: ByteWriter, message: OptionMessage): void {
  to.uint32(message.term);
  switch (message.kind) {
    case 'requestPreVote':
    case 'requestTransferVote':
      to.uint32(message.lastLogIndex).uint32(message.lastLogTerm);
      return;
    case 'requestPreVoteReply':
      to.uint8(message.voteGranted ? 1 : 0);
      return;
    case 'heartbeat':
    case 'heartbeatReply':
      to.uint32(message.round);
      return;
    case 'readIndex':
      to.uint32(message.client).uint32(message.sequence);
      return;
    case 'readIndexReply':
      to.uint32(message.client).uint32(message.sequence).uint32(message.index);
      return;
    case 'installChunk':
      to.uint32(message.lastIncludedIndex)
        .uint32(message.lastIncludedTerm)
        .uint32(message.offset)
        .uint8(message.done ? 1 : 0);
      to.uint32(message.data.length).raw(message.data);
      return;
    case 'installChunkReply':
      to.uint32(message.lastIncludedIndex).uint32(message.offset).uint32(message.bytesStored);
      return;
    case 'transferLeadership':
      to.uint32(message.to);
      return;
    case 'timeoutNow':
      return;
  }
}

export function readOptionMessage(from: ByteReader, kind: OptionMessage['kind']): OptionMessage {
  const term = from.uint32();
  switch (kind) {
    case 'requestPreVote':
    case 'requestTransferVote':
      return { kind, term, lastLogIndex: from.uint32(), lastLogTerm: from.uint32() };
    case 'requestPreVoteReply':
      return { kind, term, voteGranted: readTruth(from) };
    case 'heartbeat':
    case 'heartbeatReply':
      return { kind, term, round: from.uint32() };
    case 'readIndex':
      return { kind, term, client: from.uint32(), sequence: from.uint32() };
    case 'readIndexReply':
      return { kind, term, client: from.uint32(), sequence: from.uint32(), index: from.uint32() };
    case 'transferLeadership':
      assert(term === 0, () => `an operator's wish is of no term, not of term ${term}`);
      return { kind, term, to: from.uint32() };
    case 'timeoutNow':
      return { kind, term };
    case 'installChunk': {
      const [lastIncludedIndex, lastIncludedTerm, offset, done] = [
        from.uint32(), from.uint32(), from.uint32(), readTruth(from),
      ];
      return { kind, term, lastIncludedIndex, lastIncludedTerm, offset, done, data: from.raw(from.uint32()) };
    }
    case 'installChunkReply':
      return { kind, term, lastIncludedIndex: from.uint32(), offset: from.uint32(), bytesStored: from.uint32() };
  }
}

/** The message as one of a later stay of a server: stays.ts. */
export function inStay(stay: number, message: AnyRaftMessage | ClerkMessage): InStay {
  assert(
    stay > 0 && belongsToStay(message) && !('stay' in message), () => `a message ${message.kind} of stay ${stay}`,
  );
  return { ...message, stay };
}

function readTruth(from: ByteReader): boolean {
  const byte = from.uint8();
  assert(byte <= 1, () => `the byte ${byte} is neither true nor false`);
  return byte === 1;
}
