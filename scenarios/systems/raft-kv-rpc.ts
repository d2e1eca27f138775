/** How the messages of clerks and servers pair up as calls, and how long they are. */
import { isChange } from '../../core/changes.ts';
import { uint32SizeBytes } from '../../core/bytes.ts';
import { commandSizeBytes, resultSizeBytes } from '../../core/kv/command.ts';
import type { ClerkMessage } from '../../core/kv/messages.ts';
import type { Change } from '../../core/raft/members.ts';
import type { ServerMessage } from '../../core/server.ts';
import type { Half, Rpc } from '../../harness/world/network/rpc.ts';
import { raftHalf, raftMessageSizeBytes } from './raft-messages.ts';

/** A client's call is known by its sequence number, and a reply names the one that it answers. */
export const kvRpc: Rpc = {
  half(untyped: unknown): Half {
    const message = untyped as ServerMessage;
    if (message.kind === 'clientRequest') return { isReply: false, key: message.sequence };
    if (message.kind === 'clientReply' || message.kind === 'sessionReply')
      return { isReply: true, key: message.sequence };
    return raftHalf(message);
  },
  sizeBytes(untyped: unknown): number {
    const message = untyped as ServerMessage;
    return message.kind === 'clientRequest' || message.kind === 'clientReply' || message.kind === 'sessionReply'
      ? clerkMessageSizeBytes(message)
      : raftMessageSizeBytes(message);
  },
};

/** A server, or the two lists of them that are to take part, each with its count. */
const changeSizeBytes = (change: Change): number =>
  uint32SizeBytes * (change.kind === 'replaceServers' ? 2 + change.voters.length + change.learners.length : 1);

/** A command's byte form names its client, which a message does not: the network knows who sent it. */
function clerkMessageSizeBytes(message: ClerkMessage): number {
  if (message.kind === 'clientRequest') {
    const sessionBytes =
      (message.session === undefined ? 0 : uint32SizeBytes) + (message.unanswered === undefined ? 0 : uint32SizeBytes);
    if (isChange(message.operation)) return 1 + uint32SizeBytes + 1 + changeSizeBytes(message.operation) + sessionBytes;
    return (
      1 +
      commandSizeBytes({ client: 0, sequence: message.sequence, operation: message.operation }) -
      uint32SizeBytes +
      sessionBytes
    );
  }
  if (message.kind === 'sessionReply') return 1 + 2 * uint32SizeBytes;
  const { outcome } = message;
  return 1 + uint32SizeBytes + 1 + (outcome.kind === 'done' ? resultSizeBytes(outcome.result) : uint32SizeBytes);
}
