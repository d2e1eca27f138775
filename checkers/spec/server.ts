/**
 * One server as the specification sees it: the variables of Figure 2 of the Raft paper, under the names of
 * raft.tla (Ongaro, "Consensus: Bridging Theory and Practice", appendix B). An abstraction maps the state
 * of an implementation to this; the specification's own model holds nothing else.
 */
import type { SpecLog } from './log.ts';

/** Servers are numbered from 0; the cluster does not change. */
export type ServerId = number;

export type Role = 'follower' | 'candidate' | 'leader';

export interface SpecServer {
  readonly id: ServerId;
  readonly role: Role;
  readonly currentTerm: number;
  /** For whom it voted in `currentTerm`; null for nobody. */
  readonly votedFor: ServerId | null;
  readonly log: SpecLog;
  /** The highest index known to be committed; never below `log.baseIndex`. */
  readonly commitIndex: number;
  /** Who granted their vote in `currentTerm`, itself included; in any order. Read in candidates only. */
  readonly votesGranted: readonly ServerId[];
  /** By server, from index 1 on. Read in leaders only, and its own never. */
  readonly nextIndex: readonly number[];
  /** By server. Read in leaders only, and its own only where writes are pipelined (pipelining.ts). */
  readonly matchIndex: readonly number[];
  /**
   * Where PreVote is on (pre-vote.ts): who granted a pre-vote, itself included, while it asks; null or absent while it
   * does not. Read in followers only.
   */
  readonly preVotes?: readonly ServerId[] | null;
  /** The leader of its term was heard within the least election timeout (contact.ts). Read in followers only. */
  readonly hearsLeader?: boolean;
  /** Rounds of heartbeats and the reads that wait for them (rounds.ts). Read in leaders only. */
  readonly rounds?: Rounds;
  /** To whom it hands over its leadership (transfer.ts); null or absent while it does not. Read in leaders only. */
  readonly transferTo?: ServerId | null;
}

export interface Rounds {
  /** The number of the last one; 0 before the first. */
  readonly begun: number;
  /** By server: the last one that it has answered. Its own is not read. */
  readonly answered: readonly number[];
  /** Those that wait for a round. */
  readonly reads: readonly WaitingRead[];
  /** Those that wait to be told whether the leader is within its lease; they may wait for a round instead. */
  readonly leased: readonly WaitingRead[];
}

export interface WaitingRead {
  /** Whose it is, and which. */
  readonly read: string;
  /** Who is to answer it. */
  readonly by: ServerId;
  /** commitIndex when it was asked. */
  readonly index: number;
  /** It, or a later one, must be answered by a majority. */
  readonly round: number;
}

/** Another log or commitIndex, or both: every field, in one order, so that all servers share one hidden class. */
export const withLogAndCommit = (
  { id, role, currentTerm, votedFor, votesGranted, nextIndex, matchIndex }: SpecServer, log: SpecLog,
  commitIndex: number,
): SpecServer => ({ id, role, currentTerm, votedFor, log, commitIndex, votesGranted, nextIndex, matchIndex });

/** What the actions depend on beside the server. */
export interface Setting {
  /** How many servers there are. */
  readonly servers: number;
  /** Names of rules that do not hold: for the specification's own tests. Empty in every judgement. */
  readonly without: ReadonlySet<string>;
}

export const settingFor = (servers: number): Setting => ({ servers, without: new Set() });

/** The smallest number of servers that any other such number overlaps with. */
export const quorumOf = (setting: Setting): number => Math.floor(setting.servers / 2) + 1;

export const peersOf = (id: ServerId, setting: Setting): readonly ServerId[] =>
  Array.from({ length: setting.servers }, (_, peer) => peer).filter((peer) => peer !== id);

export const isSameSet = (some: readonly ServerId[], others: readonly ServerId[]): boolean =>
  some.every((id) => others.includes(id)) && others.every((id) => some.includes(id));
