/** What a leader owes its clients (Figure 2, rules for leaders: respond after the entry is applied). */
import type { Command } from '../core/kv/command.ts';
import type { ClerkMessage } from '../core/kv/messages.ts';
import type { Effect, NodeId } from '../core/protocol.ts';
import type { LogIndex } from '../core/raft/log.ts';
import type { Server } from '../core/server.ts';
import { property } from './property.ts';
import { isVersioned } from './versioned-history.ts';

export interface Responses {
  readonly node: NodeId;
  readonly before: Server;
  readonly after: Server;
  readonly effects: readonly Effect<unknown, unknown, unknown>[];
}

/** Who is not answered asks again, and is answered then: so that nothing else is seen of it but time. */
export const respondsAfterApplied = property({
  name: 'Responds After Applied',
  source: 'Figure 2, leaders',
  says: 'A leader that applies an entry which it took from a client answers that client',
  looksAt: 'ghost',
  check({ node, before, after, effects }: Responses) {
    const { role, persistent: { currentTerm } } = after.raft;
    // Who leads anew has taken nothing from anybody in its term yet.
    if (
      role.kind !== 'leader' ||
      before.raft.role.kind !== 'leader' ||
      before.raft.persistent.currentTerm !== currentTerm
    )
      return null;
    for (let index = before.machine.lastExecuted + 1; index <= after.machine.lastExecuted; index++) {
      const command = ownCommandAt(before, index) ?? ownCommandAt(after, index);
      if (command !== null && isKept(after, command) && !isAnswered(command, effects)) {
        return `n${node} applied ${index}, the command ${command.sequence} that it took from n${command.client}, and does not answer`;
      }
    }
    return null;
  },
});

/** Null for an entry of another term, for what is no client's, and where the log no longer holds the entry. */
function ownCommandAt({ raft: { persistent: { log, currentTerm } } }: Server, index: LogIndex): Command | null {
  return log.has(index, currentTerm) && index > log.baseIndex ? log.at(index).command as Command | null : null;
}

/**
 * An earlier command that came twice is not executed, and what it gave is forgotten, but where the client may have
 * several in flight.
 */
function isKept({ machine: { sessions } }: Server, { client, sequence, operation }: Command): boolean {
  // No session keeps these: each time is its own.
  if (isVersioned(operation)) return true;
  const session = sessions.byClient.get(client);
  return (
    session !== undefined &&
    (session.sequence === sequence || session.earlier?.some((kept) => kept.sequence === sequence) === true)
  );
}

const isAnswered = ({ client, sequence }: Command, effects: Responses['effects']): boolean => effects.some((effect) => {
  if (effect.kind !== 'send' || effect.to !== client) return false;
  const message = effect.message as ClerkMessage;
  // That its session is over is an answer, too.
  return (message.kind === 'clientReply' || message.kind === 'sessionReply') && message.sequence === sequence;
});
