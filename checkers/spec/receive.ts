/** Which actions a message may lead to, and the specification's actions by name. */
import type { Action } from './action.ts';
import {
  becomeLeader,
  dropStaleResponse,
  handleRequestVoteRequest,
  handleRequestVoteResponse,
  requestVote,
  restart,
  stepDown,
  timeout,
  updateTerm,
} from './election.ts';
import type { SpecMessage } from './message.ts';
import {
  advanceCommitIndex,
  appendEntries,
  clientRequest,
  handleAppendEntriesRequest,
  handleAppendEntriesResponse,
} from './replication.ts';
import type { Rule } from './rule.ts';
import { compact, handleInstallSnapshotRequest, handleInstallSnapshotResponse, installSnapshot } from './snapshot.ts';

const handlers = {
  RequestVoteRequest: handleRequestVoteRequest,
  RequestVoteResponse: handleRequestVoteResponse,
  AppendEntriesRequest: handleAppendEntriesRequest,
  AppendEntriesResponse: handleAppendEntriesResponse,
  InstallSnapshotRequest: handleInstallSnapshotRequest,
  InstallSnapshotResponse: handleInstallSnapshotResponse,
} as const;

/** The handler of the message's kind, to be given this message only. */
export const handlerOf = (message: SpecMessage): Action<SpecMessage> => handlers[message.kind] as Action<SpecMessage>;

export const isResponse = ({ kind }: SpecMessage): boolean => kind.endsWith('Response');

/**
 * Duplicating and dropping are the network's. StepDown comes from the dissertation; the rest as in raft.tla, with
 * snapshots.
 */
const allActions: readonly Action<never>[] = [
  restart,
  timeout,
  requestVote,
  becomeLeader,
  stepDown,
  clientRequest,
  advanceCommitIndex,
  appendEntries,
  updateTerm,
  dropStaleResponse,
  ...Object.values(handlers),
  compact,
  installSnapshot,
];

/** Every guard and every rule inside of an update, once. */
export const allRules: readonly Rule[] = [
  ...new Map(allActions.flatMap(({ guards, rules }) => [...guards, ...rules]).map((one) => [one.name, one])).values(),
];
