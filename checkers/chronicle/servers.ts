/** Elections, snapshots, starts and crashes of servers. */
import type { NodeId } from '../../core/protocol.ts';
import type { Persistent, Raft } from '../../core/raft/state.ts';
import { situationsOf } from './situation.ts';

export interface Elected {
  readonly node: NodeId;
  readonly raft: Raft;
  readonly hasLed: boolean;
  /** Raft of each server, behind the election; null while it is down. */
  readonly others: readonly (Raft | null)[];
}

export const elections = situationsOf<Elected>()({
  leadersElected: { says: 'A leader is elected', seen: () => true },
  leadersReelected: { says: 'A server is elected that has led before', seen: ({ hasLed }) => hasLed },
  leadersElectedWithUncommittedTail: {
    says: 'A leader is elected that holds more than it knows to be committed',
    seen({ raft: { commitIndex, persistent: { log, currentTerm } } }) {
      // Its own no-op may be the last one.
      const own = log.lastIndex > log.baseIndex && log.lastTerm === currentTerm ? 1 : 0;
      return log.lastIndex - own > commitIndex;
    },
  },
  twoLeadersAtOnce: {
    says: 'A leader is elected while an older one still leads',
    seen: ({ node, others }) => others.some((other, at) => at !== node && other?.role.kind === 'leader'),
  },
});

/** A server's snapshot is another one than before. */
export interface NewSnapshot {
  readonly raft: Raft;
  readonly isInstalled: boolean;
  /** Deliveries that wait for the service. */
  readonly channelLength: number;
}

export const snapshots = situationsOf<NewSnapshot>()({
  snapshotsTaken: { says: 'A server takes a snapshot', seen: ({ isInstalled }) => !isInstalled },
  snapshotsTakenByFollowers: {
    says: 'A follower takes a snapshot', seen: ({ isInstalled, raft }) => !isInstalled && raft.role.kind === 'follower',
  },
  installsWhileApplying: {
    says: 'A snapshot is installed while the service lags behind',
    seen: ({ isInstalled, channelLength }) => isInstalled && channelLength > 1,
  },
});

export interface Boot {
  readonly persistent: Persistent;
  /** Not the first start of this server. */
  readonly isRestart: boolean;
}

export const restartsFromSnapshot = situationsOf<Boot>()({
  restartsFromSnapshot: {
    says: 'A server starts from a snapshot', seen: ({ persistent }) => persistent.snapshot !== null,
  },
});

export const boots = [
  ...restartsFromSnapshot,
  ...situationsOf<Boot>()({
    restartsWithLogBehindSnapshot: {
      says: 'A server starts from a snapshot and the log behind it',
      seen: ({ persistent: { snapshot, log } }) => snapshot !== null && log.lastIndex > log.baseIndex,
    },
    restartsWithBlankDisk: {
      says: 'A server starts again and knows nothing',
      seen: ({ isRestart, persistent }) => isRestart && persistent.currentTerm === 0,
    },
    restartsOfVoters: {
      says: 'A server starts that has voted', seen: ({ persistent }) => persistent.votedFor !== null,
    },
  }),
];

export interface Crash {
  readonly raft: Raft;
  readonly atBarrier: 'no' | 'writeLost' | 'writeKept';
}

export const crashesOfLeaders = situationsOf<Crash>()({
  leadersCrashed: { says: 'A leader crashes', seen: ({ raft }) => raft.role.kind === 'leader' },
  leadersCrashedAtBarrier: {
    says: 'A leader crashes with a write on its way',
    seen: ({ raft, atBarrier }) => raft.role.kind === 'leader' && atBarrier !== 'no',
  },
});

export const crashes = [
  ...crashesOfLeaders,
  ...situationsOf<Crash>()({
    candidatesCrashed: { says: 'A candidate crashes', seen: ({ raft }) => raft.role.kind === 'candidate' },
    crashesBeforeWrite: {
      says: 'A server crashes, and its write is lost', seen: ({ atBarrier }) => atBarrier === 'writeLost',
    },
    crashesBehindWrite: {
      says: 'A server crashes behind its write, which is kept', seen: ({ atBarrier }) => atBarrier === 'writeKept',
    },
  }),
];

/** How many of how many servers are down behind a crash, and what waited for the service of who crashed. */
export interface Down {
  readonly down: number;
  readonly servers: number;
  readonly channelLength: number;
}

export const losses = situationsOf<Down>()({
  majorityDown: {
    says: 'With this crash a majority is down',
    seen: ({ down, servers }) => down * 2 > servers && (down - 1) * 2 <= servers,
  },
  allDown: { says: 'With this crash all are down', seen: ({ down, servers }) => down === servers },
  crashesWhileApplying: {
    says: 'A server crashes while its service lags behind', seen: ({ channelLength }) => channelLength > 0,
  },
});

/** A server found damage on its disk. */
export const refusals = situationsOf<null>()({
  serversRefusedToStart: { says: 'A server finds damage on its disk and stays down', seen: () => true },
});
