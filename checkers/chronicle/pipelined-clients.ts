/** Clients that have several operations in flight. */
import type { Command } from '../../core/kv/command.ts';
import type { MachineSnapshot } from '../../core/kv/snapshot.ts';
import type { Entry } from '../../core/raft/log.ts';
import type { Event } from '../../core/protocol.ts';
import type { Server, ServerMessage } from '../../core/server.ts';
import { situationsOf } from './situation.ts';

/** A step of a server that such clients ask. */
export interface PipelinedStep {
  readonly before: Server;
  readonly after: Server;
  readonly event: Event<ServerMessage, unknown>;
}

const heldBy = ({ early }: Server): number => early?.length ?? 0;

const entriesIn = ({ event }: PipelinedStep): readonly Entry[] =>
  (event.kind === 'message' && event.message.kind === 'appendEntries' ? event.message.entries : []);

/** Whether two commands among them are of one client, which had both in flight. */
function areOfOneClient(entries: readonly Entry[]): boolean {
  const seen = new Map<number, number>();
  for (const { command } of entries) {
    const asked = command as Command | null;
    if (asked?.unanswered === undefined) continue;
    const earlier = seen.get(asked.client);
    if (earlier !== undefined && earlier >= asked.unanswered && earlier < asked.sequence) return true;
    seen.set(asked.client, asked.sequence);
  }
  return false;
}

function keepsSeveral({ before, after }: PipelinedStep): boolean {
  const { snapshot } = after.raft.persistent;
  if (snapshot === null || snapshot === before.raft.persistent.snapshot) return false;
  let isSeen = false;
  (snapshot.data as MachineSnapshot).sessions.byClient.forEach(({ earlier = [] }) => {
    if (earlier.length > 0) isSeen = true;
  });
  return isSeen;
}

export const pipelinedClients = situationsOf<PipelinedStep>()({
  requestsBeforeTheirTurn: {
    says: 'A leader hears a request before an earlier one of its client, and holds it',
    seen: ({ before, after }) => heldBy(after) > heldBy(before),
  },
  requestsTakenInTurn: {
    says: 'A leader puts a request into its log that it held for its turn',
    seen: ({ before, after, event }) =>
      event.kind === 'timer' &&
      event.timer === 'turn' &&
      after.raft.persistent.log.lastIndex > before.raft.persistent.log.lastIndex,
  },
  heldRequestsDismissed: {
    says: 'A leader is deposed while it holds a request for its turn',
    seen: ({ before, after }) => heldBy(before) > 0 && after.raft.role.kind !== 'leader',
  },
  commandsOfOneClientTogether: {
    says: 'One request brings a follower two commands that one client had in flight',
    seen: (step) =>
      step.before.raft.persistent.log !== step.after.raft.persistent.log && areOfOneClient(entriesIn(step)),
  },
  snapshotsOfSeveralAnswers: {
    says: 'A snapshot is taken or installed in which a client has several answers', seen: keepsSeveral,
  },
});
