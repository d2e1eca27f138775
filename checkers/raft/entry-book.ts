/**
 * Log Matching (Figure 3): if two logs contain an entry with the same index and term, they are equal
 * up to there.
 *
 * The book remembers of every entry ever seen its command and the term in front of it. When each new
 * entry of each log agrees with the book, equality of prefixes follows by induction, at a cost that
 * does not grow with the log.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { Entry, Log, LogIndex, Term } from '../../core/raft/log.ts';
import type { Configuration } from '../../core/raft/members.ts';
import { hold, property } from '../property.ts';
import { Tail } from '../tail.ts';
import { sameConfiguration } from './membership.ts';
import { sameCommand } from './same-command.ts';

export interface BookedEntry {
  readonly term: Term;
  readonly prevTerm: Term;
  readonly command: unknown;
  readonly configuration?: Configuration | undefined;
}

/** An entry that a node holds, and what was booked before for its index and term. */
export interface HeldEntry {
  readonly node: NodeId;
  readonly index: LogIndex;
  readonly term: Term;
  readonly prevTerm: Term;
  readonly command: unknown;
  readonly configuration?: Configuration | undefined;
  readonly known: BookedEntry | undefined;
}

export const logTermsNonDecreasing = property({
  name: 'Log Terms Non-Decreasing',
  source: 'Raft, 5.3 and 5.4',
  says: 'No entry of a log stands behind one of a later term',
  looksAt: 'step',
  check: ({ node, index, term, prevTerm }: Pick<HeldEntry, 'node' | 'index' | 'term' | 'prevTerm'>) =>
    term >= prevTerm ? null : `n${node} holds entry ${index} of term ${term} behind one of term ${prevTerm}`,
});

export const logMatching = property({
  name: 'Log Matching',
  source: 'Raft, Figure 3',
  says: 'Two logs with the same index and term in one place are the same up to there',
  looksAt: 'ghost',
  check: ({ node, index, term, prevTerm, command, configuration, known }: HeldEntry) =>
    known === undefined ||
    (known.prevTerm === prevTerm &&
      sameCommand(known.command, command) &&
      sameConfiguration(known.configuration, configuration))
      ? null
      : `n${node} holds at index ${index}, term ${term}, another entry than was seen there before, or another one in front of it`,
});

export class EntryBook {
  private readonly byIndex = new Tail<BookedEntry[]>([]);

  find(index: LogIndex, term: Term): BookedEntry | undefined {
    const booked = this.byIndex.at(index);
    if (booked === undefined) return undefined;
    for (const entry of booked) if (entry.term === term) return entry;
    return undefined;
  }

  /** Looks at the entries of `after` that were not in `before`. */
  readNew(node: NodeId, before: Log | null, after: Log): void {
    if (before === after) return;
    // Behind another base stands, if anything, an entry that was there before: it must fit what is in front of it now.
    if (before !== null && before.baseIndex !== after.baseIndex && after.lastIndex > after.baseIndex) {
      this.enter(node, after.baseIndex + 1, after.at(after.baseIndex + 1), after.baseTerm);
    }
    for (let index = after.lastIndex; index > after.baseIndex; index--) {
      const entry = after.at(index);
      if (before !== null && index > before.baseIndex && index <= before.lastIndex && before.at(index) === entry)
        return;
      this.enter(node, index, entry, after.termAt(index - 1));
    }
  }

  enter(
    node: NodeId, index: LogIndex, { term, command, configuration }: Omit<Entry, 'sizeBytes'>, prevTerm: Term,
  ): void {
    if (index < this.byIndex.firstIndex) return;
    const known = this.find(index, term);
    const held: HeldEntry = { node, index, term, prevTerm, command, configuration, known };
    hold(logTermsNonDecreasing, held);
    hold(logMatching, held);
    if (known !== undefined) return;
    const entry =
      configuration === undefined ? { term, prevTerm, command } : { term, prevTerm, command, configuration };
    const booked = this.byIndex.at(index);
    if (booked === undefined) this.byIndex.set(index, [entry]);
    else booked.push(entry);
  }

  /** What every server has compacted is in no log any more. */
  forgetBelow(index: LogIndex): void {
    this.byIndex.forgetBelow(index);
  }
}
