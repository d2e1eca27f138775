/**
 * Messages of what the dissertation adds to Figure 2. None of them brings an entry; of each it is said what it may
 * change of a server that hears it, which is its term, its role, or nothing at all.
 */
import type { Envelope, SpecMessage } from './message.ts';

/** Would you vote for me in this term, which is the one behind mine? (9.6) */
export interface PreVoteRequest extends Envelope {
  readonly kind: 'PreVoteRequest';
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
}

/** `term` of a grant is the term that was asked for, so that it is known which; of a refusal, its sender's. */
export interface PreVoteResponse extends Envelope {
  readonly kind: 'PreVoteResponse';
  readonly voteGranted: boolean;
}

export type OptionMessage = PreVoteRequest | PreVoteResponse;

export type AnySpecMessage = SpecMessage | OptionMessage;

const kinds: ReadonlySet<string> = new Set<OptionMessage['kind']>(['PreVoteRequest', 'PreVoteResponse']);

export const isOfAnOption = (message: AnySpecMessage): message is OptionMessage => kinds.has(message.kind);

export const isOfThePaper = (message: AnySpecMessage): message is SpecMessage => !isOfAnOption(message);

/** Word of whoever leads the message's term. */
export const isLeadersWord = ({ kind }: AnySpecMessage): boolean =>
  kind === 'AppendEntriesRequest' || kind === 'InstallSnapshotRequest';

/** Nobody is in that term yet: what is asked for there, and what is granted there, teaches no term. */
export const isOfTheNextTerm = (message: AnySpecMessage): boolean =>
  message.kind === 'PreVoteRequest' || (message.kind === 'PreVoteResponse' && message.voteGranted);
