/** What a step did to bring logs together: answers, what a leader makes of them, and what is committed (5.3, 5.4). */
import { configurationOf, isMember, outvotedIn, votersOf, votingSets } from '../../checkers/raft/quorum.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { AppendEntries, AppendEntriesReply } from '../../core/raft/messages.ts';
import type { Leader } from '../../core/raft/state.ts';
import type { Mark } from '../../harness/system.ts';
import { places } from './code-places.ts';
import { ends, handlerOf, marked, messageIn, sent, termIn, type Numbers, type RaftChange } from './mark.ts';

/** What a follower answers, held against what it was asked and what it holds. */
export function answerMarks(change: RaftChange): readonly Mark[] {
  const { event, effects, nameOf } = change;
  const message = messageIn(event);
  if (message?.kind === 'appendEntries')
    return sent(effects, 'appendEntriesReply').map(([to, reply]) => appendAnswer(change, message, to, reply));
  if (message?.kind !== 'installSnapshot') return [];
  return sent(effects, 'installSnapshotReply').map(([to, reply]) =>
    marked(
      'acceptSnapshot',
      [places.onInstallSnapshot, places.install],
      `answers the snapshot up to ${message.snapshot.lastIncludedIndex} of ${nameOf(to)} with ${reply.lastIncludedIndex}, and has committed up to ${change.after.commitIndex}`,
      message.term < change.before.persistent.currentTerm && reply.lastIncludedIndex > 0
        ? 'of an earlier leader nothing is taken (5.1)'
        : reply.lastIncludedIndex > change.after.commitIndex
          ? 'what is acknowledged is installed (Figure 13)'
          : null,
      { peer: to, index: 1, upTo: reply.lastIncludedIndex },
    ),
  );
}

function appendAnswer(
  { before, after, nameOf }: RaftChange, { term, prevLogIndex, prevLogTerm, entries: given }: AppendEntries, to: NodeId,
  reply: AppendEntriesReply,
): Mark {
  const { log: old, currentTerm } = before.persistent;
  const { log } = after.persistent;
  const about = { peer: to, term, index: 1, upTo: reply.index };
  const asked = `what follows ${prevLogIndex}/${prevLogTerm}, ${given.length} entries`;
  const isHeld = prevLogIndex < old.baseIndex || termIn(old, prevLogIndex) === prevLogTerm;
  if (!reply.success) {
    const against =
      isHeld && term >= currentTerm
        ? 'it holds the entry in front of them, or a snapshot that stands for it (5.3)'
        : null;
    return marked(
      'refuseAppend', [places.isConsistent, places.onAppendEntries], `refuses ${nameOf(to)} ${asked}`, against, about,
    );
  }
  const lastNew = prevLogIndex + given.length;
  const missing = given.findIndex(
    (entry, i) => prevLogIndex + 1 + i > log.baseIndex && termIn(log, prevLogIndex + 1 + i) !== entry.term,
  );
  const says = `accepts of ${nameOf(to)} ${asked}, and acknowledges up to ${reply.index}; its log ends at ${ends(log)}`;
  if (term < currentTerm)
    return marked(
      'accept', [places.onAppendEntries], says, `its own term is ${currentTerm}: an earlier leader is refused (5.1)`,
      about,
    );
  if (!isHeld) {
    return marked(
      'accept', [places.isConsistent, places.onAppendEntries], says,
      `it holds no entry ${prevLogIndex} of term ${prevLogTerm} (5.3)`, about,
    );
  }
  if (missing >= 0)
    return marked(
      'accept', [places.withMerged, places.onAppendEntries], says,
      `it did not take entry ${prevLogIndex + 1 + missing} (5.3)`, about,
    );
  if (reply.index > lastNew)
    return marked(
      'accept', [places.onAppendEntries], says, `the request proves no more than ${lastNew} (Figure 2)`, about,
    );
  return marked('accept', [places.withMerged, places.onAppendEntries], says, null, about);
}

export function commitMarks(change: RaftChange): readonly Mark[] {
  const { before, after, event } = change;
  const from = before.commitIndex;
  const to = after.commitIndex;
  if (from === to) return [];
  const { log, currentTerm } = after.persistent;
  const term = termIn(log, to);
  const entry = term === null ? `entry ${to}` : `entry ${to} of term ${term}`;
  const message = messageIn(event);
  const about = { index: Math.min(from, to) + 1, upTo: Math.max(from, to), ...(term === null ? {} : { term }) };
  if (after.role.kind === 'leader') return [leaderCommit(change, after.role, entry, about)];
  if (message?.kind === 'appendEntries') {
    const lastNew = message.prevLogIndex + message.entries.length;
    const { prevLogIndex, prevLogTerm } = message;
    const isHeld =
      prevLogIndex < before.persistent.log.baseIndex || termIn(before.persistent.log, prevLogIndex) === prevLogTerm;
    const against =
      to < from
        ? `commitIndex never goes back, and it was ${from} (Figure 2)`
        : to > lastNew || !isHeld
          ? `of its log it knows no more than up to ${isHeld ? lastNew : 0} to agree with the leader's (Figure 2, AppendEntries 5)`
          : null;
    return [
      marked(
        'commit',
        against === null ? [places.followCommitIndex] : [places.onAppendEntries, places.followCommitIndex],
        `learns that ${entry} is committed`,
        against,
        about,
      ),
    ];
  }
  const at =
    message?.kind === 'installSnapshot'
      ? [places.install, places.onInstallSnapshot]
      : [handlerOf(event), places.install];
  return [
    marked(
      'commit', at, `has commitIndex ${to} in place of ${from}, in term ${currentTerm}`,
      to < from ? 'commitIndex never goes back (Figure 2)' : null, about,
    ),
  ];
}

function leaderCommit(
  { node, before, after, nameOf }: RaftChange, { matchIndex }: Leader, entry: string, about: Numbers,
): Mark {
  const { currentTerm, log } = after.persistent;
  const to = after.commitIndex;
  const voters = votersOf(after, matchIndex.length);
  const holds = (peer: number): boolean => (peer === node ? log.lastIndex : matchIndex[peer]!) >= to;
  const holders = matchIndex.map((_, peer) => voters.includes(peer) && holds(peer));
  const sets = votingSets(after, matchIndex.length);
  // A configuration that the same step puts behind it had no part in it.
  const few = outvotedIn(votingSets(before, matchIndex.length), holds) && outvotedIn(sets, holds);
  const term = termIn(log, to);
  const says = `commits ${entry} as leader of term ${currentTerm}; it counts ${holders.flatMap((isHeld, peer) => (isHeld ? [nameOf(peer)] : [])).join(' ')}`;
  if (to < before.commitIndex)
    return marked(
      'commit', [places.advanceCommitIndex], says,
      `commitIndex never goes back, and it was ${before.commitIndex} (Figure 2)`, about,
    );
  if (few !== null) {
    const at =
      configurationOf(after) === null
        ? [places.highestOnMajority, places.advanceCommitIndex]
        : [sets.length > 1 ? places.electoratesOf : places.reachedByMajority, places.advanceCommitIndex];
    return marked('commit', at, says, `${few.held} of ${few.of} are no majority (5.3)`, about);
  }
  const against =
    term !== null && term !== currentTerm
      ? 'entries of earlier terms are not committed by counting (5.4.2, Figure 8)'
      : null;
  return marked('commit', [places.advanceCommitIndex], says, against, about);
}

/** What a leader believes of its followers. */
export function leaderMarks({ node, before, after, event, nameOf }: RaftChange): readonly Mark[] {
  if (before.role.kind !== 'leader' || after.role.kind !== 'leader') return [];
  const { matchIndex: oldMatch } = before.role;
  const { matchIndex, nextIndex } = after.role;
  const message = messageIn(event);
  const marks: Mark[] = [];
  for (let peer = 0; peer < matchIndex.length; peer++) {
    const match = matchIndex[peer]!;
    const next = nextIndex[peer]!;
    if (peer === node || (match === oldMatch[peer] && next === before.role.nextIndex[peer])) continue;
    const isRefusal = message?.kind === 'appendEntriesReply' && !message.success;
    const proved =
      message?.kind === 'appendEntriesReply'
        ? message.index
        : message?.kind === 'installSnapshotReply'
          ? message.lastIncludedIndex
          : null;
    const isNew = !isMember(before, peer) && isMember(after, peer);
    const against = match < oldMatch[peer]! && !isNew ? `what a follower stores it keeps: ${oldMatch[peer]} (5.3)`
      : next <= match ? 'nextIndex stays above matchIndex (Figure 2)'
        : match > oldMatch[peer]! && proved !== null && proved !== match ? `the answer proves ${proved} (5.3)` : null;
    marks.push(marked('match', isRefusal ? [places.onRefusal] : [places.onMatch, handlerOf(event)],
      `holds for ${nameOf(peer)} matchIndex ${match} and nextIndex ${next}`, against, { peer, index: 1, upTo: match }));
  }
  return marks;
}
