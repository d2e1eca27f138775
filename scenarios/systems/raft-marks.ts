/**
 * What a step of a server did to Raft's state, field by field, and where the core does that. A step that breaks
 * a rule of the paper by itself says so: a report then points at it, however late the property broke.
 */
import { mayHaveVoted } from '../../checkers/raft/membership.ts';
import { configurationOf, isMember, outvotedIn, votersOf, votingSets } from '../../checkers/raft/quorum.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { Log } from '../../core/raft/log.ts';
import type { AppendEntries, AppendEntriesReply } from '../../core/raft/messages.ts';
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Leader, Raft } from '../../core/raft/state.ts';
import type { Write } from '../../core/raft/write.ts';
import type { AnyEffect, AnyEvent, Mark } from '../../harness/system.ts';
import { codePlaces, places } from './code-places.ts';

export interface RaftChange {
  readonly node: NodeId;
  readonly before: Raft;
  readonly after: Raft;
  readonly event: AnyEvent;
  readonly effects: readonly AnyEffect[];
  readonly nameOf: (node: NodeId) => string;
}

type Numbers = Pick<Mark, 'term' | 'index' | 'upTo' | 'peer' | 'client' | 'sequence'>;

export const marked = (
  kind: string, at: readonly string[], says: string, against: string | null = null, about: Numbers = {},
): Mark => ({ kind, at, says, against, ...about });

export function raftMarks(change: RaftChange): readonly Mark[] {
  return [
    ...staleMarks(change), ...termMarks(change), ...voteMarks(change), ...roleMarks(change), ...logMarks(change),
    ...answerMarks(change), ...commitMarks(change), ...leaderMarks(change), ...timerMarks(change),
    ...writeMarks(change),
  ];
}

/** What a server makes of its disk; its service has executed up to `executed`. */
export function bootMarks(raft: Raft, executed: number): readonly Mark[] {
  const { currentTerm, votedFor, log, snapshot } = raft.persistent;
  const held = snapshot?.lastIncludedIndex ?? 0;
  const { commitIndex, lastApplied } = raft;
  const vote = votedFor === null ? 'no vote' : `a vote for n${votedFor}`;
  const says = `starts in term ${currentTerm} with ${vote}, a log from ${log.baseIndex} to ${log.lastIndex}, and has executed up to ${executed}`;
  const against =
    commitIndex !== held || lastApplied !== held || executed !== held
      ? `only what its snapshot holds, up to ${held}, is known to be committed and executed: it has commitIndex ${commitIndex}, lastApplied ${lastApplied} (Figure 2)`
      : log.baseIndex !== held
        ? `its snapshot ends at ${held}, and its log begins behind ${log.baseIndex} (7)`
        : null;
  // A first start is told by nothing that came before it.
  const kind = currentTerm === 0 && log.lastIndex === 0 && against === null ? 'start' : 'boot';
  // What it makes of what it read; without a fault there, what it read.
  const at =
    against === null
      ? [places.recover, places.bootServer, places.bootRaft]
      : [places.bootRaft, places.bootServer, places.recover];
  return [marked(kind, at, says, against, { term: currentTerm, index: 1, upTo: log.lastIndex })];
}

/** The last chunk of a snapshot is taken as the snapshot. */
export function messageIn(event: AnyEvent): AnyRaftMessage | null {
  if (event.kind !== 'message') return null;
  const message = event.message as AnyRaftMessage;
  if (message.kind !== 'installChunk' || !message.done) return message;
  const { term, lastIncludedIndex, lastIncludedTerm, offset, data } = message;
  return {
    kind: 'installSnapshot',
    term,
    snapshot: { lastIncludedIndex, lastIncludedTerm, data: null, sizeBytes: offset + data.length },
  };
}

export function handlerOf(event: AnyEvent | null): string {
  if (event === null) return codePlaces['boot']!;
  const name =
    event.kind === 'message'
      ? (event.message as { kind: string }).kind
      : event.kind === 'timer'
        ? `timer ${event.timer}`
        : event.kind;
  return codePlaces[name] ?? places.onMessage;
}

/** The reply of a kind that the step sends, and to whom. */
function sent<K extends AnyRaftMessage['kind']>(
  effects: readonly AnyEffect[], kind: K,
): readonly (readonly [NodeId, Extract<AnyRaftMessage, { kind: K }>])[] {
  const found: (readonly [NodeId, Extract<AnyRaftMessage, { kind: K }>])[] = [];
  for (const effect of effects) {
    if (effect.kind === 'send' && (effect.message as AnyRaftMessage).kind === kind)
      found.push([effect.to, effect.message as Extract<AnyRaftMessage, { kind: K }>]);
  }
  return found;
}

const ends = (log: Log): string =>
  `${log.lastIndex}/${log.lastIndex > log.baseIndex ? log.at(log.lastIndex).term : log.baseTerm}`;
const termIn = (log: Log, index: number): number | null =>
  index === log.baseIndex ? log.baseTerm : index > log.baseIndex && index <= log.lastIndex ? log.at(index).term : null;

/** Figure 2, and the dissertation, 3.3: a reply of an earlier term answers another question. */
function staleMarks({ before, after, event, nameOf }: RaftChange): readonly Mark[] {
  const message = messageIn(event);
  if (event.kind !== 'message' || message === null || !message.kind.endsWith('Reply') || before === after) return [];
  const { currentTerm } = before.persistent;
  if (message.term === undefined || message.term >= currentTerm) return [];
  return [
    marked(
      'stale',
      [places.onMessage, handlerOf(event)],
      `acts on an answer of ${nameOf(event.from)} of term ${message.term}, and is in term ${currentTerm}`,
      'a reply of an earlier term is ignored (5.1)',
      { term: message.term, peer: event.from },
    ),
  ];
}

function termMarks({ before, after, event }: RaftChange): readonly Mark[] {
  const from = before.persistent.currentTerm;
  const to = after.persistent.currentTerm;
  if (from === to) return [];
  const at = event.kind === 'timer' ? [places.onElectionTimeout] : [places.adoptTerm, places.onMessage];
  if (to > from) return [marked('term', at, `enters term ${to}`, null, { term: to })];
  return [
    marked(
      'term', [handlerOf(event), ...at], `goes back from term ${from} to term ${to}`, 'a term never goes back (5.1)',
      { term: to },
    ),
  ];
}

function voteMarks({ before, after, event, effects, nameOf }: RaftChange): readonly Mark[] {
  const { currentTerm: oldTerm, votedFor: oldVote } = before.persistent;
  const { currentTerm: term, votedFor: vote } = after.persistent;
  const message = messageIn(event);
  const marks: Mark[] = [];
  if (term === oldTerm && oldVote !== null && vote !== oldVote && message?.kind !== 'requestVote') {
    marks.push(marked('vote', [handlerOf(event)], `forgets its vote of term ${term} for ${nameOf(oldVote)}`,
      'a vote holds for the whole term (5.2)', { term, peer: oldVote }));
  }
  if (event.kind !== 'message' || message?.kind !== 'requestVote') return marks;
  for (const [to, reply] of sent(effects, 'requestVoteReply')) {
    const ours = before.persistent.log;
    const theirs = `${message.lastLogIndex}/${message.lastLogTerm}`;
    const logs = `whose log ends at ${theirs}, its own at ${ends(ours)}`;
    const about = { term: message.term, peer: to };
    const lastTerm = termIn(ours, ours.lastIndex) ?? 0;
    const isBehind =
      message.lastLogTerm < lastTerm || (message.lastLogTerm === lastTerm && message.lastLogIndex < ours.lastIndex);
    if (!reply.voteGranted) {
      marks.push(
        marked(
          'refuse', [places.onRequestVote], `refuses ${nameOf(to)} its vote of term ${message.term}, ${logs}`, null,
          about,
        ),
      );
      continue;
    }
    const isTaken = message.term === oldTerm && oldVote !== null && oldVote !== to;
    const against = message.term < oldTerm ? `its own term is ${oldTerm}: an earlier candidate gets no vote (5.1)`
      : isTaken ? `it voted for ${nameOf(oldVote)} in this term (5.2)`
        : isBehind ? 'a candidate needs a log at least as up to date as the voter\'s (5.4.1)' : null;
    const at =
      isBehind && !isTaken && message.term >= oldTerm
        ? [places.isUpToDate, places.onRequestVote]
        : [places.onRequestVote];
    marks.push(marked('vote', at, `grants its vote of term ${message.term} to ${nameOf(to)}, ${logs}`, against, about));
  }
  return marks;
}

function roleMarks({ node, before, after, event, nameOf }: RaftChange): readonly Mark[] {
  const { clusterSize, noopOnElection } = after.config;
  const counted = votersOf(before, clusterSize);
  const sets = votingSets(before, clusterSize);
  const term = after.persistent.currentTerm;
  const marks: Mark[] = [];
  const votes = before.role.kind === 'candidate' ? before.role.votes : [];
  if (after.role.kind === 'candidate' && (before.role.kind !== 'candidate' || event.kind === 'timer')) {
    const asked =
      before.role.kind === 'preCandidate'
        ? [...new Set([...before.role.votes, ...(event.kind === 'message' ? [event.from] : [])])]
        : [];
    const few =
      before.role.kind !== 'preCandidate' || outvotedIn(sets, (voter) => asked.includes(voter)) === null
        ? null
        : `of ${counted.map(nameOf).join(' ')}, who have a vote by its log, ${asked
            .filter((id) => counted.includes(id))
            .map(nameOf)
            .join(' ')} are no majority (dissertation 9.6)`;
    const against = after.role.votes.includes(node) ? few : 'a candidate votes for itself (5.2)';
    marks.push(
      marked(
        'campaign',
        few === null
          ? [places.onElectionTimeout]
          : [sets.length > 1 ? places.electoratesOf : places.isQuorum, places.configurationOf],
        `campaigns in term ${term} with a log up to ${ends(after.persistent.log)}`,
        against,
        { term },
      ),
    );
  }
  if (after.role.kind === 'candidate' && before.role.kind === 'candidate' && after.role.votes.length > votes.length) {
    const known = after.role.votes;
    const against = new Set(known).size < known.length ? 'a vote counts once (5.2)' : null;
    marks.push(
      marked(
        'count', [places.onRequestVoteReply], `counts the votes of ${known.map(nameOf).join(' ')} for term ${term}`,
        against, { term },
      ),
    );
  }
  if (after.role.kind === 'leader' && before.role.kind !== 'leader') {
    const last = event.kind === 'message' ? event.from : node;
    const voters = new Set(
      [...votes, last, ...(counted.length === 1 ? [node] : [])].filter((voter) => counted.includes(voter)),
    );
    const isElected = outvotedIn(sets, (voter) => voters.has(voter)) === null;
    const said = [...voters].map(nameOf).join(' ');
    const about = { term, index: 1, upTo: after.persistent.log.lastIndex };
    const says = `becomes leader of term ${term} with the votes of ${said}, of ${counted.length} servers, and a log up to ${ends(before.persistent.log)}`;
    if (isElected) marks.push(marked('election', [places.becomeLeader, places.onRequestVoteReply], says, null, about));
    else
      marks.push(
        marked(
          'election', [places.onRequestVoteReply, sets.length > 1 ? places.electoratesOf : places.majorityOf], says,
          'a leader needs the votes of a majority (5.2)', about,
        ),
      );
    if (after.role.matchIndex.some((match, peer) => peer !== node && match !== 0)) {
      marks.push(
        marked(
          'match', [places.becomeLeader], `begins with matchIndex ${after.role.matchIndex.join(' ')}`,
          'a new leader knows of no match: 0 for all (Figure 2)', { term },
        ),
      );
    }
    if (noopOnElection && after.persistent.log.lastIndex <= before.persistent.log.lastIndex) {
      marks.push(
        marked(
          'append', [places.becomeLeader, places.withNoop], 'puts no entry of its own term into its log',
          'a new leader commits a no-op of its term (8)', { term },
        ),
      );
    }
  }
  return marks;
}

function logMarks(change: RaftChange): readonly Mark[] {
  const { before, after, event } = change;
  const old = before.persistent.log;
  const { log, snapshot } = after.persistent;
  const marks: Mark[] = [];
  const message = messageIn(event);
  if (snapshot !== before.persistent.snapshot && snapshot !== null)
    marks.push(
      ...snapshotMarks(
        change,
        message?.kind === 'installSnapshot' ||
          (snapshot.lastIncludedIndex > before.commitIndex && event.kind === 'timer'),
      ),
    );
  if (old === log) return marks;
  const first = firstDifference(old, log);
  const isLost = first <= old.lastIndex && (log.lastIndex < old.lastIndex || termIn(log, first) !== null);
  if (isLost && first > log.baseIndex) marks.push(truncation(change, first));
  if (log.lastIndex >= first && first > log.baseIndex) {
    const longest =
      message?.kind === 'appendEntries'
        ? Math.max(old.lastIndex, message.prevLogIndex + message.entries.length)
        : log.lastIndex;
    const at = message?.kind === 'appendEntries' ? [places.withMerged, places.onAppendEntries]
      : log.at(log.lastIndex).configuration !== undefined ? [places.withConfiguration]
      : message?.kind === 'clientRequest' as string ? [places.propose, places.onCommand] : [places.withNoop];
    const against =
      log.lastIndex > longest
        ? `the request ends at ${longest}: what is there already is not appended again (5.3)`
        : null;
    marks.push(
      marked('append', at, `has in its log ${entries(log, first, log.lastIndex)}`, against, {
        term: log.lastTerm, index: first, upTo: log.lastIndex,
      }),
    );
  }
  return marks;
}

const entries = (log: Log, first: number, last: number): string =>
  first === last
    ? `entry ${first} of term ${log.at(first).term}`
    : `entries ${first} to ${last}, the last of term ${log.at(last).term}`;

/** The first index, behind both bases, at which two logs do not hold one and the same entry. */
function firstDifference(old: Log, log: Log): number {
  let index = Math.max(old.baseIndex, log.baseIndex) + 1;
  while (index <= old.lastIndex && index <= log.lastIndex && old.at(index) === log.at(index)) index++;
  return index;
}

/** 5.3: what follows a conflict goes, and nothing else. */
function truncation({ before, after, event }: RaftChange, first: number): Mark {
  const old = before.persistent.log;
  const message = messageIn(event);
  const says = `drops from its log ${entries(old, first, old.lastIndex)}`;
  const about = { term: after.persistent.currentTerm, index: first, upTo: old.lastIndex };
  if (message?.kind === 'appendEntries') {
    const isConflict = message.entries.some((entry, i) => {
      const held = termIn(old, message.prevLogIndex + 1 + i);
      return held !== null && held !== entry.term;
    });
    const against = isConflict ? null : 'what agrees with the request, or lies behind its end, stays (5.3)';
    return marked('truncate', [places.withMerged, places.onAppendEntries], says, against, about);
  }
  const { snapshot } = after.persistent;
  const isKept =
    snapshot !== null &&
    termIn(old, snapshot.lastIncludedIndex) === snapshot.lastIncludedTerm &&
    snapshot.lastIncludedIndex < old.lastIndex;
  return marked(
    'truncate',
    message?.kind === 'installSnapshot'
      ? [places.install, places.onInstallSnapshot]
      : [places.compactTo, places.compact],
    says,
    isKept ? 'what follows an entry that agrees with the snapshot stays (Figure 13, 6)' : null,
    about,
  );
}

function snapshotMarks({ before, after, event, nameOf }: RaftChange, isInstalled: boolean): readonly Mark[] {
  const { snapshot, log } = after.persistent;
  const { lastIncludedIndex: index, lastIncludedTerm } = snapshot!;
  const about = { index, upTo: index };
  const baseAt =
    log.baseIndex === index && log.baseTerm === lastIncludedTerm
      ? null
      : `the log begins behind the snapshot, not behind ${log.baseIndex}/${log.baseTerm} (7)`;
  if (isInstalled) {
    const old = before.persistent.log;
    const mayKeep = termIn(old, index) === lastIncludedTerm && old.lastIndex > index && log.lastIndex < old.lastIndex;
    const message = messageIn(event);
    const came = message?.kind === 'installSnapshot' ? message.snapshot : snapshot!;
    const against = came.lastIncludedIndex !== index || came.lastIncludedTerm !== lastIncludedTerm
      ? `what came ends at ${came.lastIncludedIndex}/${came.lastIncludedTerm} (Figure 13)`
      : index <= before.commitIndex ? `it has committed up to ${before.commitIndex} (Figure 13, 5)`
      : mayKeep ? 'what follows an entry that agrees with the snapshot stays (Figure 13, 6)' : baseAt;
    return [
      marked(
        'install',
        [places.install, places.onInstallSnapshot],
        `installs the snapshot up to ${index}/${lastIncludedTerm}${event.kind === 'message' ? ` of ${nameOf(event.from)}` : ''}`,
        against,
        about,
      ),
    ];
  }
  // A follower may cut its log at a conflict and take a snapshot in one step.
  const mayCut = messageIn(event)?.kind === 'appendEntries';
  const lost =
    !mayCut && before.persistent.log.lastIndex > log.lastIndex
      ? `entries up to ${before.persistent.log.lastIndex} were not in it (7)`
      : null;
  const entry =
    !mayCut &&
    index < log.lastIndex &&
    index + 1 > before.persistent.log.baseIndex &&
    before.persistent.log.lastIndex > index &&
    before.persistent.log.at(index + 1) !== log.at(index + 1)
      ? 'the entries behind the snapshot stay as they were (7)'
      : null;
  return [
    marked(
      'compact',
      baseAt === null && lost === null && entry === null
        ? [places.compacted, places.compact]
        : [places.compactTo, places.compact],
      `takes a snapshot up to ${index}/${lastIncludedTerm} and trims its log`,
      baseAt ?? lost ?? entry,
      about,
    ),
  ];
}

/** What a follower answers, held against what it was asked and what it holds. */
function answerMarks(change: RaftChange): readonly Mark[] {
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

function commitMarks(change: RaftChange): readonly Mark[] {
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
  const holders = matchIndex.map(
    (match, peer) => voters.includes(peer) && (peer === node ? log.lastIndex : match) >= to,
  );
  const sets = votingSets(after, matchIndex.length);
  const few = outvotedIn(sets, (peer) => holders[peer]!);
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
function leaderMarks({ node, before, after, event, nameOf }: RaftChange): readonly Mark[] {
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

/** 5.2: a server waits anew when it starts an election, grants a vote, or hears the present leader. */
function timerMarks({ node, before, after, event, effects }: RaftChange): readonly Mark[] {
  const timer = effects.find((effect) => effect.kind === 'setTimer' && effect.timer === 'election');
  const message = messageIn(event);
  if (
    event.kind === 'timer' &&
    event.timer === 'election' &&
    before.role.kind !== 'leader' &&
    (after.config.members === undefined || mayHaveVoted(before, node)) &&
    after.role.kind !== 'preCandidate' &&
    before.persistent.currentTerm === after.persistent.currentTerm
  ) {
    return [
      marked(
        'timer', [places.onElectionTimeout],
        `hears no leader and stays a ${after.role.kind} of term ${after.persistent.currentTerm}`,
        'whoever hears nothing until its timer fires begins a new election (5.2)',
        { term: after.persistent.currentTerm },
      ),
    ];
  }
  if (timer?.kind !== 'setTimer') return [];
  const { min, max } = timer.afterUs;
  const marks: Mark[] = [];
  if (min === max) {
    marks.push(
      marked(
        'timer', [places.restartElectionTimer], `waits exactly ${min / 1000} ms for a leader`,
        'election timeouts are drawn at random from an interval (5.2)',
      ),
    );
  }
  const isRefused =
    message?.kind === 'requestVote' && sent(effects, 'requestVoteReply').some(([, reply]) => !reply.voteGranted);
  const isOld = message?.kind !== 'requestVote' && message !== null && message.term < before.persistent.currentTerm;
  if (isRefused || isOld) {
    const what = isRefused ? 'of a request that it refuses' : 'of an earlier leader';
    marks.push(
      marked(
        'timer', [handlerOf(event)], `sets its election timer again because ${what}`,
        'a server waits anew when it grants a vote or hears the present leader (5.2)',
        { term: after.persistent.currentTerm },
      ),
    );
  }
  return marks;
}

/** What a leader whose writes are pipelined says in front of them (dissertation 10.2.1). */
const sentAhead: ReadonlySet<string> = new Set(['appendEntries', 'installSnapshot', 'heartbeat']);
const nothingAhead: ReadonlySet<string> = new Set();

/** Figure 2: persistent state is on the disk before anything is sent. */
function writeMarks({ before, after, effects }: RaftChange): readonly Mark[] {
  const old = before.persistent;
  const now = after.persistent;
  const barrier = effects.findIndex(({ kind }) => kind === 'persist');
  const writes = effects.flatMap((effect) => (effect.kind === 'persist' ? (effect.writes as readonly Write[]) : []));
  const barriers = effects.filter(({ kind }) => kind === 'persist').length;
  const owed: string[] = [];
  const isWritten = (kind: string): boolean => writes.some((write) => (write.kind as string) === kind);
  const hard = writes.filter((write) => write.kind === 'hardState');
  const last = hard.at(-1);
  const isHardNew = old.currentTerm !== now.currentTerm || old.votedFor !== now.votedFor;
  if (isHardNew && (last?.currentTerm !== now.currentTerm || last?.votedFor !== now.votedFor))
    owed.push('term and vote');
  const first = old.log === now.log ? Infinity : firstDifference(old.log, now.log);
  const isInstalled = old.snapshot !== now.snapshot;
  if (isInstalled && !isWritten('snapshot')) owed.push('the snapshot');
  if (!isInstalled && first <= old.log.lastIndex && !isWritten('truncate'))
    owed.push(`that entry ${first} and what follows are gone`);
  if (!isInstalled && first <= now.log.lastIndex && !isWritten('append')) owed.push(`entry ${first}`);
  const says = writes.length === 0 ? 'writes nothing' : `writes ${writes.map(({ kind }) => kind).join(', ')}`;
  if (writes.length === 0 && owed.length === 0) return [];
  if (owed.length > 0)
    return [
      marked(
        'persist', [places.changes, places.settle], says, `${owed.join(' and ')} must be durable first (Figure 2)`,
      ),
    ];
  if (hard.length > 1 || barriers > 1)
    return [marked('persist', [places.changes, places.settle], says, 'term and vote become durable together (5.2)')];
  const mayBeAhead = after.config.pipelined === true && after.role.kind === 'leader' ? sentAhead : nothingAhead;
  const early = effects.findIndex(
    (effect) => effect.kind === 'send' && !mayBeAhead.has((effect.message as AnyRaftMessage).kind),
  );
  const against =
    early >= 0 && early < barrier
      ? 'it answers before it writes (Figure 2: respond after updating stable storage)'
      : null;
  return [marked('persist', [places.settle, places.changes], says, against)];
}
