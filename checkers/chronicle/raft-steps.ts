/** What one step of Raft shows: Raft before and behind it, what it heard, and what it said. */
import type { Effect, Event } from '../../core/protocol.ts';
import type { AppendEntries, AppendEntriesReply, InstallSnapshot, RequestVoteReply } from '../../core/raft/messages.ts';
import type { AnyRaftMessage, RequestPreVoteReply } from '../../core/raft/option-messages.ts';
import type { Flow } from '../../core/raft/office.ts';
import type { Raft } from '../../core/raft/state.ts';
import { situationsOf, type Situation, type Tally } from './situation.ts';

/** A step that changed something. */
export interface Change {
  readonly before: Raft;
  readonly after: Raft;
}

const isNewTerm = ({ before, after }: Change): boolean => after.persistent.currentTerm > before.persistent.currentTerm;

const heldBy = ({ persistent: { log } }: Raft): number => log.lastIndex - log.baseIndex;

const isBehind = ({ role, persistent: { log } }: Raft, peer: number): boolean =>
  role.kind === 'leader' && role.nextIndex[peer]! <= log.lastIndex;

/** A step of who does not simply follow on or lead on. */
export const roleChanges = situationsOf<Change>()({
  leadersDeposed: {
    says: 'A leader steps down',
    seen: ({ before, after }) => before.role.kind === 'leader' && after.role.kind !== 'leader',
  },
  candidatesWithoutMajority: {
    says: 'A candidate that was not elected stands again',
    seen: (change) =>
      change.before.role.kind === 'candidate' && change.after.role.kind === 'candidate' && isNewTerm(change),
  },
  candidatesSteppedDown: {
    says: 'A candidate finds that another one leads its term',
    seen: (change) =>
      change.before.role.kind === 'candidate' && change.after.role.kind === 'follower' && !isNewTerm(change),
  },
  preCandidatesStanding: {
    says: 'A server that would be voted for stands for election',
    seen: ({ before, after }) =>
      before.role.kind === 'preCandidate' && (after.role.kind === 'candidate' || after.role.kind === 'leader'),
  },
  preCandidatesWithoutMajority: {
    says: 'A server asks again for pre-votes, of which it had too few',
    seen: (change) =>
      change.before.role.kind === 'preCandidate' &&
      change.after.role.kind === 'preCandidate' &&
      change.after.role.votes.length === 1,
  },
  preCandidatesSteppedDown: {
    says: 'A server that asked for pre-votes hears a leader',
    seen: ({ before, after }) =>
      before.role.kind === 'preCandidate' && after.role.kind === 'follower' && after.role.leaderId !== null,
  },
  leadersWithoutQuorum: {
    says: 'A leader that no majority answers steps down',
    seen: (change) =>
      change.before.role.kind === 'leader' && change.after.role.kind === 'follower' && !isNewTerm(change),
  },
});

/** A leader that leads on: by server, what was under way to it, and what is. */
export interface FlowChange {
  readonly old: readonly Flow[];
  readonly now: readonly Flow[];
  readonly after: Raft;
}

export const flowChanges = situationsOf<FlowChange>()({
  requestsSentAhead: {
    says: 'A leader sends entries before the last ones are answered',
    seen: ({ old, now }) =>
      now.some(({ inFlight: { length } }, peer) => length > 1 && length > old[peer]!.inFlight.length),
  },
  windowsFilled: {
    says: 'A leader keeps entries back because its window is full',
    seen: ({ now, after }) =>
      now.some(({ inFlight }, peer) => inFlight.length === after.config.window && isBehind(after, peer)),
  },
  windowsFreedByRefusal: {
    says: 'A refusal ends what a leader has under way to a follower',
    seen: ({ old, now }) =>
      now.some(
        ({ state }, peer) => state === 'probe' && old[peer]!.state === 'replicate' && old[peer]!.inFlight.length > 0,
      ),
  },
});

export const changes = situationsOf<Change>()({
  severalEntriesCommittedAtOnce: {
    says: 'More than one entry is committed in a step',
    seen: ({ before, after }) => after.commitIndex > before.commitIndex + 1,
  },
  logsOfThousand: {
    says: 'A log comes to hold a thousand entries',
    seen: ({ before, after }) => heldBy(after) >= 1000 && heldBy(before) < 1000,
  },
  logsEmptiedBySnapshot: {
    says: 'A snapshot takes the place of the whole log',
    seen: ({
      before: {
        persistent: { log: old },
      },
      after: {
        persistent: { log },
      },
    }) => log !== old && log.baseIndex > old.baseIndex && log.lastIndex === log.baseIndex,
  },
});

/** A message that was heard in a step that changed something. */
export interface Heard<Message = AnyRaftMessage> extends Change {
  readonly message: Message;
}

export const heardReplies = situationsOf<Heard>()({
  termsAdoptedFromReplies: { says: 'A server learns of a later term from a reply', seen: isNewTerm },
});

export const heardAppends = situationsOf<Heard<AppendEntries>>()({
  entriesReachingBehindSnapshot: {
    says: 'Entries arrive that follow one which is compacted',
    seen: ({ before, message }) => message.entries.length > 0 && message.prevLogIndex < before.persistent.log.baseIndex,
  },
  conflictingEntriesTruncated: {
    says: 'A follower gives up entries for those of its leader',
    seen({ before: { persistent: { log: old } }, after: { persistent: { log } } }) {
      const last = Math.min(old.lastIndex, log.lastIndex);
      return old !== log && last > log.baseIndex && last > old.baseIndex && log.termAt(last) !== old.termAt(last);
    },
  },
});

const isTaken = ({ before, after }: Change): boolean => after.persistent.snapshot !== before.persistent.snapshot;
/** Whether its log reached the snapshot's end, and with the same term there; null when it did not reach it. */
function agreesAtEnd({
  before: {
    persistent: { log },
  },
  message: {
    snapshot: { lastIncludedIndex, lastIncludedTerm },
  },
}: Heard<InstallSnapshot>): boolean | null {
  return log.lastIndex < lastIncludedIndex ? null : log.termAt(lastIncludedIndex) === lastIncludedTerm;
}

export const heardInstalls = situationsOf<Heard<InstallSnapshot>>()({
  staleInstallsIgnored: { says: 'A snapshot arrives that holds nothing new', seen: (heard) => !isTaken(heard) },
  snapshotsInstalled: { says: 'A snapshot is installed', seen: isTaken },
  installsAtCandidate: {
    says: 'A candidate installs a snapshot', seen: (heard) => isTaken(heard) && heard.before.role.kind === 'candidate',
  },
  installsKeptSuffix: {
    says: 'What follows an installed snapshot in the log is kept',
    seen: (heard) => isTaken(heard) && agreesAtEnd(heard) === true,
  },
  installsDiscardedConflict: {
    says: 'A snapshot takes the place of a log that conflicts with it',
    seen: (heard) => isTaken(heard) && agreesAtEnd(heard) === false,
  },
});

/** A message that changed nothing. */
export interface Ignored {
  readonly raft: Raft;
  readonly message: AnyRaftMessage;
}

export const ignoredAppends = situationsOf<Ignored>()({
  repeatedEntriesIgnored: {
    says: 'A follower hears of entries that it has',
    seen: ({ raft, message }) =>
      (message as AppendEntries).entries.length > 0 && message.term === raft.persistent.currentTerm,
  },
});

export const ignoredVotes = situationsOf<Ignored>()({
  votesIgnoredInContact: {
    says: 'A request for a vote of a later term is ignored because a leader is heard',
    seen: ({ raft, message }) => message.term > raft.persistent.currentTerm && hearsLeader(raft),
  },
});

export const ignoredReplies = situationsOf<Ignored>()({
  staleRepliesIgnored: {
    says: 'A reply of an earlier term is ignored',
    seen: ({ raft, message }) => message.term < raft.persistent.currentTerm,
  },
  repliesToFormerLeader: {
    says: 'A leader was deposed before its follower answered',
    seen: ({ raft, message }) => message.term >= raft.persistent.currentTerm && raft.role.kind !== 'leader',
  },
});

/** Something that was said when a message was heard. */
export interface Said {
  readonly before: Raft;
  readonly heard: AnyRaftMessage;
  readonly said: AnyRaftMessage;
}

const hearsLeader = ({ role }: Raft): boolean =>
  role.kind === 'leader' || (role.kind === 'follower' && role.hasContact === true);
const isRefusedVote = ({ heard, said }: Said): boolean =>
  heard.kind === 'requestVote' && !(said as RequestVoteReply).voteGranted && said.term === heard.term;
const wasFree = ({
  before: {
    persistent: { currentTerm, votedFor },
  },
  heard,
}: Said): boolean => currentTerm < heard.term || votedFor === null;
const isRefusedAppend = ({ heard, said }: Said): boolean =>
  heard.kind === 'appendEntries' && !(said as AppendEntriesReply).success;
const conflictTermOf = ({ said }: Said): number => (said as AppendEntriesReply).conflictTerm;

export const saidOfVotes = situationsOf<Said>()({
  votesRefusedForStaleLog: {
    says: 'A vote is refused to whom lacks entries', seen: (moment) => isRefusedVote(moment) && wasFree(moment),
  },
  votesRefusedForOtherVote: {
    says: 'A vote is refused because another one was given',
    seen: (moment) => isRefusedVote(moment) && !wasFree(moment),
  },
});

export const saidOfPreVotes = situationsOf<Said>()({
  preVotesRefusedInContact: {
    says: 'A pre-vote is refused because a leader is heard',
    seen: ({ before, heard, said }) =>
      heard.kind === 'requestPreVote' && !(said as RequestPreVoteReply).voteGranted && hearsLeader(before),
  },
  preVotesRefusedForStaleLog: {
    says: 'A pre-vote is refused to whom lacks entries',
    seen: ({ before, heard, said }) =>
      heard.kind === 'requestPreVote' &&
      !(said as RequestPreVoteReply).voteGranted &&
      !hearsLeader(before) &&
      heard.term > before.persistent.currentTerm,
  },
  preVotesGranted: { says: 'A pre-vote is granted', seen: ({ said }) => (said as RequestPreVoteReply).voteGranted },
});

export const saidOfAppends = situationsOf<Said>()({
  staleRequestsRefused: {
    says: 'A leader of an earlier term is refused',
    seen: (moment) => isRefusedAppend(moment) && moment.said.term > moment.heard.term,
  },
  refusalsForGap: {
    says: 'A follower lacks what its leader builds on',
    seen: (moment) => isRefusedAppend(moment) && moment.said.term <= moment.heard.term && conflictTermOf(moment) === 0,
  },
  refusalsForConflict: {
    says: 'A follower holds another entry where its leader builds on',
    seen: (moment) => isRefusedAppend(moment) && moment.said.term <= moment.heard.term && conflictTermOf(moment) !== 0,
  },
});

export const saidOfInstalls = situationsOf<Said>()({
  staleInstallsRefused: {
    says: 'A snapshot of a leader of an earlier term is refused',
    seen: ({ heard, said }) => heard.kind === 'installSnapshot' && said.term > heard.term,
  },
});

export const saidSnapshots = situationsOf<Said>()({
  snapshotsSent: { says: 'A leader answers with its snapshot', seen: () => true },
});

const none: readonly never[] = [];

/** By the kind of what is said. */
const ofSaid: Readonly<Record<AnyRaftMessage['kind'], readonly Situation<Said, SaidName>[]>> = {
  requestVote: none, requestVoteReply: saidOfVotes, requestPreVote: none, requestPreVoteReply: saidOfPreVotes,
  heartbeat: none, heartbeatReply: none, readIndex: none, readIndexReply: none, installChunk: none,
  installChunkReply: none, transferLeadership: none, timeoutNow: none, requestTransferVote: none, appendEntries: none,
  appendEntriesReply: saidOfAppends, installSnapshot: saidSnapshots, installSnapshotReply: saidOfInstalls,
};
type NameOf<S> = S extends readonly Situation<never, infer Name>[] ? Name : never;
type SaidName = NameOf<
  typeof saidOfVotes | typeof saidOfPreVotes | typeof saidOfAppends | typeof saidOfInstalls | typeof saidSnapshots
>;
export type RaftStepName =
  | SaidName
  | NameOf<
      | typeof roleChanges
      | typeof flowChanges
      | typeof changes
      | typeof heardReplies
      | typeof heardAppends
      | typeof heardInstalls
      | typeof ignoredAppends
      | typeof ignoredVotes
      | typeof ignoredReplies
    >;

/** Nothing is told of it. */
const isAcceptedAppend = (said: AnyRaftMessage): boolean => said.kind === 'appendEntriesReply' && said.success;

type AnyEffects = readonly Effect<unknown, unknown, unknown>[];

/** A step that changed something. */
export function noteChange(
  tally: Tally<RaftStepName>, before: Raft, after: Raft, event: Event<unknown, unknown>, effects: AnyEffects,
): void {
  noteRoles(tally, before, after);
  if (before.commitIndex !== after.commitIndex || before.persistent.log !== after.persistent.log)
    tally.note(changes, { before, after });
  if (event.kind !== 'message') return;
  const message = event.message as AnyRaftMessage;
  switch (message.kind) {
    case 'appendEntries':
      tally.note(heardAppends, { before, after, message });
      break;
    case 'installSnapshot':
      tally.note(heardInstalls, { before, after, message });
      break;
    case 'requestVoteReply':
    case 'appendEntriesReply':
    case 'installSnapshotReply':
      tally.note(heardReplies, { before, after, message });
      break;
    default:
  }
  noteSaid(tally, before, message, effects);
}

/** By far the most steps are of who follows on or leads on, and of these no change of a role is asked. */
function noteRoles(tally: Tally<RaftStepName>, before: Raft, after: Raft): void {
  const [was, is] = [before.role, after.role];
  if (was.kind !== is.kind || (is.kind !== 'follower' && is.kind !== 'leader'))
    tally.note(roleChanges, { before, after });
  if (was.kind !== 'leader' || is.kind !== 'leader') return;
  const [old, now] = [was.office?.flows, is.office?.flows];
  if (old !== undefined && now !== undefined && old !== now) tally.note(flowChanges, { old, now, after });
}

/** A step that changed nothing, but may have said something. */
export function noteNoChange(
  tally: Tally<RaftStepName>, raft: Raft, event: Event<unknown, unknown>, effects: AnyEffects,
): void {
  if (event.kind !== 'message') return;
  const message = event.message as AnyRaftMessage;
  if (message.kind === 'requestVote') tally.note(ignoredVotes, { raft, message });
  if (message.kind === 'appendEntries') tally.note(ignoredAppends, { raft, message });
  if (message.kind === 'appendEntriesReply' || message.kind === 'installSnapshotReply')
    tally.note(ignoredReplies, { raft, message });
  noteSaid(tally, raft, message, effects);
}

function noteSaid(tally: Tally<RaftStepName>, before: Raft, heard: AnyRaftMessage, effects: AnyEffects): void {
  for (const effect of effects) {
    if (effect.kind !== 'send') continue;
    const said = effect.message as AnyRaftMessage;
    // Others than Raft's are said as well: answers to clients.
    const situations = ofSaid[said.kind] as (typeof ofSaid)[AnyRaftMessage['kind']] | undefined;
    if (situations === undefined || situations.length === 0 || isAcceptedAppend(said)) continue;
    tally.note(situations, { before, heard, said });
  }
}
