/** What a server tells a client: the result of what it asked for, or to ask another server. */
import type { Result } from './kv/command.ts';
import type { ClerkMessage } from './kv/messages.ts';
import type { Effect, NodeId } from './protocol.ts';
import type { AnyRaftMessage } from './raft/option-messages.ts';
import type { Raft } from './raft/state.ts';
import type { Write } from './raft/write.ts';

export type Reply = Effect<AnyRaftMessage | ClerkMessage, Write, never>;

export const answer = (to: NodeId, sequence: number, result: Result): Reply => ({
  kind: 'send', to, message: { kind: 'clientReply', sequence, outcome: { kind: 'done', result } },
});

export const refuse = (to: NodeId, sequence: number, leaderId: NodeId | null): Reply => ({
  kind: 'send', to, message: { kind: 'clientReply', sequence, outcome: { kind: 'notLeader', leaderId } },
});

/** Whom a server follows, so that a client may ask there; null when it knows of nobody. */
export const leaderKnownTo = ({ role }: Raft): NodeId | null => (role.kind === 'follower' ? role.leaderId : null);
