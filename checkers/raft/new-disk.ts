/**
 * Servers that were taken out and come in again with a new disk: what it must hold, and what its server must not say
 * before it knows that it takes part (core/raft/new-disk.ts says what else may happen).
 */
import type { NodeId } from '../../core/protocol.ts';
import type { LogIndex, Term } from '../../core/raft/log.ts';
import type { Configuration } from '../../core/raft/members.ts';
import type { Persistent } from '../../core/raft/state.ts';
import { property } from '../property.ts';
import { sameConfiguration, told } from './membership.ts';
import { takesPartIn } from './quorum.ts';
import { ofStep } from './raft-step.ts';

export interface CommittedConfiguration {
  readonly index: LogIndex;
  readonly configuration: Configuration;
  /** Of the first server that was seen to know. */
  readonly term: Term;
}

export interface NewDisk {
  readonly node: NodeId;
  readonly durable: Persistent;
  /** All that are committed so far, in order; the first one of no entry. */
  readonly committed: readonly CommittedConfiguration[];
}

export const newDiskBeginsAtRemoval = property({
  name: 'New Disk Begins At Removal',
  source: 'Raft, Figure 2; dissertation, 4.1',
  says: 'A new disk is of a server that was taken out, tells so, and has no vote left in any term before the one in which that was committed',
  looksAt: 'ghost',
  check({ node, durable: { currentTerm, votedFor, log: { founding } }, committed }: NewDisk) {
    const last = committed.findLast(({ index }) => index <= (founding?.index ?? 0))!;
    if (founding === null) return `the new disk of n${node} does not tell who takes part`;
    if (!sameConfiguration(founding.configuration, last.configuration))
      return `the new disk of n${node} tells of ${told(founding.configuration)}, and ${told(last.configuration)} was committed at index ${last.index}`;
    const withIt = committed.find(
      ({ index, configuration }) => index >= last.index && takesPartIn(configuration, node),
    );
    if (withIt !== undefined)
      return `n${node} gets a new disk and takes part: ${told(withIt.configuration)} is committed`;
    return currentTerm > last.term || (currentTerm === last.term && votedFor !== null)
      ? null
      : `the new disk of n${node} begins in term ${currentTerm}, ${votedFor === null ? 'without a vote' : `with a vote for n${votedFor}`}, and it was taken out in term ${last.term}`;
  },
});

/** Whether what the log holds behind what a new disk was told has a part for its server; true of every other disk. */
export function knowsItsPart(node: NodeId, { log, snapshot }: Persistent): boolean {
  const { founding } = log;
  if (founding === null) return true;
  const isItsPart = (one: Configuration | undefined): boolean => one !== undefined && takesPartIn(one, node);
  if (log.baseIndex > founding.index && isItsPart(snapshot?.configuration)) return true;
  for (let index = log.lastIndex; index > Math.max(log.baseIndex, founding.index); index--)
    if (isItsPart(log.at(index).configuration)) return true;
  return false;
}

export const grants = (effects: readonly { readonly kind: string }[]): boolean =>
  effects.some(
    (effect) =>
      effect.kind === 'send' &&
      (effect as unknown as { readonly message: { readonly voteGranted?: boolean } }).message.voteGranted === true,
  );

export const newcomerGrantsNoVote = ofStep({
  name: 'Newcomer Grants No Vote',
  source: 'Raft, 5.4.1; dissertation, 4.2.1',
  says: 'A server with a new disk grants no vote until its log tells that it takes part again',
  when: 'spoken',
  on: ['requestVote', 'requestPreVote', 'requestTransferVote'],
  check({ node, before, event, effects }) {
    if (before === null || event?.kind !== 'message' || knowsItsPart(node, before.persistent) || !grants(effects))
      return null;
    return `n${node} has a new disk that does not tell that it takes part, and grants n${event.from} its vote`;
  },
});
