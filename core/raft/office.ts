/** What a leader keeps for the options of a plan, beside the two lists of Figure 2. */
import type { NodeId } from '../protocol.ts';
import type { LogIndex } from './log.ts';

/** What a leader keeps for the options of the plan. */
export interface Office {
  /** Who answered since the election timer was set, while they are no majority (check-quorum.ts). */
  readonly heard: readonly NodeId[];
  /** Where reads may go around the log. */
  readonly rounds?: Rounds;
  /** By server: what is under way to it. The leader's own slot is not used. */
  readonly flows?: readonly Flow[];
  /** Learners that are about to be voters (catch-up.ts). */
  readonly catchUp?: CatchUp;
  /** While it hands over its leadership (transfer.ts). */
  readonly transfer?: Transfer;
  /** Somebody was told to stand for election in this term, and may do so at any time: absent is no. */
  readonly mayBeDeposed?: true;
  /** By server: how often it was taken out in this leadership; absent while nobody was (stays.ts). */
  readonly departures?: readonly number[];
}

export interface Transfer {
  readonly to: NodeId;
  /** It was told to stand for election. */
  readonly isTold: boolean;
}

/** Requests that are not answered (window.ts). */
export interface Flow {
  /** One request at a time, until an answer shows where the logs agree; or as many as the window holds. */
  readonly state: 'probe' | 'replicate';
  /** Of each request the index of its last entry, or of the entry before when it has none; in the order of sending. */
  readonly inFlight: readonly LogIndex[];
}

export interface CatchUp {
  readonly servers: readonly NodeId[];
  /** The round is over when each holds all up to here. */
  readonly upTo: LogIndex;
  /** Rounds begun, and election timeouts over. */
  readonly rounds: number;
  /** The present round has taken an election timeout already. */
  readonly isLate: boolean;
}

/** Rounds of heartbeats, and the reads that wait for them (rounds.ts, read-index.ts). */
export interface Rounds {
  /** The number of the last one. */
  readonly begun: number;
  /** By server: the last one that it has answered. The leader's own slot is not used. */
  readonly answered: readonly number[];
  /** In the order in which they were asked. */
  readonly reads: readonly PendingRead[];
  /** This server's own, which the service has not taken yet. */
  readonly confirmed: readonly PendingRead[];
  /** The last one by which a lease is over; absent is 0 (lease.ts). */
  readonly expired?: number;
  /** Asked under a lease, and not known to be within it; absent is none (lease-read.ts). */
  readonly leased?: readonly PendingRead[];
}

export interface PendingRead {
  /** The server that asks. */
  readonly by: NodeId;
  readonly client: NodeId;
  readonly sequence: number;
  /** The leader's commitIndex when it was asked. */
  readonly index: LogIndex;
  /** Which round, or a later one, must be answered by a majority. */
  readonly round: number;
}
