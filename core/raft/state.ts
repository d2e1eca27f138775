/**
 * Figure 2 as types, and the only functions that build a new `Raft` from an old one.
 *
 * Each update writes every field, in declaration order, rather than spreading: all nodes then share
 * one hidden class, and a copy costs nanoseconds on every version of Node.
 */
import type { Effect, NodeId, Range } from '../protocol.ts';
import { Log, type LogIndex, type Term } from './log.ts';
import type { Snapshot } from './messages.ts';
import type { AnyRaftMessage } from './option-messages.ts';
import type { Office } from './office.ts';
import type { Write } from './write.ts';

export interface Raft {
  readonly config: RaftConfig;
  readonly persistent: Persistent;
  readonly commitIndex: LogIndex;
  /** Highest index handed up to the state machine, as an entry or inside a snapshot. */
  readonly lastApplied: LogIndex;
  readonly role: Role;
}

export type ReadKind = 'log' | 'index' | 'lease';

/** What Raft can do beyond the paper. With all of it absent, states, messages and bytes are those of the paper. */
export interface RaftOptions {
  /** Ask whether an election could be won before the term is raised (pre-vote.ts). */
  readonly preVote?: boolean;
  /** A leader that no majority answers steps down, and who hears a leader deposes nobody (check-quorum.ts). */
  readonly checkQuorum?: boolean;
  /** How reads are done, in turn by their number; all through the log when absent (read-index.ts). */
  readonly reads?: readonly ReadKind[];
  /** A leader hands over when an operator asks it to (transfer.ts). */
  readonly transfer?: boolean;
  /** What reads of kind `lease` rest on, beside `checkQuorum` (lease.ts). */
  readonly lease?: LeaseBound;
  /** Go on while writes are on their way (pipelining.ts). */
  readonly pipelined?: boolean;
  /** How long word of a leader counts (contact.ts); the least election timeout when absent. */
  readonly contactUs?: Range;
  /** The most of a snapshot that goes in one message; all of it when absent (snapshot-chunks.ts). */
  readonly snapshotChunkBytes?: number;
  /** How many requests with entries may be under way to a follower (window.ts); each sends all again when absent. */
  readonly window?: number;
  /**
   * Who takes part at first, rising: servers come and go by entries of the log (membership.ts). Absent, all take part
   * for good.
   */
  readonly members?: readonly NodeId[];
}

export interface LeaseBound {
  /** For as long as this, by its own clock, no server of the cluster stands or votes behind word of a leader. */
  readonly promiseUs: number;
  /** By how much of its time, in thousandths, any timer of any server may be early or late. */
  readonly driftPer1000: number;
}

export interface RaftConfig extends RaftOptions {
  readonly id: NodeId;
  /** How many servers there are, this one included: their ids are 0 to clusterSize - 1. */
  readonly clusterSize: number;
  readonly electionTimeoutUs: Range;
  readonly heartbeatUs: number;
  readonly entriesPerMessageMax: number;
  /**
   * A new leader appends an empty entry, so that what it inherited commits without waiting for a
   * client (section 8). The lab's tests that count indexes run without it.
   */
  readonly noopOnElection: boolean;
}

/** Persistent state on all servers: durable before anything that depends on it is sent. */
export interface Persistent {
  readonly currentTerm: Term;
  readonly votedFor: NodeId | null;
  readonly log: Log;
  /** Its lastIncludedIndex is the log's baseIndex; null while that is 0. */
  readonly snapshot: Snapshot | null;
}

/** A server is exactly one of these, and only a leader has `nextIndex` and `matchIndex`. */
export type Role = Follower | PreCandidate | Candidate | Leader;

export interface Follower {
  readonly kind: 'follower';
  /** It has heard this leader a short time ago (contact.ts); absent is no. */
  readonly hasContact?: true;
  readonly leaderId: NodeId | null;
}

export interface Candidate {
  readonly kind: 'candidate';
  /** Who granted a vote: a set of ids, so that a duplicated reply counts once. */
  readonly votes: readonly NodeId[];
}

export interface Leader {
  readonly kind: 'leader';
  /** Absent unless an option needs it: the paper's leader has the two lists and no more. */
  readonly office?: Office;
  /** By server id. The leader's own slot is not used. */
  readonly nextIndex: readonly LogIndex[];
  readonly matchIndex: readonly LogIndex[];
}

/** Asks whether it could win an election, in the term that it is in (pre-vote.ts). */
export interface PreCandidate {
  readonly kind: 'preCandidate';
  readonly votes: readonly NodeId[];
}

export type RaftEffect = Effect<AnyRaftMessage, Write, never>;

export interface RaftStep {
  readonly raft: Raft;
  readonly effects: readonly RaftEffect[];
}

export const NONE: readonly never[] = [];

export const blankPersistent: Persistent = { currentTerm: 0, votedFor: null, log: Log.empty, snapshot: null };

const newFollower: Follower = { kind: 'follower', leaderId: null };

/**
 * A server that has just started is a follower (section 5.2). What its snapshot holds is committed
 * and is handed up first of all: `lastApplied` stands before it.
 */
export function bootRaft(config: RaftConfig, persistent: Persistent): Raft {
  return { config, persistent, commitIndex: persistent.log.baseIndex, lastApplied: 0, role: newFollower };
}

export const withRole = (raft: Raft, role: Role): Raft => ({
  config: raft.config,
  persistent: raft.persistent,
  commitIndex: raft.commitIndex,
  lastApplied: raft.lastApplied,
  role,
});

export const withCommitIndex = (raft: Raft, commitIndex: LogIndex): Raft => ({
  config: raft.config,
  persistent: raft.persistent,
  commitIndex,
  lastApplied: raft.lastApplied,
  role: raft.role,
});

export const withLastApplied = (raft: Raft, lastApplied: LogIndex): Raft => ({
  config: raft.config,
  persistent: raft.persistent,
  commitIndex: raft.commitIndex,
  lastApplied,
  role: raft.role,
});

export const withPersistent = (raft: Raft, persistent: Persistent): Raft => ({
  config: raft.config,
  persistent,
  commitIndex: raft.commitIndex,
  lastApplied: raft.lastApplied,
  role: raft.role,
});

export const withTermAndVote = (raft: Raft, currentTerm: Term, votedFor: NodeId | null): Raft =>
  withPersistent(raft, { currentTerm, votedFor, log: raft.persistent.log, snapshot: raft.persistent.snapshot });

export const withLog = (raft: Raft, log: Log): Raft =>
  withPersistent(raft, {
    currentTerm: raft.persistent.currentTerm,
    votedFor: raft.persistent.votedFor,
    log,
    snapshot: raft.persistent.snapshot,
  });

export const withSnapshot = (raft: Raft, log: Log, snapshot: Snapshot): Raft =>
  withPersistent(raft, {
    currentTerm: raft.persistent.currentTerm,
    votedFor: raft.persistent.votedFor,
    log,
    snapshot,
  });

/** Of a leader only. */
export const withOffice = (raft: Raft, office: Office): Raft =>
  raft.role.kind !== 'leader' ? raft
    : withRole(raft, { ...raft.role, office });

export const stay = (raft: Raft): RaftStep => ({ raft, effects: NONE });

export const send = (to: NodeId, message: AnyRaftMessage): RaftEffect => ({ kind: 'send', to, message });

export const restartElectionTimer = (raft: Raft): RaftEffect => ({
  kind: 'setTimer',
  timer: 'election',
  afterUs: raft.config.electionTimeoutUs,
});

/** More than half, also of an even number: 2 of 2 and 2 of 3, 3 of 4 and 3 of 5. */
export const majorityOf = (clusterSize: number): number => (clusterSize >> 1) + 1;
