/** Sessions, and what clients live through. */
import type { NodeId } from '../../core/protocol.ts';
import type { Command } from '../../core/kv/command.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { Server, ServerMessage } from '../../core/server.ts';
import type { Reading } from '../../core/reads.ts';
import { situationsOf } from './situation.ts';

/** A client's request reaches a server, which is as it was before. */
export interface Asked {
  readonly server: Server;
  readonly client: NodeId;
  readonly sequence: number;
  /** What it is told at once; null for nothing. */
  readonly reply: ServerMessage | null;
}

const doneOf = ({ server: { machine }, client }: Asked): number => machine.sessions.byClient.get(client)?.sequence ?? 0;
const hasEarlier = ({ server: { machine }, client, sequence }: Asked): boolean =>
  machine.sessions.byClient.get(client)?.earlier?.some((kept) => kept.sequence === sequence) === true;
const isLeader = ({ server }: Asked): boolean => server.raft.role.kind === 'leader';

export const requests = situationsOf<Asked>()({
  redirectsWithHint: {
    says: 'A client is told whom to ask',
    seen: ({ reply }) =>
      reply?.kind === 'clientReply' && reply.outcome.kind === 'notLeader' && reply.outcome.leaderId !== null,
  },
  answersFromSession: {
    says: 'A client asks a leader again for what is done',
    seen: (asked) => isLeader(asked) && asked.sequence === doneOf(asked),
  },
  staleClientRequestsIgnored: {
    says: 'A leader hears a request that its client no longer waits for',
    seen: (asked) => isLeader(asked) && asked.sequence < doneOf(asked) && !hasEarlier(asked),
  },
  answersOfEarlierCommands: {
    says: 'A client asks a leader again for what is done, and was not the last that it asked',
    seen: (asked) => isLeader(asked) && hasEarlier(asked),
  },
  requestsRefusedInTransfer: {
    says: 'A client is told to ask somebody else because its leader hands over',
    seen: (asked) => isLeader(asked) && asked.reply?.kind === 'clientReply' && asked.reply.outcome.kind === 'notLeader',
  },
  retriesWhileWaiting: {
    says: 'A client asks a leader again for what waits in its log',
    seen: (asked) =>
      isLeader(asked) &&
      asked.server.waiting.some((one) => one.client === asked.client && one.sequence === asked.sequence),
  },
});

/** Who waited for a server's answer before and behind a step. */
export interface Waits {
  readonly before: Server;
  readonly after: Server;
}

export const dismissals = situationsOf<Waits>()({
  waitingClientsDismissed: {
    says: 'Clients are told to ask somebody else because their leader was deposed',
    seen: ({ after }) => after.raft.role.kind !== 'leader',
    times: ({ before, after }) => before.waiting.length - after.waiting.length,
  },
});

/** An entry is committed that nobody knew committed before. */
export interface Committed {
  /** Of whom it is that knows it first, before and behind the step. */
  readonly before: Raft;
  readonly after: Raft;
  readonly term: number;
  readonly command: Command | null;
  /** Whether it had been executed already. */
  readonly isRepetition: boolean;
  /** Whether its client had given up waiting for it. */
  readonly isGivenUp: boolean;
  /** Whether its client has crashed, and has asked for something under another name since. */
  readonly isOfFormerName: boolean;
}

export const commitments = situationsOf<Committed>()({
  entriesOfEarlierTermsCommitted: {
    says: 'A leader commits what a leader before it began',
    seen: ({ before, after, term }) => term < after.persistent.currentTerm && before.role.kind === 'leader',
  },
  repeatedCommandsSuppressed: {
    says: 'A command is committed again, and not executed again', seen: ({ isRepetition }) => isRepetition,
  },
  givenUpOperationsExecuted: {
    says: 'A command is executed whose client no longer waits',
    seen: ({ command, isRepetition, isGivenUp }) => command !== null && !isRepetition && isGivenUp,
  },
  operationsOfFormerNamesExecuted: {
    says: 'A command is executed whose client has crashed, and has asked for something under another name since',
    seen: ({ command, isRepetition, isOfFormerName }) => command !== null && !isRepetition && isOfFormerName,
  },
});

/** What happened somewhere while an operation was open. */
export interface Spanned {
  readonly isInstall: boolean;
  readonly isLeaderChange: boolean;
  readonly isCrash: boolean;
}

export const spans = situationsOf<Spanned>()({
  operationsSpanningInstall: {
    says: 'A snapshot is installed while an operation is open', seen: ({ isInstall }) => isInstall,
  },
  operationsSpanningLeaderChange: {
    says: 'A leader is elected while an operation is open', seen: ({ isLeaderChange }) => isLeaderChange,
  },
  operationsSpanningCrash: { says: 'A server crashes while an operation is open', seen: ({ isCrash }) => isCrash },
});

/** A step of a server that reads around the log, and which of its readers were answered in it. */
export interface ReadsStep extends Waits {
  readonly answered: readonly Reading[];
}

const isOver = (after: Server, one: Reading): boolean =>
  !after.reading!.some(({ client, sequence }) => client === one.client && sequence === one.sequence);

/** Who was waiting for an index that had come, and waits no more. */
export const answeredReads = (before: Server, after: Server): readonly Reading[] =>
  (before.reading ?? []).filter((one) => isOver(after, one) && !isDismissed(before, after, one));

const isDismissed = (before: Server, after: Server, { index }: Reading): boolean =>
  index === null && before.raft.role.kind === 'leader' && after.raft.role.kind !== 'leader';

export const reads = situationsOf<ReadsStep>()({
  readsAnsweredByLeaders: {
    says: 'A leader answers a read that is in no log',
    seen: ({ after, answered }) => answered.length > 0 && after.raft.role.kind === 'leader',
  },
  readsAnsweredByFollowers: {
    says: 'A follower answers a read that is in no log',
    seen: ({ after, answered }) => answered.length > 0 && after.raft.role.kind === 'follower',
  },
  readsSharingRound: {
    says: 'One round of heartbeats is enough for several reads', seen: ({ answered }) => answered.length > 1,
  },
  readsAwaitingService: {
    says: 'A read waits for the service, which lags behind its index',
    seen: ({ before, after }) => after.reading !== before.reading && after.reading!.some(({ index }) => index !== null),
  },
  readsDismissed: {
    says: 'A leader is deposed while a read waits for its round',
    seen: ({ before, after }) => (before.reading ?? []).some((one) => isDismissed(before, after, one)),
  },
});

/**
 * What an entry that is committed did to sessions that may expire: how many began, ended, or were not there any more.
 */
export interface SessionsCommitted {
  readonly begun: number;
  readonly ended: number;
  readonly refused: number;
}

export const expiringSessions = situationsOf<SessionsCommitted>()({
  sessionsBegun: { says: 'A session begins that may expire', seen: ({ begun }) => begun > 0 },
  sessionsEnded: {
    says: 'A session ends whose client was silent', seen: ({ ended }) => ended > 0, times: ({ ended }) => ended,
  },
  commandsOfEndedSessions: {
    says: 'A command is committed whose session has ended', seen: ({ refused }) => refused > 0,
  },
});
