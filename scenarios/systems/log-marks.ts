/** What a step did to a server's log: what came, what went, and what a snapshot stands for (5.3, 7). */
import type { Log } from '../../core/raft/log.ts';
import type { Mark } from '../../harness/system.ts';
import { places } from './code-places.ts';
import { marked, messageIn, termIn, type RaftChange } from './mark.ts';

export function logMarks(change: RaftChange): readonly Mark[] {
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
export function firstDifference(old: Log, log: Log): number {
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
