/** What a leader believes of its followers, held against their disks; that it only appends; and how servers answer. */
import type { LogIndex } from '../../core/raft/log.ts';
import type {
  AppendEntries, AppendEntriesReply, InstallSnapshot, InstallSnapshotReply, RaftMessage,
} from '../../core/raft/messages.ts';
import type { Leader, Persistent, Raft } from '../../core/raft/state.ts';
import { isMember, outvotedIn, votingSets, votingSetsAt } from './quorum.ts';
import { ofPair, ofStep, type RaftStep } from './raft-step.ts';

export const leaderAppendOnly = ofStep({
  name: 'Leader Append-Only',
  source: 'Raft, Figure 3',
  says: 'A leader never overwrites or deletes entries of its log',
  when: 'written',
  check({ node, before, after }) {
    if (before === null || before.role.kind !== 'leader') return null;
    const old = before.persistent.log;
    const { log, currentTerm } = after.persistent;
    if (old === log || before.persistent.currentTerm !== currentTerm) return null;
    const { lastIndex } = old;
    const isKept = log.lastIndex >= lastIndex
      && (lastIndex <= log.baseIndex || lastIndex === old.baseIndex || log.at(lastIndex) === old.at(lastIndex));
    return isKept ? null : `n${node} leads term ${currentTerm} and changed its log at or before entry ${lastIndex}`;
  },
});

/** Of a leader that has just been elected nothing is known. */
function matchesBefore(before: Raft | null, after: Raft): readonly LogIndex[] | null {
  return before?.role.kind === 'leader' && before.persistent.currentTerm === after.persistent.currentTerm
    ? before.role.matchIndex
    : null;
}

export const nextAboveMatch = ofStep({
  name: 'Next Above Match',
  source: 'Raft, Figure 2',
  says: 'A leader sends a follower nothing that it knows the follower to store',
  when: 'led',
  check({ node, after }) {
    const { nextIndex, matchIndex } = after.role as Leader;
    for (let peer = 0; peer < matchIndex.length; peer++) {
      if (peer !== node && nextIndex[peer]! <= matchIndex[peer]!)
        return `n${node} has nextIndex ${nextIndex[peer]} and matchIndex ${matchIndex[peer]} for n${peer}`;
    }
    return null;
  },
});

export const matchIndexMonotonic = ofStep({
  name: 'Match Index Monotonic',
  source: 'Raft, Figure 2',
  says: 'What a leader knows a follower to store never shrinks within its term',
  when: 'led',
  check({ node, before, after }) {
    const old = matchesBefore(before, after);
    if (old === null) return null;
    const { matchIndex } = after.role as Leader;
    for (let peer = 0; peer < matchIndex.length; peer++) {
      // Of one that comes in, also for the second time, nothing is known.
      if (peer !== node && matchIndex[peer]! < old[peer]! && isMember(before!, peer))
        return `n${node} took matchIndex of n${peer} back from ${old[peer]} to ${matchIndex[peer]}`;
    }
    return null;
  },
});

export const matchIndexIsDurable = ofPair({
  name: 'Match Index Is Durable',
  source: 'Raft, Figure 2',
  says: "What a leader counts as stored by a follower is on the follower's disk",
  when: 'led',
  check({ node, before, after, durableOf }) {
    const old = matchesBefore(before, after);
    const { matchIndex } = after.role as Leader;
    for (let peer = 0; peer < matchIndex.length; peer++) {
      const match = matchIndex[peer]!;
      if (peer === node || match <= (old === null ? 0 : old[peer]!) || isDurableAt(after, match, durableOf(peer)))
        continue;
      return `n${node} leads term ${after.persistent.currentTerm} and counts entry ${match} as stored by n${peer}, whose disk does not hold it`;
    }
    return null;
  },
});

/**
 * As long as a follower is in the leader's term it keeps what it acknowledged. In a later term it may
 * have been told otherwise, and nothing can be said.
 */
function isDurableAt({ persistent: { currentTerm, log } }: Raft, match: LogIndex, durable: Persistent): boolean {
  if (durable.currentTerm > currentTerm || match < durable.log.baseIndex) return true;
  return match <= durable.log.lastIndex && (match < log.baseIndex || log.termAt(match) === durable.log.termAt(match));
}

export const committedByMajority = ofPair({
  name: 'Committed By Majority',
  source: 'Raft, 5.3 and 5.4',
  says: 'What a leader commits is on the disks of more than half of the servers',
  when: 'moved',
  check({ node, before, after, servers, durableOf, lastCommitted }) {
    const { commitIndex } = after;
    // A pipelined leader may have spoken of it before any checker sees its step: then it shows at whom it told first.
    // Those who hear it later say nothing new, and disks may have been replaced since.
    const isAsked =
      after.role.kind === 'leader' || (after.config.pipelined === true && commitIndex > lastCommitted);
    if (!isAsked || before === null || commitIndex === before.commitIndex) return null;
    const term = after.persistent.log.termAt(commitIndex);
    const holds = (server: number): boolean => {
      const { log } = durableOf(server);
      return commitIndex < log.baseIndex || log.has(commitIndex, term);
    };
    const few = outvotedIn(votingSets(after, servers), holds);
    // A leader may commit an entry and put the next configuration behind it in one step. Of one that a follower hears
    // it is not known how far its log goes.
    const sets =
      after.role.kind === 'leader' ? [votingSets(before, servers)] : votingSetsAt(after, commitIndex, servers);
    return few === null || sets.some((one) => outvotedIn(one, holds) === null)
      ? null
      : `n${node} ${after.role.kind === 'leader' ? 'leads' : 'is in'} term ${after.persistent.currentTerm} and commits entry ${commitIndex}, which ${few.held} of ${few.of} disks hold`;
  },
});

/**
 * What answers a request of an earlier term is out of date: its sender may have voted for somebody else
 * since then, or given up what it acknowledged.
 */
export const staleRepliesChangeNothing = ofStep({
  name: 'Stale Replies Change Nothing',
  source: 'Raft, 5.1',
  says: 'What answers a request of an earlier term is ignored',
  when: 'spoken',
  on: ['requestVoteReply', 'appendEntriesReply', 'installSnapshotReply'],
  check({ node, before, after, event }) {
    if (before === null || before === after || event?.kind !== 'message') return null;
    const { kind, term } = event.message as RaftMessage;
    const { currentTerm, votedFor } = before.persistent;
    if (
      (kind !== 'requestVoteReply' && kind !== 'appendEntriesReply' && kind !== 'installSnapshotReply') ||
      term >= currentTerm
    )
      return null;
    const isSame = before.role === after.role && before.commitIndex === after.commitIndex
      && currentTerm === after.persistent.currentTerm && votedFor === after.persistent.votedFor;
    return isSame
      ? null
      : `n${node} is in term ${currentTerm} and acts on what n${event.from} answered in term ${term}`;
  },
});

/** What a follower said to a request of the leader of its term; null when the step is nothing of the kind. */
function answerTo(
  kind: 'appendEntries' | 'installSnapshot', { after, event, effects }: RaftStep,
): { readonly request: RaftMessage; readonly reply: RaftMessage } | null {
  if (event?.kind !== 'message') return null;
  const request = event.message as RaftMessage;
  if (request.kind !== kind || request.term !== after.persistent.currentTerm) return null;
  for (const effect of effects) {
    if (effect.kind !== 'send' || effect.to !== event.from) continue;
    const reply = effect.message as RaftMessage;
    if (reply.kind === `${kind}Reply`) return { request, reply };
  }
  return null;
}

/**
 * What a follower knows to be committed agrees with any leader's log. Refusing that, the two would go on without end.
 */
export const refusalIsAConflict = ofStep({
  name: 'Refusal Is A Conflict',
  source: 'Raft, 5.3',
  says: 'A follower refuses its leader only where their logs may differ, which is behind what is committed',
  when: 'spoken',
  on: ['appendEntries'],
  check(step) {
    const answer = answerTo('appendEntries', step);
    if (answer === null || (answer.reply as AppendEntriesReply).success) return null;
    const committed = step.before?.commitIndex ?? 0;
    const { prevLogIndex } = answer.request as AppendEntries;
    return prevLogIndex > committed
      ? null
      : `n${step.node} has committed up to ${committed} and refuses what follows entry ${prevLogIndex}`;
  },
});

/** A wrong one costs messages and nothing else: its leader looks for the place where the logs agree all the same. */
export const refusalTellsOfItsConflict = ofStep({
  name: 'Refusal Tells Of Its Conflict',
  source: 'Raft, 5.3',
  says: 'A follower that refuses tells where its log ends, or the term that it has there and the first index of that term',
  when: 'spoken',
  on: ['appendEntries'],
  check(step) {
    const answer = answerTo('appendEntries', step);
    const reply = answer?.reply as AppendEntriesReply | undefined;
    if (reply === undefined || reply.success) return null;
    const { conflictTerm, conflictIndex } = reply;
    const { log } = step.after.persistent;
    const { prevLogIndex } = answer!.request as AppendEntries;
    const said = `n${step.node} refuses what follows entry ${prevLogIndex}`;
    if (prevLogIndex > log.lastIndex)
      return conflictTerm === 0 && conflictIndex === log.lastIndex + 1
        ? null
        : `${said}, tells of index ${conflictIndex} and term ${conflictTerm}, and its log ends with ${log.lastIndex}`;
    const isFirst = log.has(conflictIndex, conflictTerm)
      && (conflictIndex - 1 <= log.baseIndex || log.termAt(conflictIndex - 1) < conflictTerm);
    return isFirst && log.has(prevLogIndex, conflictTerm)
      ? null
      : `${said}, and tells of term ${conflictTerm} from index ${conflictIndex} on, which is not where its term there begins`;
  },
});

/**
 * A snapshot stands for what is committed, so it is taken or held already. Else the two would go on about it without
 * end.
 */
export const snapshotIsTaken = ofStep({
  name: 'Snapshot Is Taken',
  source: 'Raft, section 7',
  says: 'A follower that its leader sent a snapshot holds what the snapshot stands for, and says so',
  when: 'spoken',
  on: ['installSnapshot'],
  check(step) {
    const answer = answerTo('installSnapshot', step);
    if (answer === null) return null;
    const index = (answer.request as InstallSnapshot).snapshot.lastIncludedIndex;
    const { lastIncludedIndex } = answer.reply as InstallSnapshotReply;
    const { commitIndex } = step.after;
    return commitIndex >= index && lastIncludedIndex >= index
      ? null
      : `n${step.node} answers a snapshot at ${index} with ${lastIncludedIndex}, and has committed up to ${commitIndex}`;
  },
});
