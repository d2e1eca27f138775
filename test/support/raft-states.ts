/** Servers in the situations that the paper speaks of, each built by Raft's own functions. */
import { commandSizeBytes, type Command } from '../../core/kv/command.ts';
import { newMachine } from '../../core/kv/machine.ts';
import { snapshotSizeBytes, takeSnapshot } from '../../core/kv/snapshot.ts';
import type { NodeId } from '../../core/protocol.ts';
import { noopSizeBytes } from '../../core/raft/election.ts';
import { Log, type Entry, type LogIndex, type Term } from '../../core/raft/log.ts';
import type { AppendEntries, InstallSnapshot, RequestVote, Snapshot } from '../../core/raft/messages.ts';
import type { AnyRaftMessage, RequestPreVote } from '../../core/raft/option-messages.ts';
import {
  bootRaft, majorityOf, withCommitIndex, withLastApplied,
  type Leader, type Persistent, type Raft, type RaftConfig, type RaftOptions, type RaftStep,
} from '../../core/raft/state.ts';
import { onMessage, onTimer, propose } from '../../core/raft/options.ts';

export interface Given {
  readonly id?: NodeId;
  readonly clusterSize?: number;
  readonly term?: Term;
  readonly votedFor?: NodeId | null;
  /** The term of each entry: from index 1, or from behind the snapshot. */
  readonly log?: readonly Term[];
  /** lastIncludedIndex and lastIncludedTerm. */
  readonly snapshot?: readonly [LogIndex, Term];
  readonly commitIndex?: LogIndex;
  readonly lastApplied?: LogIndex;
  /** Off unless asked for, so that logs are as they are written here. */
  readonly noopOnElection?: boolean;
  readonly entriesPerMessageMax?: number;
  /** What is on beyond the paper. */
  readonly options?: RaftOptions;
}

export const clusterSizes: readonly number[] = [1, 2, 3, 4, 5, 6, 7];

export const configOf = (given: Given): RaftConfig => ({
  id: given.id ?? 0,
  clusterSize: given.clusterSize ?? 3,
  electionTimeoutUs: { min: 150_000, max: 300_000 },
  heartbeatUs: 50_000,
  entriesPerMessageMax: given.entriesPerMessageMax ?? 1000,
  noopOnElection: given.noopOnElection ?? false,
  ...given.options,
});

/** The entry at `index` of `term`: by Log Matching there is only one, so all logs here agree on it. */
export function entryOf(term: Term, index: LogIndex): Entry {
  const command: Command = {
    client: 100, sequence: index, operation: { kind: 'put', key: 'k', value: `${term}.${index}` },
  };
  return { term, command, sizeBytes: noopSizeBytes + commandSizeBytes(command) };
}

export const entriesOf = (first: LogIndex, terms: readonly Term[]): readonly Entry[] =>
  terms.map((term, offset) => entryOf(term, first + offset));

export function snapshotAt(lastIncludedIndex: LogIndex, lastIncludedTerm: Term): Snapshot {
  const data = takeSnapshot(newMachine);
  return { lastIncludedIndex, lastIncludedTerm, data, sizeBytes: snapshotSizeBytes(data) };
}

export function persistentOf(given: Given): Persistent {
  const [baseIndex, baseTerm] = given.snapshot ?? [0, 0];
  const entries = entriesOf(baseIndex + 1, given.log ?? []);
  return {
    currentTerm: given.term ?? entries.at(-1)?.term ?? baseTerm,
    votedFor: given.votedFor ?? null,
    log: Log.startingAfter(baseIndex, baseTerm).append(entries),
    snapshot: given.snapshot === undefined ? null : snapshotAt(baseIndex, baseTerm),
  };
}

export function follower(given: Given): Raft {
  const raft = bootRaft(configOf(given), persistentOf(given));
  const committed = withCommitIndex(raft, given.commitIndex ?? raft.commitIndex);
  return withLastApplied(committed, given.lastApplied ?? committed.commitIndex);
}

/** Stands for election in `term`: it was a follower in the term before. */
export const candidate = (given: Given): Raft => standsForElection(given).raft;

export function standsForElection(given: Given): RaftStep {
  const persistent = persistentOf(given);
  const term = given.term ?? persistent.currentTerm + 1;
  const asked = onTimer(follower({ ...given, term: term - 1, votedFor: null }), 'election');
  return asked.raft.role.kind === 'preCandidate' ? withPreVotes(asked) : asked;
}

/** As many would vote for it as it needs. */
function withPreVotes(asked: RaftStep): RaftStep {
  const { clusterSize } = asked.raft.config;
  let step = asked;
  for (const voter of peersOf(asked.raft).slice(0, majorityOf(clusterSize) - 1)) step = grantsPreVote(step.raft, voter);
  return step;
}

export const grantsPreVote = (raft: Raft, from: NodeId): RaftStep =>
  onMessage(raft, from, { kind: 'requestPreVoteReply', term: raft.persistent.currentTerm + 1, voteGranted: true });

/** Leads `term`, elected by just as many votes as it needs. */
export const leader = (given: Given): Raft => winsElection(given).raft;

export function winsElection(given: Given): RaftStep {
  let step = standsForElection(given);
  const voters = majorityOf(configOf(given).clusterSize) - 1;
  for (const voter of peersOf(step.raft).slice(0, voters)) step = grantsVote(step.raft, voter);
  return step;
}

export const grantsVote = (raft: Raft, from: NodeId): RaftStep =>
  onMessage(raft, from, { kind: 'requestVoteReply', term: raft.persistent.currentTerm, voteGranted: true });

/** A leader that knows how far each peer's log matches its own. */
export function leaderKnowing(given: Given, matches: Readonly<Record<NodeId, LogIndex>>): Raft {
  let raft = leader(given);
  for (const [peer, match] of Object.entries(matches)) raft = accepts(raft, Number(peer), match).raft;
  return raft;
}

/** The peer says that its log matches the leader's up to `index`. */
export const accepts = (raft: Raft, from: NodeId, index: LogIndex): RaftStep =>
  onMessage(raft, from, {
    kind: 'appendEntriesReply', term: raft.persistent.currentTerm, success: true, index, conflictTerm: 0,
    conflictIndex: 0,
  });

/** The peer refuses the leader's latest probe, its log ending before it: entries from `conflictIndex` on may help. */
export const refuses = (raft: Raft, from: NodeId, conflictIndex: LogIndex): RaftStep => onMessage(raft, from, {
  kind: 'appendEntriesReply',
  term: raft.persistent.currentTerm,
  success: false,
  index: leadership(raft).nextIndex[from]! - 1,
  conflictTerm: 0,
  conflictIndex,
});

/** A leader that takes commands into its log, one for each. */
export function proposes(raft: Raft, count: number): Raft {
  let leading = raft;
  for (let i = 0; i < count; i++) {
    const { currentTerm, log } = leading.persistent;
    const { command, sizeBytes } = entryOf(currentTerm, log.lastIndex + 1);
    leading = propose(leading, command, sizeBytes).raft;
  }
  return leading;
}

export const peersOf = (raft: Raft): readonly NodeId[] =>
  Array.from({ length: raft.config.clusterSize }, (_, node) => node).filter((node) => node !== raft.config.id);

export function leadership(raft: Raft): Leader {
  if (raft.role.kind !== 'leader') throw new Error(`the test expects a leader and found a ${raft.role.kind}`);
  return raft.role;
}

/** The terms of a log's entries, behind what was compacted. */
export const termsOf = ({ persistent: { log } }: Raft): readonly Term[] =>
  log.from(log.baseIndex + 1, log.lastIndex - log.baseIndex).map((entry) => entry.term);

interface AppendGiven {
  readonly term: Term;
  /** prevLogIndex and prevLogTerm. */
  readonly prev: readonly [LogIndex, Term];
  /** Terms of the entries that follow. */
  readonly entries?: readonly Term[];
  readonly commit?: LogIndex;
}

export const appendEntries = ({
  term, prev: [prevLogIndex, prevLogTerm], entries, commit,
}: AppendGiven): AppendEntries => ({
  kind: 'appendEntries',
  term,
  prevLogIndex,
  prevLogTerm,
  entries: entriesOf(prevLogIndex + 1, entries ?? []),
  leaderCommit: commit ?? 0,
});

export const requestVote = (term: Term, [lastLogIndex, lastLogTerm]: readonly [LogIndex, Term]): RequestVote =>
  ({ kind: 'requestVote', term, lastLogIndex, lastLogTerm });

export const requestPreVote = (term: Term, [lastLogIndex, lastLogTerm]: readonly [LogIndex, Term]): RequestPreVote =>
  ({ kind: 'requestPreVote', term, lastLogIndex, lastLogTerm });

export const installSnapshot = (term: Term, index: LogIndex, lastIncludedTerm: Term): InstallSnapshot =>
  ({ kind: 'installSnapshot', term, snapshot: snapshotAt(index, lastIncludedTerm) });

type Kind = AnyRaftMessage['kind'];
type MessageOf<K extends Kind> = Extract<AnyRaftMessage, { readonly kind: K }>;

/** The messages of one kind that a step sends, by receiver. */
export function sent<K extends Kind>(step: RaftStep, kind: K): ReadonlyMap<NodeId, MessageOf<K>> {
  const messages = new Map<NodeId, MessageOf<K>>();
  for (const effect of step.effects) {
    if (effect.kind !== 'send' || effect.message.kind !== kind) continue;
    if (messages.has(effect.to)) throw new Error(`two messages of kind ${kind} to n${effect.to}`);
    messages.set(effect.to, effect.message as MessageOf<K>);
  }
  return messages;
}

/** The one message of a kind that a step sends. */
export function reply<K extends Kind>(step: RaftStep, kind: K): MessageOf<K> {
  const messages = [...sent(step, kind).values()];
  if (messages.length !== 1) throw new Error(`the test expects one ${kind} and found ${messages.length}`);
  return messages[0]!;
}

export const restartsElectionTimer = ({ effects }: RaftStep): boolean =>
  effects.some((effect) => effect.kind === 'setTimer' && effect.timer === 'election');

export const sendsNothing = ({ effects }: RaftStep): boolean => effects.every((effect) => effect.kind !== 'send');
